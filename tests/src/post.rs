//! `pressroom post`: files of a press office, sent by a person.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::harness::{Room, program};

/// Posts files of a folder to a press room, as a person does who has its data directory.
fn post(room: &Room, folder: &std::path::Path, args: &[&str]) -> Output {
    let mut command = Command::new(program("pressroom"));
    for name in ["PRESSROOM_DATA", "PRESSROOM_TOKEN", "PRESSROOM_URL"] {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .args(["post", "--url", &room.url, "--data"])
        .arg(&room.data);
    command.args(args).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_file_of_each_kind_is_posted_by_its_extension() {
    let room = Room::open(&["--no-sample"]);
    let folder = tempfile::TempDir::new().unwrap();
    let draft = json!({"status": "published", "date": "2026-06-09", "texts": {"en": {"title": "From JSON", "body": "One paragraph."}}});
    let files = [
        ("a.txt", "From text\n\n9 June 2026\n\nOne paragraph.\n".to_owned()),
        ("b.MD", "# From Markdown\n\n9 June 2026\n\nOne *paragraph*.\n".to_owned()),
        ("c.html", "<h1>From HTML</h1><p>9 June 2026</p><p>One paragraph.</p>".to_owned()),
        ("d.json", draft.to_string()),
    ];
    for (name, text) in &files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let names = files.each_ref().map(|(name, _)| *name);
    let done = post(&room, folder.path(), &names);
    assert!(done.status.success(), "{}", said(&done.stderr));
    let feed = room.until("/en/feed.json", |text| text.contains("From JSON")).await;
    for (name, title) in names.iter().zip(["From text", "From Markdown", "From HTML", "From JSON"]) {
        let line = said(&done.stdout);
        assert!(
            line.contains(&format!("{name}: published")) && line.contains(&format!("[en] {title}")),
            "{line}"
        );
        assert!(feed.contains(&format!("\"title\": \"{title}\"")), "{title} is missing in {feed}");
    }
}

#[tokio::test]
async fn a_language_and_a_status_are_said_beside_the_file_and_the_answer_can_be_json() {
    let room = Room::open(&["--no-sample"]);
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("a.txt"), "Le sommet se clôt\n\n9 juin 2026\n\nUn paragraphe.\n").unwrap();
    let done = post(&room, folder.path(), &["--language", "fr", "--status", "draft", "--json", "a.txt"]);
    assert!(done.status.success(), "{}", said(&done.stderr));
    let answer: Value = serde_json::from_str(said(&done.stdout).trim()).unwrap();
    assert_eq!(
        (&answer["status"], &answer["language"]),
        (&json!("draft"), &json!("fr")),
        "{answer}"
    );
}

#[tokio::test]
async fn what_cannot_be_posted_is_told_with_the_reason() {
    let room = Room::open(&["--no-sample"]);
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("a.docx"), "x").unwrap();
    std::fs::write(folder.path().join("b.json"), json!({"colour": "red", "texts": {}}).to_string()).unwrap();
    for (args, expected) in [
        (&["a.docx"][..], "expected a file that ends in .json, .txt, .md or .html"),
        (&["missing.txt"], "missing.txt cannot be read"),
        (&["b.json"], "colour"),
        (&["--token", "wrong", "b.json"], "401"),
        (&["--url", "http://127.0.0.1:1", "b.json"], "start the press room with `cargo run`"),
    ] {
        // Another address than that of the press room.
        let done = if args[0] == "--url" {
            let args = [args, &["--token", "t"]].concat();
            Command::new(program("pressroom"))
                .current_dir(folder.path())
                .arg("post")
                .args(args)
                .output()
                .unwrap()
        } else {
            post(&room, folder.path(), args)
        };
        assert_eq!(done.status.code(), Some(1), "{args:?}");
        assert!(said(&done.stderr).contains(expected), "{args:?}: {}", said(&done.stderr));
    }
}
