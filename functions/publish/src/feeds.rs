//! Shared views: each touched feed is merged once for the whole batch, then its other formats are derived.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use feed::{Admission, FeedId, FeedView, Kind, Older, Public, feeds_page, home_page, topic_page};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use release::Site;
use store::{Expect, Format, Key, Merged};

use crate::{
    Arrived, Desk, Failure, PARALLEL, concerns, crew, late,
    refill::{self, Asked, Basis},
};

/// Feeds under way at once; each has up to four more documents.
const FEEDS: usize = 16;
/// What a feed takes while it is under way: its state, the one before as it was rendered, and what is rendered from it.
const TIMES: usize = 4;
/// Bytes of a release in a feed, about.
const ITEM: usize = 4 << 10;
/// Rivals that write a feed in between, before the work is given back.
const RIVALS: usize = 40;

/// What is rendered from a feed's state.
#[derive(Debug, Clone, Copy)]
enum Rendering {
    Rss,
    Atom,
    /// The page that lists it: the newsroom's home, or that of a topic.
    Page,
    /// The page about the feeds of the language.
    Feeds,
}

impl Rendering {
    /// The renderings of a kind of feed: the filled one is the home page too, and the page about all feeds.
    fn of(kind: &Kind) -> &'static [Self] {
        match kind {
            Kind::Filled => &[Self::Rss, Self::Atom, Self::Page, Self::Feeds],
            Kind::Only => &[Self::Rss, Self::Atom],
            Kind::Topic(_) => &[Self::Rss, Self::Atom, Self::Page],
        }
    }

    fn key(self, feed: &FeedId) -> Key {
        match self {
            Self::Rss => Key::Feed(feed.clone(), Format::Rss),
            Self::Atom => Key::Feed(feed.clone(), Format::Atom),
            Self::Page => match &feed.kind {
                Kind::Topic(id) => Key::Topic(feed.language.clone(), id.clone()),
                Kind::Filled | Kind::Only => Key::Home(feed.language.clone()),
            },
            Self::Feeds => Key::Feeds(feed.language.clone()),
        }
    }

    fn render(self, view: &FeedView, site: &Site, feed: &FeedId) -> Result<Bytes, Failure> {
        match self {
            Self::Rss => view.to_rss(site, feed).map_err(Failure::render),
            Self::Atom => view.to_atom(site, feed).map_err(Failure::render),
            Self::Page => {
                let page = match &feed.kind {
                    Kind::Topic(_) => topic_page(view, site),
                    Kind::Filled | Kind::Only => home_page(view, site),
                };
                page.map(Bytes::from).map_err(Failure::render)
            }
            Self::Feeds => feeds_page(view, site).map(Bytes::from).map_err(Failure::render),
        }
    }
}

/// What is rendered from a feed's state.
pub(crate) fn documents(view: &FeedView, site: &Site, feed: &FeedId) -> Result<Vec<(Key, Bytes)>, Failure> {
    let one = |rendering: &Rendering| Ok((rendering.key(feed), rendering.render(view, site, feed)?));
    Rendering::of(&feed.kind).iter().map(one).collect()
}

/// The versions of the feeds that were read before their releases were asked whether they are the latest; none of a feed that was not there.
pub(crate) type Recalled = BTreeMap<FeedId, Option<u64>>;

/// Reads feeds that are not remembered. What cannot be read now is read later.
pub(crate) async fn recall(desk: &Desk, feeds: BTreeSet<FeedId>) -> Recalled {
    let one = |feed: FeedId| async move {
        let key = Key::Feed(feed.clone(), Format::Json);
        let current = desk.store.load::<FeedView>(&key).await.ok()?;
        Some((feed, current.map(|current| current.version())))
    };
    stream::iter(feeds)
        .map(one)
        .buffer_unordered(FEEDS)
        .filter_map(std::future::ready)
        .collect()
        .await
}

/// Brings feeds up to date; answers those that failed.
pub(crate) async fn refresh(desk: &Desk, arrived: &[Arrived], feeds: BTreeSet<FeedId>, recalled: &Recalled) -> Vec<(FeedId, Failure)> {
    let one = |feed: FeedId| {
        let concerned = || arrived.iter().filter(|one| one.latest && concerns(&feed, one));
        let publics: Vec<Arc<Public>> = concerned().map(|one| Arc::clone(&one.public)).collect();
        let repeated = concerned().any(|one| one.repeated);
        let (desk, recalled) = (desk.clone(), recalled.get(&feed).copied());
        async move {
            let publics = publics.iter().map(|public| &**public).collect();
            let result = refresh_one(&desk, &feed, publics, repeated, recalled.as_ref()).await;
            result.err().map(|failure| (feed, failure))
        }
    };
    let failed = crew::all(FEEDS, feeds.into_iter().map(one)).await;
    failed.into_iter().flatten().collect()
}

