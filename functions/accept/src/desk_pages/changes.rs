//! What differs between two states of a release, for a person to read.

use std::{collections::BTreeMap, time::Duration};

use askama::Template;
use release::{Lang, Revision, Site};
use serde_json::Value;
use similar::{Algorithm, ChangeTag, TextDiff};

use super::{
    form::Form,
    words::{Tongue, Words},
};

/// One text; then the rest is shown as taken out and put in (attack S17).
const PATIENCE: Duration = Duration::from_millis(150);
/// Words around a change that are shown.
const AROUND_CHARS: usize = 160;

/// The fields of a release by their names in the editor's form.
pub(super) type Flat = BTreeMap<String, String>;

/// Lists that are one field each.
const LISTS: [&str; 3] = ["topics", "contacts", "boilerplates"];

pub(super) fn flat_of(revision: &Revision, site: &Site) -> Flat {
    flat(&Form::of(revision), site)
}

/// What a form says of a release; what says nothing is left out.
pub(super) fn flat(form: &Form, site: &Site) -> Flat {
    let mut flat = Flat::new();
    put("", &form.release(site), &mut flat);
    flat
}

fn put(name: &str, value: &Value, flat: &mut Flat) {
    let below = |part: &str| {
        if name.is_empty() {
            part.to_owned()
        } else {
            format!("{name}.{part}")
        }
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(part, value)| put(&below(part), value, flat)),
        Value::Array(entries) if LISTS.contains(&name) => {
            let ids: Vec<&str> = entries.iter().filter_map(Value::as_str).collect();
            flat.insert(name.to_owned(), ids.join("\n"));
        }
        // One field of the form, as it stands there.
        Value::Array(entries) if name.ends_with(".renditions") => {
            let one = |entry: &Value| format!("{}:{}", entry["sha256"].as_str().unwrap_or_default(), entry["size"]);
            let all: Vec<String> = entries.iter().map(one).collect();
            if !all.is_empty() {
                flat.insert(name.to_owned(), all.join(" "));
            }
        }
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .for_each(|(n, value)| put(&below(&n.to_string()), value, flat)),
        Value::Bool(true) => drop(flat.insert(name.to_owned(), "on".to_owned())),
        Value::String(text) if text.trim().is_empty() => {}
        Value::String(text) => drop(flat.insert(name.to_owned(), text.clone())),
        Value::Number(number) => drop(flat.insert(name.to_owned(), number.to_string())),
        Value::Bool(false) | Value::Null => {}
    }
}

/// The fields as a browser would send them.
pub(super) fn pairs(flat: &Flat) -> Vec<(String, String)> {
    let one = |(name, value): (&String, &String)| -> Vec<(String, String)> {
        if LISTS.contains(&name.as_str()) {
            return value.split('\n').map(|id| (name.clone(), id.to_owned())).collect();
        }
        vec![(name.clone(), value.clone())]
    };
    flat.iter().flat_map(one).collect()
}

/// The name of a field for a person: `Title · French`.
pub(super) fn label(name: &str, w: &Words, site: &Site) -> (String, Option<Lang>) {
    let parts: Vec<&str> = name.split('.').collect();
    let (words, tag): (Vec<String>, Option<&str>) = match parts.as_slice() {
        ["texts", tag, field] => (vec![text_label(field, w).to_owned()], Some(tag)),
        ["event", field] => (vec![event_label(field, w).to_owned()], None),
        ["correction", "note", tag] => (vec![w.correction_note.to_owned()], Some(tag)),
        ["correction", ..] => (vec![w.minor.to_owned()], None),
        ["links", n, "url"] => (vec![row(w.link, n), w.link_url.to_owned()], None),
        ["links", n, _, tag] => (vec![row(w.link, n), w.link_label.to_owned()], Some(tag)),
        ["media", n, "alt", tag] => (vec![row(w.file, n), w.alt.to_owned()], Some(tag)),
        ["media", n, "caption", tag] => (vec![row(w.file, n), w.caption.to_owned()], Some(tag)),
        ["media", n, "credit"] => (vec![row(w.file, n), w.credit.to_owned()], None),
        ["media", n, "renditions", ..] => (vec![row(w.file, n), w.file_renditions.to_owned()], None),
        ["media", n, field] => (vec![row(w.file, n), (*field).to_owned()], None),
        ["language"] => (vec![w.original_language.to_owned()], None),
        ["date"] => (vec![w.date.to_owned()], None),
        ["upload-file"] => (vec![w.file_add.to_owned()], None),
        ["topics"] => (vec![w.topics.to_owned()], None),
        ["contacts"] => (vec![w.contacts.to_owned()], None),
        ["boilerplates"] => (vec![w.boilerplates.to_owned()], None),
        _ => (vec![name.to_owned()], None),
    };
    let lang = tag
        .and_then(|tag| Lang::parse(tag).ok())
        .filter(|lang| site.language(lang).is_some());
    let mut words = words;
    words.extend(lang.as_ref().map(|lang| language_name(lang, w)));
    (words.join(" · "), lang)
}

