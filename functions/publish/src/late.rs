//! Events that come out of order: of each release, the whole history counts, and its latest revision speaks.
//!
//! Revision 3 may be public before the event of revision 2 comes. What revision 2 tells is where the release has been: feeds and months
//! that revision 3 must leave. So the latest revision is brought to them once more, by whoever learnt of the older one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use feed::{Public, ReleaseView};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use release::Revision;
use store::Key;
use tracing::error;
use uuid::Uuid;

use crate::{
    Arrived, Desk, Failed, Failure, concerns,
    feeds::{self, Recalled},
    months, news,
    releases::{self, Shown},
    touched,
};

/// Revisions of one release that become public while it is brought to its feeds, before the work is given back.
const RIVALS: usize = 10;

/// Gives each arrival the longest history of its release that this batch saw, and adds the latest revision where only older ones came.
pub(crate) async fn complete(desk: &Desk, mut arrived: Vec<Arrived>, failed: &mut Failed) -> Vec<Arrived> {
    let mut histories: BTreeMap<Uuid, (u64, Arc<ReleaseView>)> = BTreeMap::new();
    for one in &arrived {
        let known = histories.entry(one.public.id).or_insert((one.version, Arc::clone(&one.view)));
        // A history only grows.
        if (known.1.versions.len(), known.0) < (one.view.versions.len(), one.version) {
            *known = (one.version, Arc::clone(&one.view));
        }
    }
    let mut latest: BTreeMap<Uuid, Option<(Uuid, u32)>> = BTreeMap::new();
    for one in &mut arrived {
        if let Some((version, view)) = histories.get(&one.public.id) {
            (one.version, one.view) = (*version, Arc::clone(view));
        }
        one.latest = one.view.latest.revision == one.public.revision;
        if one.latest && one.view.former_date().is_some() {
            one.public = Arc::new(Public::clone(&one.public).within(&one.view));
        }
        let cause = latest.entry(one.public.id).or_insert(Some(one.cause));
        *cause = cause.filter(|_| !one.latest);
    }
    let overtaken = latest.into_values().flatten();
    let bring = |cause: (Uuid, u32)| {
        let history = histories.get(&cause.0).cloned();
        async move { (cause, again(desk, cause, history).await) }
    };
    let found: Vec<_> = stream::iter(overtaken)
        .map(bring)
        .buffer_unordered(desk.crew.requests)
        .collect()
        .await;
    for (cause, result) in found {
        match result {
            Ok(one) => arrived.extend(one),
            Err(failure) => failed.add(cause, &failure, "the latest revision could not be read"),
        }
    }
    arrived
}

/// The latest revision of the release, on behalf of an older one.
async fn again(desk: &Desk, cause: (Uuid, u32), history: Option<(u64, Arc<ReleaseView>)>) -> Result<Option<Arrived>, Failure> {
    let Some((version, view)) = history else { return Ok(None) };
    let public = read(desk, cause.0, view.latest.revision).await?;
    Ok(Some(Arrived {
        cause,
        entry: None,
        latest: true,
        // Somebody else brings it, and looks himself.
        repeated: false,
        shown: Shown::Unknown,
        public: Arc::new(public.within(&view)),
        view,
        version,
    }))
}

/// What is known before releases come to their feeds.
pub(crate) struct Recall {
    recalled: Recalled,
    later: Vec<Arrived>,
    failed: Failed,
}

/// Reads the feeds that are not remembered, then asks whether the releases still are the latest.
pub(crate) async fn recall(desk: &Desk, arrived: &[Arrived]) -> Recall {
    let recalled = feeds::recall(desk, touched(arrived, &desk.site)).await;
    let mut failed = Failed::default();
    let later = rivals(desk, arrived, &mut failed).await;
    Recall { recalled, later, failed }
}

/// Releases that were brought to their feeds, and are still to be asked whether they are the latest.
pub(crate) struct Brought {
    now: Vec<Arrived>,
    failed: Failed,
}

/// Brings releases to their feeds, or the later revision of those that have one.
pub(crate) async fn feeds(desk: &Desk, arrived: &[Arrived], recall: Recall) -> Brought {
    let Recall {
        mut recalled,
        later,
        mut failed,
    } = recall;
    let mut now = arrived.to_vec();
    if !later.is_empty() {
        (now, recalled) = overtake(desk, now, later, &mut failed).await;
    }
    refresh(desk, &now, &recalled, &mut failed).await;
    Brought { now, failed }
}

/// Brings those releases to their feeds once more of which a later revision became public meanwhile.
///
/// A feed remembers nothing of what lies behind its end. When the later revision has an older date, its publisher may find nothing to do;
/// the earlier one would then come into the feed after it and stay. So whoever brought a release looks whether it still was the latest:
/// if it was, the later one comes to the feeds only now, and finds it.
pub(crate) async fn settle(desk: &Desk, brought: Brought) -> Failed {
    let Brought { mut now, mut failed } = brought;
    for _ in 0..RIVALS {
        let later = rivals(desk, &now, &mut failed).await;
        if later.is_empty() {
            return failed;
        }
        let recalled;
        (now, recalled) = overtake(desk, Vec::new(), later, &mut failed).await;
        refresh(desk, &now, &recalled, &mut failed).await;
    }
    for one in &now {
        let key = Key::Release(one.public.id).path();
        failed.add(one.cause, &store::Error::Conflict { key }.into(), "a release changes without end");
    }
    failed
}

