//! Sections 11 and 14: windows, cursors, events and racing writers, as partners and publishers meet them.

use std::collections::BTreeSet;

use publish::publish;
use release::{Revision, Status};

use crate::{
    memory::{self, Memory, message, narrow, window},
    releases::{next, release},
};

#[tokio::test(flavor = "multi_thread")]
async fn B122_a_busy_day_is_whole_in_a_feed_that_is_narrower() {
    // 60 releases in one day, a window of 20.
    let day = |n: u32| release(n, &format!("2026-03-01T{:02}:{:02}:00Z", 8 + n / 10, n % 10));
    let busy: Vec<Revision> = (0..60).map(day).collect();
    let room = Memory::open(&window(20, 24)).await;
    for batch in busy.chunks(7) {
        room.publish(batch).await;
    }
    let shown = |feed: &serde_json::Value| feed["items"].as_array().unwrap().len();
    assert_eq!(shown(&room.json("/en/feed.json").await), 60);
    // Two days later the window is 20 again, and the month has them all.
    room.publish(&[release(60, "2026-03-03T12:00:00Z")]).await;
    assert_eq!(shown(&room.json("/en/feed.json").await), 20);
    let month = room.json("/en/archive/2026/03/index.json").await;
    assert_eq!(month["releases"].as_array().unwrap().len(), 61);
}

#[tokio::test(flavor = "multi_thread")]
async fn B123_B125_after_a_cursor_comes_what_was_committed_after_it_however_old_its_date() {
    let room = Memory::open(&narrow(5)).await;
    let first: Vec<Revision> = (1..=6).map(|n| release(n, "2026-03-01T09:00:00Z")).collect();
    room.publish(&first).await;
    let cursor = room.json("/changes/head.json").await["seq"].as_u64().unwrap();
    // A slow writer's release with an older date and an older `at`, an edit, a withdrawal.
    let mut late = release(7, "2020-01-01T09:00:00Z");
    late.at = first[0].at - jiff::SignedDuration::from_hours(1000);
    room.publish(&[late.clone(), next(&first[1], Status::Published)]).await;
    room.publish(&[next(&first[2], Status::Withdrawn)]).await;
    let head = room.json("/changes/head.json").await;
    let after: Vec<(String, u64)> = head["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["seq"].as_u64().unwrap() > cursor)
        .map(|change| (change["release"].as_str().unwrap().to_owned(), change["revision"].as_u64().unwrap()))
        .collect();
    assert_eq!(after.len(), 3, "nothing twice: {after:?}");
    let expected = [(late.id, 1), (first[1].id, 2), (first[2].id, 2)].map(|(id, n)| (id.to_string(), n));
    assert_eq!(after.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn B144_twenty_publishers_at_once_each_add_one_release_and_all_twenty_are_there() {
    let room = Memory::open(&narrow(30)).await;
    let desks: Vec<_> = (0..20).map(|_| memory::desk(room.s3.client(), room.desk.site.clone())).collect();
    let one = |(n, desk): (u32, publish::Desk)| async move {
        let revision = release(n, "2026-03-01T09:00:00Z");
        memory::store(&desk, &revision).await;
        let mut messages = vec![message(revision.id, 1)];
        // Who loses too often gives its message back, as a queue expects.
        for _ in 0..5 {
            let outcome = publish(&desk, &messages).await;
            messages.retain(|message| outcome.failed.contains(&message.id));
        }
        assert!(messages.is_empty(), "release {n} failed five times");
    };
    let publishers = (0..20).zip(desks).map(|work| tokio::spawn(one(work)));
    for done in futures::future::join_all(publishers).await {
        done.unwrap();
    }
    let ids = |list: &serde_json::Value, of: &str| -> BTreeSet<String> {
        let found = list.as_array().unwrap().iter();
        found.map(|one| one.pointer(of).unwrap().as_str().unwrap().to_owned()).collect()
    };
    let feed = room.json("/zh/feed.json").await;
    assert_eq!(ids(&feed["items"], "/_pressroom/release").len(), 20);
    assert_eq!(ids(&room.json("/en/archive/2026/03/index.json").await["releases"], "/id").len(), 20);
    let log = room.json("/changes/head.json").await;
    assert_eq!((ids(&log["changes"], "/release").len(), log["seq"].as_u64()), (20, Some(20)));
}
