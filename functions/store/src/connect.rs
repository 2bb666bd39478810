//! The S3 client as the Lambda functions and the command line use it.

use std::time::Duration;

use aws_sdk_s3::{
    Client,
    config::{
        Builder, ConfigBag, Credentials, Intercept, Region, RuntimeComponents, StalledStreamProtectionConfig,
        interceptors::BeforeDeserializationInterceptorContextRef, timeout::TimeoutConfig,
    },
    error::BoxError,
};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::{connection::CaptureSmithyConnection, http::SharedHttpClient};

use crate::Tally;

/// One attempt of one request; a hanging store must not eat the function's time.
const ATTEMPT: Duration = Duration::from_secs(5);
/// All attempts of one request.
const OPERATION: Duration = Duration::from_secs(20);

/// Bytes of a response from which on its connection is not used again.
const LARGE: u64 = 64 << 10;

/// Where S3 is and who asks, all of it known.
///
/// A function on Lambda is given its credentials in its environment, for as long as the environment lives. The chain of providers that the SDK
/// looks through otherwise (profiles, containers, instances) has nothing to find there, and takes time and a megabyte of program.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    /// Another S3 than AWS's.
    pub endpoint: Option<String>,
    region: String,
    key: String,
    secret: String,
    session: Option<String>,
}

/// Secrets are no text for a log.
impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { endpoint, region, .. } = self;
        f.debug_struct("Access")
            .field("endpoint", endpoint)
            .field("region", region)
            .finish_non_exhaustive()
    }
}

impl Access {
    /// Reads what Lambda sets: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`; and `AWS_ENDPOINT_URL`, which it does not.
    ///
    /// # Errors
    /// The names of the variables that are missing.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<&'static str>> {
        let lookup = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let names = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        match names.map(lookup) {
            [Some(region), Some(key), Some(secret)] => Ok(Self {
                endpoint: lookup("AWS_ENDPOINT_URL"),
                region,
                key,
                secret,
                session: lookup("AWS_SESSION_TOKEN"),
            }),
            found => Err(names
                .into_iter()
                .zip(found)
                .filter_map(|(name, value)| value.is_none().then_some(name))
                .collect()),
        }
    }

    /// A server whose key and secret are known, whatever the environment says.
    pub fn to(endpoint: &str, region: &str, key: &str, secret: &str) -> Self {
        Self {
            endpoint: Some(endpoint.to_owned()),
            region: region.to_owned(),
            key: key.to_owned(),
            secret: secret.to_owned(),
            session: None,
        }
    }

    fn builder(&self) -> Builder {
        let credentials = Credentials::new(&self.key, &self.secret, self.session.clone(), None, "pressroom");
        let mut builder = Builder::new()
            .region(Region::new(self.region.clone()))
            .credentials_provider(credentials);
        builder.set_endpoint_url(self.endpoint.clone());
        builder
    }
}

/// A client of the S3 that is known.
pub fn connect(access: &Access) -> Client {
    client(access.builder(), access.endpoint.is_some())
}

/// The same, with a count of what it sends.
pub fn connect_counted(access: &Access, tally: &Tally) -> Client {
    client(access.builder().interceptor(tally.clone()), access.endpoint.is_some())
}

/// A client of what the SDK has found in the usual AWS environment; `elsewhere` when that is another server than AWS.
pub fn connect_found(found: impl Into<Builder>, elsewhere: bool) -> Client {
    client(found.into(), elsewhere)
}

/// Connections over TLS, with the certificates of the system; they are read when the first client is made of it.
pub fn https() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

fn client(builder: Builder, elsewhere: bool) -> Client {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    let config = builder
        .http_client(https())
        .timeout_config(timeouts)
        // The time-outs above end what stalls.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        // Only AWS resolves bucket names as host names.
        .force_path_style(elsewhere)
        .interceptor(Spent);
    Client::from_conf(config.build())
}

/// A connection that has brought a large document is closed after it.
///
/// Whoever reads from a connection keeps a buffer for it, which grows with what comes, up to 408 KiB, and is kept as long as the connection.
/// A function has more than a hundred connections, and each brings a month of some megabytes now and then.
#[derive(Debug)]
struct Spent;

impl Intercept for Spent {
    fn name(&self) -> &'static str {
        "Spent"
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let length = context.response().headers().get("content-length");
        let length = length.and_then(|length| length.parse::<u64>().ok());
        if length.is_some_and(|length| length >= LARGE)
            && let Some(connection) = config.load::<CaptureSmithyConnection>().and_then(CaptureSmithyConnection::get)
        {
            connection.poison();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        (name != "AWS_ENDPOINT_URL").then(|| name.to_lowercase())
    }

    #[test]
    fn every_variable_that_is_missing_is_named_and_an_empty_one_is_missing() {
        let missing = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        assert_eq!(Access::read(|_| Some(String::new())), Err(missing.to_vec()));
        for name in missing {
            assert_eq!(Access::read(|asked| lookup(asked).filter(|_| asked != name)), Err(vec![name]));
        }
        // Whoever has long-lived credentials has no session.
        let found = Access::read(|asked| lookup(asked).filter(|_| asked != "AWS_SESSION_TOKEN")).unwrap();
        assert_eq!((found.session, found.endpoint), (None, None));
    }

    #[test]
    fn a_secret_is_in_no_text_of_it() {
        let text = format!("{:?}", Access::read(lookup).unwrap());
        assert!(
            text.contains("aws_region") && !text.contains("secret") && !text.contains("token"),
            "{text}"
        );
    }
}
