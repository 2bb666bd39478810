//! What a publication costs: S3 requests, which are the price and the latency.
//!
//! `tests/bench` runs these tests too and prints their `row` lines as a table.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;
use local::s3::EmbeddedS3;
use publish::{Desk, furnish, publish};
use release::{By, Lang, Path, Revision, Role, Site, Status, Text};
use uuid::Uuid;

use crate::memory;

type Counts = Arc<Mutex<BTreeMap<String, usize>>>;

struct Counted {
    desk: Desk,
    counts: Counts,
    _s3: EmbeddedS3,
}

impl Counted {
    async fn open() -> Self {
        let counts = Counts::default();
        let seen = Arc::clone(&counts);
        let count = move |record: &local::s3::Record| *seen.lock().unwrap().entry(record.operation.to_string()).or_default() += 1;
        let s3 = memory::buckets(Some(Arc::new(count)));
        let mut desk = memory::desk(s3.client(), Site::parse(local::sample::SITE, "site.toml").unwrap());
        // Two days after the releases, less an hour: they are news, and nothing of another month can be.
        let noon: Timestamp = "2026-03-03T08:00:00Z".parse().unwrap();
        desk.store = desk.store.with_clock(move || u64::try_from(noon.as_millisecond()).unwrap());
        furnish(&desk).await.unwrap();
        Self { desk, counts, _s3: s3 }
    }

    /// Stores revisions, publishes them as one batch, and counts what `publish` asked for.
    async fn publish(&self, numbers: std::ops::Range<u32>) -> BTreeMap<String, usize> {
        let mut messages = Vec::new();
        for n in numbers {
            let revision = revision(n);
            memory::store(&self.desk, &revision).await;
            messages.push(memory::message(revision.id, 1));
        }
        self.counts.lock().unwrap().clear();
        let outcome = publish(&self.desk, &messages).await;
        assert_eq!((outcome.failed.len(), outcome.published.len()), (0, messages.len()));
        self.counts.lock().unwrap().clone()
    }

    async fn again(&self, n: u32) -> BTreeMap<String, usize> {
        let message = memory::message(revision(n).id, 1);
        self.counts.lock().unwrap().clear();
        publish(&self.desk, &[message]).await;
        self.counts.lock().unwrap().clone()
    }
}

/// A release in English and French with one topic.
pub(crate) fn revision(n: u32) -> Revision {
    let at: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
    let text = |title: String| Text {
        title,
        body: "One paragraph.".to_owned(),
        ..Text::default()
    };
    let texts = ["en", "fr"].map(|tag| (Lang::parse(tag).unwrap(), text(format!("Release {n}"))));
    let mut revision: Revision = serde_json::from_value(serde_json::json!({
        "schema": Revision::SCHEMA, "id": Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + u128::from(n)), "revision": 1,
        "at": at, "by": By { name: "t".to_owned(), role: Role::Editor }, "status": Status::Published, "language": "en",
        "published": at, "updated": at, "texts": {}, "topics": ["research"]
    }))
    .unwrap();
    revision.texts = texts.into();
    revision.path = Some(Path {
        year: 2026,
        month: 3,
        slug: format!("release-{n}"),
    });
    revision
}

fn row(name: &str, counts: &BTreeMap<String, usize>) {
    println!("row {}", serde_json::json!({"row": name, "counts": counts}));
}

fn counts(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

/// Documents one release of two languages and one topic changes: its version, itself and 6 pages; 6 filled feeds in 3 formats with
/// their home pages and the pages about feeds; 2 strict feeds in 3 formats; 6 topic feeds in 3 formats with their pages; the month in
/// JSON, Atom, as a page and as a sitemap, and the list of months, in 6 languages; the news; the journal and the change log. The lists of months for people and the index of sitemaps change when a month is new.
const OWN: usize = 2 + 6;
const SHARED: usize = 6 * 5 + 2 * 3 + 6 * 4 + 6 * 5 + 1 + 2;
/// Besides, two HEADs for each release: is it the latest revision that comes to the feeds, and was it still when it had come there?
/// States among them, which a cold function reads: feeds, month, list of months, journal.
const STATES: usize = 6 + 2 + 6 + 3;
/// A cold function looks at the news sitemap, which has no state.
const NEWS: usize = 1;

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_publication_reads_its_revision_and_writes_what_changes_once() {
    let room = Counted::open().await;
    room.publish(0..1).await;
    let warm = room.publish(1..2).await;
    row("1 release, warm", &warm);
    assert_eq!(
        warm,
        counts(&[
            ("DeleteObjects", 1),
            ("GetObject", 1),
            ("HeadObject", 2),
            ("PutObject", OWN + SHARED)
        ])
    );
    let batch = room.publish(2..12).await;
    row("10 releases in a batch, warm", &batch);
    assert_eq!(
        batch,
        counts(&[
            ("DeleteObjects", 1),
            ("GetObject", 10),
            ("HeadObject", 2 * 10),
            ("PutObject", 10 * OWN + SHARED)
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cold_publication_reads_each_state_once_and_looks_at_nothing_else() {
    let room = Counted::open().await;
    room.publish(0..1).await;
    room.desk.store.forget();
    let cold = room.publish(1..2).await;
    row("1 release, cold", &cold);
    assert_eq!(
        cold,
        counts(&[
            ("DeleteObjects", 1),
            ("GetObject", 1 + STATES),
            ("HeadObject", 2 + NEWS),
            ("PutObject", OWN + SHARED)
        ])
    );
    room.desk.store.forget();
    let batch = room.publish(2..12).await;
    row("10 releases in a batch, cold", &batch);
    assert_eq!(
        batch,
        counts(&[
            ("DeleteObjects", 1),
            ("GetObject", 10 + STATES),
            ("HeadObject", 2 * 10 + NEWS),
            ("PutObject", 10 * OWN + SHARED)
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_event_changes_nothing_and_costs_a_warm_function_no_shared_write() {
    let room = Counted::open().await;
    room.publish(0..1).await;
    let again = room.again(0).await;
    row("the same event again, warm", &again);
    // The version document and the release are tried as creates, which fail without a write.
    assert!(again["PutObject"] <= 2, "{again:?}");
    assert!(!again.contains_key("ListObjectsV2"));
}

/// It asks for what is under way, never for what is published.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_finds_nothing_to_do_is_one_list_however_many_releases_there_are() {
    let room = Counted::open().await;
    // What is news was judged when the site was furnished; that is for an hour.
    for releases in [0..1, 1..50] {
        room.publish(releases).await;
        room.counts.lock().unwrap().clear();
        publish::sweep(&room.desk, Timestamp::now(), jiff::SignedDuration::ZERO)
            .await
            .unwrap();
        let sweep = room.counts.lock().unwrap().clone();
        row("a sweep, nothing to do", &sweep);
        assert_eq!(sweep, counts(&[("ListObjectsV2", 1)]));
    }
}
