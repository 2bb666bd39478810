//! The commands, as a person or a program runs them: exit codes, sentences, JSON lines, a running press room and its folder.
#![allow(non_snake_case)]

use std::process::{Command, Output};

use serde_json::{Value, json};
use store::{Access, Bucket, Key, Store, connect};

use crate::harness::{Room, program};

/// Runs the program without a terminal and without credentials.
pub(super) fn pressroom(args: &[&str]) -> Output {
    let mut command = Command::new(program("pressroom"));
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_PROFILE",
        "PRESSROOM_DATA",
        "PRESSROOM_ENDPOINT",
    ] {
        command.env_remove(name);
    }
    command.args(args).output().unwrap()
}

pub(super) fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect()
}

/// The buckets of a running press room.
pub(super) fn store(room: &Room) -> Store {
    let access = Access::to(&room.s3, "us-east-1", "pressroom", "pressroom-secret");
    Store::new(connect(&access), "content", "site")
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_work_on_a_running_press_room_and_on_its_folder() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = folder.path().to_str().unwrap().to_owned();
    let room = Room::open_on(folder.path(), &[]);
    let running = ["--endpoint", room.s3.as_str()];
    let named = ["--endpoint", room.s3.as_str(), "--bucket", "content", "site"];
    let folder_args = ["--data", data.as_str()];

    // By address, by address and bucket, and by the folder of the press room that is running.
    for args in [&running[..], &named, &folder_args] {
        let clean = pressroom(&[&["verify"], args].concat());
        assert_eq!(code(&clean), Some(0), "{}", said(&clean));
        assert!(
            said(&clean).contains("of 1 releases") && said(&clean).contains("everything is as the releases say."),
            "{}",
            said(&clean)
        );
    }
    let store = store(&room);
    store.put(&Key::public_of("en/rss.xml").unwrap(), "<rss/>").await.unwrap();
    store.delete(&Key::public_of("fr/index.html").unwrap()).await.unwrap();
    let found = pressroom(&[&["verify"], &running[..]].concat());
    assert_eq!(code(&found), Some(1), "{}", said(&found));
    let text = said(&found);
    assert!(
        text.contains("different     en/rss.xml\n") && text.contains("missing       fr/index.html\n"),
        "{text}"
    );
    assert!(text.contains("2 are not as the releases say."), "{text}");

    let json = pressroom(&[&["verify", "--json"], &running[..]].concat());
    assert_eq!(code(&json), Some(1));
    let json = lines(&json);
    let findings: Vec<&Value> = json.iter().filter(|line| line["event"] == "finding").collect();
    let expected = |key: &str, fault: &str| json!({"event": "finding", "key": key, "fault": fault, "mended": false});
    assert_eq!(
        findings,
        [&expected("en/rss.xml", "different"), &expected("fr/index.html", "missing")]
    );
    assert!(
        json.iter()
            .any(|line| line["event"] == "stage" && line["stage"] == "feeds" && line["total"] == 30),
        "{json:?}"
    );
    let done = json.last().unwrap();
    assert_eq!(
        (&done["event"], &done["wrong"], &done["missing"], &done["different"]),
        (&json!("done"), &json!(2), &json!(1), &json!(1))
    );
    assert!(done["seconds"].is_f64());

    let rebuilt = pressroom(&[&["rebuild"], &running[..]].concat());
    assert_eq!(code(&rebuilt), Some(0), "{}", said(&rebuilt));
    assert!(
        said(&rebuilt).contains("mended: different     en/rss.xml\n") && said(&rebuilt).contains("2 were put right."),
        "{}",
        said(&rebuilt)
    );
    assert!(room.text("/en/rss.xml").await.contains("<item>"));
    assert_eq!(code(&pressroom(&[&["verify"], &running[..]].concat())), Some(0));

    // The folder alone, after the press room is gone; its public part too.
    let (paths, _) = store.list(Bucket::Site, "", None, 1_000).await.unwrap();
    room.kill();
    std::fs::remove_dir_all(folder.path().join("s3/site")).unwrap();
    let gone = pressroom(&[&["verify", "--json"], &folder_args[..]].concat());
    assert_eq!(code(&gone), Some(1), "{}", said(&gone));
    assert_eq!(lines(&gone).last().unwrap()["missing"], paths.len());
    assert_eq!(code(&pressroom(&[&["rebuild"], &folder_args[..]].concat())), Some(0));
    assert_eq!(code(&pressroom(&[&["verify"], &folder_args[..]].concat())), Some(0));
}

#[test]
fn what_cannot_be_looked_at_ends_with_2_and_says_what_to_do() {
    let folder = tempfile::TempDir::new().unwrap();
    let empty = pressroom(&["verify", "--data", folder.path().to_str().unwrap()]);
    assert_eq!(code(&empty), Some(2), "{}", said(&empty));
    assert!(
        said(&empty).contains("is no data directory of a press room; name it with --data"),
        "{}",
        said(&empty)
    );
    let nobody = pressroom(&["rebuild", "--endpoint", "http://127.0.0.1:9"]);
    assert_eq!(code(&nobody), Some(2), "{}", said(&nobody));
    let room = Room::open(&["--no-sample"]);
    let other = pressroom(&["verify", "--endpoint", &room.s3, "--bucket", "nothing", "site"]);
    assert_eq!(code(&other), Some(2), "{}", said(&other));
    assert!(
        said(&other).contains("config/site.toml is not in the bucket nothing"),
        "{}",
        said(&other)
    );
}

/// Every start on another port changes `base_url`, and with it every document.
#[tokio::test(flavor = "multi_thread")]
async fn another_site_toml_makes_every_view_anew() {
    let folder = tempfile::TempDir::new().unwrap();
    let sample = local::sample::SITE.replace("http://127.0.0.1:8080", crate::harness::PUBLIC);
    let file = folder.path().join("site.toml");
    let data = folder.path().join("data");
    let mut seen = Vec::new();
    for (name, gone) in [("Tidewater Newsroom", ""), ("Ebb and Flow", "ru")] {
        let mut toml = sample.replace("Tidewater Newsroom", name);
        if !gone.is_empty() {
            let russian = toml
                .split("[[languages]]")
                .find(|part| part.contains("tag = \"ru\""))
                .unwrap()
                .to_owned();
            toml = toml.replace(&format!("[[languages]]{russian}"), "");
            toml = toml.lines().map(|line| drop_russian(line) + "\n").collect();
        }
        std::fs::write(&file, toml).unwrap();
        let room = Room::open_on(&data, &["--site", file.to_str().unwrap()]);
        let verified = pressroom(&["verify", "--endpoint", &room.s3]);
        assert_eq!(code(&verified), Some(0), "{}", said(&verified));
        let feed = room.text("/en/feed.json").await;
        assert!(feed.contains(name), "{feed}");
        seen.push(room.get("/ru/").await.status().as_u16());
        room.kill();
    }
    assert_eq!(seen, [200, 404]);
}

/// A label in Russian has no place in a site without it.
fn drop_russian(line: &str) -> String {
    match line.find(", ru = \"") {
        Some(start) => {
            let end = start + 8 + line[start + 8..].find('"').unwrap() + 1;
            format!("{}{}", &line[..start], &line[end..])
        }
        None => line.to_owned(),
    }
}
