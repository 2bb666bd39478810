//! The second look: a view whose listing differs is worked out again from fresh reads, compared byte by byte, and put right when
//! that is asked for.
//!
//! What is stored is read first, then the revisions: so what is worked out is never older than what it replaces, and the write happens
//! only if nobody wrote in between.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use bytes::Bytes;
use feed::{State, to_json};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::de::IgnoredAny;
use store::{Bucket, Error, Key, Look, Mended};

use super::{
    report::{Fault, Finding},
    view::{Drawn, View},
};
use crate::{Desk, Failure, PARALLEL};

/// Rivals that write a view in between, before it is given up.
const RIVALS: u32 = 40;
/// Looks at one view while publications are under way.
const LOOKS: u32 = 10;
/// Looks in all: events that nobody delivers must not hold `verify` up at each view.
const ALL_LOOKS: u32 = 60;
/// Between two looks; a publication takes less.
const REST: Duration = Duration::from_millis(300);

/// How the second look is done.
#[derive(Debug)]
pub(super) struct Hand {
    /// Puts right what differs.
    pub(super) mends: bool,
    looks: AtomicU32,
}

enum Outcome {
    Right,
    Wrong(Fault),
    Newer(u64),
}

/// A document and what it should be: the version of its state, its bytes (none: not there), and whether it is probably absent.
struct Job {
    key: Key,
    version: Option<u64>,
    bytes: Option<Bytes>,
    absent: bool,
}

impl Hand {
    /// `alone`: nobody else writes, so there is nobody to wait for.
    pub(super) fn new(mends: bool, alone: bool) -> Self {
        let looks = if alone || mends { 0 } else { ALL_LOOKS };
        Self {
            mends,
            looks: AtomicU32::new(looks),
        }
    }

    /// Compares a whole view with what it should be; tells what differs, in the order of keys.
    pub(super) async fn settle<V: View>(&self, desk: &Desk, view: &mut V) -> Result<Vec<Finding>, Failure> {
        let key = view.key(desk);
        let mut told = BTreeMap::new();
        let (mut floor, mut looks) = (0, 0);
        for attempt in 0..RIVALS {
            let quiet = self.quiet(desk, &view.pending()).await?;
            let found = desk.store.look::<V::State>(&key).await?;
            let drawn = view.draw(desk, &found).await?;
            let mut faults = BTreeMap::new();
            let Some((version, written)) = self.state(desk, &found, &drawn, floor, &mut faults).await? else {
                pause(attempt).await;
                continue;
            };
            let absent = found.bytes.is_none();
            let newer = self.others(desk, drawn, version, absent, &mut faults).await?;
            let now = desk.store.look::<IgnoredAny>(&key).await?;
            let still = if written { now.version == version } else { now.same(&found) };
            let again = match newer {
                Some(newer) => {
                    floor = floor.max(newer);
                    true
                }
                None => !still,
            };
            if self.mends {
                told.extend(faults);
                if again {
                    continue;
                }
            } else {
                let sure = quiet && self.quiet(desk, &view.pending()).await?;
                if again || !faults.is_empty() && !sure && looks < LOOKS && self.rest().await {
                    looks += 1;
                    continue;
                }
                told = faults;
            }
            return Ok(self.findings(told));
        }
        if self.mends {
            return Err(Error::Conflict { key: key.path() }.into());
        }
        // It changes faster than it can be looked at; each change is a publisher's, who knows what he does.
        Ok(Vec::new())
    }

    fn findings(&self, faults: BTreeMap<String, Fault>) -> Vec<Finding> {
        let finding = |(key, fault)| Finding {
            key,
            fault,
            mended: self.mends,
            detail: None,
        };
        faults.into_iter().map(finding).collect()
    }

