//! "A revision arrived": brings every public view up to date.
//!
//! It reads private revisions and writes only the public site. It never writes a revision, and copies nothing of a
//! release that is not public.

mod ahead;
mod audit;
mod config;
mod crew;
mod event;
mod failure;
mod feeds;
mod files;
mod furnish;
mod intake;
mod late;
mod log;
mod months;
mod news;
mod pace;
mod refill;
mod releases;
mod sweep;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ahead::Ahead;
use feed::{Entry, FeedId, Public, ReleaseView};
use futures::{FutureExt as _, future};
use news::Judged;
use release::{Site, log_name};
use store::{Bucket, Key, Store};
use tracing::{error, info, warn};
use uuid::Uuid;

pub use audit::{Fault, Finding, News, Report, Stage, Watch, rebuild, verify};
pub use config::Config;
pub use crew::Crew;
pub use event::{Named, Undecodable, keys};
pub use failure::Failure;
pub use furnish::furnish;
pub use pace::Pace;
pub use sweep::{Swept, sweep};

/// Requests under way at once. S3 takes thousands; a small function has sockets for about a thousand.
const PARALLEL: usize = 128;

/// What `publish` works with.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The two buckets.
    pub store: Store,
    /// The site as configured.
    pub site: Arc<Site>,
    /// How much of the archive a batch writes.
    pub pace: Pace,
    /// How much is done at once.
    pub crew: Crew,
    /// When it was last judged what is news.
    pub(crate) judged: Judged,
}

