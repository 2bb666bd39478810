//! The press office's day, through HTTP with the running program.

use std::path::Path;

use accept::{TokenFile, TokenRecord, hash_token};
use release::Role;
use serde_json::{Value, json};
use store::Key;

use crate::harness::{Room, answer};

/// An editor, the one of the program's own token, and an author.
const OTHER: &str = "a-token-of-another-editor";
const AUTHOR: &str = "a-token-of-an-author";

/// A press room in which two more people have tokens.
async fn office(four_eyes: bool, folder: &Path) -> Room {
    let site = local::sample::SITE.replacen("four_eyes = false", &format!("four_eyes = {four_eyes}"), 1);
    let file = folder.join("site.toml");
    std::fs::write(&file, site).unwrap();
    let room = Room::open(&["--no-sample", "--site", file.to_str().unwrap()]);
    let store = room.store();
    let found = store.get(&Key::Tokens).await.unwrap().unwrap();
    let mut tokens: TokenFile = serde_json::from_slice(&found.bytes).unwrap();
    for (name, role, token) in [("second", Role::Editor, OTHER), ("author", Role::Author, AUTHOR)] {
        tokens.tokens.push(TokenRecord {
            name: name.to_owned(),
            role,
            sha256: hash_token(token),
            created: None,
        });
    }
    store.put(&Key::Tokens, serde_json::to_vec(&tokens).unwrap()).await.unwrap();
    room
}

fn text(title: &str) -> Value {
    json!({"topics": ["research"], "texts": {
        "en": {"title": title, "body": "The council met, and **agreed**."},
        "fr": {"title": format!("{title} (fr)"), "body": "Le conseil s'est réuni."},
    }})
}

struct Desk<'a> {
    room: &'a Room,
    token: String,
}

impl<'a> Desk<'a> {
    fn of(room: &'a Room, token: &str) -> Self {
        Self {
            room,
            token: token.to_owned(),
        }
    }

    async fn create(&self, release: &Value) -> (u16, Value) {
        answer(self.room.request("POST", "/v1/releases").bearer_auth(&self.token).json(release)).await
    }

    async fn save(&self, id: &str, after: u32, release: &Value) -> (u16, Value) {
        let request = self.room.request("PUT", &format!("/v1/releases/{id}")).bearer_auth(&self.token);
        answer(request.header("if-match", format!("\"{after}\"")).json(release)).await
    }

    async fn step(&self, id: &str, step: &str, body: &Value) -> (u16, Value) {
        let request = self.room.request("POST", &format!("/v1/releases/{id}/{step}"));
        answer(request.bearer_auth(&self.token).json(body)).await
    }

    async fn see(&self, path: &str) -> Value {
        answer(self.room.request("GET", path).bearer_auth(&self.token)).await.1
    }
}

