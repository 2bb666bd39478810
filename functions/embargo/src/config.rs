//! What the function takes from its environment.

use store::Access;

/// Configuration of the function; nothing else reads the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `CONTENT_BUCKET`: revisions and the markers of what is due.
    pub content_bucket: String,
    /// Where S3 is, and the credentials that Lambda gives.
    pub access: Access,
    /// `METRICS`: the namespace of `CloudWatch` that figures go to; without it there are none.
    pub metrics: Option<String>,
}

impl Config {
    /// Reads the variables through `lookup`.
    ///
    /// # Errors
    /// Names every missing variable at once.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let lookup = |name: &str| lookup(name).filter(|value| !value.is_empty());
        match (lookup("CONTENT_BUCKET"), Access::read(lookup)) {
            (Some(content_bucket), Ok(access)) => Ok(Self {
                content_bucket,
                access,
                metrics: lookup("METRICS"),
            }),
            (bucket, access) => {
                let mut missing = Vec::from_iter(bucket.is_none().then_some("CONTENT_BUCKET"));
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
            Err("missing in the environment: CONTENT_BUCKET, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY".to_owned())
        );
        let found = Config::read(|name| (name != "METRICS").then(|| name.to_owned())).unwrap();
        assert_eq!((found.content_bucket.as_str(), found.metrics), ("CONTENT_BUCKET", None));
    }
}
