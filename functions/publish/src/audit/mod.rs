//! `verify` and `rebuild`: is everything public as the releases say, and if not, make it so.
//!
//! One walk over both buckets. The site is listed once, a hash and a tag for each object. Then each view is worked out from the content
//! bucket alone, one release, month or feed at a time. Where the listing says something else, the view is looked at again from fresh
//! reads; only what differs then is told, or put right by compare-and-swap, so that a publication meanwhile is never undone.

mod census;
mod feeds;
mod fold;
mod inventory;
mod journal;
mod log;
mod months;
mod news;
mod releases;
mod report;
mod rest;
mod settle;
mod view;

use std::{collections::BTreeSet, sync::Arc};

use census::Census;
use inventory::Inventory;
pub use report::{Fault, Finding, News, Report, Stage, Watch};
use settle::Hand;
use view::Tags;

use crate::{Desk, Failure};

/// Walks of a rebuild: the last one finds nothing to do. More are needed only while somebody damages what was just mended.
const ROUNDS: usize = 4;

/// A walk under way.
struct Audit<'a> {
    desk: Arc<Desk>,
    hand: Hand,
    watch: &'a Watch<'a>,
    inventory: Inventory,
    census: Census,
    report: Report,
    /// What was told and stays wrong: once is enough.
    told: BTreeSet<String>,
    /// Damaged revisions that the public has seen.
    held: Vec<String>,
}

/// Compares everything public with what the releases say. `alone`: nobody publishes meanwhile, so there is nobody to wait for.
///
/// # Errors
/// When a bucket does not answer.
pub async fn verify(desk: &Arc<Desk>, alone: bool, watch: &Watch<'_>) -> Result<Report, Failure> {
    let mut audit = Audit::new(desk, Hand::new(false, alone), watch);
    audit.walk().await?;
    Ok(audit.report)
}

/// Makes everything public as the releases say, from the content bucket alone. Publications may go on meanwhile.
///
/// # Errors
/// When a bucket does not answer, and when a revision that was public is damaged: then nothing that releases share is touched.
pub async fn rebuild(desk: &Arc<Desk>, watch: &Watch<'_>) -> Result<Report, Failure> {
    let mut total = Report::default();
    let mut told = BTreeSet::new();
    for _ in 0..ROUNDS {
        let mut audit = Audit::new(desk, Hand::new(true, false), watch);
        audit.told = std::mem::take(&mut told);
        audit.walk().await?;
        told = audit.told;
        total.take(&audit.report);
        if audit.report.mended == 0 {
            break;
        }
    }
    Ok(total)
}

impl<'a> Audit<'a> {
    fn new(desk: &Arc<Desk>, hand: Hand, watch: &'a Watch) -> Self {
        Self {
            desk: Arc::clone(desk),
            hand,
            watch,
            inventory: Inventory::default(),
            census: Census::new(&desk.site),
            report: Report::default(),
            told: BTreeSet::new(),
            held: Vec::new(),
        }
    }

    /// In the order in which readers may follow links.
    async fn walk(&mut self) -> Result<(), Failure> {
        (self.watch)(News::Stage(Stage::Listing, None));
        self.inventory = Inventory::take(&self.desk.store, self.watch).await?;
        self.report.objects = self.inventory.total;
        self.releases().await?;
        if !self.held.is_empty() {
            return Err(Failure::Damaged(format!(
                "revisions that were public are damaged, and without them releases would go back to what they were before: {}. Restore the \
                 objects from their last versions or a copy; if they are lost for good, remove them; then rebuild again",
                self.held.join("; ")
            )));
        }
        self.months().await?;
        self.news().await?;
        self.feeds().await?;
        self.change_log().await?;
        self.rest().await
    }

    /// Accounts for the objects of a view; true when the listing has all of them as they should be.
    fn claim(&mut self, tags: Tags) -> bool {
        let claim = |(path, tag): (String, _)| self.inventory.claim(&path, tag);
        // Each is claimed, whatever the ones before it say.
        tags.into_iter().map(claim).filter(|right| !right).count() == 0
    }

    fn tell(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.report.count(&finding);
            let id = format!("{} {:?}", finding.key, finding.detail);
            if finding.mended || self.told.insert(id) {
                (self.watch)(News::Finding(&finding));
            }
        }
    }
}
