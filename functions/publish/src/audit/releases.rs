//! The first walk: every release of the content bucket, folded from its revisions and compared with its own documents.

use std::{collections::VecDeque, sync::Arc};

use feed::{Journal, JournalPage, ReleaseView};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use release::Media;
use store::{Bucket, Key, Look};
use uuid::Uuid;

use super::{
    Audit,
    fold::Fold,
    report::{Fault, Finding, News, Stage},
    view::{Drawn, Tags, View},
};
use crate::{Desk, Failure, PARALLEL, intake};

/// Releases looked at again at once; each has a page for every language.
const RELEASES: usize = 8;

/// What a listing of `releases/` has.
enum Group {
    /// A release and the numbers of its revisions.
    Release(Uuid, Vec<u32>),
    /// An object that is no revision.
    Alien(String),
}

/// The listing of the revisions, one release at a time: the keys of a release stand together.
fn groups(desk: &Arc<Desk>) -> impl Stream<Item = Result<Group, Failure>> + use<> {
    struct Walk {
        desk: Arc<Desk>,
        keys: VecDeque<String>,
        after: Option<String>,
        more: bool,
    }
    let walk = Walk {
        desk: Arc::clone(desk),
        keys: VecDeque::new(),
        after: None,
        more: true,
    };
    stream::try_unfold(walk, |mut walk| async move {
        let mut group: Option<(Uuid, Vec<u32>)> = None;
        loop {
            if walk.keys.is_empty() && walk.more {
                let (keys, more) = walk
                    .desk
                    .store
                    .list(Bucket::Content, "releases/", walk.after.as_deref(), 1_000)
                    .await?;
                walk.after = keys.last().cloned().or(walk.after);
                (walk.keys, walk.more) = (keys.into(), more);
                continue;
            }
            let named = walk.keys.front().map(|key| Key::revision_of(key));
            match (named, &mut group) {
                (Some(Some((id, n))), None) => group = Some((id, vec![n])),
                (Some(Some((id, n))), Some((known, numbers))) if id == *known => numbers.push(n),
                (Some(None), None) => {
                    let alien = walk.keys.pop_front().unwrap_or_default();
                    return Ok(Some((Group::Alien(alien), walk)));
                }
                (_, Some(_)) => return Ok(group.map(|(id, numbers)| (Group::Release(id, numbers), walk))),
                (None, None) => return Ok(None),
            }
            walk.keys.pop_front();
        }
    })
}

/// A release, to be looked at again. Keeps what it saw last.
struct OneRelease {
    id: Uuid,
    seen: Option<Fold>,
}

impl View for OneRelease {
    type State = ReleaseView;

    fn key(&self, _: &Desk) -> Key {
        Key::Release(self.id)
    }

    fn pending(&self) -> String {
        format!("pending/{}/", self.id)
    }

    async fn draw(&mut self, desk: &Desk, _: &Look<ReleaseView>) -> Result<Drawn<ReleaseView>, Failure> {
        let fold = Fold::fresh(desk, self.id).await?;
        let drawn = fold.drawn(desk);
        self.seen = Some(fold);
        drawn
    }
}

/// A release and what the listing should say of it.
async fn draw(desk: &Desk, id: Uuid, numbers: Vec<u32>) -> Result<(Fold, Tags, Vec<Media>), Failure> {
    let fold = Fold::read(desk, id, numbers).await?;
    // A draft has no document; what stands at its address is found among what is not expected.
    let tags = if fold.view.is_some() {
        fold.drawn(desk)?.tags()
    } else {
        Tags::new()
    };
    let wrong = fold.misplaced(desk).await?;
    Ok((fold, tags, wrong))
}

