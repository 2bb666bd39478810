//! "It is time": makes scheduled releases public, not an instant before.
//!
//! `accept` leaves a marker `due/{instant}/{release}/{revision}` before it stores a scheduled revision. Markers sort by time, so what falls due
//! is at the front of a list, however much is scheduled. Whoever finds one waits for its instant and creates the next revision, on condition
//! that there is none: an editor who was faster makes the marker void, and two clocks at once make one revision.
//!
//! A machine's clock may be ahead. S3's is the reference: nothing goes before S3 has passed the instant too, as far as the `Date` of its
//! answers tells, which costs no request.
//!
//! It runs each minute, and whenever a marker is written: what is scheduled for the next seconds does not wait for the minute.

mod config;

use std::{collections::BTreeMap, time::Duration};

use futures::{StreamExt as _, future, stream};
use jiff::{SignedDuration, Timestamp};
use release::{By, Damaged, Revision, Role, Status};
use store::{Bucket, Created, Key, Store};
use tracing::{error, info, warn};
use uuid::Uuid;

pub use config::Config;

/// What falls due so long from now is waited for: a minute, and some seconds for a clock that starts its minute late.
pub const AHEAD: SignedDuration = SignedDuration::from_secs(70);
/// Releases of one instant under way at once.
const PARALLEL: usize = 32;
/// Editors that save in between, before the work is left to the next minute.
const RIVALS: usize = 10;
/// A release so late is named in the log with its delay as a warning.
const LATE: SignedDuration = SignedDuration::from_secs(2);
/// A marker without a revision is of a save that was never finished, or is just being made.
const UNFINISHED: SignedDuration = SignedDuration::from_hours(1);
/// Markers of a page.
const PAGE: i32 = 1_000;

/// What became of the markers that fell due.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Lifted {
    /// Revisions that were made: public now, as soon as `publish` hears of them.
    pub published: Vec<(Uuid, u32)>,
    /// How late each of them was, in milliseconds.
    pub delays: Vec<i64>,
    /// Markers of revisions that an editor has overtaken, removed.
    pub void: Vec<(Uuid, u32)>,
    /// Scheduled revisions that could not be made public; the next run tries again.
    pub failed: Vec<(Uuid, u32)>,
}

/// Why a release could not be made public.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A revision cannot be read.
    #[error("{key}: {damage}")]
    Damaged {
        /// Of the revision.
        key: String,
        /// What is wrong.
        damage: Damaged,
    },
    /// Editors save again and again.
    #[error("{0}: it is saved again and again; the next minute tries again")]
    Busy(Uuid),
}

/// The function's clock, held against S3's.
struct Clocks<'a> {
    store: &'a Store,
    now: &'a (dyn Fn() -> Timestamp + Sync),
}

impl Clocks<'_> {
    /// What both have passed.
    fn time(&self) -> Timestamp {
        let now = (self.now)();
        self.store.passed().map_or(now, |passed| passed.min(now))
    }
}

/// Makes public what falls due until `ahead` from now, each at its instant by the clock `now` and by S3's; what is late goes at once.
///
/// # Errors
/// When the markers cannot be listed.
pub async fn lift(store: &Store, now: &(dyn Fn() -> Timestamp + Sync), ahead: SignedDuration) -> Result<Lifted, Failure> {
    let clocks = &Clocks { store, now };
    let mut due: BTreeMap<Timestamp, Vec<(Uuid, u32)>> = BTreeMap::new();
    let mut after: Option<String> = None;
    'pages: loop {
        let (keys, more) = store.list(Bucket::Content, "due/", after.as_deref(), PAGE).await?;
        after = keys.last().cloned();
        // The list has brought S3's time.
        let until = clocks.time() + ahead;
        for (at, id, n) in keys.iter().filter_map(|key| Key::due_of(key)) {
            if at > until {
                break 'pages;
            }
            due.entry(at).or_default().push((id, n));
        }
        if !more {
            break;
        }
    }
    let instants = due.into_iter().map(|(at, revisions)| instant(clocks, at, revisions));
    let mut lifted = Lifted::default();
    for one in future::join_all(instants).await {
        lifted.published.extend(one.published);
        lifted.delays.extend(one.delays);
        lifted.void.extend(one.void);
        lifted.failed.extend(one.failed);
    }
    Ok(lifted)
}

