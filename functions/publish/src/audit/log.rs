//! The change log: the journal has every public revision once, and the public sees the journal.
//!
//! The order of the journal is the one thing that the revisions do not say: it is never made again while it can be read. Numbers that
//! were given stay given, also to a revision that is gone since.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use feed::{Changes, ChangesPage, Entry, Journal, JournalPage, PAGE_SIZE, to_json};
use jiff::Timestamp;
use store::{Bucket, Key, Look, Tag};
use uuid::Uuid;

use super::{
    Audit,
    census::Logged,
    fold::Fold,
    journal,
    report::{Fault, Finding, News, Stage},
    view::{Drawn, View},
};
use crate::{Desk, Failure};

/// Looks at a journal that others keep writing, before it is given up.
const LOOKS: usize = 20;

/// Public revisions that the journal lost and that are told one by one.
const NAMED: usize = 10;

/// What is wrong with the journal.
#[derive(Debug, Default)]
pub(super) struct Flaws {
    /// Pages that are there, sealed or not.
    pub(super) present: Vec<u32>,
    /// Head and pages do not fit together.
    pub(super) broken: bool,
    /// Pages whose entries say something else than the revisions; 0 is the head.
    pub(super) wrong: BTreeSet<u32>,
    /// Public revisions that are in no page.
    pub(super) missing: Vec<Logged>,
    findings: Vec<Finding>,
    notes: Vec<String>,
}

impl Flaws {
    /// True when there is nothing that can be mended.
    fn none(&self) -> bool {
        !self.broken && self.wrong.is_empty() && self.missing.is_empty()
    }

    fn add(&mut self, key: &Key, fault: Fault, detail: impl Into<String>) {
        self.findings.push(Finding {
            key: key.path(),
            fault,
            mended: false,
            detail: Some(detail.into()),
        });
    }
}

/// The public head, rendered from the journal as it is.
struct OpenPage;

impl View for OpenPage {
    type State = Journal;

    fn key(&self, _: &Desk) -> Key {
        Key::Journal
    }

    async fn draw(&mut self, desk: &Desk, found: &Look<Journal>) -> Result<Drawn<Journal>, Failure> {
        let journal = found.state.as_deref().cloned().unwrap_or_default();
        Ok(Drawn {
            renderings: vec![(Key::Changes, Bytes::from(to_json(&Changes::of(&journal, &desk.site))))],
            state: Some(journal),
            ..Drawn::nothing(Key::Journal)
        })
    }
}

