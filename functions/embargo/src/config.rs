//! What the function takes from its environment.

/// Configuration of the function; nothing else reads the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `CONTENT_BUCKET`: revisions and the markers of what is due.
    pub content_bucket: String,
    /// `AWS_ENDPOINT_URL`: another S3 than AWS's; absent on AWS.
    pub endpoint: Option<String>,
    /// `METRICS`: the namespace of `CloudWatch` that figures go to; without it there are none.
    pub metrics: Option<String>,
}

impl Config {
    /// Reads the variables through `lookup`.
    ///
    /// # Errors
    /// Names the missing variable.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let lookup = |name: &str| lookup(name).filter(|value| !value.is_empty());
        Ok(Self {
            content_bucket: lookup("CONTENT_BUCKET").ok_or("missing in the environment: CONTENT_BUCKET")?,
            endpoint: lookup("AWS_ENDPOINT_URL"),
            metrics: lookup("METRICS"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_bucket_is_named() {
        assert_eq!(Config::read(|_| None), Err("missing in the environment: CONTENT_BUCKET".to_owned()));
        let found = Config::read(|name| (name == "CONTENT_BUCKET").then(|| "content".to_owned())).unwrap();
        assert_eq!((found.content_bucket.as_str(), found.endpoint), ("content", None));
    }
}
