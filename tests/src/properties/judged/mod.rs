//! Whatever a press office writes, every feed is well-formed, and foreign programs find the text in it again.

use ::release::{self, Lang, Site};
mod config;
mod markup;

use std::cell::{Cell, RefCell};

use feed::{FeedId, FeedView, Kind, Public, to_json};
use proptest::{prelude::*, test_runner::TestCaseError};
use serde_json::json;

use super::{
    release::{self as any, Format, Texts, plain, texts},
    runner,
    text::{line, squashed},
};
use crate::{
    newsroom::{self, Saved},
    wire::{Entry, Wire},
};

/// The feed of the text's own language, and one that shows it as stand-in, from right to left.
const FEEDS: [&str; 2] = ["fr", "ar"];

fn public(texts: &Texts, site: &Site) -> Result<Public, release::Faults> {
    let saved = Saved::first(&texts.title);
    Ok(Public::of(&newsroom::revision(&texts.draft(), site, saved)?, site).unwrap())
}

/// The three formats of a feed that shows one release.
fn documents(public: &Public, site: &Site, language: &str) -> [(&'static str, String); 3] {
    let feed = FeedId::new(&Lang::parse(language).unwrap(), Kind::Filled);
    let view = FeedView::with(None, &[public], site, &feed).unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    [
        ("rss", text(view.to_rss(site, &feed).unwrap().to_vec())),
        ("atom", text(view.to_atom(site, &feed).unwrap().to_vec())),
        ("jsonfeed", text(to_json(&view))),
    ]
}

fn some(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

/// The text of HTML as libxml2 reads it; it must be harmless too.
fn shown(wire: &mut Wire, html: &str) -> Result<(String, Vec<Option<String>>), TestCaseError> {
    let answer = wire.judge("html", html, json!({"language": "fr"}));
    prop_assert_eq!(&answer.findings, &Vec::<String>::new());
    Ok((squashed(&answer.text.unwrap_or_default()), answer.images))
}

/// What a strict parser sees is exactly what was written.
fn strict(wire: &mut Wire, kind: &str, entry: &Entry, texts: &Texts, own: bool) -> Result<(), TestCaseError> {
    prop_assert_eq!(some(entry.title.as_ref()), line(&texts.title));
    prop_assert_eq!(entry.categories.as_slice(), [line(&texts.topic)]);
    let url = entry.enclosures[0]["url"].as_str().unwrap();
    let name = percent_encoding::percent_decode_str(url.rsplit('/').next().unwrap())
        .decode_utf8()
        .unwrap();
    prop_assert_eq!(name, line(&texts.file));
    let written = line(&texts.summary);
    if kind == "rss" {
        let (summary, _) = shown(wire, some(entry.summary.as_ref()))?;
        prop_assert!(written.is_empty() || summary == squashed(&written), "{summary:?}");
    } else {
        let summary = some(entry.summary.as_ref());
        prop_assert!(written.is_empty() || summary == written, "{summary:?}");
    }
    let (content, images) = shown(wire, some(entry.content.as_ref()))?;
    if own {
        prop_assert_eq!(content, texts.content());
    } else {
        prop_assert!(content.ends_with(&texts.content()), "{content}");
    }
    prop_assert_eq!(images, vec![Some(line(&texts.alt))]);
    Ok(())
}

/// What JSON Feed alone can carry.
fn extension(document: &str, texts: &Texts) -> Result<(), TestCaseError> {
    let feed: serde_json::Value = serde_json::from_str(document).unwrap();
    let item = &feed["items"][0];
    prop_assert_eq!(&item["_pressroom"]["event"]["name"], &json!(line(&texts.event)));
    let caption = line(&texts.caption);
    let title = if caption.is_empty() { line(&texts.file) } else { caption };
    prop_assert_eq!(&item["attachments"][0]["title"], &json!(title));
    Ok(())
}

/// Readers fold white space and some take titles for HTML, but the words are there.
fn lenient(wire: &mut Wire, entry: &Entry, strict: &Entry) -> Result<(), TestCaseError> {
    prop_assert_eq!(squashed(some(entry.title.as_ref())), squashed(some(strict.title.as_ref())));
    prop_assert_eq!(&entry.id, &strict.id);
    let (content, _) = shown(wire, some(entry.content.as_ref()))?;
    let (expected, _) = shown(wire, some(strict.content.as_ref()))?;
    prop_assert_eq!(content, expected);
    Ok(())
}

fn by_feed_rs(wire: &mut Wire, document: &str, strict: &Entry) -> Result<(), TestCaseError> {
    let feed = feed_rs::parser::parse(document.as_bytes()).map_err(|e| TestCaseError::fail(format!("feed-rs: {e}")))?;
    let entry = &feed.entries[0];
    let found = Entry {
        id: Some(entry.id.clone()),
        title: entry.title.as_ref().map(|title| title.content.clone()),
        content: entry.content.as_ref().and_then(|content| content.body.clone()),
        ..Entry::default()
    };
    lenient(wire, &found, strict)
}

/// True when the release was taken.
fn found_again(wire: &mut Wire, texts: &Texts) -> Result<bool, TestCaseError> {
    let site = match any::site(texts) {
        Ok(site) => site,
        Err(found) => {
            prop_assert!(line(&texts.topic).is_empty() && found.reason.contains("is empty"), "{found}");
            return Ok(false);
        }
    };
    prop_assert!(!line(&texts.topic).is_empty(), "a topic without a label");
    let faults = texts.faults();
    let public = match public(texts, &site) {
        Ok(public) => public,
        Err(found) => return refused(&found, &faults).map(|()| false),
    };
    prop_assert_eq!(&faults, &Vec::<&str>::new(), "taken, though it has faults");
    for language in FEEDS {
        for (kind, document) in documents(&public, &site, language) {
            let answer = wire.judge(kind, &document, json!({"lint": true}));
            prop_assert_eq!(&answer.findings, &Vec::<String>::new(), "{} {}:\n{}", language, kind, document);
            prop_assert_eq!(answer.entries.len(), 1);
            let entry = &answer.entries[0];
            strict(wire, kind, entry, texts, language == "fr")?;
            if kind == "jsonfeed" {
                extension(&document, texts)?;
            }
            for (reader, table) in answer.readers.each() {
                lenient(wire, &table[0], entry).map_err(|e| TestCaseError::fail(format!("{reader} {kind}: {e}")))?;
            }
            by_feed_rs(wire, &document, entry).map_err(|e| TestCaseError::fail(format!("{kind}: {e}")))?;
        }
    }
    Ok(true)
}

/// A refusal names each faulty field once, in words that can be shown.
fn refused(found: &release::Faults, expected: &[&str]) -> Result<(), TestCaseError> {
    let pointers: Vec<&str> = found.0.iter().map(|fault| fault.pointer.as_str()).collect();
    prop_assert_eq!(&pointers, &expected);
    for fault in &found.0 {
        prop_assert!(
            !fault.message.is_empty() && !fault.message.chars().any(char::is_control),
            "{fault:?}"
        );
    }
    Ok(())
}

#[test]
fn whatever_is_written_is_found_again_in_every_format_by_every_reader() {
    const CASES: u32 = 100;
    let wire = RefCell::new(Wire::open());
    let taken = Cell::new(0);
    let property = |texts: Texts| {
        taken.set(taken.get() + u32::from(found_again(&mut wire.borrow_mut(), &texts)?));
        Ok(())
    };
    runner(CASES).run(&texts(), property).unwrap_or_else(|e| panic!("{e}"));
    assert!(taken.get() > CASES / 2, "only {} of {CASES} were taken", taken.get());
}

#[test]
fn a_stroke_at_the_begin_of_a_paragraph_breaks_no_tag() {
    let texts = Texts {
        body: "\u{338}".to_owned(),
        format: Format::Html,
        ..plain()
    };
    assert!(found_again(&mut Wire::open(), &texts).unwrap());
}

#[test]
fn a_topic_without_a_label_is_refused() {
    let texts = Texts {
        topic: "\u{1} ".to_owned(),
        ..plain()
    };
    assert!(!found_again(&mut Wire::open(), &texts).unwrap());
}
