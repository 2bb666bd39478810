//! The archive: each touched month is merged once for the whole batch, then the list of months.
//!
//! The state is the document of the site's first language; the other languages, the Atom documents, pages and sitemaps are derived from it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use feed::{Arrival, Month, MonthLine, MonthView, MonthsView, State as _, archive_page, month_page, to_json};
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use release::{Lang, Site};
use store::{Expect, Key, Merged};

use crate::{Arrived, Desk, Failure, PARALLEL, crew};

/// Months under way at once.
const MONTHS: usize = 4;
/// Renderings of months under way at once: all of an ordinary month in six languages. Large ones take turns.
const RENDERINGS: usize = 24;
/// Bytes of a release in a month: two languages of ordinary length.
const CARD: usize = 1_400;
/// Rivals that write a month in between, before the work is given back.
const RIVALS: usize = 40;

/// The months that must hear of these releases, and what each learns.
pub(crate) fn touched(arrived: &[Arrived]) -> BTreeMap<Month, Vec<Arrival>> {
    let mut months: BTreeMap<Month, Vec<Arrival>> = BTreeMap::new();
    for one in arrived {
        for month in one.view.months() {
            months.entry(month).or_default().push(one.view.arrival(month));
        }
    }
    months
}

/// Reads the months and their list as far as they are not remembered. What cannot be read now is read later.
pub(crate) async fn recall(desk: &Desk, months: &BTreeSet<Month>) {
    let language = desk.site.default_language();
    let list = async { desk.store.load::<MonthsView>(&Key::Months(language.clone())).await.is_ok() };
    let one = |month: &Month| {
        let key = Key::Month(language.clone(), *month);
        async move { desk.store.load::<MonthView>(&key).await.is_ok() }
    };
    let months = stream::iter(months).map(one).buffer_unordered(PARALLEL).count();
    future::join(list, months).await;
}

/// A month after its merge; its renderings are still to be derived.
#[derive(Debug, Clone)]
pub(crate) struct Merge {
    pub(crate) month: Month,
    merged: Merged<MonthView>,
    /// What the renderings show that are stored now.
    shown: Option<Arc<MonthView>>,
    /// Some of it has come before: an earlier attempt may have ended anywhere.
    repeated: bool,
}

impl Merge {
    /// A month as it was found: its renderings may be of any age.
    fn found(month: Month, merged: Merged<MonthView>) -> Self {
        Self {
            month,
            merged,
            shown: None,
            repeated: true,
        }
    }

    /// The month as it is stored now.
    pub(crate) fn state(&self) -> Arc<MonthView> {
        Arc::clone(&self.merged.state)
    }

    /// It was written now, not only read.
    pub(crate) fn changed(&self) -> bool {
        self.merged.changed
    }
}

/// Merges releases into the months.
pub(crate) async fn merge(desk: &Desk, months: BTreeMap<Month, Vec<Arrival>>) -> Vec<(Month, Result<Merge, Failure>)> {
    let one = |(month, arrivals): (Month, Vec<Arrival>)| async move { (month, merge_one(desk, month, &arrivals).await) };
    stream::iter(months).map(one).buffer_unordered(MONTHS).collect().await
}

async fn merge_one(desk: &Desk, month: Month, arrivals: &[Arrival]) -> Result<Merge, Failure> {
    let key = Key::Month(desk.site.default_language().clone(), month);
    let merged = desk
        .store
        .merge(&key, false, |current| MonthView::admit(current, arrivals, &desk.site, month))
        .await?;
    let before = if merged.changed {
        merged.prior.as_ref()
    } else {
        Some(&merged.state)
    };
    let repeated = before.is_some_and(|view| arrivals.iter().any(|arrival| view.knows(arrival)));
    let shown = merged.prior.clone();
    Ok(Merge {
        month,
        merged,
        shown,
        repeated,
    })
}

/// True when the list of months, as known, lacks one of these, or when an earlier attempt may have ended before it linked them.
pub(crate) async fn news(desk: &Desk, merges: &[Merge]) -> Result<bool, Failure> {
    let key = Key::Months(desk.site.default_language().clone());
    let list = desk.store.load::<MonthsView>(&key).await?;
    let known = |merge: &Merge| {
        let line = merge.merged.state.line(&desk.site);
        let mut lines = list.iter().flat_map(|list| &list.state.months);
        lines.any(|known| known.of() == line.of() && known.holds_releases() == line.holds_releases())
    };
    Ok(merges.iter().any(|merge| merge.repeated || !known(merge)))
}

/// Brings the list of months up to date.
pub(crate) async fn list(desk: &Desk, merges: &[Merge]) -> Result<(), Failure> {
    let (store, site) = (&desk.store, &desk.site);
    let lines: Vec<MonthLine> = merges.iter().map(|merge| merge.merged.state.line(site)).collect();
    let key = Key::Months(site.default_language().clone());
    let merged = store.merge(&key, false, |current| MonthsView::admit(current, &lines, site)).await?;
    let lost = store.was_lost(&merged, list_renderings(site));
    let repeated = merges.iter().any(|merge| merge.repeated);
    derive_list(desk, &merged, repeated).await?;
    if let Some(now) = store.moved_on(&key, &merged, lost, repeated).await? {
        derive_list(desk, &now, true).await?;
    }
    Ok(())
}

