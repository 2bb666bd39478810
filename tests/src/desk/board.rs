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

#[tokio::test]
async fn a_search_goes_on_in_the_archive_where_the_board_has_looked_at_enough() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let title = |n: usize| format!("Notice {n:02} to mariners");
    let mut ids = Vec::new();
    for n in 0..25 {
        let release = serde_json::json!({
            "status": "published", "date": format!("2016-{:02}-{:02}", n / 10 + 1, n % 10 + 1),
            "texts": {"en": {"title": title(n), "body": "x"}}
        });
        let request = room
            .request("POST", "/v1/releases?override=a+test")
            .bearer_auth(OTHER)
            .json(&release);
        let (status, saved) = crate::harness::answer(request).await;
        assert_eq!(status, 201, "{saved}");
        ids.push(saved["id"].as_str().unwrap().to_owned());
    }
    room.until("/changes/head.json", |log| log.matches("\"seq\"").count() == 26).await;
    let withdraw = room
        .request("POST", &format!("/v1/releases/{}/withdraw", ids[7]))
        .bearer_auth(OTHER);
    let (status, _) = crate::harness::answer(withdraw.json(&serde_json::json!({"reason": "By mistake"}))).await;
    assert_eq!(status, 200);
    room.until("/en/archive/2016/01/index.json", |month| month.contains("\"withdrawn\""))
        .await;
    let browser = Browser::signed_in(&room, OTHER).await;
    // As a link of a board says that has looked at the newest ones.
    let read = async |path: &str| {
        let (mut all, mut pages, mut path) = (Vec::new(), 0, path.to_owned());
        loop {
            let page = browser.open(&path).await;
            assert_eq!(page.status, 200, "{path}");
            all.extend(page.texts(".board h2"));
            pages += 1;
            match page.attributes("a[rel=next]", "href").pop() {
                Some(next) => path = next,
                None => return (all, pages),
            }
        }
    };
    let last = "ffffffff-ffff-7fff-bfff-ffffffffffff";
    let expected: Vec<String> = (0..25).rev().filter(|n| *n != 7).map(title).collect();
    for search in ["q=MARINERS+notice", "q=mariners&status=published"] {
        let found = read(&format!("/desk?{search}&cursor={last}&month=2016-12")).await;
        assert_eq!(found, (expected.clone(), 2), "{search}");
    }
    assert_eq!(read(&format!("/desk?q=notice+11&cursor={last}&month=2016-02")).await.0, [title(11)]);
    // It begins with the month that is said, and leaves out what the board has looked at.
    assert_eq!(read(&format!("/desk?q=notice&cursor={last}&month=2016-01")).await.0.len(), 9);
    assert_eq!(read(&format!("/desk?q=notice&cursor={}&month=2016-12", ids[3])).await.0.len(), 3);
    for bad in ["month=x", "month=2016-99", "month=2016-01&after=x", "month=-1-1"] {
        assert_eq!(
            browser.open(&format!("/desk?q=notice&cursor={last}&{bad}")).await.status,
            200,
            "{bad}"
        );
    }
}
