//! The S3 client as both Lambda functions and the command line use it.

use std::time::Duration;

use aws_sdk_s3::{
    Client,
    config::{
        ConfigBag, Credentials, Intercept, Region, RuntimeComponents, StalledStreamProtectionConfig,
        interceptors::BeforeDeserializationInterceptorContextRef, timeout::TimeoutConfig,
    },
    error::BoxError,
};
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;

use crate::Tally;

/// One attempt of one request; a hanging store must not eat the function's time.
const ATTEMPT: Duration = Duration::from_secs(5);
/// All attempts of one request.
const OPERATION: Duration = Duration::from_secs(20);

/// Bytes of a response from which on its connection is not used again.
const LARGE: u64 = 64 << 10;

/// A client from the usual AWS environment; `endpoint` names another server than AWS.
pub async fn connect(endpoint: Option<&str>) -> Client {
    client(endpoint, None, None).await
}

/// The same, with a count of what it sends.
pub async fn connect_counted(endpoint: Option<&str>) -> (Client, Tally) {
    let tally = Tally::default();
    (client(endpoint, None, Some(tally.clone())).await, tally)
}

/// A client for a server whose key and secret are known, whatever the environment says.
pub async fn connect_as(endpoint: &str, region: &str, key: &str, secret: &str) -> Client {
    let credentials = Credentials::new(key, secret, None, None, "pressroom");
    client(Some(endpoint), Some((credentials, Region::new(region.to_owned()))), None).await
}

async fn client(endpoint: Option<&str>, known: Option<(Credentials, Region)>, tally: Option<Tally>) -> Client {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    // The time-outs above end what stalls.
    let streams = StalledStreamProtectionConfig::disabled();
    let mut loader = aws_config::from_env().timeout_config(timeouts).stalled_stream_protection(streams);
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some((credentials, region)) = known {
        loader = loader.credentials_provider(credentials).region(region);
    }
    let shared = loader.load().await;
    let elsewhere = shared.endpoint_url().is_some();
    // Only AWS resolves bucket names as host names.
    let mut config = aws_sdk_s3::config::Builder::from(&shared)
        .force_path_style(elsewhere)
        .interceptor(Spent);
    if let Some(tally) = tally {
        config = config.interceptor(tally);
    }
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
