//! Entries that views share, with what was rendered from them.
//!
//! A feed of 200 entries changes by one: the other 199 are written as they were. So an entry remembers its text in each format; a
//! view is put together from them.

use std::{
    io,
    ops::Deref,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use release::{Lang, Site};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};
use serde_json::ser::{Formatter as _, PrettyFormatter};

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
struct Inner<T> {
    value: T,
    /// Indented for a list at the top of a document.
    json: OnceLock<Box<[u8]>>,
    texts: Mutex<Vec<Text>>,
}

/// What was rendered in one form for one site and language.
#[derive(Debug)]
struct Text {
    form: Form,
    site: u64,
    language: Lang,
    text: Box<str>,
}

impl<T> Kept<T> {
    /// Nothing is rendered yet.
    pub fn new(value: T) -> Self {
        Self(Arc::new(Inner {
            value,
            json: OnceLock::new(),
            texts: Mutex::default(),
        }))
    }

    /// Writes its text behind `out`; `render` does so when nobody has asked for it before.
    pub(crate) fn write<E>(
        &self,
        form: Form,
        site: &Site,
        language: &Lang,
        out: &mut String,
        render: impl FnOnce(&T, &mut String) -> Result<(), E>,
    ) -> Result<(), E> {
        // Whole texts are put in: a panic elsewhere leaves the list sound.
        let mut texts = self.0.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = texts
            .iter()
            .find(|text| text.form == form && text.site == site.digest && text.language == *language);
        if let Some(known) = known {
            out.push_str(&known.text);
            return Ok(());
        }
        let from = out.len();
        render(&self.0.value, out)?;
        let text = out[from..].into();
        texts.push(Text {
            form,
            site: site.digest,
            language: language.clone(),
            text,
        });
        Ok(())
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

impl<T: Serialize> Kept<T> {
    /// Writes its JSON behind `out`, indented for a list at the top of a document.
    fn write_json(&self, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        if let Some(json) = self.0.json.get() {
            out.extend_from_slice(json);
            return Ok(());
        }
        let from = out.len();
        // Entries stand in a list at the document's top: two steps in.
        let mut indented = PrettyFormatter::new();
        for _ in 0..2 {
            indented.begin_array(&mut io::sink()).map_err(serde_json::Error::io)?;
        }
        self.0
            .value
            .serialize(&mut serde_json::Serializer::with_formatter(&mut *out, indented))?;
        self.0.json.get_or_init(|| out[from..].into());
        Ok(())
    }
}

/// JSON of a document as [`to_json`](crate::to_json) writes it, put together from what its entries have kept: `without` is the document
/// with an empty list `name`, `entries` stand there.
pub(crate) fn put_together<D: Serialize, T: Serialize>(
    without: &D,
    name: &str,
    entries: &[Kept<T>],
    room: usize,
) -> Result<Vec<u8>, serde_json::Error> {
    let frame = serde_json::to_string_pretty(without)?;
    if entries.is_empty() {
        return Ok(frame.into_bytes());
    }
    // No text of JSON has a line end in it: this stands at the top of the document only.
    let list = format!("\n  \"{name}\": []");
    let at = frame.find(&list);
    let at = at.ok_or_else(|| serde_json::Error::custom(format!("expected an empty list {name}")))? + list.len();
    let (head, tail) = frame.split_at(at - 1);
    // A buffer of megabytes that grows takes twice what it holds: what is known to be coming finds room.
    let known = entries.iter().map(|entry| entry.0.json.get().map_or(0, |json| json.len() + 8));
    let mut out = Vec::with_capacity(room.max(frame.len() + known.sum::<usize>()));
    out.extend_from_slice(head.as_bytes());
    for (n, entry) in entries.iter().enumerate() {
        out.extend_from_slice(if n == 0 { b"\n    " } else { b",\n    " });
        entry.write_json(&mut out)?;
    }
    out.extend_from_slice(b"\n  ");
    out.extend_from_slice(tail.as_bytes());
    Ok(out)
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
                assert_eq!(String::from_utf8_lossy(&written), serde_json::to_string_pretty(&plain).unwrap());
            }
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
        let kept = Kept::new(7);
        let mut made = 0;
        let mut out = String::new();
        let [en, fr] = [&site.languages[0].tag, &site.languages[1].tag];
        for (form, site, language) in [
            (Form::Rss, &site, en),
            (Form::Rss, &site, en),
            (Form::Atom, &site, en),
            (Form::Atom, &site, fr),
            (Form::Atom, &other, fr),
        ] {
            let render = |value: &i32, out: &mut String| {
                made += 1;
                out.push_str(&format!("{value}{made} "));
                Ok::<_, ()>(())
            };
            kept.write(form, site, language, &mut out, render).unwrap();
        }
        assert_eq!(out, "71 71 72 73 74 ");
    }
}
