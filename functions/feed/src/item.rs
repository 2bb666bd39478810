//! One release in one feed: the item of a JSON Feed, from which RSS and Atom are rendered too.

use std::{collections::BTreeMap, sync::OnceLock};

use release::{Event, Lang, Site, Status, entry_id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Stamp, Words, content, path, public::Public};

/// A JSON Feed 1.1 item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Item {
    /// The entry id, the same in every format and feed of the language.
    pub id: String,
    /// The page in the feed's language.
    pub url: String,
    /// Plain text.
    pub title: String,
    /// Full content, sanitised, absolute URLs.
    pub content_html: String,
    /// Plain text.
    pub summary: String,
    /// The first picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The date readers see.
    pub date_published: Stamp,
    /// Moves with each public revision that is not minor.
    pub date_modified: Stamp,
    /// The language the text really is in.
    pub language: Lang,
    /// Topic labels in the feed's language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What JSON Feed has no word for.
    #[serde(rename = "_pressroom")]
    pub more: More,
}

/// A file of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// Absolute URL.
    pub url: String,
    /// Media type.
    pub mime_type: String,
    /// Caption or file name.
    pub title: String,
    /// Bytes.
    pub size_in_bytes: u64,
    /// What JSON Feed has no word for.
    #[serde(rename = "_pressroom")]
    pub more: AttachmentMore,
}

/// The extension of an attachment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AttachmentMore {
    /// SHA-256 in hex.
    pub sha256: String,
}

/// A number that is worked out once. It says nothing that the rest of the item does not say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted(OnceLock<usize>);

impl Counted {
    /// The number, from `count` when nobody has asked before.
    pub(crate) fn get(&self, count: impl FnOnce() -> usize) -> usize {
        *self.0.get_or_init(count)
    }
}

impl PartialEq for Counted {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The extension of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct More {
    /// The release.
    pub release: Uuid,
    /// Which revision is shown.
    pub revision: u32,
    /// `published` or `withdrawn`.
    pub status: Status,
    /// True when the feed's language is missing and another stands in.
    pub fallback: bool,
    /// True when the feed is too large for the full content: `content_html` is the summary.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shortened: bool,
    /// Of a shortened item: how large its full content is, escaped, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_size: Option<usize>,
    /// What the item costs in its short form, once it was counted: never part of the document.
    #[serde(skip)]
    #[schemars(skip)]
    pub(crate) counted: Counted,
    /// The same of its full content.
    #[serde(skip)]
    #[schemars(skip)]
    pub(crate) counted_content: Counted,
    /// The page of each language the release really has.
    pub translations: BTreeMap<Lang, String>,
    /// Topic ids, in the order of `tags`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// The event it reports on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// The public release as JSON, all languages.
    pub json: String,
    /// Of a withdrawn one whose title or reason is not in the language of the feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoken: Option<Spoken>,
    /// The latest date that any revision had, when that is later than `date_published`: the feed remembers the release as far as that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_date: Option<Stamp>,
}

/// The languages of what is left of a withdrawn release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spoken {
    /// Of its title, behind the word that says that it was withdrawn.
    pub title: Lang,
    /// Of the reason, which is its summary.
    pub reason: Lang,
}

