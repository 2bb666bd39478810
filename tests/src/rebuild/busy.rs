//! A rebuild while the press office works.
#![allow(non_snake_case)]

use std::process::Output;

use serde_json::json;

use super::command::{lines, pressroom};
use crate::harness::Room;

/// Everything public is removed by hand; then fifty releases are posted while it is rebuilt.
#[tokio::test(flavor = "multi_thread")]
async fn F32_a_rebuild_while_fifty_releases_are_posted_ends_clean() {
    let room = Room::open(&["--no-sample"]);
    let release = |n: usize| {
        let topics = [["research"], ["technology"]][n % 2];
        let text = json!({"title": format!("Release {n}"), "body": "One paragraph."});
        json!({"status": "published", "date": format!("2016-{:02}-09", 1 + n % 12), "texts": {"en": text}, "topics": topics})
    };
    for n in 0..5 {
        assert_eq!(room.post("application/json", release(n).to_string()).await.0, 201);
    }
    room.until("/changes/head.json", |text| text.contains("\"seq\": 5,")).await;
    let store = super::command::store(&room);
    let (paths, more) = store.list(store::Bucket::Site, "", None, 1_000).await.unwrap();
    assert!(!more && paths.len() > 100);
    for path in &paths {
        store.remove_public(path).await.unwrap();
    }
    let s3 = room.s3.clone();
    let rebuild = tokio::task::spawn_blocking(move || pressroom(&["rebuild", "--json", "--endpoint", &s3]));
    let posts = async {
        for n in 5..55 {
            assert_eq!(room.post("application/json", release(n).to_string()).await.0, 201);
        }
    };
    let (rebuilt, ()) = futures::join!(rebuild, posts);
    let rebuilt: Output = rebuilt.unwrap();
    assert!(rebuilt.status.success(), "{}", String::from_utf8_lossy(&rebuilt.stderr));
    room.until("/changes/head.json", |text| text.contains("\"seq\": 55,")).await;
    let verified = pressroom(&["verify", "--json", "--endpoint", &room.s3]);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
    assert_eq!(lines(&verified).last().unwrap()["releases"], 55);
}
