//! Languages: a translation that comes later, one that goes again, stand-ins of stand-ins, any original.

use serde_json::{Value, json};

use super::{Desk, OTHER, id, office, office_with};
use crate::harness::{Room, answer, top};

const LANGUAGES: [&str; 6] = ["en", "fr", "zh", "es", "ru", "ar"];

/// Titles of a feed's entries with the language each text is in.
async fn shown(room: &Room, feed: &str) -> Vec<(String, String)> {
    let items = room.json(feed).await["items"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items.iter().map(|item| (text(&item["title"]), text(&item["language"]))).collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(title, tag)| ((*title).to_owned(), (*tag).to_owned())).collect()
}

async fn page(room: &Room, language: &str, release: &Value) -> String {
    let path = &release["path"];
    let (year, month, slug) = (&path["year"], path["month"].as_i64().unwrap(), path["slug"].as_str().unwrap());
    room.text(&format!("/{language}/{year}/{month:02}/{slug}/")).await
}

/// Publishes and waits for the log, which is written last.
async fn publish(room: &Room, editor: &Desk<'_>, release: &Value) -> Value {
    let (status, published) = editor.step(&id(release), "publish", &json!({})).await;
    assert_eq!(status, 200, "{published}");
    let wanted = published["revision"].as_u64().unwrap();
    room.until("/changes/head.json", |log| {
        let log: Value = serde_json::from_str(log).unwrap();
        let mut changes = log["changes"].as_array().unwrap().iter();
        changes.any(|change| change["release"] == published["id"] && change["revision"] == wanted)
    })
    .await;
    published
}

#[tokio::test]
async fn an_office_posts_english_and_the_french_text_comes_a_day_later() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let english = json!({"title": "Harbour fees fall", "body": "The council met on 9 June 2026."});
    let french = json!({"title": "Les droits de port baissent", "body": "Le conseil s'est réuni le 9 juin 2026."});
    let only_english = json!({"date": "2026-06-09", "topics": ["research"], "texts": {"en": english}});
    let (_, first) = editor.create(&only_english).await;
    let first = publish(&room, &editor, &first).await;
    // Something newer, so that a place in the feed can be lost.
    let newer = json!({"date": "2026-06-10", "topics": ["research"], "texts": {"en": {"title": "Regatta on Sunday", "body": "Boats race."},
        "fr": {"title": "Régate dimanche", "body": "Les bateaux courent."}}});
    let (_, newer) = editor.create(&newer).await;
    publish(&room, &editor, &newer).await;

    let stand_in = pairs(&[("Régate dimanche", "fr"), ("Harbour fees fall", "en")]);
    for feed in ["/fr/feed.json", "/fr/topics/research/feed.json"] {
        assert_eq!(shown(&room, feed).await, stand_in, "{feed}");
    }
    assert_eq!(shown(&room, "/fr/only/feed.json").await, pairs(&[("Régate dimanche", "fr")]));
    let before = room.json("/fr/feed.json").await["items"][1].clone();
    let notice = "Ce communiqué n’est pas disponible en français.";
    let content = before["content_html"].as_str().unwrap();
    assert!(content.contains(notice) && content.contains("lang=\"en\""), "{content}");
    let old = page(&room, "fr", &first).await;
    assert!(old.contains(notice) && old.contains("<article lang=\"en\" dir=\"ltr\">"), "{old}");
    assert!(!old.contains("hreflang=\"fr\" href=\"http://127.0.0.1:8080/fr/2"), "{old}");

    // A day later.
    let both = json!({"date": "2026-06-09", "topics": ["research"], "texts": {"en": english, "fr": french}});
    let (status, saved) = editor.save(&id(&first), 2, &both).await;
    assert_eq!(status, 200, "{saved}");
    publish(&room, &editor, &saved).await;
    let translated = pairs(&[("Régate dimanche", "fr"), ("Les droits de port baissent", "fr")]);
    for feed in ["/fr/feed.json", "/fr/topics/research/feed.json", "/fr/only/feed.json"] {
        assert_eq!(shown(&room, feed).await, translated, "{feed}");
    }
    let after = room.json("/fr/feed.json").await["items"][1].clone();
    for same in ["id", "url", "date_published"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert!(after["date_modified"].as_str() > before["date_modified"].as_str(), "{after}");
    assert!(!after["content_html"].as_str().unwrap().contains(notice), "{after}");
    for (file, mark) in [("rss.xml", "<item>"), ("atom.xml", "<entry")] {
        let feed = room.text(&format!("/fr/{file}")).await;
        assert_eq!((feed.matches(mark).count(), feed.contains("Harbour fees")), (2, false), "{feed}");
        assert_eq!(feed.matches(after["id"].as_str().unwrap()).count(), 1, "{feed}");
    }
    let own = page(&room, "fr", &first).await;
    assert!(own.contains("<article lang=\"fr\" dir=\"ltr\">") && !own.contains(notice), "{own}");
    // Languages that still lack it show English as before, under their own ids.
    assert_eq!(shown(&room, "/ar/feed.json").await[1], pairs(&[("Harbour fees fall", "en")])[0]);
    assert_ne!(room.json("/ar/feed.json").await["items"][1]["id"], after["id"]);

    // The French text is taken back: the entry falls back again, in place.
    let (status, saved) = editor.save(&id(&first), 4, &only_english).await;
    assert_eq!(status, 200, "{saved}");
    publish(&room, &editor, &saved).await;
    assert_eq!(shown(&room, "/fr/feed.json").await, stand_in);
    assert_eq!(shown(&room, "/fr/only/feed.json").await, pairs(&[("Régate dimanche", "fr")]));
    let again = room.json("/fr/feed.json").await["items"][1].clone();
    assert_eq!((&again["id"], &again["content_html"]), (&before["id"], &before["content_html"]));
    assert!(again["date_modified"].as_str() > after["date_modified"].as_str(), "{again}");
    let back = page(&room, "fr", &first).await;
    assert!(back.contains(notice) && !back.contains("droits de port"), "{back}");
}

