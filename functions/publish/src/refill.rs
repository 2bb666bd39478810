//! What a feed needs beyond its own document: older releases from the months, full contents from their revisions.

use std::cmp::Reverse;

use feed::{Card, FeedId, FeedView, Kind, Left, Month, MonthView, MonthsView, Needs, Older, Order, Public, Reach};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use store::Key;
use uuid::Uuid;

use crate::{Desk, Failure, late};

/// After which release, or from the newest on, and how many of a feed's releases the months were asked for.
pub(crate) type Asked = (Option<Order>, usize);

/// The months that were read, as they were: a refill counts only if they stayed so.
#[derive(Debug, Default)]
pub(crate) struct Basis {
    /// From where the feed ended as it was stored, mostly.
    pub(crate) asked: Option<Asked>,
    months: Vec<(Month, u64)>,
}

impl Basis {
    /// True when the months still are as they were read.
    pub(crate) async fn still(&self, desk: &Desk, feed: &FeedId) -> Result<bool, Failure> {
        let Some(asked) = self.asked else {
            return Ok(true);
        };
        Ok(cards(desk, feed, asked).await?.2 == self.months)
    }
}

/// Fetches what a feed needs, adding to what was fetched before.
pub(crate) async fn fetch(desk: &Desk, feed: &FeedId, needs: Needs, older: &mut Older, basis: &mut Basis) -> Result<(), Failure> {
    let mut wanted = needs.contents;
    if let Some(boundary) = needs.older {
        // Each time twice as many, always from where the stored feed ends.
        let (after, count) = basis
            .asked
            .map_or((Some(boundary), desk.site.window.items), |(after, count)| (after, 2 * count));
        wanted.extend(ask(desk, feed, (after, count), older, basis).await?);
    }
    read(desk, wanted, older).await
}

/// Asks the months about releases that a feed shows already: what was brought back into it may have been overtaken before it was there,
/// by a publisher who found nothing to do.
pub(crate) async fn again(
    desk: &Desk,
    feed: &FeedId,
    shown: &FeedView,
    asked: Asked,
    older: &mut Older,
    basis: &mut Basis,
) -> Result<(), Failure> {
    let mut wanted = ask(desk, feed, asked, older, basis).await?;
    wanted.retain(|(id, n)| !shown.knows(*id, *n));
    read(desk, wanted, older).await
}

/// What the months say; answers the revisions that the feed is to show.
async fn ask(desk: &Desk, feed: &FeedId, asked: Asked, older: &mut Older, basis: &mut Basis) -> Result<Vec<(Uuid, u32)>, Failure> {
    let (cards, reach, months) = cards(desk, feed, asked).await?;
    *basis = Basis {
        asked: Some(asked),
        months,
    };
    older.reach = reach;
    older.left.clear();
    let mut wanted = Vec::new();
    for card in cards {
        if belongs(feed, &card) {
            wanted.push((card.id, card.revision));
        } else {
            older.left.push(Left {
                release: card.id,
                revision: card.revision,
                date_published: card.published,
            });
        }
    }
    Ok(wanted)
}

async fn read(desk: &Desk, mut wanted: Vec<(Uuid, u32)>, older: &mut Older) -> Result<(), Failure> {
    wanted.retain(|(id, n)| !older.publics.iter().any(|public| (public.id, public.revision) == (*id, *n)));
    let one = |(id, n): (Uuid, u32)| late::read(desk, id, n);
    let publics: Vec<Public> = stream::iter(wanted).map(one).buffered(desk.crew.requests).try_collect().await?;
    older.publics.extend(publics);
    Ok(())
}

/// The releases of a feed after one of them, and those that left it, in order.
async fn cards(desk: &Desk, feed: &FeedId, (after, count): Asked) -> Result<(Vec<Card>, Reach, Vec<(Month, u64)>), Failure> {
    let language = desk.site.default_language();
    let mut found: Vec<Card> = Vec::new();
    let mut basis = Vec::new();
    let newest = after.map(|(Reverse(published), _)| Month::of(published));
    let list = desk.store.load_now::<MonthsView>(&Key::Months(language.clone())).await?;
    let months = list.iter().flat_map(|list| &list.state.months).map(feed::MonthLine::of);
    for month in months.filter(|month| newest.is_none_or(|newest| *month <= newest)) {
        let Some(view) = desk.store.load_now::<MonthView>(&Key::Month(language.clone(), month)).await? else {
            continue;
        };
        basis.push((month, view.state.line(&desk.site).weight));
        let here = view
            .state
            .releases
            .iter()
            .filter(|card| after.is_none_or(|after| card.order() > after));
        found.extend(
            here.filter(|card| belongs(feed, card) || belonged(feed, card))
                .map(|card| Card::clone(card)),
        );
        let enough = found.iter().filter(|card| belongs(feed, card)).nth(count);
        if let Some(last) = enough.map(Card::order) {
            found.retain(|card| card.order() <= last);
            return Ok((found, Reach::Down(last), basis));
        }
    }
    Ok((found, Reach::All, basis))
}

fn belongs(feed: &FeedId, card: &Card) -> bool {
    feed.takes(|language| card.languages.contains(language), |topic| card.topics.contains(topic))
}

fn belonged(feed: &FeedId, card: &Card) -> bool {
    match &feed.kind {
        Kind::Filled => false,
        Kind::Only => card.former.languages.contains(&feed.language),
        Kind::Topic(topic) => card.former.topics.contains(topic),
    }
}
