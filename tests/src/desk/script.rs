//! What the desk's script asks for.

use reqwest::header;
use serde_json::{Value, json};

use super::{Browser, written};
use crate::{
    editorial::{AUTHOR, OTHER, office},
    harness::{announced, answer, send},
};

/// A picture of one point.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

fn said(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

#[tokio::test]
async fn the_look_at_a_form_names_fields_and_saves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    let id = written(&browser, "Harbour fees fall").await;
    let sheet = browser.open(&format!("/desk/releases/{id}")).await.form("#editor");
    let check = |sheet: super::Sheet| super::Sheet {
        action: format!("/desk/releases/{id}/check"),
        ..sheet
    };
    let found = browser
        .press(&check(sheet.clone().with("texts.en.body", "[NAME] agreed.")), ("", ""))
        .await;
    assert_eq!(found.status, 200, "{}", found.text);
    let found = said(&found.text);
    assert_eq!(found["errors"][0]["id"], "texts-en-body", "{found}");
    assert_eq!(found["warnings"][0]["id"], "contacts", "{found}");
    let wrong = browser
        .press(&check(sheet.with("texts.en.title", "").with("date", "soon")), ("", ""))
        .await;
    let ids: Vec<Value> = said(&wrong.text)["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(json!(ids), json!(["texts-en-title", "date"]));
    let (_, latest) = answer(room.request("GET", &format!("/v1/releases/{id}")).bearer_auth(OTHER)).await;
    assert_eq!(latest["revision"], 1);
}

#[tokio::test]
async fn a_paste_is_cleaned_as_a_release_in_html_would_be_and_comes_as_markdown() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    let html =
        "<h1>Ferry delayed</h1><p class=MsoNormal style='color:red' onclick='alert(1)'>It was <b>late</b>.</p><script>alert(1)</script>";
    let cleaned = browser.send("/desk/paste", &[("html", html)]).await;
    assert_eq!(
        (cleaned.status, said(&cleaned.text)),
        (
            200,
            json!({"title": "Ferry delayed", "html": "<p>It was <b>late</b>.</p>", "markdown": "It was **late**."})
        )
    );
    assert_eq!(browser.send("/desk/paste", &[("html", &"<div>".repeat(5_000))]).await.status, 422);
}

#[tokio::test]
async fn a_photo_is_sent_from_the_desk_to_the_store_and_described_in_the_form() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    let new = browser.open("/desk/releases/new").await;
    let sheet = new.form("#editor");
    let id = super::id_of(&sheet.action);
    // The page may reach the store, and nothing else.
    let policy = new.headers["content-security-policy"].to_str().unwrap();
    let origin = format!("connect-src 'self' {};", room.s3);
    assert!(policy.contains(&origin), "{policy}: {origin}");
    let announce = async |file: &Value| {
        let request = room
            .request("POST", &format!("/desk/releases/{id}/files"))
            .header("sec-fetch-site", "same-origin");
        answer(request.header(header::COOKIE, format!("__Host-desk-token={AUTHOR}")).json(file)).await
    };
    let (status, told) = announce(&json!({"sha256": "a".repeat(64), "name": "page.svg", "type": "image/svg+xml", "size": 9})).await;
    assert_eq!(status, 422);
    assert!(told["message"].as_str().unwrap().contains("can carry programs"), "{told}");
    let file = announced("quay.png", "image/png", PNG);
    let (status, told) = announce(&file).await;
    assert_eq!(status, 201, "{told}");
    // A browser asks first whether it may.
    let url = told["upload"]["url"].as_str().unwrap();
    let ask = reqwest::Client::new()
        .request(http::Method::OPTIONS, url)
        .header("origin", &room.url);
    let ask = ask
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "content-type,x-amz-checksum-sha256");
    let allowed = ask.send().await.unwrap();
    assert!(allowed.status().is_success(), "{}", allowed.status());
    assert_eq!(allowed.headers()["access-control-allow-origin"], room.url.as_str());
    assert_eq!(send(&told, PNG).await, 200);
    let mut sheet = sheet.with("texts.en.title", "Quay opens").with("texts.en.body", "Text.");
    for (name, value) in [("sha256", &file["sha256"]), ("name", &file["name"]), ("type", &file["type"])] {
        sheet = sheet.with(&format!("media.0.{name}"), value.as_str().unwrap());
    }
    let sheet = sheet
        .with("media.0.size", &PNG.len().to_string())
        .with("media.0.alt.en", "A quay")
        .with("media.0.credit", "Ana Lima");
    let saved = browser.press(&sheet, ("do", "save")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let again = saved.form("#editor");
    assert_eq!((again.get("media.0.alt.en"), again.get("media.0.name")), ("A quay", "quay.png"));
    let picture = saved.attributes(".file img", "src").pop().unwrap();
    let seen = reqwest::get(&picture).await.unwrap();
    assert_eq!((seen.status().as_u16(), seen.bytes().await.unwrap().to_vec()), (200, PNG.to_vec()));
    // Taken out again.
    browser.press(&again.with("media.0.remove", "on"), ("do", "save")).await;
    let (_, latest) = answer(room.request("GET", &format!("/v1/releases/{id}")).bearer_auth(OTHER)).await;
    assert!(latest.get("media").is_none(), "{latest}");
}