#[tokio::test]
async fn a_chain_of_stand_ins_is_gone_along_and_any_language_may_be_the_original() {
    let folder = tempfile::tempdir().unwrap();
    // Arabic readers get French before English, Chinese ones Russian.
    let chain = |site: &str, tag: &str, chain: &str| {
        let (before, after) = site.split_once(&format!("tag = \"{tag}\"")).unwrap();
        format!(
            "{before}tag = \"{tag}\"{}",
            after.replacen("fallback = [\"en\"]", &format!("fallback = {chain}"), 1)
        )
    };
    let room = office_with(folder.path(), |site| {
        chain(&chain(&site, "ar", "[\"fr\", \"en\"]"), "zh", "[\"ru\", \"fr\"]")
    })
    .await;
    let editor = Desk::of(&room, OTHER);
    let russian = json!({"language": "ru", "topics": ["research"], "event": {"name": "Форум приливов", "start": "2026-06-01", "end": "2026-06-03", "place": "Порт Тайдуотер"},
        "texts": {"ru": {"title": "Форум завершён", "body": "Участники разъехались по домам."},
            "fr": {"title": "Le forum est clos", "body": "Les participants sont rentrés chez eux."}}});
    let (status, draft) = editor.create(&russian).await;
    assert_eq!((status, &draft["language"]), (201, &json!("ru")), "{draft}");
    let release = publish(&room, &editor, &draft).await;
    for (language, title, shown_in) in [
        ("ru", "Форум завершён", "ru"),
        ("fr", "Le forum est clos", "fr"),
        ("ar", "Le forum est clos", "fr"),
        ("zh", "Форум завершён", "ru"),
        // Neither has a text of its own or of its chain: the original.
        ("en", "Форум завершён", "ru"),
        ("es", "Форум завершён", "ru"),
    ] {
        assert_eq!(
            shown(&room, &format!("/{language}/feed.json")).await,
            pairs(&[(title, shown_in)]),
            "{language}"
        );
        let html = page(&room, language, &release).await;
        assert!(html.contains(&format!("<html lang=\"{language}\"")), "{language}: {html}");
        assert!(
            html.contains(&format!("<article lang=\"{shown_in}\" dir=\"ltr\">")),
            "{language}: {html}"
        );
        // The event is told once for all, its days in the words of the text.
        let days = if shown_in == "ru" { "1 июня 2026" } else { "1 juin 2026" };
        assert!(html.contains("Форум приливов") && html.contains(days), "{language}: {html}");
        let only = shown(&room, &format!("/{language}/only/feed.json")).await;
        assert_eq!(only.len(), usize::from(language == shown_in), "{language}");
        let dates = room.json(&format!("/{language}/feed.json")).await["items"][0]["date_published"].clone();
        assert_eq!(dates, room.json("/ru/feed.json").await["items"][0]["date_published"]);
    }
    let public = room.json(&format!("/releases/{}.json", id(&release))).await;
    assert_eq!(
        (&public["language"], &public["languages"]),
        (&json!("ru"), &json!(["fr", "ru"])),
        "{public}"
    );
    assert_eq!(public["event"]["name"], "Форум приливов");
}

