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

use crate::{FeedId, FeedView, Kind, Public};

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

fn site() -> Site {
    site_with(&[])
}

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0155_3c1d_9c00_7000_8000_0000_0000_0000 + n)
}

/// A public release in English; `fields` change it.
fn revision(n: u128, fields: Value) -> Revision {
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

/// The filled feed of a language with these releases.
fn feed(site: &Site, tag: &str, revisions: &[Revision]) -> FeedView {
    let feed = FeedId::new(&lang(tag), Kind::Filled);
    let publics: Vec<Public> = revisions.iter().filter_map(|revision| Public::of(revision, site)).collect();
    let publics: Vec<&Public> = publics.iter().collect();
    FeedView::with(Some(&FeedView::empty(site, &feed)), &publics, site, &feed).unwrap_or_else(|| FeedView::empty(site, &feed))
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
        rss: text(view.to_rss(site, &feed).unwrap()),
        atom: text(view.to_atom(site, &feed).unwrap()),
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
