//! Publication, correction, withdrawal and restore.

use serde_json::{Value, json};

use super::{AUTHOR, Desk, OTHER, id, office, text};
use crate::harness::answer;

#[tokio::test]
async fn published_by_mistake_and_withdrawn_and_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let (_, draft) = editor.create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    assert_eq!(
        Desk::of(&room, AUTHOR).step(&id, "publish", &json!({})).await.0,
        403,
        "an author does not publish"
    );
    let (status, published) = editor.step(&id, "publish", &json!({"note": "as agreed"})).await;
    assert_eq!(
        (status, &published["status"], &published["revision"]),
        (200, &json!("published"), &json!(2))
    );
    room.until("/changes/head.json", |log| log.contains(&id)).await;
    let path = published["path"].clone();
    let page = |language: &str| {
        let (year, month, slug) = (&path["year"], path["month"].as_i64().unwrap(), path["slug"].as_str().unwrap());
        format!("/{language}/{year}/{month:02}/{slug}/")
    };
    let month = |language: &str, file: &str| format!("/{language}/archive/{}/{:02}/{file}", path["year"], path["month"].as_i64().unwrap());
    let before = room.json("/en/feed.json").await["items"][0].clone();

    // A reason is needed, and told to the public.
    let (status, refused) = editor.step(&id, "withdraw", &json!({})).await;
    assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/reason")));
    let reason = json!({"reason": {"en": "The figures were wrong", "fr": "Les chiffres étaient faux"}});
    let (status, withdrawn) = editor.step(&id, "withdraw", &reason).await;
    assert_eq!(
        (status, &withdrawn["status"], &withdrawn["revision"]),
        (200, &json!("withdrawn"), &json!(3))
    );
    room.until("/changes/head.json", |log| log.contains("\"withdrawn\"")).await;

    // Every output.
    for (language, told) in [
        ("en", "The figures were wrong"),
        ("fr", "Les chiffres étaient faux"),
        ("ar", "The figures were wrong"),
    ] {
        let shown = room.text(&page(language)).await;
        assert!(shown.contains(told) && shown.contains("noindex"), "{language}: {shown}");
        assert!(!shown.contains("agreed") && !shown.contains("réuni"), "{language}: {shown}");
        for feed in ["feed.json", "topics/research/feed.json"] {
            let item = room.json(&format!("/{language}/{feed}")).await["items"][0].clone();
            assert_eq!(item["_pressroom"]["status"], "withdrawn", "{language}/{feed}");
            assert!(item["content_html"].as_str().unwrap().contains(told), "{language}/{feed}: {item}");
        }
        let atom = room.text(&format!("/{language}/atom.xml")).await;
        assert!(
            atom.contains("<at:deleted-entry") && atom.contains(told) && !atom.contains("<entry"),
            "{atom}"
        );
        let rss = room.text(&format!("/{language}/rss.xml")).await;
        assert!(rss.contains(told) && !rss.contains("agreed") && !rss.contains("réuni"), "{rss}");
        let archived = room.text(&month(language, "atom.xml")).await;
        assert!(archived.contains("<at:deleted-entry") && !archived.contains("<entry"), "{archived}");
        assert_eq!(
            room.json(&month(language, "index.json")).await["releases"][0]["status"],
            "withdrawn"
        );
    }
    let release = room.json(&format!("/releases/{id}.json")).await;
    assert_eq!((&release["status"], &release["texts"]), (&json!("withdrawn"), &Value::Null));
    assert_eq!(release["reason"]["en"], "The figures were wrong");
    assert_eq!(room.get(&format!("/releases/{id}/v2.json")).await.status(), 404);
    let log = room.json("/changes/head.json").await;
    let last = &log["changes"][1];
    assert_eq!(
        (&last["revision"], &last["status"], &last["release"]),
        (&json!(3), &json!("withdrawn"), &json!(id))
    );

    // Twice is once.
    let (status, again) = editor.step(&id, "withdraw", &reason).await;
    assert_eq!(status, 409, "{again}");

    let (status, restored) = editor.step(&id, "restore", &json!({})).await;
    assert_eq!(
        (status, &restored["status"], &restored["revision"]),
        (200, &json!("published"), &json!(4))
    );
    assert!(restored.get("reason").is_none(), "{restored}");
    room.until("/en/feed.json", |feed| feed.contains("agreed")).await;
    room.until(&format!("/releases/{id}/v2.json"), |version| version.contains("agreed"))
        .await;
    let after = room.json("/en/feed.json").await["items"][0].clone();
    for same in ["id", "url", "title", "content_html", "date_published"] {
        assert_eq!(after[same], before[same]);
    }
    assert!(after["date_modified"].as_str() > before["date_modified"].as_str(), "{after}");
    assert!(!room.text(&page("en")).await.contains("noindex"));
    let history = editor.see(&format!("/v1/releases/{id}/revisions")).await;
    let told: Vec<_> = history["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["status"].clone())
        .collect();
    assert_eq!(json!(told), json!(["draft", "published", "withdrawn", "published"]));
    assert_eq!(history["revisions"][1]["note"], "as agreed");
    assert!(
        !room.text(&format!("/releases/{id}.json")).await.contains("as agreed"),
        "a note is for the office"
    );
}

