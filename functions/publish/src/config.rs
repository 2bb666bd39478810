//! What the function takes from its environment.

/// Configuration of the function; nothing else reads the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `CONTENT_BUCKET`: private revisions and `config/site.toml`.
    pub content_bucket: String,
    /// `SITE_BUCKET`: what the CDN serves.
    pub site_bucket: String,
    /// `AWS_ENDPOINT_URL`: another S3 than AWS's; absent on AWS.
    pub endpoint: Option<String>,
}

impl Config {
    /// Reads the variables through `lookup`.
    ///
    /// # Errors
    /// Names every missing variable at once.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let lookup = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let missing: Vec<&str> = ["CONTENT_BUCKET", "SITE_BUCKET"].into_iter().filter(|name| lookup(name).is_none()).collect();
        match (lookup("CONTENT_BUCKET"), lookup("SITE_BUCKET")) {
            (Some(content_bucket), Some(site_bucket)) => Ok(Self {
                content_bucket,
                site_bucket,
                endpoint: lookup("AWS_ENDPOINT_URL"),
            }),
            _ => Err(format!("missing in the environment: {}", missing.join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_variable_is_named_at_once() {
        assert_eq!(Config::read(|_| None), Err("missing in the environment: CONTENT_BUCKET, SITE_BUCKET".to_owned()));
    }
}
