//! Reads JSON field by field, collecting every fault with its pointer.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::clean::Cleaned;
use crate::markup::shown;
use crate::{Fault, Faults, Lang, Limits, Localised, Site, clean_line, clean_text};

/// Nobody mends more than this at once, and an answer must stay small.
const MOST: usize = 100;

/// Where a value stands: JSON pointer and value.
#[derive(Clone)]
pub(crate) struct At<'a> {
    pub(crate) pointer: String,
    pub(crate) value: &'a Value,
}

impl<'a> At<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self {
            pointer: String::new(),
            value,
        }
    }

    /// A field of an object, when it is there.
    pub(crate) fn field(&self, name: &str) -> Option<At<'a>> {
        let value = self.value.get(name)?;
        Some(At {
            pointer: below(&self.pointer, name),
            value,
        })
    }
}

/// The pointer of a field (RFC 6901, section 3).
pub(crate) fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Collects what is wrong and what was cleaned.
pub(crate) struct Reader<'s> {
    pub(crate) site: &'s Site,
    pub(crate) faults: Faults,
    pub(crate) warnings: Vec<Fault>,
    more: bool,
}

impl<'s> Reader<'s> {
    pub(crate) fn new(site: &'s Site) -> Self {
        Self {
            site,
            faults: Faults::default(),
            warnings: Vec::new(),
            more: false,
        }
    }

