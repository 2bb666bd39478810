//! The archive: one document for each month.
//!
//! The state is kept in the site's first language; the documents of the others are renderings of it. A month's weight, the sum of
//! the revisions it knows, rises with every change: of two states of one month the heavier is the newer.

use release::{Lang, Site, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Kept, SCHEMA_VERSION, Stamp,
    history::{Card, unite},
    months::MonthLine,
    path::{self, Month},
};

/// The JSON index of one month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MonthView {
    /// URL of the JSON Schema.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// Of the layout; within 1 fields are only added.
    pub schema_version: String,
    /// The language of the archive this document belongs to.
    pub language: Lang,
    /// Four digits.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// Every public release of the month, newest first; withdrawn ones stay as tombstones.
    pub releases: Vec<Kept<Card>>,
    /// The month before that has releases.
    pub previous: Option<String>,
    /// The month after that has releases.
    pub next: Option<String>,
    /// Releases that were in this month until their date was changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<LeftMonth>,
}

/// A release whose date was changed into another month; an older event must not bring it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftMonth {
    /// The release.
    pub release: Uuid,
    /// The revision with which it left.
    pub revision: u32,
    /// The latest date that it had here: feeds that reach back to it remember it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Stamp>,
    /// Every language that any of its revisions had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Lang>,
    /// Every topic, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
}

impl LeftMonth {
    /// Takes in what `other` knows; true when that is more.
    fn learn(&mut self, other: &Self) -> bool {
        let before = self.clone();
        unite(&mut self.languages, &other.languages);
        unite(&mut self.topics, &other.topics);
        self.published = self.published.max(other.published);
        *self != before
    }
}

/// What a month learns of a release.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// It is of this month.
    Here(Box<Card>),
    /// It was, and is of another one now.
    Left(LeftMonth),
}

impl MonthView {
    /// A month without releases.
    pub fn empty(site: &Site, month: Month) -> Self {
        Self {
            schema: site.url(&path::schema("month")),
            schema_version: SCHEMA_VERSION.to_owned(),
            language: site.default_language().clone(),
            year: month.year,
            month: month.month,
            releases: Vec::new(),
            previous: None,
            next: None,
            left: Vec::new(),
        }
    }

    /// Which month it is.
    pub fn of(&self) -> Month {
        Month {
            year: self.year,
            month: self.month,
        }
    }

    /// Takes in releases; the higher revision wins. `None` when nothing changes. Order and repeats do not matter.
    pub fn admit(current: Option<&Self>, arrivals: &[Arrival], site: &Site, month: Month) -> Option<Self> {
        let mut view = current.cloned().unwrap_or_else(|| Self::empty(site, month));
        let mut changed = false;
        for arrival in arrivals {
            changed |= view.admit_one(arrival);
        }
        if !changed {
            return None;
        }
        view.releases.sort_by_key(|card| (std::cmp::Reverse(card.published), card.id));
        view.left.sort_by_key(|left| left.release);
        Some(view)
    }

    fn admit_one(&mut self, arrival: &Arrival) -> bool {
        let (id, revision) = match arrival {
            Arrival::Here(card) => (card.id, card.revision),
            Arrival::Left(left) => (left.release, left.revision),
        };
        let here = self.releases.iter().find(|card| card.id == id).map(|card| card.revision);
        let left = self.left.iter().find(|left| left.release == id).map(|left| left.revision);
        if here.max(left) > Some(revision) {
            return false;
        }
        if here.max(left) == Some(revision) {
            return self.learn(arrival);
        }
        self.releases.retain(|card| card.id != id);
        self.left.retain(|left| left.release != id);
        match arrival {
            Arrival::Here(card) => self.releases.push(Kept::new(Card::clone(card))),
            Arrival::Left(left) => self.left.push(left.clone()),
        }
        true
    }

    /// Of a revision that is known: where the release was before, which may have come to light since.
    fn learn(&mut self, arrival: &Arrival) -> bool {
        match arrival {
            Arrival::Here(card) => {
                let known = self.releases.iter_mut().find(|known| known.id == card.id);
                let Some(known) = known else { return false };
                let mut more = Card::clone(known);
                let learnt = more.former.learn(&card.former);
                if learnt {
                    *known = Kept::new(more);
                }
                learnt
            }
            Arrival::Left(left) => {
                let known = self.left.iter_mut().find(|known| known.release == left.release);
                known.is_some_and(|known| known.learn(left))
            }
        }
    }

    /// True when it has heard of the release in this revision or a later one.
    pub fn knows(&self, arrival: &Arrival) -> bool {
        let (id, revision) = match arrival {
            Arrival::Here(card) => (card.id, card.revision),
            Arrival::Left(left) => (left.release, left.revision),
        };
        let mut here = self.releases.iter().map(|card| (card.id, card.revision));
        let mut left = self.left.iter().map(|left| (left.release, left.revision));
        here.any(|(known, n)| known == id && n >= revision) || left.any(|(known, n)| known == id && n >= revision)
    }

    /// With the addresses of its neighbours; `None` when it has them already.
    pub fn linked(&self, neighbours: (Option<Month>, Option<Month>), site: &Site) -> Option<Self> {
        let url = |month: Option<Month>| month.map(|month| site.url(&month.json(&self.language)));
        let (previous, next) = (url(neighbours.0), url(neighbours.1));
        if (&previous, &next) == (&self.previous, &self.next) {
            return None;
        }
        Some(Self {
            previous,
            next,
            ..self.clone()
        })
    }

    /// The months before and after that have releases, as this document links them.
    pub fn neighbours(&self) -> (Option<Month>, Option<Month>) {
        let month = |url: &Option<String>| url.as_deref().and_then(Month::in_url);
        (month(&self.previous), month(&self.next))
    }

    /// The document of another language.
    pub fn in_language(&self, language: &Lang, site: &Site) -> Self {
        let url = |month: Option<Month>| month.map(|month| site.url(&month.json(language)));
        let (previous, next) = self.neighbours();
        Self {
            language: language.clone(),
            previous: url(previous),
            next: url(next),
            ..self.clone()
        }
    }

    /// This month's line in the list of months.
    pub fn line(&self, site: &Site) -> MonthLine {
        let published = self.releases.iter().filter(|card| card.status == Status::Published).count();
        let revisions = self.releases.iter().map(|card| card.revision);
        let weight = revisions.chain(self.left.iter().map(|left| left.revision)).map(u64::from).sum();
        let withdrawn = self.releases.len() - published;
        MonthLine::new(self.of(), [published, withdrawn], weight, &self.language, site)
    }
}

/// The order of releases everywhere: newest first, then by id.
pub type Order = (std::cmp::Reverse<Stamp>, Uuid);

impl Card {
    /// Where it stands among others.
    pub fn order(&self) -> Order {
        (std::cmp::Reverse(self.published), self.id)
    }
}
