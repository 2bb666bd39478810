//! Submit, approve, publish, schedule, correct, withdraw, restore: what each screen says and does.

use serde_json::{Value, json};

use super::{Browser, Screen, written};
use crate::{
    editorial::{AUTHOR, OTHER, office},
    harness::{Room, answer},
};

async fn latest(room: &Room, id: &str) -> Value {
    answer(room.request("GET", &format!("/v1/releases/{id}")).bearer_auth(OTHER))
        .await
        .1
}

fn steps(screen: &Screen) -> Vec<String> {
    screen.texts(".steps a")
}

#[tokio::test]
async fn a_press_officer_goes_from_a_draft_to_publication_correction_withdrawal_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, OTHER).await;
    let id = written(&browser, "Harbour fees fall").await;
    let path = format!("/desk/releases/{id}");
    // Saved and on to publication in one go.
    let sheet = browser.open(&path).await.form("#editor").with("contacts", "press");
    let publish = browser.press(&sheet, ("do", "go-publish")).await;
    assert_eq!(publish.texts("h1"), ["Publish now"]);
    let done = browser
        .press_only(&publish.form("main form").with("note", "as agreed"), ("do", "take"))
        .await;
    assert_eq!(
        (done.status, done.location.clone()),
        (303, format!("{path}/where")),
        "{}",
        done.text
    );
    room.until("/en/feed.json", |feed| feed.contains("Harbour fees fall")).await;
    // Corrected: readers keep the first until the correction is out.
    let editor = browser.open(&path).await;
    assert!(
        editor.text.contains("correction.note.en") && steps(&editor).contains(&"Where it is now".to_owned()),
        "{:?}",
        steps(&editor)
    );
    let sheet = editor
        .form("#editor")
        .with("texts.en.body", "The council met and did not agree.")
        .with("correction.note.en", "The outcome was wrong");
    let publish = browser.press(&sheet, ("do", "go-publish")).await;
    assert_eq!(latest(&room, &id).await["status"], "draft");
    assert!(
        publish.main().contains("Compared with revision 3, which is public"),
        "{}",
        publish.main()
    );
    assert!(
        publish
            .texts(".changes ins")
            .iter()
            .any(|new| new.contains("did not agree") || new.contains("did not")),
        "{}",
        publish.text
    );
    browser.press(&publish.form("main form"), ("do", "take")).await;
    room.until("/en/feed.json", |feed| feed.contains("The outcome was wrong")).await;
    // Withdrawn: the screen says where it will disappear, and needs a reason.
    let withdraw = browser.open(&format!("{path}/withdraw")).await;
    let places = withdraw.texts(".places li").join("\n");
    for place in [
        "/en/2",
        "/ar/2",
        "/fr/rss.xml",
        "/en/only/atom.xml",
        &format!("/releases/{id}.json"),
    ] {
        assert!(places.contains(place), "{place}: {places}");
    }
    let without = browser.press(&withdraw.form("main form"), ("do", "take")).await;
    assert_eq!(without.status, 422);
    assert!(without.main().contains("Readers need a reason"), "{}", without.main());
    let sheet = withdraw
        .form("main form")
        .with("reason.en", "The figures were wrong")
        .with("reason.fr", "Les chiffres étaient faux");
    let withdrawn = browser.press(&sheet, ("do", "take")).await;
    assert_eq!(withdrawn.texts("h1"), ["Where it is now"]);
    room.until("/fr/feed.json", |feed| feed.contains("Les chiffres étaient faux")).await;
    let restore = browser.open(&format!("{path}/restore")).await;
    browser.press(&restore.form("main form"), ("do", "take")).await;
    room.until("/en/feed.json", |feed| feed.contains("did not agree")).await;
    let history = browser.open(&format!("{path}/history")).await;
    let told = history.texts(".history .tag");
    assert_eq!(
        told,
        ["Published", "Withdrawn", "Published", "Draft", "Published", "Draft", "Draft"]
    );
    assert!(
        history.main().contains("as agreed") && history.main().contains("Withdrawn: The figures were wrong"),
        "{}",
        history.main()
    );
}

