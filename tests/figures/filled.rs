//! The documents that the releases of an archive share, written at once: what their publications would have left.
//!
//! Months and change log come from the same functions that `publish` calls, a month at a time instead of a batch at a time. What belongs
//! to one old release alone (its revision, version document and pages) is left out: nine million objects, of which a publication that
//! is as flat as it should be never asks for one. [`same`] holds what is written here against what publications wrote.

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use feed::{Changes, ChangesPage, Entry, Journal, Month, MonthLine, MonthView, MonthsView, Public, ReleaseView, State as _, to_json};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use release::{Revision, Site};
use serde_json::json;
use store::{Expect, Key, Store};
use uuid::Uuid;

use crate::room::{Room, release};

/// Documents under way at once.
const PARALLEL: usize = 4;

/// Fills an empty room with the releases of months that follow each other, oldest first.
pub(crate) async fn fill(room: &Room, months: impl Iterator<Item = anyhow::Result<Vec<Revision>>>) -> anyhow::Result<()> {
    let (store, site) = (&room.store, &room.site);
    let mut filled = Filled::default();
    let mut open: Option<MonthView> = None;
    for revisions in months {
        let of = site.clone();
        let (mut view, entries) = tokio::task::spawn_blocking(move || month(&revisions?, &of)).await??;
        filled.log(store, site, &entries).await?;
        if let Some(before) = open.take() {
            let (previous, _) = before.neighbours();
            view = view
                .linked((Some(before.of()), None), site)
                .context("a month that is linked already")?;
            let before = before
                .linked((previous, Some(view.of())), site)
                .context("a month without a next one")?;
            filled.write(store, site, before).await?;
        }
        open = Some(view);
    }
    if let Some(last) = open {
        filled.write(store, site, last).await?;
    }
    filled.finish(store, site).await
}

/// A month of its releases' first revisions, and what the change log says of them.
fn month(revisions: &[Revision], site: &Site) -> anyhow::Result<(MonthView, Vec<Entry>)> {
    let (mut arrivals, mut entries, mut of) = (Vec::new(), Vec::new(), None);
    for revision in revisions {
        let public = Public::of(revision, site).context("a revision that is not public")?;
        let view = ReleaseView::admit(None, revision, &public, site).context("a release that is there already")?;
        let month = *of.insert(Month::of(public.published));
        arrivals.push(view.arrival(month));
        entries.push(view.entry(revision).context("a release without its revision")?);
    }
    let of = of.context("a month without releases")?;
    let view = MonthView::admit(None, &arrivals, site, of).context("a month that does not change")?;
    Ok((view, entries))
}

#[derive(Default)]
struct Filled {
    journal: Journal,
    lines: Vec<MonthLine>,
}

impl Filled {
    async fn log(&mut self, store: &Store, site: &Site, entries: &[Entry]) -> anyhow::Result<()> {
        self.journal = self.journal.append(entries).context("nothing to append")?;
        while let Some((page, rest)) = self.journal.seal() {
            store.create(&Key::JournalPage(page.page), to_json(&page)).await?;
            store
                .create(&Key::ChangesPage(page.page), to_json(&ChangesPage::of(&page, site)))
                .await?;
            self.journal = rest;
        }
        Ok(())
    }

    async fn write(&mut self, store: &Store, site: &Site, view: MonthView) -> anyhow::Result<()> {
        let of = view.of();
        self.lines.push(view.line(site));
        let merged = store.swap(&Key::Month(site.default_language().clone(), of), None, view).await?;
        let merged = merged.context("a month is there already")?;
        let one = |(n, language): (usize, &release::Language)| {
            let (merged, site, store, language) = (merged.clone(), site.clone(), store.clone(), language.tag.clone());
            async move {
                let view = merged.state.in_language(&language, &site);
                let mut documents = vec![(Key::MonthAtom(language.clone(), of), view.to_atom(&site)?)];
                if n > 0 {
                    documents.push((Key::Month(language, of), view.stored(0)));
                }
                for (key, bytes) in documents {
                    store.derive(&key, merged.version, bytes, || Expect::Absent).await?;
                }
                Ok::<_, anyhow::Error>(())
            }
        };
        let work = site.languages.iter().enumerate().map(one).map(tokio::spawn);
        let work: Vec<_> = stream::iter(work).buffer_unordered(PARALLEL).try_collect().await?;
        // No function would remember a whole archive.
        store.forget();
        work.into_iter().collect()
    }

