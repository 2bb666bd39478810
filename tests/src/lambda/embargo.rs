//! `embargo` as Lambda runs it: each minute, and for a marker that was just written.

use release::{Revision, Status};
use serde_json::{Value, json};
use store::Key;
use uuid::Uuid;

use super::{buckets::Buckets, event, function::Function};
use crate::releases::release;

/// Stores a revision that is due so many seconds from now, with its marker.
async fn scheduled(buckets: &Buckets, n: u32, seconds: i64) -> (Uuid, jiff::Timestamp) {
    let now = jiff::Timestamp::now();
    let at = jiff::Timestamp::from_second(now.as_second() + seconds).unwrap();
    let mut revision = release(n, &at.to_string());
    (revision.status, revision.publish_at, revision.published, revision.updated) = (Status::Scheduled, Some(at), None, None);
    let id = revision.id;
    buckets.desk.store.put(&Key::Due(at, id, 1), "").await.unwrap();
    buckets.desk.store.create(&Key::Revision(id, 1), revision.to_bytes()).await.unwrap();
    (id, at)
}

/// The line of the log that tells of a release's publication, with its delay: what the metric is made of.
fn told(function: &Function, id: Uuid) -> Value {
    let said = function.said();
    let lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut of_release =
        lines.filter(|line| line["fields"]["release.id"] == json!(id.to_string()) && line["fields"].get("delay_ms").is_some());
    let line = of_release.next().unwrap_or_else(|| panic!("no line has the delay of {id}: {said}"));
    assert!(of_release.next().is_none(), "{said}");
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_late_is_published_with_its_delay_in_the_log_and_what_is_due_at_its_second() {
    let buckets = Buckets::open().await;
    let (late, _) = scheduled(&buckets, 1, -90).await;
    let (soon, at) = scheduled(&buckets, 2, 3).await;
    let (far, _) = scheduled(&buckets, 3, 3_600).await;
    let mut function = Function::start("embargo", &buckets).await;
    let answer = function.invoke(event("schedule-minute.json", &[])).await.unwrap();
    assert_eq!(answer, json!({"published": 2, "void": 0}));
    assert!(jiff::Timestamp::now() >= at, "it did not wait for the second");
    let line = told(&function, late);
    let delay = line["fields"]["delay_ms"].as_i64().unwrap();
    assert!(delay >= 90_000 && line["level"] == "WARN", "{line}");
    assert!(line["span"]["requestId"].as_str().unwrap().starts_with("8476a536-"), "{line}");
    let line = told(&function, soon);
    let in_time = line["fields"]["delay_ms"].as_i64().unwrap();
    assert!(in_time >= 0, "{line}");
    // An alarm looks at the metric.
    let figures = function.figures();
    let mut delays: Vec<i64> = serde_json::from_value(figures[0]["EmbargoDelay"].clone()).unwrap();
    delays.sort_unstable();
    assert_eq!((figures.len(), delays), (1, vec![in_time, delay]), "{figures:?}");
    // One list of what is due; for each release a list, a read and two writes.
    assert!(figures[0]["S3Requests"][0].as_i64().unwrap() >= 9, "{figures:?}");
    let second = async |id| buckets.desk.store.get(&Key::Revision(id, 2)).await.unwrap();
    for id in [late, soon] {
        let made = Revision::read(&second(id).await.unwrap().bytes, id, 2).unwrap();
        assert_eq!((made.status, made.by.name.as_str()), (Status::Published, "embargo"));
    }
    assert!(second(far).await.is_none());
    // The next minute finds one marker, an hour away.
    let answer = function.invoke(event("schedule-minute.json", &[])).await.unwrap();
    assert_eq!(answer, json!({"published": 0, "void": 0}));
    let figures = function.figures();
    assert_eq!(
        (figures.len(), figures[1].get("EmbargoDelay")),
        (2, None),
        "nothing was due: {figures:?}"
    );
}
