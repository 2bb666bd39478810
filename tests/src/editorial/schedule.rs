//! Embargoes: not before their second, and nothing before.

use serde_json::{Value, json};

use super::{Desk, OTHER, id, office, text};
use crate::harness::Room;

fn in_seconds(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() + seconds).unwrap();
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// Every object of the public bucket that says one of these words, in its name or its text.
async fn leaks(room: &Room, words: &[&str]) -> Vec<String> {
    let client = room.s3();
    let mut found = Vec::new();
    let bucket = room.buckets.site.as_str();
    let listed = client.list_objects_v2().bucket(bucket).send().await.unwrap();
    assert_ne!(listed.is_truncated(), Some(true));
    for key in listed.contents().iter().filter_map(|object| object.key()) {
        let object = client.get_object().bucket(bucket).key(key).send().await.unwrap();
        let headers = format!("{key} {object:?}");
        let body = object.body.collect().await.unwrap().into_bytes();
        let text = format!("{headers} {}", String::from_utf8_lossy(&body));
        if words.iter().any(|word| text.contains(word)) {
            found.push(key.to_owned());
        }
    }
    found
}

#[tokio::test]
async fn an_embargo_is_lifted_at_its_second_in_six_languages_and_nothing_is_seen_before() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let (_, draft) = editor.create(&text("Zephyrine treaty")).await;
    let id = id(&draft);
    let far = in_seconds(3_600);
    let (status, scheduled) = editor.step(&id, "schedule", &json!({"at": far})).await;
    assert_eq!((status, &scheduled["status"]), (200, &json!("scheduled")), "{scheduled}");
    let instant: jiff::Timestamp = far.parse().unwrap();
    assert_eq!(
        scheduled["publish_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap(),
        instant
    );
    let path = &scheduled["path"];
    let page = |language: &str| {
        format!(
            "/{language}/{}/{:02}/{}/",
            path["year"],
            path["month"].as_i64().unwrap(),
            path["slug"].as_str().unwrap()
        )
    };
    let looked = leaks(&room, &["Zephyrine", "zephyrine", &id]).await;
    let before = room.get(&page("en")).await.status();
    assert_eq!((looked, before.as_u16()), (Vec::new(), 404));
    // A new time, so near that no minute comes in between.
    let at = in_seconds(3);
    let (status, moved) = editor.step(&id, "schedule", &json!({"at": at})).await;
    assert_eq!((status, &moved["path"]), (200, &scheduled["path"]), "{moved}");
    let instant: jiff::Timestamp = at.parse().unwrap();
    for language in ["en", "fr", "zh", "es", "ru", "ar"] {
        room.until(&format!("/{language}/rss.xml"), |feed| feed.contains("Zephyrine treaty"))
            .await;
        assert!(jiff::Timestamp::now() >= instant, "it was public before its time");
        for path in [format!("/{language}/atom.xml"), format!("/{language}/feed.json"), page(language)] {
            room.until(&path, |text| text.contains("Zephyrine treaty")).await;
        }
    }
    let item = room.json("/en/feed.json").await["items"][0].clone();
    let published: jiff::Timestamp = item["date_published"].as_str().unwrap().parse().unwrap();
    assert_eq!(published, instant);
    let history = editor.see(&format!("/v1/releases/{id}/revisions")).await;
    assert_eq!(
        (&history["revisions"][3]["status"], &history["revisions"][3]["by"]["name"]),
        (&json!("published"), &json!("embargo"))
    );
}

#[tokio::test]
async fn an_edit_a_new_time_or_a_withdrawal_before_the_hour_counts() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let mut ids = Vec::new();
    // Long enough for a slow machine to take eight calls.
    let at = in_seconds(20);
    for title in ["Edited tide", "Moved tide", "Early tide", "Mended tide"] {
        let (_, draft) = editor.create(&text(title)).await;
        let (status, scheduled) = editor.step(&id(&draft), "schedule", &json!({"at": at})).await;
        assert_eq!(status, 200, "{scheduled}");
        ids.push(id(&draft));
    }
    // Back to a draft; a later time; taken back; still scheduled, with another text.
    let (status, saved) = editor.save(&ids[0], 2, &text("Edited tide after all")).await;
    assert_eq!((status, &saved["status"]), (200, &json!("draft")), "{saved}");
    let (status, moved) = editor.step(&ids[1], "schedule", &json!({"at": in_seconds(3_600)})).await;
    assert_eq!((status, &moved["status"]), (200, &json!("scheduled")), "{moved}");
    let (status, back) = editor.step(&ids[2], "withdraw", &json!({"reason": "not now"})).await;
    assert_eq!((status, &back["status"]), (200, &json!("draft")), "{back}");
    let mut mended = text("Mended text of the tide");
    (mended["status"], mended["publish_at"]) = (json!("scheduled"), json!(at));
    let (status, saved) = editor.save(&ids[3], 2, &mended).await;
    assert_eq!((status, &saved["status"]), (200, &json!("scheduled")), "{saved}");
    let feed = room.until("/en/feed.json", |feed| feed.contains("Mended text")).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    for title in ["Edited tide", "Moved tide", "Early tide"] {
        assert!(!feed.contains(title), "{title}: {feed}");
    }
    assert_eq!(
        leaks(&room, &["Edited tide", "Moved tide", "Early tide", "not now"]).await,
        Vec::<String>::new()
    );
    // What was only scheduled had no date for readers: it gets that of its publication.
    let (_, published) = editor.step(&ids[1], "publish", &json!({})).await;
    let date: jiff::Timestamp = published["published"].as_str().unwrap().parse().unwrap();
    assert!(date <= jiff::Timestamp::now(), "{published}");
}

