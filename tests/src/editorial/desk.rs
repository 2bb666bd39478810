//! What the office sees and says: previews, and the terminal.

use serde_json::{Value, json};
use store::Key;

use super::{AUTHOR, Desk, OTHER, id, office, text};
use crate::harness::{Room, timeless};

#[tokio::test]
async fn a_preview_is_the_page_as_it_will_look_and_only_for_the_office() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let author = Desk::of(&room, AUTHOR);
    let (_, draft) = author.create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    let path = format!("/v1/releases/{id}/preview");
    let look = |query: &'static str| room.request("GET", &format!("{path}{query}")).bearer_auth(AUTHOR).send();
    let shown = look("?lang=fr").await.unwrap();
    let header = |name: &str| {
        shown
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    };
    assert_eq!(
        [header("content-type"), header("cache-control"), header("x-robots-tag")],
        ["text/html; charset=utf-8", "no-store", "noindex"]
    );
    assert!(header("content-security-policy").contains("default-src 'none'"));
    let french = shown.text().await.unwrap();
    assert!(
        french.contains("Harbour fees fall (fr)") && french.contains("s&#39;est réuni") || french.contains("s'est réuni"),
        "{french}"
    );
    // In Arabic the English text stands in, as on the page.
    let arabic = look("?lang=ar").await.unwrap().text().await.unwrap();
    assert!(
        arabic.contains("dir=\"rtl\"") && arabic.contains("<article lang=\"en\" dir=\"ltr\">"),
        "{arabic}"
    );
    author.save(&id, 1, &text("Harbour fees rise")).await;
    assert!(look("").await.unwrap().text().await.unwrap().contains("Harbour fees rise"));
    assert!(
        look("?revision=1")
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("Harbour fees fall")
    );
    for (query, status) in [("?lang=de", 422), ("?lang=%00", 422), ("?revision=0", 422), ("?revision=9", 404)] {
        assert_eq!(look(query).await.unwrap().status(), status, "{query}");
    }
    assert_eq!(room.get(&path).await.status(), 401);
    // What is public then looks the same.
    let preview = look("?lang=en").await.unwrap().text().await.unwrap();
    let (_, published) = Desk::of(&room, OTHER).step(&id, "publish", &json!({})).await;
    let at = &published["path"];
    let page = format!(
        "/en/{}/{:02}/{}/",
        at["year"],
        at["month"].as_i64().unwrap(),
        at["slug"].as_str().unwrap()
    );
    let page = room.until(&page, |page| page.contains("Harbour fees rise")).await;
    assert_eq!(timeless(&page), timeless(&preview));
}

/// What the program says at the terminal: exit code, standard output, standard error.
pub(super) fn terminal(room: &Room, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(crate::harness::program("pressroom"));
    command.args(arguments).args(["--data", room.data.to_str().unwrap()]);
    let done = command.env("PRESSROOM_URL", &room.url).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_works_from_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let (code, token, told) = terminal(&room, &["token", "create", "Ana Lima", "--role", "author"]);
    assert_eq!((code, told.contains("shown once")), (Some(0), true), "{told}");
    let token = token.trim();
    let (_, draft) = Desk::of(&room, token).create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    assert_eq!(draft["by"], json!({"name": "Ana Lima", "role": "author"}));
    let (code, _, told) = terminal(&room, &["token", "create", "Ana Lima", "--role", "editor"]);
    assert_eq!((code, told.contains("already")), (Some(1), true), "{told}");
    let (_, listed, _) = terminal(&room, &["token", "list"]);
    assert!(
        listed.contains("author") && listed.contains("Ana Lima") && !listed.contains(token),
        "{listed}"
    );
    let kept = room.store().get(&Key::Tokens).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&kept.bytes).contains(token), "a token is in the store");

    let (code, board, _) = terminal(&room, &["release", "list", "--status", "draft"]);
    assert_eq!((code, board.contains("Harbour fees fall")), (Some(0), true), "{board}");
    let (code, said, told) = terminal(&room, &["release", "publish", &id, "--note", "as agreed"]);
    assert_eq!((code, said.contains("published")), (Some(0), true), "{said}{told}");
    room.until("/en/feed.json", |feed| feed.contains("Harbour fees fall")).await;
    let (code, _, told) = terminal(&room, &["release", "publish", &id]);
    assert_eq!((code, told.contains("public already")), (Some(1), true), "{told}");
    let (code, _, told) = terminal(&room, &["release", "withdraw", &id, "--reason", "xx=?"]);
    assert_eq!((code, told.contains("/reason/xx")), (Some(1), true), "{told}");
    let reasons = ["--reason", "en=The figures were wrong", "--reason", "fr=Les chiffres"];
    let (code, said, told) = terminal(
        &room,
        &[&["release", "withdraw", &id, "--revision", "2"][..], &reasons[..]].concat(),
    );
    assert_eq!((code, said.contains("withdrawn")), (Some(0), true), "{said}{told}");
    room.until("/fr/feed.json", |feed| feed.contains("Les chiffres")).await;
    let (_, history, _) = terminal(&room, &["release", "history", &id]);
    assert!(history.contains("Ana Lima") && history.contains("as agreed"), "{history}");
    let (_, other) = Desk::of(&room, token).create(&text("Ferry delayed")).await;
    let other = super::id(&other);
    for step in ["submit", "approve"] {
        assert_eq!(terminal(&room, &["release", step, &other]).0, Some(0), "{step}");
    }
    let (_, history, _) = terminal(&room, &["release", "history", &other]);
    assert_eq!(history.lines().filter(|line| line.contains("approved")).count(), 1, "{history}");
    let (_, shown, _) = terminal(&room, &["release", "show", &id, "--revision", "1", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&shown).unwrap()["status"], "draft");
    let (code, _, told) = terminal(&room, &["release", "schedule", &id, "--at", "tomorrow"]);
    assert_eq!((code, told.contains("/at")), (Some(1), true), "{told}");

    let (code, said, _) = terminal(&room, &["token", "revoke", "Ana Lima"]);
    assert_eq!((code, said.contains("revoked")), (Some(0), true), "{said}");
    let (code, _, told) = terminal(&room, &["token", "revoke", "Ana Lima"]);
    assert_eq!((code, told.contains("no token for Ana Lima")), (Some(1), true), "{told}");
}

crate::stack::on_a_stack!(a_preview_is_the_page_as_it_will_look_and_only_for_the_office,);
