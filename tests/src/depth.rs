//! How deep a publication is: round-trips to S3, one after the other, from the event to the last public byte.
//!
//! `tests/bench` runs this test too and prints its `depth` lines as the critical path.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::Timestamp;
use local::s3::{Attempt, EmbeddedS3, Faults, Verdict};
use publish::{Desk, furnish, publish};
use release::{Revision, Site};

use crate::{memory, requests::revision};

/// A realistic S3: each request takes this long.
const AWAY: Duration = Duration::from_millis(30);

/// Counts round-trips: each request takes [`AWAY`] of a clock that runs only while somebody waits.
#[derive(Debug)]
struct Distance {
    start: tokio::time::Instant,
    /// Round-trip, method, bucket, key.
    asked: Mutex<Vec<(u32, String, String, String)>>,
}

impl Faults for Distance {
    fn judge(&self, attempt: &Attempt) -> Verdict {
        let passed = self.start.elapsed().as_micros() / AWAY.as_micros();
        let line = (
            u32::try_from(passed).unwrap() + 1,
            attempt.method.clone(),
            attempt.bucket.clone(),
            attempt.key.clone(),
        );
        self.asked.lock().unwrap().push(line);
        Verdict {
            before: AWAY,
            ..Verdict::default()
        }
    }

    fn carried_out(&self, _: &Attempt, _: u16) {}
}

/// A press room whose function is 30 ms away from its buckets.
struct Far {
    s3: EmbeddedS3,
    near: Desk,
}

impl Far {
    async fn open() -> Self {
        let s3 = memory::buckets(None);
        let near = memory::desk(s3.client(), Site::parse(local::sample::SITE, "site.toml").unwrap());
        furnish(&near).await.unwrap();
        Self { s3, near }
    }

    async fn store(&self, revisions: &[Revision]) -> Vec<publish::Message> {
        for revision in revisions {
            memory::store(&self.near, revision).await;
        }
        revisions
            .iter()
            .map(|revision| memory::message(revision.id, revision.revision))
            .collect()
    }

    /// Publishes `warm` and then `revisions`, each as a batch; answers what was asked for the second, by round-trips.
    async fn publish(&self, warm: &[Revision], revisions: &[Revision]) -> Depth {
        let distance = Arc::new(Distance {
            start: tokio::time::Instant::now(),
            asked: Mutex::default(),
        });
        let desk = memory::desk(
            self.s3.client_with(Arc::clone(&distance) as Arc<dyn Faults>),
            self.near.site.clone(),
        );
        let messages = self.store(warm).await;
        assert!(publish(&desk, &messages).await.failed.is_empty());
        let (since, lines) = (distance.start.elapsed(), distance.asked.lock().unwrap().len());
        let messages = self.store(revisions).await;
        assert!(publish(&desk, &messages).await.failed.is_empty());
        let before = u32::try_from(since.as_micros() / AWAY.as_micros()).unwrap();
        let asked = distance.asked.lock().unwrap()[lines..].to_vec();
        Depth(
            asked
                .into_iter()
                .map(|(trip, method, bucket, key)| (trip - before, method, bucket, key))
                .collect(),
        )
    }
}

struct Depth(Vec<(u32, String, String, String)>);

impl Depth {
    /// Round-trips from the event to the last public byte.
    fn public(&self) -> u32 {
        let written = self
            .0
            .iter()
            .filter(|(_, method, bucket, _)| bucket == "site" && method != "GET" && method != "HEAD");
        written.map(|(trip, ..)| *trip).max().unwrap_or_default()
    }

    /// One line for each round-trip: what was asked, of which kinds of documents.
    fn lines(&self) -> Vec<String> {
        let mut trips: BTreeMap<u32, BTreeMap<String, usize>> = BTreeMap::new();
        for (trip, method, _, key) in &self.0 {
            let what = format!("{method} {}", kind(key));
            *trips.entry(*trip).or_default().entry(what).or_default() += 1;
        }
        let line = |(trip, asked): (u32, BTreeMap<String, usize>)| {
            let asked = asked.into_iter().map(|(what, n)| if n == 1 { what } else { format!("{n} {what}") });
            format!("{trip}: {}", asked.collect::<Vec<_>>().join(", "))
        };
        trips.into_iter().map(line).collect()
    }

    fn row(&self, name: &str) {
        println!(
            "depth {}",
            serde_json::json!({"row": name, "round_trips": self.public(), "path": self.lines()})
        );
    }
}

/// The kind of a document, for people.
fn kind(key: &str) -> &'static str {
    let name = key.rsplit('/').next().unwrap_or(key);
    match name {
        "" => "markers",
        _ if key.contains("/archive/") && key.matches('/').count() == 2 => "list of months",
        _ if key.contains("/archive/") => "month",
        "rss.xml" | "atom.xml" => "feed rendering",
        "feed.json" => "feed",
        _ if key.starts_with("journal/") => "journal",
        _ if key.starts_with("changes/") => "change log",
        "sitemap.xml" | "news-sitemap.xml" => "sitemap",
        "index.html" if key.matches('/').count() == 1 => "home page",
        "index.html" if key.ends_with("/feeds/index.html") => "feeds page",
        "index.html" if key.contains("/topics/") => "topic page",
        _ if key.starts_with("releases/") && name.starts_with('v') => "version",
        _ if key.starts_with("releases/") && key.matches('/').count() == 1 => "release",
        _ if key.starts_with("releases/") => "revision",
        _ => "page",
    }
}

/// The next revision, with another headline.
fn edited(revision: &Revision) -> Revision {
    let mut next = revision.clone();
    next.revision += 1;
    let at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    (next.at, next.updated) = (at, Some(at));
    for text in next.texts.values_mut() {
        text.title.push('!');
    }
    next
}

#[tokio::test(start_paused = true)]
async fn a_release_is_public_after_six_round_trips_warm_cold_edited_or_in_a_batch() {
    let room = Far::open().await;
    let warm = room.publish(&[revision(0)], &[revision(1)]).await;
    warm.row("1 release, warm");
    assert_eq!(warm.public(), 6, "{:#?}", warm.lines());
    let expected = [
        "1: GET revision",
        "2: PUT release",
        "3: HEAD release, PUT month, 6 PUT page, PUT version",
        "4: 14 PUT feed, PUT journal, PUT list of months, 23 PUT month",
        "5: 28 PUT feed rendering, 6 PUT feeds page, 6 PUT home page, 5 PUT list of months, 6 PUT topic page",
        "6: HEAD release, PUT change log",
        "7: POST markers",
    ];
    assert_eq!(warm.lines(), expected);
    let cold = room.publish(&[], &[revision(2)]).await;
    cold.row("1 release, cold");
    let edit = room.publish(&[revision(3)], &[edited(&revision(3))]).await;
    edit.row("an edit, warm");
    let cold_edit = room.publish(&[], &[edited(&edited(&revision(3)))]).await;
    cold_edit.row("an edit, cold");
    let batch: Vec<_> = (4..14).map(revision).collect();
    let batch = room.publish(&[], &batch).await;
    batch.row("10 releases in a batch, cold");
    for depth in [cold, edit, cold_edit, batch] {
        assert_eq!(depth.public(), 6, "{:#?}", depth.lines());
    }
}
