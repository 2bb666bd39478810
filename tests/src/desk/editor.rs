//! The editor without script: written, refused, mended, saved, previewed.

use serde_json::{Value, json};

use super::{Browser, id_of, written};
use crate::{
    editorial::{AUTHOR, OTHER, office},
    harness::{Room, timeless},
};

async fn stored(room: &Room, id: &str) -> Value {
    crate::harness::answer(room.request("GET", &format!("/v1/releases/{id}")).bearer_auth(OTHER))
        .await
        .1
}

#[tokio::test]
async fn a_release_of_all_parts_is_written_saved_and_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    let new = browser.open("/desk/releases/new").await;
    // Each language's fields say which language they are in, and from which side it is written.
    assert_eq!(new.attributes("#texts-ar-body", "dir"), ["rtl"]);
    assert_eq!(new.attributes("#texts-ar-body", "lang"), ["ar"]);
    assert_eq!(new.attributes("#texts-en-title", "dir"), ["ltr"]);
    let mut sheet = new.form("#editor");
    for (name, value) in [
        ("texts.en.title", "Harbour fees fall"),
        ("texts.en.subtitle", "From next year"),
        ("texts.en.dateline", "Dakar"),
        ("texts.en.body", "\r\nFirst line.\r\n\r\n- one\r\n- two"),
        ("texts.ar.title", "انخفاض رسوم الميناء"),
        ("texts.ar.body", "نص <البيان> & \"أكثر\""),
        ("texts.ar.format", "text"),
        ("date", "9 juin 2016"),
        ("topics", "research"),
        ("contacts", "press"),
        ("boilerplates", "about"),
        ("event.name", "Tide Week"),
        ("event.start", "2016-06-01"),
        ("event.end", "2016-06-03"),
        ("links.0.url", "https://tide.example/fees"),
        ("links.0.label.en", "All fees"),
    ] {
        sheet = sheet.with(name, value);
    }
    let done = browser.press_only(&sheet, ("do", "save")).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let id = id_of(&done.location);
    let kept = stored(&room, &id).await;
    assert_eq!(
        (&kept["status"], &kept["revision"], &kept["by"]["name"]),
        (&json!("draft"), &json!(1), &json!("author"))
    );
    assert_eq!(kept["texts"]["en"]["title"], "Harbour fees fall");
    assert_eq!(kept["texts"]["ar"]["body"], "نص <البيان> & \"أكثر\"");
    assert_eq!(kept["texts"].as_object().unwrap().len(), 2);
    assert_eq!(kept["date"], "2016-06-09");
    assert_eq!((&kept["topics"], &kept["contacts"]), (&json!(["research"]), &json!(["press"])));
    assert_eq!(
        kept["links"][0],
        json!({"url": "https://tide.example/fees", "label": {"en": "All fees"}})
    );
    let shown = browser.open(&done.location).await;
    assert!(shown.texts("[role=status]").contains(&"Saved.".to_owned()), "{}", shown.text);
    // Sent again unchanged, nothing of the content moves.
    let again = browser.press_only(&shown.form("#editor"), ("do", "save")).await;
    assert_eq!(again.status, 303, "{}", again.text);
    let second = stored(&room, &id).await;
    assert_eq!(second["revision"], 2);
    for name in ["texts", "topics", "contacts", "boilerplates", "event", "links", "date", "language"] {
        assert_eq!(second[name], kept[name], "{name}");
    }
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_in_the_users_language_and_the_text_is_still_there() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    browser.send("/desk/language", &[("language", "fr")]).await;
    let long = "x".repeat(301);
    let sheet = browser.open("/desk/releases/new").await.form("#editor");
    let sheet = sheet
        .with("texts.en.title", &long)
        .with("texts.en.body", "A text that must not be lost")
        .with("texts.fr.summary", "Résumé seul")
        .with("date", "09/06/2016")
        .with("event.name", "Tide Week")
        .with("event.start", "juin")
        .with("links.1.url", "tide.example");
    let refused = browser.press(&sheet, ("do", "save")).await;
    assert_eq!(refused.status, 422);
    let beside = |field: &str| refused.texts(&format!("#{field}-told .error"));
    assert_eq!(beside("texts-en-title"), ["301 caractères ; 300 sont permis. Raccourcissez."]);
    assert_eq!(
        beside("texts-fr-title"),
        ["Le titre manque. Écrivez-en un, ou laissez cette langue entièrement vide."]
    );
    assert_eq!(
        beside("date"),
        ["09/06/2016 peut être 2016-06-09 ou 2016-09-06. Écrivez l’une des deux."]
    );
    assert_eq!(beside("event-start").len(), 1);
    assert_eq!(beside("links-1-url").len(), 1);
    assert_eq!(beside("links-0-url").len(), 0);
    // The list of all of them leads to each.
    let links = refused.attributes("#errors a", "href");
    for field in [
        "#texts-en-title",
        "#texts-fr-title",
        "#texts-fr-body",
        "#date",
        "#event-start",
        "#links-1-url",
    ] {
        assert!(links.contains(&field.to_owned()), "{field}: {links:?}");
        assert_eq!(refused.texts(field).len(), 1, "{field} leads nowhere");
    }
    assert_eq!(refused.attributes("#texts-en-title", "aria-invalid"), ["true"]);
    // The tab of the first language with a fault is open.
    assert_eq!(refused.attributes(".tab input[checked]", "value"), ["en"]);
    let mended = refused.form("#editor");
    assert_eq!(
        (mended.get("texts.en.title"), mended.get("texts.en.body")),
        (long.as_str(), "A text that must not be lost")
    );
    assert_eq!(mended.get("date"), "09/06/2016");
    let mended = mended
        .with("texts.en.title", "Short")
        .with("texts.fr.title", "Court")
        .with("texts.fr.body", "Texte.")
        .with("date", "2016-06-09");
    let mended = mended.with("event.start", "2016-06-01").with("links.1.url", "");
    assert_eq!(browser.press(&mended, ("do", "save")).await.status, 200);
}

