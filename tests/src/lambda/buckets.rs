//! The two buckets of one test: an embedded S3 that the functions reach over HTTP.

use std::{collections::BTreeMap, path::Path, time::Duration};

use accept::{TokenFile, TokenRecord, hash_token};
use aws_sdk_s3::Client;
use bytes::Bytes;
use local::{
    queue::Queue,
    s3::{EmbeddedS3, Notification, Options},
};
use release::{Role, Site};
use serde_json::json;
use store::{Key, Store};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::harness::PUBLIC;

pub(super) const CONTENT: &str = "content";
pub(super) const SITE: &str = "site";
pub(super) const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub(super) const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// Of an editor.
pub(super) const TOKEN: &str = "a-token-of-an-editor";

/// A configured, furnished site without releases.
pub(super) struct Buckets {
    pub(super) endpoint: String,
    pub(super) desk: publish::Desk,
    s3: EmbeddedS3,
    queue: Queue,
    server: JoinHandle<()>,
}

/// An object of the site bucket as readers get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Public {
    pub(super) bytes: Bytes,
    /// Type, cache policy, ETag and user metadata.
    pub(super) headers: Vec<(String, String)>,
}

impl Buckets {
    pub(super) async fn open() -> Self {
        let buckets = Self::bare().await;
        buckets.desk.store.put(&Key::SiteConfig, site_toml()).await.unwrap();
        let record = TokenRecord {
            name: "desk".to_owned(),
            role: Role::Editor,
            sha256: hash_token(TOKEN),
            created: None,
        };
        let tokens = serde_json::to_vec(&TokenFile { tokens: vec![record] }).unwrap();
        buckets.desk.store.put(&Key::Tokens, tokens).await.unwrap();
        publish::furnish(&buckets.desk).await.unwrap();
        // What the functions meet is cold.
        buckets.desk.store.forget();
        buckets
    }

    /// With nothing in them.
    pub(super) async fn bare() -> Self {
        let queue = Queue::in_memory();
        let options = Options {
            buckets: vec![CONTENT.to_owned(), SITE.to_owned()],
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
            memory: true,
            notifications: vec![Notification {
                bucket: CONTENT.to_owned(),
                prefix: "releases/".to_owned(),
                queue: queue.clone(),
            }],
            ..Options::default()
        };
        let s3 = EmbeddedS3::open(Path::new("not used, in memory"), options).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let served = s3.clone();
        let server = tokio::spawn(async move { served.serve(listener, std::future::pending()).await.unwrap() });
        let store = Store::new(s3.client(), CONTENT, SITE);
        let site = Site::parse(&site_toml(), "site.toml").unwrap();
        Self {
            endpoint,
            desk: publish::Desk::new(store, site),
            s3,
            queue,
            server,
        }
    }

    /// A client that is neither of the functions'.
    pub(super) fn client(&self) -> Client {
        self.s3.client()
    }

    /// What S3 sent about new releases since the last call, as SQS hands it to the function.
    pub(super) async fn batch(&self) -> serde_json::Value {
        let messages = self.queue.receive(10, Duration::from_millis(10)).await;
        let record = |message: &local::queue::Message| {
            self.queue.delete(&message.id);
            json!({"messageId": message.id, "body": message.body, "eventSource": "aws:sqs"})
        };
        json!({"Records": messages.iter().map(record).collect::<Vec<_>>()})
    }

    /// Every object of the site bucket.
    pub(super) async fn site(&self) -> BTreeMap<String, Public> {
        objects(&self.client()).await
    }

    /// The Last-Modified of every object of the site bucket, as fine as the store keeps it.
    pub(super) async fn dates(&self) -> BTreeMap<String, String> {
        let page = self.client().list_objects_v2().bucket(SITE).send().await.unwrap();
        assert_ne!(page.is_truncated(), Some(true), "more objects than one page shows");
        let date =
            |object: &aws_sdk_s3::types::Object| (object.key().unwrap().to_owned(), format!("{:?}", object.last_modified().unwrap()));
        page.contents().iter().map(date).collect()
    }

    /// Requests so far.
    pub(super) fn requests(&self) -> u64 {
        self.s3.counts().total()
    }

    /// Requests that write, so far.
    pub(super) fn writes(&self) -> u64 {
        let counts = self.s3.counts();
        counts.of("PutObject") + counts.of("DeleteObject")
    }
}

impl Drop for Buckets {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Every object of a site bucket.
pub(super) async fn objects(client: &Client) -> BTreeMap<String, Public> {
    let page = client.list_objects_v2().bucket(SITE).send().await.unwrap();
    assert_ne!(page.is_truncated(), Some(true), "more objects than one page shows");
    let mut objects = BTreeMap::new();
    for object in page.contents() {
        let key = object.key().unwrap().to_owned();
        let found = client.get_object().bucket(SITE).key(&key).send().await.unwrap();
        let mut headers: Vec<(String, String)> = found.metadata().unwrap().clone().into_iter().collect();
        headers.sort();
        let named = [
            ("content-type", found.content_type()),
            ("cache-control", found.cache_control()),
            ("etag", found.e_tag()),
        ];
        headers.extend(named.map(|(name, value)| (name.to_owned(), value.unwrap().to_owned())));
        let bytes = found.body.collect().await.unwrap().into_bytes();
        objects.insert(key, Public { bytes, headers });
    }
    objects
}

pub(super) fn site_toml() -> String {
    local::sample::SITE.replacen("http://127.0.0.1:8080", PUBLIC, 1)
}
