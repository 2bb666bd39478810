//! Search in the archive: the months' public documents say what a release is called, so nobody has to read all of them.

use feed::{Card, Month, MonthView, MonthsView};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use release::Site;
use serde::de::DeserializeOwned;
use store::{Key, Store};
use uuid::Uuid;

use crate::problem::Problem;

/// Months read at once.
const PARALLEL: usize = 16;
/// Months that one answer looks at; the next one goes on from there.
const MONTHS: usize = 128;

/// Where a search goes on: in this month, after this release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct From {
    pub(crate) month: Month,
    pub(crate) after: Option<Uuid>,
}

/// What a search found, newest first.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) releases: Vec<Uuid>,
    pub(crate) next: Option<From>,
}

/// The newest releases, as far as so many, whose public revision is wanted.
pub(crate) async fn search(
    store: &Store,
    site: &Site,
    wanted: &(impl Fn(&Card) -> bool + Sync),
    from: Option<From>,
    limit: usize,
) -> Result<Found, Problem> {
    let language = site.default_language();
    let months = document::<MonthsView>(store, Key::Months(language.clone()))
        .await?
        .map_or_else(Vec::new, |list| list.months);
    let months = months
        .iter()
        .map(feed::MonthLine::of)
        .filter(|month| from.is_none_or(|from| *month <= from.month));
    let mut found = Found::default();
    let read =
        |month: Month| async move { Ok::<_, Problem>((month, document::<MonthView>(store, Key::Month(language.clone(), month)).await?)) };
    let mut read = stream::iter(months).map(read).buffered(PARALLEL);
    let mut looked = 0;
    while let Some((month, view)) = read.try_next().await? {
        if found.releases.len() >= limit || looked >= MONTHS {
            found.next.get_or_insert(From { month, after: None });
            break;
        }
        looked += 1;
        let cards = view.map_or_else(Vec::new, |view| view.releases);
        let seen = from.filter(|from| from.month == month).and_then(|from| from.after);
        let seen = seen
            .and_then(|seen| cards.iter().position(|card| card.id == seen))
            .map_or(0, |seen| seen + 1);
        for card in cards.iter().skip(seen).filter(|card| wanted(card)) {
            if let Some(last) = found.releases.last().filter(|_| found.releases.len() == limit) {
                let after = Some(*last);
                found.next = Some(From { month, after });
                return Ok(found);
            }
            found.releases.push(card.id);
        }
    }
    Ok(found)
}

/// A document of the public site. One that cannot be read is none: it takes nothing but its releases from a search, and `publish` mends it.
async fn document<T: DeserializeOwned>(store: &Store, key: Key) -> Result<Option<T>, Problem> {
    match store.get(&key).await {
        Ok(found) => Ok(found.and_then(|found| serde_json::from_slice(&found.bytes).ok())),
        Err(store::Error::Corrupt { .. }) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}
