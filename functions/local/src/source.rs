//! Where the two buckets are: in a data directory, behind a running press room, or on AWS.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use aws_sdk_s3::Client;
use store::{Access, Store, connect, connect_found, https};

use crate::{
    CONTENT, OpenError, SITE,
    room::{S3_ADDRESS, open_data},
    s3::{EmbeddedS3, REGION},
};

/// What the embedded S3 of every press room is told to let in.
const KEY: (&str, &str) = ("pressroom", "pressroom-secret");

/// Where the two buckets are.
#[derive(Debug, Clone)]
pub enum Source {
    /// In a data directory; through its press room when one is running.
    Data(PathBuf),
    /// On another S3: AWS when there is no endpoint.
    S3 {
        /// Its URL.
        endpoint: Option<String>,
        /// The private bucket.
        content: String,
        /// The public bucket.
        site: String,
    },
}

/// The buckets as opened. The embedded S3 lives as long as it is used.
pub(crate) struct Opened {
    pub(crate) store: Store,
    s3: Option<EmbeddedS3>,
}

impl Opened {
    /// Nobody else can write.
    pub(crate) fn alone(&self) -> bool {
        self.s3.is_some()
    }
}

impl Source {
    /// Opens the buckets; a data directory that is in use through its press room.
    pub(crate) async fn open(&self) -> anyhow::Result<Opened> {
        match self {
            Self::Data(data) => open_directory(data).await,
            Self::S3 { endpoint, content, site } => {
                let client = match endpoint {
                    Some(endpoint) if is_here(endpoint) && !has_credentials() => connect(&Access::to(endpoint, REGION, KEY.0, KEY.1)),
                    endpoint => found(endpoint.as_deref()).await,
                };
                let store = Store::new(client, content.as_str(), site.as_str());
                Ok(Opened { store, s3: None })
            }
        }
    }
}

async fn open_directory(data: &Path) -> anyhow::Result<Opened> {
    if !data.join("s3").is_dir() {
        bail!(
            "{} is no data directory of a press room; name it with --data DIR, or the buckets with --bucket and --endpoint",
            data.display()
        );
    }
    match open_data(data, None) {
        Ok((s3, queue, _)) => {
            if queue.depth() > 0 {
                tracing::warn!(
                    events = queue.depth(),
                    "events wait for the press room to start; what they bring is not public yet"
                );
            }
            let store = Store::new(s3.client(), CONTENT, SITE);
            Ok(Opened { store, s3: Some(s3) })
        }
        Err(OpenError::InUse(_)) => {
            let file = data.join(S3_ADDRESS);
            let address = std::fs::read_to_string(&file).with_context(|| {
                let what = file.display();
                format!("the press room of this directory is running, and {what} does not say where; name its S3 with --endpoint URL")
            })?;
            let client = connect(&Access::to(address.trim(), REGION, KEY.0, KEY.1));
            let store = Store::new(client, CONTENT, SITE);
            Ok(Opened { store, s3: None })
        }
        Err(other) => Err(other.into()),
    }
}

/// A client of what the usual AWS environment says: variables, profiles, roles.
async fn found(endpoint: Option<&str>) -> Client {
    let mut loader = aws_config::from_env().http_client(https());
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    let found = loader.load().await;
    connect_found(&found, found.endpoint_url().is_some())
}

/// An endpoint on this machine: a press room, more likely than not.
fn is_here(endpoint: &str) -> bool {
    let host = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|here| {
        let rest = host.strip_prefix(here);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

fn has_credentials() -> bool {
    [
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    ]
    .iter()
    .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_press_room_is_for_this_machine_only() {
        for here in ["http://127.0.0.1:8081", "http://localhost", "http://[::1]:9/", "127.0.0.1:1"] {
            assert!(is_here(here), "{here}");
        }
        for elsewhere in ["https://s3.example.org", "http://127.0.0.1.example.org", "http://localhosted:1"] {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }
}
