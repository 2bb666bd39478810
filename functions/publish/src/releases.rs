//! What belongs to one release alone: its version documents, `releases/{id}.json` and its pages.

use bytes::Bytes;
use feed::{Public, ReleaseView, release_page};
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use release::{Lang, Revision, Status};
use store::{Expect, Key, Store};
use uuid::Uuid;

use crate::{Arrived, Desk, Failure, PARALLEL};

/// Releases under way at once; each has a page for every language.
const RELEASES: usize = 8;

type Result_ = Result<Option<Arrived>, Failure>;

pub(crate) async fn write(desk: &Desk, revisions: Vec<((Uuid, u32), Box<Revision>)>) -> Vec<((Uuid, u32), Result_)> {
    let one = |(key, revision): ((Uuid, u32), Box<Revision>)| async move { (key, write_one(desk, &revision).await) };
    stream::iter(revisions).map(one).buffer_unordered(RELEASES).collect().await
}

/// `None` when the revision is not public.
async fn write_one(desk: &Desk, revision: &Revision) -> Result_ {
    let (store, site) = (&desk.store, &desk.site);
    let Some(public) = Public::of(revision, site) else {
        return Ok(None);
    };
    let version = Key::Version(public.id, public.revision);
    let key = Key::Release(public.id);
    // The first revision of a release meets no document of it, unless its event comes twice.
    let fresh = public.revision == 1;
    let admit = |current: Option<&ReleaseView>| ReleaseView::admit(current.cloned(), revision, &public, site);
    let (created, merged) = future::join(store.create(&version, public.document()), store.merge(&key, fresh, admit)).await;
    created?;
    let merged = merged?;
    let view = ReleaseView::clone(&merged.state);
    if view.latest.status == Status::Withdrawn {
        take_back(store, &view).await?;
    }
    let revision = public.revision;
    if view.latest.revision > revision {
        // The event of the higher one brings its pages up to date.
        let public = view.latest.clone();
        return Ok(Some(Arrived { public, view, revision }));
    }
    let first = merged.changed && merged.prior.is_none();
    let page = |language: Lang| {
        let public = &public;
        async move {
            let at = public
                .behind
                .as_ref()
                .map(|behind| behind.path.clone())
                .ok_or_else(|| Failure::render("a release without a path"))?;
            let bytes = Bytes::from(release_page(public, site, &language).map_err(Failure::render)?);
            // What stood there before is rendered from a revision that is not at hand: look, unless there was none.
            let expect = || if first { Expect::Absent } else { Expect::Unknown };
            store.derive(&Key::Page(language, at), merged.version, bytes, expect).await?;
            Ok::<_, Failure>(())
        }
    };
    let languages: Vec<Lang> = site.languages.iter().map(|language| language.tag.clone()).collect();
    stream::iter(languages)
        .map(page)
        .buffer_unordered(PARALLEL)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(Some(Arrived { public, view, revision }))
}

/// A withdrawal removes the texts that were public; the notice and the history stay.
async fn take_back(store: &Store, view: &ReleaseView) -> Result<(), Failure> {
    for version in &view.versions {
        if version.status == Status::Published {
            store.delete(&Key::Version(view.latest.id, version.revision)).await?;
        }
    }
    Ok(())
}