/// Merges public revisions into one feed and derives its renderings.
pub(crate) async fn refresh_one(
    desk: &Desk,
    feed: &FeedId,
    publics: Vec<&Public>,
    repeated: bool,
    recalled: Option<&Option<u64>>,
) -> Result<(), Failure> {
    let store = &desk.store;
    let known = store.known_bytes(&Key::Feed(feed.clone(), Format::Json));
    let _room = desk
        .crew
        .room(TIMES * (known + publics.len() * ITEM).min(desk.site.window.bytes))
        .await;
    let merged = merge(desk, feed, publics, repeated, recalled).await?;
    let lost = store.was_lost(&merged, Rendering::of(&feed.kind).iter().map(|rendering| rendering.key(feed)));
    derive(desk, feed, &merged).await?;
    let key = Key::Feed(feed.clone(), Format::Json);
    if let Some(now) = store.moved_on(&key, &merged, lost, repeated).await? {
        derive(desk, feed, &now).await?;
    }
    Ok(())
}

/// Writes what is rendered from a feed's state.
async fn derive(desk: &Desk, feed: &FeedId, merged: &Merged<FeedView>) -> Result<(), Failure> {
    let (store, site) = (&desk.store, &desk.site);
    let one = |rendering: Rendering| async move {
        let bytes = rendering.render(&merged.state, site, feed)?;
        let expect = || match &merged.prior {
            Some(prior) => rendering.render(prior, site, feed).map_or(Expect::Unknown, Expect::Bytes),
            None if merged.changed => Expect::Absent,
            None => Expect::Unknown,
        };
        store.derive(&rendering.key(feed), merged.version, bytes, expect).await?;
        Ok::<_, Failure>(())
    };
    let renderings = Rendering::of(&feed.kind).iter().copied();
    stream::iter(renderings)
        .map(one)
        .buffer_unordered(PARALLEL)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(())
}

/// Merges public revisions into a feed's state, fetching what its document does not hold.
///
/// A feed forgets what is pushed behind its end. So whoever is slow must not bring back an older revision of a release that has left it:
/// `recalled` is the state that was read before the releases were asked whether they are the latest; for any other, they are asked again.
/// S3 knows a state by its bytes. That is enough: a feed never comes back to bytes that it had (`left` in its document).
///
/// What is brought back from the months may be overtaken before it is written: its publisher finds a feed that does not show it, and has
/// nothing to do. So the months are asked again after the write, and when they changed, about what was brought back. Whoever ended between
/// the two is called again: `repeated` says that some of this may have been done before, and all that the feed shows is asked for.
async fn merge(
    desk: &Desk,
    feed: &FeedId,
    mut publics: Vec<&Public>,
    repeated: bool,
    recalled: Option<&Option<u64>>,
) -> Result<Merged<FeedView>, Failure> {
    let store = &desk.store;
    let key = Key::Feed(feed.clone(), Format::Json);
    let mut current = store.load::<FeedView>(&key).await?;
    let mut remembered = true;
    let shown = current.as_ref().map_or(0, |current| current.state.items.len());
    let mut doubt = repeated.then_some((None, shown.max(desk.site.window.items)));
    for _ in 0..RIVALS {
        let state = current.as_ref().map(|current| &*current.state);
        let (admission, basis) = admit(desk, feed, state, &publics, doubt).await?;
        let too_old = |public: &&Public| state.is_none_or(|view| !view.knows(public.id, public.revision));
        if std::mem::take(&mut remembered) && admission == Admission::Same && publics.iter().any(too_old) {
            // Too old for the feed as it was remembered; it may reach further back by now, and show an older revision.
            current = store.load_now(&key).await?;
            continue;
        }
        if let Admission::Changed(next) = &admission
            && recalled != Some(&current.as_ref().map(|current| current.version()))
        {
            let shown = publics.iter().filter(|public| next.knows(public.id, public.revision));
            let overtaken = late::overtaken(desk, shown.copied()).await?;
            if !overtaken.is_empty() {
                // The later revision comes by itself.
                publics.retain(|public| !overtaken.contains(&public.id));
                continue;
            }
        }
        let merged = match (admission, current) {
            (Admission::Changed(next), current) => store.swap(&key, current, *next).await?,
            (_, Some(current)) => Some(current.unchanged()),
            (_, None) => None,
        };
        if let Some(merged) = merged {
            // A release that came into a month meanwhile was perhaps too old for the feed as its publisher saw it.
            if basis.still(desk, feed).await? {
                return Ok(merged);
            }
            doubt = basis.asked;
        }
        current = store.load_now(&key).await?;
    }
    Err(store::Error::Conflict { key: key.path() }.into())
}

/// Asks for what is missing until the feed can be told.
async fn admit(
    desk: &Desk,
    feed: &FeedId,
    current: Option<&FeedView>,
    publics: &[&Public],
    doubt: Option<Asked>,
) -> Result<(Admission, Basis), Failure> {
    let mut older = Older::default();
    let mut basis = Basis::default();
    if let (Some(asked), Some(current)) = (doubt, current) {
        refill::again(desk, feed, current, asked, &mut older, &mut basis).await?;
    }
    loop {
        match FeedView::admit(current, publics, &older, &desk.site, feed) {
            Admission::Needs(needs) => refill::fetch(desk, feed, needs, &mut older, &mut basis).await?,
            done => return Ok((done, basis)),
        }
    }
}
