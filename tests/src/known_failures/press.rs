//! What a press office sends, published in memory: the real `publish` on the embedded S3, without a process.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use feed::{FeedId, FeedView, Kind, Public};
use jiff::{SignedDuration, Timestamp};
use local::s3::EmbeddedS3;
use publish::{Desk, Message, Outcome, furnish, publish};
use release::{Draft, Lang, Revision, Site};
use serde_json::{Value, json};
use store::Key;

use crate::memory;
use uuid::Uuid;

use crate::harness::PUBLIC;

/// The bundled site at its public address; `replaced` changes its text.
pub(super) fn site(replaced: &[(&str, &str)]) -> Site {
    let mut text = local::sample::SITE.replacen("http://127.0.0.1:8080", PUBLIC, 1);
    for (from, to) in replaced {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    Site::parse(&text, "site.toml").unwrap()
}

pub(super) fn id(n: u32) -> Uuid {
    Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))
}

/// A release as `accept` stores it: the JSON is read, checked and cleaned. The `n`th is an hour younger than the one before.
pub(super) fn revision(site: &Site, n: u32, sent: &Value) -> Revision {
    let draft = Draft::from_json(sent, site).unwrap_or_else(|faults| panic!("{faults}"));
    let first: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
    let at = first + SignedDuration::from_hours(n.into());
    let mut revision: Revision = serde_json::from_value(json!({
        "schema": Revision::SCHEMA, "id": id(n), "revision": 1, "at": at, "by": {"name": "desk", "role": "editor"}, "status": "published",
        "language": draft.language, "published": at, "updated": at, "path": {"year": 2026, "month": 3, "slug": format!("release-{n}")},
        "texts": {}
    }))
    .unwrap();
    revision.texts = draft.texts;
    revision.topics = draft.topics;
    revision.event = draft.event;
    revision.media = draft.media;
    revision.links = draft.links;
    revision.correction = draft.correction;
    revision
}

/// An English release with this title and body.
pub(super) fn sent(title: &str, body: &str, format: &str) -> Value {
    json!({"texts": {"en": {"title": title, "body": body, "format": format}}, "topics": ["research"]})
}

/// A filled feed as RSS, Atom and JSON Feed.
pub(super) fn formats(site: &Site, tag: &str, revisions: &[Revision]) -> [(&'static str, String); 3] {
    let feed = FeedId::new(&Lang::parse(tag).unwrap(), Kind::Filled);
    let publics: Vec<Public> = revisions.iter().filter_map(|revision| Public::of(revision, site)).collect();
    let publics: Vec<&Public> = publics.iter().collect();
    let view = FeedView::with(None, &publics, site, &feed).unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    [
        ("rss", text(view.to_rss(site, &feed).unwrap().to_vec())),
        ("atom", text(view.to_atom(site, &feed).unwrap().to_vec())),
        ("jsonfeed", text(feed::to_json(&view))),
    ]
}

/// Two buckets in memory and a furnished site.
pub(super) struct Press {
    pub(super) desk: Desk,
    written: Arc<Mutex<Vec<String>>>,
    _s3: EmbeddedS3,
}

impl Press {
    pub(super) async fn open(site: Site) -> Self {
        let written = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&written);
        let s3 = memory::buckets(Some(Arc::new(move |record| {
            if record.bucket == "site" && record.method != "GET" && record.method != "HEAD" && record.status < 300 {
                seen.lock().unwrap().push(record.key.clone());
            }
        })));
        let desk = memory::desk(s3.client(), site);
        furnish(&desk).await.unwrap();
        Self { desk, written, _s3: s3 }
    }

    /// Puts an object where a revision belongs, whatever it holds.
    pub(super) async fn put(&self, n: u32, number: u32, bytes: Vec<u8>) {
        self.desk.store.put(&Key::Revision(id(n), number), bytes).await.unwrap();
    }

    /// Tells of stored revisions, as S3 does.
    pub(super) async fn tell(&self, named: &[(u32, u32)]) -> Outcome {
        let messages: Vec<Message> = named.iter().map(|(n, number)| memory::message(id(*n), *number)).collect();
        publish(&self.desk, &messages).await
    }

    /// Stores and publishes.
    pub(super) async fn publish(&self, revisions: &[Revision]) -> Outcome {
        let mut named = Vec::new();
        for revision in revisions {
            let n = u32::try_from(revision.id.as_u128() & 0xffff_ffff).unwrap();
            self.put(n, revision.revision, revision.to_bytes()).await;
            named.push((n, revision.revision));
        }
        self.tell(&named).await
    }

    /// Keys of the site that were written or removed since the last call.
    pub(super) fn written(&self) -> Vec<String> {
        std::mem::take(&mut self.written.lock().unwrap())
    }

    pub(super) async fn text(&self, path: &str) -> String {
        let found = self
            .desk
            .store
            .fetch(path)
            .await
            .unwrap()
            .unwrap_or_else(|| panic!("{path} is not there"));
        String::from_utf8(found.bytes.to_vec()).unwrap()
    }

    /// Every public object with its bytes and validator.
    pub(super) async fn site(&self) -> BTreeMap<String, (String, bytes::Bytes)> {
        let (keys, more) = self.desk.store.list(store::Bucket::Site, "", None, 1_000).await.unwrap();
        assert!(!more);
        let mut objects = BTreeMap::new();
        for key in keys {
            let found = self.desk.store.fetch(&key).await.unwrap().unwrap();
            objects.insert(key, (found.etag, found.bytes));
        }
        objects
    }
}
