//! The change log: every public revision once, numbered without gaps, in pages that never change once sealed.
//!
//! The order of the log is the one thing that the revisions do not say. So its truth is the private [`Journal`]; what the public
//! reads is rendered from it. A page is sealed only from changes that the journal already holds: two publishers that seal the same
//! page write the same bytes.

use jiff::Timestamp;
use release::{Site, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{SCHEMA_VERSION, Stamp, path};

/// Changes on a sealed page.
pub const PAGE_SIZE: usize = 500;

/// One public revision as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The release.
    pub release: Uuid,
    /// The revision.
    pub revision: u32,
    /// When the revision was saved.
    pub at: Timestamp,
    /// `published` or `withdrawn`.
    pub status: Status,
    /// Of the version document.
    pub sha256: String,
}

impl Entry {
    fn is(&self, other: &Self) -> bool {
        (self.release, self.revision) == (other.release, other.revision)
    }
}

/// The open end of the log, private: the one sequenced document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// Sealed pages.
    pub pages: u32,
    /// The latest `at` on any sealed page: a later revision cannot be on one.
    pub through: Option<Timestamp>,
    /// Not sealed yet, in order.
    pub entries: Vec<Entry>,
}

/// A sealed page of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalPage {
    /// Counted from 1.
    pub page: u32,
    /// [`Journal::through`] of the pages before.
    pub before: Option<Timestamp>,
    /// [`PAGE_SIZE`] of them, in order.
    pub entries: Vec<Entry>,
}

impl JournalPage {
    /// True when this page holds the revision.
    pub fn holds(&self, entry: &Entry) -> bool {
        self.entries.iter().any(|held| held.is(entry))
    }
}

impl Journal {
    /// True when the open end holds the revision.
    pub fn holds(&self, entry: &Entry) -> bool {
        self.entries.iter().any(|held| held.is(entry))
    }

    /// With entries added that it does not hold; `None` when it holds them all.
    pub fn append(&self, entries: &[Entry]) -> Option<Self> {
        let mut next = self.clone();
        for entry in entries {
            if !next.holds(entry) {
                next.entries.push(entry.clone());
            }
        }
        (next.entries.len() > self.entries.len()).then_some(next)
    }

    /// The page that is full, and the journal without it; `None` while no page is full.
    pub fn seal(&self) -> Option<(JournalPage, Self)> {
        let (full, rest) = self.entries.split_at_checked(PAGE_SIZE)?;
        let page = JournalPage {
            page: self.pages + 1,
            before: self.through,
            entries: full.to_vec(),
        };
        let through = full.iter().map(|entry| entry.at).max().max(self.through);
        let rest = Self {
            pages: page.page,
            through,
            entries: rest.to_vec(),
        };
        Some((page, rest))
    }
}

impl Journal {
    /// A whole log in pages, and its open end.
    pub fn paged(entries: Vec<Entry>) -> (Vec<JournalPage>, Self) {
        let mut open = Self::default();
        let mut pages = Vec::new();
        for some in entries.chunks(PAGE_SIZE) {
            open.entries = some.to_vec();
            if let Some((page, rest)) = open.seal() {
                pages.push(page);
                open = rest;
            }
        }
        (pages, open)
    }
}

/// One line of the public log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// From 1, without gaps.
    pub seq: u64,
    /// When the revision was saved.
    pub at: Stamp,
    /// The release.
    pub release: Uuid,
    /// The revision. A consumer keeps the highest one of each release.
    pub revision: u32,
    /// `published` or `withdrawn`.
    pub status: Status,
    /// Of the version document.
    pub sha256: String,
    /// The version document. It is gone when the release was withdrawn since.
    pub url: String,
}

/// `changes/head.json`: the open page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// URL of the JSON Schema.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// Of the layout; within 1 fields are only added.
    pub schema_version: String,
    /// The last number given; 0 when nothing was ever public.
    pub seq: u64,
    /// Sealed pages; the last one is `previous`.
    pub pages: u32,
    /// Changes on a sealed page.
    pub page_size: usize,
    /// Not sealed yet, in order.
    pub changes: Vec<Change>,
    /// The last sealed page.
    pub previous: Option<String>,
}

