//! Entries that views share, with what was rendered from them.
//!
//! A feed of 200 entries changes by one: the other 199 are written as they were. So an entry remembers its text in each format; a
//! view is put together from them.
//!
//! Of a document whose entries are all new their texts are parts: nothing is copied. Otherwise each new text is a copy of its own; a
//! document as a whole would stay as long as any entry that was new in it.

use std::{
    io,
    ops::{Deref, Range},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use bytes::Bytes;
use release::{Lang, Site};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};
use sonic_rs::format::{Formatter as _, PrettyFormatter};

use crate::pool::{Meter, Weigh};

/// A format in which an entry was rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Rss,
    Atom,
    Home,
}

/// An entry that never changes, shared by the versions of a view, and what was rendered from it.
///
/// Two are equal when their values are. As JSON it is its value.
#[derive(Debug)]
pub struct Kept<T>(Arc<Inner<T>>);

#[derive(Debug)]
pub(crate) struct Inner<T> {
    value: T,
    texts: Mutex<Texts>,
}

#[derive(Debug, Default)]
struct Texts {
    /// Indented for a list at the top of a document.
    json: Option<Bytes>,
    of: Vec<Text>,
    /// Who wants to know how much they are, and what it was told.
    measured: Option<Measured>,
}

/// What was rendered for a kind of document.
#[derive(Debug)]
struct Text {
    of: Arc<Of>,
    text: Bytes,
}

#[derive(Debug)]
struct Measured {
    meter: Meter,
    bytes: usize,
}

impl Measured {
    fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.meter.add(bytes);
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        self.meter.subtract(self.bytes);
    }
}

/// A kind of document: a form for one site and language.
#[derive(Debug, PartialEq, Eq)]
struct Of {
    form: Form,
    site: u64,
    language: Lang,
}

/// Texts of entries that nobody had asked for before, and where they stand in a document that is not finished yet.
pub(crate) struct Made<'a, T> {
    new: Vec<(&'a Kept<T>, Range<usize>)>,
    /// All are new.
    all: bool,
    /// `None` for JSON.
    of: Option<Arc<Of>>,
}

impl<T> Made<'_, T> {
    /// The document with all that stands behind its entries by now; they keep their texts.
    pub(crate) fn finish(self, document: Vec<u8>) -> Bytes {
        let document = Bytes::from(document);
        for (entry, range) in self.new {
            let text = if self.all {
                document.slice(range)
            } else {
                Bytes::copy_from_slice(&document[range])
            };
            entry.keep(self.of.as_ref(), text);
        }
        document
    }
}

/// Writes the texts of entries behind `out`; `render` does so for those that nobody has asked for before.
pub(crate) fn write_all<'a, T, E>(
    entries: impl Iterator<Item = &'a Kept<T>>,
    (form, site, language): (Form, &Site, &Lang),
    out: &mut Vec<u8>,
    mut render: impl FnMut(&T, &mut Vec<u8>) -> Result<(), E>,
) -> Result<Made<'a, T>, E> {
    let of = Arc::new(Of {
        form,
        site: site.digest,
        language: language.clone(),
    });
    let (mut new, mut all) = (Vec::with_capacity(entries.size_hint().1.unwrap_or_default()), true);
    for entry in entries {
        if entry.find(&of, out) {
            all = false;
            continue;
        }
        let from = out.len();
        render(entry, out)?;
        new.push((entry, from..out.len()));
    }
    Ok(Made { new, all, of: Some(of) })
}

impl<T> Kept<T> {
    /// Nothing is rendered yet.
    pub fn new(value: T) -> Self {
        Self(Arc::new(Inner {
            value,
            texts: Mutex::default(),
        }))
    }

    pub(crate) fn from_inner(inner: Arc<Inner<T>>) -> Self {
        Self(inner)
    }

    pub(crate) fn downgrade(&self) -> Weak<Inner<T>> {
        Arc::downgrade(&self.0)
    }

    /// Tells a meter what it takes, now and later, until nobody has it any more.
    pub(crate) fn measure(&self, meter: &Meter)
    where
        T: Weigh,
    {
        let mut texts = self.texts();
        if texts.measured.is_none() {
            let known = texts.json.iter().chain(texts.of.iter().map(|text| &text.text)).map(Bytes::len);
            let bytes = self.0.value.weight() + known.sum::<usize>();
            let mut measured = Measured {
                meter: meter.clone(),
                bytes: 0,
            };
            measured.add(bytes);
            texts.measured = Some(measured);
        }
    }

