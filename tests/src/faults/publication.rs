//! Faults that a publication meets: the message comes again, and the views come out as if nothing had been.

use std::{collections::BTreeMap, time::Duration};

use local::s3::Fault;
use publish::{Message, publish, sweep};
use release::{Revision, Status};
use serde_json::{Value, json};
use store::{Bucket, Key};

use super::script::{Script, instance};
use crate::{
    memory::{self, Memory, message, narrow},
    releases::{next, release},
};

const DAY: &str = "2026-03-01T09:00:00Z";

/// Deliveries of a message before it is set aside.
const DELIVERIES: usize = 5;

/// The site after these revisions, without a fault.
async fn undisturbed(revisions: &[&[Revision]]) -> BTreeMap<String, String> {
    let room = Memory::open(&narrow(5)).await;
    for batch in revisions {
        room.publish(batch).await;
    }
    room.site().await
}

/// A room in which one release is public and the next revision of it, and another release, are stored.
async fn waiting() -> (Memory, Vec<Message>, BTreeMap<String, String>) {
    let first = release(1, DAY);
    let batch = [next(&first, Status::Published), release(2, DAY)];
    let room = Memory::open(&narrow(5)).await;
    room.publish(std::slice::from_ref(&first)).await;
    for revision in &batch {
        memory::store(&room.desk, revision).await;
    }
    let messages = batch.iter().map(|revision| message(revision.id, revision.revision)).collect();
    let expected = undisturbed(&[std::slice::from_ref(&first), &batch]).await;
    (room, messages, expected)
}

/// Delivers until nothing fails; answers how often.
async fn deliver(room: &Memory, script: &std::sync::Arc<Script>, messages: &[Message]) -> usize {
    let function = instance(room, script);
    let mut left = messages.to_vec();
    for n in 1..=DELIVERIES {
        let outcome = publish(&function, &left).await;
        assert!(outcome.set_aside.is_empty());
        left.retain(|message| outcome.failed.contains(&message.id));
        if left.is_empty() {
            return n;
        }
    }
    panic!("still failing after {DELIVERIES} deliveries: {script:?}");
}

#[tokio::test(start_paused = true)]
async fn F05_an_s3_that_asks_to_slow_down_is_not_hurried() {
    for times in [3, 10] {
        let (room, messages, expected) = waiting().await;
        let script = Script::new().then("PUT", "en/feed.json", Fault::Refused(503), 0, times).ready();
        let deliveries = deliver(&room, &script, &messages).await;
        let attempts = script.asked("PUT").iter().filter(|key| *key == "en/feed.json").count();
        // Three attempts a delivery, no more.
        assert!(attempts <= 3 * deliveries + 2, "{attempts} attempts in {deliveries} deliveries");
        assert!(script.over() && room.site().await == expected);
    }
}

