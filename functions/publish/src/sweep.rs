//! The sweeper: publishes what an undelivered event left undone.
//!
//! `accept` writes a marker before it stores a public revision; `publish` removes it when every view is up to date. So what is under way
//! is a short list, however many releases there are: one LIST a run when nothing is wrong. Each hour it judges what is still news.

use std::collections::BTreeSet;

use feed::Month;
use jiff::{SignedDuration, Timestamp};
use store::{Bucket, Key};
use tracing::warn;
use uuid::Uuid;

use crate::{Desk, Failure, Outcome, Pace, bring, months, news};

/// A marker without a revision is of a save that was never finished, or is just being made.
const UNFINISHED: SignedDuration = SignedDuration::from_hours(1);
/// Revisions brought to the public at once.
const BATCH: usize = 100;

/// What a run of the sweeper found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Swept {
    /// Revisions that are public now and were not, or not wholly.
    pub published: Vec<(Uuid, u32)>,
    /// Revisions that could not be brought to the public; the next run tries again.
    pub failed: Vec<(Uuid, u32)>,
    /// Markers of saves that were never finished, removed.
    pub unfinished: Vec<(Uuid, u32)>,
    /// Months of which renderings were owed, up to date now.
    pub archived: BTreeSet<Month>,
}

/// Finds markers that are older than `patience` at `now`, and does what they say was to be done.
///
/// # Errors
/// When the store does not answer.
pub async fn sweep(desk: &Desk, now: Timestamp, patience: SignedDuration) -> Result<Swept, Failure> {
    // What it brings, it brings whole.
    let desk = &Desk {
        pace: Pace::whole(),
        ..desk.clone()
    };
    let mut swept = Swept::default();
    let mut after: Option<String> = None;
    loop {
        let (markers, more) = desk
            .store
            .list_objects(Bucket::Content, "pending/", after.as_deref(), 1_000)
            .await?;
        after = markers.last().map(|marker| marker.path.clone());
        let late = |since: i64, patience: SignedDuration| now.as_second() - since >= patience.as_secs();
        let stale: Vec<((Uuid, u32), i64)> = markers
            .iter()
            .filter(|marker| late(marker.written, patience))
            .filter_map(|marker| Some((Key::pending_of(&marker.path)?, marker.written)))
            .collect();
        for some in stale.chunks(BATCH) {
            let revisions = some.iter().map(|(revision, _)| *revision).collect();
            let mut outcome = Outcome::default();
            let failed = bring(desk, revisions, &mut outcome).await;
            let mut finished = Vec::new();
            for (revision, since) in some {
                let key = Key::Pending(revision.0, revision.1);
                if failed.contains(revision) {
                    warn!(release.id = %revision.0, revision = revision.1, "the sweeper could not publish a revision; it tries again");
                    swept.failed.push(*revision);
                } else if outcome.published.contains(revision) {
                    let missing = "the sweeper published what no event brought; does the content bucket still send its events?";
                    warn!(release.id = %revision.0, revision = revision.1, "{missing}");
                    swept.published.push(*revision);
                } else if late(*since, UNFINISHED) {
                    // Not stored, not public, or set aside with a record of its own.
                    swept.unfinished.push(*revision);
                    finished.push(key);
                }
            }
            desk.store.delete_all(Bucket::Content, &finished).await?;
        }
        let stale = markers.iter().filter(|marker| late(marker.written, patience));
        let owed: Vec<(Month, u64)> = stale.filter_map(|marker| Key::owed_of(&marker.path)).collect();
        for month in owed.iter().map(|(month, _)| *month).collect::<BTreeSet<_>>() {
            match months::catch_up(desk, month).await {
                Ok(()) => drop(swept.archived.insert(month)),
                Err(failure) => warn!(?month, %failure, "the sweeper could not bring a month up to date; it tries again"),
            }
        }
        let paid = owed.into_iter().filter(|(month, _)| swept.archived.contains(month));
        let paid: Vec<Key> = paid.map(|(month, version)| Key::Owed(month, version)).collect();
        desk.store.delete_all(Bucket::Content, &paid).await?;
        if !more {
            break;
        }
    }
    if desk.judged.is_due(desk.store.now())
        && let Err(failure) = news::judge(desk).await
    {
        warn!(%failure, "the sweeper could not judge what is news; it tries again");
    }
    Ok(swept)
}
