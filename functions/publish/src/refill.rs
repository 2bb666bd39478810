//! What a feed needs beyond its own document: older releases from the months, full contents from their revisions.

use std::cmp::Reverse;

use feed::{FeedId, FeedView, Left, Month, MonthView, MonthsView, Needs, Older, Order, Public, Reach};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use release::Lang;
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
        Ok(find(desk, feed, asked).await?.months == self.months)
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
    wanted.retain(|(id, n)| !shown.shows(*id, *n));
    read(desk, wanted, older).await
}

/// What the months say; answers the revisions that the feed is to show.
async fn ask(desk: &Desk, feed: &FeedId, asked: Asked, older: &mut Older, basis: &mut Basis) -> Result<Vec<(Uuid, u32)>, Failure> {
    let found = find(desk, feed, asked).await?;
    *basis = Basis {
        asked: Some(asked),
        months: found.months,
    };
    older.reach = found.reach;
    older.left = found.left;
    Ok(found.shown.into_iter().map(|(_, revision)| revision).collect())
}

async fn read(desk: &Desk, mut wanted: Vec<(Uuid, u32)>, older: &mut Older) -> Result<(), Failure> {
    wanted.retain(|(id, n)| !older.publics.iter().any(|public| (public.id, public.revision) == (*id, *n)));
    let one = |(id, n): (Uuid, u32)| late::read(desk, id, n);
    let publics: Vec<Public> = stream::iter(wanted).map(one).buffered(desk.crew.requests).try_collect().await?;
    older.publics.extend(publics);
    Ok(())
}

/// What the months say of a feed.
#[derive(Debug, Default)]
struct Found {
    /// Releases that belong into it, with their places.
    shown: Vec<(Order, (Uuid, u32))>,
    /// Releases that it had and may have left.
    left: Vec<Left>,
    reach: Reach,
    months: Vec<(Month, u64)>,
}

/// The releases of a feed after one of them, and those that left it, as far as the first that are more than `count`.
async fn find(desk: &Desk, feed: &FeedId, (after, count): Asked) -> Result<Found, Failure> {
    let language = desk.site.default_language();
    let mut found = Found::default();
    let newest = after.map(|(Reverse(published), _)| Month::of(published));
    let list = desk.store.load_now::<MonthsView>(&Key::Months(language.clone())).await?;
    let months = list.iter().flat_map(|list| &list.state.months).map(feed::MonthLine::of);
    for month in months.filter(|month| newest.is_none_or(|newest| *month <= newest)) {
        let Some(view) = desk.store.load_now::<MonthView>(&Key::Month(language.clone(), month)).await? else {
            continue;
        };
        found.months.push((month, view.version()));
        found.read(&view.state, feed, after);
        if let Some((last, _)) = found.shown.get(count).copied() {
            found.shown.truncate(count + 1);
            found.left.retain(|left| left.order() <= last);
            found.reach = Reach::Down(last);
            return Ok(found);
        }
    }
    found.reach = Reach::All;
    Ok(found)
}

impl Found {
    fn read(&mut self, month: &MonthView, feed: &FeedId, after: Option<Order>) {
        for card in &month.releases {
            let belongs = takes(feed, &card.languages, &card.topics);
            if belongs && after.is_none_or(|after| card.order() > after) {
                self.shown.push((card.order(), (card.id, card.revision)));
            }
            let belonged = || takes(feed, &card.former.languages, &card.former.topics);
            if (belongs && card.former.published.is_some()) || (!belongs && belonged()) {
                self.left.push(Left {
                    release: card.id,
                    revision: card.revision,
                    date_published: card.former.published.unwrap_or(card.published),
                });
            }
        }
        for left in month.left.iter().filter(|left| takes(feed, &left.languages, &left.topics)) {
            self.left.extend(left.published.map(|published| Left {
                release: left.release,
                revision: left.revision,
                date_published: published,
            }));
        }
    }
}

fn takes(feed: &FeedId, languages: &[Lang], topics: &[String]) -> bool {
    feed.takes(
        |language| languages.contains(language),
        |topic| topics.iter().any(|known| known == topic),
    )
}