impl Item {
    /// A release's item in a feed of `language`.
    pub fn new(public: &Public, site: &Site, language: &Lang) -> Self {
        let shown = public.shown_for(site, language);
        let withdrawn = public.status == Status::Withdrawn;
        let words = Words::of(language);
        let titles = public.behind.as_ref().map(|behind| &behind.titles).unwrap_or(&public.title);
        let title = titles.get(&shown).cloned().unwrap_or_default();
        let (title, summary, spoken) = if withdrawn {
            let (lang, reason) = content::localised(&public.reason, site, language).unwrap_or((language, words.withdrawn_notice.as_str()));
            let spoken = (lang != language || shown != *language).then(|| Spoken {
                title: shown.clone(),
                reason: lang.clone(),
            });
            (format!("{}{title}", mark(words)), reason.to_owned(), spoken)
        } else {
            (title, public.summary.get(&shown).cloned().unwrap_or_default(), None)
        };
        let page = public.behind.as_ref().map(|behind| site.url(&path::page(language, &behind.path)));
        let labels = public.topics.iter().map(|id| {
            site.topic(id)
                .map_or(id.as_str(), |topic| topic.label_in(site, language))
                .to_owned()
        });
        let attachments = public.media.iter().map(|media| Attachment {
            url: media.url.clone(),
            mime_type: media.file.kind.clone(),
            title: content::localised(&media.file.caption, site, &shown)
                .map_or(media.file.name.as_str(), |(_, text)| text)
                .to_owned(),
            size_in_bytes: media.file.size,
            more: AttachmentMore {
                sha256: media.file.sha256.clone(),
            },
        });
        Self {
            id: public.guid.clone().unwrap_or_else(|| entry_id(public.id, language)),
            url: page.unwrap_or_default(),
            content_html: content::entry(public, site, language, &shown),
            title,
            summary,
            image: public.media.iter().find(|media| media.is_picture()).map(|media| media.url.clone()),
            date_published: public.published,
            date_modified: public.updated,
            tags: labels.collect(),
            attachments: attachments.collect(),
            more: More {
                release: public.id,
                revision: public.revision,
                status: public.status,
                fallback: shown != *language && !withdrawn,
                shortened: false,
                full_size: None,
                counted: Counted::default(),
                counted_content: Counted::default(),
                translations: public.url.clone(),
                topics: public.topics.clone(),
                event: public.event.clone(),
                json: public.json.clone(),
                spoken,
                former_date: public.behind.as_ref().and_then(|behind| behind.former_date),
            },
            language: if withdrawn { language.clone() } else { shown },
        }
    }

    /// The pages to link, with `hreflang`: this one first, the other real languages, and this one again without a language.
    ///
    /// Some readers take the first `alternate` for the entry's link, some the last. RFC 4287 (section 4.2.7.2) forbids two with the
    /// same type and language only.
    pub(crate) fn alternates(&self) -> Vec<(Option<&Lang>, &str)> {
        let mut pages = vec![(Some(&self.language), self.url.as_str())];
        let others = self.more.translations.iter().filter(|(lang, _)| **lang != self.language);
        pages.extend(others.map(|(lang, url)| (Some(lang), url.as_str())));
        if pages.len() > 1 {
            pages.push((None, self.url.as_str()));
        }
        pages
    }

    /// True for the notice that stands in for a withdrawn release.
    pub fn withdrawn(&self) -> bool {
        self.more.status == Status::Withdrawn
    }

    /// Its title without the word that says that it was withdrawn.
    pub(crate) fn own_title(&self, words: &Words) -> &str {
        let marked = self.withdrawn().then(|| self.title.strip_prefix(&mark(words))).flatten();
        marked.unwrap_or(&self.title)
    }

    /// The languages of its title and of its summary.
    pub(crate) fn spoken(&self) -> (&Lang, &Lang) {
        let spoken = self.more.spoken.as_ref();
        spoken.map_or((&self.language, &self.language), |spoken| (&spoken.title, &spoken.reason))
    }

    /// The latest date that any of its revisions had.
    pub(crate) fn latest_date(&self) -> Stamp {
        self.more.former_date.unwrap_or(self.date_published)
    }

    /// Takes in that a revision had this date; true when that is news.
    pub(crate) fn was_dated(&mut self, date: Stamp) -> bool {
        let news = date > self.latest_date();
        if news {
            self.more.former_date = Some(date);
        }
        news
    }

    /// Newest first, then by release id: a total order.
    pub(crate) fn order(&self) -> (std::cmp::Reverse<Stamp>, Uuid) {
        (std::cmp::Reverse(self.date_published), self.more.release)
    }
}

/// What stands before the title of a withdrawn release.
fn mark(words: &Words) -> String {
    format!("{}{}", words.withdrawn, words.colon)
}
