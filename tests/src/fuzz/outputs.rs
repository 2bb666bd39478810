//! A release as JSON, through every document that readers get of it: each is parsed by somebody else's parser, which finds the title again.

use std::cell::Cell;

use bolero::check;
use feed::{FeedId, FeedView, Kind, Public, release_page, to_json};
use release::Lang;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::{corpus, spelled};
use crate::{
    newsroom::{self, Saved},
    properties::text::{line, squashed},
};

const PIECES: [&str; 59] = [
    "a",
    "Tide",
    " ",
    " ",
    "\n",
    "\n\n",
    "\t",
    "\u{1}",
    "\u{fffe}",
    "\u{a0}",
    "\u{2028}",
    "\u{202e}",
    "é",
    "e\u{301}",
    "闭幕",
    "مرحبا",
    "👩\u{200d}👧",
    "]]>",
    "<![CDATA[",
    "<",
    ">",
    "&",
    "&amp;",
    "&#0;",
    "&bogus;",
    "\"",
    "'",
    "\\",
    "</script>",
    "<!--",
    "-->",
    "<?xml?>",
    "<p>",
    "</p>",
    "<b onclick=x>",
    "<img src=/a.png alt=x>",
    "<svg>",
    "<table><td>",
    "</table>",
    "<abbr title='<table>'>",
    "<td title=\"",
    "# ",
    "* ",
    "[x](https://a.example/)",
    "[x](javascript:x)",
    "`",
    "> ",
    "https://a.example/?b=1&c=2",
    "press@example.org",
    "{{",
    "%00",
    "..",
    "/",
    "=1+1",
    "true",
    "9 June 2016",
    "0",
    "-",
    "x",
];

const LANGUAGES: [&str; 6] = ["en", "fr", "zh", "es", "ru", "ar"];

/// A release whose fields are spelled by parts of the bytes.
fn composed(bytes: &[u8]) -> Value {
    let choice = usize::from(bytes.first().copied().unwrap_or_default());
    let part = bytes.len() / 9;
    let field = |n: usize| spelled(&bytes[n * part..(n + 1) * part], &PIECES);
    let format = ["markdown", "html", "text"][choice % 3];
    let text = json!({
        "title": field(0), "subtitle": field(1), "summary": field(2), "dateline": field(3), "body": field(4),
        "format": format,
    });
    json!({
        "language": LANGUAGES[choice % 6],
        "texts": {LANGUAGES[choice % 6]: text},
        "topics": [if choice % 2 == 0 { "research" } else { "technology" }],
        "event": {"name": field(5)},
        "media": [{"sha256": "0".repeat(64), "name": "a.jpg", "type": "image/jpeg", "size": 1, "alt": {"en": field(6)}, "caption": {"en": field(7)}, "credit": field(8)}],
    })
}

/// The title of the only entry as foreign parsers of feeds have it.
fn titles(kind: &str, document: &[u8]) -> Vec<String> {
    let feed = feed_rs::parser::parse(document).unwrap_or_else(|e| panic!("feed-rs refuses the {kind}: {e}"));
    assert_eq!(feed.entries.len(), 1);
    let by_feed_rs = feed.entries[0]
        .title
        .as_ref()
        .map(|title| title.content.clone())
        .unwrap_or_default();
    let other = match kind {
        "rss" => rss::Channel::read_from(document).unwrap().items()[0]
            .title()
            .unwrap_or_default()
            .to_owned(),
        "atom" => atom_syndication::Feed::read_from(document).unwrap().entries()[0]
            .title()
            .value
            .clone(),
        _ => serde_json::from_slice::<Value>(document).unwrap()["items"][0]["title"]
            .as_str()
            .unwrap()
            .to_owned(),
    };
    vec![by_feed_rs, other]
}