    /// The state: its version, and whether it was written now. `None` when somebody wrote it in between.
    async fn state<T>(
        &self,
        desk: &Desk,
        found: &Look<T>,
        drawn: &Drawn<T>,
        floor: u64,
        faults: &mut BTreeMap<String, Fault>,
    ) -> Result<Option<(u64, bool)>, Failure>
    where
        T: State,
    {
        let bytes = drawn.state.as_ref().map(to_json);
        let fault = match (&found.bytes, &bytes) {
            (None, None) => None,
            (None, Some(_)) => Some(Fault::Missing),
            (Some(_), None) => Some(Fault::Unexpected),
            (Some(found), Some(bytes)) => (found[..] != bytes[..]).then_some(Fault::Different),
        };
        if let Some(fault) = fault {
            faults.insert(drawn.key.path(), fault);
        }
        if !self.mends || fault.is_none() && (bytes.is_none() || found.version >= floor) {
            return Ok(Some((found.version, false)));
        }
        match drawn.state.clone() {
            Some(next) => {
                let written = desk.store.restore(&drawn.key, found, floor, next).await?;
                Ok(written.map(|merged| (merged.version, true)))
            }
            None => {
                let removed = desk.store.remove_seen(&drawn.key, found).await?;
                Ok(removed.then_some((0, true)))
            }
        }
    }

    /// Everything but the state; answers the newest version of a state that is not the stored one.
    async fn others<T>(
        &self,
        desk: &Desk,
        drawn: Drawn<T>,
        version: u64,
        absent: bool,
        faults: &mut BTreeMap<String, Fault>,
    ) -> Result<Option<u64>, Failure> {
        let job = |key, version, bytes| Job {
            key,
            version,
            bytes,
            absent,
        };
        let plain = drawn.plain.into_iter().map(|(key, bytes)| job(key, None, Some(bytes)));
        let renderings = drawn
            .renderings
            .into_iter()
            .map(|(key, bytes)| job(key, Some(version), Some(bytes)));
        let gone = drawn.absent.into_iter().map(|key| job(key, None, None));
        let jobs: Vec<Job> = plain.chain(renderings).chain(gone).collect();
        let one = |job: Job| async move { Ok::<_, Failure>((job.key.path(), self.one(desk, job).await?)) };
        let done: Vec<(String, Outcome)> = stream::iter(jobs).map(one).buffer_unordered(PARALLEL).try_collect().await?;
        let mut newest = None;
        for (path, outcome) in done {
            match outcome {
                Outcome::Right => {}
                Outcome::Wrong(fault) => {
                    faults.insert(path, fault);
                }
                Outcome::Newer(version) => newest = newest.max(Some(version)),
            }
        }
        Ok(newest)
    }

    /// One document without a state of its own.
    pub(super) async fn plain(&self, desk: &Desk, key: Key, bytes: Option<Bytes>) -> Result<Option<Finding>, Failure> {
        let path = key.path();
        let job = Job {
            key,
            version: None,
            bytes,
            absent: false,
        };
        Ok(match self.one(desk, job).await? {
            Outcome::Wrong(fault) => self.findings(BTreeMap::from([(path, fault)])).pop(),
            Outcome::Right | Outcome::Newer(_) => None,
        })
    }

    async fn one(&self, desk: &Desk, job: Job) -> Result<Outcome, Failure> {
        let store = &desk.store;
        let Some(bytes) = job.bytes else {
            if store.head(&job.key).await?.is_none() {
                return Ok(Outcome::Right);
            }
            if self.mends {
                store.delete(&job.key).await?;
            }
            return Ok(Outcome::Wrong(Fault::Unexpected));
        };
        if self.mends {
            return Ok(match store.mend(&job.key, job.version, &bytes, job.absent).await? {
                Mended::Right => Outcome::Right,
                Mended::Missing => Outcome::Wrong(Fault::Missing),
                Mended::Different => Outcome::Wrong(Fault::Different),
                Mended::Newer(version) => Outcome::Newer(version),
            });
        }
        Ok(match store.get(&job.key).await? {
            None => Outcome::Wrong(Fault::Missing),
            Some(found) if found.bytes == bytes => Outcome::Right,
            Some(_) => Outcome::Wrong(Fault::Different),
        })
    }

    /// True when no marker says that somebody is publishing. A rebuild does not ask: it writes by condition.
    pub(super) async fn quiet(&self, desk: &Desk, prefix: &str) -> Result<bool, Failure> {
        if self.looks.load(Ordering::Relaxed) == 0 {
            return Ok(true);
        }
        let (markers, _) = desk.store.list(Bucket::Content, prefix, None, 1).await?;
        Ok(markers.is_empty())
    }

    /// Waits before another look; false when there was enough of it.
    pub(super) async fn rest(&self) -> bool {
        let left = self
            .looks
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if left.is_ok() {
            tokio::time::sleep(REST).await;
        }
        left.is_ok()
    }
}

async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(u64::from(attempt.min(20)) * 10)).await;
}