impl Audit<'_> {
    /// The journal, then what the public sees of it.
    pub(super) async fn change_log(&mut self) -> Result<(), Failure> {
        let desk = Arc::clone(&self.desk);
        let mut findings = Vec::new();
        let mut flaws = Flaws::default();
        for _ in 0..LOOKS {
            let quiet = self.hand.quiet(&desk, "pending/").await?;
            flaws = self.flaws().await?;
            if flaws.none() {
                break;
            }
            if self.hand.mends {
                let told = flaws.findings.drain(..).map(|finding| Finding { mended: true, ..finding });
                findings.extend(told);
                journal::mend(&desk, &flaws).await?;
                continue;
            }
            let sure = quiet && self.hand.quiet(&desk, "pending/").await?;
            if sure || !self.hand.rest().await {
                break;
            }
        }
        for note in &flaws.notes {
            (self.watch)(News::Note(note));
        }
        findings.append(&mut flaws.findings);
        self.tell(findings);
        self.shown(&flaws.present).await
    }

    /// The public pages.
    async fn shown(&mut self, present: &[u32]) -> Result<(), Failure> {
        let desk = Arc::clone(&self.desk);
        let head = desk.store.look::<Journal>(&Key::Journal).await?;
        let sealed = head.state.as_ref().map_or(0, |journal| journal.pages);
        let last = present.last().copied().unwrap_or(0).max(sealed);
        for n in 1..=last {
            let page = desk.store.look::<JournalPage>(&Key::JournalPage(n)).await?.state;
            let key = Key::ChangesPage(n);
            // Without its page of the journal nobody can say what it should be.
            let bytes = page.map(|page| Bytes::from(to_json(&ChangesPage::of(&page, &desk.site))));
            let tag = bytes.as_ref().map(|bytes| Tag::of(bytes));
            if !self.claim(vec![(key.path(), tag)])
                && let Some(bytes) = bytes
            {
                let finding = self.hand.plain(&desk, key, Some(bytes)).await?;
                self.tell(finding);
            }
            (self.watch)(News::Done(1));
        }
        let open = head.state.map(|journal| Tag::of(&to_json(&Changes::of(&journal, &desk.site))));
        if !self.claim(vec![(Key::Changes.path(), open)]) && open.is_some() {
            let findings = self.hand.settle(&desk, &mut OpenPage).await?;
            self.tell(findings);
        }
        Ok(())
    }

    /// Reads the journal from its first page to its head.
    async fn flaws(&mut self) -> Result<Flaws, Failure> {
        let desk = Arc::clone(&self.desk);
        let mut flaws = Flaws {
            present: pages(&desk).await?,
            ..Flaws::default()
        };
        let head = desk.store.look::<Journal>(&Key::Journal).await?;
        let last = flaws.present.last().copied().unwrap_or(0);
        (self.watch)(News::Stage(Stage::ChangeLog, Some(2 * u64::from(last))));
        self.census.log().iter_mut().for_each(|logged| logged.seen = false);
        let mut tried = BTreeSet::new();
        let mut through: Option<Timestamp> = None;
        for n in 1..=last {
            let key = Key::JournalPage(n);
            let found = desk.store.look::<JournalPage>(&key).await?;
            match &found.state {
                Some(page) if (page.page, page.entries.len(), page.before) == (n, PAGE_SIZE, through) => {
                    through = page.entries.iter().map(|entry| entry.at).max().max(through);
                    self.mark(&desk, n, &page.entries, &mut flaws, &mut tried).await?;
                }
                _ => {
                    flaws.broken = true;
                    let fault = if found.bytes.is_some() { Fault::Different } else { Fault::Missing };
                    flaws.add(&key, fault, format!("expected page {n} of the journal with {PAGE_SIZE} changes"));
                }
            }
            (self.watch)(News::Done(1));
        }
        match &head.state {
            Some(journal) => {
                if journal.pages > last {
                    flaws.broken = true;
                    let detail = format!(
                        "expected page {} of the journal, since its head knows of {}",
                        last + 1,
                        journal.pages
                    );
                    flaws.add(&Key::JournalPage(last + 1), Fault::Missing, detail);
                } else if !flaws.broken && (journal.pages, journal.through) != (last, through) {
                    flaws.broken = true;
                    let detail = format!("expected to follow {last} sealed pages, as there are; it follows {}", journal.pages);
                    flaws.add(&Key::Journal, Fault::Different, detail);
                }
                self.mark(&desk, 0, &journal.entries, &mut flaws, &mut tried).await?;
            }
            None => {
                flaws.broken = true;
                let fault = if head.bytes.is_some() { Fault::Different } else { Fault::Missing };
                flaws.add(&Key::Journal, fault, "expected the open page of the journal");
            }
        }
        let missing = self.census.log().iter().filter(|logged| !logged.seen).cloned();
        flaws.missing = missing.collect();
        for logged in flaws.missing.iter().take(NAMED).cloned().collect::<Vec<_>>() {
            let detail = format!(
                "does not name revision {} of release {}, which is public",
                logged.revision, logged.id
            );
            flaws.add(&Key::Journal, Fault::Different, detail);
        }
        if flaws.missing.len() > NAMED {
            let detail = format!("does not name {} more public revisions", flaws.missing.len() - NAMED);
            flaws.add(&Key::Journal, Fault::Different, detail);
        }
        Ok(flaws)
    }

    /// Checks entries against the releases.
    async fn mark(
        &mut self,
        desk: &Desk,
        page: u32,
        entries: &[Entry],
        flaws: &mut Flaws,
        tried: &mut BTreeSet<Uuid>,
    ) -> Result<(), Failure> {
        let key = if page == 0 { Key::Journal } else { Key::JournalPage(page) };
        for entry in entries {
            if self.census.logged(entry).is_none() && tried.insert(entry.release) {
                // Public since the census.
                self.census.add(&Fold::fresh(desk, entry.release).await?);
            }
            let what = format!("revision {} of release {}", entry.revision, entry.release);
            let Some(logged) = self.census.logged(entry) else {
                let note = format!("{key} names {what}, which is not there or not public; its number stays given");
                flaws.notes.push(note);
                continue;
            };
            if logged.seen {
                let detail = format!("names {what} twice; numbers that were given cannot be taken back, readers of the log pass over it");
                flaws.add(&key, Fault::Different, detail);
            } else if !logged.agrees(&Logged::of(entry)) {
                flaws.wrong.insert(page);
                flaws.add(
                    &key,
                    Fault::Different,
                    format!("says something else of {what} than the revision itself"),
                );
            }
            if let Some(logged) = self.census.logged(entry) {
                logged.seen = true;
            }
        }
        Ok(())
    }
}

/// The sealed pages that are there.
async fn pages(desk: &Desk) -> Result<Vec<u32>, Failure> {
    let mut pages = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let (keys, more) = desk.store.list(Bucket::Content, "journal/", after.as_deref(), 1_000).await?;
        let number = |key: &String| key.strip_prefix("journal/")?.strip_suffix(".json")?.parse::<u32>().ok();
        pages.extend(keys.iter().filter_map(number));
        after = keys.last().cloned();
        if !more {
            return Ok(pages);
        }
    }
}