#[tokio::test]
async fn somebody_else_approves_and_sees_what_changed_since_the_last_approval() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(true, folder.path()).await;
    let (author, editor) = (Browser::signed_in(&room, AUTHOR).await, Browser::signed_in(&room, OTHER).await);
    let id = written(&author, "Harbour fees fall").await;
    let path = format!("/desk/releases/{id}");
    assert_eq!(steps(&author.open(&path).await), ["Submit", "History"]);
    let submit = author.open(&format!("{path}/submit")).await;
    assert_eq!(author.press(&submit.form("main form"), ("do", "take")).await.status, 200);
    // An author neither sees nor takes what editors do.
    for step in ["approve", "publish", "schedule", "withdraw", "restore"] {
        assert_eq!(author.open(&format!("{path}/{step}")).await.status, 403, "{step}");
        assert_eq!(
            author
                .send(&format!("{path}/{step}"), &[("revision", "2"), ("do", "take")])
                .await
                .status,
            403,
            "{step}"
        );
    }
    assert_eq!(latest(&room, &id).await["revision"], 2);
    let approve = editor.open(&format!("{path}/approve")).await;
    assert!(
        approve.main().contains("Nothing was approved or public before"),
        "{}",
        approve.main()
    );
    assert_eq!(editor.press(&approve.form("main form"), ("do", "take")).await.status, 200);
    // Changed afterwards, submitted again: the approval is of another text.
    let sheet = author
        .open(&path)
        .await
        .form("#editor")
        .with("texts.en.body", "The council met and argued.");
    let submit = author.press(&sheet, ("do", "go-submit")).await;
    author.press(&submit.form("main form"), ("do", "take")).await;
    let publish = editor.open(&format!("{path}/publish")).await;
    let refused = editor.press(&publish.form("main form"), ("do", "take")).await;
    assert_eq!(refused.status, 409);
    assert!(refused.main().contains("needs an approval by somebody else"), "{}", refused.main());
    let approve = editor.open(&format!("{path}/approve")).await;
    assert!(
        approve.main().contains("Compared with revision 3, which was approved"),
        "{}",
        approve.main()
    );
    let (gone, new) = (approve.texts(".changes del").join(" "), approve.texts(".changes ins").join(" "));
    assert!(gone.contains("agreed") && new.contains("argued"), "{gone} / {new}");
    editor.press(&approve.form("main form"), ("do", "take")).await;
    let publish = editor.open(&format!("{path}/publish")).await;
    assert_eq!(
        editor.press(&publish.form("main form"), ("do", "take")).await.texts("h1"),
        ["Where it is now"]
    );
    assert_eq!(latest(&room, &id).await["status"], "published");
}

#[tokio::test]
async fn in_an_emergency_it_goes_out_with_a_reason_and_the_board_remembers() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(true, folder.path()).await;
    let editor = Browser::signed_in(&room, OTHER).await;
    let id = written(&editor, "Storm closes the harbour").await;
    let publish = editor.open(&format!("/desk/releases/{id}/publish")).await;
    let done = editor
        .press(&publish.form("main form").with("emergency", "Ships are at sea"), ("do", "take"))
        .await;
    assert_eq!(done.texts("h1"), ["Where it is now"], "{}", done.text);
    assert_eq!(latest(&room, &id).await["emergency"]["reason"], "Ships are at sea");
    assert_eq!(editor.open("/desk").await.texts(".tag.emergency"), ["Published without approval"]);
    // Whoever published it does not approve it.
    let own = editor.open(&format!("/desk/releases/{id}/approve")).await;
    assert!(
        own.main().contains("second cannot approve this") && own.texts("main form").is_empty(),
        "{}",
        own.main()
    );
    let other = Browser::signed_in(&room, &room.token).await;
    let approve = other.open(&format!("/desk/releases/{id}/approve")).await;
    assert_eq!(other.press(&approve.form("main form"), ("do", "take")).await.status, 200);
    assert!(editor.open("/desk").await.texts(".tag.emergency").is_empty());
}

