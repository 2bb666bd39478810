//! `publish` as Lambda runs it: batches of SQS messages with S3 events in, failed messages out.

use release::{By, Lang, Path, Revision, Role, Status, Text};
use serde_json::{Value, json};
use store::Key;
use uuid::Uuid;

use super::{buckets::Buckets, event, function::Function};

const ID: Uuid = Uuid::from_u128(0x019d_0000_0000_7000_8000_0000_0000_0000);

fn revision(n: u32) -> Revision {
    let at: jiff::Timestamp = "2026-06-09T09:00:00Z".parse().unwrap();
    let mut revision: Revision = serde_json::from_value(json!({
        "schema": Revision::SCHEMA, "id": Uuid::from_u128(ID.as_u128() + u128::from(n)), "revision": 1,
        "at": at, "by": By { name: "t".to_owned(), role: Role::Editor }, "status": Status::Published, "language": "en",
        "published": at, "updated": at, "texts": {}, "topics": ["research"]
    }))
    .unwrap();
    let text = Text {
        title: format!("Harbour {n} reports"),
        body: "One paragraph.".to_owned(),
        ..Text::default()
    };
    revision.texts = [(Lang::parse("en").unwrap(), text)].into();
    revision.path = Some(Path {
        year: 2026,
        month: 6,
        slug: format!("harbour-{n}-reports"),
    });
    revision
}

/// Stores a revision and gives its key as S3 writes it into an event.
pub(super) async fn stored(buckets: &Buckets, n: u32) -> String {
    let revision = revision(n);
    let key = Key::Revision(revision.id, 1);
    buckets.desk.store.create(&key, revision.to_bytes()).await.unwrap();
    key.path()
}

pub(super) fn failures(answer: &Value) -> Vec<&str> {
    let items = answer["batchItemFailures"].as_array().unwrap();
    items.iter().map(|item| item["itemIdentifier"].as_str().unwrap()).collect()
}