fn row(word: &str, n: &str) -> String {
    let n: usize = n.parse().unwrap_or_default();
    format!("{word} {}", n + 1)
}

/// The name of a language in the desk's; its tag besides when that says more.
pub(super) fn language_name(lang: &Lang, w: &Words) -> String {
    let name = match lang.primary() {
        "ar" => w.lang_ar,
        "en" => w.lang_en,
        "es" => w.lang_es,
        "fr" => w.lang_fr,
        "ru" => w.lang_ru,
        "zh" => w.lang_zh,
        _ => return lang.to_string(),
    };
    if lang.primary() == lang.as_str() {
        name.to_owned()
    } else {
        format!("{name} ({lang})")
    }
}

/// A language's own name; its tag besides when that says more.
pub(super) fn autonym(lang: &Lang) -> String {
    match Tongue::of(lang.as_str()) {
        Some(tongue) if tongue.tag == lang.as_str() => tongue.words.autonym.to_owned(),
        Some(tongue) => format!("{} ({lang})", tongue.words.autonym),
        None => lang.to_string(),
    }
}

pub(super) fn text_label(field: &str, w: &Words) -> &'static str {
    match field {
        "title" => w.title,
        "subtitle" => w.subtitle,
        "dateline" => w.dateline,
        "summary" => w.summary,
        "body" => w.body,
        _ => w.format,
    }
}

pub(super) fn event_label(field: &str, w: &Words) -> &'static str {
    match field {
        "start" => w.event_start,
        "end" => w.event_end,
        "place" => w.event_place,
        "url" => w.event_url,
        _ => w.event_name,
    }
}

/// One field that differs.
pub(super) struct Change {
    pub(super) label: String,
    lang: Option<Lang>,
    dir: &'static str,
    parts: Vec<Part>,
}

struct Part {
    kind: PartKind,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Same,
    Gone,
    New,
}

/// Written with `{{ changes|safe }}`: it is escaped within.
#[derive(Template)]
#[template(path = "desk/changes.html")]
pub(super) struct Changes {
    w: &'static Words,
    dir: &'static str,
    pub(super) list: Vec<Change>,
}

impl Changes {
    /// From one state to another, in the order of the form.
    pub(super) fn between(from: &Flat, to: &Flat, site: &Site, tongue: Tongue) -> Self {
        let mut names: Vec<&String> = from.keys().chain(to.keys()).collect();
        names.sort_by_key(|name| order(name));
        names.dedup();
        let text = |flat: &Flat, name: &String| flat.get(name).cloned().unwrap_or_default();
        // A file is another one when its digest is; size, type and what it is in fewer pixels follow from it.
        let follows = |name: &str| {
            let file = ["size", "type", "renditions"].iter().find_map(|end| name.strip_suffix(end));
            let digest = file.filter(|file| file.starts_with("media.")).map(|file| format!("{file}sha256"));
            digest.is_some_and(|digest| !name.ends_with("renditions") || from.get(&digest) != to.get(&digest))
        };
        let changed = names.into_iter().filter(|name| from.get(*name) != to.get(*name) && !follows(name));
        let list = changed.map(|name| {
            let (label, lang) = label(name, tongue.words, site);
            Change {
                dir: lang.as_ref().map_or("auto", |lang| lang.direction().as_str()),
                parts: parts(
                    &read(name, &text(from, name), site, tongue),
                    &read(name, &text(to, name), site, tongue),
                ),
                label,
                lang,
            }
        });
        Self {
            w: tongue.words,
            dir: tongue.dir(),
            list: list.collect(),
        }
    }
}

/// The value of a field for a person: what the editor calls it, where it is a choice.
fn read(name: &str, value: &str, site: &Site, tongue: Tongue) -> String {
    let (w, desk) = (tongue.words, tongue.lang());
    if name == "language" {
        return Lang::parse(value).map_or_else(|_| value.to_owned(), |lang| language_name(&lang, w));
    }
    if name.ends_with(".format") {
        let word = match value {
            "markdown" => w.format_markdown,
            "html" => w.format_html,
            "text" => w.format_text,
            other => other,
        };
        return word.to_owned();
    }
    if name == "topics" {
        let label = |id: &str| {
            site.topic(id)
                .map_or(id.to_owned(), |topic| topic.label_and_language(site, &desk).1.to_owned())
        };
        return value.lines().map(label).collect::<Vec<_>>().join("\n");
    }
    value.to_owned()
}

