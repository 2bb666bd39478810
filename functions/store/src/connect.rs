//! The S3 client as both Lambda functions and the command line use it.

use std::time::Duration;

use aws_sdk_s3::{
    Client,
    config::{Credentials, Region, StalledStreamProtectionConfig, timeout::TimeoutConfig},
};

/// One attempt of one request; a hanging store must not eat the function's time.
const ATTEMPT: Duration = Duration::from_secs(5);
/// All attempts of one request.
const OPERATION: Duration = Duration::from_secs(20);

/// A client from the usual AWS environment; `endpoint` names another server than AWS.
pub async fn connect(endpoint: Option<&str>) -> Client {
    client(endpoint, None).await
}

/// A client for a server whose key and secret are known, whatever the environment says.
pub async fn connect_as(endpoint: &str, region: &str, key: &str, secret: &str) -> Client {
    let credentials = Credentials::new(key, secret, None, None, "pressroom");
    client(Some(endpoint), Some((credentials, Region::new(region.to_owned())))).await
}

async fn client(endpoint: Option<&str>, known: Option<(Credentials, Region)>) -> Client {
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
    let config = aws_sdk_s3::config::Builder::from(&shared).force_path_style(elsewhere).build();
    Client::from_conf(config)
}
