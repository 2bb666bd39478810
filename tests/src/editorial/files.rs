//! Photos and files: announced, sent, looked at, shown and taken back.

use serde_json::{Value, json};
use store::{Bucket, Key};

use super::{AUTHOR, Desk, OTHER, id, office, text};
use crate::harness::{Room, announced, answer, arrives, file_path, send};

/// The smallest picture there is: one grey point.
pub(super) const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\x80\x80\x80\0\0\0!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

async fn announce(room: &Room, id: &str, file: &Value) -> (u16, Value) {
    crate::harness::announce(room, AUTHOR, id, file).await
}

fn with(file: &Value, more: Value) -> Value {
    let mut file = file.clone();
    file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    file
}

#[tokio::test]
async fn a_photo_is_private_until_its_release_is_public_and_leaves_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let (author, editor) = (Desk::of(&room, AUTHOR), Desk::of(&room, OTHER));
    let mut release = text("Harbour fees fall");
    let (_, draft) = author.create(&release).await;
    let id = id(&draft);
    let (photo, plan) = (
        announced("quay wall.gif", "image/gif", GIF),
        announced("plan.pdf", "application/pdf", PDF),
    );
    arrives(&room, AUTHOR, &id, &photo, GIF).await;
    arrives(&room, AUTHOR, &id, &plan, PDF).await;
    let (status, told) = announce(&room, &id, &photo).await;
    assert_eq!((status, &told["stored"], told.get("upload")), (200, &json!(true), None), "{told}");
    release["media"] = json!([
        with(
            &photo,
            json!({"alt": {"en": "A quay", "fr": "Un quai"}, "caption": {"en": "The new quay"}, "credit": "Ana Lima"})
        ),
        plan,
    ]);
    let (status, saved) = author.save(&id, 1, &release).await;
    assert_eq!(status, 200, "{saved}");
    // The office sees it before anybody else does.
    let preview = room.request("GET", &format!("/v1/releases/{id}/preview")).bearer_auth(AUTHOR);
    let preview = preview.send().await.unwrap().text().await.unwrap();
    let private = preview
        .split("<img")
        .nth(1)
        .unwrap()
        .split("src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&");
    let seen = reqwest::get(private).await.unwrap();
    assert_eq!((seen.status().as_u16(), seen.bytes().await.unwrap()), (200, GIF.into()));
    assert_eq!(room.get(&file_path(&photo)).await.status(), 404);

    let (status, published) = editor.step(&id, "publish", &json!({})).await;
    assert_eq!(status, 200, "{published}");
    room.until("/changes/head.json", |log| log.contains(&id)).await;
    let shown = room.get(&file_path(&photo)).await;
    let header = |response: &reqwest::Response, name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header(&shown, "content-type").as_deref(), Some("image/gif"));
    assert_eq!(
        header(&shown, "cache-control").as_deref(),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(header(&shown, "content-disposition"), None);
    assert_eq!(header(&shown, "x-content-type-options").as_deref(), Some("nosniff"));
    assert!(header(&shown, "content-security-policy").unwrap().contains("sandbox"));
    assert_eq!(shown.bytes().await.unwrap(), GIF);
    let shown = room.get(&file_path(&plan)).await;
    assert_eq!(header(&shown, "content-disposition").as_deref(), Some("attachment"));
    let part = room
        .request("GET", &file_path(&plan))
        .header("range", "bytes=0-3")
        .send()
        .await
        .unwrap();
    assert_eq!((part.status().as_u16(), part.bytes().await.unwrap()), (206, "%PDF".into()));

    // Every output names it.
    let item = room.json("/en/feed.json").await["items"][0].clone();
    assert!(item["image"].as_str().unwrap().ends_with(&file_path(&photo)), "{item}");
    assert_eq!(item["attachments"].as_array().unwrap().len(), 2);
    assert_eq!(item["attachments"][0]["title"], "The new quay");
    let (rss, atom) = (room.text("/en/rss.xml").await, room.text("/en/atom.xml").await);
    assert_eq!(
        (rss.matches("<enclosure ").count(), rss.matches("<media:content ").count()),
        (1, 2),
        "{rss}"
    );
    assert_eq!(atom.matches("rel=\"enclosure\"").count(), 2, "{atom}");
    let french = room
        .text(&format!(
            "/fr/{}/{:02}/{}/",
            published["path"]["year"],
            published["path"]["month"].as_i64().unwrap(),
            published["path"]["slug"].as_str().unwrap()
        ))
        .await;
    assert!(french.contains("alt=\"Un quai\"") && french.contains("Ana Lima"), "{french}");

    // Another release shows the same photo: it stays when the first one goes.
    let mut second = text("Regatta on Sunday");
    (second["media"], second["status"]) = (
        json!([with(&photo, json!({"alt": {"en": "A quay", "fr": "Un quai"}}))]),
        json!("published"),
    );
    let (status, other) = editor.create(&second).await;
    assert_eq!(status, 201, "{other}");
    let other = super::id(&other);
    room.until("/changes/head.json", |log| log.contains(&other)).await;
    let reason = json!({"reason": "By mistake"});
    editor.step(&id, "withdraw", &reason).await;
    room.until("/changes/head.json", |log| log.contains("\"withdrawn\"")).await;
    assert_eq!(room.get(&file_path(&plan)).await.status(), 404);
    assert_eq!(room.get(&file_path(&photo)).await.status(), 200);
    editor.step(&other, "withdraw", &reason).await;
    room.until("/changes/head.json", |log| log.matches("\"withdrawn\"").count() == 2)
        .await;
    assert_eq!(room.get(&file_path(&photo)).await.status(), 404);
    let left = room.store().list(Bucket::Site, "media/", None, 10).await.unwrap().0;
    assert_eq!(left, Vec::<String>::new());

    editor.step(&id, "restore", &json!({})).await;
    room.until(&format!("/releases/{id}.json"), |release| {
        release.contains("\"published\"") && release.contains("\"revision\": 5")
    })
    .await;
    room.until("/en/feed.json", |feed| feed.contains("quay%20wall.gif")).await;
    for (file, bytes) in [(&photo, GIF), (&plan, PDF)] {
        assert_eq!(room.get(&file_path(file)).await.bytes().await.unwrap(), bytes);
    }
}