async fn derive_list(desk: &Desk, merged: &Merged<MonthsView>, repeated: bool) -> Result<(), Failure> {
    let (store, site) = (&desk.store, &desk.site);
    let prior = merged.prior.as_ref().filter(|_| !repeated);
    let (same, same_months) = (
        prior.is_some_and(|prior| prior.months == merged.state.months),
        prior.is_some_and(|prior| prior.names_months_of(&merged.state)),
    );
    let derive = |key: Key| {
        async move {
            // What names months only is as it was, unless one is new. Whoever wrote the list before has written it, or comes again: as here.
            // To compare the renderings would cost more with each month that there is.
            let counts = matches!(key, Key::Months(_));
            if if counts { same } else { same_months } {
                return Ok(());
            }
            let bytes = render_list(&merged.state, &key, site)?;
            let expect = || match &merged.prior {
                Some(prior) => render_list(prior, &key, site).map_or(Expect::Unknown, Expect::Bytes),
                None if merged.changed => Expect::Absent,
                None => Expect::Unknown,
            };
            store.derive(&key, merged.version, bytes, expect).await?;
            Ok::<_, Failure>(())
        }
    };
    stream::iter(list_renderings(site))
        .map(derive)
        .buffer_unordered(PARALLEL)
        .try_collect()
        .await
}

/// Links the months to each other: the touched ones, and those around them.
pub(crate) async fn link(desk: &Desk, merges: Vec<Merge>) -> Result<Vec<Merge>, Failure> {
    let mut done: BTreeMap<Month, Merge> = merges.into_iter().map(|merge| (merge.month, merge)).collect();
    let mut todo: BTreeSet<Month> = done.keys().copied().collect();
    let key = Key::Months(desk.site.default_language().clone());
    if let Some(list) = desk.store.load_now::<MonthsView>(&key).await? {
        let near: BTreeSet<Month> = todo.iter().flat_map(|month| list.state.around(*month)).collect();
        todo.extend(near);
    }
    let repeated = done.values().any(|merge| merge.repeated);
    for month in todo {
        let merge = match link_one(desk, month).await? {
            Linked::Now(merged, before) => {
                let known = done.remove(&month);
                Merge {
                    month,
                    merged,
                    repeated: known.as_ref().is_some_and(|known| known.repeated),
                    shown: known.map_or(Some(before), |known| known.shown),
                }
            }
            Linked::Before(merged) => match done.get(&month) {
                // Somebody has written it meanwhile.
                Some(known) if known.merged.version < merged.version => Merge::found(month, merged),
                Some(_) => continue,
                // Whoever linked it may have ended before its renderings said so.
                None if repeated => Merge::found(month, merged),
                None => continue,
            },
            Linked::Nothing => continue,
        };
        done.insert(month, merge);
    }
    Ok(done.into_values().collect())
}

enum Linked {
    /// The month as it is now, and as it was.
    Now(Merged<MonthView>, Arc<MonthView>),
    /// It had its links already.
    Before(Merged<MonthView>),
    /// There is no such month.
    Nothing,
}

/// A month's document is read before the list of months: so no older list can end up in a newer document.
async fn link_one(desk: &Desk, month: Month) -> Result<Linked, Failure> {
    let (store, site) = (&desk.store, &desk.site);
    let language = site.default_language();
    let own = Key::Month(language.clone(), month);
    for _ in 0..RIVALS {
        let Some(current) = store.load_now::<MonthView>(&own).await? else {
            return Ok(Linked::Nothing);
        };
        let Some(list) = store.load_now::<MonthsView>(&Key::Months(language.clone())).await? else {
            return Ok(Linked::Nothing);
        };
        let Some(next) = current.state.linked(list.state.neighbours(month), site) else {
            return Ok(Linked::Before(current.unchanged()));
        };
        let before = Arc::clone(&current.state);
        if let Some(merged) = store.swap(&own, Some(current), next).await? {
            return Ok(Linked::Now(merged, before));
        }
    }
    Err(store::Error::Conflict { key: own.path() }.into())
}

/// Derives the documents of the other languages, and every Atom document; those of large months in turn.
pub(crate) async fn derive(desk: &Desk, merges: &[Merge]) -> Result<(), Failure> {
    let lost = |merge: &Merge| desk.store.was_lost(&merge.merged, renderings(&desk.site, merge.month));
    let lost: Vec<bool> = merges.iter().map(lost).collect();
    derive_all(desk, merges).await?;
    for (merge, lost) in merges.iter().zip(lost) {
        let key = Key::Month(desk.site.default_language().clone(), merge.month);
        if let Some(now) = desk.store.moved_on(&key, &merge.merged, lost, merge.repeated).await? {
            derive_all(desk, &[Merge::found(merge.month, now)]).await?;
        }
    }
    Ok(())
}