    fn texts(&self) -> MutexGuard<'_, Texts> {
        // Whole texts are put in: a panic elsewhere leaves the list sound.
        self.0.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes its text behind `out` if it has it.
    fn find(&self, of: &Of, out: &mut Vec<u8>) -> bool {
        let texts = self.texts();
        let known = texts.of.iter().find(|text| *text.of == *of);
        known.inspect(|known| out.extend_from_slice(&known.text)).is_some()
    }

    fn keep(&self, of: Option<&Arc<Of>>, text: Bytes) {
        let mut texts = self.texts();
        let bytes = text.len();
        // Somebody else may have rendered it meanwhile.
        match of {
            None if texts.json.is_none() => texts.json = Some(text),
            Some(of) if !texts.of.iter().any(|known| known.of == *of) => texts.of.push(Text { of: Arc::clone(of), text }),
            _ => return,
        }
        if let Some(measured) = &mut texts.measured {
            measured.add(bytes);
        }
    }

    fn json(&self) -> Option<Bytes> {
        self.texts().json.clone()
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: PartialEq> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.value == other.0.value
    }
}

/// JSON of a document as [`to_json`](crate::to_json) writes it, put together from what its entries have kept: `without` is the document
/// with an empty list `name`, `entries` stand there.
pub(crate) fn put_together<D: Serialize, T: Serialize>(
    without: &D,
    name: &str,
    entries: &[Kept<T>],
    room: usize,
) -> Result<Bytes, serde_json::Error> {
    let mut frame = serde_json::to_string_pretty(without)?;
    frame.push('\n');
    if entries.is_empty() {
        return Ok(Bytes::from(frame));
    }
    // No text of JSON has a line end in it: this stands at the top of the document only.
    let list = format!("\n  \"{name}\": []");
    let at = frame.find(&list);
    let at = at.ok_or_else(|| serde_json::Error::custom(format!("expected an empty list {name}")))? + list.len();
    let (head, tail) = frame.split_at(at - 1);
    // A buffer of megabytes that grows takes twice what it holds: what is known to be coming finds room.
    let known = entries.iter().map(|entry| entry.json().map_or(0, |json| json.len() + 8));
    let mut out = Vec::with_capacity(room.max(frame.len() + known.sum::<usize>()));
    let mut made = Made {
        new: Vec::with_capacity(entries.len()),
        all: true,
        of: None,
    };
    out.extend_from_slice(head.as_bytes());
    for (n, entry) in entries.iter().enumerate() {
        out.extend_from_slice(if n == 0 { b"\n    " } else { b",\n    " });
        if let Some(json) = entry.json() {
            out.extend_from_slice(&json);
            made.all = false;
            continue;
        }
        let from = out.len();
        let written = entry.0.value.serialize(&mut indented(&mut out)?);
        written.map_err(serde_json::Error::custom)?;
        made.new.push((entry, from..out.len()));
    }
    out.extend_from_slice(b"\n  ");
    out.extend_from_slice(tail.as_bytes());
    Ok(made.finish(out))
}

/// Writes as for a list at the top of a document: two steps in.
///
/// `serde_json` looks at each byte of a text; this one looks at many at a time, and writes the same.
fn indented(out: &mut Vec<u8>) -> Result<sonic_rs::Serializer<&mut Vec<u8>, PrettyFormatter<'static>>, serde_json::Error> {
    let mut indented = PrettyFormatter::new();
    for _ in 0..2 {
        indented.begin_array(&mut io::sink()).map_err(serde_json::Error::io)?;
    }
    Ok(sonic_rs::Serializer::with_formatter(out, indented))
}

impl<T: Serialize> Serialize for Kept<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

