//! What the simulation found, each as a story of its own: instances that are slow, that end half-way, and events that come late.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use local::s3::{Attempt, Fault, Faults, Verdict};
use publish::{Desk, publish};
use release::{Revision, Status};
use serde_json::Value;
use store::Key;

use crate::{
    memory::{self, Memory, message, narrow, window},
    releases::{next, release},
};

/// What becomes of the writes of one instance, and what it wrote.
#[derive(Debug, Default)]
struct Script {
    /// The first write of this object takes a second and a half.
    slow: Mutex<Option<String>>,
    /// Writes of this object are refused.
    refused: Option<String>,
    /// Once this object is written nothing is answered any more.
    last: Option<String>,
    written: Mutex<Vec<(String, Bytes)>>,
}

impl Script {
    /// One whose first write of this object takes long.
    fn slow_at(key: &Key) -> Arc<Self> {
        Arc::new(Self {
            slow: Mutex::new(Some(key.path())),
            ..Self::default()
        })
    }

    fn written(&self, key: &str) -> Vec<Bytes> {
        let written = self.written.lock().unwrap();
        written
            .iter()
            .filter(|(path, _)| path == key)
            .map(|(_, bytes)| bytes.clone())
            .collect()
    }

    /// True when the slow write is on its way.
    fn waits(&self) -> bool {
        self.slow.lock().unwrap().is_none()
    }
}

impl Faults for Script {
    fn judge(&self, attempt: &Attempt) -> Verdict {
        let mut verdict = Verdict::default();
        if self.last.as_ref().is_some_and(|last| !self.written(last).is_empty()) {
            verdict.fault = Fault::Refused(403);
        }
        if attempt.method == "PUT" {
            if self.slow.lock().unwrap().take_if(|key| *key == attempt.key).is_some() {
                verdict.before = Duration::from_millis(1_500);
            }
            if self.refused.as_ref() == Some(&attempt.key) {
                verdict.fault = Fault::Refused(403);
            }
        }
        verdict
    }

    fn carried_out(&self, attempt: &Attempt, status: u16) {
        if attempt.method == "PUT" && status == 200 {
            self.written.lock().unwrap().push((attempt.key.clone(), attempt.body.clone()));
        }
    }
}

/// Another instance, under a script.
fn instance(room: &Memory, script: &Arc<Script>) -> Arc<Desk> {
    let client = room.s3.client_with(Arc::clone(script) as Arc<_>);
    Arc::new(memory::desk(client, room.desk.site.clone()))
}

fn on(n: u32, day: &str) -> Revision {
    release(n, &format!("{day}T09:00:00Z"))
}

/// Releases of a JSON feed with their revisions.
fn shown(feed: &Value) -> Vec<(String, u64)> {
    let item = |item: &Value| {
        let own = &item["_pressroom"];
        (own["release"].as_str().unwrap().to_owned(), own["revision"].as_u64().unwrap())
    };
    feed["items"].as_array().unwrap().iter().map(item).collect()
}

#[tokio::test]
async fn a_release_that_comes_late_is_shown_when_it_is_within_the_hours_behind_the_last_one() {
    let room = Memory::open(&window(2, 72)).await;
    room.publish(&[on(1, "2026-05-07"), on(2, "2026-05-06")]).await;
    room.publish(&[on(3, "2026-05-05")]).await;
    room.publish(&[on(4, "2026-05-03")]).await;
    let expected = [1, 2, 3].map(|n| (release(n, "2026-05-05T09:00:00Z").id.to_string(), 1));
    assert_eq!(shown(&room.json("/en/feed.json").await), expected);
}