async fn derive_all(desk: &Desk, merges: &[Merge]) -> Result<(), Failure> {
    let (mut work, mut owed) = (Vec::new(), Vec::new());
    for merge in merges {
        let all: Vec<Key> = renderings(&desk.site, merge.month).collect();
        let count = all.len();
        // Only what this batch wrote may wait: an earlier attempt may have ended before it said that something is owed.
        let keys = if merge.merged.changed && merge.shown.is_some() && !merge.repeated {
            desk.pace.turn(&desk.store, merge.merged.state.releases.len(), all)
        } else {
            all
        };
        if keys.len() < count {
            owed.push((merge.month, merge.merged.version));
        }
        for key in keys {
            let (desk, merge) = (desk.clone(), merge.clone());
            work.push(async move { derive_one(&desk, &merge, key).await });
        }
    }
    let mark = async {
        for (month, version) in owed {
            desk.store.put(&Key::Owed(month, version), Bytes::new()).await?;
            desk.pace.owe(month, version);
        }
        Ok::<_, Failure>(())
    };
    let (marked, derived) = future::join(mark, crew::all(RENDERINGS, work)).await;
    marked?;
    derived.into_iter().collect()
}

/// Derives everything of a month as it is stored now.
pub(crate) async fn catch_up(desk: &Desk, month: Month) -> Result<(), Failure> {
    let own = Key::Month(desk.site.default_language().clone(), month);
    let Some(current) = desk.store.load_now::<MonthView>(&own).await? else {
        return Ok(());
    };
    derive_all(desk, &[Merge::found(month, current.unchanged())]).await
}

/// Markers of this function whose months are up to date.
pub(crate) fn paid(desk: &Desk) -> Vec<Key> {
    desk.pace.paid(&desk.store, |month| renderings(&desk.site, month).collect())
}

async fn derive_one(desk: &Desk, merge: &Merge, key: Key) -> Result<(), Failure> {
    let (state, site) = (&merge.merged.state, &desk.site);
    let _room = desk.crew.room(CARD * state.releases.len()).await;
    let bytes = render(state, &key, site)?;
    let expect = || match &merge.shown {
        Some(shown) => render(shown, &key, site).map_or(Expect::Unknown, Expect::Bytes),
        None if merge.merged.changed => Expect::Absent,
        // Of a month that was only read, the renderings may be of any age.
        None => Expect::Unknown,
    };
    desk.store.derive(&key, merge.merged.version, bytes, expect).await?;
    Ok(())
}

fn renderings(site: &Site, month: Month) -> impl Iterator<Item = Key> + '_ {
    let all = site.languages.iter().map(|language| &language.tag);
    let all = all.flat_map(move |language| {
        let language = || language.clone();
        [
            Key::MonthAtom(language(), month),
            Key::MonthPage(language(), month),
            Key::MonthSitemap(language(), month),
        ]
    });
    others(site).map(move |language| Key::Month(language, month)).chain(all)
}

fn render(view: &MonthView, key: &Key, site: &Site) -> Result<Bytes, Failure> {
    match key {
        Key::MonthAtom(language, _) => {
            let atom = view.in_language(language, site).to_atom(site);
            atom.map_err(Failure::render)
        }
        Key::Month(language, _) => {
            let view = view.in_language(language, site);
            Ok(view.stored(CARD * view.releases.len()))
        }
        Key::MonthPage(language, _) => {
            let page = month_page(&view.in_language(language, site), site);
            page.map(Bytes::from).map_err(Failure::render)
        }
        Key::MonthSitemap(language, _) => Ok(view.in_language(language, site).to_sitemap(site)),
        _ => Err(Failure::render(format!("{key} is not of a month"))),
    }
}

/// What is rendered from a month's state.
pub(crate) fn documents(view: &MonthView, site: &Site) -> Result<Vec<(Key, Bytes)>, Failure> {
    let one = |key: Key| render(view, &key, site).map(|bytes| (key, bytes));
    renderings(site, view.of()).map(one).collect()
}

/// What is rendered from the list of months: the other languages, the lists for people, and the index of sitemaps.
fn list_renderings(site: &Site) -> Vec<Key> {
    let pages = site.languages.iter().map(|language| Key::Archive(language.tag.clone()));
    others(site).map(Key::Months).chain(pages).chain([Key::Sitemap]).collect()
}

fn render_list(view: &MonthsView, key: &Key, site: &Site) -> Result<Bytes, Failure> {
    match key {
        Key::Months(language) => Ok(Bytes::from(to_json(&view.in_language(language, site)))),
        Key::Archive(language) => archive_page(view, site, language).map(Bytes::from).map_err(Failure::render),
        Key::Sitemap => Ok(view.to_sitemap(site)),
        _ => Err(Failure::render(format!("{key} is not of the list of months"))),
    }
}

/// What is rendered from the list of months.
pub(crate) fn list_documents(view: &MonthsView, site: &Site) -> Result<Vec<(Key, Bytes)>, Failure> {
    let one = |key: Key| render_list(view, &key, site).map(|bytes| (key, bytes));
    list_renderings(site).into_iter().map(one).collect()
}

fn others(site: &Site) -> impl Iterator<Item = Lang> + '_ {
    site.languages.iter().skip(1).map(|language| language.tag.clone())
}