/// `now` with `later` in the place of what they overtook, and the feeds as they were before the releases were asked once more.
async fn overtake(desk: &Desk, mut now: Vec<Arrived>, mut later: Vec<Arrived>, failed: &mut Failed) -> (Vec<Arrived>, Recalled) {
    let mut recalled = Recalled::default();
    // Twice at most: after that, the feeds ask for themselves.
    for again in [false, true] {
        archive(desk, &mut later, failed).await;
        for one in &later {
            // The overtaken one may just have shown a text that the later one takes away.
            if let Err(failure) = releases::texts(desk, &one.view, true).await {
                failed.add(one.cause, &failure, "the texts of a release could not be put right");
            }
        }
        now.retain(|one| !later.iter().any(|other| other.public.id == one.public.id));
        now.append(&mut later);
        if again {
            recalled.clear();
            break;
        }
        recalled = feeds::recall(desk, touched(&now, &desk.site)).await;
        later = rivals(desk, &now, failed).await;
        if later.is_empty() {
            break;
        }
    }
    (now, recalled)
}

/// Brings revisions to their months; those that failed are dropped. A feed that loses an entry asks the months for the next one: it must
/// not know a later revision than they do, and the publisher of this one may have ended before they heard of it.
async fn archive(desk: &Desk, later: &mut Vec<Arrived>, failed: &mut Failed) {
    let (mut archived, before) = (Vec::new(), news::before(desk));
    let mut lost = BTreeSet::new();
    for (month, merge) in months::merge(desk, months::touched(later)).boxed().await {
        match merge {
            Ok(merge) => archived.push(merge),
            Err(failure) => {
                for one in later.iter().filter(|one| one.view.months().contains(&month)) {
                    failed.add(one.cause, &failure, "a month could not be written");
                    lost.insert(one.cause);
                }
            }
        }
    }
    later.retain(|one| !lost.contains(&one.cause));
    let written = async {
        let (archived, listed) = crate::news(desk, archived).await?;
        crate::archive(desk, &archived, listed, &before).await
    };
    if let Err(failure) = written.boxed().await {
        for one in later.drain(..) {
            failed.add(one.cause, &failure, "the archive could not be written");
        }
    }
}

async fn refresh(desk: &Desk, now: &[Arrived], recalled: &Recalled, failed: &mut Failed) {
    for (feed, failure) in feeds::refresh(desk, now, touched(now, &desk.site), recalled).await {
        error!(feed = feed.json(), %failure, "a feed could not be written");
        for one in now.iter().filter(|one| concerns(&feed, one)) {
            failed.0.insert(one.cause);
        }
    }
}

/// The latest revisions of those releases that were overtaken.
async fn rivals(desk: &Desk, now: &[Arrived], failed: &mut Failed) -> Vec<Arrived> {
    let check = |(cause, version, revision)| async move { (cause, rival(desk, cause, version, revision).await) };
    let checks = now.iter().filter(|one| one.latest);
    let checks: Vec<_> = checks.map(|one| (one.cause, one.version, one.public.revision)).collect();
    let found: Vec<_> = stream::iter(checks).map(check).buffer_unordered(desk.crew.requests).collect().await;
    let mut later = Vec::new();
    for (cause, result) in found {
        match result {
            Ok(one) => later.extend(one),
            Err(failure) => failed.add(cause, &failure, "the latest revision could not be read"),
        }
    }
    later
}

/// Those releases of which a later revision is public.
pub(crate) async fn overtaken(desk: &Desk, publics: impl Iterator<Item = &Public>) -> Result<BTreeSet<Uuid>, Failure> {
    let check = |(id, revision): (Uuid, u32)| async move {
        let now = desk.store.load_now::<ReleaseView>(&Key::Release(id)).await?;
        let overtaken = now.is_some_and(|now| now.state.latest.revision > revision);
        Ok::<_, Failure>(overtaken.then_some(id))
    };
    let checks: Vec<_> = publics.map(|public| (public.id, public.revision)).collect();
    let found: Vec<Option<Uuid>> = stream::iter(checks)
        .map(check)
        .buffer_unordered(desk.crew.requests)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().collect())
}

/// The latest revision of a release when `revision` is not it any more.
async fn rival(desk: &Desk, cause: (Uuid, u32), version: u64, revision: u32) -> Result<Option<Arrived>, Failure> {
    let key = Key::Release(cause.0);
    if desk.store.head(&key).await?.is_some_and(|now| now.version == version) {
        return Ok(None);
    }
    let now = desk.store.load_now::<ReleaseView>(&key).await?;
    let Some(now) = now.filter(|now| now.state.latest.revision > revision) else {
        return Ok(None);
    };
    again(desk, cause, Some((now.version(), now.state))).await
}

/// A public revision that a view names.
pub(crate) async fn read(desk: &Desk, id: Uuid, n: u32) -> Result<Public, Failure> {
    let key = Key::Revision(id, n);
    let found = desk
        .store
        .get(&key)
        .await?
        .ok_or_else(|| store::Error::Missing { key: key.path() })?;
    let revision = Revision::read(&found.bytes, id, n).map_err(|damage| Failure::Damaged(format!("{key}: {damage}")))?;
    Public::of(&revision, &desk.site).ok_or_else(|| Failure::Damaged(format!("{key} is not public, though a view shows it")))
}
