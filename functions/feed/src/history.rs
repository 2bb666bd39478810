//! A release with its history, `releases/{id}.json`, and what lists and feeds must know of it.

use std::collections::{BTreeMap, BTreeSet};

use release::{Event, Lang, Localised, Revision, Site, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Stamp,
    change::Entry,
    month::{Arrival, LeftMonth},
    path::{self, Month},
    public::Public,
    sha256,
};

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
    /// It showed files: they leave the public with a withdrawal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub files: bool,
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
            files: !public.media.is_empty(),
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
                published: self.former_date(),
            },
        }
    }

    /// Every month in which any public revision was.
    pub fn months(&self) -> BTreeSet<Month> {
        self.versions.iter().map(|version| Month::of(version.published)).collect()
    }

    /// The latest date that any public revision had, when that is later than the one it has now.
    pub fn former_date(&self) -> Option<Stamp> {
        let dates = self.versions.iter().map(|version| version.published);
        dates.max().filter(|date| *date > self.latest.published)
    }

    /// What a month must know of the release.
    pub fn arrival(&self, month: Month) -> Arrival {
        if Month::of(self.latest.published) == month {
            return Arrival::Here(Box::new(self.card()));
        }
        let (languages, topics) = self.ever();
        let dates = self.versions.iter().map(|version| version.published);
        Arrival::Left(LeftMonth {
            release: self.latest.id,
            revision: self.latest.revision,
            published: dates.filter(|date| Month::of(*date) == month).max(),
            languages: languages.into_iter().collect(),
            topics: topics.into_iter().collect(),
        })
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
    /// The latest date, when that is later than the one it has now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Stamp>,
}

impl Former {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes in what `other` knows; true when that is more.
    pub(crate) fn learn(&mut self, other: &Self) -> bool {
        let before = self.clone();
        unite(&mut self.languages, &other.languages);
        unite(&mut self.topics, &other.topics);
        self.published = self.published.max(other.published);
        *self != before
    }
}

/// Adds what `more` has, in order and each once.
pub(crate) fn unite<T: Clone + Ord>(known: &mut Vec<T>, more: &[T]) {
    known.extend_from_slice(more);
    known.sort();
    known.dedup();
}