impl Desk {
    /// A desk with the usual pace, and as much at once as is of use.
    pub fn new(store: Store, site: impl Into<Arc<Site>>) -> Self {
        Self {
            store,
            site: site.into(),
            pace: Pace::default(),
            crew: Crew::default(),
            judged: Judged::default(),
        }
    }
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

/// A public revision of this batch and the public release it went into.
#[derive(Debug, Clone)]
struct Arrived {
    /// The revision whose event brought this one: when anything fails, it comes again.
    cause: (Uuid, u32),
    public: Arc<Public>,
    view: Arc<ReleaseView>,
    /// Of the public release.
    version: u64,
    /// What the journal says of it; nothing when it is here on behalf of an older one.
    entry: Option<Entry>,
    /// No higher revision is public.
    latest: bool,
    /// It has come before, and whoever brought it may have ended anywhere.
    repeated: bool,
    /// What its pages show.
    shown: releases::Shown,
}

impl Arrived {
    fn key(&self) -> (Uuid, u32) {
        self.cause
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
    let failed = bring(desk, wanted.keys().copied().collect(), &mut outcome).await;
    let again: BTreeSet<&str> = failed.iter().filter_map(|key| wanted.get(key)).flatten().copied().collect();
    outcome.failed.extend(again.into_iter().map(str::to_owned));
    outcome
}

/// Brings revisions to the public, as far as they are public; answers those that must be tried again.
async fn bring(desk: &Desk, revisions: Vec<(Uuid, u32)>, outcome: &mut Outcome) -> BTreeSet<(Uuid, u32)> {
    let mut failed = Failed::default();
    // Boxed, as below: the compiler gives up on futures that are nested too deeply.
    let (mut arrived, news) = arrive(desk, revisions, &mut failed, outcome).boxed().await;
    spread(desk, &mut arrived, &news, &mut failed).boxed().await;
    let mut done = Vec::new();
    for arrived in arrived.iter().filter(|one| one.entry.is_some()) {
        let key = arrived.key();
        if !failed.0.contains(&key) {
            info!(release.id = %key.0, release.digest = log_name(key.0), revision = key.1, status = arrived.public.status.as_str(), "public");
            outcome.published.push(key);
            done.push(Key::Pending(key.0, key.1));
        }
    }
    done.extend(months::paid(desk));
    if done.is_empty() {
        return failed.0;
    }
    if let Err(failure) = desk.store.delete_all(Bucket::Content, &done).await {
        // The sweeper finds them, sees that all is done, and removes them.
        warn!(%failure, "the markers of what is public now could not be removed");
    }
    failed.0
}

/// Revisions whose messages must come again.
#[derive(Default)]
struct Failed(BTreeSet<(Uuid, u32)>);

impl Failed {
    fn add(&mut self, key: (Uuid, u32), failure: &Failure, what: &str) {
        error!(release.id = %key.0, revision = key.1, %failure, "{what}");
        self.0.insert(key);
    }
}

/// Reads the revisions and merges them into their public releases. What these will change is read meanwhile.
async fn arrive(desk: &Desk, keys: Vec<(Uuid, u32)>, failed: &mut Failed, outcome: &mut Outcome) -> (Vec<Arrived>, news::Before) {
    let mut arrived = Vec::new();
    for (key, read) in intake::read(desk, keys).await {
        match read {
            Ok(intake::Read::Public(intake)) => arrived.push((key, *intake)),
            Ok(intake::Read::NotPublic | intake::Read::Gone) => {}
            Ok(intake::Read::SetAside(path)) => outcome.set_aside.push(path),
            Err(failure) => failed.add(key, &failure.into(), "a revision could not be read"),
        }
    }
    let mut done = Vec::new();
    let ahead = Ahead::of(arrived.iter().map(|(_, intake)| &intake.revision), &desk.site);
    let (news, written) = future::join(ahead.read(desk), releases::write(desk, arrived)).await;
    for (key, result) in written {
        match result {
            Ok(one) => done.push(one),
            Err(failure) => failed.add(key, &failure, "a public release could not be written"),
        }
    }
    done.sort_by_key(Arrived::key);
    (late::complete(desk, done, failed).await, news)
}

/// Brings the documents that releases share up to date, in the order in which readers may follow links: pages and months, feeds,
/// and the change log last. Six round-trips from an event to the last public byte: the revision; the release; its documents and months;
/// the states of its feeds; their renderings; the change log.
async fn spread(desk: &Desk, arrived: &mut Vec<Arrived>, before: &news::Before, failed: &mut Failed) {
    let months = months::merge(desk, months::touched(arrived));
    let (documents, merges, recall) = future::join3(
        releases::documents(desk, arrived).boxed(),
        months.boxed(),
        late::recall(desk, arrived).boxed(),
    )
    .await;
    let mut lost = BTreeSet::new();
    for (key, failure) in documents {
        failed.add(key, &failure, "a version document or page could not be written");
        lost.insert(key);
    }
    let mut archived = Vec::new();
    for (month, merge) in merges {
        match merge {
            Ok(merge) => archived.push(merge),
            Err(failure) => {
                for one in arrived.iter().filter(|one| one.view.months().contains(&month)) {
                    failed.add(one.key(), &failure, "a month could not be written");
                    lost.insert(one.key());
                }
            }
        }
    }
    // A feed may ask the months for older releases, so it never knows more than they do.
    arrived.retain(|one| !lost.contains(&one.key()));
    if arrived.is_empty() {
        return;
    }
    let months = archived.iter().map(|merge| merge.month).collect::<Vec<_>>();
    let (archived, listed) = match news(desk, archived).await {
        Ok(archived) => archived,
        Err(failure) => {
            for one in arrived.iter() {
                failed.add(one.key(), &failure, "the months could not be linked");
            }
            return;
        }
    };
    let entries: Vec<Entry> = arrived.iter().filter_map(|one| one.entry.clone()).collect();
    let (brought, months_done, log) = future::join3(
        late::feeds(desk, arrived, recall).boxed(),
        archive(desk, &archived, listed, before).boxed(),
        log::append(desk, &entries).boxed(),
    )
    .await;
    if let Err(failure) = months_done {
        for one in arrived
            .iter()
            .filter(|one| months.iter().any(|month| one.view.months().contains(month)))
        {
            failed.add(one.key(), &failure, "the archive could not be written");
        }
    }
    let show = async {
        match log {
            Ok(appended) => log::show(desk, &appended).await,
            Err(failure) => Err(failure),
        }
    };
    let (settled, shown) = future::join(late::settle(desk, brought).boxed(), show.boxed()).await;
    failed.0.extend(settled.0);
    if let Err(failure) = shown {
        for one in arrived.iter() {
            failed.add(one.key(), &failure, "the change log could not be written");
        }
    }
}

/// Of a month that is new to the list, or may be, list and links come first. True when that was done.
async fn news(desk: &Desk, archived: Vec<months::Merge>) -> Result<(Vec<months::Merge>, bool), Failure> {
    if !months::news(desk, &archived).await? {
        return Ok((archived, false));
    }
    months::list(desk, &archived).await?;
    Ok((months::link(desk, archived).await?, true))
}

/// What is rendered from months and their list. `before`: what was known of the news before the months were merged.
async fn archive(desk: &Desk, archived: &[months::Merge], listed: bool, before: &news::Before) -> Result<(), Failure> {
    let list = async { if listed { Ok(()) } else { months::list(desk, archived).await } };
    let (list, derived, news) = future::join3(list, months::derive(desk, archived), news::refresh(desk, before, archived)).await;
    list.and(derived).and(news)
}

/// The feeds that must hear of these releases: where they are, and where any of their versions has been. An overtaken revision
/// changes none: the event of the later one does.
fn touched(arrived: &[Arrived], site: &Site) -> BTreeSet<FeedId> {
    let all = FeedId::all(site);
    all.into_iter()
        .filter(|feed| arrived.iter().any(|one| one.latest && concerns(feed, one)))
        .collect()
}

fn concerns(feed: &FeedId, arrived: &Arrived) -> bool {
    let versions = &arrived.view.versions;
    feed.takes(
        |language| versions.iter().any(|version| version.languages.contains(language)),
        |topic| versions.iter().any(|version| version.topics.contains(topic)),
    )
}

#[cfg(test)]
mod tests;
