//! What only our own server promises: files a person can open, events, a log, limits, and a client without a socket.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use futures::future::join_all;
use local::queue::Queue;
use local::s3::{EmbeddedS3, Notification, Options};
use serde_json::Value;

use super::server::{BUCKET, Embedded, bytes, client, options, status};

const NOW: Duration = Duration::ZERO;

fn watching(queue: &Queue, prefix: &str) -> Options {
    let notification = Notification {
        bucket: BUCKET.to_owned(),
        prefix: prefix.to_owned(),
        queue: queue.clone(),
    };
    Options {
        notifications: vec![notification],
        ..options()
    }
}

#[tokio::test]
async fn objects_are_files_a_person_can_open() {
    let embedded = Embedded::start(options()).await;
    let http = client(&embedded.endpoint, super::server::SECRET_KEY);
    http.put_object()
        .bucket(BUCKET)
        .key("en/feed.json")
        .body(bytes("{}"))
        .send()
        .await
        .unwrap();
    let path = embedded.data.path().join("s3/news/en/feed.json");
    assert_eq!(fs::read_to_string(&path).unwrap(), "{}");
    http.delete_object().bucket(BUCKET).key("en/feed.json").send().await.unwrap();
    assert!(!path.parent().unwrap().exists(), "an empty folder stayed");
}

#[tokio::test]
async fn everything_is_there_after_reopening() {
    let data = tempfile::tempdir().unwrap();
    let keys = ["a", "a/b", "新 闻/1+%.json", "d//e", "t/"];
    let open = || EmbeddedS3::open(data.path(), options()).unwrap().client();
    let s3 = open();
    for key in keys {
        let put = s3
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .body(bytes(key))
            .cache_control("max-age=1")
            .metadata("m", "1");
        put.send().await.unwrap();
    }
    let before = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    drop(s3);
    let s3 = open();
    let after = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(before.contents(), after.contents());
    for key in keys {
        let get = s3.get_object().bucket(BUCKET).key(key).send().await.unwrap();
        assert_eq!(
            (get.cache_control(), get.metadata().unwrap()["m"].as_str()),
            (Some("max-age=1"), "1")
        );
        assert_eq!(get.body.collect().await.unwrap().to_vec(), key.as_bytes());
    }
}

#[tokio::test]
async fn thousands_of_keys_are_listed_once_each() {
    let data = tempfile::tempdir().unwrap();
    let s3 = EmbeddedS3::open(data.path(), Options { memory: true, ..options() })
        .unwrap()
        .client();
    let keys: BTreeSet<_> = (0..2_345).map(|number| format!("key +%/{number:05}")).collect();
    let puts = keys
        .iter()
        .map(|key| s3.put_object().bucket(BUCKET).key(key).body(bytes("x")).send());
    assert!(join_all(puts).await.iter().all(Result::is_ok));
    let mut pages = s3.list_objects_v2().bucket(BUCKET).into_paginator().send();
    let (mut listed, mut sizes) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.contents().len());
        listed.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
    }
    assert_eq!(sizes, [1000, 1000, 345]);
    assert!(listed.iter().eq(&keys));
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0, "memory mode wrote files");
}

