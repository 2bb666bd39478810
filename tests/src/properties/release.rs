//! A release that holds any text in every field, what readers must find of it, and what must be refused.

use proptest::{prelude::*, sample::select};
use release::Site;
use serde_json::{Value, json};

use super::text::{any_text, clean, line, squashed};
use crate::newsroom::site_toml;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Markdown,
    Html,
}

/// Texts as a press office sends them.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) dateline: String,
    pub(super) summary: String,
    pub(super) body: String,
    pub(super) format: Format,
    pub(super) topic: String,
    pub(super) event: String,
    pub(super) file: String,
    pub(super) alt: String,
    pub(super) caption: String,
    pub(super) credit: String,
    pub(super) label: String,
    pub(super) note: String,
}

/// Any texts. Most are such that the release is taken: NUL stands in few of them.
pub(super) fn texts() -> impl Strategy<Value = Texts> {
    let with_nul = |(mut texts, nul): (Texts, u8)| {
        let fields = [
            &mut texts.title,
            &mut texts.body,
            &mut texts.event,
            &mut texts.file,
            &mut texts.alt,
            &mut texts.label,
        ];
        if let Some(field) = fields.into_iter().nth(usize::from(nul)) {
            field.push('\0');
        }
        texts
    };
    (without_nul(), 0..60_u8).prop_map(with_nul)
}

fn without_nul() -> impl Strategy<Value = Texts> {
    let head = (any_text(1..10), any_text(0..6), any_text(0..4), any_text(0..8));
    let format = select(vec![Format::Text, Format::Markdown, Format::Html]);
    let body = (any_text(1..20), format);
    let file = prop_oneof![3 => "[a-z &'\"é闭%#?]{1,12}", 1 => any_text(0..6)];
    let media = (file, any_text(0..6), any_text(0..6), any_text(0..4));
    let others = (any_text(1..5), any_text(1..6), any_text(0..5), any_text(0..5));
    (head, body, media, others).prop_map(
        |(head, (body, format), (file, alt, caption, credit), (topic, event, label, note))| Texts {
            title: head.0,
            subtitle: head.1,
            dateline: head.2,
            summary: head.3,
            body,
            format,
            topic,
            event,
            file,
            alt,
            caption,
            credit,
            label,
            note,
        },
    )
}

/// Plain ones, for examples that change one field.
pub(super) fn plain() -> Texts {
    let word = |word: &str| word.to_owned();
    Texts {
        title: word("Title"),
        subtitle: String::new(),
        dateline: String::new(),
        summary: String::new(),
        body: word("Body"),
        format: Format::Text,
        topic: word("Topic"),
        event: word("Event"),
        file: word("file.jpg"),
        alt: String::new(),
        caption: String::new(),
        credit: String::new(),
        label: String::new(),
        note: String::new(),
    }
}

/// `CommonMark`, section 2.4: a backslash before a mark makes it stand for itself.
fn as_markdown(text: &str) -> String {
    let escape = |c: char| {
        if c.is_ascii_punctuation() {
            format!("\\{c}")
        } else {
            c.to_string()
        }
    };
    let one_line = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    one_line.chars().map(escape).collect()
}

/// HTML, section 13.1.2.3, between elements that readers must not see.
fn as_html(text: &str) -> String {
    let escape = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        c => c.to_string(),
    };
    let escaped: String = clean(text).chars().map(escape).collect();
    format!(
        "<script>evil()</script><p onclick='evil()'>{escaped}<!-- evil --></p><style>.evil{{}}</style><ul><li><svg onload=evil()>evil</svg></ul>"
    )
}

impl Texts {
    /// What is sent.
    pub(super) fn draft(&self) -> Value {
        let (body, format) = match self.format {
            Format::Text => (self.body.clone(), "text"),
            Format::Markdown => (as_markdown(&self.body), "markdown"),
            Format::Html => (as_html(&self.body), "html"),
        };
        json!({
            "language": "fr",
            "texts": {"fr": {"title": self.title, "subtitle": self.subtitle, "dateline": self.dateline, "summary": self.summary, "body": body, "format": format}},
            "topics": ["any"],
            "event": {"name": self.event},
            "media": [{"sha256": "0".repeat(64), "name": self.file, "type": "image/jpeg", "size": 7, "alt": {"fr": self.alt}, "caption": {"fr": self.caption}, "credit": self.credit}],
            "correction": {"note": {"fr": self.note}},
            "links": [{"url": "https://conference.tidewater.example/", "label": {"fr": self.label}}]
        })
    }

    /// The configuration of a site that has the topic.
    pub(super) fn site_toml(&self) -> String {
        // A basic string of TOML is one of JSON, except for DEL.
        let label = json!(self.topic).to_string().replace('\u{7f}', "\\u007f");
        format!(
            "{}\n[[topics]]\nid = \"any\"\nlabel = {{ en = {label}, fr = {label} }}\n",
            site_toml()
        )
    }

    /// Where something must be refused, and nowhere else.
    pub(super) fn faults(&self) -> Vec<&'static str> {
        let nul = |text: &str| text.contains('\0');
        let title = line(&self.title);
        let file = line(&self.file);
        let bad_file = file.is_empty() || file.contains(['/', '\\']) || file.contains("..") || file == "." || file.chars().count() > 200;
        // In the other formats the body is cleaned before it is written as source.
        let empty_body = self.format != Format::Html && squashed(&clean(&self.body)).is_empty();
        let checks = [
            (
                "/texts/fr/title",
                nul(&self.title) || title.is_empty() || title.chars().count() > 300,
            ),
            ("/texts/fr/subtitle", nul(&self.subtitle)),
            ("/texts/fr/dateline", nul(&self.dateline)),
            ("/texts/fr/summary", nul(&self.summary)),
            ("/texts/fr/body", (self.format == Format::Text && nul(&self.body)) || empty_body),
            ("/event/name", nul(&self.event) || line(&self.event).is_empty()),
            ("/media/0/name", nul(&self.file) || bad_file),
            ("/media/0/alt/fr", nul(&self.alt)),
            ("/media/0/caption/fr", nul(&self.caption)),
            ("/media/0/credit", nul(&self.credit)),
            ("/links/0/label/fr", nul(&self.label)),
            ("/correction/note/fr", nul(&self.note)),
        ];
        checks
            .into_iter()
            .filter(|(_, refused)| *refused)
            .map(|(pointer, _)| pointer)
            .collect()
    }

    /// The words of the entry's content in the order in which they stand, without white space.
    pub(super) fn content(&self) -> String {
        let under_picture: Vec<String> = [&self.caption, &self.credit]
            .map(|text| line(text))
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        let label = if line(&self.label).is_empty() {
            "https://conference.tidewater.example/".to_owned()
        } else {
            line(&self.label)
        };
        let note = match line(&self.note) {
            empty if empty.is_empty() => empty,
            note => format!("Rectificatif: {note}"),
        };
        let parts = [
            note,
            line(&self.subtitle),
            line(&self.dateline),
            clean(&self.body),
            under_picture.join("—"),
            label,
        ];
        squashed(&parts.concat())
    }
}

/// The site of these texts, or why its configuration is refused.
pub(super) fn site(texts: &Texts) -> Result<Site, release::SiteError> {
    Site::parse(&texts.site_toml(), "site.toml")
}
