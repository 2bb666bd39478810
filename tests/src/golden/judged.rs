//! What programs that are not ours say of the golden files.

use std::process::Command;

use feed_rs::model::Entry;
use serde::Deserialize;
use serde_json::json;

use super::files;
use crate::{
    harness::top,
    wire::{Wire, python},
};

/// Answers of a judge's script about all golden feeds.
fn run(script: &str, arguments: &[&str]) -> String {
    let out = Command::new(python())
        .arg(top().join("tests/judges").join(script))
        .args(arguments)
        .arg(files::folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    said
}

#[test]
fn golden_feeds_are_clean_to_parsers_linters_and_the_rules_of_each_format() {
    let mut wire = Wire::open();
    let mut judged = 0;
    for (path, bytes) in files::read() {
        let kind = match path.rsplit('/').next() {
            Some("rss.xml") => "rss",
            Some("atom.xml") => "atom",
            Some("feed.json") => "jsonfeed",
            _ => continue,
        };
        let answer = wire.judge(kind, std::str::from_utf8(&bytes).unwrap(), json!({"lint": true}));
        assert_eq!(answer.findings, Vec::<String>::new(), "{path}");
        assert!(!answer.entries.is_empty(), "{path} shows nothing");
        for (reader, table) in answer.readers.each() {
            assert_eq!(table.len(), answer.entries.len(), "{path} in {reader}");
        }
        judged += 1;
    }
    assert!(judged >= 30, "{judged} feeds");
}

#[test]
fn golden_feeds_obey_the_grammar_and_tell_the_same_in_every_format() {
    let said = run("judge.py", &["files"]);
    assert!(said.trim_end().ends_with(" 0 findings"), "{said}");
}

/// What one feed shows, as `readers.py` brings it to a table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Row {
    id: Option<String>,
    title: Option<String>,
    link: Option<String>,
    date: Option<i64>,
    language: Option<String>,
    content: Option<String>,
}

#[derive(Deserialize)]
struct Table {
    name: String,
    expected: Vec<Row>,
}

#[derive(Deserialize)]
struct Tables {
    feeds: Vec<Table>,
}

/// An entry as `feed-rs` reads it. It has no word for the text of HTML, which the judges are asked, nor for the language of an entry.
fn row(entry: &Entry, wire: &mut Wire) -> Row {
    let html = entry.content.as_ref().and_then(|content| content.body.clone()).unwrap_or_default();
    let fold = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut links = entry.links.iter();
    let page = links.find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    Row {
        id: Some(entry.id.clone()),
        title: entry.title.as_ref().map(|title| fold(&title.content)),
        link: page.map(|link| link.href.clone()),
        date: entry.published.map(|at| at.timestamp()),
        language: None,
        content: wire.judge("html", &html, json!({})).text,
    }
}

/// What the readers of Atom expect: a withdrawn release is a tombstone there, no entry.
fn without_deleted(rows: &mut Vec<Row>, atom: &str) {
    rows.retain(|row| {
        row.id
            .as_ref()
            .is_none_or(|id| !atom.contains(&format!("deleted-entry ref=\"{id}\"")))
    });
}

#[test]
fn a_reader_in_rust_reads_every_golden_feed_as_the_others_do() {
    let tables: Tables = serde_json::from_str(&run("readers.py", &["compare-files", "--json"])).unwrap();
    assert!(tables.feeds.len() >= 10);
    let mut wire = Wire::open();
    for table in tables.feeds {
        let folder = std::path::Path::new(&table.name);
        let language = folder.strip_prefix(files::folder()).unwrap().iter().next().unwrap();
        for name in ["rss.xml", "atom.xml", "feed.json"] {
            let path = folder.join(name).display().to_string();
            let text = std::fs::read_to_string(&path).unwrap();
            let feed = feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{path}: {e}"));
            assert_eq!(feed.language.as_deref(), language.to_str(), "{path}");
            let found: Vec<Row> = feed.entries.iter().map(|entry| row(entry, &mut wire)).collect();
            let mut expected = table.expected.clone();
            expected.iter_mut().for_each(|row| row.language = None);
            if name == "atom.xml" {
                without_deleted(&mut expected, &text);
            }
            assert_eq!(found, expected, "{path}");
        }
    }
}
