//! The functions on Lambda and the local program: the same answers, the same public site, byte for byte.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    buckets::{Buckets, Public, TOKEN, objects},
    event,
    function::Function,
};
use crate::harness::{PUBLIC, Room};

/// The local program with the same site and no release.
fn room() -> (Room, tempfile::TempDir) {
    let folder = tempfile::TempDir::new().unwrap();
    let site = folder.path().join("site.toml");
    std::fs::write(&site, local::sample::SITE.replacen("http://127.0.0.1:8080", PUBLIC, 1)).unwrap();
    let data = folder.path().join("data");
    (Room::open_on(&data, &["--no-sample", "--site", site.to_str().unwrap()]), folder)
}

/// The version in an object's metadata is of the clock, so it may differ; nothing that a reader sees does.
fn comparable(headers: &[(String, String)]) -> Vec<(String, String)> {
    headers.iter().filter(|(name, _)| name != "version").cloned().collect()
}

/// What the two answers may differ in.
fn without_identity(answer: &Value) -> Value {
    let mut answer = answer.clone();
    for name in ["id", "at", "by", "path", "updated"] {
        answer.as_object_mut().unwrap().remove(name);
    }
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn lambda_and_the_local_program_make_the_same_site() {
    let buckets = Buckets::open().await;
    let (mut accept, mut publish) = (
        Function::start("accept", &buckets).await,
        Function::start("publish", &buckets).await,
    );
    let (room, _folder) = room();
    for name in [
        "http-api-v2-post-json.json",
        "http-api-v2-post-base64-text.json",
        "function-url-post.json",
    ] {
        let answer = accept.invoke(event(name, &[("token", TOKEN)])).await.unwrap();
        assert_eq!(answer["statusCode"], 201, "{answer}");
    }
    let batch = buckets.batch().await;
    let revisions: Vec<String> = batch["Records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| {
            let body: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
            body["Records"][0]["s3"]["object"]["key"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(revisions.len(), 3);
    assert_eq!(publish.invoke(batch).await.unwrap(), json!({"batchItemFailures": []}));

    // The same revisions, put into the local program's S3, arrive there by its own events.
    let there = room.s3();
    for key in &revisions {
        let found = buckets
            .client()
            .get_object()
            .bucket(super::buckets::CONTENT)
            .key(key)
            .send()
            .await
            .unwrap();
        let body = found.body.collect().await.unwrap().into_bytes();
        there
            .put_object()
            .bucket(local::CONTENT)
            .key(key)
            .body(body.into())
            .send()
            .await
            .unwrap();
    }
    let expected = buckets.site().await;
    let start = std::time::Instant::now();
    loop {
        let found = objects(&there).await;
        let different = differences(&expected, &found);
        if different.is_empty() {
            break;
        }
        assert!(start.elapsed().as_secs() < 30, "these differ: {different:#?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

fn differences(lambda: &BTreeMap<String, Public>, local: &BTreeMap<String, Public>) -> Vec<String> {
    let keys: std::collections::BTreeSet<&String> = lambda.keys().chain(local.keys()).collect();
    let differs = |key: &&String| match (lambda.get(*key), local.get(*key)) {
        (Some(one), Some(other)) => one.bytes != other.bytes || comparable(&one.headers) != comparable(&other.headers),
        _ => true,
    };
    keys.into_iter().filter(differs).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lambda_and_the_local_program_answer_a_post_alike() {
    let buckets = Buckets::open().await;
    let mut accept = Function::start("accept", &buckets).await;
    let (room, _folder) = room();
    let sent = event("http-api-v2-post-json.json", &[("token", TOKEN)]);
    let answer = accept.invoke(sent.clone()).await.unwrap();
    let lambda: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    let (status, local) = room.post("application/json", sent["body"].as_str().unwrap().to_owned()).await;
    assert_eq!((status, answer["statusCode"].as_u64()), (201, Some(201)));
    assert_eq!(without_identity(&lambda), without_identity(&local));
    let wrong = "{\"texts\": {\"en\": {\"title\": \"\", \"boddy\": 1}}}";
    let mut sent = sent;
    sent["body"] = wrong.into();
    let answer = accept.invoke(sent).await.unwrap();
    let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    let (status, local) = room.post("application/json", wrong).await;
    assert_eq!((status, answer["statusCode"].as_u64()), (422, Some(422)), "{problem}");
    assert_eq!(problem, local);
}
