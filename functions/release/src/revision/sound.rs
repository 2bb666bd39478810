//! What every format relies on, asked of a stored revision: `accept` writes no other, but an object may be made by hand.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::Value;

use super::{Path, Revision};
use crate::clean::carries;
use crate::date::YEARS;
use crate::draft::{is_day, is_file_name, is_media_type, is_sha256};
use crate::markup::web_address;
use crate::reader::below;
use crate::{Faults, Limits, Text};

/// Who saved it, and what was said among the office, is no text for readers: no feed has to carry it.
const PRIVATE: [&str; 7] = ["by", "note", "editor", "submitter", "approval", "emergency", "overridden"];

/// Everything that would break a view; `document` is the JSON that `revision` was read from.
pub(super) fn faults(document: &Value, revision: &Revision) -> Faults {
    let mut faults = Faults::default();
    characters(document, "", &mut faults);
    if revision.id.get_version_num() != 7 {
        faults.add("/id", format!("expected a UUIDv7, found version {}", revision.id.get_version_num()));
    }
    texts(document, revision, &mut faults);
    dates(revision, &mut faults);
    if let Some(path) = &revision.path {
        address(path, &mut faults);
    }
    parts(revision, &mut faults);
    faults
}

/// A character that XML 1.0 cannot carry breaks a whole feed, wherever it stands.
fn characters(value: &Value, pointer: &str, faults: &mut Faults) {
    let mut look = |text: &str, what: &str| {
        if let Some(odd) = text.chars().find(|c| !carries(*c)) {
            let code = u32::from(odd);
            faults.add(pointer, format!("the {what} holds U+{code:04X}, which no feed can carry"));
        }
    };
    match value {
        Value::String(text) => look(text, "text"),
        Value::Array(entries) => {
            for (n, entry) in entries.iter().enumerate() {
                characters(entry, &format!("{pointer}/{n}"), faults);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields
                .iter()
                .filter(|(name, _)| !pointer.is_empty() || !PRIVATE.contains(&name.as_str()))
            {
                characters(field, &below(pointer, name), faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn texts(document: &Value, revision: &Revision, faults: &mut Faults) {
    if revision.texts.is_empty() {
        faults.add("/texts", "expected at least one text, found none");
    } else if !revision.texts.contains_key(&revision.language) {
        faults.add("/language", format!("the original language `{}` has no text", revision.language));
    }
    let written = document.get("texts").and_then(Value::as_object).map_or(0, serde_json::Map::len);
    if written != revision.texts.len() {
        faults.add("/texts", "a language stands twice; keep one text of each");
    }
    for (language, text) in &revision.texts {
        one_text(&below("/texts", language.as_str()), text, faults);
    }
}

fn one_text(pointer: &str, text: &Text, faults: &mut Faults) {
    for (name, required) in [("title", &text.title), ("body", &text.body)] {
        if required.trim().is_empty() {
            faults.add(below(pointer, name), format!("the {name} is empty"));
        }
    }
    let lines = [
        ("title", &text.title, Limits::TITLE_CHARS),
        ("subtitle", &text.subtitle, Limits::LINE_CHARS),
        ("dateline", &text.dateline, Limits::LINE_CHARS),
        ("summary", &text.summary, Limits::LINE_CHARS),
    ];
    for (name, line, most) in lines {
        let length = line.chars().count();
        if length > most {
            faults.add(below(pointer, name), format!("expected at most {most} characters, found {length}"));
        }
        if line.contains(['\n', '\t']) {
            faults.add(below(pointer, name), "expected one line, found several");
        }
    }
    if text.body.len() > Limits::BODY_BYTES {
        let (most, found) = (Limits::BODY_BYTES, text.body.len());
        faults.add(below(pointer, "body"), format!("expected at most {most} bytes, found {found}"));
    }
}

fn dates(revision: &Revision, faults: &mut Faults) {
    let year = |at: Timestamp| at.to_zoned_datetime(TimeZone::UTC).year();
    let mut look = |name: &str, at: Timestamp| {
        // The first day of a year begins the evening before, seen from Greenwich.
        let later = at.checked_add(SignedDuration::from_hours(24)).unwrap_or(at);
        if !YEARS.contains(&year(at)) && !YEARS.contains(&year(later)) {
            faults.add(below("", name), format!("expected a year from 1900 to 9999, found {}", year(at)));
        }
    };
    look("at", revision.at);
    for (name, at) in [
        ("publish_at", revision.publish_at),
        ("published", revision.published),
        ("updated", revision.updated),
    ] {
        if let Some(at) = at {
            look(name, at);
        }
    }
}

/// A page's address becomes the key of an object: nothing else may be written through it.
fn address(path: &Path, faults: &mut Faults) {
    if !YEARS.contains(&path.year) || !(1..=12).contains(&path.month) {
        let (year, month) = (path.year, path.month);
        faults.add(
            "/path",
            format!("expected a year from 1900 to 9999 and a month, found {year} and {month}"),
        );
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(1..=80).contains(&path.slug.len()) || !path.slug.bytes().all(plain) {
        faults.add("/path/slug", "expected 1 to 80 of a-z, 0-9 and `-`");
    }
}

fn parts(revision: &Revision, faults: &mut Faults) {
    for (n, file) in revision.media.iter().enumerate() {
        let pointer = format!("/media/{n}");
        let checks = [
            ("sha256", is_sha256(&file.sha256), "64 lower-case hexadecimal digits"),
            (
                "name",
                !file.name.is_empty() && is_file_name(&file.name),
                "a file name without a path",
            ),
            ("type", is_media_type(&file.kind), "a media type such as image/jpeg"),
        ];
        for (name, holds, expected) in checks {
            if !holds {
                faults.add(below(&pointer, name), format!("expected {expected}"));
            }
        }
    }
    let links = revision.links.iter().enumerate();
    let links = links.map(|(n, link)| (format!("/links/{n}/url"), &link.url));
    let event = revision.event.as_ref().and_then(|event| event.url.as_ref());
    for (pointer, url) in links.chain(event.map(|url| ("/event/url".to_owned(), url))) {
        if !url.bytes().all(|b| b.is_ascii_graphic()) {
            faults.add(pointer, "expected a URL of visible ASCII characters");
        } else if let Err(reason) = web_address(url) {
            faults.add(pointer, reason);
        }
    }
    let event = revision.event.iter();
    for (name, day) in event.flat_map(|event| [("start", &event.start), ("end", &event.end)]) {
        if day.as_ref().is_some_and(|day| is_day(day).is_none()) {
            faults.add(below("/event", name), "expected a day written YYYY-MM-DD");
        }
    }
    if let Some(n) = revision.topics.iter().position(|topic| topic.trim().is_empty()) {
        faults.add(format!("/topics/{n}"), "the topic is empty");
    }
    if revision
        .guid
        .as_ref()
        .is_some_and(|guid| guid.is_empty() || guid.contains(char::is_whitespace))
    {
        faults.add("/guid", "expected an id without spaces");
    }
}
