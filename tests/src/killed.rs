//! The real programs, ended with SIGKILL at random moments while there is work. Nothing acknowledged is lost and nothing is shown twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::{Client, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::{
    harness::{PUBLIC, Room, program},
    newsroom::site_toml,
};

/// How often each program is killed.
pub(crate) const KILLS: u32 = 50;
/// Press officers who post at once.
const OFFICERS: u32 = 3;
/// The longest that a program lives, in milliseconds.
const LIFE: u64 = 250;

/// Releases and revisions that were acknowledged.
type Acknowledged = Arc<Mutex<BTreeMap<String, u64>>>;

/// Posts and edits until the press room is gone.
async fn officer(url: String, token: String, name: String, acknowledged: Acknowledged) {
    let client = Client::new();
    for n in 0_u32.. {
        let title = format!("Release {n} of {name}");
        let draft = json!({"date": "2026-03-01", "topics": ["research"], "texts": {"en": {"title": title, "body": "One paragraph."}}});
        let post = client.post(format!("{url}/v1/releases?status=published")).bearer_auth(&token);
        let Ok(saved) = post.header(CONTENT_TYPE, "application/json").body(draft.to_string()).send().await else {
            return;
        };
        assert_eq!(saved.status(), 201);
        let etag = saved.headers()["etag"].clone();
        let Ok(text) = saved.text().await else { return };
        let release: Value = serde_json::from_str(&text).unwrap();
        let id = release["id"].as_str().unwrap().to_owned();
        acknowledged.lock().unwrap().insert(id.clone(), 1);
        if n % 3 > 0 {
            continue;
        }
        let mut edited = draft;
        edited["status"] = json!("published");
        edited["texts"]["en"]["body"] = json!("Another paragraph.");
        let put = client
            .put(format!("{url}/v1/releases/{id}"))
            .bearer_auth(&token)
            .header("if-match", etag);
        let Ok(saved) = put.header(CONTENT_TYPE, "application/json").body(edited.to_string()).send().await else {
            return;
        };
        assert_eq!(saved.status(), 200);
        acknowledged.lock().unwrap().insert(id, 2);
    }
}

/// The whole change log, by its links: the numbers have no gap, and no revision stands in it twice.
async fn changes(room: &Room) -> Vec<(String, u64)> {
    let mut pages = vec![room.json("/changes/head.json").await];
    while let Some(previous) = pages.last().unwrap()["previous"].as_str() {
        let path = previous
            .strip_prefix(PUBLIC)
            .unwrap_or_else(|| panic!("{previous} is elsewhere"))
            .to_owned();
        pages.push(room.json(&path).await);
    }
    let all: Vec<&Value> = pages.iter().rev().flat_map(|page| page["changes"].as_array().unwrap()).collect();
    for (n, change) in (1_u64..).zip(&all) {
        assert_eq!(change["seq"], n, "{change}");
    }
    let revision = |change: &&Value| (change["release"].as_str().unwrap().to_owned(), change["revision"].as_u64().unwrap());
    let all: Vec<_> = all.iter().map(revision).collect();
    assert_eq!(
        all.iter().collect::<BTreeSet<_>>().len(),
        all.len(),
        "a revision stands twice in the change log"
    );
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_press_room_is_killed_fifty_times_under_load_and_loses_nothing() {
    let folder = tempfile::TempDir::new().unwrap();
    // Links do not depend on the ports, so nothing has to be made anew when those change.
    let site = folder.path().join("site.toml");
    std::fs::write(&site, site_toml()).unwrap();
    let args = ["--no-sample", "--site", site.to_str().unwrap()];
    let data = folder.path().join("data");
    let acknowledged = Acknowledged::default();
    let mut known: Vec<(String, u64)> = Vec::new();
    for life in 0..KILLS {
        let room = Room::open_on(&data, &args);
        let log = changes(&room).await;
        assert!(log.starts_with(&known), "the change log forgot something");
        known = log;
        let officers: Vec<_> = (0..OFFICERS)
            .map(|n| {
                officer(
                    room.url.clone(),
                    room.token.clone(),
                    format!("{n} in life {life}"),
                    Arc::clone(&acknowledged),
                )
            })
            .map(tokio::spawn)
            .collect();
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..LIFE))).await;
        room.kill();
        for officer in officers {
            officer.await.unwrap();
        }
    }
    let room = Room::open_on(&data, &args);
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > 50, "only {} releases were acknowledged", acknowledged.len());
    let expected: BTreeSet<(String, u64)> = acknowledged.iter().flat_map(|(id, n)| (1..=*n).map(|n| (id.clone(), n))).collect();
    let mut missing = usize::MAX;
    for _ in 0..600 {
        let log: BTreeSet<_> = changes(&room).await.into_iter().collect();
        missing = expected.difference(&log).count();
        if missing == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(missing, 0, "acknowledged revisions never became public");
    let verified = Command::new(program("pressroom"))
        .args(["verify", "--endpoint", &room.s3])
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    println!(
        "row {}",
        json!({"row": "press room killed under load", "kills": KILLS, "acknowledged": expected.len(), "lost": missing})
    );
}
