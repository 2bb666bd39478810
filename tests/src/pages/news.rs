//! The news sitemap over time: who judges it, when, and what `verify` says of one that nobody judged.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use publish::{Fault, sweep};
use store::Key;

use crate::{
    memory::Memory,
    releases::{next, release},
};

/// A press room with a clock that the test sets.
async fn at(start: &str) -> (Memory, Arc<AtomicI64>) {
    let mut room = Memory::open(local::sample::SITE).await;
    let start: Timestamp = start.parse().unwrap();
    let clock = Arc::new(AtomicI64::new(start.as_millisecond()));
    let now = Arc::clone(&clock);
    let store = room
        .desk
        .store
        .clone()
        .with_clock(move || u64::try_from(now.load(Ordering::Relaxed)).unwrap());
    Arc::get_mut(&mut room.desk).unwrap().store = store;
    (room, clock)
}

fn later(clock: &AtomicI64, hours: i64) {
    clock.fetch_add(hours * 3_600_000, Ordering::Relaxed);
}

/// Releases that it names, in order.
async fn named(room: &Memory) -> Vec<String> {
    let text = room.text("news-sitemap.xml").await;
    let title = |part: &str| part.split("</news:title>").next().unwrap().to_owned();
    text.split("<news:title>").skip(1).map(title).collect()
}

async fn verified(room: &Memory) -> Vec<(String, Fault)> {
    let told = std::sync::Mutex::new(Vec::new());
    let watch = |news: publish::News<'_>| {
        if let publish::News::Finding(finding) = news {
            told.lock().unwrap().push((finding.key.clone(), finding.fault));
        }
    };
    publish::verify(&room.desk, true, &watch).await.unwrap();
    told.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_follows_each_publication_and_the_sweeper_takes_out_what_is_no_news_any_more() {
    let (room, clock) = at("2026-05-02T12:00:00Z").await;
    let first = release(1, "2026-05-02T09:00:00Z");
    room.publish(&[
        first.clone(),
        release(2, "2026-04-30T13:00:00Z"),
        release(4, "2026-04-29T09:00:00Z"),
    ])
    .await;
    // Across the end of a month; what is three days old is no news.
    assert_eq!(named(&room).await, ["Release 1", "Release 2"]);
    room.publish(&[release(3, "2026-05-02T10:00:00Z")]).await;
    assert_eq!(named(&room).await, ["Release 3", "Communiqué 3", "Release 1", "Release 2"]);
    room.publish(&[next(&first, release::Status::Withdrawn)]).await;
    assert_eq!(named(&room).await, ["Release 3", "Communiqué 3", "Release 2"]);
    assert_eq!(verified(&room).await, vec![]);

    let minute = SignedDuration::from_mins(1);
    let sweeper = async || sweep(&room.desk, Timestamp::now(), minute).await.unwrap();
    later(&clock, 2);
    sweeper().await;
    assert_eq!(named(&room).await, ["Release 3", "Communiqué 3"]);
    assert_eq!(verified(&room).await, vec![]);
    later(&clock, 48);
    sweeper().await;
    assert_eq!(named(&room).await, Vec::<String>::new());
    let empty = room.text("news-sitemap.xml").await;
    assert!(empty.contains("<loc>http://127.0.0.1:8080/en/</loc>"), "{empty}");
    assert_eq!(verified(&room).await, vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_nobody_judged_for_more_than_a_day_is_told_and_mended() {
    let (room, clock) = at("2026-05-02T12:00:00Z").await;
    room.publish(&[release(1, "2026-05-01T12:30:00Z")]).await;
    assert_eq!(named(&room).await, ["Release 1"]);
    later(&clock, 48);
    assert_eq!(verified(&room).await, vec![], "it was right a day ago");
    later(&clock, 2);
    let key = Key::NewsSitemap.path();
    assert_eq!(verified(&room).await, [(key.clone(), Fault::Different)]);
    let report = publish::rebuild(&room.desk, &|_| {}).await.unwrap();
    assert_eq!((report.different, report.mended, report.wrong()), (1, 1, 0));
    assert_eq!(named(&room).await, Vec::<String>::new());
    assert_eq!(verified(&room).await, vec![]);
    room.desk.store.delete(&Key::NewsSitemap).await.unwrap();
    assert_eq!(verified(&room).await, [(key, Fault::Missing)]);
    publish::rebuild(&room.desk, &|_| {}).await.unwrap();
    assert_eq!(verified(&room).await, vec![]);
}

/// Two functions that know different releases: whoever is late reads again.
#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_that_knew_an_older_one_leaves_nothing_out() {
    let (room, _clock) = at("2026-05-02T12:00:00Z").await;
    let mut other = publish::Desk::new(store::Store::new(room.s3.client(), "content", "site"), room.desk.site.clone());
    let now: Timestamp = "2026-05-02T12:00:00Z".parse().unwrap();
    other.store = other.store.with_clock(move || u64::try_from(now.as_millisecond()).unwrap());
    let other = Memory {
        desk: Arc::new(other),
        s3: room.s3.clone(),
    };
    room.publish(&[release(1, "2026-05-02T08:00:00Z")]).await;
    other.publish(&[release(2, "2026-05-01T09:00:00Z")]).await;
    // In the month before: of it the other one knows nothing, and this one nothing of the last release.
    room.publish(&[release(4, "2026-04-30T12:30:00Z")]).await;
    other.publish(&[release(5, "2026-05-02T10:00:00Z")]).await;
    assert_eq!(named(&room).await, ["Release 5", "Release 1", "Release 2", "Release 4"]);
    assert_eq!(verified(&room).await, vec![]);
}
