//! What the function takes from its environment.

use store::Access;

/// Megabytes with which Lambda gives one processor; more begin above.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
pub(crate) const PROCESSOR: usize = 1_769;

/// Configuration of the function; nothing else reads the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `CONTENT_BUCKET`: private revisions and `config/site.toml`.
    pub content_bucket: String,
    /// `SITE_BUCKET`: what the CDN serves.
    pub site_bucket: String,
    /// Where S3 is, and the credentials that Lambda gives.
    pub access: Access,
    /// Lambda gives more than one processor, by `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`.
    pub processors: bool,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, which Lambda sets in MB: as much is done at once.
    pub megabytes: Option<usize>,
    /// What states may take that it remembers, in bytes: a quarter of the function's memory.
    pub remembered: Option<usize>,
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
        let megabytes = lookup("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").and_then(|size| size.parse::<usize>().ok());
        let buckets = ["CONTENT_BUCKET", "SITE_BUCKET"];
        let mut missing: Vec<&str> = buckets.into_iter().filter(|name| lookup(name).is_none()).collect();
        match (buckets.map(lookup), Access::read(lookup)) {
            ([Some(content_bucket), Some(site_bucket)], Ok(access)) => Ok(Self {
                content_bucket,
                site_bucket,
                access,
                processors: megabytes.is_some_and(|megabytes| megabytes > PROCESSOR),
                megabytes,
                remembered: megabytes.map(|megabytes| (megabytes << 20) / 4),
                metrics: lookup("METRICS"),
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

    #[test]
    fn a_larger_function_remembers_more() {
        let of = |size: &'static str| {
            let lookup = move |name: &str| {
                Some(if name == "AWS_LAMBDA_FUNCTION_MEMORY_SIZE" {
                    size.to_owned()
                } else {
                    name.to_owned()
                })
            };
            let config = Config::read(lookup).unwrap();
            (config.remembered, config.processors)
        };
        assert_eq!(
            ["256", "1769", "2048", "many", ""].map(of),
            [
                (Some(64 << 20), false),
                (Some(463_732_736), false),
                (Some(512 << 20), true),
                (None, false),
                (None, false)
            ]
        );
    }
}
