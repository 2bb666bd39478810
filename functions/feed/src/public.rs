//! The public release: what `releases/{id}.json` and its versions hold.

use std::{collections::BTreeMap, sync::Arc};

use release::{Correction, Event, Lang, Link, Localised, Media, Path, Revision, Site, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ReleaseView, SCHEMA_VERSION, Stamp, archive, content, path, to_json};

/// Characters of a summary that was not written but taken from the body.
const SUMMARY_CHARS: usize = 300;

/// A text as the public sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PublicText {
    /// Headline.
    pub title: String,
    /// Second line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subtitle: String,
    /// Where it is issued.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dateline: String,
    /// Written, or taken from the body.
    pub summary: String,
    /// Sanitised HTML with absolute URLs.
    pub content_html: String,
    /// Its page.
    pub url: String,
}

/// One public revision: the document `releases/{id}/v{n}.json`. Its bytes never change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Public {
    /// URL of the JSON Schema.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// Of the layout; within 1 fields are only added.
    pub schema_version: String,
    /// The release.
    pub id: Uuid,
    /// Counts from 1 over all revisions, public or not.
    pub revision: u32,
    /// `published` or `withdrawn`.
    pub status: Status,
    /// The language it was written in first.
    pub language: Lang,
    /// The languages it really has.
    pub languages: Vec<Lang>,
    /// Per language; empty when withdrawn.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub title: Localised,
    /// Per language; empty when withdrawn.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub summary: Localised,
    /// The date readers see.
    pub published: Stamp,
    /// Moves with each public revision that is not minor.
    pub updated: Stamp,
    /// The page of each language it really has.
    pub url: BTreeMap<Lang, String>,
    /// The public release as JSON.
    pub json: String,
    /// Topic ids.
    #[serde(default)]
    pub topics: Vec<String>,
    /// The event it reports on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// One text per language; none when withdrawn. A release and its version show the same ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: Arc<BTreeMap<Lang, PublicText>>,
    /// Photos and files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<PublicMedia>,
    /// Further links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Reusable texts shown under the release, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub closing: BTreeMap<Lang, Vec<String>>,
    /// What was put right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
    /// Why it was withdrawn.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reason: Localised,
    /// An imported release keeps the guid its readers know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// What its feeds and pages need beyond this document: never part of it.
    #[serde(skip)]
    #[schemars(skip)]
    pub behind: Option<Behind>,
}

/// What views need and the public document does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    /// Where the pages are.
    pub path: Path,
    /// Headlines, also of a withdrawn release: its feed entry names what was withdrawn.
    pub titles: Localised,
    /// The latest date that any revision had, when that is known to be later than the one of this revision.
    pub former_date: Option<Stamp>,
}

/// A photo or file of a public release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PublicMedia {
    /// Absolute URL.
    pub url: String,
    /// As uploaded.
    #[serde(flatten)]
    pub file: Media,
}

impl PublicMedia {
    /// Shown within the text; every other file is a link.
    pub(crate) fn is_picture(&self) -> bool {
        self.file.kind.starts_with("image/")
    }
}

impl Public {
    /// What the public sees of a revision; `None` when it is not public.
    pub fn of(revision: &Revision, site: &Site) -> Option<Self> {
        if !revision.status.is_public() {
            return None;
        }
        let path = revision.path.clone()?;
        let published = revision.published?;
        // A minor edit may set a later date; nothing is changed before it was published (RFC 4287, section 4.2.9).
        let updated = revision.updated?.max(published);
        let withdrawn = revision.status == Status::Withdrawn;
        let page = |lang: &Lang| site.url(&path::page(lang, &path));
        let mut texts = BTreeMap::new();
        for (lang, text) in revision.texts.iter().filter(|_| !withdrawn) {
            let url = page(lang);
            let base = url::Url::parse(&url).ok()?;
            let content_html = release::to_html(&text.body, text.format, &base);
            let summary = if text.summary.is_empty() {
                release::excerpt(&release::html_to_text(&content_html), SUMMARY_CHARS)
            } else {
                text.summary.clone()
            };
            texts.insert(
                lang.clone(),
                PublicText {
                    title: text.title.clone(),
                    subtitle: text.subtitle.clone(),
                    dateline: text.dateline.clone(),
                    summary,
                    content_html,
                    url,
                },
            );
        }
        let languages: Vec<Lang> = revision.texts.keys().cloned().collect();
        let titles: Localised = revision
            .texts
            .iter()
            .map(|(lang, text)| (lang.clone(), text.title.clone()))
            .collect();
        let media = |m: &Media| {
            let address = |sha256: &str| site.url(&format!("/media/{sha256}/{}", content::path_segment(&m.name)));
            let mut file = m.clone();
            for rendition in &mut file.renditions {
                rendition.url = address(&rendition.sha256);
            }
            PublicMedia {
                url: address(&m.sha256),
                file,
            }
        };
        Some(Self {
            schema: site.url(&path::schema("version")),
            schema_version: SCHEMA_VERSION.to_owned(),
            id: revision.id,
            revision: revision.revision,
            status: revision.status,
            language: revision.language.clone(),
            title: texts.iter().map(|(lang, text)| (lang.clone(), text.title.clone())).collect(),
            summary: texts.iter().map(|(lang, text)| (lang.clone(), text.summary.clone())).collect(),
            published: Stamp::new(published, &site.zone),
            updated: Stamp::new(updated, &site.zone),
            url: languages.iter().map(|lang| (lang.clone(), page(lang))).collect(),
            languages,
            json: site.url(&path::release(revision.id)),
            topics: revision.topics.clone(),
            event: revision.event.clone(),
            texts: Arc::new(texts),
            media: revision.media.iter().filter(|_| !withdrawn).map(media).collect(),
            links: if withdrawn { Vec::new() } else { revision.links.clone() },
            closing: if withdrawn {
                BTreeMap::new()
            } else {
                content::closing(revision, site)
            },
            correction: revision.correction.clone().filter(|_| !withdrawn),
            reason: revision.reason.clone(),
            guid: revision.guid.clone(),
            behind: Some(Behind {
                path,
                titles,
                former_date: None,
            }),
        })
    }

    /// With what its history says beyond this revision.
    #[must_use]
    pub fn within(mut self, history: &ReleaseView) -> Self {
        if let Some(behind) = &mut self.behind {
            behind.former_date = history.former_date();
        }
        self
    }

    /// The version document.
    pub fn document(&self) -> Vec<u8> {
        to_json(self)
    }

    /// The language whose text stands in for `language`.
    pub fn shown_for(&self, site: &Site, language: &Lang) -> Lang {
        archive::shown_for(site, language, &self.language, &self.languages)
    }
}
