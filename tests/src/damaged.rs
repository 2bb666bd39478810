//! Revisions that somebody damaged by hand: each is set aside and reported, every other release is published.

use std::fs;

use serde_json::json;
use store::Key;
use uuid::Uuid;

use crate::harness::{Room, answer};

fn release(title: &str) -> String {
    json!({"status": "published", "date": "2016-06-09", "texts": {"en": {"title": title, "body": "One paragraph."}}}).to_string()
}

/// What the record of a revision that was set aside says; waits for it.
async fn reason(store: &store::Store, id: Uuid) -> String {
    for _ in 0..500 {
        if let Some(record) = store.get(&Key::SetAside(id, 1)).await.unwrap() {
            return String::from_utf8(record.bytes.to_vec()).unwrap();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("no record of {id}");
}

#[tokio::test]
async fn files_that_were_damaged_on_disk_are_set_aside_and_every_other_release_publishes() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = folder.path().join("data");
    let room = Room::open_on(&data, &["--no-sample"]);
    let mut ids = Vec::new();
    for n in 0..6 {
        let (status, saved) = room.post("application/json", release(&format!("Release {n}"))).await;
        assert_eq!(status, 201, "{saved}");
        ids.push(saved["id"].as_str().unwrap().parse::<Uuid>().unwrap());
    }
    let all = |text: &str| (0..6).all(|n| text.contains(&format!("Release {n}")));
    room.until("/en/feed.json", all).await;
    room.kill();
    let file = |n: usize| data.join("s3/content").join(Key::Revision(ids[n], 1).path());
    let whole = fs::read(file(0)).unwrap();
    fs::write(file(0), &whole[..whole.len() / 2]).unwrap();
    fs::write(file(1), b"").unwrap();
    let edited = |n: usize, from: &str, to: &str| {
        let text = fs::read_to_string(file(n)).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(file(n), text.replace(from, to)).unwrap();
    };
    edited(2, "\"schema\": 1", "\"schema\": 9");
    edited(3, "Release 3", "A longer title than before");
    // Another configuration makes every view anew. What the public has seen is not taken back because its source is damaged.
    let site = folder.path().join("site.toml");
    fs::write(&site, local::sample::SITE.replacen("items = 50", "items = 49", 1)).unwrap();
    let room = Room::open_on(&data, &["--no-sample", "--site", site.to_str().unwrap()]);
    let store = room.store();
    for id in &ids[..4] {
        let reason = reason(&store, *id).await;
        assert!(reason.contains(&format!("releases/{id}/1.json")), "{reason}");
    }
    room.until("/en/feed.json", all).await;
    // The press office sees the rest of its board, and goes on.
    let (status, board) = answer(room.request("GET", "/v1/releases").bearer_auth(&room.token)).await;
    assert_eq!((status, board["releases"].as_array().map(Vec::len)), (200, Some(2)), "{board}");
    for id in &ids[..4] {
        let one = room.request("GET", &format!("/v1/releases/{id}")).bearer_auth(&room.token);
        let (status, problem) = answer(one).await;
        assert!(
            status == 500 && problem["detail"].as_str().unwrap().contains("damaged"),
            "{problem}"
        );
    }
    assert_eq!(room.post("application/json", release("Release 6")).await.0, 201);
    room.until("/en/feed.json", |text| all(text) && text.contains("Release 6")).await;
}

#[tokio::test]
async fn objects_that_were_made_by_hand_are_set_aside_with_a_reason() {
    let room = Room::open(&["--no-sample"]);
    let store = room.store();
    let whole = |id: Uuid, title: &str, schema: u32| {
        let document = json!({
            "schema": schema, "id": id, "revision": 1, "at": "2016-06-09T10:00:00Z", "by": {"name": "hand", "role": "editor"},
            "status": "published", "language": "en", "published": "2016-06-09T10:00:00Z", "updated": "2016-06-09T10:00:00Z",
            "path": {"year": 2016, "month": 6, "slug": "by-hand"}, "texts": {"en": {"title": title, "body": "b"}}
        });
        document.to_string().into_bytes()
    };
    let cases = [
        (
            "expected a revision as JSON",
            (|_| b"{\"schema\": 1, \"id\":".to_vec()) as fn(Uuid) -> Vec<u8>,
        ),
        ("expected a revision as JSON", |_| Vec::new()),
    ];
    let mut expected = Vec::new();
    let mut put = async |says: &'static str, id: Uuid, bytes: Vec<u8>| {
        store.put(&Key::Revision(id, 1), bytes).await.unwrap();
        expected.push((says, id));
    };
    for (says, make) in cases {
        let id = Uuid::now_v7();
        put(says, id, make(id)).await;
    }
    for (says, title, schema) in [
        ("found schema 9", "Schema nine", 9),
        ("/texts/en/title: the text holds U+001D", "Council\u{1d} closes", 1),
        ("/texts/en/title: the title is empty", " ", 1),
    ] {
        let id = Uuid::now_v7();
        put(says, id, whole(id, title, schema)).await;
    }
    let id = Uuid::now_v7();
    put(
        "the object was copied or renamed by hand",
        id,
        whole(Uuid::now_v7(), "Elsewhere", 1),
    )
    .await;
    // One that is sound is published, whoever made it.
    let id = Uuid::now_v7();
    store.put(&Key::Revision(id, 1), whole(id, "Made by hand", 1)).await.unwrap();
    assert_eq!(room.post("application/json", release("Council closes")).await.0, 201);
    room.until("/en/feed.json", |text| {
        text.contains("Council closes") && text.contains("Made by hand")
    })
    .await;
    for (says, id) in expected {
        let reason = reason(&store, id).await;
        assert!(reason.contains(says), "{reason}");
    }
    assert_eq!(room.json("/en/feed.json").await["items"].as_array().unwrap().len(), 2);
}