#[tokio::test]
#[expect(non_snake_case)]
async fn S05_a_file_is_taken_for_what_it_is_and_for_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let author = Desk::of(&room, AUTHOR);
    let (_, draft) = author.create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    for (file, pointer) in [
        (announced("a.svg", "image/svg+xml", b"<svg/>"), "/type"),
        (announced("a.html", "text/html", b"<p>"), "/type"),
        (announced("a.html", "image/gif", GIF), "/type"),
        (announced("../a.gif", "image/gif", GIF), "/name"),
        (announced("a.gif", "image/gif", b""), "/size"),
        (
            json!({"name": "a.gif", "type": "image/gif", "size": 1_u64 << 32, "sha256": "0".repeat(64)}),
            "/size",
        ),
        (json!({"name": "a.gif", "type": "image/gif", "size": 1, "sha256": "zz"}), "/sha256"),
    ] {
        let (status, refused) = announce(&room, &id, &file).await;
        assert_eq!(
            (status, refused["errors"][0]["pointer"].as_str()),
            (422, Some(pointer)),
            "{file}: {refused}"
        );
    }
    let nowhere = "01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(announce(&room, nowhere, &announced("a.gif", "image/gif", GIF)).await.0, 404);

    // S3 refuses other bytes, another length and another type than were announced; nothing is stored.
    let (_, told) = announce(&room, &id, &announced("a.gif", "image/gif", GIF)).await;
    let mut other = GIF.to_vec();
    other[20] ^= 1;
    assert_ne!(send(&told, &other).await, 200);
    assert_ne!(send(&told, &GIF[..30]).await, 200);
    let mut typed = told.clone();
    typed["upload"]["headers"]["content-type"] = json!("text/html");
    assert_ne!(send(&typed, GIF).await, 200);
    let mut unsigned = told.clone();
    unsigned["upload"]["url"] = json!(told["upload"]["url"].as_str().unwrap().split('?').next().unwrap());
    assert_eq!(send(&unsigned, GIF).await, 403);
    let kept = Key::File(feed::sha256(GIF));
    assert!(room.store().head(&kept).await.unwrap().is_none());

    // A page with a picture's name arrives, and goes no further.
    let page = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let photo = announced("photo.png", "image/png", page);
    arrives(&room, AUTHOR, &id, &photo, page).await;
    let (status, refused) = announce(&room, &id, &photo).await;
    assert_eq!(
        (status, refused["errors"][0]["pointer"].as_str()),
        (422, Some("/type")),
        "{refused}"
    );
    let mut release = text("Harbour fees fall");
    release["media"] = json!([photo]);
    release["status"] = json!("published");
    let (status, refused) = Desk::of(&room, OTHER).create(&release).await;
    assert_eq!(
        (status, refused["errors"][0]["pointer"].as_str()),
        (422, Some("/media/0/type")),
        "{refused}"
    );
    // Nor does one that has not arrived, or has another size; nobody can answer for that.
    for (file, pointer) in [
        (announced("a.gif", "image/gif", GIF), "/media/0/sha256"),
        (
            with(&announced("b.pdf", "application/pdf", PDF), json!({"size": 5})),
            "/media/0/size",
        ),
    ] {
        if pointer.ends_with("size") {
            arrives(&room, AUTHOR, &id, &announced("b.pdf", "application/pdf", PDF), PDF).await;
        }
        release["media"] = json!([file]);
        let request = room
            .request("POST", "/v1/releases?override=please")
            .bearer_auth(OTHER)
            .json(&release);
        let (status, refused) = answer(request).await;
        assert_eq!(
            (status, refused["errors"][0]["pointer"].as_str()),
            (422, Some(pointer)),
            "{refused}"
        );
    }
    assert!(room.store().list(Bucket::Site, "media/", None, 10).await.unwrap().0.is_empty());
}

// S05 asks S3 itself to refuse what was not announced, which the emulator does not.
crate::stack::on_a_stack!(a_photo_is_private_until_its_release_is_public_and_leaves_with_it);
