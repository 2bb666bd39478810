//! Killed while every view is made anew for another `site.toml`: the next start goes on with it.
#![allow(non_snake_case)]

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::command::pressroom;
use crate::harness::{PUBLIC, Room, program};

/// So that there is something to interrupt.
const RELEASES: u32 = 30;

/// Starts a press room and kills it as soon as it has taken `site`; its S3 log is what tells.
fn killed_in_the_middle(data: &Path, site: &Path, log: &Path) {
    let mut child = Command::new(program("pressroom"))
        .args([
            "serve",
            "--json",
            "--no-sample",
            "--listen",
            "127.0.0.1:0",
            "--s3-listen",
            "127.0.0.1:0",
        ])
        .args([Path::new("--data"), data, Path::new("--site"), site, Path::new("--s3-log"), log])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let taken = |line: &str| {
        serde_json::from_str::<Value>(line).is_ok_and(|line| line["key"] == "config/site.toml" && line["operation"] == "PutObject")
    };
    let start = Instant::now();
    while !std::fs::read_to_string(log).is_ok_and(|log| log.lines().any(taken)) {
        assert!(start.elapsed() < Duration::from_secs(30), "site.toml was never taken");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_killed_while_every_view_was_made_anew_goes_on_with_it_at_the_next_start() {
    let folder = tempfile::TempDir::new().unwrap();
    let (data, site, log) = (
        folder.path().join("data"),
        folder.path().join("site.toml"),
        folder.path().join("s3.log"),
    );
    let named = |name: &str| {
        let toml = local::sample::SITE.replace("http://127.0.0.1:8080", PUBLIC);
        std::fs::write(&site, toml.replace("Tidewater Newsroom", name)).unwrap();
    };
    named("Ebb");
    let args = ["--no-sample", "--site", site.to_str().unwrap()];
    let room = Room::open_on(&data, &args);
    for n in 0..RELEASES {
        let release = json!({"date": "2026-03-01", "texts": {"en": {"title": format!("Notice {n}"), "body": "x"}}});
        let (status, saved) = room.post("application/json", release.to_string()).await;
        assert_eq!(status, 201, "{saved}");
    }
    room.until("/changes/head.json", |log| log.matches("\"seq\"").count() > RELEASES as usize)
        .await;
    room.kill();

    named("Flow");
    killed_in_the_middle(&data, &site, &log);
    let owed = data.join("views-to-be-made-anew");
    assert!(owed.exists(), "nothing was interrupted: {RELEASES} releases are too few");
    let room = Room::open_on(&data, &args);
    // The month is the last to be made anew, and nobody publishes anything in it.
    for path in ["/en/archive/2026/03/", "/en/feed.json", "/en/2026/03/notice-0/"] {
        room.until(path, |text| text.contains("Flow") && !text.contains("Ebb")).await;
    }
    let start = Instant::now();
    while owed.exists() {
        assert!(start.elapsed() < Duration::from_secs(30), "it is never done");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let verified = pressroom(&["verify", "--endpoint", &room.s3]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}
