//! The archive: each touched month is merged once for the whole batch, then the list of months.
//!
//! The state is the document of the site's first language; the other languages and the Atom documents are derived from it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use feed::{Arrival, Month, MonthLine, MonthView, MonthsView, State as _, to_json};
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use release::{Lang, Site};
use store::{Expect, Key, Merged};

use crate::{Arrived, Desk, Failure, PARALLEL, crew};

/// Months under way at once.
const MONTHS: usize = 4;
/// Renderings of months under way at once.
const RENDERINGS: usize = 16;
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
    let render = |view: &MonthsView, language: &Lang| Bytes::from(to_json(&view.in_language(language, site)));
    let derive = |language: Lang| {
        let merged = &merged;
        async move {
            let bytes = render(&merged.state, &language);
            let expect = || match &merged.prior {
                Some(prior) => Expect::Bytes(render(prior, &language)),
                None if merged.changed => Expect::Absent,
                None => Expect::Unknown,
            };
            store.derive(&Key::Months(language.clone()), merged.version, bytes, expect).await?;
            Ok::<_, Failure>(())
        }
    };
    stream::iter(others(site))
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
        let (merged, shown) = match link_one(desk, month).await? {
            Linked::Now(merged, before) => (merged, done.remove(&month).map_or(Some(before), |known| known.shown)),
            // Whoever linked it may have ended before its renderings said so.
            Linked::Before(merged) if repeated && !done.contains_key(&month) => (merged, None),
            Linked::Before(_) | Linked::Nothing => continue,
        };
        let merge = Merge {
            month,
            merged,
            shown,
            repeated: false,
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
    let merge = Merge {
        month,
        merged: current.unchanged(),
        shown: None,
        repeated: true,
    };
    derive(desk, &[merge]).await
}

/// Markers of this function whose months are up to date.
pub(crate) fn paid(desk: &Desk) -> Vec<Key> {
    desk.pace.paid(&desk.store, |month| renderings(&desk.site, month).collect())
}

async fn derive_one(desk: &Desk, merge: &Merge, key: Key) -> Result<(), Failure> {
    let _room = desk.crew.room(CARD * merge.merged.state.releases.len()).await;
    let bytes = render(&merge.merged.state, &key, &desk.site)?;
    let expect = || match &merge.shown {
        Some(shown) => render(shown, &key, &desk.site).map_or(Expect::Unknown, Expect::Bytes),
        None if merge.merged.changed => Expect::Absent,
        // Of a month that was only read, the renderings may be of any age.
        None => Expect::Unknown,
    };
    desk.store.derive(&key, merge.merged.version, bytes, expect).await?;
    Ok(())
}

fn renderings(site: &Site, month: Month) -> impl Iterator<Item = Key> + '_ {
    let all = site
        .languages
        .iter()
        .map(move |language| Key::MonthAtom(language.tag.clone(), month));
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
        _ => Err(Failure::render(format!("{key} is not of a month"))),
    }
}

/// What is rendered from a month's state.
pub(crate) fn documents(view: &MonthView, site: &Site) -> Result<Vec<(Key, Bytes)>, Failure> {
    let one = |key: Key| render(view, &key, site).map(|bytes| (key, bytes));
    renderings(site, view.of()).map(one).collect()
}

/// What is rendered from the list of months.
pub(crate) fn list_documents(view: &MonthsView, site: &Site) -> Vec<(Key, Bytes)> {
    let one = |language: Lang| {
        let bytes = Bytes::from(to_json(&view.in_language(&language, site)));
        (Key::Months(language), bytes)
    };
    others(site).map(one).collect()
}

fn others(site: &Site) -> impl Iterator<Item = Lang> + '_ {
    site.languages.iter().skip(1).map(|language| language.tag.clone())
}
