//! A release as a press office sends it (contract, section 3), checked whole.

mod parts;
#[cfg(test)]
mod tests;

pub(crate) use parts::{is_day, is_file_name, is_media_type, is_sha256, upload};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::date::parse_time;
use crate::language::name as language_name;
use crate::markup::shown;
use crate::reader::{At, Reader, below};
use crate::{Correction, Event, Fault, Faults, Lang, Link, Media, Moment, Paste, Site, Status, Text, check_body, parse_date};

/// What a request may hold at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits;

impl Limits {
    /// Larger files go through the media route.
    pub const REQUEST_BYTES: usize = 5 * 1024 * 1024;
    /// Readers cut longer ones.
    pub const TITLE_CHARS: usize = 300;
    /// Of every other line (a summary, a caption, an address): a feed shows dozens of releases in `window.bytes`.
    pub const LINE_CHARS: usize = 2_000;
    /// A release in more topics is in none.
    pub const TOPICS: usize = 64;
    /// Photos and files of one release.
    pub const MEDIA: usize = 100;
    /// Smaller ones of one picture.
    pub const RENDITIONS: usize = 8;
    /// Of one file.
    pub const FILE_BYTES: u64 = 64 << 20;
    /// The sanitiser's time grows with the square of the nesting: see `BODY_DEPTH`.
    pub const BODY_BYTES: usize = 256 * 1024;
    /// Open elements at once in a body.
    pub const BODY_DEPTH: usize = 100;
}

/// A checked and cleaned release, not yet a revision.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// `draft` when absent. Never `withdrawn`.
    pub status: Option<Status>,
    /// Original language.
    pub language: Option<Lang>,
    /// What readers see as date.
    pub date: Option<Moment>,
    /// Of a scheduled release.
    pub publish_at: Option<Timestamp>,
    /// One text per language, at least one.
    pub texts: BTreeMap<Lang, Text>,
    /// Topic ids.
    pub topics: Vec<String>,
    /// The event.
    pub event: Option<Event>,
    /// Photos and files.
    pub media: Vec<Media>,
    /// Further links.
    pub links: Vec<Link>,
    /// Contact ids.
    pub contacts: Vec<String>,
    /// Boilerplate ids.
    pub boilerplates: Vec<String>,
    /// Correction note.
    pub correction: Option<Correction>,
    /// What was cleaned or left out, for a person to check.
    pub warnings: Vec<Fault>,
}

/// Fields of a release as it is sent.
pub const FIELDS: [&str; 12] = [
    "status",
    "language",
    "date",
    "publish_at",
    "texts",
    "topics",
    "event",
    "media",
    "links",
    "contacts",
    "boilerplates",
    "correction",
];

/// Fields of a revision that nobody sends.
const RESERVED: [&str; 9] = ["id", "revision", "at", "by", "published", "updated", "path", "schema", "warnings"];

impl Draft {
    /// Reads a release as JSON; unknown fields are refused by name.
    ///
    /// # Errors
    /// All faults at once, each with its pointer.
    pub fn from_json(value: &Value, site: &Site) -> Result<Self, Faults> {
        let mut reader = Reader::new(site);
        let root = At::root(value);
        let mut draft = Self::default();
        if reader.object(&root, &FIELDS, &RESERVED) {
            draft.texts = texts(&mut reader, &root);
            draft.language = original(&mut reader, &root, &draft.texts);
            draft.date = date(&mut reader, &root);
            draft.status = status(&mut reader, &root);
            draft.publish_at = publish_at(&mut reader, &root);
            let topics: Vec<&str> = site.topics.iter().map(|topic| topic.id.as_str()).collect();
            draft.topics = reader.ids(&root, "topics", Some(Limits::TOPICS), &topics);
            draft.event = parts::event(&mut reader, &root);
            draft.media = parts::media(&mut reader, &root);
            draft.links = parts::links(&mut reader, &root);
            let mut ids = |list: &str, known: &[crate::Contact]| -> Vec<String> {
                let known: Vec<&str> = known.iter().map(|entry| entry.id.as_str()).collect();
                reader.ids(&root, list, None, &known)
            };
            draft.contacts = ids("contacts", &site.contacts);
            draft.boilerplates = ids("boilerplates", &site.boilerplates);
            draft.correction = parts::correction(&mut reader, &root);
        }
        draft.warnings = reader.warnings;
        reader.faults.or(draft)
    }