/// Each request of a publication fails once in each way.
#[tokio::test(start_paused = true)]
async fn F06_F09_F12_whichever_request_fails_and_however_the_site_is_whole_in_the_end() {
    let quiet = Script::new().ready();
    let (room, messages, _) = waiting().await;
    deliver(&room, &quiet, &messages).await;
    let all: Vec<(&'static str, u32)> = ["GET", "HEAD", "PUT"]
        .into_iter()
        .flat_map(|method| (0..u32::try_from(quiet.asked(method).len()).unwrap()).map(move |n| (method, n)))
        .collect();
    assert!(all.len() > 80, "{}", all.len());
    let ways = [
        Fault::Refused(500),
        Fault::Refused(502),
        Fault::Refused(504),
        Fault::Reset,
        Fault::Lost,
        Fault::Disowned(500),
        Fault::Truncated,
    ];
    for (n, (method, skip)) in all.into_iter().enumerate() {
        // Every way for every request would take minutes; the simulation does the rest.
        let fault = ways[n % ways.len()];
        let (room, mut messages, expected) = waiting().await;
        // The later revision first, then the other way round.
        messages.rotate_left(n % 2);
        // Every third one four times: more than the SDK repeats, so that deliveries fail.
        let times = if n % 3 == 0 { 4 } else { 1 };
        let script = Script::new().then(method, "", fault, skip, times).ready();
        deliver(&room, &script, &messages).await;
        assert!(room.site().await == expected, "{method} {skip} {fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn F07_a_store_that_hangs_is_given_up_and_the_message_comes_again() {
    let (room, messages, expected) = waiting().await;
    let script = Script::new().then("PUT", "en/feed.json", Fault::Silence, 0, 12).ready();
    let function = instance(&room, &script);
    let start = tokio::time::Instant::now();
    let outcome = publish(&function, &messages).await;
    assert!(!outcome.failed.is_empty());
    // A function has 60 seconds (infra); a message that is given back in time is not done twice at once.
    assert!(start.elapsed() < Duration::from_secs(50), "{:?}", start.elapsed());
    deliver(&room, &script, &messages).await;
    assert!(room.site().await == expected);
}

#[tokio::test]
async fn F11_B139_B150_the_same_event_three_times_at_once_and_once_more_is_one_release() {
    let (room, messages, expected) = waiting().await;
    let script = Script::new().ready();
    let functions = [instance(&room, &script), instance(&room, &script), instance(&room, &script)];
    let outcomes = futures::future::join_all(functions.iter().map(|function| publish(function, &messages))).await;
    for (function, outcome) in functions.iter().zip(&outcomes) {
        let again: Vec<_> = messages
            .iter()
            .filter(|message| outcome.failed.contains(&message.id))
            .cloned()
            .collect();
        assert!(publish(function, &again).await.failed.is_empty());
    }
    assert!(room.site().await == expected);
    let (before, log) = (script.asked("PUT").len(), room.json("/changes/head.json").await);
    assert_eq!(log["changes"].as_array().unwrap().len(), 3);
    publish(&functions[0], &messages).await;
    let tried = script.asked("PUT")[before..].to_vec();
    // Its own documents are tried as creates, which S3 refuses; nothing that releases share is touched.
    assert!(tried.iter().all(|key| key.starts_with("releases/")), "{tried:?}");
    assert!(room.site().await == expected);
}

#[tokio::test(start_paused = true)]
async fn F16_B149_of_a_batch_of_ten_the_fourth_fails_alone() {
    let room = Memory::open(&narrow(20)).await;
    let batch: Vec<Revision> = (1..=10).map(|n| release(n, DAY)).collect();
    let mut messages = Vec::new();
    for revision in &batch {
        memory::store(&room.desk, revision).await;
        messages.push(message(revision.id, 1));
    }
    let own = Key::Version(batch[3].id, 1).path();
    let script = Script::new().then("PUT", &own, Fault::Refused(403), 0, 1).ready();
    let function = instance(&room, &script);
    let outcome = publish(&function, &messages).await;
    assert_eq!(outcome.failed, [messages[3].id.clone()]);
    assert_eq!(outcome.published.len(), 9);
    assert!(publish(&function, &messages[3..4]).await.failed.is_empty());
    let whole = Memory::open(&narrow(20)).await;
    whole.publish(&batch).await;
    // The change log has it last, as it came; all else is as if nothing had been.
    let but_the_log = |mut site: BTreeMap<String, String>| {
        site.remove("changes/head.json");
        site
    };
    assert!(but_the_log(room.site().await) == but_the_log(whole.site().await));
    let log = room.json("/changes/head.json").await;
    assert_eq!(log["changes"][9]["release"], batch[3].id.to_string());
}

#[tokio::test(start_paused = true)]
async fn F23_B142_B143_a_list_whose_second_page_fails_is_an_error_and_never_a_short_list() {
    let room = Memory::open(&narrow(5)).await;
    // Markers of saves that never came to be: 1,000 fit on a page of a list.
    for n in 0..1_200 {
        let marker = Key::Pending(release(n, DAY).id, 1);
        room.desk.store.put(&marker, "").await.unwrap();
    }
    let late = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2);
    let script = Script::new().then("GET", "", Fault::Refused(500), 1, u32::MAX).ready();
    let patience = jiff::SignedDuration::from_mins(5);
    let listed = |room: &Memory| {
        let store = memory::desk(room.s3.client(), room.desk.site.clone()).store;
        async move { store.list(Bucket::Content, "pending/", None, 2_000).await.unwrap().0.len() }
    };
    assert!(sweep(&instance(&room, &script), late, patience).await.is_err());
    assert!(listed(&room).await >= 200);
    let swept = sweep(&instance(&room, &Script::new().ready()), late, patience).await.unwrap();
    assert!(!swept.unfinished.is_empty() && listed(&room).await == 0);
}

#[tokio::test(start_paused = true)]
async fn F30_where_writing_is_denied_nothing_half_done_is_linked_and_it_recovers() {
    let (room, messages, expected) = waiting().await;
    let before = room.site().await;
    let script = Script::new().then("PUT", "en/", Fault::Refused(403), 0, 9).ready();
    let function = instance(&room, &script);
    let outcome = publish(&function, &messages).await;
    assert_eq!(outcome.failed.len(), messages.len());
    let now = room.site().await;
    // Its pages were denied: so no feed, no month and no log entry leads to them.
    for path in ["fr/feed.json", "fr/atom.xml", "changes/head.json"] {
        assert_eq!(now[path], before[path], "{path}");
    }
    deliver(&room, &script, &messages).await;
    assert!(room.site().await == expected);
}

#[tokio::test]
async fn F31_documents_of_a_later_version_of_the_program_are_read() {
    let room = Memory::open(&narrow(5)).await;
    let first = release(1, DAY);
    let mut later: Value = serde_json::from_slice(&first.to_bytes()).unwrap();
    later["a_later_field"] = json!({"of": "any kind"});
    later["texts"]["en"]["a_later_field"] = json!(7);
    let key = Key::Revision(first.id, 1);
    room.desk.store.create(&key, later.to_string()).await.unwrap();
    let outcome = publish(&room.desk, &[message(first.id, 1)]).await;
    assert_eq!((outcome.failed.len(), outcome.set_aside.len()), (0, 0));
    // And the states of views, before an earlier program is put back.
    for path in ["en/feed.json", "en/archive/index.json", "en/archive/2026/03/index.json"] {
        let mut state = room.json(path).await;
        state["a_later_field"] = json!(true);
        let client = room.s3.client();
        let body = serde_json::to_vec(&state).unwrap();
        client.put_object().bucket("site").key(path).body(body.into()).send().await.unwrap();
    }
    let fresh = memory::desk(room.s3.client(), room.desk.site.clone());
    memory::store(&fresh, &release(2, DAY)).await;
    assert!(publish(&fresh, &[message(release(2, DAY).id, 1)]).await.failed.is_empty());
    assert_eq!(room.json("en/feed.json").await["items"].as_array().unwrap().len(), 2);
}
