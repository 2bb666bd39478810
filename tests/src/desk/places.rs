//! Where a release is after publication.

use super::{Browser, written};
use crate::editorial::{OTHER, office};

#[tokio::test]
async fn every_address_is_listed_and_has_its_time_once_it_shows_the_release() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Browser::signed_in(&room, OTHER).await;
    let id = written(&editor, "Harbour fees fall").await;
    let path = format!("/desk/releases/{id}");
    let sheet = editor.open(&path).await.form("#editor").with("topics", "research");
    editor
        .press(&editor.press(&sheet, ("do", "go-publish")).await.form("main form"), ("do", "take"))
        .await;
    room.until("/changes/head.json", |log| log.contains(&id)).await;
    let now = editor.open(&format!("{path}/where")).await;
    assert!(now.texts("#missing").is_empty(), "{}", now.main());
    let urls = now.attributes(".places a", "href");
    // A page in each language, three formats of each feed, and two documents.
    assert_eq!(urls.len(), 6 + 3 * (6 + 1 + 6) + 2, "{urls:?}");
    assert_eq!(now.texts(".places time").len(), urls.len());
    for url in &urls {
        // The sample's address is that of the port by which tests come.
        let at = url
            .split("//")
            .nth(1)
            .unwrap()
            .split_once('/')
            .map(|(_, path)| format!("/{path}"))
            .unwrap();
        let found = room.get(&at).await;
        assert_eq!(found.status(), 200, "{url}");
        let text = found.text().await.unwrap();
        assert!(text.contains("Harbour fees fall"), "{url}");
    }
    // Withdrawn, the same addresses show the notice; its version is no place any more.
    let sheet = editor
        .open(&format!("{path}/withdraw"))
        .await
        .form("main form")
        .with("reason.en", "By mistake");
    editor.press(&sheet, ("do", "take")).await;
    room.until("/changes/head.json", |log| log.contains("withdrawn")).await;
    let now = editor.open(&format!("{path}/where")).await;
    assert!(
        now.texts("#missing").is_empty() && now.texts(".state .tag") == ["Withdrawn"],
        "{}",
        now.main()
    );
    assert_eq!(now.attributes(".places a", "href").len(), urls.len() - 1);
}

#[tokio::test]
async fn what_is_not_there_yet_is_said_and_not_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Browser::signed_in(&room, OTHER).await;
    let id = written(&editor, "Harbour fees fall").await;
    let path = format!("/desk/releases/{id}");
    editor
        .press(&editor.open(&format!("{path}/publish")).await.form("main form"), ("do", "take"))
        .await;
    room.until("/changes/head.json", |log| log.contains(&id)).await;
    room.store().remove_public("fr/rss.xml").await.unwrap();
    let now = editor.open(&format!("{path}/where")).await;
    assert!(now.texts("#missing")[0].contains("1."), "{}", now.main());
    assert_eq!(now.texts(".places strong"), ["Not there yet"]);
}
