//! The office's calls from the terminal: texts, checks, files.

use std::path::Path;

use serde_json::Value;

use super::{Desk, OTHER, desk::terminal, files::GIF, id, office, text};
use crate::harness::{announced, file_path};

fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_checked_saved_and_looked_at_from_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let say = |arguments: &[&str]| terminal(&room, arguments);
    let unfinished = file(
        folder.path(),
        "draft.md",
        "# Harbour fees fall\n\nThe council met. Contact: [NAME].\n",
    );
    let (code, said, _) = say(&["release", "check", &unfinished]);
    assert_eq!(
        (code, said.contains("error    /texts/en/body") && said.contains("[NAME]")),
        (Some(1), true),
        "{said}"
    );
    let (code, said, _) = say(&["release", "check", &unfinished, "--json"]);
    let found: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, found["errors"].as_array().unwrap().len()), (Some(1), 1), "{said}");
    let (code, _, told) = say(&["post", &unfinished]);
    assert_eq!((code, told.contains("/texts/en/body")), (Some(1), true), "{told}");
    let (code, said, _) = say(&["release", "list"]);
    assert_eq!((code, said.as_str()), (Some(0), ""), "a check or a refusal saved something");
    let (code, _, told) = say(&["post", &unfinished, "--override", "NAME is a ship"]);
    assert_eq!(code, Some(0), "{told}");
    let (_, board, _) = say(&["release", "list", "--json"]);
    let id = super::id(&serde_json::from_str::<Value>(&board).unwrap()["releases"][0]);

    let finished = file(folder.path(), "final.txt", "Harbour fees rise\n\nThe council met.\n");
    let (code, said, _) = say(&["release", "check", &finished]);
    assert_eq!((code, said.contains("error ")), (Some(0), false), "{said}");
    let (code, said, told) = say(&["release", "edit", &id, &finished]);
    assert_eq!(
        (code, said.contains("draft") && said.contains("revision 2")),
        (Some(0), true),
        "{said}{told}"
    );
    let (code, _, told) = say(&["release", "edit", &id, &finished, "--revision", "1"]);
    assert_eq!((code, told.contains("412") && told.contains("\"2\"")), (Some(1), true), "{told}");
    let (code, said, _) = say(&["release", "check", &id]);
    assert_eq!((code, said.contains("warning")), (Some(0), true), "{said}");
    let (code, page, _) = say(&["release", "preview", &id, "--lang", "fr"]);
    assert_eq!(
        (code, page.contains("<h1>Harbour fees rise</h1>") && page.contains("lang=\"fr\"")),
        (Some(0), true),
        "{page}"
    );
    let (code, _, told) = say(&["release", "preview", &id, "--lang", "de"]);
    assert_eq!((code, told.contains("/lang")), (Some(1), true), "{told}");
    let completions = std::process::Command::new(crate::harness::program("pressroom"))
        .args(["completions", "bash"])
        .output();
    assert!(String::from_utf8(completions.unwrap().stdout).unwrap().contains("_pressroom"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_attached_from_the_terminal_and_verify_and_rebuild_know_it() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let say = |arguments: &[&str]| terminal(&room, arguments);
    let (_, draft) = Desk::of(&room, OTHER).create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    let drawing = file(folder.path(), "quay.svg", "<svg/>");
    let (code, _, told) = say(&["release", "attach", &id, &drawing]);
    assert_eq!((code, told.contains(".jpg")), (Some(1), true), "{told}");
    let other = file(folder.path(), "quay.png", GIF);
    assert_eq!(
        say(&["release", "attach", &id, &other]).0,
        Some(0),
        "what it is is asked when it goes on"
    );
    let (code, _, told) = say(&["release", "publish", &id]);
    assert_eq!((code, told.contains("/media/0/type")), (Some(1), true), "{told}");
    let plain = file(folder.path(), "plain.json", text("Harbour fees fall").to_string());
    assert_eq!(say(&["release", "edit", &id, &plain]).0, Some(0));
    let photo = file(folder.path(), "quay.gif", GIF);
    let arguments = [
        "release",
        "attach",
        &id,
        &photo,
        "--alt",
        "en=A quay",
        "--alt",
        "fr=Un quai",
        "--credit",
        "Ana Lima",
    ];
    let (code, said, told) = say(&arguments);
    assert_eq!((code, said.contains("revision 4")), (Some(0), true), "{said}{told}");
    let (code, _, told) = say(&["release", "publish", &id]);
    assert_eq!(code, Some(0), "{told}");
    let feed = room.until("/fr/feed.json", |feed| feed.contains("quay.gif")).await;
    assert!(feed.contains("Un quai") && feed.contains("Ana Lima"), "{feed}");
    room.until("/changes/head.json", |log| log.contains(&id)).await;

    // The rest works on the buckets themselves, as after a loss.
    let store = room.store();
    let endpoint = room.s3.clone();
    let audit = |what: &str| {
        let mut command = std::process::Command::new(crate::harness::program("pressroom"));
        command.args([what, "--endpoint", &endpoint, "--json"]);
        command.envs([
            ("AWS_ACCESS_KEY_ID", "pressroom"),
            ("AWS_SECRET_ACCESS_KEY", "pressroom-secret"),
            ("AWS_REGION", "us-east-1"),
        ]);
        let done = command.output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    };
    let public = file_path(&announced("quay.gif", "image/gif", GIF));
    assert_eq!(audit("verify").0, Some(0));
    store.remove_public(&public[1..]).await.unwrap();
    let (code, said) = audit("verify");
    assert_eq!(
        (code, said.contains(&public[1..]) && said.contains("missing")),
        (Some(1), true),
        "{said}"
    );
    let (code, said) = audit("rebuild");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(room.get(&public).await.bytes().await.unwrap(), GIF);
    assert_eq!(audit("verify").0, Some(0));
    // A file that stayed after a withdrawal is taken away.
    let (code, _, told) = say(&["release", "withdraw", &id, "--reason", "By mistake"]);
    assert_eq!(code, Some(0), "{told}");
    room.until("/changes/head.json", |log| log.contains("\"withdrawn\"")).await;
    assert_eq!(room.get(&public).await.status(), 404);
    let release = id.parse().unwrap();
    store.show_file(&feed::sha256(GIF), "quay.gif", "image/gif", release).await.unwrap();
    store
        .delete(&store::Key::Use(feed::sha256(GIF), "quay.gif".to_owned(), release))
        .await
        .unwrap();
    let (code, said) = audit("verify");
    assert_eq!(
        (code, said.contains(&public[1..]) && said.contains("not expected")),
        (Some(1), true),
        "{said}"
    );
    assert_eq!(audit("rebuild").0, Some(0));
    assert_eq!(room.get(&public).await.status(), 404);
    assert_eq!(audit("verify").0, Some(0));
}

/// As a camera makes it: grain everywhere, so that pixels cost bytes.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let grain = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([x, y, x ^ y].map(|n| n.wrapping_mul(37).to_le_bytes()[0]))
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    grain.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_photo_from_the_terminal_comes_with_what_screens_need() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let say = |arguments: &[&str]| terminal(&room, arguments);
    let (_, draft) = Desk::of(&room, OTHER).create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    let path = file(folder.path(), "quay.jpg", photo(1_300, 651));
    for arguments in [
        &["release", "attach", &id, &path, "--alt", "en=A quay"][..],
        &["release", "publish", &id],
    ] {
        let (code, _, told) = say(arguments);
        assert_eq!(code, Some(0), "{told}");
    }
    room.until("/changes/head.json", |log| log.contains(&id)).await;
    let public = room.json(&format!("/releases/{id}.json")).await;
    let picture = &public["media"][0];
    let renditions = picture["renditions"].as_array().unwrap();
    let sizes: Vec<_> = renditions
        .iter()
        .map(|one| (one["width"].as_u64(), one["height"].as_u64()))
        .collect();
    assert_eq!(sizes, [(Some(480), Some(240)), (Some(960), Some(481))]);
    let smaller = |one: &Value| one["size"].as_u64() < picture["size"].as_u64();
    assert!(renditions.iter().all(smaller), "{picture}");
    let latest = room.request("GET", &format!("/v1/releases/{id}")).bearer_auth(OTHER);
    let page = crate::harness::answer(latest).await.1["path"].clone();
    let (year, month, slug) = (&page["year"], page["month"].as_u64().unwrap(), page["slug"].as_str().unwrap());
    let page = room.text(&format!("/en/{year}/{month:02}/{slug}/")).await;
    assert!(
        page.contains(" 480w, ") && page.contains(" 960w, ") && page.contains(" 1300w\""),
        "{page}"
    );
}
