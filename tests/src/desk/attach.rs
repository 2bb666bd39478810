//! A photo that is sent with the form, by a browser that runs no scripts.

use serde_json::{Value, json};

use super::{Browser, Sheet, id_of};
use crate::{
    editorial::{AUTHOR, OTHER, office},
    harness::{Room, answer},
};

/// How a picture of 800 by 600 points begins.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x02\x58\x08\x02\0\0\0\x1f\x15\xc4\x89";

async fn begun(browser: &Browser<'_>) -> (String, Sheet) {
    let sheet = browser.open("/desk/releases/new").await.form("#editor");
    let sheet = sheet
        .with("texts.en.title", "Quay opens")
        .with("texts.en.dateline", "Dakar")
        .with("texts.en.body", "One photo.");
    (id_of(&sheet.action), sheet)
}

async fn stored(room: &Room, id: &str) -> (u16, Value) {
    answer(room.request("GET", &format!("/v1/releases/{id}")).bearer_auth(OTHER)).await
}

#[tokio::test]
async fn a_photo_comes_with_the_form_and_takes_the_room_that_it_needs_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    let (id, sheet) = begun(&browser).await;
    let address = format!("/desk/releases/{id}/attach");
    let arrived = browser.send_with_file(&address, &sheet, ("quay.png", "image/png", PNG)).await;
    assert_eq!(arrived.status, 200, "{}", arrived.text);
    assert!(arrived.main().contains("quay.png has arrived"), "{}", arrived.main());
    // Nothing is saved, and nothing is lost.
    assert_eq!(stored(&room, &id).await.0, 404);
    let again = arrived.form("#editor");
    assert_eq!((again.get("texts.en.body"), again.get("media.0.name")), ("One photo.", "quay.png"));
    let picture = arrived.attributes(".file img", "src").pop().unwrap();
    assert_eq!(reqwest::get(&picture).await.unwrap().bytes().await.unwrap().to_vec(), PNG.to_vec());
    // A second one goes below the first, and the same once more is no other file.
    let second = browser.send_with_file(&address, &again, ("pier.png", "", PNG)).await;
    assert_eq!(second.form("#editor").get("media.1.name"), "pier.png", "{}", second.text);
    let again = second.form("#editor").with("media.1.remove", "on").with("media.0.alt.en", "A quay");
    let saved = browser.press(&again, ("do", "save")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    assert_eq!(stored(&room, &id).await.1["media"].as_array().unwrap().len(), 1);
    let sized = "width=\"800\" height=\"600\" alt=\"A quay\"";
    let preview = browser.open(&format!("/desk/releases/{id}/preview?lang=en")).await;
    assert!(preview.text.contains(sized), "{}", preview.text);
    // Its size is found out once it goes on, and is no other content.
    let step = |name: &str| {
        room.request("POST", &format!("/v1/releases/{id}/{name}"))
            .bearer_auth(OTHER)
            .json(&json!({}))
    };
    let (status, submitted) = answer(step("submit")).await;
    assert_eq!(status, 200, "{submitted}");
    assert_eq!(
        (&submitted["media"][0]["width"], &submitted["media"][0]["height"]),
        (&json!(800), &json!(600))
    );
    let (status, published) = answer(step("publish")).await;
    assert_eq!(status, 200, "{published}");
    let (path, json) = (&published["path"], format!("/releases/{id}.json"));
    let page = format!(
        "/en/{:04}/{:02}/{}/",
        path["year"].as_i64().unwrap(),
        path["month"].as_i64().unwrap(),
        path["slug"].as_str().unwrap()
    );
    room.until(&page, |text| text.contains(sized)).await;
    room.until(&json, |text| text.contains("\"width\": 800")).await;
    // What was answered may be sent back as it is, and what it says of the size is not believed.
    let mut body = json!({"texts": published["texts"], "media": published["media"], "topics": []});
    body["media"][0]["width"] = json!(1);
    let put = room
        .request("PUT", &format!("/v1/releases/{id}"))
        .bearer_auth(OTHER)
        .header("if-match", format!("\"{}\"", published["revision"]))
        .json(&body);
    let (status, put) = answer(put).await;
    assert_eq!((status, &put["media"][0]["width"]), (200, &json!(800)), "{put}");
}

#[tokio::test]
async fn a_file_that_cannot_be_taken_is_told_beside_its_field_and_the_text_stays() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    let (id, sheet) = begun(&browser).await;
    let address = format!("/desk/releases/{id}/attach");
    for (file, told) in [
        (("page.html", "text/html", &b"<script>alert(1)</script>"[..]), "can carry programs"),
        (("quay.png", "image/png", &b"<script>alert(1)</script>"[..]), "by its content"),
        (("quay.png", "image/png", &b""[..]), "0 bytes"),
        (("..", "image/png", PNG), "expected"),
        (("", "application/octet-stream", &b""[..]), "Choose a file first"),
    ] {
        let refused = browser.send_with_file(&address, &sheet, file).await;
        assert_eq!(refused.status, 422, "{file:?}: {}", refused.text);
        let beside = refused.texts("#upload-told li").join(" ");
        assert!(beside.contains(told), "{file:?}: {beside}");
        let mut links = refused.attributes("#errors a", "href");
        links.dedup();
        assert_eq!(links, ["#upload-file"], "{file:?}");
        let again = refused.form("#editor");
        assert_eq!(
            (again.get("texts.en.body"), again.get("media.0.name")),
            ("One photo.", ""),
            "{file:?}"
        );
    }
    // Chosen, and then the wrong button was pressed: browsers send the name alone.
    let forgotten = browser.press_only(&sheet.clone().with("file", "quay.png"), ("do", "save")).await;
    assert_eq!(forgotten.status, 422, "{}", forgotten.text);
    assert!(
        forgotten
            .texts("#upload-told li")
            .join(" ")
            .contains("quay.png was chosen and not sent")
    );
    assert_eq!(forgotten.form("#editor").get("texts.en.title"), "Quay opens");
    assert_eq!(stored(&room, &id).await.0, 404);
    // The session has ended meanwhile: the text waits behind the door, the file has to be chosen again.
    browser.forgets();
    let door = browser.send_with_file(&address, &sheet, ("quay.png", "image/png", PNG)).await;
    assert_eq!(door.status, 401);
    assert!(!door.text.contains("PNG"), "{}", door.text);
    let field = door.attributes("#token", "name").pop().unwrap();
    let back = browser.press(&door.form("main form").with(&field, AUTHOR), ("", "")).await;
    assert_eq!(back.form("#editor").get("texts.en.body"), "One photo.", "{}", back.text);
    assert!(back.texts("#upload-told li").join(" ").contains("Choose a file first"));
    // What is no form at all.
    let broken = Sheet {
        pairs: Vec::new(),
        ..sheet
    };
    let odd = browser.send_with_file(&address, &broken, ("a\"; name=\"x", "image/png", PNG)).await;
    assert!((400..500).contains(&odd.status), "{}", odd.status);
}
