//! The parts of a release that a press office writes (contract, section 3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Lang;

/// One text per language.
pub type Localised = BTreeMap<Lang, String>;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `CommonMark`.
    #[default]
    Markdown,
    /// HTML; sanitised before anybody sees it.
    Html,
    /// Plain text: blank lines separate paragraphs, bare URLs become links.
    Text,
}

/// A release's text in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Text {
    /// Headline, plain text, one line.
    pub title: String,
    /// Second line under the headline.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subtitle: String,
    /// Where the release is issued: `Dakar`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dateline: String,
    /// Two or three sentences; taken from the body when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// The text itself, in `format`.
    pub body: String,
    /// How the body is written.
    #[serde(default)]
    pub format: Format,
}

/// The event a release reports on, shared by all languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// First day, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// Town and country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Its own page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A photo or file, named by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Media {
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// File name shown to readers.
    pub name: String,
    /// Media type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Size in bytes.
    pub size: u64,
    /// What a picture shows, for those who cannot see it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alt: Localised,
    /// The line under a picture.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub caption: Localised,
    /// Who made it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credit: String,
    /// Of a picture as it is shown, in pixels: measured when the file was looked at, whatever the office says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// The same picture in fewer pixels, under the same name and type: what pages show, while the file itself is kept for print.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renditions: Vec<Rendition>,
}

impl Media {
    /// Itself and its renditions, each as a file of its own.
    pub fn files(&self) -> impl Iterator<Item = Self> {
        let alone = |sha256: &str, size, width, height| Self {
            sha256: sha256.to_owned(),
            size,
            width,
            height,
            renditions: Vec::new(),
            ..self.clone()
        };
        let own = alone(&self.sha256, self.size, self.width, self.height);
        let smaller = self
            .renditions
            .iter()
            .map(move |one| alone(&one.sha256, one.size, one.width, one.height));
        std::iter::once(own).chain(smaller)
    }

    /// Without what was measured.
    pub(crate) fn as_sent(&self) -> Self {
        let renditions = self.renditions.iter().map(|one| Rendition {
            width: None,
            height: None,
            ..one.clone()
        });
        Self {
            width: None,
            height: None,
            renditions: renditions.collect(),
            ..self.clone()
        }
    }
}

/// A picture once more, in fewer pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Rendition {
    /// Absolute URL, in public documents.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
    /// In pixels, measured as that of the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// A further link of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Link {
    /// Absolute http(s) URL.
    pub url: String,
    /// Its text per language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub label: Localised,
}

/// What was put right, in public.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Correction {
    /// The public note per language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub note: Localised,
    /// A minor edit (a typing mistake) does not move `updated`.
    #[serde(default)]
    pub minor: bool,
}
