//! What belongs to one release alone: its version documents, `releases/{id}.json` and its pages.

use std::sync::Arc;

use bytes::Bytes;
use feed::{Behind, Public, ReleaseView, release_page};
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use release::{Site, Status};
use store::{Created, Derived, Expect, Key, Merged, Store};
use tracing::error;
use uuid::Uuid;

use crate::{Arrived, Desk, Failure, PARALLEL, crew, files, intake::Intake, late};

/// Revisions that become public while an older one's documents are put right, before the work is given back.
const RIVALS: usize = 10;

/// Merges revisions into their public releases.
pub(crate) async fn write(desk: &Desk, revisions: Vec<((Uuid, u32), Intake)>) -> Vec<((Uuid, u32), Result<Arrived, Failure>)> {
    let one = |(key, intake): ((Uuid, u32), Intake)| {
        let desk = desk.clone();
        async move { (key, write_one(&desk, &intake).await) }
    };
    crew::all(desk.crew.requests, revisions.into_iter().map(one)).await
}

async fn write_one(desk: &Desk, intake: &Intake) -> Result<Arrived, Failure> {
    let (store, site, revision) = (&desk.store, &desk.site, &intake.revision);
    let public = Public::of(revision, site).ok_or_else(|| Failure::render("a public revision without a path or a date"))?;
    let key = Key::Release(public.id);
    let admit = |current: Option<&ReleaseView>| ReleaseView::admit(current.cloned(), revision, &public, site);
    // The first revision of a release meets no document of it, unless its event comes twice.
    let mut merged = store.merge(&key, intake.fresh, admit).await?;
    let repeated = !merged.changed;
    if repeated {
        // It has come before, and what is remembered from then may be overtaken: by a withdrawal, for one.
        let now = store
            .load_now(&key)
            .await?
            .ok_or_else(|| store::Error::Missing { key: key.path() })?;
        merged = now.unchanged();
    }
    let shown = shown(&merged, &public);
    let view = merged.state;
    let entry = view
        .entry(revision)
        .ok_or_else(|| Failure::render("a release without the revision that was just merged"))?;
    Ok(Arrived {
        cause: (public.id, public.revision),
        latest: view.latest.revision == public.revision,
        repeated,
        shown,
        version: merged.version,
        entry: Some(entry),
        public: Arc::new(public),
        view,
    })
}

/// What the pages of a release probably show, as far as it can be told without a look.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    /// There are none.
    Nothing,
    /// This revision.
    Before(Arc<Public>),
    /// Who knows.
    Unknown,
}

fn shown(merged: &Merged<ReleaseView>, public: &Public) -> Shown {
    match &merged.prior {
        None if merged.changed => Shown::Nothing,
        // A notice shows headlines that its release does not hold any more.
        Some(prior) if prior.latest.status == Status::Published => {
            let behind = public.behind.as_ref().map(|behind| Behind {
                path: behind.path.clone(),
                titles: prior.latest.title.clone(),
                former_date: None,
            });
            Shown::Before(Arc::new(Public {
                behind,
                ..prior.latest.clone()
            }))
        }
        _ => Shown::Unknown,
    }
}

/// A public revision never changes, so neither does its document; what else is there was made by hand or for another `site.toml`.
async fn version(store: &Store, public: &Public) -> Result<(), Failure> {
    let (key, bytes) = (Key::Version(public.id, public.revision), public.document());
    if let Created::Exists(_) = store.create(&key, bytes.clone()).await? {
        store.put(&key, bytes).await?;
    }
    Ok(())
}

/// Writes the version documents and pages of the releases whose latest revision arrived with an event of its own, then takes away or
/// brings back the texts that were public before.
pub(crate) async fn documents(desk: &Desk, arrived: &[Arrived]) -> Vec<((Uuid, u32), Failure)> {
    let one = |one: Arrived| {
        let desk = desk.clone();
        async move {
            let failure = documents_of(&desk, &one).await.err()?;
            Some(((one.public.id, one.public.revision), failure))
        }
    };
    let work: Vec<Arrived> = arrived.iter().filter(|one| one.entry.is_some()).cloned().collect();
    let failed = crew::all(desk.crew.releases, work.into_iter().map(one)).await;
    failed.into_iter().flatten().collect()
}

async fn documents_of(desk: &Desk, one: &Arrived) -> Result<(), Failure> {
    // The texts of a withdrawn release are gone; an event that comes late must not bring them back.
    let speaks = one.public.status == Status::Withdrawn || one.view.latest.status != Status::Withdrawn;
    if speaks {
        // Before anything links to them.
        files::show(desk, &one.public).await?;
    }
    let version = async { if speaks { version(&desk.store, &one.public).await } else { Ok(()) } };
    let (version, newest) = future::join(version, pages(desk, one)).await;
    version?;
    texts(desk, &one.view, !newest?).await
}

/// Writes the pages; false when a later revision has them.
async fn pages(desk: &Desk, one: &Arrived) -> Result<bool, Failure> {
    if !one.latest {
        return Ok(false);
    }
    let before = match &one.shown {
        Shown::Before(public) => page_documents(public, &desk.site).ok(),
        Shown::Nothing | Shown::Unknown => None,
    };
    let mut before = before.unwrap_or_default().into_iter();
    let write = |(key, bytes): (Key, Bytes)| {
        let expect = match (&one.shown, before.next()) {
            (Shown::Nothing, _) => Expect::Absent,
            (_, Some((same, bytes))) if same == key => Expect::Bytes(bytes),
            _ => Expect::Unknown,
        };
        async move { desk.store.derive(&key, one.version, bytes, || expect).await }
    };
    let pages = stream::iter(page_documents(&one.public, &desk.site)?).map(write);
    let pages: Vec<Derived> = pages.buffer_unordered(PARALLEL).try_collect().await?;
    Ok(!pages.contains(&Derived::Newer))
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
/// Whoever did either looks again: the one who acted last has seen the latest revision. Whoever only added a text looks once its release
/// is in its feeds (`late::feeds`): a withdrawal that came before that look is found by it, one that comes after it finds the text.
pub(crate) async fn texts(desk: &Desk, view: &Arc<ReleaseView>, overtaken: bool) -> Result<(), Failure> {
    let store = &desk.store;
    let mut view = Arc::clone(view);
    let mut look = overtaken;
    for _ in 0..RIVALS {
        if view.versions.iter().any(|version| version.status == Status::Withdrawn) {
            let withdrawn = view.latest.status == Status::Withdrawn;
            let shown = view.versions.iter().filter(|version| version.status == Status::Published);
            for (n, files) in shown.map(|version| (version.revision, version.files)) {
                let id = view.latest.id;
                if withdrawn {
                    store.delete(&Key::Version(id, n)).await?;
                    if !files {
                        continue;
                    }
                    match late::read(desk, id, n).await {
                        Ok(public) => files::hide(desk, id, &public).await?,
                        // What it showed is not known any more; its text is gone at least.
                        Err(Failure::Damaged(reason)) => error!(reason, "the files of a damaged revision stay as they are"),
                        Err(Failure::Store(store::Error::Missing { key })) => error!(key, "the files of a lost revision stay as they are"),
                        Err(failure) => return Err(failure),
                    }
                } else {
                    let public = late::read(desk, id, n).await?;
                    files::show(desk, &public).await?;
                    version(store, &public).await?;
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
