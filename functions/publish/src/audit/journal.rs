//! Puts the journal right, so that as few of its numbers as possible change: none while its pages can be read.

use std::collections::BTreeSet;

use feed::{Entry, Journal, JournalPage, to_json};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use store::{Key, Look};
use uuid::Uuid;

use super::{census::Logged, fold::Fold, log::Flaws};
use crate::{Desk, Failure, PARALLEL, log};

/// Entries appended with one write.
const APPENDED: usize = 500;

/// One attempt; the caller looks again, since others may have written in between.
pub(super) async fn mend(desk: &Desk, flaws: &Flaws) -> Result<(), Failure> {
    if flaws.broken {
        return again(desk, flaws).await;
    }
    for page in &flaws.wrong {
        correct(desk, *page).await?;
    }
    for some in by_time(&flaws.missing).chunks(APPENDED) {
        let entries = said(desk, some.to_vec()).await?;
        log::append(desk, &entries).await?;
    }
    Ok(())
}

/// In the order in which they were saved: as near to the order of publication as the revisions know.
fn by_time(missing: &[Logged]) -> Vec<(Uuid, u32)> {
    let mut missing: Vec<&Logged> = missing.iter().collect();
    missing.sort_by_key(|logged| (logged.at, logged.key()));
    missing.into_iter().map(Logged::key).collect()
}

/// What the journal should say of these revisions, as far as they are public.
async fn said(desk: &Desk, keys: Vec<(Uuid, u32)>) -> Result<Vec<Entry>, Failure> {
    let one = |(id, n): (Uuid, u32)| async move {
        let fold = Fold::read(desk, id, vec![n]).await?;
        Ok::<_, Failure>(fold.entries.into_iter().next())
    };
    let said: Vec<Option<Entry>> = stream::iter(keys).map(one).buffered(PARALLEL).try_collect().await?;
    Ok(said.into_iter().flatten().collect())
}

/// Lets a page say of each revision what the revision says; 0 is the head. What is gone stays as it was told.
async fn correct(desk: &Desk, page: u32) -> Result<(), Failure> {
    let store = &desk.store;
    if page == 0 {
        let found = store.look::<Journal>(&Key::Journal).await?;
        if let Some(journal) = found.state.as_deref().cloned() {
            let entries = corrected(desk, journal.entries).await?;
            store.restore(&Key::Journal, &found, 0, Journal { entries, ..journal }).await?;
        }
        return Ok(());
    }
    let key = Key::JournalPage(page);
    let found = store.look::<JournalPage>(&key).await?;
    if let Some(page) = found.state.as_deref().cloned() {
        let entries = corrected(desk, page.entries).await?;
        let bytes = to_json(&JournalPage { entries, ..page }).into();
        store.mend(&key, None, &bytes, false).await?;
    }
    Ok(())
}

async fn corrected(desk: &Desk, entries: Vec<Entry>) -> Result<Vec<Entry>, Failure> {
    let keys = entries.iter().map(|entry| (entry.release, entry.revision)).collect();
    let said = said(desk, keys).await?;
    let mut said = said.into_iter().peekable();
    let same = |a: &Entry, b: &Entry| (a.release, a.revision) == (b.release, b.revision);
    let right = |entry: Entry| said.next_if(|said| same(said, &entry)).unwrap_or(entry);
    Ok(entries.into_iter().map(right).collect())
}

/// Makes the pages anew: those that can be read in their order, and what no page names where one is missing, else at the end.
async fn again(desk: &Desk, flaws: &Flaws) -> Result<(), Failure> {
    let store = &desk.store;
    let head: Look<Journal> = store.look(&Key::Journal).await?;
    let mut entries = Vec::new();
    let mut hole = None;
    for n in 1..=flaws.present.last().copied().unwrap_or(0) {
        match store.look::<JournalPage>(&Key::JournalPage(n)).await?.state {
            Some(page) if page.page == n => entries.extend(page.entries.iter().cloned()),
            _ => hole = hole.or(Some(entries.len())),
        }
    }
    match head.state.as_deref() {
        Some(journal) => {
            if flaws.present.last().copied().unwrap_or(0) < journal.pages {
                hole = hole.or(Some(entries.len()));
            }
            entries.extend(journal.entries.iter().cloned());
        }
        None => hole = hole.or(Some(entries.len())),
    }
    let missing = said(desk, by_time(&flaws.missing)).await?;
    let hole = hole.unwrap_or(entries.len());
    entries.splice(hole..hole, missing);
    let mut seen = BTreeSet::new();
    entries.retain(|entry| seen.insert((entry.release, entry.revision)));
    let (pages, open) = Journal::paged(entries);
    for page in &pages {
        store.mend(&Key::JournalPage(page.page), None, &to_json(page).into(), false).await?;
    }
    let last = open.pages;
    store.restore(&Key::Journal, &head, 0, open).await?;
    for n in flaws.present.iter().filter(|n| **n > last) {
        store.delete(&Key::JournalPage(*n)).await?;
    }
    Ok(())
}
