//! Known failures of the field, each a test whose name begins with the entry's number: what a feed's bytes say.

mod addresses;
mod dates;
mod identity;
mod languages;
mod metadata;
mod order;

use release::{Lang, Revision, Site};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{FeedId, FeedView, Item, Kind, Public};

/// A site in four languages; `replaced` changes its text.
fn site_with(replaced: &[(&str, &str)]) -> Site {
    let mut text = r#"base_url = "https://press.tidewater.example"
organisation = "Tidewater Council"
email = "press@tidewater.example"
timezone = "Europe/Brussels"
languages = [
    { tag = "en", title = "News", description = "All news." },
    { tag = "fr", title = "Actualités", description = "Toutes les actualités." },
    { tag = "zh", title = "新闻", description = "所有新闻。" },
    { tag = "ar", title = "أخبار", description = "كل الأخبار." },
]
topics = [{ id = "trade", label = { en = "Trade", fr = "Commerce" } }, { id = "research", label = { en = "Research" } }]
"#
    .to_owned();
    for (from, to) in replaced {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    Site::parse(&text, "site.toml").unwrap()
}

pub(crate) fn site() -> Site {
    site_with(&[])
}

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0155_3c1d_9c00_7000_8000_0000_0000_0000 + n)
}

/// A public release in English; `fields` change it.
pub(crate) fn revision(n: u128, fields: Value) -> Revision {
    let mut document = json!({
        "schema": 1, "id": id(n), "revision": 1, "at": "2016-06-09T10:00:00Z", "by": {"name": "desk", "role": "editor"},
        "status": "published", "language": "en", "published": "2016-06-08T22:00:00Z", "updated": "2016-06-09T10:00:00Z",
        "path": {"year": 2016, "month": 6, "slug": format!("release-{n}")},
        "texts": {"en": {"title": format!("Release {n}"), "body": "One paragraph."}}
    });
    for (name, field) in fields.as_object().unwrap() {
        document[name] = field.clone();
    }
    Revision::read(
        document.to_string().as_bytes(),
        id(n),
        document["revision"].as_u64().unwrap().try_into().unwrap(),
    )
    .unwrap()
}

/// Cards of so many releases in English, newest first as a month has them.
pub(crate) fn cards(site: &Site, count: usize) -> Vec<crate::Card> {
    let card = |n: usize| {
        let revision = revision(n as u128, json!({}));
        let public = Public::of(&revision, site).unwrap();
        crate::ReleaseView::admit(None, &revision, &public, site).unwrap().card()
    };
    (0..count).map(card).collect()
}

/// The filled feed of a language with these releases.
fn feed(site: &Site, tag: &str, revisions: &[Revision]) -> FeedView {
    let feed = FeedId::new(&lang(tag), Kind::Filled);
    let publics: Vec<Public> = revisions.iter().filter_map(|revision| Public::of(revision, site)).collect();
    let publics: Vec<&Public> = publics.iter().collect();
    FeedView::with(Some(&FeedView::empty(site, &feed)), &publics, site, &feed).unwrap_or_else(|| FeedView::empty(site, &feed))
}

/// Items with everything that is hard to write.
pub(crate) fn items() -> Vec<Item> {
    let item = |title: &str, more: serde_json::Value| {
        let mut item = json!({
            "id": "urn:uuid:<x>", "url": "https://press.example.org/en/x/?a=1&b=2", "title": title, "content_html": format!("<p class=\"a\">{title}</p>\n]]>]]>"),
            "summary": format!("{title}\n]]> & 'more'"), "date_published": "2024-06-06T00:00:00+02:00", "date_modified": "2024-12-31T23:59:59Z", "language": "en",
            "_pressroom": {"release": "018f0000-0000-7000-8000-000000000001", "revision": 1, "status": "published", "fallback": false, "translations": {},
                "json": "https://press.example.org/x.json"}
        });
        let (Some(fields), serde_json::Value::Object(more)) = (item.as_object_mut(), more) else {
            panic!("expected objects")
        };
        for (name, value) in more {
            match (fields.get_mut(&name), value) {
                (Some(serde_json::Value::Object(known)), serde_json::Value::Object(value)) => known.extend(value),
                (_, value) => drop(fields.insert(name, value)),
            }
        }
        serde_json::from_value(item).unwrap()
    };
    let file = |kind: &str, name: &str| {
        json!({"url": format!("https://press.example.org/media/{name}"), "mime_type": kind, "title": format!("{name} \"a\" & <b>"),
            "size_in_bytes": 48_213, "_pressroom": {"sha256": "00"}})
    };
    let translations = json!({"en": "https://press.example.org/en/x/", "zh": "https://press.example.org/zh/x/?<&>"});
    vec![
        item("", json!({"content_html": "", "summary": ""})),
        item("R&D <b> \"quotes\" 'and' &amp; ]]> 闭幕 👩‍👩‍👧 \u{2028}", json!({})),
        item(
            "All of it",
            json!({
                "tags": ["Conferences & more", "<Technology>"], "attachments": [file("image/jpeg", "a.jpg"), file("application/pdf", "b.pdf")],
                "_pressroom": {"topics": ["conferences", "technology"], "translations": translations},
            }),
        ),
        item(
            "Withdrawn",
            json!({"language": "ar", "_pressroom": {"status": "withdrawn", "translations": translations}}),
        ),
    ]
}

/// A feed in its three formats.
struct Formats {
    rss: String,
    atom: String,
    json: String,
}

fn formats(site: &Site, view: &FeedView) -> Formats {
    let feed = FeedId::new(&view.language, Kind::Filled);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Formats {
        rss: text(view.to_rss(site, &feed).unwrap().to_vec()),
        atom: text(view.to_atom(site, &feed).unwrap().to_vec()),
        json: text(crate::to_json(view)),
    }
}

/// What stands between `open` and `close`, each time.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    let after = text.split(open).skip(1);
    after.map(|rest| rest.split(close).next().unwrap_or_default()).collect()
}

/// The part of a feed that holds its entries.
fn entries<'a>(text: &'a str, open: &str) -> &'a str {
    text.split_once(open).map_or("", |(_, rest)| rest)
}
