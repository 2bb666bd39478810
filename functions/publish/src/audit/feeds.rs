//! Every feed as the releases say: candidates from the census in the order of feeds, their contents until the window is closed.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use feed::{Admission, FeedId, FeedView, Left, Older, Public, Reach, Stamp};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use store::{Format, Key, Look};
use uuid::Uuid;

use super::{
    Audit,
    census::Census,
    fold::Fold,
    report::{News, Stage},
    view::{Drawn, View},
};
use crate::{Desk, Failure, PARALLEL, feeds, late};

/// Contents kept at once: the filled feeds of all languages show the same releases.
const KEPT: usize = 1_000;

/// Contents of releases that several feeds show.
#[derive(Debug, Default)]
pub(super) struct Contents(HashMap<(Uuid, u32), Arc<Public>>);

impl Contents {
    async fn load(&mut self, desk: &Desk, wanted: Vec<(Uuid, u32)>) -> Result<Vec<Public>, Failure> {
        if self.0.len() > KEPT {
            self.0.clear();
        }
        let new = wanted.iter().filter(|key| !self.0.contains_key(*key)).copied();
        let read = |key: (Uuid, u32)| async move { Ok::<_, Failure>((key, Arc::new(late::read(desk, key.0, key.1).await?))) };
        let found: Vec<_> = stream::iter(new.collect::<Vec<_>>())
            .map(read)
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        self.0.extend(found);
        let publics = wanted.iter().filter_map(|key| self.0.get(key));
        Ok(publics.map(|public| Public::clone(public)).collect())
    }
}

/// A feed, to be looked at again.
struct OneFeed<'a> {
    census: &'a mut Census,
    contents: &'a mut Contents,
    feed: FeedId,
}

impl View for OneFeed<'_> {
    type State = FeedView;

    fn key(&self, _: &Desk) -> Key {
        Key::Feed(self.feed.clone(), Format::Json)
    }

    async fn draw(&mut self, desk: &Desk, found: &Look<FeedView>) -> Result<Drawn<FeedView>, Failure> {
        if let Some(found) = &found.state {
            let shown = found.items.iter().map(|item| (item.more.release, item.more.revision));
            let left = found.more.left.iter().map(|left| (left.release, left.revision));
            let named: Vec<_> = shown.chain(left).collect();
            self.census.refresh(desk, named.clone()).await?;
            return self.sure(desk, &named).await;
        }
        draw(self.census, self.contents, desk, &self.feed).await
    }
}

impl OneFeed<'_> {
    /// What would come into the feed is read again: it may have left since the census, and a feed remembers nothing behind its end.
    async fn sure(&mut self, desk: &Desk, named: &[(Uuid, u32)]) -> Result<Drawn<FeedView>, Failure> {
        let mut seen = BTreeSet::new();
        loop {
            let drawn = draw(self.census, self.contents, desk, &self.feed).await?;
            let items = drawn.state.iter().flat_map(|view| &view.items);
            let shown = items.map(|item| (item.more.release, item.more.revision));
            let new: Vec<_> = shown.filter(|key| !named.contains(key) && seen.insert(*key)).collect();
            if new.is_empty() {
                return Ok(drawn);
            }
            for (id, _) in new {
                self.census.add(&Fold::fresh(desk, id).await?);
            }
        }
    }
}

async fn draw(census: &mut Census, contents: &mut Contents, desk: &Desk, feed: &FeedId) -> Result<Drawn<FeedView>, Failure> {
    let mut count = desk.site.window.items;
    let view = loop {
        let older = older(census, contents, desk, feed, count).await?;
        match FeedView::admit(None, &[], &older, &desk.site, feed) {
            Admission::Changed(view) => break *view,
            Admission::Same => break FeedView::empty(&desk.site, feed),
            Admission::Needs(_) => count *= 2,
        }
    };
    Ok(Drawn {
        renderings: feeds::documents(&view, &desk.site, feed)?,
        state: Some(view),
        ..Drawn::nothing(Key::Feed(feed.clone(), Format::Json))
    })
}

async fn older(census: &mut Census, contents: &mut Contents, desk: &Desk, feed: &FeedId, count: usize) -> Result<Older, Failure> {
    let stamp = |seconds: i64| Stamp::new(Timestamp::from_second(seconds).unwrap_or_default(), &desk.site.zone);
    let found = census.candidates(feed, count);
    let left = |(release, revision, published): (Uuid, u32, i64)| Left {
        release,
        revision,
        date_published: stamp(published),
    };
    Ok(Older {
        publics: contents.load(desk, found.shown).await?,
        left: found.left.into_iter().map(left).collect(),
        reach: found
            .last
            .map_or(Reach::All, |(published, id)| Reach::Down((Reverse(stamp(published)), id))),
    })
}

impl Audit<'_> {
    /// Every feed of the site.
    pub(super) async fn feeds(&mut self) -> Result<(), Failure> {
        let all = FeedId::all(&self.desk.site);
        (self.watch)(News::Stage(Stage::Feeds, Some(all.len() as u64)));
        let desk = Arc::clone(&self.desk);
        let mut contents = Contents::default();
        for feed in all {
            let drawn = draw(&mut self.census, &mut contents, &desk, &feed).await?;
            if !self.claim(drawn.tags()) {
                let mut view = OneFeed {
                    census: &mut self.census,
                    contents: &mut contents,
                    feed,
                };
                let findings = self.hand.settle(&desk, &mut view).await?;
                self.tell(findings);
            }
            (self.watch)(News::Done(1));
        }
        Ok(())
    }
}