impl Audit<'_> {
    /// Every release; fills the census.
    pub(super) async fn releases(&mut self) -> Result<(), Failure> {
        (self.watch)(News::Stage(Stage::Releases, Some(self.inventory.releases)));
        let desk = Arc::clone(&self.desk);
        let one = |group: Result<Group, Failure>| {
            let desk = Arc::clone(&desk);
            // Rendering is work: each on whatever thread is free.
            tokio::spawn(async move {
                Ok::<_, Failure>(match group? {
                    Group::Release(id, numbers) => Ok(draw(&desk, id, numbers).await?),
                    Group::Alien(key) => Err(key),
                })
            })
        };
        let mut drawn = std::pin::pin!(groups(&self.desk).map(one).buffered(PARALLEL));
        let mut wrong = Vec::new();
        while let Some(done) = drawn.next().await {
            match done.map_err(Failure::render)?? {
                Ok((fold, tags, files)) => {
                    let right = self.claim(tags);
                    let held = self.damage(&fold).await?;
                    self.census.add(&fold);
                    self.files(&fold, files).await?;
                    if !right && !held {
                        wrong.push(fold.id);
                    }
                    if fold.view.is_some() {
                        self.report.releases += 1;
                        (self.watch)(News::Done(1));
                    }
                }
                Err(key) => (self.watch)(News::Note(&format!("{key} is no revision of a release; remove it"))),
            }
            if wrong.len() >= 4 * RELEASES {
                self.release(std::mem::take(&mut wrong)).await?;
            }
        }
        self.release(wrong).await
    }

    /// Looks at releases again.
    pub(super) async fn release(&mut self, ids: Vec<Uuid>) -> Result<(), Failure> {
        let one = |id: Uuid| {
            let (hand, desk) = (&self.hand, &self.desk);
            async move {
                let mut view = OneRelease { id, seen: None };
                let findings = hand.settle(desk, &mut view).await?;
                Ok::<_, Failure>((view.seen, findings))
            }
        };
        let settled: Vec<_> = stream::iter(ids).map(one).buffer_unordered(RELEASES).try_collect().await?;
        for (fold, findings) in settled {
            if let Some(fold) = fold {
                self.census.add(&fold);
            }
            self.tell(findings);
        }
        Ok(())
    }

    /// Files of a release that are in public and should not be, or the other way round. What they hold is told by their names.
    async fn files(&mut self, fold: &Fold, wrong: Vec<Media>) -> Result<(), Failure> {
        let store = self.desk.store.clone();
        for file in wrong {
            let key = format!("media/{}/{}", file.sha256, file.name);
            let (fault, mended) = match (fold.withdrawn(), self.hand.mends) {
                (false, false) => (Fault::Missing, false),
                (false, true) => (
                    Fault::Missing,
                    store.show_file(&file.sha256, &file.name, &file.kind, fold.id).await?,
                ),
                (true, false) => (Fault::Unexpected, false),
                (true, true) => {
                    store.hide_file(&file.sha256, &file.name, &file.kind, fold.id).await?;
                    (Fault::Unexpected, true)
                }
            };
            let lost = fault == Fault::Missing && !mended;
            let detail = lost.then(|| format!("a file of release {}; if files/{} is gone, send it again", fold.id, file.sha256));
            self.tell(vec![Finding {
                key,
                fault,
                mended,
                detail,
            }]);
        }
        Ok(())
    }

    /// Tells of damaged revisions. True when one was public: a rebuild must not take the release back to what it was before.
    async fn damage(&mut self, fold: &Fold) -> Result<bool, Failure> {
        let mut held = false;
        for (n, reason) in &fold.damaged {
            let key = Key::Revision(fold.id, *n).path();
            if self.hand.mends {
                intake::set_aside(&self.desk.store, &Key::Revision(fold.id, *n), fold.id, *n, reason).await?;
            }
            if self.hand.mends && was_public(&self.desk, fold.id, *n).await? {
                held = true;
                self.held.push(format!("{key}: {reason}"));
            }
            self.tell(vec![Finding {
                key,
                fault: Fault::Damaged,
                mended: false,
                detail: Some(reason.clone()),
            }]);
        }
        Ok(held)
    }
}

/// Whether the public has seen a revision, by its release's document and the journal; yes when neither can be read.
async fn was_public(desk: &Desk, id: Uuid, n: u32) -> Result<bool, Failure> {
    let shown = desk.store.look::<ReleaseView>(&Key::Release(id)).await?;
    if let Some(view) = shown.state {
        return Ok(view.versions.iter().any(|version| version.revision == n));
    }
    let Some(journal) = desk.store.look::<Journal>(&Key::Journal).await?.state else {
        return Ok(true);
    };
    let names = |entries: &[feed::Entry]| entries.iter().any(|entry| (entry.release, entry.revision) == (id, n));
    for page in 1..=journal.pages {
        let page = desk.store.look::<JournalPage>(&Key::JournalPage(page)).await?.state;
        if page.is_none_or(|page| names(&page.entries)) {
            return Ok(true);
        }
    }
    Ok(names(&journal.entries))
}
