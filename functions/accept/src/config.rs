//! What the function takes from its environment.

use store::Access;

/// Configuration of the function; nothing else reads the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `CONTENT_BUCKET`: revisions, tokens and `config/site.toml`.
    pub content_bucket: String,
    /// `SITE_BUCKET`: named for the store; this function never writes it.
    pub site_bucket: String,
    /// Where S3 is, and the credentials that Lambda gives.
    pub access: Access,
}

impl Config {
    /// Reads the variables through `lookup`.
    ///
    /// # Errors
    /// Names every missing variable at once.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let lookup = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let buckets = ["CONTENT_BUCKET", "SITE_BUCKET"];
        let mut missing: Vec<&str> = buckets.into_iter().filter(|name| lookup(name).is_none()).collect();
        match (buckets.map(lookup), Access::read(lookup)) {
            ([Some(content_bucket), Some(site_bucket)], Ok(access)) => Ok(Self {
                content_bucket,
                site_bucket,
                access,
            }),
            (_, access) => {
                missing.extend(access.err().unwrap_or_default());
                Err(format!("missing in the environment: {}", missing.join(", ")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_variable_is_named_at_once() {
        assert_eq!(
            Config::read(|_| None),
            Err("missing in the environment: CONTENT_BUCKET, SITE_BUCKET, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY".to_owned())
        );
    }
}
