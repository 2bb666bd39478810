//! Faults that the press office meets: its answers tell the truth.

use axum::http::StatusCode;
use local::s3::Fault;
use serde_json::Value;
use store::{Bucket, Key};
use uuid::Uuid;

use super::script::{Script, api_over, revisions};
use crate::memory::{Memory, narrow};

const REVISION: &str = "releases/";

#[tokio::test(start_paused = true)]
async fn F01_a_post_whose_answer_is_lost_on_the_way_to_s3_is_one_release() {
    let room = Memory::open(&narrow(5)).await;
    let script = Script::new().then("PUT", REVISION, Fault::Lost, 0, 2).ready();
    let api = api_over(&room, &script).await;
    // The SDK sends it again and hears that it is there: its own.
    let (status, body, _) = api.post("Lost").await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    assert!(script.over());
    assert_eq!(revisions(&room).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn F02_a_conflict_is_tried_again_and_given_back_when_it_does_not_end() {
    let room = Memory::open(&narrow(5)).await;
    let script = Script::new().then("PUT", REVISION, Fault::Refused(409), 0, 5).ready();
    let api = api_over(&room, &script).await;
    let (status, body, _) = api.post("Five conflicts").await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    assert_eq!(revisions(&room).await.len(), 1);

    let script = Script::new().then("PUT", REVISION, Fault::Refused(409), 0, u32::MAX).ready();
    let api = api_over(&room, &script).await;
    let (status, body, retry) = api.post("Conflicts without end").await;
    assert_eq!((status, retry.as_deref()), (StatusCode::SERVICE_UNAVAILABLE, Some("1")), "{body}");
    assert!(script.asked("PUT").len() < 60, "{} attempts", script.asked("PUT").len());
    assert_eq!(revisions(&room).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn F03_of_two_editors_one_saves_and_the_other_is_told_what_is_there() {
    let room = Memory::open(&narrow(5)).await;
    let api = api_over(&room, &Script::new().ready()).await;
    let (_, first, etag) = api.post("First").await;
    assert_eq!(etag.as_deref(), Some("\"1\""));
    let path = format!("/v1/releases/{}", first["id"].as_str().unwrap());
    let edit = |title: &'static str| api.send("PUT", &path, &[("if-match", "\"1\"")], title);
    let (one, other) = tokio::join!(edit("Second, by one"), edit("Second, by the other"));
    let mut found = [(one.0, one.2.clone()), (other.0, other.2.clone())];
    found.sort_by_key(|(status, _)| status.as_u16());
    let second = Some("\"2\"".to_owned());
    assert_eq!(found, [(StatusCode::OK, second.clone()), (StatusCode::PRECONDITION_FAILED, second)]);
    // What the winner wrote is what is there.
    let (_, now, _) = api.send("GET", &path, &[], "").await;
    let won = if one.0 == StatusCode::OK { one.1 } else { other.1 };
    assert_eq!((&now["revision"], &now["texts"]), (&Value::from(2), &won["texts"]));
}

#[tokio::test(start_paused = true)]
async fn F04_an_edit_of_a_release_that_was_removed_brings_nothing_back() {
    let room = Memory::open(&narrow(5)).await;
    let api = api_over(&room, &Script::new().ready()).await;
    let (_, first, _) = api.post("Removed by hand").await;
    let id: Uuid = first["id"].as_str().unwrap().parse().unwrap();
    room.desk.store.delete_all(Bucket::Content, &[Key::Revision(id, 1)]).await.unwrap();
    let (status, body, _) = api
        .send("PUT", &format!("/v1/releases/{id}"), &[("if-match", "\"1\"")], "Again")
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{body}");
    assert!(revisions(&room).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn F18_a_post_that_is_sent_again_under_its_key_is_the_same_release_and_another_body_is_refused() {
    let room = Memory::open(&narrow(5)).await;
    // The first attempt stores its revision and never hears of it; nor does whoever sent it.
    let script = Script::new()
        .then("PUT", REVISION, Fault::Lost, 0, 1)
        .then("PUT", REVISION, Fault::Reset, 0, 10)
        .ready();
    let key = [("idempotency-key", "closing-summary")];
    let (status, body, _) = api_over(&room, &script).await.send("POST", "/v1/releases", &key, "Once").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    let api = api_over(&room, &Script::new().ready()).await;
    let (status, again, _) = api.send("POST", "/v1/releases", &key, "Once").await;
    assert_eq!(status, StatusCode::CREATED, "{again}");
    let (status, body, _) = api.send("POST", "/v1/releases", &key, "Another").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    let stored = revisions(&room).await;
    assert_eq!(stored.len(), 1);
    assert!(stored[0].contains(again["id"].as_str().unwrap()));
}