    /// Reads a pasted text in one language.
    ///
    /// # Errors
    /// All faults at once, each with its pointer.
    pub fn from_paste(paste: Paste, language: &Lang, site: &Site) -> Result<Self, Faults> {
        let mut text = json!({"title": paste.title, "body": paste.body, "format": paste.format});
        if !paste.subtitle.is_empty() {
            text["subtitle"] = Value::String(paste.subtitle);
        }
        let mut value = json!({"texts": {language.as_str(): text}});
        if let Some(date) = paste.date {
            value["date"] = Value::String(date);
        }
        let mut draft = Self::from_json(&value, site)?;
        let pointer = below("/texts", language.as_str());
        let mut warn = |pointer: String, message: String| draft.warnings.push(Fault { pointer, message });
        for note in paste.notes {
            warn(format!("{pointer}/body"), note);
        }
        if let Some(found) = paste.language.and_then(|tag| Lang::parse(&tag).ok())
            && found.primary() != language.primary()
        {
            let message = format!("the document says that its language is `{found}`; it was taken as `{language}`");
            warn(pointer, message);
        }
        Ok(draft)
    }
}

/// At least one text, each in a language of the site.
fn texts(reader: &mut Reader<'_>, root: &At<'_>) -> BTreeMap<Lang, Text> {
    let Some(at) = root.field("texts") else {
        reader.fault("/texts", "`texts` is missing; write at least one text");
        return BTreeMap::new();
    };
    if at.value.as_object().is_some_and(serde_json::Map::is_empty) {
        reader.fault("/texts", "`texts` is empty; write at least one text");
    }
    let entries = reader.by_language(&at);
    let tags: Vec<Lang> = entries.keys().cloned().collect();
    let mut texts = BTreeMap::new();
    for (language, entry) in entries {
        let advice = advice(reader.site, &language, &tags);
        let read = text(reader, &entry, &language, &advice);
        texts.insert(language, read);
    }
    texts
}

/// What to do about a text that lacks something.
fn advice(site: &Site, language: &Lang, sent: &[Lang]) -> String {
    if sent.len() < 2 {
        return "write one".to_owned();
    }
    let stand_in = site.fallback(language).find(|other| *other != language && sent.contains(other));
    let readers = stand_in.map_or(String::new(), |other| format!(" (readers then get {})", language_name(other)));
    format!("write one or leave {} out{readers}", language_name(language))
}

