//! Approval by somebody else, and what cannot wait for it.

use serde_json::{Value, json};

use super::{AUTHOR, Desk, OTHER, id, office, text};

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
    let other = super::id(&other);
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