#[tokio::test]
async fn a_time_that_has_come_publishes_at_once_and_one_that_is_unclear_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let (_, draft) = editor.create(&text("Yesterday's news")).await;
    let path = id(&draft);
    for (at, told) in [
        (json!("2026-10-25T02:30"), "offset"),
        (json!("tomorrow"), "expected a date"),
        (json!("2026-06-09"), "found the day"),
        (Value::Null, "expected a text"),
    ] {
        let (status, refused) = editor.step(&path, "schedule", &json!({"at": at})).await;
        assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/at")), "{refused}");
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains(told), "{refused}");
    }
    let (status, published) = editor.step(&path, "schedule", &json!({"at": in_seconds(-60)})).await;
    assert_eq!((status, &published["status"]), (200, &json!("published")), "{published}");
    room.until("/en/feed.json", |feed| feed.contains("Yesterday's news")).await;
    // Readers would see a date that has not come.
    let mut early = text("Too early");
    early["date"] = json!(in_seconds(86_400));
    let (_, draft) = editor.create(&early).await;
    let (status, refused) = editor.step(&id(&draft), "publish", &json!({})).await;
    assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/date")), "{refused}");
}

#[tokio::test]
#[expect(non_snake_case)]
async fn B81_an_embargo_needs_an_offset_and_means_that_instant_also_when_clocks_change() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let (_, draft) = editor.create(&text("Tide tables agreed")).await;
    let path = id(&draft);
    // The office's zone is told, with what the time may mean there; in the hour that comes twice, and in the one that is left out.
    let mut release = text("Tide tables agreed");
    release["status"] = json!("scheduled");
    for (at, readings) in [
        ("2036-07-15T14:00", vec!["2036-07-15T14:00:00+02:00"]),
        ("2036-10-26T02:30", vec!["2036-10-26T02:30:00+02:00", "2036-10-26T02:30:00+01:00"]),
        ("2036-03-30T02:30", vec!["2036-03-30T02:30:00+01:00", "2036-03-30T02:30:00+02:00"]),
    ] {
        release["publish_at"] = json!(at);
        let created = editor.create(&release).await;
        let stepped = editor.step(&path, "schedule", &json!({"at": at})).await;
        for ((status, refused), pointer) in [(created, "/publish_at"), (stepped, "/at")] {
            assert_eq!(
                (status, &refused["errors"][0]["pointer"]),
                (422, &json!(pointer)),
                "{at}: {refused}"
            );
            let message = refused["errors"][0]["message"].as_str().unwrap();
            for reading in &readings {
                assert!(message.contains(reading), "{at}: {message}");
            }
        }
    }
    assert_eq!(
        editor.see(&format!("/v1/releases/{path}")).await["revision"],
        1,
        "a refusal saved something"
    );
    for (at, instant) in [
        ("2036-07-15T14:00:00+02:00", "2036-07-15T12:00:00Z"),
        ("2036-10-26T02:30:00+02:00", "2036-10-26T00:30:00Z"),
        ("2036-10-26T02:30:00+01:00", "2036-10-26T01:30:00Z"),
        ("2036-03-30T02:30:00+01:00", "2036-03-30T01:30:00Z"),
    ] {
        let (status, scheduled) = editor.step(&path, "schedule", &json!({"at": at})).await;
        let found: jiff::Timestamp = scheduled["publish_at"].as_str().unwrap().parse().unwrap();
        assert_eq!((status, found), (200, instant.parse().unwrap()), "{at}: {scheduled}");
    }
    let due = room.store().list(store::Bucket::Content, "due/", None, 10).await.unwrap().0;
    assert!(due.iter().any(|key| key.contains("2036-03-30T01:30:00")), "{due:?}");
}

crate::stack::on_a_stack!(
    an_embargo_is_lifted_at_its_second_in_six_languages_and_nothing_is_seen_before,
    an_edit_a_new_time_or_a_withdrawal_before_the_hour_counts,
    a_time_that_has_come_publishes_at_once_and_one_that_is_unclear_is_refused,
);