#[tokio::test]
async fn a_language_is_named_by_its_tag_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let post = async |tag: &str| {
        editor
            .create(&json!({"language": tag, "texts": {tag: {"title": "One", "body": "b"}}}))
            .await
    };
    for (tag, kept) in [("EN", "en"), ("Fr", "fr"), ("zH", "zh")] {
        let (status, saved) = post(tag).await;
        assert_eq!((status, &saved["language"]), (201, &json!(kept)), "{tag}: {saved}");
        assert!(saved["texts"].get(kept).is_some(), "{tag}: {saved}");
    }
    // Written in its usual form where it is understood, and the site lacks it.
    for (tag, told) in [
        ("zh_CN", "`zh-CN` is no language of this site; it has en, fr, zh"),
        ("pt-br", "`pt-BR` is no"),
    ] {
        let (status, refused) = post(tag).await;
        let message = refused["errors"][0]["message"].as_str().unwrap();
        assert!(status == 422 && message.contains(told), "{tag}: {refused}");
    }
    for tag in ["x", "english-", "en-", "", "en fr", "../en"] {
        let (status, refused) = post(tag).await;
        assert_eq!(status, 422, "{tag}: {refused}");
        let message = refused["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("expected"), "{tag}: {message}");
    }
    // The same language twice is one too many.
    let twice = json!({"texts": {"en": {"title": "One", "body": "b"}, "EN": {"title": "Two", "body": "b"}}});
    let (status, refused) = editor.create(&twice).await;
    assert_eq!(status, 422, "{refused}");
}

/// A page of the `WML` that Debian's translators write: title, day, HTML.
fn wml(source: &str) -> (String, String, String) {
    let lines = source.lines().filter(|line| !line.starts_with('#'));
    let text = lines.collect::<Vec<_>>().join("\n").replace("\\\n", "");
    let tag = |name: &str| {
        let (_, rest) = text.split_once(&format!("<define-tag {name}>")).unwrap();
        rest.split_once("</define-tag>").unwrap().0.trim().to_owned()
    };
    let body = text.rsplit_once("</define-tag>").unwrap().1.trim().to_owned();
    (tag("pagetitle"), tag("release_date"), body)
}

