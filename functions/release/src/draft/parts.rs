//! The parts of a release besides its texts.

use jiff::civil::Date;

use super::Limits;
use crate::markup::{shown, web_address};
use crate::reader::{At, Reader, below};
use crate::{Correction, Event, Link, Media, Rendition, Upload};

/// A day written `YYYY-MM-DD`, between 1900 and 9999.
fn day(reader: &mut Reader<'_>, parent: &At<'_>, name: &str) -> Option<(String, Date)> {
    let at = parent.field(name)?;
    let written = reader.line(&at)?;
    match is_day(&written) {
        Some(day) => Some((written, day)),
        None => {
            reader.fault(
                &at.pointer,
                format!("expected a day written YYYY-MM-DD such as 2016-06-01, found {}", shown(&written)),
            );
            None
        }
    }
}

/// The day, when it is written `YYYY-MM-DD` and between 1900 and 9999.
pub(crate) fn is_day(written: &str) -> Option<Date> {
    let mark = |(n, b): (usize, u8)| if n == 4 || n == 7 { b == b'-' } else { b.is_ascii_digit() };
    let shaped = written.len() == 10 && written.bytes().enumerate().all(mark);
    let found = if shaped { written.parse::<Date>().ok() } else { None };
    found.filter(|day| day.year() >= 1900)
}

/// A required absolute URL.
fn address(reader: &mut Reader<'_>, parent: &At<'_>, name: &str) -> Option<String> {
    let written = reader.required(parent, name)?;
    match web_address(&written) {
        Ok(found) => Some(found),
        Err(reason) => {
            reader.fault(&below(&parent.pointer, name), reason);
            None
        }
    }
}

pub(super) fn event(reader: &mut Reader<'_>, root: &At<'_>) -> Option<Event> {
    let at = root.field("event")?;
    if !reader.object(&at, &["name", "start", "end", "place", "url"], &[]) {
        return None;
    }
    let name = reader.required(&at, "name");
    let start = day(reader, &at, "start");
    let end = day(reader, &at, "end");
    if let (Some((first, start)), Some((_, end))) = (&start, &end)
        && start > end
    {
        reader.fault(
            &below(&at.pointer, "end"),
            format!("the event ends on {end}, before it starts on {first}"),
        );
    }
    let place = reader.optional(&at, "place");
    let url = at.field("url").and_then(|_| address(reader, &at, "url"));
    Some(Event {
        name: name?,
        start: start.map(|(written, _)| written),
        end: end.map(|(written, _)| written),
        place,
        url,
    })
}

pub(super) fn media(reader: &mut Reader<'_>, root: &At<'_>) -> Vec<Media> {
    let Some(at) = root.field("media") else { return Vec::new() };
    let entries = reader.list(&at, Some(Limits::MEDIA));
    entries.iter().filter_map(|entry| file(reader, entry)).collect()
}

fn file(reader: &mut Reader<'_>, at: &At<'_>) -> Option<Media> {
    // Width and height are measured, so what is said of them is not read; whoever sends a release back as it was answered says them.
    let known = [
        "sha256",
        "name",
        "type",
        "size",
        "alt",
        "caption",
        "credit",
        "renditions",
        "width",
        "height",
    ];
    if !reader.object(at, &known, &[]) {
        return None;
    }
    let named = upload(reader, at);
    let alt = reader.localised(at, "alt");
    let caption = reader.localised(at, "caption");
    let credit = reader.optional(at, "credit").unwrap_or_default();
    let renditions = renditions(reader, at);
    let Upload { sha256, name, kind, size } = named?;
    if !renditions.is_empty() && !kind.starts_with("image/") {
        let pointer = below(&at.pointer, "renditions");
        reader.fault(
            &pointer,
            format!("expected renditions of a picture only, found {} of {kind}", renditions.len()),
        );
    }
    Some(Media {
        sha256,
        name,
        kind,
        size,
        alt,
        caption,
        credit,
        width: None,
        height: None,
        renditions,
    })
}

fn renditions(reader: &mut Reader<'_>, at: &At<'_>) -> Vec<Rendition> {
    let Some(list) = at.field("renditions") else { return Vec::new() };
    let mut renditions = Vec::new();
    for entry in reader.list(&list, Some(Limits::RENDITIONS)) {
        // Its address is known, and its extent is measured.
        if !reader.object(&entry, &["sha256", "size", "url", "width", "height"], &[]) {
            continue;
        }
        let (sha256, size) = (digest(reader, &entry), bytes(reader, &entry));
        renditions.extend(sha256.zip(size).map(|(sha256, size)| Rendition {
            url: String::new(),
            sha256,
            size,
            width: None,
            height: None,
        }));
    }
    renditions
}

/// What a text must be: its field, a test of it, and how that is said.
fn checked(reader: &mut Reader<'_>, at: &At<'_>, (name, holds, expected): (&str, fn(&str) -> bool, &str)) -> Option<String> {
    let found = reader.required(at, name)?;
    if !holds(&found) {
        reader.fault(&below(&at.pointer, name), format!("expected {expected}, found {}", shown(&found)));
        return None;
    }
    Some(found)
}

fn digest(reader: &mut Reader<'_>, at: &At<'_>) -> Option<String> {
    checked(reader, at, ("sha256", is_sha256, "64 lower-case hexadecimal digits"))
}

fn bytes(reader: &mut Reader<'_>, at: &At<'_>) -> Option<u64> {
    match at.field("size") {
        Some(size) => reader.size(&size),
        None => {
            reader.missing(at, "size");
            None
        }
    }
}

/// What is said of a file, whether it is announced or stands in a release.
pub(crate) fn upload(reader: &mut Reader<'_>, at: &At<'_>) -> Option<Upload> {
    let sha256 = digest(reader, at);
    let expected = "a file name without `/`, `\\` and `..`, at most 200 characters";
    let name = checked(reader, at, ("name", is_file_name, expected));
    let kind = checked(reader, at, ("type", is_media_type, "a media type such as image/jpeg"));
    let size = bytes(reader, at);
    Some(Upload {
        sha256: sha256?,
        name: name?,
        kind: kind?,
        size: size?,
    })
}

pub(crate) fn is_sha256(found: &str) -> bool {
    found.len() == 64 && found.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

pub(crate) fn is_file_name(found: &str) -> bool {
    !found.contains(['/', '\\']) && !found.contains("..") && found != "." && found.chars().count() <= 200
}

/// RFC 6838, section 4.2, in lower case and without parameters.
pub(crate) fn is_media_type(found: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part.len() <= 127
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$&-^_.+".contains(&b))
    };
    found.split_once('/').is_some_and(|(kind, subtype)| part(kind) && part(subtype))
}

pub(super) fn links(reader: &mut Reader<'_>, root: &At<'_>) -> Vec<Link> {
    let Some(at) = root.field("links") else { return Vec::new() };
    let mut links = Vec::new();
    for entry in reader.list(&at, None) {
        if !reader.object(&entry, &["url", "label"], &[]) {
            continue;
        }
        let url = address(reader, &entry, "url");
        let label = reader.localised(&entry, "label");
        links.extend(url.map(|url| Link { url, label }));
    }
    links
}

pub(super) fn correction(reader: &mut Reader<'_>, root: &At<'_>) -> Option<Correction> {
    let at = root.field("correction")?;
    if !reader.object(&at, &["note", "minor"], &[]) {
        return None;
    }
    let note = reader.localised(&at, "note");
    let minor = at.field("minor").and_then(|minor| reader.truth(&minor)).unwrap_or_default();
    Some(Correction { note, minor })
}
