//! A posted form, and the release that the editor's form holds.
//!
//! Names of fields are the paths of the release's JSON: `texts.fr.title` is `/texts/fr/title`. The form says what was written; whether that
//! is a release is for [`release::Draft::from_json`] to say.

use bytes::Bytes;
use release::{Lang, Localised, Revision, Site, Upload};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// Fields of a text besides its format.
pub(super) const TEXT: [&str; 5] = ["title", "subtitle", "dateline", "summary", "body"];
/// Fields of the event.
pub(super) const EVENT: [&str; 5] = ["name", "start", "end", "place", "url"];

/// Names and values in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl From<Vec<(String, String)>> for Form {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl Form {
    /// Reads `application/x-www-form-urlencoded`; line ends are as they are stored, not as browsers send them.
    pub(super) fn read(body: Bytes) -> Self {
        let pairs = form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")));
        Self(pairs.collect())
    }

    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    pub(super) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    pub(super) fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(known, _)| known != name).cloned().collect())
    }

    /// The first value of a name; nothing when there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        found.next().map_or("", |(_, value)| value.as_str())
    }

    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(known, found)| known == name && found == value)
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.get(name).parse().ok()
    }

    fn put(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// What a row keeps of its file, unseen.
    pub(super) const FILE: [&str; 5] = ["sha256", "name", "type", "size", "renditions"];

    /// Adds a row for a file that has arrived.
    pub(super) fn attach(&mut self, file: &Upload) {
        let row = self.rows("media").into_iter().max().map_or(0, |last| last + 1);
        for (name, value) in [("sha256", &file.sha256), ("name", &file.name), ("type", &file.kind)] {
            self.put(format!("media.{row}.{name}"), value.as_str());
        }
        self.put(format!("media.{row}.size"), file.size.to_string());
    }

    /// The numbers of the rows of a list, in their order, and whether one is to be left out.
    pub(super) fn rows(&self, list: &str) -> Vec<usize> {
        let mut rows: Vec<usize> = Vec::new();
        for (name, _) in &self.0 {
            let number = name.strip_prefix(list).and_then(|rest| rest.strip_prefix('.'));
            let number = number.and_then(|rest| rest.split('.').next()?.parse().ok());
            // Nobody has more; numbers come from outside.
            if let Some(number) = number.filter(|number| *number < 1_000 && !rows.contains(number)) {
                rows.push(number);
            }
        }
        rows
    }

    /// The form of a release that is stored.
    pub(super) fn of(revision: &Revision) -> Self {
        let mut form = Self::default();
        form.put("language", revision.language.as_str());
        form.put("date", revision.date.clone().unwrap_or_default());
        for (tag, text) in &revision.texts {
            let values = [&text.title, &text.subtitle, &text.dateline, &text.summary, &text.body];
            for (name, value) in TEXT.iter().zip(values) {
                form.put(format!("texts.{tag}.{name}"), value.as_str());
            }
            let format = json!(text.format);
            form.put(format!("texts.{tag}.format"), format.as_str().unwrap_or_default());
        }
        for (list, ids) in [
            ("topics", &revision.topics),
            ("contacts", &revision.contacts),
            ("boilerplates", &revision.boilerplates),
        ] {
            for id in ids {
                form.put(list, id.as_str());
            }
        }
        if let Some(event) = &revision.event {
            let values = [
                Some(&event.name),
                event.start.as_ref(),
                event.end.as_ref(),
                event.place.as_ref(),
                event.url.as_ref(),
            ];
            for (name, value) in EVENT.iter().zip(values) {
                form.put(format!("event.{name}"), value.cloned().unwrap_or_default());
            }
        }
        let mut localised = |name: String, texts: &Localised| {
            for (tag, text) in texts {
                form.put(format!("{name}.{tag}"), text.as_str());
            }
        };
        if let Some(correction) = &revision.correction {
            localised("correction.note".to_owned(), &correction.note);
        }
        for (n, link) in revision.links.iter().enumerate() {
            localised(format!("links.{n}.label"), &link.label);
        }
        for (n, file) in revision.media.iter().enumerate() {
            localised(format!("media.{n}.alt"), &file.alt);
            localised(format!("media.{n}.caption"), &file.caption);
        }
        if revision.correction.as_ref().is_some_and(|correction| correction.minor) {
            form.put("correction.minor", "on");
        }
        for (n, link) in revision.links.iter().enumerate() {
            form.put(format!("links.{n}.url"), link.url.as_str());
        }
        for (n, file) in revision.media.iter().enumerate() {
            form.put(format!("media.{n}.sha256"), file.sha256.as_str());
            form.put(format!("media.{n}.name"), file.name.as_str());
            form.put(format!("media.{n}.type"), file.kind.as_str());
            form.put(format!("media.{n}.size"), file.size.to_string());
            form.put(format!("media.{n}.credit"), file.credit.as_str());
            let renditions = file.renditions.iter().map(|one| format!("{}:{}", one.sha256, one.size));
            form.put(format!("media.{n}.renditions"), renditions.collect::<Vec<_>>().join(" "));
        }
        form
    }

    /// What the API would be sent.
    pub(super) fn release(&self, site: &Site) -> Value {
        let mut release = Map::new();
        let filled = |name: &str| Some(self.get(name)).filter(|value| !value.trim().is_empty());
        if let Some(language) = filled("language") {
            release.insert("language".to_owned(), json!(language));
        }
        if let Some(date) = filled("date") {
            release.insert("date".to_owned(), json!(date));
        }
        let tags: Vec<&Lang> = site.languages.iter().map(|language| &language.tag).collect();
        let texts = tags.iter().filter_map(|tag| Some((tag.to_string(), self.text(tag)?)));
        release.insert("texts".to_owned(), Value::Object(texts.collect()));
        for list in ["topics", "contacts", "boilerplates"] {
            let ids: Vec<&str> = self.all(list).collect();
            if !ids.is_empty() {
                release.insert(list.to_owned(), json!(ids));
            }
        }
        let event = EVENT
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), json!(filled(&format!("event.{name}"))?))));
        let event: Map<String, Value> = event.collect();
        if !event.is_empty() {
            release.insert("event".to_owned(), Value::Object(event));
        }
        let localised = |name: &str| {
            let texts = tags
                .iter()
                .filter_map(|tag| Some((tag.to_string(), json!(filled(&format!("{name}.{tag}"))?))));
            Value::Object(texts.collect())
        };
        let (note, minor) = (localised("correction.note"), !self.get("correction.minor").is_empty());
        if minor || note.as_object().is_some_and(|note| !note.is_empty()) {
            release.insert("correction".to_owned(), json!({"note": note, "minor": minor}));
        }
        let links: Vec<Value> = self
            .kept("links")
            .filter_map(|n| {
                let (url, label) = (filled(&format!("links.{n}.url")), localised(&format!("links.{n}.label")));
                let named = label.as_object().is_some_and(|label| !label.is_empty());
                (url.is_some() || named).then(|| json!({"url": url.unwrap_or_default().trim(), "label": label}))
            })
            .collect();
        if !links.is_empty() {
            release.insert("links".to_owned(), Value::Array(links));
        }
        let media: Vec<Value> = self
            .kept("media")
            .map(|n| {
                let text = |name: &str| self.get(&format!("media.{n}.{name}")).to_owned();
                // Each is a SHA-256 and a size.
                let renditions = text("renditions");
                let renditions = renditions.split_ascii_whitespace().map(|one| {
                    let (sha256, size) = one.split_once(':').unwrap_or((one, ""));
                    json!({"sha256": sha256, "size": size.parse::<u64>().unwrap_or_default()})
                });
                json!({
                    "renditions": renditions.collect::<Vec<_>>(),
                    "sha256": text("sha256"), "name": text("name"), "type": text("type"),
                    "size": text("size").parse::<u64>().unwrap_or_default(), "credit": text("credit"),
                    "alt": localised(&format!("media.{n}.alt")), "caption": localised(&format!("media.{n}.caption")),
                })
            })
            .collect();
        if !media.is_empty() {
            release.insert("media".to_owned(), Value::Array(media));
        }
        Value::Object(release)
    }

    /// Rows of a list that nobody wants to leave out.
    fn kept(&self, list: &str) -> impl Iterator<Item = usize> {
        let rows = self.rows(list).into_iter();
        rows.filter(move |n| self.get(&format!("{list}.{n}.remove")).is_empty())
    }

    /// A text, when anything of it is written.
    fn text(&self, tag: &Lang) -> Option<Value> {
        let mut text = Map::new();
        for name in TEXT {
            let value = self.get(&format!("texts.{tag}.{name}"));
            // A title or body that is missing is a fault of its own; the others may be absent.
            if !value.trim().is_empty() || matches!(name, "title" | "body") {
                text.insert(name.to_owned(), json!(value));
            }
        }
        let written = text
            .values()
            .any(|value| value.as_str().is_some_and(|value| !value.trim().is_empty()));
        let format = self.get(&format!("texts.{tag}.format"));
        if !format.is_empty() {
            text.insert("format".to_owned(), json!(format));
        }
        written.then_some(Value::Object(text))
    }

    /// The name of the field that a pointer into [`Form::release`] is about. Rows that were left out are counted.
    pub(super) fn field(&self, pointer: &str) -> String {
        let mut parts: Vec<String> = pointer.split('/').skip(1).map(str::to_owned).collect();
        if let [list, n, ..] = parts.as_mut_slice()
            && matches!(list.as_str(), "links" | "media")
            && let Ok(sent) = n.parse::<usize>()
        {
            let kept = self.kept(list).filter(|row| {
                list.as_str() == "media"
                    || self
                        .0
                        .iter()
                        .any(|(name, value)| name.starts_with(&format!("links.{row}.")) && !value.trim().is_empty())
            });
            if let Some(row) = kept.collect::<Vec<_>>().get(sent) {
                *n = row.to_string();
            }
        }
        // The lists of ids are one field each.
        if parts
            .first()
            .is_some_and(|list| matches!(list.as_str(), "topics" | "contacts" | "boilerplates"))
        {
            parts.truncate(1);
        }
        parts.join(".")
    }
}

