//! What judges and readers that are not ours say of the running site.

use std::{fs, process::Command};

use crate::harness::{PUBLIC, Room, top};

async fn furnished() -> (Room, tempfile::TempDir) {
    let folder = tempfile::TempDir::new().unwrap();
    let site = folder.path().join("site.toml");
    fs::write(&site, local::sample::SITE.replacen("http://127.0.0.1:8080", PUBLIC, 1)).unwrap();
    let room = Room::open_on(&folder.path().join("data"), &["--site", site.to_str().unwrap()]);
    let hard = serde_json::json!({
        "status": "published",
        "date": "2026-03-01",
        "language": "ru",
        "texts": {
            "ru": {"title": "Сессия ]]> закрыта & «решена» <col>", "body": "<p>if (a[b[0]]>1) &amp; 👩‍👩‍👧</p><script>x</script>", "format": "html"},
            "zh": {"title": "闭幕 – 总结", "body": "正文。"}
        },
        "topics": ["research"]
    });
    assert_eq!(room.post("application/json", hard.to_string()).await.0, 201);
    room.until("/ar/feed.json", |text| text.contains("Сессия")).await;
    room.until("/ru/topics/research/atom.xml", |text| text.contains("Сессия")).await;
    (room, folder)
}

fn run(room: &Room, script: &str, command: &str) -> String {
    let python = top().join("target/tools/judges/bin/python");
    assert!(
        python.exists(),
        "{} is missing; run tests/run once, which installs it",
        python.display()
    );
    let out = Command::new(python)
        .arg(top().join("tests/judges").join(script))
        .args([command, &room.url, "--public", PUBLIC])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn every_feed_is_accepted_by_grammar_schema_and_linters() {
    let (room, _folder) = furnished().await;
    let said = run(&room, "judge.py", "site");
    assert!(said.trim_end().ends_with(" 0 findings"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn six_independent_readers_read_every_feed_alike() {
    let (room, _folder) = furnished().await;
    let said = run(&room, "readers.py", "compare");
    assert!(said.trim_end().ends_with(" 0 differences"), "{said}");
}