#[tokio::test]
async fn a_new_object_is_told_as_aws_tells_it() {
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::open(data.path()).unwrap();
    let s3 = EmbeddedS3::open(data.path(), watching(&queue, "releases/")).unwrap().client();
    let key = "releases/zh/闭幕 C++ (1)%.json";
    s3.put_object().bucket(BUCKET).key("other/x").body(bytes("x")).send().await.unwrap();
    s3.put_object().bucket(BUCKET).key(key).body(bytes("hello")).send().await.unwrap();
    let refused = s3
        .put_object()
        .bucket(BUCKET)
        .key(key)
        .if_none_match("*")
        .body(bytes("x"))
        .send()
        .await;
    assert_eq!(status(&refused.unwrap_err()), 412);
    let messages = queue.receive(10, NOW).await;
    assert_eq!(messages.len(), 1, "one message: other prefixes and refused writes are not told");
    let event: Value = serde_json::from_str(&messages[0].body).unwrap();
    let record = &event["Records"][0];
    assert_eq!(
        record["s3"]["object"]["key"],
        "releases/zh/%E9%97%AD%E5%B9%95+C%2B%2B+%281%29%25.json"
    );
    assert_eq!(record["s3"]["object"]["size"], 5);
    assert_eq!(record["s3"]["object"]["eTag"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(record["s3"]["bucket"]["arn"], "arn:aws:s3:::news");
    assert_eq!(
        (&record["eventName"], &record["eventVersion"]),
        (&"ObjectCreated:Put".into(), &"2.1".into())
    );
    let time = record["eventTime"].as_str().unwrap();
    assert!(time.len() == "2026-11-21T10:00:00.000Z".len() && time.ends_with('Z'), "{time}");
    queue.delete(&messages[0].id);
    assert_eq!((queue.depth(), queue.dead_letters().len()), (0, 0));
}

#[tokio::test]
async fn every_request_is_counted_and_logged() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let embedded = Embedded::start(Options {
        log: Some(log.path().to_owned()),
        ..options()
    })
    .await;
    let http = client(&embedded.endpoint, super::server::SECRET_KEY);
    let inside = embedded.s3.client();
    let before = embedded.s3.counts();
    http.put_object()
        .bucket(BUCKET)
        .key("a b")
        .body(bytes("hello"))
        .send()
        .await
        .unwrap();
    inside.get_object().bucket(BUCKET).key("a b").send().await.unwrap();
    inside.head_object().bucket(BUCKET).key("none").send().await.unwrap_err();
    reqwest::get(format!("{}/{BUCKET}/a", embedded.endpoint)).await.unwrap();
    let counts = embedded.s3.counts().since(&before);
    assert_eq!(counts.of("PutObject"), 1);
    assert_eq!(counts.total(), 4);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let text = fs::read_to_string(log.path()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = |line: &Value| {
        let [operation, key] = ["operation", "key"].map(|field| line[field].as_str().unwrap().to_owned());
        (operation, key, line["status"].as_u64().unwrap(), line["bytes"].as_u64().unwrap())
    };
    let put = lines.iter().map(line).collect::<Vec<_>>();
    assert_eq!(put[0], ("PutObject".into(), "a b".into(), 200, 5));
    assert_eq!(put[1], ("GetObject".into(), "a b".into(), 200, 5));
    assert_eq!(put[2], ("HeadObject".into(), "none".into(), 404, 0));
    assert_eq!((put[3].0.as_str(), put[3].2), ("GetObject", 403));
    assert!(
        lines
            .iter()
            .all(|line| line["time"].is_string() && line["milliseconds"].is_number() && line["method"].is_string())
    );
}

#[tokio::test]
async fn a_client_without_a_socket_sees_the_same_answers() {
    let embedded = Embedded::start(options()).await;
    let s3 = embedded.s3.client_for(&embedded.endpoint);
    let etag = s3
        .put_object()
        .bucket(BUCKET)
        .key("a")
        .body(bytes("body"))
        .send()
        .await
        .unwrap()
        .e_tag
        .unwrap();
    let head = s3.head_object().bucket(BUCKET).key("none").send().await.unwrap_err();
    assert!(head.into_service_error().is_not_found());
    let get = s3.get_object().bucket(BUCKET).key("none").send().await.unwrap_err();
    assert!(get.into_service_error().is_no_such_key());
    let unchanged = s3
        .get_object()
        .bucket(BUCKET)
        .key("a")
        .if_none_match(etag)
        .send()
        .await
        .unwrap_err();
    assert_eq!(status(&unchanged), 304);
    let soon = aws_sdk_s3::presigning::PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let url = s3.get_object().bucket(BUCKET).key("a").presigned(soon).await.unwrap();
    assert_eq!(
        reqwest::get(url.uri()).await.unwrap().text().await.unwrap(),
        "body",
        "presigned for the real port"
    );
}

#[tokio::test]
async fn an_object_past_the_limit_is_refused() {
    let embedded = Embedded::start(Options {
        max_object: 1000,
        ..options()
    })
    .await;
    let http = client(&embedded.endpoint, super::server::SECRET_KEY);
    let put = |size: usize| http.put_object().bucket(BUCKET).key("a").body(bytes(&"x".repeat(size))).send();
    put(1000).await.unwrap();
    let error = put(1001).await.unwrap_err();
    assert_eq!(error.into_service_error().meta().code(), Some("EntityTooLarge"));
    let head = http.head_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(head.content_length(), Some(1000));
}

#[test]
fn a_second_opener_is_told_which_directory_and_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let first = EmbeddedS3::open(data.path(), options()).unwrap();
    let error = EmbeddedS3::open(data.path(), options()).unwrap_err().to_string();
    assert!(
        error.contains(&data.path().display().to_string()) && error.contains("--data"),
        "{error}"
    );
    drop(first);
    EmbeddedS3::open(data.path(), options()).unwrap();
}

#[tokio::test]
async fn leftovers_of_a_crash_are_finished_or_undone() {
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::in_memory();
    let s3 = EmbeddedS3::open(data.path(), watching(&queue, "")).unwrap();
    for key in ["done", "undone"] {
        s3.client()
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .body(bytes("old"))
            .send()
            .await
            .unwrap();
    }
    drop(s3);
    assert_eq!(queue.receive(9, NOW).await.len(), 2);
    let root = data.path().join("s3");
    let meta = |name: &str| root.join(".meta/news").join(name);
    // As a crash leaves them: right after the commitment, and right before it.
    fs::rename(meta("done%.json"), meta("done%.next")).unwrap();
    let other = fs::read_to_string(meta("undone%.json"))
        .unwrap()
        .replace("\"size\": 3", "\"size\": 4");
    fs::write(meta("undone%.next"), other).unwrap();
    fs::write(root.join(".tmp/7"), "half a bo").unwrap();

    let s3 = EmbeddedS3::open(data.path(), watching(&queue, "")).unwrap().client();
    for key in ["done", "undone"] {
        let get = s3.get_object().bucket(BUCKET).key(key).send().await.unwrap();
        assert_eq!(get.body.collect().await.unwrap().to_vec(), b"old");
    }
    let again = queue.receive(9, NOW).await;
    assert!(
        again.len() == 1 && again[0].body.contains("\"done\""),
        "only the unannounced write is told again: {again:?}"
    );
    assert!(!meta("done%.next").exists() && !meta("undone%.next").exists());
    assert_eq!(fs::read_dir(root.join(".tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_body_changed_by_hand_is_never_served_as_if_it_were_not() {
    let data = tempfile::tempdir().unwrap();
    let embedded = EmbeddedS3::open(data.path(), options()).unwrap();
    let s3 = embedded.client();
    s3.put_object()
        .bucket(BUCKET)
        .key("a.txt")
        .body(bytes("right"))
        .send()
        .await
        .unwrap();
    for wrong in ["wrong", "short", "cut", "", "much longer"] {
        fs::write(data.path().join("s3/news/a.txt"), wrong).unwrap();
        let before = embedded.counts();
        let refused = s3.get_object().bucket(BUCKET).key("a.txt").send().await.unwrap_err();
        // Told apart from a store that is down, and not asked again: the file does not mend itself.
        assert_eq!((status(&refused), refused.code()), (422, Some("DamagedObject")), "{wrong}");
        assert_eq!(embedded.counts().since(&before).total(), 1, "{wrong}");
    }
}
