//! What belongs to one release alone: its version documents, `releases/{id}.json` and its pages.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use feed::{Public, ReleaseView, release_page};
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use release::{Lang, Revision, Status};
use store::{Created, Derived, Expect, Key, Store};
use uuid::Uuid;

use crate::{Arrived, Desk, Failure, PARALLEL, intake};

/// Releases under way at once; each has a page for every language.
const RELEASES: usize = 8;
/// Revisions that become public while the history is put right, before the work is given back.
const RIVALS: usize = 10;

/// Writes the public releases and their version documents. Revisions of one release arrive together.
pub(crate) async fn write(desk: &Desk, revisions: Vec<((Uuid, u32), Box<Revision>)>) -> (Vec<Arrived>, Vec<((Uuid, u32), Failure)>) {
    let one = |(key, revision): ((Uuid, u32), Box<Revision>)| async move { (key, write_one(desk, &revision).await) };
    let (mut arrived, mut failed): (BTreeMap<Uuid, Arrived>, Vec<_>) = Default::default();
    let mut results = stream::iter(revisions).map(one).buffer_unordered(RELEASES);
    while let Some((key, result)) = results.next().await {
        match result {
            Ok(one) => match arrived.remove(&key.0) {
                Some(other) => drop(arrived.insert(key.0, other.join(one))),
                None => drop(arrived.insert(key.0, one)),
            },
            Err(failure) => failed.push((key, failure)),
        }
    }
    (arrived.into_values().collect(), failed)
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
        let now = store.load_now(&key).await?.ok_or_else(|| store::Error::Missing { key: key.path() })?;
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
    // Of a revision that was overtaken on its way, the views must hear too: they may have to forget where it was. They are told by
    // the latest one.
    let latest = if view.latest.revision == public.revision {
        public
    } else {
        intake::public(desk, public.id, view.latest.revision).await?
    };
    Ok(Arrived {
        first: merged.changed && merged.prior.is_none(),
        version: merged.version,
        entries: vec![entry],
        latest,
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

/// Writes the pages of the releases, then takes away or brings back the texts that were public before.
pub(crate) async fn pages(desk: &Desk, arrived: &[Arrived]) -> Vec<(Uuid, Failure)> {
    let mut work = Vec::new();
    for one in arrived {
        work.push(async move { pages_of(desk, one).await.err().map(|failure| (one.latest.id, failure)) });
    }
    stream::iter(work)
        .buffer_unordered(RELEASES)
        .filter_map(future::ready)
        .collect()
        .await
}

async fn pages_of(desk: &Desk, arrived: &Arrived) -> Result<(), Failure> {
    let (store, site) = (&desk.store, &desk.site);
    let public = &arrived.latest;
    let behind = public.behind.as_ref().ok_or_else(|| Failure::render("a release without a path"))?;
    let page = |language: Lang| async move {
        let bytes = Bytes::from(release_page(public, site, &language).map_err(Failure::render)?);
        // What stood there before is rendered from a revision that is not at hand: look, unless there was none.
        let expect = || if arrived.first { Expect::Absent } else { Expect::Unknown };
        let key = Key::Page(language, behind.path.clone());
        Ok::<_, Failure>(store.derive(&key, arrived.version, bytes, expect).await?)
    };
    let languages: Vec<Lang> = site.languages.iter().map(|language| language.tag.clone()).collect();
    let pages: Vec<Derived> = stream::iter(languages).map(page).buffer_unordered(PARALLEL).try_collect().await?;
    texts(desk, &arrived.view, pages.contains(&Derived::Newer)).await
}

/// A withdrawal removes the texts that were public; a restore brings them back. The notice and the history stay.
///
/// Whoever did either looks again: the one who acted last has seen the latest revision. Whoever only adds a text need not look when its
/// pages were the newest: a withdrawal writes its pages first and removes texts then, so it found this one.
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
                    version(store, &intake::public(desk, view.latest.id, n).await?).await?;
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