#[tokio::test]
async fn five_versions_of_a_real_announcement_are_one_release_and_arabic_falls_back() {
    let folder = top().join("../shared/cases/imports");
    if !folder.exists() {
        println!("skipped: {} is not on this machine", folder.display());
        return;
    }
    let mut texts = serde_json::Map::new();
    let (mut day, mut titles) = (String::new(), Vec::new());
    for tag in ["en", "fr", "zh", "es", "ru"] {
        let source = std::fs::read_to_string(folder.join(format!("conference-close.{tag}.wml"))).unwrap();
        let (title, date, body) = wml(&source);
        titles.push((tag, title.clone()));
        texts.insert(tag.to_owned(), json!({"title": title, "body": body, "format": "html"}));
        day = date;
    }
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let editor = Desk::of(&room, OTHER);
    let (status, draft) = editor
        .create(&json!({"date": day, "topics": ["conferences"], "texts": texts}))
        .await;
    assert_eq!((status, &draft["date"]), (201, &json!(day)), "{draft}");
    // Nothing stops it; what translators left out or wrote otherwise is told.
    let check = room
        .request("POST", &format!("/v1/releases/{}/check", id(&draft)))
        .bearer_auth(OTHER);
    let (_, checked) = answer(check).await;
    assert_eq!(checked["errors"], json!([]));
    println!("{} warnings", checked["warnings"].as_array().unwrap().len());
    let (status, published) = editor.step(&id(&draft), "publish", &json!({})).await;
    assert_eq!(status, 200, "{published}");
    let date: jiff::Timestamp = published["published"].as_str().unwrap().parse().unwrap();
    assert_eq!(date.to_string(), "2017-08-11T22:00:00Z", "midnight in Brussels");
    room.until("/changes/head.json", |log| log.contains(&id(&draft))).await;

    for (tag, title) in &titles {
        assert_eq!(shown(&room, &format!("/{tag}/feed.json")).await, pairs(&[(title, tag)]), "{tag}");
        let html = page(&room, tag, &published).await;
        assert!(html.contains(&format!("<article lang=\"{tag}\" dir=\"ltr\">")), "{tag}: {html}");
        assert!(
            !html.contains("role=\"note\"") && html.contains("https://debconf17.debconf.org"),
            "{tag}: {html}"
        );
        // Its own addresses and its own id, one release.
        assert_eq!(room.text(&format!("/{tag}/rss.xml")).await.matches("<item>").count(), 1, "{tag}");
    }
    let english = titles[0].1.as_str();
    assert_eq!(shown(&room, "/ar/feed.json").await, pairs(&[(english, "en")]));
    assert_eq!(shown(&room, "/ar/only/feed.json").await, []);
    let arabic = page(&room, "ar", &published).await;
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\""), "{arabic}");
    assert!(arabic.contains("<article lang=\"en\" dir=\"ltr\">"), "{arabic}");
    assert!(arabic.contains("12 أغسطس 2017"), "the date is in Arabic: {arabic}");
    let item = room.json("/ar/feed.json").await["items"][0].clone();
    let content = item["content_html"].as_str().unwrap();
    // The notice in Arabic, from right to left; the text from left to right.
    assert!(content.starts_with("<div lang=\"ar\" dir=\"rtl\">"), "{content}");
    assert!(content.contains("<div lang=\"en\" dir=\"ltr\">"), "{content}");
    let atom = room.text("/ar/atom.xml").await;
    assert!(atom.contains("xml:lang=\"en\""), "{atom}");
    let rss = room.text("/ar/rss.xml").await;
    assert!(rss.contains("<dc:language>en</dc:language>"), "{rss}");
    // The entry links the real languages; the feed links itself besides.
    let (_, entry) = atom.split_once("<entry").unwrap();
    for tag in LANGUAGES {
        let alternates = entry.matches(&format!("hreflang=\"{tag}\"")).count();
        assert_eq!(alternates > 0, tag != "ar", "{tag}");
    }
}

crate::stack::on_a_stack!(
    an_office_posts_english_and_the_french_text_comes_a_day_later,
    a_language_is_named_by_its_tag_or_refused,
    five_versions_of_a_real_announcement_are_one_release_and_arabic_falls_back,
);
