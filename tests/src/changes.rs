//! A partner portal keeps one number and catches up from static files.

use std::{collections::BTreeMap, path::Path, process::Command};

use release::{Revision, Status};
use serde_json::Value;

use crate::{
    harness::{Room, top},
    releases::{next, release},
};

/// Runs the example consumer over a folder.
fn consume(room: &Room, folder: &Path, replay: bool) {
    let mut command = Command::new("python3");
    command.arg(top().join("tests/consumer.py")).arg(&room.url).arg(folder);
    if replay {
        command.arg("--replay");
    }
    let out = command.output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

/// What the consumer holds.
fn held(folder: &Path) -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let documents = files.filter(|path| path.extension().is_some_and(|e| e == "json"));
    documents
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        })
        .collect()
}

async fn stored(room: &Room, revisions: &[Revision]) {
    for some in revisions.chunks(50) {
        futures::future::join_all(some.iter().map(|revision| room.save(revision))).await;
    }
}

async fn until_seq(room: &Room, seq: usize) -> Value {
    let head = room
        .until_within(180, "/changes/head.json", |text| {
            let head: Value = serde_json::from_str(text).unwrap();
            head["seq"] == seq
        })
        .await;
    serde_json::from_str(&head).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_catches_up_from_any_number_over_sealed_pages() {
    let room = Room::open(&["--no-sample"]);
    let folder = tempfile::TempDir::new().unwrap();
    let (steady, late) = (folder.path().join("steady"), folder.path().join("late"));
    consume(&room, &steady, false);
    assert!(held(&steady).is_empty());

    let first: Vec<Revision> = (0..120).map(|n| release(n, "2026-03-01T09:00:00Z")).collect();
    stored(&room, &first).await;
    until_seq(&room, 120).await;
    consume(&room, &steady, false);
    consume(&room, &late, false);
    assert_eq!(held(&steady).len(), 120);

    // Edits, withdrawals and one that comes back; then so many that two pages are sealed.
    let edited: Vec<Revision> = first[..40].iter().map(|revision| next(revision, Status::Published)).collect();
    let withdrawn: Vec<Revision> = first[30..60].iter().map(|revision| next(revision, Status::Withdrawn)).collect();
    let withdrawn: Vec<Revision> = withdrawn.into_iter().filter(|w| edited.iter().all(|e| e.id != w.id)).collect();
    let restored = next(&withdrawn[0], Status::Published);
    stored(&room, &edited).await;
    stored(&room, &withdrawn).await;
    stored(&room, std::slice::from_ref(&restored)).await;
    let mut count = 120 + edited.len() + withdrawn.len() + 1;
    until_seq(&room, count).await;
    consume(&room, &steady, false);
    let many: Vec<Revision> = (1_000..1_890).map(|n| release(n, "2026-04-01T09:00:00Z")).collect();
    stored(&room, &many).await;
    count += many.len();
    let head = until_seq(&room, count).await;
    assert_eq!(head["pages"], count / 500);

    // Each change once, numbered without gaps, and the pages do not change.
    let mut seen = Vec::new();
    for page in 1..=count / 500 {
        let path = format!("/changes/{page:08}.json");
        let answer = room.get(&path).await;
        assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable");
        let page: Value = answer.json().await.unwrap();
        assert_eq!(page["changes"].as_array().unwrap().len(), 500);
        seen.extend(page["changes"].as_array().unwrap().clone());
    }
    seen.extend(head["changes"].as_array().unwrap().clone());
    let numbers: Vec<u64> = seen.iter().map(|change| change["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=count as u64).collect::<Vec<_>>());
    let mut pairs: Vec<String> = seen
        .iter()
        .map(|change| format!("{}/{}", change["release"], change["revision"]))
        .collect();
    pairs.sort();
    pairs.dedup();
    assert_eq!(pairs.len(), count, "a revision is logged twice");

    consume(&room, &steady, false);
    consume(&room, &late, false);
    let replayed = folder.path().join("replayed");
    consume(&room, &replayed, true);
    let expected = 120 + many.len() - (withdrawn.len() - 1);
    for (name, folder) in [("steady", &steady), ("late", &late), ("replayed", &replayed)] {
        let held = held(folder);
        assert_eq!(held.len(), expected, "{name}");
        assert_eq!(held, self::held(&replayed), "{name}");
    }
    // What it holds is what is public.
    let held = held(&replayed);
    for (revision, is_public) in [(&edited[0], true), (&withdrawn[1], false), (&restored, true), (&many[7], true)] {
        let public = room.json(&format!("/releases/{}.json", revision.id)).await;
        assert_eq!(public["status"] == "published", is_public);
        let document = held.get(&revision.id.to_string());
        assert_eq!(
            document.map(|d| &d["revision"]),
            is_public.then_some(&public["revision"]),
            "{}",
            revision.id
        );
    }
}