fn id(release: &Value) -> String {
    release["id"].as_str().unwrap().to_owned()
}

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
    editor.step(&self::id(&other), "publish", &json!({})).await;
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
async fn the_approver_edits_and_must_not_approve() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(true, folder.path()).await;
    let (author, second, chief) = (Desk::of(&room, AUTHOR), Desk::of(&room, OTHER), Desk::of(&room, &room.token));
    let (status, refused) = second
        .create(&json!({"status": "published", "texts": {"en": {"title": "Too fast", "body": "x"}}}))
        .await;
    assert_eq!(status, 409, "nobody has approved it: {refused}");
    let (_, draft) = author.create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    assert_eq!(second.step(&id, "approve", &json!({})).await.0, 409, "a draft is not approved");
    author.step(&id, "submit", &json!({})).await;
    assert_eq!(author.step(&id, "approve", &json!({})).await.0, 403);
    let (status, refused) = second.step(&id, "publish", &json!({})).await;
    assert_eq!(status, 409, "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("nobody has approved it"), "{refused}");

    // The second editor mends a word: now somebody else has to approve, and also somebody else than the submitter.
    let mut edited = text("Harbour fees fall again");
    edited["status"] = json!("submitted");
    let (status, saved) = second.save(&id, 2, &edited).await;
    assert_eq!((status, &saved["revision"]), (200, &json!(3)), "{saved}");
    let (status, refused) = second.step(&id, "approve", &json!({})).await;
    assert_eq!(status, 403, "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("second wrote it last"), "{refused}");
    let (status, approved) = chief.step(&id, "approve", &json!({})).await;
    assert_eq!(
        (status, &approved["status"], &approved["revision"]),
        (200, &json!("submitted"), &json!(4)),
        "{approved}"
    );

    // A later edit voids the approval; the old content again has it no more than the new one.
    let mut later = text("Harbour fees fall for ever");
    later["status"] = json!("submitted");
    second.save(&id, 4, &later).await;
    let (status, refused) = chief.step(&id, "publish", &json!({})).await;
    assert_eq!(status, 409, "{refused}");
    chief.step(&id, "approve", &json!({})).await;
    let (status, published) = second.step(&id, "publish", &json!({})).await;
    assert_eq!(
        (status, &published["status"], &published["revision"]),
        (200, &json!("published"), &json!(7)),
        "{published}"
    );
    let feed = room.until("/en/feed.json", |feed| feed.contains("for ever")).await;
    assert!(!feed.contains("second") && !feed.contains("approval"), "{feed}");
}

#[tokio::test]
async fn an_emergency_is_published_with_a_reason_and_listed_until_somebody_approves_it() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(true, folder.path()).await;
    let (second, chief) = (Desk::of(&room, OTHER), Desk::of(&room, &room.token));
    let (_, draft) = second.create(&text("Harbour closed")).await;
    let id = id(&draft);
    let (status, refused) = second.step(&id, "publish", &json!({"emergency": " "})).await;
    assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/emergency")));
    let (status, published) = second.step(&id, "publish", &json!({"emergency": "Storm surge"})).await;
    assert_eq!(
        (status, &published["emergency"]["reason"]),
        (200, &json!("Storm surge")),
        "{published}"
    );
    let feed = room.until("/en/feed.json", |feed| feed.contains("Harbour closed")).await;
    assert!(!feed.contains("Storm surge"), "the reason is for the office");
    let listed = |board: &Value| board["releases"][0]["emergency"]["reason"].clone();
    assert_eq!(listed(&second.see("/v1/releases").await), "Storm surge");
    // A correction that is being written does not hide it.
    second.save(&id, 2, &text("Harbour closed today")).await;
    assert_eq!(listed(&second.see("/v1/releases").await), "Storm surge");

    let (_, other) = second.create(&text("Ferry delayed")).await;
    let other = self::id(&other);
    second.step(&other, "publish", &json!({"emergency": "Fog"})).await;
    room.until("/en/feed.json", |feed| feed.contains("Ferry delayed")).await;
    let before = room.json("/en/feed.json").await["items"][0].clone();
    assert_eq!(second.step(&other, "approve", &json!({})).await.0, 403, "not by who published it");
    let (status, approved) = chief.step(&other, "approve", &json!({})).await;
    assert_eq!((status, &approved["status"]), (200, &json!("published")), "{approved}");
    assert_eq!(listed(&second.see("/v1/releases").await), Value::Null);
    // Readers see what they saw, as of the time they saw it.
    room.until("/changes/head.json", |log| log.matches(&other).count() >= 4).await;
    let after = room.json("/en/feed.json").await["items"][0].clone();
    for same in ["id", "title", "content_html", "date_published", "date_modified"] {
        assert_eq!(after[same], before[same]);
    }
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

fn in_seconds(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() + seconds).unwrap();
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// Every object of the public bucket that says one of these words, in its name or its text.
async fn leaks(room: &Room, words: &[&str]) -> Vec<String> {
    let client = room.s3();
    let mut found = Vec::new();
    let listed = client.list_objects_v2().bucket("site").send().await.unwrap();
    assert_ne!(listed.is_truncated(), Some(true));
    for key in listed.contents().iter().filter_map(|object| object.key()) {
        let object = client.get_object().bucket("site").key(key).send().await.unwrap();
        let headers = format!("{key} {object:?}");
        let body = object.body.collect().await.unwrap().into_bytes();
        let text = format!("{headers} {}", String::from_utf8_lossy(&body));
        if words.iter().any(|word| text.contains(word)) {
            found.push(key.to_owned());
        }
    }
    found
}

#[tokio::test]
async fn an_embargo_is_lifted_at_its_second_in_six_languages_and_nothing_is_seen_before() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let (_, draft) = editor.create(&text("Zephyrine treaty")).await;
    let id = id(&draft);
    let far = in_seconds(3_600);
    let (status, scheduled) = editor.step(&id, "schedule", &json!({"at": far})).await;
    assert_eq!((status, &scheduled["status"]), (200, &json!("scheduled")), "{scheduled}");
    let instant: jiff::Timestamp = far.parse().unwrap();
    assert_eq!(
        scheduled["publish_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap(),
        instant
    );
    let path = &scheduled["path"];
    let page = |language: &str| {
        format!(
            "/{language}/{}/{:02}/{}/",
            path["year"],
            path["month"].as_i64().unwrap(),
            path["slug"].as_str().unwrap()
        )
    };
    let looked = leaks(&room, &["Zephyrine", "zephyrine", &id]).await;
    let before = room.get(&page("en")).await.status();
    assert_eq!((looked, before.as_u16()), (Vec::new(), 404));
    // A new time, so near that no minute comes in between.
    let at = in_seconds(3);
    let (status, moved) = editor.step(&id, "schedule", &json!({"at": at})).await;
    assert_eq!((status, &moved["path"]), (200, &scheduled["path"]), "{moved}");
    let instant: jiff::Timestamp = at.parse().unwrap();
    for language in ["en", "fr", "zh", "es", "ru", "ar"] {
        room.until(&format!("/{language}/rss.xml"), |feed| feed.contains("Zephyrine treaty"))
            .await;
        assert!(jiff::Timestamp::now() >= instant, "it was public before its time");
        for path in [format!("/{language}/atom.xml"), format!("/{language}/feed.json"), page(language)] {
            room.until(&path, |text| text.contains("Zephyrine treaty")).await;
        }
    }
    let item = room.json("/en/feed.json").await["items"][0].clone();
    let published: jiff::Timestamp = item["date_published"].as_str().unwrap().parse().unwrap();
    assert_eq!(published, instant);
    let history = editor.see(&format!("/v1/releases/{id}/revisions")).await;
    assert_eq!(
        (&history["revisions"][3]["status"], &history["revisions"][3]["by"]["name"]),
        (&json!("published"), &json!("embargo"))
    );
}

#[tokio::test]
async fn an_edit_a_new_time_or_a_withdrawal_before_the_hour_counts() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let mut ids = Vec::new();
    // Long enough for a slow machine to take eight calls.
    let at = in_seconds(20);
    for title in ["Edited tide", "Moved tide", "Early tide", "Mended tide"] {
        let (_, draft) = editor.create(&text(title)).await;
        let (status, scheduled) = editor.step(&id(&draft), "schedule", &json!({"at": at})).await;
        assert_eq!(status, 200, "{scheduled}");
        ids.push(id(&draft));
    }
    // Back to a draft; a later time; taken back; still scheduled, with another text.
    let (status, saved) = editor.save(&ids[0], 2, &text("Edited tide after all")).await;
    assert_eq!((status, &saved["status"]), (200, &json!("draft")), "{saved}");
    let (status, moved) = editor.step(&ids[1], "schedule", &json!({"at": in_seconds(3_600)})).await;
    assert_eq!((status, &moved["status"]), (200, &json!("scheduled")), "{moved}");
    let (status, back) = editor.step(&ids[2], "withdraw", &json!({"reason": "not now"})).await;
    assert_eq!((status, &back["status"]), (200, &json!("draft")), "{back}");
    let mut mended = text("Mended text of the tide");
    (mended["status"], mended["publish_at"]) = (json!("scheduled"), json!(at));
    let (status, saved) = editor.save(&ids[3], 2, &mended).await;
    assert_eq!((status, &saved["status"]), (200, &json!("scheduled")), "{saved}");
    let feed = room.until("/en/feed.json", |feed| feed.contains("Mended text")).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    for title in ["Edited tide", "Moved tide", "Early tide"] {
        assert!(!feed.contains(title), "{title}: {feed}");
    }
    assert_eq!(
        leaks(&room, &["Edited tide", "Moved tide", "Early tide", "not now"]).await,
        Vec::<String>::new()
    );
    // What was only scheduled had no date for readers: it gets that of its publication.
    let (_, published) = editor.step(&ids[1], "publish", &json!({})).await;
    let date: jiff::Timestamp = published["published"].as_str().unwrap().parse().unwrap();
    assert!(date <= jiff::Timestamp::now(), "{published}");
}