#[tokio::test]
async fn a_correction_is_written_while_the_public_sees_what_it_saw() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let (_, draft) = editor.create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    editor.step(&id, "publish", &json!({})).await;
    room.until("/changes/head.json", |log| log.contains(&id)).await;
    let before = room.text("/en/feed.json").await;

    let mut corrected = text("Harbour fees rise");
    corrected["correction"] = json!({"note": {"en": "The headline said the opposite."}});
    let author = Desk::of(&room, AUTHOR);
    let (status, saved) = author.save(&id, 2, &corrected).await;
    assert_eq!((status, &saved["status"]), (200, &json!("draft")));
    let (status, submitted) = author.step(&id, "submit", &json!({})).await;
    assert_eq!(
        (status, &submitted["status"], &submitted["revision"]),
        (200, &json!("submitted"), &json!(4))
    );
    // Another release becomes public meanwhile: the queue has seen the drafts before it.
    let (_, other) = editor.create(&text("Regatta on Sunday")).await;
    editor.step(&super::id(&other), "publish", &json!({})).await;
    let with_other = room.until("/en/feed.json", |feed| feed.contains("Regatta")).await;
    assert!(
        with_other.contains("Harbour fees fall") && !with_other.contains("rise"),
        "{with_other}"
    );

    let (status, published) = editor.step(&id, "publish", &json!({})).await;
    assert_eq!((status, &published["revision"]), (200, &json!(5)), "{published}");
    let after = room.until("/en/feed.json", |feed| feed.contains("Harbour fees rise")).await;
    let [before, after]: [Value; 2] = [&before, &after].map(|feed| serde_json::from_str(feed).unwrap());
    let item = after["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["_pressroom"]["release"] == json!(id))
        .unwrap();
    assert_eq!(item["id"], before["items"][0]["id"]);
    assert_eq!(item["date_published"], before["items"][0]["date_published"]);
    assert!(
        item["content_html"].as_str().unwrap().contains("The headline said the opposite."),
        "{item}"
    );
    assert!(item["date_modified"].as_str() > before["items"][0]["date_modified"].as_str());
    // What readers could see stays readable.
    for (n, title) in [(2, "Harbour fees fall"), (5, "Harbour fees rise")] {
        let version = room
            .until(&format!("/releases/{id}/v{n}.json"), |text| text.contains("Harbour"))
            .await;
        assert!(version.contains(title), "{version}");
    }
    assert_eq!(room.get(&format!("/releases/{id}/v3.json")).await.status(), 404);
}

