//! `config/site.toml` as it is stored.

use release::Site;

use crate::{Error, Key, Store};

/// Why there is no configuration to work with. Whoever mends the file needs do no more: the next event reads it again.
#[derive(Debug, thiserror::Error)]
pub enum NoSite {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
    /// Nobody has put it there.
    #[error("config/site.toml is not in the content bucket; put it there first")]
    Missing,
    /// With file, line and reason.
    #[error("{0}")]
    Wrong(String),
}

impl Store {
    /// Reads the configuration of the site.
    ///
    /// # Errors
    /// When it is missing or wrong, or the store does not answer.
    pub async fn site(&self) -> Result<Site, NoSite> {
        let found = self.get(&Key::SiteConfig).await?.ok_or(NoSite::Missing)?;
        let name = Key::SiteConfig.path();
        let text = std::str::from_utf8(&found.bytes).map_err(|fault| NoSite::Wrong(format!("{name}: {fault}")))?;
        Site::parse(text, &name).map_err(|fault| NoSite::Wrong(fault.to_string()))
    }
}