/// Waits for an instant and judges its markers.
async fn instant(clocks: &Clocks<'_>, at: Timestamp, revisions: Vec<(Uuid, u32)>) -> Lifted {
    // A timer may be early by the other clock.
    while let Ok(left) = Duration::try_from(at.duration_since(clocks.time())) {
        if left.is_zero() {
            break;
        }
        tokio::time::sleep(left).await;
    }
    let one = |(id, n): (Uuid, u32)| async move { ((id, n), judge(clocks, at, (id, n)).await) };
    let judged: Vec<_> = stream::iter(revisions).map(one).buffer_unordered(PARALLEL).collect().await;
    let mut lifted = Lifted::default();
    let mut done = Vec::new();
    for ((id, n), judged) in judged {
        match judged {
            Ok(Judged::Public(made, delay)) => {
                lifted.published.push((id, made));
                lifted.delays.push(delay);
            }
            Ok(Judged::Void) => lifted.void.push((id, n)),
            Ok(Judged::Unfinished) => continue,
            Err(failure) => {
                error!(release.id = %id, revision = n, %failure, "a scheduled release could not be made public");
                lifted.failed.push((id, n));
                continue;
            }
        }
        done.push(Key::Due(at, id, n));
    }
    if let Err(failure) = clocks.store.delete_all(Bucket::Content, &done).await {
        // The next run finds them void and removes them.
        warn!(%failure, "markers that have done their work could not be removed");
    }
    lifted
}

enum Judged {
    /// This revision was made, so many milliseconds late.
    Public(u32, i64),
    /// An editor was faster.
    Void,
    /// Its revision is not there yet.
    Unfinished,
}

async fn judge(clocks: &Clocks<'_>, at: Timestamp, (id, n): (Uuid, u32)) -> Result<Judged, Failure> {
    let store = clocks.store;
    for _ in 0..RIVALS {
        let latest = store.revisions(id).await?.last().copied().unwrap_or_default();
        if latest < n {
            let old = clocks.time().duration_since(at) > UNFINISHED;
            return Ok(if old { Judged::Void } else { Judged::Unfinished });
        }
        if latest > n {
            return Ok(Judged::Void);
        }
        let key = Key::Revision(id, n);
        let Some(found) = store.get(&key).await? else { continue };
        let damaged = |damage| Failure::Damaged { key: key.path(), damage };
        let scheduled = Revision::read(&found.bytes, id, n).map_err(damaged)?;
        if scheduled.status != Status::Scheduled || scheduled.publish_at != Some(at) {
            return Ok(Judged::Void);
        }
        let time = clocks.time();
        let next = public(scheduled, at, time);
        // Should the event get lost, the sweeper finds the marker.
        store
            .put(&Key::Pending(id, next.revision), next.at.to_string().into_bytes())
            .await?;
        if store.create(&Key::Revision(id, next.revision), next.to_bytes()).await? != Created::New {
            continue;
        }
        let delay = time.duration_since(at);
        let delay_ms = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
        if delay > LATE {
            warn!(release.id = %id, revision = next.revision, delay_ms, "a scheduled release becomes public late");
        } else {
            info!(release.id = %id, revision = next.revision, delay_ms, "a scheduled release becomes public");
        }
        return Ok(Judged::Public(next.revision, delay_ms));
    }
    Err(Failure::Busy(id))
}

/// The revision that makes a scheduled one public.
fn public(scheduled: Revision, at: Timestamp, now: Timestamp) -> Revision {
    let seconds = Timestamp::from_second(now.as_second()).unwrap_or(now).max(at);
    let clock = By {
        name: "embargo".to_owned(),
        role: Role::Editor,
    };
    Revision {
        revision: scheduled.revision + 1,
        // Two clocks at once would make two; the condition lets one through.
        at: now,
        status: Status::Published,
        publish_at: None,
        published: scheduled.published.or(Some(at)),
        updated: scheduled.updated_at(seconds),
        note: None,
        editor: Some(scheduled.editor().clone()),
        by: clock,
        ..scheduled
    }
}
