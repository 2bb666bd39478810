//! Entries that views share, with what was rendered from them.
//!
//! A feed of 200 entries changes by one: the other 199 are written as they were. So an entry remembers its text in each format; a
//! view is put together from them.

use std::{
    ops::Deref,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use release::{Lang, Site};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

/// Entries stand in a list of the document's top level: two steps in, two spaces each. So does the entry of a list in a list.
const NESTED: (&str, &str) = ("[\n  [\n    ", "\n  ]\n]");

/// Bytes of an ordinary entry.
const ROOM: usize = 8 << 10;

/// A format in which an entry was rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Rss,
    Atom,
    Home,
}

/// An entry that never changes, shared by the versions of a view, and what was rendered from it.
///
/// Two are equal when their values are. As JSON it is its value, indented for a list at the top of a document.
#[derive(Debug)]
pub struct Kept<T>(Arc<Inner<T>>);

#[derive(Debug)]
struct Inner<T> {
    value: T,
    json: OnceLock<Box<RawValue>>,
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

    /// Writes its text behind `out`; `render` makes it when nobody has asked for it before.
    pub(crate) fn write<E>(
        &self,
        form: Form,
        site: &Site,
        language: &Lang,
        out: &mut String,
        render: impl FnOnce(&T) -> Result<String, E>,
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
        let text = render(&self.0.value)?.into_boxed_str();
        out.push_str(&text);
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

impl<T: Serialize> Serialize for Kept<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(json) = self.0.json.get() {
            return json.serialize(serializer);
        }
        let mut nested = Vec::with_capacity(ROOM);
        serde_json::to_writer_pretty(&mut nested, &[[&self.0.value]]).map_err(S::Error::custom)?;
        let nested = str::from_utf8(&nested).map_err(S::Error::custom)?;
        let json = nested.strip_prefix(NESTED.0).and_then(|text| text.strip_suffix(NESTED.1));
        let json = json.ok_or_else(|| S::Error::custom("expected a list in a list"))?;
        let json = RawValue::from_string(json.to_owned()).map_err(S::Error::custom)?;
        self.0.json.get_or_init(|| json).serialize(serializer)
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
        entries: Vec<T>,
    }

    #[test]
    fn a_list_of_them_looks_as_if_they_were_not_kept() {
        let entry = || serde_json::json!({"text": "a\nb", "more": {"none": [], "some": [1, {"deep": null}]}});
        let plain = List {
            name: "list",
            entries: vec![entry(), entry()],
        };
        let kept = List {
            name: "list",
            entries: vec![Kept::new(entry()), Kept::new(entry())],
        };
        let text = crate::to_json(&plain);
        for _ in 0..2 {
            assert_eq!(String::from_utf8_lossy(&crate::to_json(&kept)), String::from_utf8_lossy(&text));
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
            let render = |value: &i32| {
                made += 1;
                Ok::<_, ()>(format!("{value}{made} "))
            };
            kept.write(form, site, language, &mut out, render).unwrap();
        }
        assert_eq!(out, "71 71 72 73 74 ");
    }
}