/// `changes/{page}.json`: a sealed page. It never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangesPage {
    /// URL of the JSON Schema.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// Of the layout; within 1 fields are only added.
    pub schema_version: String,
    /// Counted from 1.
    pub page: u32,
    /// In order.
    pub changes: Vec<Change>,
    /// The page before.
    pub previous: Option<String>,
}

fn changes(entries: &[Entry], page: u32, site: &Site) -> Vec<Change> {
    let first = u64::from(page - 1) * PAGE_SIZE as u64 + 1;
    let change = |(seq, entry): (u64, &Entry)| Change {
        seq,
        at: Stamp::new(entry.at, &site.zone),
        release: entry.release,
        revision: entry.revision,
        status: entry.status,
        sha256: entry.sha256.clone(),
        url: site.url(&path::version(entry.release, entry.revision)),
    };
    (first..).zip(entries).map(change).collect()
}

fn previous(page: u32, site: &Site) -> Option<String> {
    (page > 1).then(|| site.url(&path::changes_page(page - 1)))
}

impl Changes {
    /// What the public sees of the journal.
    pub fn of(journal: &Journal, site: &Site) -> Self {
        let open = journal.pages + 1;
        let changes = changes(&journal.entries, open, site);
        Self {
            schema: site.url(&path::schema("changes")),
            schema_version: SCHEMA_VERSION.to_owned(),
            seq: u64::from(journal.pages) * PAGE_SIZE as u64 + changes.len() as u64,
            pages: journal.pages,
            page_size: PAGE_SIZE,
            changes,
            previous: previous(open, site),
        }
    }
}

impl ChangesPage {
    /// What the public sees of a sealed page.
    pub fn of(page: &JournalPage, site: &Site) -> Self {
        Self {
            schema: site.url(&path::schema("changes-page")),
            schema_version: SCHEMA_VERSION.to_owned(),
            page: page.page,
            changes: changes(&page.entries, page.page, site),
            previous: previous(page.page, site),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u128, revision: u32, second: i64) -> Entry {
        Entry {
            release: Uuid::from_u128(n),
            revision,
            at: Timestamp::from_second(second).unwrap(),
            status: Status::Published,
            sha256: String::new(),
        }
    }

    #[test]
    fn a_revision_is_logged_once_however_often_it_comes() {
        let journal = Journal::default()
            .append(&[entry(1, 1, 1), entry(2, 1, 2), entry(1, 1, 1)])
            .unwrap();
        assert_eq!(journal.entries.len(), 2);
        assert_eq!(journal.append(&[entry(2, 1, 2)]), None);
        assert_eq!(journal.append(&[entry(2, 2, 3)]).unwrap().entries.len(), 3);
    }

    #[test]
    fn a_page_is_sealed_from_what_the_journal_holds_and_numbers_go_on() {
        let entries: Vec<Entry> = (0..1_203).map(|n| entry(n, 1, 10_000 - i64::try_from(n).unwrap())).collect();
        let mut journal = Journal::default().append(&entries).unwrap();
        let mut pages = Vec::new();
        while let Some((page, rest)) = journal.seal() {
            pages.push(page);
            journal = rest;
        }
        assert_eq!((pages.len(), journal.pages, journal.entries.len()), (2, 2, 203));
        assert_eq!(journal.through, Some(Timestamp::from_second(10_000).unwrap()));
        assert_eq!((pages[0].before, pages[1].before), (None, journal.through));
        let site = Site::parse(include_str!("../../local/src/sample/site.toml"), "site.toml").unwrap();
        let head = Changes::of(&journal, &site);
        assert_eq!((head.seq, head.changes[0].seq), (1_203, 1_001));
        assert!(head.previous.unwrap().ends_with("/changes/00000002.json"));
        let first = ChangesPage::of(&pages[0], &site);
        assert_eq!((first.changes[0].seq, first.changes[499].seq, first.previous), (1, 500, None));
    }
}