impl<T: JsonSchema> JsonSchema for Kept<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[derive(Serialize)]
    struct List<T> {
        name: &'static str,
        inner: Vec<Inside>,
        entries: Vec<T>,
        tail: u8,
    }

    /// Its list has the name of the document's.
    #[derive(Serialize)]
    struct Inside {
        entries: [u8; 0],
    }

    fn list<T>(entries: Vec<T>) -> List<T> {
        List {
            name: "\n  \"entries\": []",
            inner: vec![Inside { entries: [] }],
            entries,
            tail: 0,
        }
    }

    #[test]
    fn a_list_of_them_looks_as_if_they_were_not_kept() {
        let entry = || serde_json::json!({"text": "a\nb", "more": {"none": [], "some": [1, {"deep": null}]}});
        for count in 0..3 {
            let plain = list((0..count).map(|_| entry()).collect());
            let kept: Vec<_> = (0..count).map(|_| Kept::new(entry())).collect();
            for _ in 0..2 {
                let written = put_together(&list(Vec::<u8>::new()), "entries", &kept, 0).unwrap();
                let plain = serde_json::to_string_pretty(&plain).unwrap() + "\n";
                assert_eq!(String::from_utf8_lossy(&written), plain);
            }
        }
    }

    #[test]
    fn each_character_is_written_as_serde_json_writes_it() {
        let all: Vec<char> = (0..0x300)
            .chain([0x2028, 0x2029, 0xfeff, 0xfffd, 0x1f600])
            .filter_map(char::from_u32)
            .collect();
        // Wherever it stands in what is looked at together, in texts that end anywhere in it.
        for before in [0, 1, 15, 16, 31, 32, 63, 64] {
            let texts = all
                .iter()
                .map(|each| format!("{}{each}{}", "x".repeat(before), "y".repeat(before / 2)));
            let texts: Vec<String> = texts.chain([String::from_iter(&all)]).collect();
            let kept: Vec<_> = texts.iter().cloned().map(Kept::new).collect();
            let written = put_together(&list(Vec::<u8>::new()), "entries", &kept, 0).unwrap();
            let plain = serde_json::to_string_pretty(&list(texts)).unwrap() + "\n";
            assert!(written == plain, "{before}");
        }
    }

    #[test]
    fn a_text_is_made_once_for_each_form_and_language_and_site() {
        let site = Site::parse(include_str!("../../local/src/sample/site.toml"), "site.toml").unwrap();
        let other = Site::parse(
            &include_str!("../../local/src/sample/site.toml").replace("organisation = \"", "organisation = \"Other "),
            "site.toml",
        )
        .unwrap();
        let kept = [Kept::new(7)];
        let mut made = 0;
        let mut all = Vec::new();
        let [en, fr] = [&site.languages[0].tag, &site.languages[1].tag];
        for (form, site, language) in [
            (Form::Rss, &site, en),
            (Form::Rss, &site, en),
            (Form::Atom, &site, en),
            (Form::Atom, &site, fr),
            (Form::Atom, &other, fr),
        ] {
            let render = |value: &i32, out: &mut Vec<u8>| {
                made += 1;
                write!(out, "{value}{made} ")
            };
            let mut out = Vec::new();
            let new = write_all(kept.iter(), (form, site, language), &mut out, render).unwrap();
            all.extend(new.finish(out));
        }
        assert_eq!(String::from_utf8(all).unwrap(), "71 71 72 73 74 ");
    }

    #[test]
    fn a_document_stays_only_for_entries_that_were_new_in_it_all() {
        let site = Site::parse(include_str!("../../local/src/sample/site.toml"), "site.toml").unwrap();
        let mut kept = vec![Kept::new(1), Kept::new(2)];
        let written = |kept: &[Kept<i32>]| {
            let of = (Form::Rss, &site, site.default_language());
            let mut out = b"head ".to_vec();
            let new = write_all(kept.iter(), of, &mut out, |value, out| write!(out, "{value} ")).unwrap();
            out.extend_from_slice(b"tail");
            new.finish(out)
        };
        let within = |document: &Bytes, entry: &Kept<i32>| {
            let text = entry.texts().of[0].text.as_ptr_range();
            document.as_ptr_range().contains(&text.start)
        };
        let first = written(&kept);
        kept.insert(0, Kept::new(3));
        let second = written(&kept);
        assert_eq!([&first[..], &second[..]], [&b"head 1 2 tail"[..], b"head 3 1 2 tail"]);
        assert!(within(&first, &kept[1]) && within(&first, &kept[2]));
        assert!(!kept.iter().any(|entry| within(&second, entry)));
        assert_eq!(written(&kept), second);
    }
}