#[tokio::test]
async fn an_event_that_comes_again_after_a_withdrawal_brings_no_text_back_even_for_a_moment() {
    let room = Memory::open(&narrow(3)).await;
    let first = on(1, "2026-05-07");
    room.publish(std::slice::from_ref(&first)).await;
    room.publish(&[next(&first, Status::Withdrawn)]).await;
    let key = Key::Version(first.id, 1);
    assert!(room.desk.store.head(&key).await.unwrap().is_none());
    let script = Arc::new(Script::default());
    let outcome = publish(&instance(&room, &script), &[message(first.id, 1)]).await;
    assert_eq!(outcome.failed, Vec::<String>::new());
    assert_eq!(script.written(&key.path()), Vec::<Bytes>::new());
    assert!(room.desk.store.head(&key).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_written_after_its_withdrawal_is_taken_away_by_who_wrote_it() {
    let room = Memory::open(&narrow(3)).await;
    let first = on(1, "2026-05-07");
    memory::store(&room.desk, &first).await;
    let version = Key::Version(first.id, 1);
    let script = Script::slow_at(&version);
    let slow = instance(&room, &script);
    let late = tokio::spawn(async move { publish(&slow, &[message(first.id, 1)]).await });
    while !script.waits() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Its pages are out, its text is still on the way. The withdrawal finds no text to remove.
    tokio::time::sleep(Duration::from_millis(100)).await;
    room.publish(&[next(&on(1, "2026-05-07"), Status::Withdrawn)]).await;
    assert_eq!(late.await.unwrap().failed, Vec::<String>::new());
    assert_eq!(script.written(&version.path()).len(), 1, "the text came after its withdrawal");
    assert!(room.desk.store.head(&version).await.unwrap().is_none());
    let feed = room.json("/en/feed.json").await;
    assert_eq!(feed["items"][0]["_pressroom"]["status"], "withdrawn");
}

#[tokio::test]
async fn who_comes_again_derives_the_months_that_an_earlier_attempt_had_only_linked() {
    let room = Memory::open(&narrow(3)).await;
    room.publish(&[on(1, "2026-05-07")]).await;
    // The new month is linked to and from May, but the French May is never written.
    let late = on(2, "2026-07-01");
    memory::store(&room.desk, &late).await;
    let french = "fr/archive/2026/05/index.json";
    let script = Arc::new(Script {
        refused: Some(french.to_owned()),
        ..Script::default()
    });
    let outcome = publish(&instance(&room, &script), &[message(late.id, 1)]).await;
    assert_eq!(outcome.failed.len(), 1);
    let linked = |month: Value| month["next"].as_str().is_some_and(|next| next.contains("2026/07"));
    assert!(linked(room.json("en/archive/2026/05/index.json").await));
    assert!(!linked(room.json(french).await));
    let again = instance(&room, &Arc::default());
    assert_eq!(publish(&again, &[message(late.id, 1)]).await.failed, Vec::<String>::new());
    assert!(linked(room.json(french).await));
}

#[tokio::test(start_paused = true)]
async fn a_later_revision_is_in_its_month_before_somebody_else_brings_it_to_the_feeds() {
    let room = Memory::open(&narrow(3)).await;
    let first = on(1, "2026-05-07");
    memory::store(&room.desk, &first).await;
    let version = Key::Version(first.id, 1);
    let script = Script::slow_at(&version);
    let slow = instance(&room, &script);
    let event = message(first.id, 1);
    let working = tokio::spawn(async move { publish(&slow, &[event]).await });
    while !script.waits() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The later one is public, and its publisher ends before the month knows.
    let second = next(&first, Status::Published);
    memory::store(&room.desk, &second).await;
    let month = "en/archive/2026/05/index.json";
    let stopped = Arc::new(Script {
        refused: Some(month.to_owned()),
        ..Script::default()
    });
    let outcome = publish(&instance(&room, &stopped), &[message(second.id, 2)]).await;
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!(working.await.unwrap().failed, Vec::<String>::new());
    assert_eq!(shown(&room.json("/en/feed.json").await), [(first.id.to_string(), 2)]);
    // A feed that loses an entry asks the months for the next one: they must not know less than it did.
    assert_eq!(room.json(month).await["releases"][0]["revision"], 2);
    let atom = room.text("en/archive/2026/05/atom.xml").await;
    assert!(
        atom.contains(&room.json(month).await["releases"][0]["title"]["en"].as_str().unwrap().to_owned()),
        "{atom}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_is_slow_brings_no_older_revision_back_into_a_feed_that_forgot_the_release() {
    let room = Memory::open(&narrow(1)).await;
    let other = on(2, "2026-05-05");
    room.publish(std::slice::from_ref(&other)).await;
    let first = on(1, "2026-05-07");
    memory::store(&room.desk, &first).await;
    let script = Arc::new(Script {
        slow: Mutex::new(Some("en/feed.json".to_owned())),
        ..Script::default()
    });
    let slow = instance(&room, &script);
    let event = message(first.id, 1);
    let working = tokio::spawn(async move { publish(&slow, &[event]).await });
    while !script.waits() {
        tokio::task::yield_now().await;
    }
    // Meanwhile two later revisions go through: the feed shows one, then none, for the last one is too old. Another release takes its
    // place, so the feed is not what the slow instance has read.
    let second = next(&first, Status::Published);
    room.publish(std::slice::from_ref(&second)).await;
    assert_eq!(shown(&room.json("/en/feed.json").await), [(first.id.to_string(), 2)]);
    let mut third = next(&second, Status::Published);
    third.published = Some("2026-01-01T09:00:00Z".parse().unwrap());
    room.publish(std::slice::from_ref(&third)).await;
    let newer = on(3, "2026-05-06");
    room.publish(std::slice::from_ref(&newer)).await;
    let expected = [(newer.id.to_string(), 1)];
    assert_eq!(shown(&room.json("/en/feed.json").await), expected);
    assert_eq!(working.await.unwrap().failed, Vec::<String>::new());
    for bytes in script.written("en/feed.json") {
        let shown: BTreeSet<_> = shown(&serde_json::from_slice(&bytes).unwrap()).into_iter().collect();
        assert!(!shown.contains(&(first.id.to_string(), 1)), "{shown:?}");
    }
    assert_eq!(shown(&room.json("/en/feed.json").await), expected);
}

/// A slow instance shows release 1 and is late with one write. Meanwhile the release gets a date behind the window's end, so the feed shows
/// again what it showed before. S3 knows objects by their bytes: these must be others. Answers what the slow one wrote of the late object.
async fn comes_back(late: &str) -> Vec<Bytes> {
    let room = Memory::open(&narrow(1)).await;
    let other = on(2, "2026-05-05");
    room.publish(std::slice::from_ref(&other)).await;
    let (feed, before) = (room.text("en/feed.json").await, room.json("en/feed.json").await);
    let first = on(1, "2026-05-07");
    memory::store(&room.desk, &first).await;
    let script = Arc::new(Script {
        slow: Mutex::new(Some(late.to_owned())),
        ..Script::default()
    });
    let slow = instance(&room, &script);
    let event = message(first.id, 1);
    let working = tokio::spawn(async move { publish(&slow, &[event]).await });
    while !script.waits() {
        tokio::task::yield_now().await;
    }
    let mut second = next(&first, Status::Published);
    second.published = Some("2026-01-01T09:00:00Z".parse().unwrap());
    room.publish(std::slice::from_ref(&second)).await;
    assert_eq!(shown(&room.json("/en/feed.json").await), shown(&before));
    assert_ne!(room.text("en/feed.json").await, feed);
    assert_eq!(working.await.unwrap().failed, Vec::<String>::new());
    assert_eq!(shown(&room.json("/en/feed.json").await), shown(&before));
    for rendering in ["en/rss.xml", "en/atom.xml", "en/index.html"] {
        let text = room.text(rendering).await;
        assert!(!text.contains("release-1/"), "{text}");
    }
    script.written(late)
}

#[tokio::test(start_paused = true)]
async fn who_is_slow_does_not_take_a_feed_that_shows_the_same_again_for_the_one_it_read() {
    for late in ["en/feed.json", "en/rss.xml", "en/index.html"] {
        let written = comes_back(late).await;
        let texts: Vec<String> = written.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        // The slow one may bring the second revision once more; what it had in hand never comes.
        assert!(texts.iter().all(|text| !text.contains("release-1/")), "{late}: {texts:?}");
    }
}

/// A slow instance that brings release 1 back into a feed, in its first revision, while the second becomes public: it was read before, and is
/// written after. The feed did not show the release meanwhile, so the publisher of its second revision had nothing to do there.
async fn brought_back(room: &Memory, last: Option<&str>) -> (Vec<String>, Revision) {
    let all = [on(1, "2026-05-05"), on(2, "2026-05-06"), on(3, "2026-05-07")];
    room.publish(&all).await;
    let mut leaves = next(&all[2], Status::Published);
    leaves.topics.clear();
    memory::store(&room.desk, &leaves).await;
    let script = Arc::new(Script {
        slow: Mutex::new(Some(RESEARCH.to_owned())),
        last: last.map(str::to_owned),
        ..Script::default()
    });
    let slow = instance(room, &script);
    let event = message(leaves.id, leaves.revision);
    let working = tokio::spawn(async move { publish(&slow, &[event]).await.failed });
    while !script.waits() {
        tokio::task::yield_now().await;
    }
    room.publish(&[next(&all[0], Status::Published)]).await;
    assert_eq!(shown(&room.json(RESEARCH).await).len(), 2, "the feed is as it was");
    assert!(script.written(RESEARCH).is_empty());
    (working.await.unwrap(), leaves)
}

const RESEARCH: &str = "en/topics/research/feed.json";

fn latest() -> [(String, u64); 2] {
    [(2, 1), (1, 2)].map(|(n, revision)| (on(n, "2026-05-05").id.to_string(), revision))
}

#[tokio::test(start_paused = true)]
async fn who_brings_a_release_back_looks_whether_it_was_overtaken_meanwhile() {
    let room = Memory::open(&narrow(2)).await;
    let (failed, _) = brought_back(&room, None).await;
    assert_eq!(failed, Vec::<String>::new());
    assert_eq!(shown(&room.json(RESEARCH).await), latest());
    assert!(room.text("en/topics/research/rss.xml").await.contains("/en/2026/05/release-1/"));
}

#[tokio::test(start_paused = true)]
async fn who_ends_before_that_look_is_followed_by_one_who_looks() {
    let room = Memory::open(&narrow(2)).await;
    let (failed, leaves) = brought_back(&room, Some(RESEARCH)).await;
    assert_eq!(failed.len(), 1);
    assert_eq!(shown(&room.json(RESEARCH).await)[1].1, 1, "it ended before it looked");
    let again = instance(&room, &Arc::default());
    assert_eq!(
        publish(&again, &[message(leaves.id, leaves.revision)]).await.failed,
        Vec::<String>::new()
    );
    assert_eq!(shown(&room.json(RESEARCH).await), latest());
}