#[cfg(test)]
mod tests {
    use release::Draft;

    use super::*;

    fn site() -> Site {
        Site::parse(include_str!("../../../local/src/sample/site.toml"), "site.toml").unwrap()
    }

    fn form(pairs: &[(&str, &str)]) -> Form {
        let mut body = form_urlencoded::Serializer::new(String::new());
        Form::read(Bytes::from(body.extend_pairs(pairs).finish()))
    }

    #[test]
    fn what_is_stored_comes_back_from_its_form_unchanged() {
        let release = json!({
            "language": "fr", "date": "2016-06-09",
            "texts": {
                "en": {"title": "Closing", "body": "One.\n\nTwo & three.", "format": "text"},
                "fr": {"title": "Clôture", "subtitle": "S", "dateline": "Dakar", "summary": "R", "body": "<p>Un</p>", "format": "html"},
                "ar": {"title": "ختام", "body": "نص"},
            },
            "topics": ["technology", "research"], "contacts": ["press"], "boilerplates": ["about"],
            "event": {"name": "Tide Week", "start": "2016-06-01", "end": "2016-06-03", "place": "Dakar", "url": "https://tide.example/"},
            "links": [{"url": "https://a.example/", "label": {"en": "A", "ar": "ا"}}, {"url": "https://b.example/"}],
            "media": [{"sha256": "a".repeat(64), "name": "quay.jpg", "type": "image/jpeg", "size": 9, "alt": {"en": "A quay"}, "caption": {"fr": "Un quai"}, "credit": "Ana"}],
            "correction": {"note": {"en": "The date was wrong"}, "minor": true},
        });
        let site = site();
        let draft = Draft::from_json(&release, &site).unwrap();
        let mut stored: Value = serde_json::from_value(json!({
            "schema": 1, "id": "018f0000-0000-7000-8000-000000000001", "revision": 1, "at": "2026-06-01T00:00:00Z",
            "by": {"name": "t", "role": "editor"}, "status": "draft",
        }))
        .unwrap();
        for (name, value) in release.as_object().unwrap() {
            stored[name] = value.clone();
        }
        let revision: Revision = serde_json::from_value(stored).unwrap();
        // As a browser sends it, with its line ends.
        let sent = Form::of(&revision).encoded().replace("%0A", "%0D%0A");
        let again = Draft::from_json(&Form::read(Bytes::from(sent)).release(&site), &site).unwrap();
        assert_eq!(again, draft);
    }

