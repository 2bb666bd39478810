//! What is not public is nowhere, and what is pulled back leaves, with a mark for those who had it.

use scraper::{Html, Selector};
use serde_json::{Value, json};
use store::Bucket;

use crate::harness::{Room, answer};

const TITLE: &str = "Heron count closes early";

fn release(status: &str) -> Value {
    json!({"status": status, "date": "2024-06-09", "topics": ["research"], "texts": {"en": {"title": TITLE, "body": "Forty herons were counted."}}})
}

async fn step(room: &Room, id: &str, word: &str, body: Value) -> (u16, Value) {
    answer(
        room.request("POST", &format!("/v1/releases/{id}/{word}"))
            .bearer_auth(&room.token)
            .json(&body),
    )
    .await
}

/// Every public object that holds `text`.
async fn holding(room: &Room, text: &str) -> Vec<String> {
    let store = room.store();
    let (keys, more) = store.list(Bucket::Site, "", None, 1_000).await.unwrap();
    assert!(!more);
    let mut found = Vec::new();
    for key in keys {
        let object = store.fetch(&key).await.unwrap();
        if object.is_some_and(|object| String::from_utf8_lossy(&object.bytes).contains(text)) {
            found.push(key);
        }
    }
    found
}

#[tokio::test]
async fn B79_a_text_that_was_saved_and_not_published_is_in_no_public_object_and_cannot_be_guessed() {
    let room = Room::open(&["--no-sample"]);
    let mut ids = Vec::new();
    for status in ["draft", "submitted"] {
        let (answered, saved) = answer(room.request("POST", "/v1/releases").bearer_auth(&room.token).json(&release(status))).await;
        assert_eq!(answered, 201, "{saved}");
        ids.push(saved["id"].as_str().unwrap().to_owned());
    }
    // Another release makes every shared document anew.
    let other = json!({"texts": {"en": {"title": "Something else", "body": "x"}}, "topics": ["research"], "date": "2024-06-09"});
    assert_eq!(room.post("application/json", other.to_string()).await.0, 201);
    for document in ["/en/rss.xml", "/en/topics/research/atom.xml", "/changes/head.json"] {
        room.until(document, |text| text.contains("Something else") || text.contains("\"seq\": 1"))
            .await;
    }
    for text in [TITLE, "Forty herons", ids[0].as_str(), ids[1].as_str()] {
        assert_eq!(holding(&room, text).await, Vec::<String>::new(), "{text}");
    }
    for id in &ids {
        for path in [
            format!("/releases/{id}.json"),
            format!("/releases/{id}/v1.json"),
            format!("/releases/{id}/1.json"),
            format!("/content/releases/{id}/1.json"),
            "/en/2024/06/heron-count-closes-early/".to_owned(),
        ] {
            assert_eq!(room.get(&path).await.status(), 404, "{path}");
        }
        // Nor does the bucket tell it to somebody without a signature.
        let unsigned = reqwest::get(format!("{}/content/releases/{id}/1.json", room.s3)).await.unwrap();
        assert_eq!(unsigned.status(), 403);
    }
}

#[tokio::test]
async fn B80_B93_B94_the_only_release_pulled_back_leaves_every_document_and_stays_known_as_withdrawn() {
    let room = Room::open(&["--no-sample"]);
    let (status, saved) = answer(
        room.request("POST", "/v1/releases")
            .bearer_auth(&room.token)
            .json(&release("published")),
    )
    .await;
    assert_eq!(status, 201, "{saved}");
    let id = saved["id"].as_str().unwrap();
    // Within seconds, as after a slip: it need not even have come to all documents.
    let (status, answered) = step(&room, id, "withdraw", json!({"reason": {"en": "Sent before the count had ended."}})).await;
    assert_eq!(status, 200, "{answered}");
    for name in ["rss.xml", "atom.xml", "feed.json"] {
        for folder in ["en", "ar", "en/topics/research"] {
            room.until(&format!("/{folder}/{name}"), |text| text.contains("before the count had ended"))
                .await;
        }
    }
    room.until("/changes/head.json", |text| text.contains("\"withdrawn\"")).await;
    room.until(&format!("/releases/{id}.json"), |text| text.contains("\"withdrawn\""))
        .await;
    let atom = room.text("/en/atom.xml").await;
    let parsed = feed_rs::parser::parse(atom.as_bytes()).unwrap();
    assert!(
        parsed.entries.is_empty() && parsed.updated.is_some() && atom.contains("<at:deleted-entry"),
        "{atom}"
    );
    let json = room.json("/en/feed.json").await;
    let rss = room.text("/en/rss.xml").await;
    let channel = rss::Channel::read_from(rss.as_bytes()).unwrap();
    assert_eq!((channel.items().len(), json["items"].as_array().unwrap().len()), (1, 1));
    // Readers that have it get it once more, under the id they know, and marked.
    let gone = atom
        .split("<at:deleted-entry ref=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    assert_eq!(
        (channel.items()[0].guid().unwrap().value(), json["items"][0]["id"].as_str().unwrap()),
        (gone, gone)
    );
    assert_ne!(channel.items()[0].title().unwrap(), TITLE);
    assert_eq!(holding(&room, "Forty herons").await, Vec::<String>::new());
    let release = room.json(&format!("/releases/{id}.json")).await;
    assert!(
        release["status"] == "withdrawn" && release["texts"].is_null() && release["title"].is_null(),
        "{release}"
    );
    assert_eq!(room.get(&format!("/releases/{id}/v1.json")).await.status(), 404);
    let page = Html::parse_document(&room.text("/en/2024/06/heron-count-closes-early/").await);
    let robots = Selector::parse("meta[name=robots][content=noindex]").unwrap();
    assert_eq!(page.select(&robots).count(), 1);
    let log = room.json("/changes/head.json").await;
    let last = log["changes"]
        .as_array()
        .unwrap()
        .iter()
        .max_by_key(|change| change["seq"].as_u64())
        .unwrap();
    assert_eq!((&last["release"], &last["status"]), (&json!(id), &json!("withdrawn")));
}

#[tokio::test]
async fn S29_what_turns_or_hides_letters_leaves_a_title_and_the_office_is_told() {
    let room = Room::open(&["--no-sample"]);
    let sent = json!({"texts": {"en": {"title": "annual\u{202e}fdp.exe \u{2067}cafe\u{301}\u{2069}\u{feff} closes", "body": "x"}}});
    let (status, saved) = room.post("application/json", sent.to_string()).await;
    assert_eq!(status, 201, "{saved}");
    let title = "annualfdp.exe café closes";
    assert_eq!(saved["texts"]["en"]["title"], title);
    let warnings = saved["warnings"].to_string();
    assert!(
        ["U+202E", "U+2067", "U+2069"].iter().all(|told| warnings.contains(told)),
        "{warnings}"
    );
    assert_eq!(saved["path"]["slug"], "annualfdp-exe-cafe-closes");
    room.until("/en/feed.json", |text| text.contains(title)).await;
    for turned in ['\u{202e}', '\u{2067}', '\u{2069}'] {
        assert_eq!(holding(&room, &turned.to_string()).await, Vec::<String>::new(), "{turned:?}");
    }
}

crate::stack::on_a_stack!(
    B80_B93_B94_the_only_release_pulled_back_leaves_every_document_and_stays_known_as_withdrawn,
    S29_what_turns_or_hides_letters_leaves_a_title_and_the_office_is_told,
);
