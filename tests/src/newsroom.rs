//! A newsroom in memory: revisions as the press office's drafts become them, published by the real function into an embedded S3.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use local::s3::EmbeddedS3;
use publish::{Desk, Message, Outcome, furnish, publish};
use release::{By, Draft, Faults, Path, Revision, Role, Site, Status, slug};
use serde_json::{Value, json};
use store::Bucket;
use uuid::Uuid;

use crate::{harness::PUBLIC, memory};

/// The sample site under its public address, with a hub.
pub(crate) fn site() -> Site {
    Site::parse(&site_toml(), "site.toml").unwrap()
}

/// Its configuration.
pub(crate) fn site_toml() -> String {
    let moved = local::sample::SITE.replacen("http://127.0.0.1:8080", PUBLIC, 1);
    let with_hub = moved.replacen("hubs = []", "hubs = [\"https://hub.tidewater.example/\"]", 1);
    assert!(with_hub.contains(PUBLIC) && with_hub.contains("hub.tidewater"));
    with_hub
}

/// The id of the release with this number: a `UUIDv7` that sorts by it.
pub(crate) fn id(number: u32) -> Uuid {
    Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0000 + u128::from(number))
}

/// What a revision has besides what the press office writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saved<'a> {
    pub(crate) number: u32,
    pub(crate) revision: u32,
    pub(crate) status: Status,
    /// When it was saved, and what readers see as date of the last change.
    pub(crate) at: &'a str,
    /// What readers see as date.
    pub(crate) published: &'a str,
    /// The slug is made from it.
    pub(crate) first_title: &'a str,
}

impl<'a> Saved<'a> {
    /// The one revision of the first release.
    pub(crate) fn first(title: &'a str) -> Self {
        Self {
            number: 1,
            revision: 1,
            status: Status::Published,
            at: "2024-06-06T15:00:00Z",
            published: "2024-06-06T15:00:00Z",
            first_title: title,
        }
    }
}

/// A draft, read and checked as `accept` does, as the revision that `accept` would store.
///
/// # Errors
/// What is wrong with the draft.
pub(crate) fn revision(draft: &Value, site: &Site, saved: Saved<'_>) -> Result<Revision, Faults> {
    let draft = Draft::from_json(draft, site)?;
    let published: Timestamp = saved.published.parse().unwrap();
    let day = published.to_zoned_datetime(site.zone.clone()).date();
    let path = Path {
        year: day.year(),
        month: day.month(),
        slug: slug(saved.first_title),
    };
    let mut revision: Revision = serde_json::from_value(json!({
        "schema": Revision::SCHEMA, "id": id(saved.number), "revision": saved.revision, "at": saved.at,
        "by": By { name: "press".to_owned(), role: Role::Editor }, "status": saved.status,
        "language": draft.language, "published": published, "updated": saved.at, "path": path, "texts": draft.texts,
    }))
    .unwrap();
    revision.topics = draft.topics;
    revision.event = draft.event;
    revision.media = draft.media;
    revision.links = draft.links;
    revision.contacts = draft.contacts;
    revision.boilerplates = draft.boilerplates;
    revision.correction = draft.correction;
    Ok(revision)
}

/// An empty, furnished site on an embedded S3 in memory.
pub(crate) struct Newsroom {
    desk: Desk,
    _s3: EmbeddedS3,
}

impl Newsroom {
    /// A new one.
    pub(crate) async fn open(site: Site) -> Self {
        let s3 = memory::buckets(None);
        let desk = memory::desk(s3.client(), site);
        furnish(&desk).await.unwrap();
        Self { desk, _s3: s3 }
    }

    /// Puts revisions into the content bucket; nobody hears of them yet.
    pub(crate) async fn store(&self, revisions: &[Revision]) {
        for revision in revisions {
            memory::store(&self.desk, revision).await;
        }
    }

    /// One batch of events that name these revisions, one message each. A cold function remembers nothing of earlier batches.
    pub(crate) async fn publish(&self, batch: &[&Revision], cold: bool) -> Outcome {
        if cold {
            self.desk.store.forget();
        }
        let messages: Vec<Message> = batch
            .iter()
            .map(|revision| memory::message(revision.id, revision.revision))
            .collect();
        let outcome = publish(&self.desk, &messages).await;
        assert_eq!(outcome.failed, Vec::<String>::new());
        outcome
    }

    /// Every public file by its path.
    pub(crate) async fn files(&self) -> BTreeMap<String, Bytes> {
        let (keys, more) = self.desk.store.list(Bucket::Site, "", None, 1_000).await.unwrap();
        assert!(!more, "more files than one page shows");
        let mut files = BTreeMap::new();
        for key in keys {
            let found = self.desk.store.fetch(&key).await.unwrap().unwrap();
            files.insert(key, found.bytes);
        }
        files
    }
}
