//! One server under test, and how a check is run against it.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use futures::FutureExt;
use local::s3::{EmbeddedS3, Options};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{known, peers};

pub(super) const BUCKET: &str = "news";
pub(super) const ACCESS_KEY: &str = "test";
pub(super) const SECRET_KEY: &str = "test";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Embedded,
    Seaweedfs,
    Ministack,
}

/// An address that speaks S3, and a place in it that is this check's own.
pub(super) struct Server {
    pub(super) kind: Kind,
    pub(super) endpoint: String,
    pub(super) client: Client,
    place: String,
    _embedded: Option<Embedded>,
}

/// The embedded S3 over HTTP on loopback; stops when dropped.
pub(super) struct Embedded {
    pub(super) s3: EmbeddedS3,
    pub(super) endpoint: String,
    pub(super) data: TempDir,
    _stop: oneshot::Sender<()>,
}

impl Embedded {
    pub(super) async fn start(options: Options) -> Self {
        let data = tempfile::tempdir().unwrap();
        let s3 = EmbeddedS3::open(data.path(), options).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = s3.clone();
        tokio::spawn(async move {
            serving.serve(listener, async { drop(stopped.await) }).await.unwrap();
        });
        Self {
            s3,
            endpoint,
            data,
            _stop: stop,
        }
    }
}

pub(super) fn options() -> Options {
    Options {
        buckets: vec![BUCKET.to_owned()],
        access_key: ACCESS_KEY.to_owned(),
        secret_key: SECRET_KEY.to_owned(),
        ..Options::default()
    }
}

/// The SDK as anyone gets it, checksums and all, over HTTP.
pub(super) fn client(endpoint: &str, secret: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .http_client(store::https())
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(ACCESS_KEY, secret, None, None, "tests"))
        .endpoint_url(endpoint)
        .force_path_style(true);
    Client::from_conf(config.build())
}

/// Runs a check; a known difference must be exactly the difference that is known.
pub(super) async fn run(kind: Kind, check: &'static str, body: impl AsyncFnOnce(Server)) {
    let server = match kind {
        Kind::Embedded => {
            let embedded = Embedded::start(options()).await;
            Server::new(kind, embedded.endpoint.clone(), check, Some(embedded))
        }
        Kind::Seaweedfs => Server::new(kind, peers::seaweedfs().await, check, None),
        Kind::Ministack => Server::new(kind, peers::ministack().await, check, None),
    };
    let result = AssertUnwindSafe(body(server)).catch_unwind().await;
    let Some(difference) = known::difference(kind, check) else {
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
        return;
    };
    let Err(panic) = result else {
        panic!("{kind:?} now passes {check}: take it out of known.rs");
    };
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    let said = said.unwrap_or_default();
    assert!(
        said.contains(difference.says),
        "{kind:?} is known to differ in {check} ({}), but now says: {said}",
        difference.instead
    );
}

impl Server {
    fn new(kind: Kind, endpoint: String, check: &str, embedded: Option<Embedded>) -> Self {
        let client = client(&endpoint, SECRET_KEY);
        Self {
            kind,
            endpoint,
            client,
            place: format!("{check}/"),
            _embedded: embedded,
        }
    }

    /// A key of this check.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.place)
    }

    pub(super) async fn put(&self, key: &str, body: &str) -> String {
        let put = self.client.put_object().bucket(BUCKET).key(key).body(bytes(body));
        put.send().await.unwrap().e_tag.unwrap()
    }

    pub(super) async fn text(&self, key: &str) -> String {
        let object = self.client.get_object().bucket(BUCKET).key(key).send().await.unwrap();
        String::from_utf8(object.body.collect().await.unwrap().to_vec()).unwrap()
    }

    /// A presigned PUT that binds `content_type`.
    pub(super) async fn presigned_put(&self, key: &str, content_type: &str, expires_at: SystemTime) -> String {
        let put = self.client.put_object().bucket(BUCKET).key(key).content_type(content_type);
        put.presigned(presigning(expires_at)).await.unwrap().uri().to_owned()
    }

    pub(super) async fn presigned_get(&self, key: &str) -> String {
        let get = self.client.get_object().bucket(BUCKET).key(key);
        get.presigned(presigning(SystemTime::now() + Duration::from_secs(60)))
            .await
            .unwrap()
            .uri()
            .to_owned()
    }
}

fn presigning(expires_at: SystemTime) -> PresigningConfig {
    let minute = Duration::from_secs(60);
    PresigningConfig::builder()
        .start_time(expires_at - minute)
        .expires_in(minute)
        .build()
        .unwrap()
}

pub(super) fn bytes(body: &str) -> ByteStream {
    ByteStream::from(body.as_bytes().to_vec())
}

/// The HTTP status of a refusal.
pub(super) fn status<E>(error: &SdkError<E>) -> u16 {
    error.raw_response().map_or(0, |response| response.status().as_u16())
}
