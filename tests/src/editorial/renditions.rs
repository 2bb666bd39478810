//! A picture in fewer pixels: on its page, and wherever the picture itself is or is not.

use serde_json::{Value, json};
use store::Bucket;

use super::{AUTHOR, Desk, OTHER, files::GIF, id, office, text};
use crate::harness::{Room, announced, arrives, file_path};

/// A picture of so many pixels.
fn gif(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = GIF.to_vec();
    bytes[6..8].copy_from_slice(&width.to_le_bytes());
    bytes[8..10].copy_from_slice(&height.to_le_bytes());
    bytes
}

fn quay(width: u16, height: u16) -> Value {
    announced("quay.gif", "image/gif", &gif(width, height))
}

fn with(picture: &Value, renditions: &[Value]) -> Value {
    let mut picture = picture.clone();
    picture["alt"] = json!({"en": "A quay", "fr": "Un quai"});
    let one = |one: &Value| json!({"sha256": one["sha256"], "size": one["size"]});
    picture["renditions"] = renditions.iter().map(one).collect();
    picture
}

async fn all_in_public(room: &Room) -> Vec<String> {
    room.store().list(Bucket::Site, "media/", None, 10).await.unwrap().0
}

#[tokio::test]
async fn a_page_offers_the_renditions_of_a_picture_and_they_come_and_go_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let (author, editor) = (Desk::of(&room, AUTHOR), Desk::of(&room, OTHER));
    let mut release = text("Harbour fees fall");
    let (_, draft) = author.create(&release).await;
    let id = id(&draft);
    let (whole, half, quarter) = (quay(80, 40), quay(40, 20), quay(20, 10));
    for (width, height) in [(80, 40), (40, 20), (20, 10)] {
        arrives(&room, AUTHOR, &id, &quay(width, height), &gif(width, height)).await;
    }
    release["media"] = json!([with(&whole, &[half.clone(), quarter.clone()])]);
    let (status, saved) = author.save(&id, 1, &release).await;
    assert_eq!(status, 200, "{saved}");
    // The office looks at what is not public yet.
    let preview = room.request("GET", &format!("/v1/releases/{id}/preview")).bearer_auth(AUTHOR);
    let preview = preview.send().await.unwrap().text().await.unwrap();
    let set = preview
        .split("srcset=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&");
    for (candidate, bytes) in set.split(", ").zip([gif(20, 10), gif(40, 20), gif(80, 40)]) {
        let (url, _) = candidate.split_once(' ').unwrap();
        assert_eq!(reqwest::get(url).await.unwrap().bytes().await.unwrap(), bytes, "{candidate}");
    }
    assert_eq!(all_in_public(&room).await, Vec::<String>::new());

    let (status, published) = editor.step(&id, "publish", &json!({})).await;
    assert_eq!(status, 200, "{published}");
    room.until("/changes/head.json", |log| log.contains(&id)).await;
    for (file, bytes) in [(&whole, gif(80, 40)), (&half, gif(40, 20)), (&quarter, gif(20, 10))] {
        assert_eq!(room.get(&file_path(file)).await.bytes().await.unwrap(), bytes);
    }
    let at = &published["path"];
    let page = format!(
        "/fr/{}/{:02}/{}/",
        at["year"],
        at["month"].as_i64().unwrap(),
        at["slug"].as_str().unwrap()
    );
    let page = room.text(&page).await;
    let document = room.json(&format!("/releases/{id}.json")).await;
    let base = document["media"][0]["url"]
        .as_str()
        .unwrap()
        .strip_suffix(&file_path(&whole))
        .unwrap();
    let url = |file: &Value| format!("{base}{}", file_path(file));
    let set = format!(
        "srcset=\"{} 20w, {} 40w, {} 80w\" sizes=\"(min-width: 736px) 704px, 100vw\" loading=\"lazy\" width=\"80\" height=\"40\"",
        url(&quarter),
        url(&half),
        url(&whole)
    );
    assert!(page.contains(&set), "{page}");
    assert!(page.contains(&format!("<a href=\"{}\">Taille réelle</a>", url(&whole))), "{page}");
    let told = json!({"url": url(&half), "sha256": half["sha256"], "size": half["size"], "width": 40, "height": 20});
    assert_eq!(document["media"][0]["renditions"][0], told);
    // A feed reader takes the picture.
    let item = room.json("/en/feed.json").await["items"][0].clone();
    let html = item["content_html"].as_str().unwrap();
    assert!(html.contains(&file_path(&whole)) && !html.contains("srcset"), "{html}");
    assert_eq!(item["attachments"].as_array().map(Vec::len), Some(1), "{item}");

    // A correction leaves one out; it is in public as long as a revision that was has it.
    release["media"] = json!([with(&whole, std::slice::from_ref(&half))]);
    (release["correction"], release["status"]) = (json!({"note": {"en": "Photo."}}), json!("published"));
    let (status, corrected) = editor.save(&id, 3, &release).await;
    assert_eq!(status, 200, "{corrected}");
    let log = |n: usize| move |log: &str| log.matches("\"release\"").count() >= n;
    room.until("/changes/head.json", log(2)).await;
    editor.step(&id, "withdraw", &json!({"reason": "By mistake"})).await;
    room.until("/changes/head.json", |log| log.contains("\"withdrawn\"")).await;
    assert_eq!(all_in_public(&room).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_rendition_is_the_same_picture_in_fewer_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let author = Desk::of(&room, AUTHOR);
    let (_, draft) = author.create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    let whole = quay(80, 40);
    for (width, height) in [(80, 40), (41, 20), (40, 40), (160, 80)] {
        arrives(&room, AUTHOR, &id, &quay(width, height), &gif(width, height)).await;
    }
    let mut longer = quay(41, 20);
    longer["size"] = json!(7);
    let digest = "/media/0/renditions/0/sha256";
    for (rendition, pointer) in [
        (quay(40, 40), digest),
        (quay(160, 80), digest),
        (quay(80, 40), digest),
        (quay(30, 15), digest),
        (longer, "/media/0/renditions/0/size"),
        (json!({"sha256": "zz", "size": 1}), digest),
    ] {
        let mut release = text("Harbour fees fall");
        release["media"] = json!([with(&whole, std::slice::from_ref(&rendition))]);
        release["status"] = json!("published");
        let (status, refused) = Desk::of(&room, OTHER).create(&release).await;
        assert_eq!(
            (status, refused["errors"][0]["pointer"].as_str()),
            (422, Some(pointer)),
            "{rendition}: {refused}"
        );
    }
    // A pixel is cut off where the half is none.
    let mut release = text("Harbour fees fall");
    release["media"] = json!([with(&whole, &[quay(41, 20)])]);
    release["status"] = json!("published");
    let (status, saved) = Desk::of(&room, OTHER).create(&release).await;
    assert_eq!(status, 201, "{saved}");
    assert_eq!(saved["media"][0]["renditions"][0]["width"], 41);
    // It goes back as it was answered.
    let id = super::id(&saved);
    release["media"] = saved["media"].clone();
    let (status, again) = Desk::of(&room, OTHER).save(&id, 1, &release).await;
    assert_eq!((status, &again["media"]), (200, &saved["media"]), "{again}");

    let mut release = text("Harbour fees fall");
    release["media"] = json!([with(&announced("plan.pdf", "application/pdf", b"%PDF-1.4\n"), &[quay(41, 20)])]);
    let (status, refused) = author.create(&release).await;
    assert_eq!(
        (status, refused["errors"][0]["pointer"].as_str()),
        (422, Some("/media/0/renditions")),
        "{refused}"
    );
}

crate::stack::on_a_stack!(a_page_offers_the_renditions_of_a_picture_and_they_come_and_go_with_it);