#[tokio::test]
async fn a_time_that_has_come_publishes_at_once_and_one_that_is_unclear_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let (_, draft) = editor.create(&text("Yesterday's news")).await;
    let path = id(&draft);
    for (at, told) in [
        (json!("2026-10-25T02:30"), "offset"),
        (json!("tomorrow"), "expected a date"),
        (json!("2026-06-09"), "found the day"),
        (Value::Null, "expected a text"),
    ] {
        let (status, refused) = editor.step(&path, "schedule", &json!({"at": at})).await;
        assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/at")), "{refused}");
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains(told), "{refused}");
    }
    let (status, published) = editor.step(&path, "schedule", &json!({"at": in_seconds(-60)})).await;
    assert_eq!((status, &published["status"]), (200, &json!("published")), "{published}");
    room.until("/en/feed.json", |feed| feed.contains("Yesterday's news")).await;
    // Readers would see a date that has not come.
    let mut early = text("Too early");
    early["date"] = json!(in_seconds(86_400));
    let (_, draft) = editor.create(&early).await;
    let (status, refused) = editor.step(&id(&draft), "publish", &json!({})).await;
    assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/date")), "{refused}");
}

#[tokio::test]
async fn a_preview_is_the_page_as_it_will_look_and_only_for_the_office() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let author = Desk::of(&room, AUTHOR);
    let (_, draft) = author.create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    let path = format!("/v1/releases/{id}/preview");
    let look = |query: &'static str| room.request("GET", &format!("{path}{query}")).bearer_auth(AUTHOR).send();
    let shown = look("?lang=fr").await.unwrap();
    let header = |name: &str| {
        shown
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    };
    assert_eq!(
        [header("content-type"), header("cache-control"), header("x-robots-tag")],
        ["text/html; charset=utf-8", "no-store", "noindex"]
    );
    assert!(header("content-security-policy").contains("default-src 'none'"));
    let french = shown.text().await.unwrap();
    assert!(
        french.contains("Harbour fees fall (fr)") && french.contains("s&#39;est réuni") || french.contains("s'est réuni"),
        "{french}"
    );
    // In Arabic the English text stands in, as on the page.
    let arabic = look("?lang=ar").await.unwrap().text().await.unwrap();
    assert!(
        arabic.contains("dir=\"rtl\"") && arabic.contains("<article lang=\"en\" dir=\"ltr\">"),
        "{arabic}"
    );
    author.save(&id, 1, &text("Harbour fees rise")).await;
    assert!(look("").await.unwrap().text().await.unwrap().contains("Harbour fees rise"));
    assert!(
        look("?revision=1")
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("Harbour fees fall")
    );
    for (query, status) in [("?lang=de", 422), ("?lang=%00", 422), ("?revision=0", 422), ("?revision=9", 404)] {
        assert_eq!(look(query).await.unwrap().status(), status, "{query}");
    }
    assert_eq!(room.get(&path).await.status(), 401);
    // What is public then looks the same.
    let preview = look("?lang=en").await.unwrap().text().await.unwrap();
    let (_, published) = Desk::of(&room, OTHER).step(&id, "publish", &json!({})).await;
    let at = &published["path"];
    let page = format!(
        "/en/{}/{:02}/{}/",
        at["year"],
        at["month"].as_i64().unwrap(),
        at["slug"].as_str().unwrap()
    );
    let page = room.until(&page, |page| page.contains("Harbour fees rise")).await;
    let without = |page: &str| {
        page.lines()
            .filter(|line| !line.contains("pressroom-view") && !line.contains("<time"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(without(&page), without(&preview));
}

/// What the program says at the terminal: exit code, standard output, standard error.
fn terminal(room: &Room, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(crate::harness::program("pressroom"));
    command.args(arguments).args(["--data", room.data.to_str().unwrap()]);
    let done = command.env("PRESSROOM_URL", &room.url).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_works_from_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let (code, token, told) = terminal(&room, &["token", "create", "Ana Lima", "--role", "author"]);
    assert_eq!((code, told.contains("shown once")), (Some(0), true), "{told}");
    let token = token.trim();
    let (_, draft) = Desk::of(&room, token).create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    assert_eq!(draft["by"], json!({"name": "Ana Lima", "role": "author"}));
    let (code, _, told) = terminal(&room, &["token", "create", "Ana Lima", "--role", "editor"]);
    assert_eq!((code, told.contains("already")), (Some(1), true), "{told}");
    let (_, listed, _) = terminal(&room, &["token", "list"]);
    assert!(
        listed.contains("author") && listed.contains("Ana Lima") && !listed.contains(token),
        "{listed}"
    );
    let kept = room.store().get(&Key::Tokens).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&kept.bytes).contains(token), "a token is in the store");

    let (code, board, _) = terminal(&room, &["release", "list", "--status", "draft"]);
    assert_eq!((code, board.contains("Harbour fees fall")), (Some(0), true), "{board}");
    let (code, said, told) = terminal(&room, &["release", "publish", &id, "--note", "as agreed"]);
    assert_eq!((code, said.contains("published")), (Some(0), true), "{said}{told}");
    room.until("/en/feed.json", |feed| feed.contains("Harbour fees fall")).await;
    let (code, _, told) = terminal(&room, &["release", "publish", &id]);
    assert_eq!((code, told.contains("public already")), (Some(1), true), "{told}");
    let (code, _, told) = terminal(&room, &["release", "withdraw", &id, "--reason", "xx=?"]);
    assert_eq!((code, told.contains("/reason/xx")), (Some(1), true), "{told}");
    let reasons = ["--reason", "en=The figures were wrong", "--reason", "fr=Les chiffres"];
    let (code, said, told) = terminal(
        &room,
        &[&["release", "withdraw", &id, "--revision", "2"][..], &reasons[..]].concat(),
    );
    assert_eq!((code, said.contains("withdrawn")), (Some(0), true), "{said}{told}");
    room.until("/fr/feed.json", |feed| feed.contains("Les chiffres")).await;
    let (_, history, _) = terminal(&room, &["release", "history", &id]);
    assert!(history.contains("Ana Lima") && history.contains("as agreed"), "{history}");
    let (_, other) = Desk::of(&room, token).create(&text("Ferry delayed")).await;
    let other = self::id(&other);
    for step in ["submit", "approve"] {
        assert_eq!(terminal(&room, &["release", step, &other]).0, Some(0), "{step}");
    }
    let (_, history, _) = terminal(&room, &["release", "history", &other]);
    assert_eq!(history.lines().filter(|line| line.contains("approved")).count(), 1, "{history}");
    let (_, shown, _) = terminal(&room, &["release", "show", &id, "--revision", "1", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&shown).unwrap()["status"], "draft");
    let (code, _, told) = terminal(&room, &["release", "schedule", &id, "--at", "tomorrow"]);
    assert_eq!((code, told.contains("/at")), (Some(1), true), "{told}");

    let (code, said, _) = terminal(&room, &["token", "revoke", "Ana Lima"]);
    assert_eq!((code, said.contains("revoked")), (Some(0), true), "{said}");
    let (code, _, told) = terminal(&room, &["token", "revoke", "Ana Lima"]);
    assert_eq!((code, told.contains("no token for Ana Lima")), (Some(1), true), "{told}");
}
