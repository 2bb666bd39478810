//! The board: releases by status, newest first.
//!
//! There is no index of all releases. Ids are `UUIDv7`, so they sort by time, but S3 lists upwards only: the board walks
//! backwards in windows of time that double, and shrink where much was begun, so its cost depends on what it shows, not on the archive.
//! Whoever looks for a status that is rare gets shorter pages: an answer looks at a few hundred releases, and says where to go on.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use release::{Lang, Revision, Status};
use serde::Serialize;
use store::{Bucket, Error, Key, Store};
use uuid::Uuid;

use crate::problem::Problem;

/// Reads at once.
const PARALLEL: usize = 16;
/// Revisions that one answer looks at; the next one goes on from there.
const READS: usize = 500;
/// The first window; a press office posts a few releases a day.
const WINDOW_MS: u64 = 24 * 3600 * 1000;
/// Pages of keys that a window may take, each of a thousand; one that takes more is cut smaller.
const PAGES: usize = 2;
/// Nobody made a `UUIDv7` before 2020.
const EPOCH_MS: u64 = 1_577_836_800_000;

/// One line of the board.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Line {
    pub(crate) id: Uuid,
    pub(crate) revision: u32,
    pub(crate) status: Status,
    pub(crate) language: Lang,
    pub(crate) titles: BTreeMap<Lang, String>,
    #[schemars(with = "String")]
    pub(crate) at: Timestamp,
    pub(crate) by: release::By,
    #[schemars(with = "Option<String>")]
    pub(crate) published: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub(crate) updated: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    pub(crate) publish_at: Option<Timestamp>,
    /// It was published without approval, and nobody has approved it since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) emergency: Option<release::Emergency>,
}

/// A page of the board.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Board {
    pub(crate) releases: Vec<Line>,
    /// Ask with this `cursor` for older ones. A page may have fewer lines than `limit`, even none, while there is a `next`.
    pub(crate) next: Option<Uuid>,
}

/// The newest releases before `cursor` that are wanted.
pub(crate) async fn board(
    store: &Store,
    now: Timestamp,
    wanted: &(impl Fn(&Revision) -> bool + Sync),
    cursor: Option<Uuid>,
    limit: usize,
) -> Result<Board, Problem> {
    let mut lines: Vec<Line> = Vec::new();
    let (mut reads, mut looked_at, mut tired) = (0, None, false);
    // Ids of clients may be a little ahead of this clock.
    let mut upper = cursor.map_or_else(
        || u64::try_from(now.as_millisecond()).unwrap_or(0) + WINDOW_MS,
        |id| time_of(id) + 1,
    );
    let mut window = WINDOW_MS;
    'walk: while lines.len() <= limit && upper > EPOCH_MS {
        let lower = upper.saturating_sub(window).max(EPOCH_MS);
        // A millisecond cannot be cut.
        let pages = if upper - lower > 1 { PAGES } else { usize::MAX };
        let Some(mut found) = between(store, lower, upper, pages).await? else {
            window = ((upper - lower) / 8).max(1);
            continue;
        };
        found.retain(|id, _| cursor.is_none_or(|cursor| *id < cursor));
        let newest_first: Vec<(Uuid, u32)> = found.into_iter().rev().collect();
        for chunk in newest_first.chunks(limit + 1) {
            if reads >= READS {
                tired = true;
                break 'walk;
            }
            lines.extend(read(store, chunk.to_vec(), wanted).await?);
            reads += chunk.len();
            looked_at = chunk.last().map(|(id, _)| *id);
            if lines.len() > limit {
                break;
            }
        }
        upper = lower;
        window = window.saturating_mul(2);
    }
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = if more {
        lines.last().map(|line| line.id)
    } else {
        looked_at.filter(|_| tired)
    };
    Ok(Board { releases: lines, next })
}

/// The highest revision of every release made between two instants (Unix milliseconds, the upper one excluded); `None` when that takes more
/// than so many pages of keys.
async fn between(store: &Store, lower: u64, upper: u64, pages: usize) -> Result<Option<BTreeMap<Uuid, u32>>, Problem> {
    let mut found: BTreeMap<Uuid, u32> = BTreeMap::new();
    let mut after = format!("releases/{}", first_id(lower));
    let end = format!("releases/{}", first_id(upper));
    for _ in 0..pages {
        let (keys, more) = store.list(Bucket::Content, "releases/", Some(&after), 1_000).await?;
        for (id, n) in keys.iter().filter(|key| **key < end).filter_map(|key| Key::revision_of(key)) {
            let highest = found.entry(id).or_default();
            *highest = n.max(*highest);
        }
        match keys.last() {
            Some(last) if more && *last < end => after.clone_from(last),
            _ => return Ok(Some(found)),
        }
    }
    Ok(None)
}

async fn read(store: &Store, ids: Vec<(Uuid, u32)>, wanted: impl Fn(&Revision) -> bool) -> Result<Vec<Line>, Problem> {
    let one = |(id, n): (Uuid, u32)| async move {
        match store.get(&Key::Revision(id, n)).await {
            Ok(found) => Ok(found.and_then(|found| Revision::read(&found.bytes, id, n).ok())),
            // One damaged object must not take the board from everybody; `publish` has reported it.
            Err(Error::Corrupt { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    };
    let revisions: Vec<Option<Revision>> = stream::iter(ids).map(one).buffered(PARALLEL).try_collect().await?;
    let found = revisions.into_iter().flatten().filter(|revision| wanted(revision));
    Ok(found.map(line).collect())
}

pub(crate) fn line(revision: Revision) -> Line {
    Line {
        id: revision.id,
        revision: revision.revision,
        status: revision.status,
        language: revision.language,
        titles: revision.texts.into_iter().map(|(lang, text)| (lang, text.title)).collect(),
        at: revision.at,
        by: revision.by,
        published: revision.published,
        updated: revision.updated,
        publish_at: revision.publish_at,
        emergency: revision.emergency,
    }
}

/// The lowest id made at an instant: 48 bits of Unix milliseconds, the rest zero (RFC 9562, section 5.7).
fn first_id(milliseconds: u64) -> Uuid {
    Uuid::from_u128(u128::from(milliseconds) << 80)
}

fn time_of(id: Uuid) -> u64 {
    u64::try_from(id.as_u128() >> 80).unwrap_or(u64::MAX)
}
