//! The one door to the S3, over HTTP and in process: it lets the protocol answer, and notes what was asked.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use http::{HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use s3s::access::{S3Access, S3AccessContext};
use s3s::service::S3Service;
use s3s::{Body, HttpError, HttpRequest, HttpResponse, S3ErrorCode, S3Result};
use tokio::net::TcpListener;

use super::log::{Log, Record};

/// A request that has not ended by then is given up when the server stops.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
pub(super) struct Front {
    pub(super) service: S3Service,
    pub(super) log: Arc<Log>,
    /// Pages of these origins may send files, as the bucket's CORS rule says on AWS.
    pub(super) origins: Vec<String>,
}

/// Filled in by the protocol once it knows what a request is.
#[derive(Debug, Clone, Default)]
struct Operation(Arc<OnceLock<String>>);

/// Lets nobody in without a signature, and notes the operation in passing.
#[derive(Debug)]
pub(super) struct SignedOnly;

#[async_trait::async_trait]
impl S3Access for SignedOnly {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let name = context.s3_op().name().to_owned();
        if let Some(operation) = context.extensions_mut().get::<Operation>() {
            // Asked once a request.
            let _ = operation.0.set(name);
        }
        if context.credentials().is_none() {
            return Err(S3ErrorCode::AccessDenied.into());
        }
        Ok(())
    }
}

impl Front {
    /// The origin of a page that may send files.
    fn origin(&self, request: &http::Request<Incoming>) -> Option<HeaderValue> {
        let origin = request.headers().get(header::ORIGIN)?;
        self.origins
            .iter()
            .any(|known| known.as_bytes() == origin.as_bytes())
            .then(|| origin.clone())
    }

    /// The answer to a browser that asks before it sends a file.
    fn asked(method: &Method, origin: Option<&HeaderValue>) -> Option<HttpResponse> {
        origin.filter(|_| *method == Method::OPTIONS)?;
        let mut response = HttpResponse::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "PUT"),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "content-type, cache-control, x-amz-checksum-sha256, x-amz-sdk-checksum-algorithm",
            ),
            (header::ACCESS_CONTROL_MAX_AGE, "3600"),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        Some(response)
    }

    pub(super) async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (time, start) = (Timestamp::now(), Instant::now());
        let operation = Operation::default();
        request.extensions_mut().insert(operation.clone());
        let method = request.method().clone();
        let (bucket, key) = address(request.uri().path());
        let sent = sent(&request);

        let mut response = self.service.call(request).await?;
        // In process nothing else takes the body away, and an SDK would read it.
        if method == Method::HEAD || response.status() == StatusCode::NOT_MODIFIED {
            *response.body_mut() = Body::empty();
        }
        self.log.record(Record {
            time,
            operation: operation.0.get().cloned().unwrap_or_else(|| "-".to_owned()),
            bucket,
            key,
            status: response.status().as_u16(),
            bytes: if method == Method::PUT {
                sent
            } else {
                response.body().size_hint().exact().unwrap_or(0)
            },
            milliseconds: (start.elapsed().as_secs_f64() * 1e6).round() / 1e3,
            method: method.to_string(),
        });
        Ok(response)
    }

    /// Serves HTTP until `stop` is ready, then lets the requests under way end.
    pub(super) async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        let graceful = GracefulShutdown::new();
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new());
        tokio::pin!(stop);
        loop {
            let stream = tokio::select! {
                () = &mut stop => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        // Out of file descriptors, or a peer that went away: neither is a reason to stop serving.
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(Duration::from_millis(10)).await;
                        continue;
                    }
                },
            };
            // Small answers must not wait for more to send.
            let _ = stream.set_nodelay(true);
            let front = self.clone();
            let answer = service_fn(move |request: http::Request<Incoming>| {
                let front = front.clone();
                async move {
                    let origin = front.origin(&request);
                    let mut answered = match Self::asked(request.method(), origin.as_ref()) {
                        Some(response) => Ok(response),
                        None => front.call(request.map(Body::from)).await,
                    };
                    if let (Ok(response), Some(origin)) = (&mut answered, origin) {
                        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                    }
                    answered.map_err(|error| std::io::Error::other(format!("{error:?}")))
                }
            });
            let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), answer));
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "connection ended early");
                }
            });
        }
        drop(listener);
        if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
            tracing::warn!("gave up requests that did not end");
        }
        Ok(())
    }
}

pub(super) fn address(path: &str) -> (String, String) {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (bucket.to_owned(), percent_decode_str(key).decode_utf8_lossy().into_owned())
}

fn sent(request: &HttpRequest) -> u64 {
    let number = |name: &str| request.headers().get(name)?.to_str().ok()?.parse().ok();
    number("x-amz-decoded-content-length")
        .or_else(|| number("content-length"))
        .unwrap_or(0)
}
