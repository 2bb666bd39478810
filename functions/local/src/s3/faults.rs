//! The same client on a bad day: a script decides what becomes of each of its requests.
//!
//! Faults are what the network and S3 do to a client, so the real SDK, its checks and its retries meet them. It never changes what is
//! stored but by requests that were made.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};

use super::front::address;
use super::in_process::InProcess;

/// Retries of a client with faults rest this long at most: a simulation has many of them.
const REST: Duration = Duration::from_millis(10);
/// As `store::connect` has it: a store that hangs is given up.
const ATTEMPT: Duration = Duration::from_secs(5);
const OPERATION: Duration = Duration::from_secs(20);

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// It is answered.
    #[default]
    None,
    /// The connection breaks before it arrives.
    Reset,
    /// It is carried out, then the connection breaks.
    Lost,
    /// It is not carried out, and answered with this status.
    Refused(u16),
    /// It is carried out, and answered with this status all the same.
    Disowned(u16),
    /// It is answered, but half of the body never comes.
    Truncated,
    /// Nothing is carried out and no answer comes, ever: whoever asks is dead or cut off.
    Silence,
}

/// What the script says of one attempt of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdict {
    /// How long it is on its way.
    pub before: Duration,
    /// What becomes of it.
    pub fault: Fault,
    /// How long the answer is on its way.
    pub after: Duration,
}

/// An attempt of a request; the SDK repeats some.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// `GET`, `HEAD`, `PUT`, `DELETE`, `POST`.
    pub method: String,
    /// The bucket.
    pub bucket: String,
    /// The key; empty for requests about a bucket.
    pub key: String,
    /// `If-Match`.
    pub matches: bool,
    /// `If-None-Match`.
    pub none_match: bool,
    /// The user metadata `version` of a write, when it is a number.
    pub version: Option<u64>,
    /// What a write sends.
    pub body: Bytes,
}

/// The script.
pub trait Faults: Debug + Send + Sync {
    /// Asked once for each attempt, in the order in which they are made.
    fn judge(&self, attempt: &Attempt) -> Verdict;

    /// Told what the store answered, whether or not the client hears of it.
    fn carried_out(&self, attempt: &Attempt, status: u16);
}

/// A connector with a script.
#[derive(Debug, Clone)]
struct Faulty {
    inner: InProcess,
    faults: Arc<dyn Faults>,
}

/// Sets a client up to meet `faults`: its own retry quota, short rests, and the time-outs of the deployed functions.
pub(super) fn meet(config: Builder, inner: InProcess, faults: Arc<dyn Faults>) -> Builder {
    let retries = RetryConfig::standard().with_initial_backoff(REST / 2).with_max_backoff(REST);
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    config
        .http_client(SharedHttpClient::new(Faulty { inner, faults }))
        .retry_config(retries)
        .retry_partition(RetryPartition::custom("faults").build())
        .timeout_config(timeouts)
}

impl HttpClient for Faulty {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Faulty {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { inner, faults } = self.clone();
        HttpConnectorFuture::new(async move {
            let attempt = attempt(&request);
            let verdict = faults.judge(&attempt);
            wait(verdict.before).await;
            match verdict.fault {
                Fault::Reset => return Err(broken("the connection was reset")),
                Fault::Refused(status) => {
                    wait(verdict.after).await;
                    return refusal(status);
                }
                Fault::Silence => std::future::pending().await,
                Fault::None | Fault::Lost | Fault::Disowned(_) | Fault::Truncated => {}
            }
            let response = inner.ask(request).await?;
            faults.carried_out(&attempt, response.status().as_u16());
            wait(verdict.after).await;
            match verdict.fault {
                Fault::Lost => Err(broken("the answer was lost")),
                Fault::Disowned(status) => refusal(status),
                Fault::Truncated => Ok(response.map(half)),
                _ => Ok(response),
            }
        })
    }
}

fn attempt(request: &HttpRequest) -> Attempt {
    let path = request.uri().split_once("://").map_or(request.uri(), |(_, rest)| rest);
    let path = path.find('/').map_or("/", |start| &path[start..]);
    let (bucket, key) = address(path.split('?').next().unwrap_or(path));
    let headers = request.headers();
    Attempt {
        method: request.method().to_owned(),
        matches: headers.contains_key(IF_MATCH.as_str()),
        none_match: headers.contains_key(IF_NONE_MATCH.as_str()),
        version: headers.get("x-amz-meta-version").and_then(|version| version.parse().ok()),
        body: request.body().bytes().map(Bytes::copy_from_slice).unwrap_or_default(),
        bucket,
        key,
    }
}

async fn wait(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn broken(what: &str) -> ConnectorError {
    ConnectorError::io(std::io::Error::new(std::io::ErrorKind::ConnectionReset, what.to_owned()).into())
}

/// An error as S3 words it.
fn refusal(status: u16) -> Result<HttpResponse, ConnectorError> {
    let code = match status {
        403 => "AccessDenied",
        404 => "NoSuchKey",
        409 => "ConditionalRequestConflict",
        412 => "PreconditionFailed",
        503 => "SlowDown",
        _ => "InternalError",
    };
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>a fault</Message></Error>");
    let response = http::Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/xml")
        .body(SdkBody::from(body))
        .map_err(|error| ConnectorError::user(error.into()))?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::user(error.into()))
}

/// The headers promise the whole body.
fn half(body: SdkBody) -> SdkBody {
    match body.bytes() {
        Some(bytes) => SdkBody::from(bytes[..bytes.len() / 2].to_vec()),
        None => body,
    }
}