fn text(reader: &mut Reader<'_>, at: &At<'_>, language: &Lang, advice: &str) -> Text {
    let mut text = Text::default();
    if !reader.object(at, &["title", "subtitle", "dateline", "summary", "body", "format"], &[]) {
        return text;
    }
    let title = at.field("title");
    match &title {
        Some(title) => text.title = reader.line(title).unwrap_or_default(),
        None => reader.fault(&below(&at.pointer, "title"), format!("texts.{language}.title is missing; {advice}")),
    }
    // A text of another kind or with NUL is a fault already.
    let plain = |at: &At<'_>| at.value.as_str().is_some_and(|raw| !raw.contains('\0'));
    if let Some(title) = title.filter(plain) {
        let length = text.title.chars().count();
        if text.title.is_empty() {
            reader.fault(&title.pointer, format!("texts.{language}.title is empty; {advice}"));
        } else if length > Limits::TITLE_CHARS {
            reader.fault(
                &title.pointer,
                format!("a title has at most {} characters, found {length}; shorten it", Limits::TITLE_CHARS),
            );
        }
    }
    text.subtitle = reader.optional(at, "subtitle").unwrap_or_default();
    text.dateline = reader.optional(at, "dateline").unwrap_or_default();
    text.summary = reader.optional(at, "summary").unwrap_or_default();
    let mut known = true;
    if let Some(format) = at.field("format") {
        match reader.line(&format) {
            Some(word) => match serde_json::from_value(Value::String(word.clone())) {
                Ok(found) => text.format = found,
                Err(_) => {
                    known = false;
                    reader.fault(&format.pointer, format!("expected markdown, html or text, found {}", shown(&word)));
                }
            },
            None => known = false,
        }
    }
    let Some(body) = at.field("body") else {
        reader.fault(&below(&at.pointer, "body"), format!("texts.{language}.body is missing; {advice}"));
        return text;
    };
    if let Some(found) = reader.lines(&body) {
        if found.trim().is_empty() {
            reader.fault(&body.pointer, format!("texts.{language}.body is empty; {advice}"));
        } else if let (true, Err(reason)) = (known, check_body(&found, text.format)) {
            reader.fault(&body.pointer, reason);
        }
        text.body = found;
    }
    text
}

/// The original language: as said, else the site's default, else the first of the site's that has a text.
fn original(reader: &mut Reader<'_>, root: &At<'_>, texts: &BTreeMap<Lang, Text>) -> Option<Lang> {
    let Some(at) = root.field("language") else {
        let mut order = reader.site.languages.iter().map(|language| &language.tag);
        return order.find(|tag| texts.contains_key(*tag)).cloned();
    };
    let tag = reader.line(&at)?;
    let found = reader.language(&at.pointer, &tag)?;
    if !texts.contains_key(&found) {
        let have: Vec<&str> = texts.keys().map(Lang::as_str).collect();
        let have = if have.is_empty() { "none".to_owned() } else { have.join(", ") };
        reader.fault(
            &at.pointer,
            format!("the original language `{found}` has no text; there are texts in: {have}"),
        );
    }
    Some(found)
}

fn date(reader: &mut Reader<'_>, root: &At<'_>) -> Option<Moment> {
    let at = root.field("date")?;
    let written = reader.line(&at)?;
    match parse_date(&written) {
        Ok(Moment::Day(day)) if day.to_zoned_datetime(reader.site.zone.clone()).is_err() => {
            reader.fault(&at.pointer, format!("{day} is too far away to be stored"));
            None
        }
        Ok(found) => Some(found),
        Err(reason) => {
            reader.fault(&at.pointer, reason);
            None
        }
    }
}

fn status(reader: &mut Reader<'_>, root: &At<'_>) -> Option<Status> {
    let at = root.field("status")?;
    let word = reader.line(&at)?;
    match Status::parse(&word) {
        Some(Status::Withdrawn) => {
            reader.fault(&at.pointer, "a release is withdrawn with a reason: call POST …/withdraw");
            None
        }
        None => {
            reader.fault(
                &at.pointer,
                format!("expected draft, submitted, scheduled or published, found {}", shown(&word)),
            );
            None
        }
        found => found,
    }
}

fn publish_at(reader: &mut Reader<'_>, root: &At<'_>) -> Option<Timestamp> {
    const EXAMPLE: &str = "such as 2016-06-09T10:00:00+02:00";
    let scheduled = root
        .value
        .get("status")
        .and_then(Value::as_str)
        .is_some_and(|word| word.trim() == "scheduled");
    let Some(at) = root.field("publish_at") else {
        if scheduled {
            reader.fault("/publish_at", format!("a scheduled release needs `publish_at`, {EXAMPLE}"));
        }
        return None;
    };
    if !scheduled {
        reader.fault(
            &at.pointer,
            "`publish_at` belongs to the status `scheduled`; leave it out or set the status",
        );
    }
    let written = reader.line(&at)?;
    let found = parse_time(&written, &reader.site.zone);
    found.map_err(|reason| reader.fault(&at.pointer, reason)).ok()
}