    #[test]
    fn a_language_in_which_nothing_is_written_is_left_out_and_a_half_written_one_is_not() {
        let form = form(&[
            ("texts.en.title", "T"),
            ("texts.en.body", "B"),
            ("texts.fr.title", " "),
            ("texts.fr.body", ""),
            ("texts.fr.format", "markdown"),
            ("texts.es.summary", "S"),
            ("texts.de.title", "no language of this site"),
        ]);
        let release = form.release(&site());
        let texts: Vec<&String> = release["texts"].as_object().unwrap().keys().collect();
        assert_eq!(texts, ["en", "es"]);
        let faults = Draft::from_json(&release, &site()).unwrap_err();
        let fields: Vec<String> = faults.0.iter().map(|fault| form.field(&fault.pointer)).collect();
        assert_eq!(fields, ["texts.es.title", "texts.es.body"]);
    }

    #[test]
    fn rows_that_are_left_out_do_not_move_the_faults_of_the_others() {
        let sha = "a".repeat(64);
        let form = form(&[
            ("links.0.url", "https://a.example/"),
            ("links.0.remove", "on"),
            ("links.1.url", ""),
            ("links.2.url", "not an address"),
            ("media.3.sha256", sha.as_str()),
            ("media.3.remove", "on"),
            ("media.7.sha256", sha.as_str()),
            ("media.7.size", "x"),
            ("media.999999.name", "ignored"),
        ]);
        let release = form.release(&site());
        assert_eq!(
            (
                release["links"].as_array().unwrap().len(),
                release["media"].as_array().unwrap().len()
            ),
            (1, 1)
        );
        assert_eq!(form.field("/links/0/url"), "links.2.url");
        assert_eq!(form.field("/media/0/alt/en"), "media.7.alt.en");
        assert_eq!(form.field("/topics/3"), "topics");
        assert_eq!(form.field("/texts/fr/title"), "texts.fr.title");
        assert_eq!(form.field(""), "");
    }
}
