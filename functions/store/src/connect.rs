//! The S3 client as both Lambda functions and the command line use it.

use std::time::Duration;

use aws_sdk_s3::{Client, config::timeout::TimeoutConfig};

/// One attempt of one request; a hanging store must not eat the function's time.
const ATTEMPT: Duration = Duration::from_secs(5);
/// All attempts of one request.
const OPERATION: Duration = Duration::from_secs(20);

/// A client from the usual AWS environment; `endpoint` names another server than AWS.
pub async fn connect(endpoint: Option<&str>) -> Client {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(OPERATION).build();
    let mut loader = aws_config::from_env().timeout_config(timeouts);
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    let shared = loader.load().await;
    let elsewhere = shared.endpoint_url().is_some();
    // Only AWS resolves bucket names as host names.
    let config = aws_sdk_s3::config::Builder::from(&shared).force_path_style(elsewhere).build();
    Client::from_conf(config)
}
