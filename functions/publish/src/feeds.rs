//! Shared views: each touched feed is merged once for the whole batch, then its other formats are derived.

use std::collections::BTreeSet;

use bytes::Bytes;
use feed::{FeedId, FeedView, Kind, Public, home_page};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use release::Site;
use store::{Expect, Format, Key};

use crate::{Arrived, Desk, Failure, PARALLEL, concerns};

/// Feeds under way at once; each has three more documents.
const FEEDS: usize = 16;

/// What is rendered from a feed's state.
#[derive(Debug, Clone, Copy)]
enum Rendering {
    Rss,
    Atom,
    Home,
}

impl Rendering {
    /// The renderings of a kind of feed: the filled one is the home page too.
    fn of(kind: &Kind) -> &'static [Self] {
        match kind {
            Kind::Filled => &[Self::Rss, Self::Atom, Self::Home],
            Kind::Only | Kind::Topic(_) => &[Self::Rss, Self::Atom],
        }
    }

    fn key(self, feed: &FeedId) -> Key {
        match self {
            Self::Rss => Key::Feed(feed.clone(), Format::Rss),
            Self::Atom => Key::Feed(feed.clone(), Format::Atom),
            Self::Home => Key::Home(feed.language.clone()),
        }
    }

    fn render(self, view: &FeedView, site: &Site, feed: &FeedId) -> Result<Bytes, Failure> {
        let bytes = match self {
            Self::Rss => view.to_rss(site, feed).map_err(Failure::render)?,
            Self::Atom => view.to_atom(site, feed).map_err(Failure::render)?,
            Self::Home => home_page(view, site).map_err(Failure::render)?,
        };
        Ok(Bytes::from(bytes))
    }
}

/// Brings feeds up to date; answers those that failed.
pub(crate) async fn refresh(desk: &Desk, arrived: &[Arrived], feeds: BTreeSet<FeedId>) -> Vec<(FeedId, Failure)> {
    let one = |feed: FeedId| async move {
        let publics: Vec<&Public> = arrived.iter().filter(|one| concerns(&feed, one)).map(|one| &one.public).collect();
        let result = refresh_one(desk, &feed, &publics).await;
        result.err().map(|failure| (feed, failure))
    };
    stream::iter(feeds).map(one).buffer_unordered(FEEDS).filter_map(std::future::ready).collect().await
}

/// Merges public revisions into one feed and derives its renderings.
pub(crate) async fn refresh_one(desk: &Desk, feed: &FeedId, publics: &[&Public]) -> Result<(), Failure> {
    let (store, site) = (&desk.store, &desk.site);
    let key = Key::Feed(feed.clone(), Format::Json);
    let merged = store.merge(&key, false, |current| FeedView::admit(current, publics, site, feed)).await?;
    let derive = |rendering: Rendering| {
        let merged = &merged;
        async move {
            let bytes = rendering.render(&merged.state, site, feed)?;
            let expect = || match &merged.prior {
                Some(prior) => rendering.render(prior, site, feed).map_or(Expect::Unknown, Expect::Bytes),
                None if merged.changed => Expect::Absent,
                None => Expect::Unknown,
            };
            store.derive(&rendering.key(feed), merged.version, bytes, expect).await?;
            Ok::<_, Failure>(())
        }
    };
    let renderings = Rendering::of(&feed.kind).iter().copied();
    stream::iter(renderings).map(derive).buffer_unordered(PARALLEL).try_collect::<Vec<()>>().await?;
    Ok(())
}
