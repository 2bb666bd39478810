//! What is promised of the embedded server alone.

use std::time::Duration;

use local::s3::{EmbeddedS3, OpenError, Options};

use super::server::{Kind, World};

#[tokio::test]
async fn an_event_carries_its_key_as_aws_encodes_it() {
    let world = World::of(Kind::Embedded).await;
    let key = "a b/c+d%公.json";
    world
        .client
        .put_object()
        .bucket("news")
        .key(key)
        .body(b"x".to_vec().into())
        .send()
        .await
        .unwrap();
    let messages = world.queue.receive(10, Duration::from_secs(5)).await;
    let event: serde_json::Value = serde_json::from_str(&messages[0].body).unwrap();
    assert_eq!(event["Records"][0]["s3"]["object"]["key"], "a+b/c%2Bd%25%E5%85%AC.json");
    assert_eq!(messages.len(), 1);
}

#[tokio::test]
async fn a_conditional_delete_removes_only_what_it_names() {
    let world = World::of(Kind::Embedded).await;
    let put = world
        .client
        .put_object()
        .bucket("news")
        .key("a")
        .body(b"x".to_vec().into())
        .send()
        .await
        .unwrap();
    let delete = |etag: &str| world.client.delete_object().bucket("news").key("a").if_match(etag).send();
    let stale = delete("\"0123456789abcdef0123456789abcdef\"").await.unwrap_err();
    assert_eq!(stale.raw_response().unwrap().status().as_u16(), 412);
    delete(&put.e_tag.unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_second_opener_of_a_data_directory_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let _first = EmbeddedS3::open(data.path(), Options::default()).unwrap();
    assert!(matches!(
        EmbeddedS3::open(data.path(), Options::default()),
        Err(OpenError::InUse(_))
    ));
}

#[tokio::test]
async fn the_log_has_one_json_line_a_request() {
    let data = tempfile::tempdir().unwrap();
    let log = data.path().join("s3.log");
    let s3 = EmbeddedS3::open(
        data.path(),
        Options {
            buckets: vec!["news".into()],
            log: Some(log.clone()),
            ..Options::default()
        },
    )
    .unwrap();
    s3.client()
        .put_object()
        .bucket("news")
        .key("a b")
        .body(b"xyz".to_vec().into())
        .send()
        .await
        .unwrap();
    assert_eq!(s3.counts().of("PutObject"), 1);
    drop(s3);
    let text = std::fs::read_to_string(log).unwrap();
    let line: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let keys: Vec<_> = line.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["time", "method", "operation", "bucket", "key", "status", "bytes", "ms"]);
    assert_eq!(
        (&line["operation"], &line["key"], &line["status"], &line["bytes"]),
        (&"PutObject".into(), &"a b".into(), &200.into(), &3.into())
    );
}
