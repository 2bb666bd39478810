//! What is probably wrong is said before it goes out.

use serde_json::{Value, json};

use super::{AUTHOR, Desk, OTHER, id, office, text};
use crate::harness::answer;

fn pointers(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap_or_else(|| panic!("{list}"));
    list.iter().map(|fault| fault["pointer"].as_str().unwrap().to_owned()).collect()
}

fn unfinished() -> Value {
    let mut release = text("Harbour fees fall");
    release["texts"]["fr"]["body"] = json!("Le conseil s'est réuni. Contact : [NOM].");
    release
}

#[tokio::test]
async fn errors_stop_what_goes_on_until_somebody_answers_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let (author, editor) = (Desk::of(&room, AUTHOR), Desk::of(&room, OTHER));
    // A draft may be unfinished.
    let (status, draft) = author.create(&unfinished()).await;
    assert_eq!(status, 201, "{draft}");
    let id = id(&draft);
    for (desk, step, body) in [
        (&author, "submit", json!({})),
        (&editor, "publish", json!({})),
        (&editor, "schedule", json!({"at": "2090-01-01T10:00:00Z"})),
    ] {
        let (status, refused) = desk.step(&id, step, &body).await;
        assert_eq!(
            (status, pointers(&refused["errors"])),
            (422, vec!["/texts/fr/body".to_owned()]),
            "{step}"
        );
        let told = refused["errors"][0]["message"].as_str().unwrap();
        assert!(
            told.contains("[NOM]") && refused["detail"].as_str().unwrap().contains("override"),
            "{refused}"
        );
    }
    assert_eq!(
        editor.see(&format!("/v1/releases/{id}")).await["revision"],
        1,
        "a refusal changed something"
    );

    let (status, submitted) = author.step(&id, "submit", &json!({"override": "NOM is the ship's name"})).await;
    assert_eq!(
        (status, &submitted["overridden"]["reason"]),
        (200, &json!("NOM is the ship's name")),
        "{submitted}"
    );
    assert_eq!(submitted["overridden"]["by"]["name"], "author");
    // An author answers for a submission, not for a publication.
    assert_eq!(editor.step(&id, "publish", &json!({})).await.0, 422);
    let (status, published) = editor.step(&id, "publish", &json!({"override": "I asked: it is her name"})).await;
    assert_eq!((status, &published["status"]), (200, &json!("published")), "{published}");
    let history = editor.see(&format!("/v1/releases/{id}/revisions")).await;
    let told: Vec<_> = history["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["overridden"]["reason"])
        .collect();
    assert_eq!(json!(told), json!([null, "NOM is the ship's name", "I asked: it is her name"]));
    room.until("/fr/feed.json", |feed| feed.contains("[NOM]")).await;
    let document = room.text(&format!("/releases/{id}.json")).await;
    assert!(!document.contains("her name"), "a reason for the office is public");

    // The same content goes on with what was said; another content does not.
    let mut minor = unfinished();
    minor["status"] = json!("published");
    let (status, same) = editor.save(&id, 3, &minor).await;
    assert_eq!(
        (status, &same["overridden"]["reason"]),
        (200, &json!("I asked: it is her name")),
        "{same}"
    );
    minor["texts"]["en"]["body"] = json!("The council met on xx June.");
    let (status, refused) = editor.save(&id, 4, &minor).await;
    assert_eq!((status, pointers(&refused["errors"]).len()), (422, 2), "{refused}");
    let put = room
        .request("PUT", &format!("/v1/releases/{id}?override=both%20are%20right"))
        .bearer_auth(OTHER);
    let (status, saved) = answer(put.header("if-match", "\"4\"").json(&minor)).await;
    assert_eq!(
        (status, saved["overridden"]["errors"].as_array().unwrap().len()),
        (200, 2),
        "{saved}"
    );
    let empty = room.request("POST", "/v1/releases?override=%20").bearer_auth(OTHER).json(&minor);
    let (status, refused) = answer(empty).await;
    assert_eq!((status, pointers(&refused["errors"])), (422, vec!["/override".to_owned()]));
}

#[tokio::test]
async fn a_check_says_everything_and_saves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let author = Desk::of(&room, AUTHOR);
    let check = |tail: String, release: Value| answer(room.request("POST", &tail).bearer_auth(AUTHOR).json(&release));
    let mut release = unfinished();
    release["publish_at"] = json!("2090-06-09T10:00:00+02:00");
    release["status"] = json!("scheduled");
    release["texts"]["en"]["title"] = json!(format!("Harbour fees fall {}", "and fall ".repeat(12)));
    release["texts"]["en"]["body"] = json!("Embargoed until 9 June 2090, 11:00. On 7 June 180 ships came. [Annex](#annex)");
    release["texts"]["fr"]["body"] = json!("Le 7 juillet, 108 navires. Contact : [NOM]. Лорем ипсум долор сит амет");
    release["media"] = json!([{"sha256": "0".repeat(64), "name": "quay.jpg", "type": "image/jpeg", "size": 3}]);
    let (status, found) = check("/v1/releases/check".to_owned(), release.clone()).await;
    assert_eq!(status, 200, "{found}");
    assert_eq!(
        pointers(&found["errors"]),
        ["/media/0/sha256", "/texts/en/body", "/texts/fr/body"],
        "{found}"
    );
    let warned = pointers(&found["warnings"]);
    for expected in [
        "/texts/en/dateline",
        "/texts/fr/dateline",
        "/texts/en/title",
        "/texts/en/body",
        "/contacts",
        "/media/0/alt/en",
        "/media/0/alt/fr",
        "/texts/fr",
    ] {
        assert!(warned.iter().any(|pointer| pointer == expected), "{expected}: {found}");
    }
    let (_, board) = answer(room.request("GET", "/v1/releases").bearer_auth(AUTHOR)).await;
    assert_eq!(board["releases"], json!([]), "a check saved something");

    // Of what is stored, and of what would be the next revision.
    let (_, draft) = author.create(&unfinished()).await;
    let of_it = format!("/v1/releases/{}/check", id(&draft));
    let (status, stored) = answer(room.request("POST", &of_it).bearer_auth(AUTHOR)).await;
    assert_eq!((status, pointers(&stored["errors"])), (200, vec!["/texts/fr/body".to_owned()]));
    let (_, mended) = check(of_it, text("Harbour fees fall")).await;
    assert_eq!(mended["errors"], json!([]), "{mended}");
    // What cannot be stored at all is refused as in a save, all of it at once.
    let (status, refused) = check("/v1/releases/check".to_owned(), json!({"texts": {"xx": {"title": 1}}, "y": 1})).await;
    assert!(status == 422 && refused["errors"].as_array().unwrap().len() >= 2, "{refused}");
    let nowhere = "/v1/releases/01890a5d-ac96-774b-bcce-b302099a8057/check";
    assert_eq!(answer(room.request("POST", nowhere).bearer_auth(AUTHOR)).await.0, 404);
}

crate::stack::on_a_stack!(
    errors_stop_what_goes_on_until_somebody_answers_for_them,
    a_check_says_everything_and_saves_nothing,
);