#[tokio::test]
async fn a_schedule_is_in_the_offices_time_and_shown_in_full_before_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Browser::signed_in(&room, OTHER).await;
    let id = written(&editor, "Harbour fees fall").await;
    let path = format!("/desk/releases/{id}/schedule");
    let screen = editor.open(&path).await;
    assert!(screen.main().contains("Europe/Brussels"), "{}", screen.main());
    for (at, said) in [
        ("", "No time was understood"),
        ("tomorrow", "No time was understood"),
        ("2020-01-01T10:00", "is past"),
        ("2099-03-29T02:30", "does not exist"),
    ] {
        let refused = editor.press(&screen.form("main form").with("at", at), ("do", "take")).await;
        assert_eq!(refused.status, 422, "{at}");
        assert_eq!(refused.texts("#at-told .error").len(), 1, "{at}");
        assert!(refused.main().contains(said), "{at}: {}", refused.main());
    }
    assert_eq!(latest(&room, &id).await["revision"], 1);
    let look = editor
        .press(&screen.form("main form").with("at", "2098-12-09T10:00"), ("do", "look"))
        .await;
    assert_eq!(look.status, 200, "{}", look.text);
    let exact = look.texts("#exact label").join(" ");
    for part in ["Dec 9, 2098", "10:00", "Europe/Brussels", "UTC+01:00", "9:00"] {
        assert!(exact.contains(part), "{part}: {exact}");
    }
    assert_eq!(
        latest(&room, &id).await["revision"],
        1,
        "nothing is scheduled before it is confirmed"
    );
    // Another time that nobody has seen in full is looked at first.
    let changed = editor
        .press(&look.form("main form").with("at", "2098-12-10T10:00"), ("do", "take"))
        .await;
    assert!(changed.texts("#exact label").join(" ").contains("Dec 10"), "{}", changed.text);
    let done = editor.press(&look.form("main form"), ("do", "take")).await;
    assert_eq!(done.status, 200);
    let kept = latest(&room, &id).await;
    assert_eq!(
        (&kept["status"], &kept["publish_at"]),
        (&json!("scheduled"), &json!("2098-12-09T09:00:00Z"))
    );
    assert!(done.main().contains("Europe/Brussels"), "{}", done.main());
    // An hour that comes twice is one of two.
    let twice = editor
        .press(
            &editor.open(&path).await.form("main form").with("at", "2098-10-26T02:30"),
            ("do", "look"),
        )
        .await;
    assert_eq!(
        twice.attributes("#exact input", "value"),
        ["2098-10-26T00:30:00Z", "2098-10-26T01:30:00Z"]
    );
    // Edited while it waits: the schedule is kept or left, as one says.
    let sheet = editor
        .open(&format!("/desk/releases/{id}"))
        .await
        .form("#editor")
        .with("texts.en.body", "Changed meanwhile.");
    assert_eq!(editor.press(&sheet, ("do", "keep")).await.status, 200);
    let kept = latest(&room, &id).await;
    assert_eq!(
        (&kept["status"], &kept["publish_at"]),
        (&json!("scheduled"), &json!("2098-12-09T09:00:00Z"))
    );
    let sheet = editor.open(&format!("/desk/releases/{id}")).await.form("#editor");
    editor.press(&sheet, ("do", "save")).await;
    assert_eq!(latest(&room, &id).await["status"], "draft");
}

#[tokio::test]
async fn errors_stop_a_step_until_somebody_answers_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Browser::signed_in(&room, OTHER).await;
    let id = written(&editor, "[NAME] opens the harbour").await;
    let publish = editor.open(&format!("/desk/releases/{id}/publish")).await;
    assert!(
        publish.main().contains("These errors stop it") && publish.main().contains("something is still to be filled in here"),
        "{}",
        publish.main()
    );
    let refused = editor.press(&publish.form("main form"), ("do", "take")).await;
    assert_eq!(refused.status, 422);
    let done = editor
        .press(&refused.form("main form").with("override", "It is called so"), ("do", "take"))
        .await;
    assert_eq!(done.texts("h1"), ["Where it is now"]);
    assert_eq!(latest(&room, &id).await["overridden"]["reason"], "It is called so");
}

#[tokio::test]
async fn nobody_acts_on_a_text_that_he_has_not_seen() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Browser::signed_in(&room, OTHER).await;
    let id = written(&editor, "Harbour fees fall").await;
    let publish = editor.open(&format!("/desk/releases/{id}/publish")).await.form("main form");
    let sheet = editor
        .open(&format!("/desk/releases/{id}"))
        .await
        .form("#editor")
        .with("texts.en.title", "Harbour fees rise");
    editor.press(&sheet, ("do", "save")).await;
    let stale = editor.press(&publish, ("do", "take")).await;
    assert_eq!(stale.status, 412);
    assert!(
        stale.main().contains("Somebody saved meanwhile") && stale.main().contains("Harbour fees rise"),
        "{}",
        stale.main()
    );
    assert_eq!(latest(&room, &id).await["status"], "draft");
    assert_eq!(
        editor.press(&stale.form("main form"), ("do", "take")).await.texts("h1"),
        ["Where it is now"]
    );
}
