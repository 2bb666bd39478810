//! "A revision arrived": brings every public view up to date.
//!
//! It reads private revisions and writes only the public site. It never writes a revision, and copies nothing of a
//! release that is not public.

mod config;
mod event;
mod failure;
mod feeds;
mod furnish;
mod intake;
mod releases;

use std::collections::{BTreeMap, BTreeSet};

use feed::{FeedId, FeedView, Kind, Public, ReleaseView};
use release::Site;
use store::Store;
use tracing::{error, info};
use uuid::Uuid;

pub use config::Config;
pub use event::{Named, Undecodable, keys};
pub use failure::Failure;
pub use furnish::furnish;

/// Requests under way at once. S3 takes thousands; a small function's memory and sockets do not.
const PARALLEL: usize = 32;

/// What `publish` works with.
#[derive(Debug)]
pub struct Desk {
    /// The two buckets.
    pub store: Store,
    /// The site as configured.
    pub site: Site,
}

/// One message of the queue.
#[derive(Debug, Clone)]
pub struct Message {
    /// The queue's id, by which a failed one is reported.
    pub id: String,
    /// An S3 event notification as JSON.
    pub body: String,
}

/// What became of a batch.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Messages that must come again. All others are done.
    pub failed: Vec<String>,
    /// Revisions that are public now, in their views.
    pub published: Vec<(Uuid, u32)>,
    /// Objects that cannot be read as a revision. They are recorded and never retried.
    pub set_aside: Vec<String>,
}

/// A public revision of this batch and the view it went into.
struct Arrived {
    /// What its feeds get: the highest public revision.
    public: Public,
    view: ReleaseView,
    /// The one that its event named; lower than `public` when it came late.
    revision: u32,
}

impl Arrived {
    fn key(&self) -> (Uuid, u32) {
        (self.public.id, self.revision)
    }

    /// True when a higher revision was public before.
    fn late(&self) -> bool {
        self.revision < self.public.revision
    }
}

/// Brings the views up to date with the revisions that a batch of messages names.
///
/// Messages may come late, twice and in any order, and other publishers may run at the same time: the views come out the same.
pub async fn publish(desk: &Desk, messages: &[Message]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut wanted: BTreeMap<(Uuid, u32), BTreeSet<&str>> = BTreeMap::new();
    for message in messages {
        match keys(&message.body) {
            Ok(named) => {
                for name in named {
                    match name {
                        Named::Revision(id, n) => {
                            wanted.entry((id, n)).or_default().insert(&message.id);
                        }
                        Named::Alien(key) => {
                            error!(key, "an object under releases/ is no revision; remove it");
                            outcome.set_aside.push(key);
                        }
                        Named::Other => {}
                    }
                }
            }
            Err(reason) => {
                error!(message.id, %reason, "a message cannot be decoded");
                outcome.failed.push(message.id.clone());
            }
        }
    }
    let mut failed: BTreeSet<(Uuid, u32)> = BTreeSet::new();
    let arrived = arrive(desk, wanted.keys().copied().collect(), &mut failed, &mut outcome).await;
    let feeds = touched(&arrived, &desk.site);
    for (feed, failure) in feeds::refresh(desk, &arrived, feeds).await {
        error!(feed = feed.json(), %failure, "a feed could not be written");
        let concerned = arrived.iter().filter(|a| concerns(&feed, a));
        failed.extend(concerned.map(Arrived::key));
    }
    for arrived in arrived.iter().filter(|one| !one.late()) {
        let key = arrived.key();
        if !failed.contains(&key) {
            info!(release.id = %key.0, revision = key.1, status = arrived.public.status.as_str(), "public");
            outcome.published.push(key);
        }
    }
    let again: BTreeSet<&str> = failed.iter().filter_map(|key| wanted.get(key)).flatten().copied().collect();
    outcome.failed.extend(again.into_iter().map(str::to_owned));
    outcome
}

/// Reads the revisions and writes what belongs to one release alone.
async fn arrive(desk: &Desk, keys: Vec<(Uuid, u32)>, failed: &mut BTreeSet<(Uuid, u32)>, outcome: &mut Outcome) -> Vec<Arrived> {
    let mut arrived = Vec::new();
    for (key, read) in intake::read(desk, keys).await {
        match read {
            Ok(intake::Read::Public(revision)) => arrived.push((key, revision)),
            Ok(intake::Read::NotPublic | intake::Read::Gone) => {}
            Ok(intake::Read::SetAside(path)) => outcome.set_aside.push(path),
            Err(failure) => {
                error!(release.id = %key.0, revision = key.1, %failure, "a revision could not be read");
                failed.insert(key);
            }
        }
    }
    let mut done = Vec::new();
    for (key, result) in releases::write(desk, arrived).await {
        match result {
            Ok(Some(one)) => done.push(one),
            Ok(None) => {}
            Err(failure) => {
                error!(release.id = %key.0, revision = key.1, %failure, "a release's own documents could not be written");
                failed.insert(key);
            }
        }
    }
    done.sort_by_key(Arrived::key);
    done
}

/// The feeds that must hear of these releases: where they are, and where any of their versions has been.
fn touched(arrived: &[Arrived], site: &Site) -> BTreeSet<FeedId> {
    let all = FeedId::all(site);
    all.into_iter()
        .filter(|feed| arrived.iter().any(|one| concerns(feed, one)))
        .collect()
}

/// A late revision tells only the feeds that the release has left: they must know, whichever event came first.
/// The other ones hear of the higher revision by its own event.
fn concerns(feed: &FeedId, arrived: &Arrived) -> bool {
    let mut versions = arrived.view.versions.iter();
    let been = match &feed.kind {
        Kind::Filled => true,
        Kind::Only => versions.any(|version| version.languages.contains(&feed.language)),
        Kind::Topic(topic) => versions.any(|version| version.topics.contains(topic)),
    };
    been && !(arrived.late() && FeedView::belongs(&arrived.public, feed))
}

#[cfg(test)]
mod tests;
