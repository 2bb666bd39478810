//! A real S3 in this process: SigV4, conditional writes, checksums, listings and events, its objects plain files.
//!
//! Left out because nothing here needs it: multipart uploads, versions, ACLs, tags. It serves one data directory per
//! process. Every write is on disk, and its events are queued, before it is acknowledged.

mod backend;
mod convert;
mod disk;
mod event;
mod faults;
mod front;
mod in_process;
mod list;
mod log;
mod name;
mod object;
mod store;
mod upload;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;

pub use crate::lock::OpenError;
pub use event::Notification;
pub use faults::{Attempt, Fault, Faults, Verdict};
pub use log::{Counts, Observer, Record};

use backend::Backend;
use front::{Front, SignedOnly};
use in_process::InProcess;
use log::Log;
use store::Store;

/// The region every client is told; AWS's default one.
pub const REGION: &str = "us-east-1";

/// How the S3 is set up; the default runs, on files, without buckets.
#[derive(Clone)]
pub struct Options {
    /// Buckets to create when they are missing.
    pub buckets: Vec<String>,
    /// Who is let in.
    pub access_key: String,
    /// With which secret.
    pub secret_key: String,
    /// Keep bodies in memory and write no file: for tests and simulations, otherwise the same code.
    pub memory: bool,
    /// Larger objects are answered `EntityTooLarge`; each upload is held in memory once.
    pub max_object: usize,
    /// Queues to tell about new objects.
    pub notifications: Vec<Notification>,
    /// File that gets one JSON line per request.
    pub log: Option<PathBuf>,
    /// Called with each request's record.
    pub observer: Option<Observer>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            buckets: Vec::new(),
            access_key: "pressroom".to_owned(),
            secret_key: "pressroom-secret".to_owned(),
            memory: false,
            // Media of a release are photographs and short films; 64 MiB of them fit in memory a few times over.
            max_object: 64 << 20,
            notifications: Vec::new(),
            log: None,
            observer: None,
        }
    }
}

/// The embedded S3; clones share it. The data directory is free again when the last clone, client and server are gone.
#[derive(Debug, Clone)]
pub struct EmbeddedS3 {
    front: Front,
    credentials: Credentials,
}

impl EmbeddedS3 {
    /// Opens the store below `data`, finishing or undoing what a crash interrupted, and creates the configured buckets.
    pub fn open(data: &Path, options: Options) -> Result<Self, OpenError> {
        let store = Store::open((!options.memory).then_some(data), options.notifications)?;
        for bucket in &options.buckets {
            if !s3s::path::check_bucket_name(bucket) {
                return Err(OpenError::BucketName(bucket.clone()));
            }
            store.create_bucket(bucket).map_err(OpenError::io(data))?;
        }
        let log = Arc::new(Log::open(options.log.as_deref(), options.observer)?);
        let backend = Backend {
            store: Arc::new(store),
            max_object: options.max_object,
        };
        let mut builder = S3ServiceBuilder::new(backend);
        builder.set_auth(SimpleAuth::from_single(options.access_key.clone(), options.secret_key.clone()));
        builder.set_access(SignedOnly);
        let credentials = Credentials::new(options.access_key, options.secret_key, None, None, "pressroom");
        Ok(Self {
            front: Front {
                service: builder.build(),
                log,
                origins: Vec::new(),
            },
            credentials,
        })
    }

    /// The same, in which pages of these origins may send files.
    #[must_use]
    pub fn open_to(mut self, origins: Vec<String>) -> Self {
        self.front.origins = origins;
        self
    }

    /// The bare protocol service; what goes past [`Self::client`] and [`Self::serve`] is neither counted nor logged.
    pub fn service(&self) -> S3Service {
        self.front.service.clone()
    }

    /// An SDK client that needs no socket.
    pub fn client(&self) -> Client {
        self.client_for("http://127.0.0.1")
    }

    /// The same, for presigned URLs that work from outside: `endpoint` is where [`Self::serve`] listens.
    pub fn client_for(&self, endpoint: &str) -> Client {
        let config = self.config(endpoint).http_client(InProcess(self.front.clone()));
        Client::from_conf(config.build())
    }

    /// A client as [`Self::client`] whose requests meet `faults`.
    pub fn client_with(&self, faults: Arc<dyn Faults>) -> Client {
        let config = faults::meet(self.config("http://127.0.0.1"), InProcess(self.front.clone()), faults);
        Client::from_conf(config.build())
    }

    fn config(&self, endpoint: &str) -> aws_sdk_s3::config::Builder {
        aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(self.credentials.clone())
            .endpoint_url(endpoint)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .force_path_style(true)
    }

    /// Serves HTTP until `stop` is ready, then lets the requests under way end.
    pub async fn serve(&self, listener: TcpListener, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        self.front.clone().serve(listener, stop).await
    }

    /// Requests answered so far, over HTTP and in process.
    pub fn counts(&self) -> Counts {
        self.front.log.counts()
    }
}