#[tokio::test]
async fn a_preview_of_the_form_is_the_page_that_the_api_would_show_and_saves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    let id = written(&browser, "Harbour fees fall").await;
    let sheet = browser
        .open(&format!("/desk/releases/{id}"))
        .await
        .form("#editor")
        .with("texts.en.title", "Harbour fees rise");
    let preview = super::Sheet {
        action: format!("/desk/releases/{id}/preview"),
        ..sheet.clone()
    };
    for lang in ["en", "ar"] {
        let unsaved = browser.press(&preview, ("preview", lang)).await;
        assert_eq!(unsaved.status, 200, "{}", unsaved.text);
        assert!(
            unsaved.text.contains("Harbour fees rise")
                && !unsaved.headers["content-security-policy"].to_str().unwrap().contains("script-src")
        );
        assert_eq!(stored(&room, &id).await["revision"], if lang == "en" { 1 } else { 2 });
        browser.press(&sheet, ("do", "save")).await;
        let saved = browser.open(&format!("/desk/releases/{id}/preview?lang={lang}")).await;
        let api = room
            .request("GET", &format!("/v1/releases/{id}/preview?lang={lang}"))
            .bearer_auth(OTHER)
            .send()
            .await
            .unwrap();
        assert_eq!(timeless(&saved.text), timeless(&api.text().await.unwrap()));
        assert_eq!(timeless(&unsaved.text), timeless(&saved.text));
    }
}

