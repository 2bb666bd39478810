//! Two buckets in memory and a function instance over them, without sockets.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use aws_sdk_s3::Client;
use local::s3::{EmbeddedS3, Observer, Options};
use publish::{Desk, Message, furnish, publish};
use release::{Revision, Site};
use serde_json::{Value, json};
use store::{Bucket, Key, Store};
use uuid::Uuid;

/// Both buckets, empty; the observer hears of each request.
pub(crate) fn buckets(observer: Option<Observer>) -> EmbeddedS3 {
    let options = Options {
        buckets: vec!["content".to_owned(), "site".to_owned()],
        memory: true,
        observer,
        ..Options::default()
    };
    EmbeddedS3::open(Path::new("not used, in memory"), options).unwrap()
}

/// A function instance that remembers nothing yet.
pub(crate) fn desk(client: Client, site: impl Into<Arc<Site>>) -> Desk {
    Desk::new(Store::new(client, "content", "site"), site)
}

/// What the queue says of a stored revision.
pub(crate) fn message(id: Uuid, revision: u32) -> Message {
    let key = Key::Revision(id, revision).path();
    Message {
        id: format!("{key} {}", fastrand::u64(..)),
        body: json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]}).to_string(),
    }
}

/// Stores a revision; nobody hears of it yet.
pub(crate) async fn store(desk: &Desk, revision: &Revision) {
    let key = Key::Revision(revision.id, revision.revision);
    desk.store.create(&key, revision.to_bytes()).await.unwrap();
}

/// A press room in memory.
pub(crate) struct Memory {
    pub(crate) desk: Arc<Desk>,
    pub(crate) s3: EmbeddedS3,
}

impl Memory {
    pub(crate) async fn open(site: &str) -> Self {
        let s3 = buckets(None);
        let desk = desk(s3.client(), Site::parse(site, "site.toml").unwrap());
        furnish(&desk).await.unwrap();
        Self { desk: Arc::new(desk), s3 }
    }

    /// Stores revisions and publishes them as one batch.
    pub(crate) async fn publish(&self, revisions: &[Revision]) {
        let mut messages = Vec::new();
        for revision in revisions {
            store(&self.desk, revision).await;
            messages.push(message(revision.id, revision.revision));
        }
        let outcome = publish(&self.desk, &messages).await;
        assert_eq!((outcome.failed.len(), outcome.set_aside.len()), (0, 0), "{outcome:?}");
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let found = self.desk.store.fetch(path.trim_start_matches('/')).await.unwrap();
        let found = found.unwrap_or_else(|| panic!("{path} is not there"));
        String::from_utf8(found.bytes.to_vec()).unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path).await).unwrap()
    }

    /// Every public object.
    pub(crate) async fn site(&self) -> BTreeMap<String, String> {
        let (keys, more) = self.desk.store.list(Bucket::Site, "", None, 1_000).await.unwrap();
        assert!(!more);
        let mut site = BTreeMap::new();
        for key in keys {
            site.insert(key.clone(), self.text(&key).await);
        }
        site
    }
}

/// The built-in site with a window of `items` and of `hours`.
pub(crate) fn window(items: usize, hours: u32) -> String {
    let window = local::sample::SITE.find("[window]").expect("the sample has a window");
    let (before, after) = local::sample::SITE.split_at(window);
    let rest = after.find("\n\n").map_or("", |end| &after[end..]);
    format!("{before}[window]\nitems = {items}\nhours = {hours}\nbytes = 524288\n{rest}")
}

/// The same with nothing for the hours.
pub(crate) fn narrow(items: usize) -> String {
    window(items, 0)
}
