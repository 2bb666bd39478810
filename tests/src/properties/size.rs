//! A feed is never larger than its window says, whatever stands in its releases.

use feed::{FeedId, FeedView, Kind, Public};
use proptest::{collection::vec, prelude::*};
use release::{Lang, Site, Status};
use serde_json::{Value, json};

use super::runner;
use crate::newsroom::{self, Saved};

const LANGUAGES: [&str; 6] = ["en", "fr", "zh", "es", "ru", "ar"];

/// Characters that formats write as several others.
const LONG: [&str; 4] = ["&", "\"", "<", "闭"];

/// A release full of characters that grow.
#[derive(Debug, Clone)]
struct Spec {
    grows: usize,
    title: usize,
    summary: usize,
    body: usize,
    files: usize,
    name: usize,
    languages: usize,
    links: usize,
}

fn spec() -> impl Strategy<Value = Spec> {
    let texts = (0..LONG.len(), 1..300_usize, 0..400_usize, 1..600_usize);
    (
        texts,
        prop_oneof![0..4_usize, 20..100_usize],
        prop_oneof![1..190_usize, Just(190)],
        1..=6_usize,
        0..4_usize,
    )
        .prop_map(|((grows, title, summary, body), files, name, languages, links)| Spec {
            grows,
            title,
            summary,
            body,
            files,
            name,
            languages,
            links,
        })
}

fn draft(spec: &Spec) -> Value {
    let grown = |length: usize| LONG[spec.grows].repeat(length);
    let text = json!({"title": grown(spec.title), "summary": grown(spec.summary), "body": grown(spec.body), "format": "text"});
    let texts: serde_json::Map<String, Value> = LANGUAGES[..spec.languages]
        .iter()
        .map(|tag| ((*tag).to_owned(), text.clone()))
        .collect();
    let file = json!({"sha256": "0".repeat(64), "name": grown(spec.name), "type": "image/png", "size": 1, "alt": {"en": grown(spec.name)}, "caption": {"en": grown(spec.title)}});
    let link = json!({"url": "https://conference.tidewater.example/2024/", "label": {"en": grown(50)}});
    json!({
        "texts": texts, "topics": ["technology", "research", "conferences"], "media": vec![file; spec.files], "links": vec![link; spec.links],
        "event": {"name": grown(spec.title), "place": grown(spec.title)}
    })
}

fn publics(specs: &[Spec], site: &Site) -> Vec<Public> {
    let public = |(number, spec): (u32, &Spec)| {
        let saved = Saved {
            number,
            revision: 1,
            status: Status::Published,
            at: "2024-06-07T10:00:00Z",
            published: "2024-06-07T10:00:00Z",
            first_title: "a very long title of a release that has a slug of as many letters as a slug has at most and then more",
        };
        Public::of(&newsroom::revision(&draft(spec), site, saved).unwrap(), site).unwrap()
    };
    (1..).zip(specs).map(public).collect()
}

/// What is wrong with the sizes of a feed of these releases.
fn too_large(specs: &[Spec], bytes: usize, language: &str) -> Vec<String> {
    let mut site = newsroom::site();
    site.window.bytes = bytes;
    let publics = publics(specs, &site);
    let all: Vec<&Public> = publics.iter().collect();
    let feed = FeedId::new(&Lang::parse(language).unwrap(), Kind::Filled);
    let view = FeedView::with(None, &all, &site, &feed).unwrap();
    let sizes = [
        ("rss", view.to_rss(&site, &feed).unwrap().len()),
        ("atom", view.to_atom(&site, &feed).unwrap().len()),
        ("json", feed::to_json(&view).len()),
    ];
    // One release is always there.
    let items = view.items.len();
    let fault = |(name, size)| (size > bytes && items > 1).then(|| format!("{name} has {size} bytes and {items} items; at most {bytes}"));
    sizes.into_iter().filter_map(fault).collect()
}

#[test]
fn no_format_of_a_feed_is_larger_than_its_window_says() {
    let input = (vec(spec(), 2..7), 20_000..150_000_usize, prop_oneof![Just("en"), Just("ar")]);
    let property = |(specs, bytes, language): (Vec<Spec>, usize, &str)| {
        prop_assert_eq!(too_large(&specs, bytes, language), Vec::<String>::new());
        Ok(())
    };
    runner(60).run(&input, property).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn a_gallery_with_long_names_counts_as_what_it_is() {
    let short = Spec {
        grows: 0,
        title: 1,
        summary: 0,
        body: 1,
        files: 20,
        name: 77,
        languages: 3,
        links: 3,
    };
    let gallery = Spec {
        title: 212,
        summary: 102,
        files: 82,
        name: 190,
        languages: 5,
        ..short.clone()
    };
    assert_eq!(too_large(&[short, gallery], 80_142, "en"), Vec::<String>::new());
}
