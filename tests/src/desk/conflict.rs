//! Two windows on one release: somebody saves first.

use serde_json::Value;

use super::{Browser, written};
use crate::{
    editorial::{AUTHOR, OTHER, office},
    harness::answer,
};

#[tokio::test]
async fn whoever_saves_second_sees_both_texts_and_loses_neither() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let (author, editor) = (Browser::signed_in(&room, AUTHOR).await, Browser::signed_in(&room, OTHER).await);
    let id = written(&author, "Harbour fees fall").await;
    let path = format!("/desk/releases/{id}");
    let (mine, theirs) = (author.open(&path).await.form("#editor"), editor.open(&path).await.form("#editor"));
    let theirs = theirs
        .with("texts.en.title", "Fees of the harbour fall")
        .with("texts.en.body", "Their body.")
        .with("topics", "research");
    let saved = editor.press(&theirs, ("do", "save")).await;
    assert!(saved.texts("[role=status]").contains(&"Saved.".to_owned()));
    let mine = mine
        .with("texts.en.title", "Harbour fees fall at last")
        .with("texts.en.body", "My body.")
        .with("texts.fr.title", "Les droits")
        .with("texts.fr.body", "Texte.");
    let conflict = author.press(&mine, ("do", "save")).await;
    assert_eq!(conflict.status, 409);
    let said = conflict.main();
    for text in [
        "Somebody saved first",
        "second",
        "Harbour fees fall at last",
        "Fees of the harbour fall",
        "My body.",
        "Their body.",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    // What only one of them changed is no question.
    assert_eq!(conflict.texts("legend"), ["Title · English", "Text · English"]);
    let choice = conflict.form("#conflict").with("choose.texts.en.title", "theirs");
    assert_eq!(choice.get("choose.texts.en.body"), "mine");
    let merged = author.press(&choice, ("do", "merge")).await;
    assert_eq!(merged.status, 200, "{}", merged.text);
    let sheet = merged.form("#editor");
    for (name, value) in [
        ("revision", "2"),
        ("texts.en.title", "Fees of the harbour fall"),
        ("texts.en.body", "My body."),
        ("texts.fr.title", "Les droits"),
        ("topics", "research"),
    ] {
        assert_eq!(sheet.get(name), value, "{name}");
    }
    let latest = async || {
        answer(room.request("GET", &format!("/v1/releases/{id}")).bearer_auth(OTHER))
            .await
            .1
    };
    assert_eq!(latest().await["revision"], 2, "nothing is saved before somebody has looked");
    assert_eq!(author.press(&sheet, ("do", "save")).await.status, 200);
    let kept: Value = latest().await;
    assert_eq!(
        (&kept["revision"], &kept["texts"]["en"]["body"]),
        (&Value::from(3), &Value::from("My body."))
    );
    // Their text stays in the history.
    let history = author.open(&format!("{path}/history?from=2&to=3")).await;
    assert!(history.texts(".changes del").join(" ").contains("Their"), "{}", history.text);
}

#[tokio::test]
async fn a_second_conflict_is_shown_like_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let (author, editor) = (Browser::signed_in(&room, AUTHOR).await, Browser::signed_in(&room, OTHER).await);
    let id = written(&author, "Harbour fees fall").await;
    let path = format!("/desk/releases/{id}");
    let mine = author.open(&path).await.form("#editor").with("texts.en.title", "Mine");
    let save = async |title: &str| {
        let sheet = editor.open(&path).await.form("#editor").with("texts.en.title", title);
        assert_eq!(editor.press(&sheet, ("do", "save")).await.status, 200);
    };
    save("First").await;
    let first = author.press(&mine, ("do", "save")).await;
    save("Second").await;
    let merged = author.press(&first.form("#conflict"), ("do", "merge")).await;
    let again = author.press(&merged.form("#editor"), ("do", "save")).await;
    assert_eq!(again.status, 409);
    assert!(again.main().contains("Second") && again.main().contains("Mine"), "{}", again.main());
}