    async fn finish(self, store: &Store, site: &Site) -> anyhow::Result<()> {
        let current = store.load_now::<Journal>(&Key::Journal).await?;
        let journal = store
            .swap(&Key::Journal, current, self.journal)
            .await?
            .context("somebody else wrote the journal")?;
        let public = to_json(&Changes::of(&journal.state, site));
        store.derive(&Key::Changes, journal.version, public, || Expect::Unknown).await?;
        let key = Key::Months(site.default_language().clone());
        let current = store.load_now::<MonthsView>(&key).await?;
        let list = MonthsView::admit(current.as_ref().map(|current| &*current.state), &self.lines, site).context("no month is new")?;
        let list = store.swap(&key, current, list).await?.context("somebody else wrote the months")?;
        for language in site.languages.iter().skip(1) {
            let bytes = Bytes::from(to_json(&list.state.in_language(&language.tag, site)));
            store
                .derive(&Key::Months(language.tag.clone()), list.version, bytes, || Expect::Unknown)
                .await?;
        }
        Ok(())
    }
}

/// The first revision of a release as `accept` stores it.
pub(crate) fn revision(n: usize, date: jiff::civil::Date, site: &Site) -> anyhow::Result<Revision> {
    let release = release(n, None);
    let at = date.to_zoned_datetime(site.zone.clone())?.timestamp();
    let saved = at.as_millisecond().unsigned_abs();
    let id = Uuid::from_u128(u128::from(saved) << 80 | 0x7000_8000_0000_0000_0000 | n as u128);
    Ok(serde_json::from_value(json!({
        "schema": Revision::SCHEMA, "id": id, "revision": 1, "at": at, "by": {"name": "figures", "role": "editor"}, "status": "published",
        "language": "en", "published": at, "updated": at, "topics": release["topics"], "texts": release["texts"],
        "path": {"year": date.year(), "month": date.month(), "slug": format!("conference-closes-day-{n}")},
    }))?)
}

/// Fails unless filling a room with the releases of `room`, which are of one month and were published, leaves the same documents.
pub(crate) async fn same(room: &Room) -> anyhow::Result<()> {
    let mut revisions = Vec::new();
    for id in room.log().await? {
        let found = room
            .store
            .get(&Key::Revision(id, 1))
            .await?
            .with_context(|| format!("{id} has no revision"))?;
        revisions.push(Revision::read(&found.bytes, id, 1).map_err(|damage| anyhow::anyhow!("{id}: {damage}"))?);
    }
    let other = Room::open(None).await?;
    fill(&other, std::iter::once(Ok(revisions))).await?;
    let list: MonthsView = room.json("en/archive/index.json").await?;
    let of = list.months.first().context("no month")?.of();
    let journal: Journal = serde_json::from_slice(&room.store.get(&Key::Journal).await?.context("no journal")?.bytes)?;
    let mut keys = vec![Key::Journal, Key::Changes];
    for page in 1..=journal.pages {
        keys.extend([Key::JournalPage(page), Key::ChangesPage(page)]);
    }
    for language in &room.site.languages {
        let tag = &language.tag;
        keys.extend([
            Key::Months(tag.clone()),
            Key::Month(tag.clone(), of),
            Key::MonthAtom(tag.clone(), of),
        ]);
    }
    for key in keys {
        let (one, two) = (room.store.get(&key).await?, other.store.get(&key).await?);
        let (one, two) = one.zip(two).with_context(|| format!("{key} is missing"))?;
        ensure!(one.bytes == two.bytes, "{key} is not what publications leave");
    }
    Ok(())
}
