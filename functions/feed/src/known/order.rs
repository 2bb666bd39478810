//! Section 6: order, `updated`, and bytes that change only when something changed.

use std::process::Command;

use serde_json::json;

use super::*;

fn dated(n: u128, published: &str, updated: &str) -> Revision {
    let texts = json!({"en": {"title": format!("Release {n}"), "body": "b"}, "fr": {"title": format!("Communiqué {n}"), "body": "b"}});
    revision(
        n,
        json!({"published": published, "updated": updated, "texts": texts, "topics": ["trade", "research"]}),
    )
}

fn three() -> [Revision; 3] {
    [
        dated(1, "2016-06-01T10:00:00Z", "2016-06-01T10:00:00Z"),
        dated(2, "2016-06-03T10:00:00Z", "2016-06-03T10:00:00Z"),
        dated(3, "2016-06-02T10:00:00Z", "2016-06-05T10:00:00Z"),
    ]
}

/// Titles in the order of each format.
fn titles(text: &Formats) -> [Vec<String>; 3] {
    let json: Value = serde_json::from_str(&text.json).unwrap();
    let json = json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["title"].as_str().unwrap().to_owned());
    let owned = |found: Vec<&str>| found.into_iter().map(str::to_owned).collect();
    [
        owned(between(entries(&text.rss, "<item>"), "<title>", "</title>")),
        owned(between(entries(&text.atom, "<entry"), "<title>", "</title>")),
        json.collect(),
    ]
}

#[test]
#[expect(non_snake_case)]
fn B84_a_feed_is_as_old_as_the_newest_change_it_shows() {
    let site = site();
    let text = formats(&site, &feed(&site, "en", &three()));
    assert!(text.rss.contains("<lastBuildDate>Sun, 05 Jun 2016 12:00:00 +0200<"), "{}", text.rss);
    let envelope = text.atom.split("<entry").next().unwrap();
    assert_eq!(between(envelope, "<updated>", "</updated>"), ["2016-06-05T12:00:00+02:00"]);
}

#[test]
#[expect(non_snake_case)]
fn B89_the_newest_is_first_in_every_format() {
    let site = site();
    let text = formats(&site, &feed(&site, "en", &three()));
    assert_eq!(titles(&text), [(); 3].map(|()| vec!["Release 2", "Release 3", "Release 1"]));
}

#[test]
#[expect(non_snake_case)]
fn B87_an_edit_of_an_old_release_moves_nothing_but_its_updated() {
    let site = site();
    let before = feed(&site, "en", &three());
    let mut edited = dated(1, "2016-06-01T10:00:00Z", "2026-01-01T10:00:00Z");
    edited.revision = 2;
    let public = Public::of(&edited, &site).unwrap();
    let id = FeedId::new(&lang("en"), Kind::Filled);
    let after = FeedView::with(Some(&before), &[&public], &site, &id).unwrap();
    let (before, after) = (formats(&site, &before), formats(&site, &after));
    assert_eq!(titles(&before), titles(&after));
    let pub_dates = |text: &Formats| between(&text.rss, "<pubDate>", "</pubDate>").join("\n");
    assert_eq!(pub_dates(&before), pub_dates(&after));
    assert!(
        after.atom.contains("<updated>2026-01-01T11:00:00+01:00</updated>"),
        "{}",
        after.atom
    );
    assert!(
        after.json.contains("\"date_modified\": \"2026-01-01T11:00:00+01:00\""),
        "{}",
        after.json
    );
    assert!(
        after.rss.contains("<lastBuildDate>Thu, 01 Jan 2026 11:00:00 +0100<"),
        "{}",
        after.rss
    );
}

#[test]
#[expect(non_snake_case)]
fn B91_every_entry_says_when_it_was_changed_and_not_before_it_was_published() {
    let site = site();
    // A minor edit may set a later date and leave `updated` alone.
    let odd = dated(4, "2016-06-09T10:00:00Z", "2016-06-04T10:00:00Z");
    let text = formats(&site, &feed(&site, "en", &[three().to_vec(), vec![odd]].concat()));
    let parts: Vec<&str> = text.atom.split("<entry").skip(1).collect();
    assert_eq!(parts.len(), 4);
    for part in parts {
        let (published, updated) = (between(part, "<published>", "<"), between(part, "<updated>", "<"));
        assert_eq!((published.len(), updated.len()), (1, 1), "{part}");
        assert!(published <= updated, "{part}");
    }
    let json: Value = serde_json::from_str(&text.json).unwrap();
    for item in json["items"].as_array().unwrap() {
        assert!(item["date_published"].as_str() <= item["date_modified"].as_str(), "{item}");
    }
}

#[test]
#[expect(non_snake_case)]
fn B92_releases_of_the_same_second_keep_their_order() {
    let site = site();
    let same = [5, 2, 9, 1].map(|n| dated(n, "2016-06-01T10:00:00Z", "2016-06-01T10:00:00Z"));
    let mut other = same.clone();
    other.reverse();
    for releases in [same, other] {
        let text = formats(&site, &feed(&site, "en", &releases));
        assert_eq!(
            titles(&text),
            [(); 3].map(|()| vec!["Release 1", "Release 2", "Release 5", "Release 9"])
        );
    }
}

/// In the child's environment: print the hash and do nothing else.
const CHILD: &str = "PRESSROOM_TEST_HASH";

#[test]
#[expect(non_snake_case)]
fn B86_fifty_fresh_processes_make_the_same_bytes() {
    let site = site();
    if std::env::var_os(CHILD).is_some() {
        let text = formats(&site, &feed(&site, "fr", &three()));
        println!("\nhash {}", crate::sha256([text.rss, text.atom, text.json].concat().as_bytes()));
        return;
    }
    let hash = || {
        let name = "known::order::B86_fifty_fresh_processes_make_the_same_bytes";
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let said = String::from_utf8(child.stdout).unwrap();
        said.lines().find_map(|line| line.strip_prefix("hash ")).unwrap().to_owned()
    };
    let first = hash();
    assert_eq!(first.len(), 64);
    for _ in 1..50 {
        assert_eq!(hash(), first);
    }
}
