//! What belongs to one release alone: its version documents, `releases/{id}.json` and its pages.

use std::sync::Arc;

use bytes::Bytes;
use feed::{Public, ReleaseView, release_page};
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use release::{Revision, Site, Status};
use store::{Created, Derived, Expect, Key, Store};
use uuid::Uuid;

use crate::{Arrived, Desk, Failure, PARALLEL, late};

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
    let mut merged = store.merge(&key, fresh, admit).await?;
    if !merged.changed {
        // It has come before, and what is remembered from then may be overtaken: by a withdrawal, for one.
        let now = store
            .load_now(&key)
            .await?
            .ok_or_else(|| store::Error::Missing { key: key.path() })?;
        merged = now.unchanged();
    }
    let view = merged.state;
    // The texts of a withdrawn release are gone; an event that comes late must not bring them back.
    if public.status == Status::Withdrawn || view.latest.status != Status::Withdrawn {
        version(store, &public).await?;
    }
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

/// A public revision never changes, so neither does its document; what else is there was made by hand or for another `site.toml`.
async fn version(store: &Store, public: &Public) -> Result<(), Failure> {
    let (key, bytes) = (Key::Version(public.id, public.revision), public.document());
    if let Created::Exists(_) = store.create(&key, bytes.clone()).await? {
        store.put(&key, bytes).await?;
    }
    Ok(())
}

/// Writes the pages of the releases whose latest revision arrived with an event of its own, then takes away or brings back the texts
/// that were public before.
pub(crate) async fn pages(desk: &Desk, arrived: &[Arrived]) -> Vec<((Uuid, u32), Failure)> {
    let mut work = Vec::new();
    for one in arrived.iter().filter(|one| one.entry.is_some()) {
        let key = (one.public.id, one.public.revision);
        work.push(async move { pages_of(desk, one).await.err().map(|failure| (key, failure)) });
    }
    stream::iter(work)
        .buffer_unordered(RELEASES)
        .filter_map(future::ready)
        .collect()
        .await
}

async fn pages_of(desk: &Desk, one: &Arrived) -> Result<(), Failure> {
    let mut overtaken = !one.latest;
    if one.latest {
        let write = |(key, bytes): (Key, Bytes)| async move {
            // What stood there before is rendered from a revision that is not at hand: look, unless there was none.
            let expect = || if one.first { Expect::Absent } else { Expect::Unknown };
            Ok::<_, Failure>(desk.store.derive(&key, one.version, bytes, expect).await?)
        };
        let pages = stream::iter(page_documents(&one.public, &desk.site)?).map(write);
        let pages: Vec<Derived> = pages.buffer_unordered(PARALLEL).try_collect().await?;
        overtaken = pages.contains(&Derived::Newer);
    }
    texts(desk, &one.view, overtaken).await
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
/// Whoever did either looks again: the one who acted last has seen the latest revision. Whoever only added a text need not look when its
/// pages were the newest: a withdrawal writes its pages first and removes texts then, so it finds this one.
async fn texts(desk: &Desk, view: &Arc<ReleaseView>, overtaken: bool) -> Result<(), Failure> {
    let store = &desk.store;
    let mut view = Arc::clone(view);
    let mut look = overtaken;
    for _ in 0..RIVALS {
        if view.versions.iter().any(|version| version.status == Status::Withdrawn) {
            let withdrawn = view.latest.status == Status::Withdrawn;
            let shown = view.versions.iter().filter(|version| version.status == Status::Published);
            for n in shown.map(|version| version.revision) {
                if withdrawn {
                    store.delete(&Key::Version(view.latest.id, n)).await?;
                } else {
                    version(store, &late::read(desk, view.latest.id, n).await?).await?;
                }
            }
            look = true;
        }
        if !look {
            return Ok(());
        }
        let now = store.load_now::<ReleaseView>(&Key::Release(view.latest.id)).await?;
        match now {
            Some(now) if now.state.latest.revision != view.latest.revision => view = now.state,
            _ => return Ok(()),
        }
    }
    Err(store::Error::Conflict {
        key: Key::Release(view.latest.id).path(),
    }
    .into())
}