/// Texts first, each language together; in a text the title first.
pub(super) fn order(name: &str) -> (usize, String, usize, String) {
    let fields = ["title", "subtitle", "dateline", "summary", "body", "format"];
    let first = name.split('.').next().unwrap_or_default();
    let group = ["texts", "language", "date", "topics", "event"]
        .iter()
        .position(|known| *known == first);
    let (tag, field) = name
        .strip_prefix("texts.")
        .and_then(|rest| rest.split_once('.'))
        .unwrap_or_default();
    let field = fields.iter().position(|known| *known == field).unwrap_or(fields.len());
    (group.unwrap_or(9), tag.to_owned(), field, name.to_owned())
}

/// Word by word; long stretches that stayed are cut short.
fn parts(from: &str, to: &str) -> Vec<Part> {
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .timeout(PATIENCE)
        .diff_unicode_words(from, to);
    let mut parts: Vec<Part> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => PartKind::Same,
            ChangeTag::Delete => PartKind::Gone,
            ChangeTag::Insert => PartKind::New,
        };
        match parts.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => parts.push(Part {
                kind,
                text: change.value().to_owned(),
            }),
        }
    }
    let last = parts.len().saturating_sub(1);
    for (n, part) in parts.iter_mut().enumerate().filter(|(_, part)| part.kind == PartKind::Same) {
        part.text = shortened(&part.text, n > 0, n < last);
    }
    parts
}

/// The ends of a stretch that stayed: behind a change, and before one.
fn shortened(text: &str, behind: bool, before: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (head, tail) = (if behind { AROUND_CHARS } else { 0 }, if before { AROUND_CHARS } else { 0 });
    if chars.len() <= head + tail + AROUND_CHARS / 2 {
        return text.to_owned();
    }
    let first: String = chars[..head].iter().collect();
    let last: String = chars[chars.len() - tail..].iter().collect();
    format!("{first} […] {last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(from: &str, to: &str) -> String {
        let mark = |part: &Part| match part.kind {
            PartKind::Same => part.text.clone(),
            PartKind::Gone => format!("-{}-", part.text),
            PartKind::New => format!("+{}+", part.text),
        };
        parts(from, to).iter().map(mark).collect()
    }

    #[test]
    fn a_form_that_was_taken_apart_is_the_same_form_again() {
        let site = Site::parse(include_str!("../../../local/src/sample/site.toml"), "site.toml").unwrap();
        let (one, other) = ("a".repeat(64), "b".repeat(64));
        let form = Form::from(
            [
                ("language", "en"),
                ("texts.en.title", "Harbour fees fall"),
                ("texts.en.body", "The council met."),
                ("topics", "research"),
                ("topics", "technology"),
                ("media.0.sha256", one.as_str()),
                ("media.0.name", "quay.jpg"),
                ("media.0.type", "image/jpeg"),
                ("media.0.size", "90"),
                ("media.0.renditions", &format!("{other}:9 {one}:7")),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        );
        let again = Form::from(pairs(&flat(&form, &site)));
        assert_eq!(again.release(&site), form.release(&site));
        assert_eq!(
            form.release(&site)["media"][0]["renditions"][1],
            serde_json::json!({"sha256": one, "size": 7})
        );
        let english = Tongue::all().next().unwrap();
        for (name, value, expected) in [
            ("language", "fr", "French"),
            ("texts.en.format", "html", "HTML"),
            ("topics", "research\ngone", "Research\ngone"),
            ("event.name", "research", "research"),
        ] {
            assert_eq!(read(name, value, &site, english), expected, "{name}");
        }
    }

    #[test]
    fn a_change_is_told_in_words_also_of_a_language_without_spaces() {
        assert_eq!(
            told("The council met today.", "The council meets today."),
            "The council -met-+meets+ today."
        );
        assert_eq!(told("", "New"), "+New+");
        assert_eq!(told("Old", ""), "-Old-");
        let chinese = told("理事会今天开会", "理事会明天开会");
        assert!(
            chinese.contains('-') && chinese.contains("会") && !chinese.starts_with('-'),
            "{chinese}"
        );
    }

    #[test]
    fn what_stayed_is_cut_short_and_what_changed_never_is() {
        let long = "word ".repeat(2_000);
        let shown = told(&format!("{long}old {long}"), &format!("{long}new {long}"));
        assert!(
            shown.len() < 1_000 && shown.contains("[…]") && shown.contains("-old-+new+"),
            "{shown}"
        );
        let gone = told(&long, "");
        assert_eq!(gone.len(), long.len() + 2);
    }

    #[test]
    #[expect(non_snake_case)]
    fn S17_two_long_texts_that_have_nothing_in_common_are_compared_in_time() {
        let [one, other] = [7_u32, 11].map(|seed| {
            let words = (0..40_000_u32).map(|n| format!("{:x} ", n.wrapping_mul(2_654_435_761).rotate_left(seed) ^ seed));
            words.collect::<String>()
        });
        #[allow(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
        let start = std::time::Instant::now();
        let found = parts(&one, &other);
        assert!(!found.is_empty());
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
}