#[tokio::test]
async fn a_client_that_retries_after_a_lost_answer_takes_a_step_once() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let (_, draft) = editor.create(&text("Harbour fees fall")).await;
    let path = format!("/v1/releases/{}/publish", id(&draft));
    let publish = |body: Value| {
        let request = room.request("POST", &path).bearer_auth(OTHER).header("idempotency-key", "once");
        answer(request.header("if-match", "\"1\"").json(&body))
    };
    let first = publish(json!({})).await;
    assert_eq!((first.0, &first.1["revision"]), (200, &json!(2)));
    assert_eq!(publish(json!({})).await, first);
    assert_eq!(publish(json!({"note": "another"})).await.0, 422);
    // Without the key it is another call, and too late.
    let late = answer(
        room.request("POST", &path)
            .bearer_auth(OTHER)
            .header("if-match", "\"1\"")
            .json(&json!({})),
    )
    .await;
    assert_eq!(late.0, 412, "{}", late.1);
    let history = editor.see(&format!("/v1/releases/{}/revisions", id(&draft))).await;
    assert_eq!(history["revisions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_step_that_makes_no_sense_changes_nothing_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let (_, draft) = editor.create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    for (step, body) in [
        ("approve", json!({})),
        ("withdraw", json!({"reason": "never public"})),
        ("restore", json!({})),
    ] {
        let (status, refused) = editor.step(&id, step, &body).await;
        assert_eq!(status, 409, "{step}: {refused}");
        assert!(!refused["detail"].as_str().unwrap().is_empty());
    }
    for (body, kind, expected) in [
        ("[]", "application/json", 422),
        ("{", "application/json", 400),
        ("{\"at\": 1}", "application/json", 422),
        ("now", "text/plain", 415),
    ] {
        let request = room.request("POST", &format!("/v1/releases/{id}/publish")).bearer_auth(OTHER);
        let (status, refused) = answer(request.header("content-type", kind).body(body)).await;
        assert_eq!(status, expected, "{body}: {refused}");
    }
    let unknown = "018f0000-0000-7000-8000-0000000000ff";
    assert_eq!(editor.step(unknown, "submit", &json!({})).await.0, 404);
    let history = editor.see(&format!("/v1/releases/{id}/revisions")).await;
    assert_eq!(history["revisions"].as_array().unwrap().len(), 1);
    // Without a body is enough where nothing has to be said.
    let plain = room.request("POST", &format!("/v1/releases/{id}/publish")).bearer_auth(OTHER);
    assert_eq!(answer(plain).await.0, 200);
}

#[tokio::test]
async fn two_editors_save_at_once_and_neither_text_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let (author, editor) = (Desk::of(&room, AUTHOR), Desk::of(&room, OTHER));
    let (_, draft) = author.create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    let path = format!("/v1/releases/{id}");
    // Both read the first revision, and each mends another field.
    let with = |field: &str, value: &str| {
        let mut changed = text("Harbour fees fall");
        changed["texts"]["en"][field] = json!(value);
        changed
    };
    let (title, summary) = (with("title", "Harbour fees fall by half"), with("summary", "From July on."));
    let ((one, first), (other, second)) = tokio::join!(author.save(&id, 1, &title), editor.save(&id, 1, &summary));
    let mut statuses = [one, other];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{first} {second}");
    let (late, refused, mine) = if one == 412 {
        (&author, first, ("title", "Harbour fees fall by half"))
    } else {
        (&editor, second, ("summary", "From July on."))
    };
    // Who was second hears which revision there is, and what it was written over.
    let told = refused["detail"].as_str().unwrap();
    assert!(told.contains("If-Match: \"2\""), "{refused}");
    let saved = late.see(&path).await;
    assert_eq!(saved["revision"], 2);
    // Read again, mended, saved on top: both changes are there.
    let mut merged = text("");
    merged["texts"]["en"] = saved["texts"]["en"].clone();
    merged["texts"]["en"][mine.0] = json!(mine.1);
    let (status, both) = late.save(&id, 2, &merged).await;
    assert_eq!((status, &both["revision"]), (200, &json!(3)), "{both}");
    let english = &both["texts"]["en"];
    assert_eq!(
        (&english["title"], &english["summary"]),
        (&json!("Harbour fees fall by half"), &json!("From July on."))
    );
    // The history has all three, each by its own hand.
    let history = editor.see(&format!("{path}/revisions")).await;
    let lines = history["revisions"].as_array().unwrap();
    let mut names: Vec<&str> = lines.iter().map(|line| line["by"]["name"].as_str().unwrap()).collect();
    assert_eq!((names.len(), names[0]), (3, "author"));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names, ["author", "second"]);
    // Without saying what it was read from, nothing is saved.
    let blind = room.request("PUT", &path).bearer_auth(OTHER).json(&title);
    assert_eq!(answer(blind).await.0, 428);
}

crate::stack::on_a_stack!(
    published_by_mistake_and_withdrawn_and_brought_back,
    a_correction_is_written_while_the_public_sees_what_it_saw,
    a_client_that_retries_after_a_lost_answer_takes_a_step_once,
    a_step_that_makes_no_sense_changes_nothing_and_says_why,
    two_editors_save_at_once_and_neither_text_is_lost,
);