#[tokio::test]
async fn a_text_that_is_sent_after_the_session_has_ended_is_saved_after_the_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    let id = written(&browser, "Harbour fees fall").await;
    let text = "A long text\r\n\r\n\"with\" <all> & that\r\nis in a text.";
    let sheet = browser
        .open(&format!("/desk/releases/{id}"))
        .await
        .form("#editor")
        .with("texts.en.body", text);
    browser.forgets();
    let door = browser.press(&sheet, ("do", "save")).await;
    assert_eq!(door.status, 401);
    assert!(door.main().contains("Your session has ended"), "{}", door.text);
    assert_eq!(stored(&room, &id).await["revision"], 1);
    let way_on = door.form("main form");
    assert_eq!(way_on.action, format!("/desk/releases/{id}"));
    let wrong = browser.press(&way_on.clone().with("desk-token", "nobody's"), ("", "")).await;
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.form("main form").get("texts.en.body"), text);
    let done = browser
        .press_only(&wrong.form("main form").with("desk-token", AUTHOR), ("", ""))
        .await;
    assert_eq!(
        (done.status, done.location),
        (303, format!("/desk/releases/{id}?saved=2")),
        "{}",
        done.text
    );
    assert_eq!(stored(&room, &id).await["texts"]["en"]["body"], text.replace("\r\n", "\n"));
    assert_eq!(browser.open("/desk").await.status, 200, "the session goes on");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_release() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    let sheet = browser.open("/desk/releases/new").await.form("#editor");
    let sheet = sheet.with("texts.en.title", "Once").with("texts.en.body", "Text.");
    let (one, other) = futures::join!(
        browser.press_only(&sheet, ("do", "save")),
        browser.press_only(&sheet, ("do", "save"))
    );
    assert_eq!((one.status, other.status), (303, 303), "{}{}", one.text, other.text);
    assert_eq!(one.location, other.location);
    let third = browser.press_only(&sheet, ("do", "save")).await;
    assert_eq!(third.location, one.location);
    assert_eq!(stored(&room, &id_of(&one.location)).await["revision"], 1);
    assert_eq!(browser.open("/desk").await.texts(".board h2"), ["Once"]);
}

#[tokio::test]
async fn bad_input_is_told_or_taken_and_never_breaks_a_screen() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, OTHER).await;
    let sheet = || async { browser.open("/desk/releases/new").await.form("#editor") };
    let title = "x".repeat(300);
    let body = "word ".repeat(20 << 10);
    let done = browser
        .press_only(
            &sheet().await.with("texts.en.title", &title).with("texts.en.body", &body),
            ("do", "save"),
        )
        .await;
    let id = id_of(&done.location);
    for path in ["", "/history", "/submit", "/publish", "/schedule"] {
        assert_eq!(browser.open(&format!("/desk/releases/{id}{path}")).await.status, 200, "{path}");
    }
    assert!(browser.open("/desk").await.text.contains(&title));
    let empty = browser.press(&sheet().await, ("do", "save")).await;
    assert_eq!(empty.status, 422);
    assert!(empty.main().contains("There is no text yet"), "{}", empty.main());
    let large = browser
        .press(
            &sheet()
                .await
                .with("texts.en.title", "T")
                .with("texts.en.body", &"x".repeat(300 << 10)),
            ("do", "save"),
        )
        .await;
    assert_eq!(large.status, 422);
    assert_eq!(large.texts("#texts-en-body-told .error").len(), 1);
    let huge = browser
        .press(&sheet().await.with("texts.en.body", &"x".repeat(6 << 20)), ("do", "save"))
        .await;
    assert_eq!(huge.status, 413);
    assert!(huge.main().contains("more than 5 MiB"), "{}", huge.main());
    for (path, status) in [
        ("/desk/releases/x", 404),
        ("/desk/releases/0195f000-0000-7000-8000-000000000001", 404),
        ("/desk/releases/0195f000-0000-7000-8000-000000000001/history", 404),
        ("/desk/releases/0195f000-0000-7000-8000-000000000001/publish", 404),
        ("/desk?status=x&cursor=y&q=%00%ff", 200),
        (&format!("/desk/releases/{id}/history?from=99&to=-1"), 200),
        (&format!("/desk/releases/{id}/where"), 404),
        (&format!("/desk/releases/{id}/preview?lang=xx&revision=9"), 404),
    ] {
        let found = browser.open(path).await;
        assert_eq!(found.status, status, "{path}: {}", found.text);
        assert!(found.text.starts_with("<!doctype html>"), "{path}");
    }
}