    pub(crate) fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        if self.faults.0.len() < MOST - 1 {
            self.faults.add(pointer, message);
        } else if !self.more {
            self.more = true;
            self.faults.add("", "there are more faults; mend these first");
        }
    }

    pub(crate) fn warn(&mut self, pointer: &str, message: impl Into<String>) {
        if self.warnings.len() < MOST {
            self.warnings.push(Fault {
                pointer: pointer.to_owned(),
                message: message.into(),
            });
        }
    }

    fn wrong_kind(&mut self, at: &At<'_>, expected: &str) {
        let hint = if at.value.is_null() { "; leave the field out" } else { "" };
        self.fault(&at.pointer, format!("expected {expected}, found {}{hint}", kind(at.value)));
    }

    /// An object whose fields are all in `known`; `reserved` ones are set by the server.
    pub(crate) fn object<'a>(&mut self, at: &At<'a>, known: &[&str], reserved: &[&str]) -> bool {
        let Some(fields) = self.map(at) else { return false };
        for name in fields.keys() {
            if known.contains(&name.as_str()) {
                continue;
            }
            let pointer = below(&at.pointer, &name.chars().take(100).collect::<String>());
            if reserved.contains(&name.as_str()) {
                self.fault(&pointer, format!("`{name}` is set by the server; leave it out"));
            } else {
                self.fault(
                    &pointer,
                    format!("{} is no field here; known ones are {}", shown(name), known.join(", ")),
                );
            }
        }
        true
    }

    /// An object whose field names are data.
    pub(crate) fn map<'a>(&mut self, at: &At<'a>) -> Option<&'a Map<String, Value>> {
        let found = at.value.as_object();
        if found.is_none() {
            self.wrong_kind(at, "an object");
        }
        found
    }

    /// The entries of a list, at most `most`.
    pub(crate) fn list<'a>(&mut self, at: &At<'a>, most: Option<usize>) -> Vec<At<'a>> {
        let Some(found) = at.value.as_array() else {
            self.wrong_kind(at, "a list");
            return Vec::new();
        };
        let most = most.unwrap_or(usize::MAX);
        if found.len() > most {
            self.fault(&at.pointer, format!("at most {most} entries, found {}", found.len()));
        }
        let entry = |(n, value)| At {
            pointer: format!("{}/{n}", at.pointer),
            value,
        };
        found.iter().take(most).enumerate().map(entry).collect()
    }

    /// A text as it was sent, without NUL.
    fn raw<'a>(&mut self, at: &At<'a>) -> Option<&'a str> {
        let Some(found) = at.value.as_str() else {
            self.wrong_kind(at, "a text");
            return None;
        };
        if found.contains('\0') {
            self.fault(&at.pointer, "the text holds the character NUL (U+0000); take it out");
            return None;
        }
        Some(found)
    }

    fn cleaned(&mut self, at: &At<'_>, cleaned: Cleaned) -> String {
        if !cleaned.removed.is_empty() {
            let mut names: Vec<String> = cleaned.removed.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
            names.dedup();
            names.truncate(5);
            let count = cleaned.removed.len();
            let what = if count == 1 { "character" } else { "characters" };
            self.warn(
                &at.pointer,
                format!("took out {count} {what} that no feed can carry: {}", names.join(", ")),
            );
        }
        cleaned.text
    }

    /// A text of one line.
    pub(crate) fn line(&mut self, at: &At<'_>) -> Option<String> {
        let raw = self.raw(at)?;
        Some(self.cleaned(at, clean_line(raw)))
    }

    /// A text of several lines.
    pub(crate) fn lines(&mut self, at: &At<'_>) -> Option<String> {
        let raw = self.raw(at)?;
        Some(self.cleaned(at, clean_text(raw)))
    }

    /// A line as long as a feed shows one.
    fn short(&mut self, at: &At<'_>) -> Option<String> {
        let found = self.line(at)?;
        let length = found.chars().count();
        if length > Limits::LINE_CHARS {
            self.fault(
                &at.pointer,
                format!("at most {} characters, found {length}; shorten it", Limits::LINE_CHARS),
            );
            return None;
        }
        Some(found)
    }

    /// A line that may not be empty.
    pub(crate) fn filled(&mut self, at: &At<'_>) -> Option<String> {
        let found = self.short(at)?;
        if found.is_empty() {
            self.fault(&at.pointer, "expected a text, found an empty one");
            return None;
        }
        Some(found)
    }

    /// A field that must be there and hold a line.
    pub(crate) fn required(&mut self, parent: &At<'_>, name: &str) -> Option<String> {
        match parent.field(name) {
            Some(at) => self.filled(&at),
            None => {
                self.missing(parent, name);
                None
            }
        }
    }

    pub(crate) fn missing(&mut self, parent: &At<'_>, name: &str) {
        self.fault(&below(&parent.pointer, name), format!("`{name}` is missing"));
    }

    /// An optional field that holds a line; an empty one counts as absent.
    pub(crate) fn optional(&mut self, parent: &At<'_>, name: &str) -> Option<String> {
        let at = parent.field(name)?;
        self.short(&at).filter(|found| !found.is_empty())
    }

    pub(crate) fn truth(&mut self, at: &At<'_>) -> Option<bool> {
        let found = at.value.as_bool();
        if found.is_none() {
            self.wrong_kind(at, "true or false");
        }
        found
    }

    pub(crate) fn size(&mut self, at: &At<'_>) -> Option<u64> {
        let found = at.value.as_u64();
        if found.is_none() {
            match at.value {
                Value::Number(number) => self.fault(&at.pointer, format!("expected a whole number of bytes, found {number}")),
                _ => self.wrong_kind(at, "a number"),
            }
        }
        found
    }

    /// A language tag that the site has.
    pub(crate) fn language(&mut self, pointer: &str, tag: &str) -> Option<Lang> {
        let found = match Lang::parse(tag) {
            Ok(found) => found,
            Err(_) => {
                let message = format!(
                    "expected a language tag such as `en` or `zh-Hans` (BCP 47), found {}; this site has {}",
                    shown(tag),
                    self.languages()
                );
                self.fault(pointer, message);
                return None;
            }
        };
        if self.site.language(&found).is_none() {
            let message = format!("{} is no language of this site; it has {}", shown(found.as_str()), self.languages());
            self.fault(pointer, message);
            return None;
        }
        Some(found)
    }

    fn languages(&self) -> String {
        let tags: Vec<&str> = self.site.languages.iter().map(|language| language.tag.as_str()).collect();
        tags.join(", ")
    }

    /// The entries of an object that has one per language.
    pub(crate) fn by_language<'a>(&mut self, at: &At<'a>) -> BTreeMap<Lang, At<'a>> {
        let mut entries: BTreeMap<Lang, At<'a>> = BTreeMap::new();
        for (tag, value) in self.map(at).into_iter().flatten() {
            let pointer = below(&at.pointer, &tag.chars().take(100).collect::<String>());
            let Some(language) = self.language(&pointer, tag) else { continue };
            if entries.contains_key(&language) {
                self.fault(&pointer, format!("the language `{language}` stands twice; keep one"));
                continue;
            }
            entries.insert(language, At { pointer, value });
        }
        entries
    }

    /// One line per language; empty ones count as absent.
    pub(crate) fn localised(&mut self, parent: &At<'_>, name: &str) -> Localised {
        let mut texts = Localised::new();
        let Some(at) = parent.field(name) else { return texts };
        for (language, entry) in self.by_language(&at) {
            if let Some(text) = self.short(&entry).filter(|text| !text.is_empty()) {
                texts.insert(language, text);
            }
        }
        texts
    }

    /// Ids of a list that the site knows, each once.
    pub(crate) fn ids(&mut self, parent: &At<'_>, name: &str, most: Option<usize>, known: &[&str]) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        let Some(at) = parent.field(name) else { return ids };
        for entry in self.list(&at, most) {
            let Some(id) = self.line(&entry) else { continue };
            if !known.contains(&id.as_str()) {
                let list = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                self.fault(&entry.pointer, format!("{} is not one of this site's {name}: {list}", shown(&id)));
            } else if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

/// What a JSON value is, in words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
