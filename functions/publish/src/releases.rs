//! What belongs to one release alone: its version documents, `releases/{id}.json` and its pages.

use std::sync::Arc;

use bytes::Bytes;
use feed::{Public, ReleaseView, release_page};
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use release::{Revision, Site, Status};
use store::{Created, Expect, Key, Store};
use uuid::Uuid;

use crate::{Arrived, Desk, Failure, PARALLEL};

/// Releases under way at once; each has a page for every language.
const RELEASES: usize = 8;
/// Revisions that become public while an older one's documents are put right, before the work is given back.
const RIVALS: usize = 10;

/// Writes the version documents and the public releases.
pub(crate) async fn write(desk: &Desk, revisions: Vec<((Uuid, u32), Box<Revision>)>) -> Vec<((Uuid, u32), Result<Arrived, Failure>)> {
    let one = |(key, revision): ((Uuid, u32), Box<Revision>)| async move { (key, write_one(desk, &revision).await) };
    stream::iter(revisions).map(one).buffer_unordered(RELEASES).collect().await
}

async fn write_one(desk: &Desk, revision: &Revision) -> Result<Arrived, Failure> {
    let (store, site) = (&desk.store, &desk.site);
    let public = Public::of(revision, site).ok_or_else(|| Failure::render("a public revision without a path or a date"))?;
    let key = Key::Release(public.id);
    // The first revision of a release meets no document of it, unless its event comes twice.
    let fresh = public.revision == 1;
    let admit = |current: Option<&ReleaseView>| ReleaseView::admit(current.cloned(), revision, &public, site);
    // The version comes before the merge: whoever merges a withdrawal later finds it and takes it away; whoever merged one before is met
    // by this merge. A text that is known to be withdrawn is not shown for a moment either.
    if !withheld(store, &key, fresh, &public).await? {
        version(store, &public).await?;
    }
    let merged = store.merge(&key, fresh, admit).await?;
    // What was only remembered may be older than a withdrawal.
    let known = match merged.changed {
        true => None,
        false => store.load_now::<ReleaseView>(&key).await?,
    };
    let view = versions(desk, known.as_ref().map_or(&merged.state, |known| &known.state)).await?;
    let entry = view
        .entry(revision)
        .ok_or_else(|| Failure::render("a release without the revision that was just merged"))?;
    Ok(Arrived {
        cause: (public.id, public.revision),
        latest: view.latest.revision == public.revision,
        first: merged.changed && merged.prior.is_none(),
        version: merged.version,
        entry: Some(entry),
        public,
        view,
    })
}

/// True when a later withdrawal is known. An event that comes twice asks the store, not the memory.
async fn withheld(store: &Store, key: &Key, fresh: bool, public: &Public) -> Result<bool, Failure> {
    if fresh || public.status == Status::Withdrawn {
        return Ok(false);
    }
    let mut known = store.load::<ReleaseView>(key).await?;
    let twice = |view: &ReleaseView| view.versions.iter().any(|version| version.revision == public.revision);
    if known.as_ref().is_some_and(|known| twice(&known.state)) {
        known = store.load_now(key).await?;
    }
    let latest = known.as_ref().map(|known| &known.state.latest);
    Ok(latest.is_some_and(|latest| latest.status == Status::Withdrawn && latest.revision > public.revision))
}

/// A public revision never changes, so neither does its document; what else is there was made by hand or for another `site.toml`.
async fn version(store: &Store, public: &Public) -> Result<(), Failure> {
    let (key, bytes) = (Key::Version(public.id, public.revision), public.document());
    if let Created::Exists(_) = store.create(&key, bytes.clone()).await? {
        store.put(&key, bytes).await?;
    }
    Ok(())
}

/// Writes the pages of the releases whose latest revision arrived with an event of its own.
pub(crate) async fn pages(desk: &Desk, arrived: &[Arrived]) -> Vec<((Uuid, u32), Failure)> {
    let mut work = Vec::new();
    for one in arrived.iter().filter(|one| one.latest && one.entry.is_some()) {
        let key = (one.public.id, one.public.revision);
        let pages = pages_of(desk, one.public.clone(), one.version, one.first);
        work.push(async move { pages.await.err().map(|failure| (key, failure)) });
    }
    stream::iter(work)
        .buffer_unordered(RELEASES)
        .filter_map(future::ready)
        .collect()
        .await
}

async fn pages_of(desk: &Desk, public: Public, version: u64, first: bool) -> Result<(), Failure> {
    let write = |(key, bytes): (Key, Bytes)| async move {
        // What stood there before is rendered from a revision that is not at hand: look, unless there was none.
        let expect = || if first { Expect::Absent } else { Expect::Unknown };
        desk.store.derive(&key, version, bytes, expect).await?;
        Ok::<_, Failure>(())
    };
    let pages = page_documents(&public, &desk.site)?;
    stream::iter(pages).map(write).buffer_unordered(PARALLEL).try_collect().await
}

/// The pages of a release in every language of the site.
pub(crate) fn page_documents(public: &Public, site: &Site) -> Result<Vec<(Key, Bytes)>, Failure> {
    let at = public.behind.as_ref().map(|behind| &behind.path);
    let at = at.ok_or_else(|| Failure::render("a release without a path"))?;
    let page = |language: &release::Language| {
        let bytes = release_page(public, site, &language.tag).map_err(Failure::render)?;
        Ok((Key::Page(language.tag.clone(), at.clone()), Bytes::from(bytes)))
    };
    site.languages.iter().map(page).collect()
}

/// A withdrawal removes the texts that were public; a restore brings them back. The notice and the history stay.
///
/// Whoever did either looks again: the one who acted last has seen the latest revision.
async fn versions(desk: &Desk, view: &Arc<ReleaseView>) -> Result<Arc<ReleaseView>, Failure> {
    let store = &desk.store;
    let mut view = Arc::clone(view);
    for _ in 0..RIVALS {
        let withdrawn = view.latest.status == Status::Withdrawn;
        let once = view.versions.iter().any(|version| version.status == Status::Withdrawn);
        if !once {
            return Ok(view);
        }
        let shown = view.versions.iter().filter(|version| version.status == Status::Published);
        for n in shown.map(|version| version.revision) {
            if withdrawn {
                store.delete(&Key::Version(view.latest.id, n)).await?;
            } else {
                bring_back(desk, view.latest.id, n).await?;
            }
        }
        let now = store.load_now::<ReleaseView>(&Key::Release(view.latest.id)).await?;
        match now {
            Some(now) if now.state.latest.revision != view.latest.revision => view = now.state,
            _ => return Ok(view),
        }
    }
    Err(store::Error::Conflict {
        key: Key::Release(view.latest.id).path(),
    }
    .into())
}

async fn bring_back(desk: &Desk, id: Uuid, n: u32) -> Result<(), Failure> {
    let key = Key::Revision(id, n);
    let Some(found) = desk.store.get(&key).await? else {
        return Err(store::Error::Missing { key: key.path() }.into());
    };
    let revision = Revision::read(&found.bytes, id, n).map_err(|damage| Failure::Damaged(format!("{key}: {damage}")))?;
    match Public::of(&revision, &desk.site) {
        Some(public) => version(&desk.store, &public).await,
        None => Ok(()),
    }
}