pub(super) async fn feed(buckets: &Buckets) -> String {
    let site = buckets.site().await;
    String::from_utf8(site["en/rss.xml"].bytes.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_with_several_records_in_a_message_publishes_all() {
    let buckets = Buckets::open().await;
    let mut function = Function::start("publish", &buckets).await;
    let keys = [stored(&buckets, 1).await, stored(&buckets, 2).await, stored(&buckets, 3).await];
    let batch = event("sqs-s3-put.json", &[("first", &keys[0]), ("second", &keys[1]), ("third", &keys[2])]);
    let answer = function.invoke(batch.clone()).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    let rss = feed(&buckets).await;
    for n in 1..=3 {
        assert!(rss.contains(&format!("Harbour {n} reports")), "{n} is missing in {rss}");
    }
    let before = buckets.dates().await;
    assert_eq!(failures(&function.invoke(batch).await.unwrap()), Vec::<&str>::new());
    assert_eq!(buckets.dates().await, before, "the same batch again changed an object");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_tells_its_lag_and_what_it_asked_of_s3() {
    let buckets = Buckets::open().await;
    let keys = [stored(&buckets, 1).await, stored(&buckets, 2).await, stored(&buckets, 3).await];
    let asked = buckets.requests();
    let mut function = Function::start("publish", &buckets).await;
    let mut batch = event("sqs-s3-put.json", &[("first", &keys[0]), ("second", &keys[1]), ("third", &keys[2])]);
    let start = jiff::Timestamp::now().as_millisecond();
    for record in batch["Records"].as_array_mut().unwrap() {
        record["attributes"]["SentTimestamp"] = json!((start - 2_000).to_string());
    }
    let messages = batch["Records"].as_array().unwrap().len();
    function.invoke(batch).await.unwrap();
    let most = jiff::Timestamp::now().as_millisecond() - start + 2_000;
    let figures = function.figures();
    assert_eq!(figures.len(), 1, "{figures:?}");
    let lags: Vec<i64> = serde_json::from_value(figures[0]["PublicationLag"].clone()).unwrap();
    assert!(
        lags.len() == messages && lags.iter().all(|lag| (2_000..=most).contains(lag)),
        "{figures:?}"
    );
    assert_eq!(figures[0]["Published"], json!([3]));
    // With what it read when it started.
    let requests = figures[0]["S3Requests"][0].as_u64().unwrap();
    assert_eq!(requests, buckets.requests() - asked, "{figures:?}");
    assert_eq!(figures[0]["S3Conflicts"], json!([0]));
    let said = function.said();
    let public = said.lines().filter(|line| line.contains("\"public\""));
    assert_eq!(
        public.filter(|line| line.contains("\"requestId\":\"8476a536-")).count(),
        3,
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_decoded_fails_alone() {
    let buckets = Buckets::open().await;
    let mut function = Function::start("publish", &buckets).await;
    let keys = [stored(&buckets, 1).await, stored(&buckets, 2).await];
    let batch = event("sqs-undecodable.json", &[("first", &keys[0]), ("third", &keys[1])]);
    let answer = function.invoke(batch).await.unwrap();
    let message = |n: u32| format!("059f36b4-87a3-44ab-83d2-66197500000{n}");
    assert_eq!(failures(&answer), [2, 4, 5, 6].map(message));
    let rss = feed(&buckets).await;
    for n in 1..=2 {
        assert!(rss.contains(&format!("Harbour {n} reports")), "{n} is missing in {rss}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_that_s3_sends_when_it_is_configured_is_taken_and_does_nothing() {
    let buckets = Buckets::open().await;
    let mut function = Function::start("publish", &buckets).await;
    let writes = buckets.writes();
    let answer = function.invoke(event("s3-test-event-via-sqs.json", &[])).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert_eq!(buckets.writes(), writes);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_key_is_named_as_it_is_and_not_retried() {
    let buckets = Buckets::open().await;
    let mut function = Function::start("publish", &buckets).await;
    let odd = "releases/zh/闭幕 C++ 100% (1).json";
    let put = buckets.client().put_object().bucket(super::buckets::CONTENT).key(odd);
    put.body(b"{}".to_vec().into()).send().await.unwrap();
    let mut real = buckets.batch().await;
    let told = real["Records"][0]["body"].as_str().unwrap().to_owned();
    let made = event("sqs-s3-odd-key.json", &[]);
    let key = |body: &str| serde_json::from_str::<Value>(body).unwrap()["Records"][0]["s3"]["object"]["key"].clone();
    assert_eq!(
        key(&told),
        key(made["Records"][0]["body"].as_str().unwrap()),
        "the embedded S3 writes it as AWS does"
    );
    real["Records"]
        .as_array_mut()
        .unwrap()
        .extend(made["Records"].as_array().unwrap().clone());
    assert_eq!(function.invoke(real).await.unwrap(), json!({"batchItemFailures": []}));
    assert!(function.said().contains(odd), "the log does not name it: {}", function.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_revision_is_set_aside_and_every_other_publishes() {
    let buckets = Buckets::open().await;
    let mut function = Function::start("publish", &buckets).await;
    let good = stored(&buckets, 1).await;
    let mut others = Vec::new();
    let future = revision(3).to_bytes();
    let future = String::from_utf8(future.to_vec())
        .unwrap()
        .replacen("\"schema\": 1", "\"schema\": 9", 1);
    for (n, body) in [(2, String::new()), (3, future), (4, "{\"schema\": 1, \"id\"".to_owned())] {
        let key = Key::Revision(revision(n).id, 1);
        buckets.desk.store.put(&key, body.into_bytes()).await.unwrap();
        others.push((n, key));
    }
    let record = |key: String| json!({"messageId": key, "body": json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]}).to_string()});
    let mut records: Vec<Value> = others.iter().map(|(_, key)| record(key.path())).collect();
    records.push(record(good));
    let answer = function.invoke(json!({ "Records": records })).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert!(feed(&buckets).await.contains("Harbour 1 reports"));
    for (n, _) in others {
        let aside = buckets.desk.store.get(&Key::SetAside(revision(n).id, 1)).await.unwrap();
        assert!(aside.is_some(), "no record of revision {n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_is_missing_is_named_and_the_function_ends() {
    let buckets = Buckets::bare().await;
    for (name, variable) in [("publish", "CONTENT_BUCKET"), ("accept", "SITE_BUCKET"), ("embargo", "AWS_REGION")] {
        let mut function = Function::start_with(name, &buckets, &[(variable, "")]).await;
        assert!(!function.ended().await);
        assert!(function.said().contains(variable), "{}", function.said());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_function_is_killed_fifty_times_in_its_work_and_every_view_is_whole() {
    let buckets = Buckets::open().await;
    let message = |key: String| {
        let body = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]});
        json!({"messageId": key, "receiptHandle": "r", "body": body.to_string(), "attributes": {}, "messageAttributes": {},
               "md5OfBody": "", "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:1:q", "awsRegion": "eu-west-1"})
    };
    let (mut waiting, mut saved, mut answered) = (Vec::new(), 0, 0);
    for _ in 0..crate::killed::KILLS {
        while waiting.len() < 5 {
            waiting.push(message(stored(&buckets, saved).await));
            saved += 1;
        }
        let mut function = Function::start("publish", &buckets).await;
        let life = std::time::Duration::from_millis(fastrand::u64(0..400));
        let work = async {
            // The first invocation is cold, others are warm.
            while !waiting.is_empty() {
                let batch: Vec<Value> = waiting.iter().take(3).cloned().collect();
                let answer = function.invoke(json!({ "Records": batch })).await.unwrap();
                assert_eq!(answer, json!({"batchItemFailures": []}));
                waiting.drain(..batch.len());
                answered += batch.len();
            }
            std::future::pending::<()>().await;
        };
        let _ = tokio::time::timeout(life, work).await;
    }
    let mut function = Function::start("publish", &buckets).await;
    assert_eq!(
        function.invoke(json!({ "Records": waiting })).await.unwrap(),
        json!({"batchItemFailures": []})
    );
    let desk = std::sync::Arc::new(publish::Desk::new(
        store::Store::new(buckets.client(), super::buckets::CONTENT, super::buckets::SITE),
        buckets.desk.site.clone(),
    ));
    let told = std::sync::Mutex::new(Vec::new());
    let note = |news: publish::News<'_>| {
        if let publish::News::Finding(finding) = news {
            told.lock().unwrap().push(finding.clone());
        }
    };
    let report = publish::verify(&desk, true, &note).await.unwrap();
    assert_eq!(
        (report.wrong(), report.releases),
        (0, u64::from(saved)),
        "{:?}",
        told.lock().unwrap()
    );
    println!(
        "row {}",
        json!({"row": "publish killed at work", "kills": crate::killed::KILLS, "events": saved, "answered before a kill": answered})
    );
}
