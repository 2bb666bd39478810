//! `site.toml`: one file says what the site is. A wrong one stops the program with line and reason.

mod brand;
mod file;

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::{Lang, Localised};

pub use brand::{Band, Brand, LegalLink, Logo};

/// The site as configured (contract, section 1).
#[derive(Debug, Clone)]
pub struct Site {
    /// Public URL without a trailing slash; every absolute link starts with it.
    pub base_url: String,
    /// Atom author, publisher, `dc:creator`.
    pub organisation: String,
    /// Press contact.
    pub email: String,
    /// IANA name of the press office's time zone.
    pub timezone: String,
    /// The zone itself.
    pub zone: TimeZone,
    /// In order; the first one is the default.
    pub languages: Vec<Language>,
    /// The site's own list of categories.
    pub topics: Vec<Topic>,
    /// Reusable contact texts.
    pub contacts: Vec<Contact>,
    /// Reusable closing texts.
    pub boilerplates: Vec<Contact>,
    /// How much a feed shows.
    pub window: Window,
    /// The person who approves is neither the submitter nor the last editor.
    pub four_eyes: bool,
    /// Logo and colours.
    pub brand: Brand,
    /// `WebSub` hubs.
    pub hubs: Vec<String>,
    /// Of `site.toml`: sites of the same text have the same.
    pub digest: u64,
}

/// One language of the site.
#[derive(Debug, Clone)]
pub struct Language {
    /// BCP 47.
    pub tag: Lang,
    /// Title of its feeds and home page.
    pub title: String,
    /// One sentence about them.
    pub description: String,
    /// Which languages stand in, in order, when a release lacks this one.
    pub fallback: Vec<Lang>,
    /// Stands at the foot of its pages; may be empty.
    pub footer: String,
    /// Links beside it.
    pub legal: Vec<LegalLink>,
}

/// A category of the site.
#[derive(Debug, Clone)]
pub struct Topic {
    /// In paths: `[a-z0-9-]+`.
    pub id: String,
    /// Per language.
    pub label: Localised,
}

impl Topic {
    /// The label in `language`, else in the site's default language, else the id.
    pub fn label_in<'a>(&'a self, site: &Site, language: &Lang) -> &'a str {
        self.label
            .get(language)
            .or_else(|| self.label.get(site.default_language()))
            .map_or(self.id.as_str(), String::as_str)
    }

    /// The label for `language`, with the language it really is in; the id is of no language, so it passes for the one that was asked for.
    pub fn label_and_language<'a>(&'a self, site: &Site, language: &'a Lang) -> (&'a Lang, &'a str) {
        let own = self.label.get_key_value(language);
        own.or_else(|| self.label.get_key_value(site.default_language()))
            .map_or((language, self.id.as_str()), |(lang, label)| (lang, label.as_str()))
    }
}

/// A reusable text, referred to by id.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Referred to by releases.
    pub id: String,
    /// Plain text per language.
    pub text: Localised,
}

/// How much a feed shows: newest `items`, plus all within `hours` before the newest, at most `bytes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Window {
    /// Readers poll within minutes; 50 is about four months of such an office.
    pub items: usize,
    /// A busy conference must not push its own first day out.
    pub hours: u32,
    /// Aggregators stop reading somewhere above 512 KiB.
    pub bytes: usize,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            items: 50,
            hours: 72,
            bytes: 512 * 1024,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct SiteError {
    /// The file as named by the caller.
    pub file: String,
    /// Counts from 1.
    pub line: usize,
    /// What was expected, what was found.
    pub reason: String,
}

impl Site {
    /// The default language: the first of the list.
    pub fn default_language(&self) -> &Lang {
        &self.languages[0].tag
    }

    /// A language of the site by its tag.
    pub fn language(&self, tag: &Lang) -> Option<&Language> {
        self.languages.iter().find(|language| language.tag == *tag)
    }

    /// Which languages stand in for `tag`, in order: its own list, the default language when it has none.
    pub fn fallback(&self, tag: &Lang) -> impl Iterator<Item = &Lang> {
        let own = self.language(tag).map(|language| language.fallback.as_slice()).unwrap_or_default();
        let default = if own.is_empty() { Some(self.default_language()) } else { None };
        own.iter().chain(default)
    }

    /// A topic by id.
    pub fn topic(&self, id: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.id == id)
    }

    /// An absolute URL of this site; `path` starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}
