//! The board: status, search, pages.

use super::{Browser, written};
use crate::editorial::{AUTHOR, OTHER, office};

#[tokio::test]
async fn the_board_shows_releases_by_status_and_finds_them_by_words_of_any_language() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    for title in ["Harbour fees fall", "Ferry delayed", "Harbour summit opens"] {
        written(&browser, title).await;
    }
    let sheet = browser.open("/desk/releases/new").await.form("#editor");
    let sheet = sheet
        .with("texts.ar.title", "افتتاح الميناء")
        .with("texts.ar.body", "نص البيان")
        .with("language", "ar");
    let saved = browser.press_only(&sheet.with("event.name", "Tide Week"), ("do", "save")).await;
    let arabic = super::id_of(&saved.location);
    let titles = |screen: &super::Screen| screen.texts(".board h2");
    assert_eq!(
        titles(&browser.open("/desk").await),
        ["افتتاح الميناء", "Harbour summit opens", "Ferry delayed", "Harbour fees fall"]
    );
    assert_eq!(
        titles(&browser.open("/desk?q=harbour").await),
        ["Harbour summit opens", "Harbour fees fall"]
    );
    assert_eq!(titles(&browser.open("/desk?q=FALL+harbour").await), ["Harbour fees fall"]);
    for query in ["%D8%A7%D9%84%D9%85%D9%8A%D9%86%D8%A7%D8%A1", "tide"] {
        let found = browser.open(&format!("/desk?q={query}")).await;
        assert_eq!(titles(&found), ["افتتاح الميناء"]);
        assert_eq!(found.attributes(".board h2 a", "dir"), ["rtl"]);
        assert_eq!(found.attributes(".board h2 a", "href"), [format!("/desk/releases/{arabic}")]);
    }
    let nothing = browser.open("/desk?q=whale").await;
    assert!(nothing.main().contains("There is no such release"), "{}", nothing.text);
    browser
        .press(
            &browser
                .open(&format!("/desk/releases/{arabic}/submit"))
                .await
                .form("main form")
                .with("override", "short"),
            ("do", "take"),
        )
        .await;
    assert_eq!(titles(&browser.open("/desk?status=submitted").await), ["افتتاح الميناء"]);
    let drafts = browser.open("/desk?status=draft&q=harbour").await;
    assert_eq!(titles(&drafts).len(), 2);
    assert_eq!(drafts.texts(".filters [aria-current]"), ["Draft"]);
    assert_eq!(titles(&browser.open("/desk?status=published").await), Vec::<String>::new());
}

#[tokio::test]
async fn older_releases_are_on_further_pages() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    for n in 0..45 {
        let release = serde_json::json!({"texts": {"en": {"title": format!("Notice {n:02}"), "body": "x"}}});
        let request = room.request("POST", "/v1/releases").bearer_auth(OTHER).json(&release);
        assert_eq!(crate::harness::answer(request).await.0, 201);
    }
    let browser = Browser::signed_in(&room, OTHER).await;
    let (mut all, mut path) = (Vec::new(), "/desk?status=draft".to_owned());
    loop {
        let page = browser.open(&path).await;
        all.extend(page.texts(".board h2"));
        match page.attributes("a[rel=next]", "href").pop() {
            Some(next) => path = next,
            None => break,
        }
        assert!(path.starts_with("/desk?status=draft&cursor="), "{path}");
    }
    let expected: Vec<String> = (0..45).rev().map(|n| format!("Notice {n:02}")).collect();
    assert_eq!(all, expected);
}
