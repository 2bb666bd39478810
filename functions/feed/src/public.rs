//! The public release: what `releases/{id}.json` and its versions hold.

use std::collections::{BTreeMap, BTreeSet};

use release::{Correction, Event, Lang, Link, Localised, Media, Path, Revision, Site, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    SCHEMA_VERSION, Stamp, archive,
    change::Entry,
    content,
    month::{Arrival, LeftMonth},
    path::{self, Month},
    sha256, to_json,
};

/// Characters of a summary that was not written but taken from the body.
const SUMMARY_CHARS: usize = 300;

/// One line about a release, for lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    /// The release.
    pub id: Uuid,
    /// Its highest public revision.
    pub revision: u32,
    /// `published` or `withdrawn`.
    pub status: Status,
    /// The language it was written in first.
    pub language: Lang,
    /// The languages it really has.
    pub languages: Vec<Lang>,
    /// Per language; empty when withdrawn.
    #[serde(default)]
    pub title: Localised,
    /// Per language; empty when withdrawn.
    #[serde(default)]
    pub summary: Localised,
    /// The date readers see.
    pub published: Stamp,
    /// Moves with each public revision that is not minor.
    pub updated: Stamp,
    /// The page of each language it really has.
    pub url: BTreeMap<Lang, String>,
    /// The public release as JSON.
    pub json: String,
    /// Of the version document.
    pub sha256: String,
    /// Topic ids.
    #[serde(default)]
    pub topics: Vec<String>,
    /// The event it reports on.
    #[serde(default)]
    pub event: Option<Event>,
    /// An imported release keeps the guid its readers know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// What earlier revisions had and this one has not: feeds that it left.
    #[serde(default, skip_serializing_if = "Former::is_empty")]
    pub former: Former,
}

/// What earlier revisions of a release had and the latest has not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Former {
    /// Languages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Lang>,
    /// Topic ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
}

impl Former {
    fn is_empty(&self) -> bool {
        self.languages.is_empty() && self.topics.is_empty()
    }

    /// Takes in what `other` knows; true when that is more.
    pub(crate) fn learn(&mut self, other: &Self) -> bool {
        let before = self.clone();
        self.languages.extend(other.languages.iter().cloned());
        self.topics.extend(other.topics.iter().cloned());
        self.languages.sort();
        self.languages.dedup();
        self.topics.sort();
        self.topics.dedup();
        *self != before
    }
}

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
    /// One text per language; none when withdrawn.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<Lang, PublicText>,
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
        let media = |m: &Media| PublicMedia {
            url: site.url(&format!("/media/{}/{}", m.sha256, content::path_segment(&m.name))),
            file: m.clone(),
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
            texts,
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
            behind: Some(Behind { path, titles }),
        })
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

/// One line of a release's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VersionEntry {
    /// Revision number.
    pub revision: u32,
    /// When it became public.
    pub at: Stamp,
    /// `published` or `withdrawn`.
    pub status: Status,
    /// The version document.
    pub url: String,
    /// Of the version document.
    pub sha256: String,
    /// Languages it had: the feeds it was in must learn when it leaves them.
    pub languages: Vec<Lang>,
    /// Topics it had, for the same reason.
    pub topics: Vec<String>,
    /// Its date, for the same reason: the months it was in.
    pub published: Stamp,
}

/// The public release with its history: the document and state `releases/{id}.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleaseView {
    /// The highest public revision.
    #[serde(flatten)]
    pub latest: Public,
    /// Of its version document.
    pub sha256: String,
    /// Every public revision, in order.
    pub versions: Vec<VersionEntry>,
}

impl ReleaseView {
    /// Takes in one public revision; `None` when it is already there.
    pub fn admit(current: Option<Self>, revision: &Revision, public: &Public, site: &Site) -> Option<Self> {
        let mut versions = current.as_ref().map(|view| view.versions.clone()).unwrap_or_default();
        if versions.iter().any(|version| version.revision == public.revision) {
            return None;
        }
        let digest = sha256(&public.document());
        versions.push(VersionEntry {
            revision: public.revision,
            at: Stamp::new(revision.at, &site.zone),
            status: public.status,
            url: site.url(&path::version(public.id, public.revision)),
            sha256: digest.clone(),
            languages: public.languages.clone(),
            topics: public.topics.clone(),
            published: public.published,
        });
        versions.sort_by_key(|version| version.revision);
        match current {
            Some(view) if view.latest.revision > public.revision => Some(Self { versions, ..view }),
            _ => Some(Self {
                latest: Public {
                    schema: site.url(&path::schema("release")),
                    ..public.clone()
                },
                sha256: digest,
                versions,
            }),
        }
    }

    /// The card of the latest revision.
    pub fn card(&self) -> Card {
        let latest = &self.latest;
        let (languages, topics) = self.ever();
        Card {
            id: latest.id,
            revision: latest.revision,
            status: latest.status,
            language: latest.language.clone(),
            languages: latest.languages.clone(),
            title: latest.title.clone(),
            summary: latest.summary.clone(),
            published: latest.published,
            updated: latest.updated,
            url: latest.url.clone(),
            json: latest.json.clone(),
            sha256: self.sha256.clone(),
            topics: latest.topics.clone(),
            event: latest.event.clone(),
            guid: latest.guid.clone(),
            former: Former {
                languages: languages.into_iter().filter(|lang| !latest.languages.contains(lang)).collect(),
                topics: topics.into_iter().filter(|topic| !latest.topics.contains(topic)).collect(),
            },
        }
    }

    /// Every month in which any public revision was.
    pub fn months(&self) -> BTreeSet<Month> {
        self.versions.iter().map(|version| Month::of(version.published)).collect()
    }

    /// What a month must know of the release.
    pub fn arrival(&self, month: Month) -> Arrival {
        if Month::of(self.latest.published) == month {
            Arrival::Here(Box::new(self.card()))
        } else {
            Arrival::Left(LeftMonth {
                release: self.latest.id,
                revision: self.latest.revision,
            })
        }
    }

    /// What the journal says of one of its revisions.
    pub fn entry(&self, revision: &Revision) -> Option<Entry> {
        let version = self.versions.iter().find(|version| version.revision == revision.revision)?;
        Some(Entry {
            release: self.latest.id,
            revision: version.revision,
            at: revision.at,
            status: version.status,
            sha256: version.sha256.clone(),
        })
    }

    /// Every language and topic any public revision had: the feeds that must hear of a change.
    pub fn ever(&self) -> (BTreeSet<Lang>, BTreeSet<String>) {
        let languages = self.versions.iter().flat_map(|version| version.languages.clone()).collect();
        let topics = self.versions.iter().flat_map(|version| version.topics.clone()).collect();
        (languages, topics)
    }
}
