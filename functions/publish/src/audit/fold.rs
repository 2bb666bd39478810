//! One release as its revisions say: the public release, its versions and pages.

use bytes::Bytes;
use feed::{Entry, Public, ReleaseView};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use release::{Media, Revision, Status};
use store::{Bucket, Error, Key};
use uuid::Uuid;

use super::view::Drawn;
use crate::{Desk, Failure, releases};

/// Revisions of one release read at once; most have one or two.
const REVISIONS: usize = 4;

/// A release folded from all its revisions.
#[derive(Debug)]
pub(super) struct Fold {
    pub(super) id: Uuid,
    /// `None` while no revision is public.
    pub(super) view: Option<ReleaseView>,
    /// What the journal says of its public revisions, in order.
    pub(super) entries: Vec<Entry>,
    /// Revisions that cannot be read, and why.
    pub(super) damaged: Vec<(u32, String)>,
    /// Files of its published revisions.
    pub(super) files: Vec<Media>,
    versions: Vec<(u32, Status, Bytes)>,
    latest: Option<Public>,
}

impl Fold {
    /// Reads the revisions `numbers` of a release. Damaged ones do not count, as for `publish`.
    pub(super) async fn read(desk: &Desk, id: Uuid, mut numbers: Vec<u32>) -> Result<Self, Failure> {
        numbers.sort_unstable();
        let get = |n: u32| async move { (n, desk.store.get(&Key::Revision(id, n)).await) };
        let mut found = stream::iter(numbers).map(get).buffered(REVISIONS);
        let mut fold = Self {
            id,
            view: None,
            entries: Vec::new(),
            damaged: Vec::new(),
            files: Vec::new(),
            versions: Vec::new(),
            latest: None,
        };
        while let Some((n, found)) = found.next().await {
            // Gone since it was listed: as if it had not been there.
            let found = match found {
                Err(Error::Corrupt { reason, .. }) => {
                    fold.damaged.push((n, reason));
                    continue;
                }
                found => found?,
            };
            if let Some(found) = found {
                match Revision::read(&found.bytes, id, n) {
                    Ok(revision) if revision.status.is_public() => fold.admit(desk, &revision),
                    Ok(_) => {}
                    Err(damage) => fold.damaged.push((n, damage.to_string())),
                }
            }
        }
        Ok(fold)
    }

    /// Lists the revisions, then reads them.
    pub(super) async fn fresh(desk: &Desk, id: Uuid) -> Result<Self, Failure> {
        Self::read(desk, id, numbers(desk, id).await?).await
    }

    fn admit(&mut self, desk: &Desk, revision: &Revision) {
        let Some(public) = Public::of(revision, &desk.site) else {
            let reason = "expected a path and a base_url that make an address; found none".to_owned();
            return self.damaged.push((revision.revision, reason));
        };
        if let Some(view) = ReleaseView::admit(self.view.take(), revision, &public, &desk.site) {
            self.entries.extend(view.entry(revision));
            self.view = Some(view);
        }
        for file in public.media.iter().flat_map(|media| media.file.files()) {
            let same = |known: &Media| (&known.sha256, &known.name) == (&file.sha256, &file.name);
            if !self.files.iter().any(same) {
                self.files.push(file);
            }
        }
        self.versions.push((public.revision, public.status, Bytes::from(public.document())));
        self.latest = Some(public);
    }

    /// True when its texts and files are taken back.
    pub(super) fn withdrawn(&self) -> bool {
        self.latest.as_ref().is_some_and(|latest| latest.status == Status::Withdrawn)
    }

    /// Its files that are in public and should not be, or the other way round. One that another release shows stays.
    pub(super) async fn misplaced(&self, desk: &Desk) -> Result<Vec<Media>, Failure> {
        let one = |file: Media| async move {
            let public = desk.store.file_is_public(&file.sha256, &file.name).await?;
            let wrong = if self.withdrawn() {
                public && !desk.store.file_is_used(&file.sha256, &file.name).await?
            } else {
                !public
            };
            Ok::<_, Error>(wrong.then_some(file))
        };
        let looked: Vec<_> = stream::iter(self.files.iter().cloned().map(one))
            .buffered(REVISIONS)
            .try_collect()
            .await?;
        Ok(looked.into_iter().flatten().collect())
    }

    /// Every document of the release. The texts of a withdrawn one are gone; the notices stay.
    pub(super) fn drawn(&self, desk: &Desk) -> Result<Drawn<ReleaseView>, Failure> {
        let mut drawn = Drawn::nothing(Key::Release(self.id));
        let withdrawn = self.withdrawn();
        for (n, status, bytes) in &self.versions {
            let key = Key::Version(self.id, *n);
            if withdrawn && *status == Status::Published {
                drawn.absent.push(key);
            } else {
                drawn.plain.push((key, bytes.clone()));
            }
        }
        if let Some(latest) = &self.latest {
            drawn.renderings = releases::page_documents(latest, &desk.site)?;
        }
        drawn.state.clone_from(&self.view);
        Ok(drawn)
    }
}

/// The revisions of a release that are there.
pub(super) async fn numbers(desk: &Desk, id: Uuid) -> Result<Vec<u32>, Failure> {
    let prefix = format!("releases/{id}/");
    let mut numbers = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let (keys, more) = desk.store.list(Bucket::Content, &prefix, after.as_deref(), 1_000).await?;
        numbers.extend(keys.iter().filter_map(|key| Key::revision_of(key)).map(|(_, n)| n));
        after = keys.last().cloned();
        if !more {
            return Ok(numbers);
        }
    }
}