/// True when the release was taken.
fn judge(draft: &Value) -> bool {
    let site = newsroom::site();
    let saved = Saved::first("T");
    let revision = match newsroom::revision(draft, &site, saved) {
        Ok(revision) => revision,
        Err(found) => {
            for fault in &found.0 {
                assert!(
                    !fault.message.is_empty() && !fault.message.chars().any(char::is_control),
                    "{fault:?}"
                );
                assert!(fault.pointer.is_empty() || fault.pointer.starts_with('/'), "{fault:?}");
            }
            return false;
        }
    };
    let stored: Value = serde_json::from_slice(&revision.to_bytes()).unwrap();
    let public = Public::of(&revision, &site).unwrap();
    let document: Value = serde_json::from_slice(&to_json(&public)).unwrap();
    for tag in ["en", "ar"] {
        let language = Lang::parse(tag).unwrap();
        let id = FeedId::new(&language, Kind::Filled);
        let view = FeedView::with(None, &[&public], &site, &id).unwrap();
        let shown = view.items[0].language.to_string();
        // What the press office wrote, cleaned by the tests' own hand.
        let written = draft["texts"][shown.as_str()]["title"]
            .as_str()
            .map_or_else(|| stored["texts"][shown.as_str()]["title"].as_str().unwrap().to_owned(), line);
        let rss = view.to_rss(&site, &id).unwrap();
        let atom = view.to_atom(&site, &id).unwrap();
        for (kind, bytes) in [("rss", &rss[..]), ("atom", &atom[..]), ("json", &to_json(&view)[..])] {
            for found in titles(kind, bytes) {
                assert_eq!(
                    squashed(&found),
                    squashed(&written),
                    "{tag} {kind}: {}",
                    String::from_utf8_lossy(bytes)
                );
            }
        }
        assert_eq!(document["texts"][shown.as_str()]["title"], written.as_str());
        let page = String::from_utf8(release_page(&public, &site, &language).unwrap()).unwrap();
        let page = Html::parse_document(&page);
        let all = |css: &str| {
            let selector = Selector::parse(css).unwrap();
            page.select(&selector)
                .map(|element| element.text().collect::<String>())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            all("h1").iter().map(|title| squashed(title)).collect::<Vec<_>>(),
            [squashed(&written)]
        );
        // Each table of the text has a frame, and nothing else has one.
        let within = |css: &str| page.select(&Selector::parse(css).unwrap()).count();
        let outermost = within("article table") - within("article table table");
        assert_eq!(within("article div.wide[tabindex='0'] > table:only-child"), outermost);
        assert_eq!(within("article [tabindex]"), outermost);
        // The data of the page says the same, and no text leads out of it.
        let data = all("script[type='application/ld+json']");
        assert_eq!(data.len(), 1);
        let data: Value = serde_json::from_str(&data[0]).unwrap();
        assert_eq!(data["headline"], written.as_str());
        assert_eq!(
            all("script:not([type='application/ld+json']), iframe, form, svg, math, object, embed, template, style, base"),
            Vec::<String>::new()
        );
    }
    true
}

#[test]
fn whatever_is_sent_is_refused_by_name_or_found_again_in_every_document() {
    let taken = Cell::new(0_u32);
    let asked = Cell::new(0_u32);
    let count = std::panic::AssertUnwindSafe((&taken, &asked));
    check!(name = "outputs")
        .with_iterations(400)
        .with_max_len(160)
        .for_each(move |bytes: &[u8]| {
            let draft = std::str::from_utf8(bytes).ok().and_then(|text| serde_json::from_str(text).ok());
            let took = judge(&draft.unwrap_or_else(|| composed(bytes)));
            let (taken, asked) = *count;
            taken.set(taken.get() + u32::from(took));
            asked.set(asked.get() + 1);
        });
    assert!(taken.get() * 3 > asked.get(), "only {} of {} were taken", taken.get(), asked.get());
}

#[test]
fn the_corpus_of_releases_is_json_of_which_some_are_taken_and_some_refused() {
    let all: Vec<Value> = corpus("outputs")
        .values()
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect();
    let taken = all.iter().filter(|draft| judge(draft)).count();
    assert!(all.len() >= 25 && taken >= 12 && all.len() - taken >= 8, "{taken} of {}", all.len());
}
