//! The change log: the journal by compare-and-swap, then what the public reads of it.

use bytes::Bytes;
use feed::{Changes, ChangesPage, Entry, Journal, JournalPage, to_json};
use futures::future;
use store::{Created, Current, Error, Expect, Key, Store};

use crate::{Desk, Failure};

/// Rivals that append in between, before the work is given back.
const ATTEMPTS: usize = 40;

/// The journal after an append, and what is known of its public form.
pub(crate) struct Appended {
    journal: store::Merged<Journal>,
}

/// Reads the journal if it is not remembered. If it cannot be read now, it is read later.
pub(crate) async fn recall(desk: &Desk) -> bool {
    desk.store.load::<Journal>(&Key::Journal).await.is_ok()
}

/// Appends revisions that the log does not hold, and seals what is full.
pub(crate) async fn append(desk: &Desk, entries: &[Entry]) -> Result<Appended, Failure> {
    let store = &desk.store;
    for _ in 0..ATTEMPTS {
        let current: Option<Current<Journal>> = store.load(&Key::Journal).await?;
        let journal = current.as_ref().map(|c| (*c.state).clone()).unwrap_or_default();
        let mut new = Vec::new();
        for entry in entries {
            if !journal.holds(entry) && !sealed(store, &journal, entry).await? {
                new.push(entry.clone());
            }
        }
        let next = journal.append(&new);
        let merged = match (next, current) {
            (Some(next), current) => match store.swap(&Key::Journal, current, next).await? {
                Some(merged) => merged,
                None => continue,
            },
            (None, Some(current)) => current.unchanged(),
            (None, None) => match store.swap(&Key::Journal, None, Journal::default()).await? {
                Some(merged) => merged,
                None => continue,
            },
        };
        if let Some(journal) = seal(desk, merged).await? {
            return Ok(Appended { journal });
        }
    }
    Err(Error::Conflict { key: Key::Journal.path() }.into())
}

/// Whether a sealed page holds the revision. Pages whose revisions were all saved before it need no look.
async fn sealed(store: &Store, journal: &Journal, entry: &Entry) -> Result<bool, Failure> {
    let (mut page, mut through) = (journal.pages, journal.through);
    while page > 0 && through >= Some(entry.at) {
        let key = Key::JournalPage(page);
        let found: Current<JournalPage> = store.load(&key).await?.ok_or_else(|| Error::Missing { key: key.path() })?;
        if found.state.holds(entry) {
            return Ok(true);
        }
        through = found.state.before;
        page -= 1;
    }
    Ok(false)
}

/// Seals full pages: private page, public page, then the journal without them. `None` when somebody else was faster.
async fn seal(desk: &Desk, mut merged: store::Merged<Journal>) -> Result<Option<store::Merged<Journal>>, Failure> {
    let store = &desk.store;
    let first = merged.prior.clone();
    while let Some((page, rest)) = merged.state.seal() {
        // Both hold what the journal holds, in which it stays until both are there. Neither overwrites anything.
        let (private, public) = (Key::JournalPage(page.page), Key::ChangesPage(page.page));
        let bytes = Bytes::from(to_json(&ChangesPage::of(&page, &desk.site)));
        let create = future::try_join(store.create(&private, to_json(&page)), store.create(&public, bytes.clone()));
        let (sealed, shown) = create.await?;
        if let Created::Exists(_) = sealed {
            let reason = "it is sealed with other changes than the journal has; restore journal/ from its versions";
            return Err(Failure::Damaged(format!("{private}: {reason}")));
        }
        if let Created::Exists(_) = shown {
            // A restored or hand-made page: the journal is the truth.
            store.put(&public, bytes).await?;
        }
        let Some(current) = store.load(&Key::Journal).await? else {
            return Ok(None);
        };
        if *current.state != *merged.state {
            return Ok(None);
        }
        merged = match store.swap(&Key::Journal, Some(current), rest).await? {
            Some(merged) => merged,
            None => return Ok(None),
        };
    }
    merged.prior = first.or(merged.prior);
    Ok(Some(merged))
}

/// Shows the public the journal as appended.
pub(crate) async fn show(desk: &Desk, appended: &Appended) -> Result<(), Failure> {
    let public = |journal: &Journal| Bytes::from(to_json(&Changes::of(journal, &desk.site)));
    let journal = &appended.journal;
    let expect = || match &journal.prior {
        Some(prior) => Expect::Bytes(public(prior)),
        None => Expect::Unknown,
    };
    desk.store
        .derive(&Key::Changes, journal.version, public(&journal.state), expect)
        .await?;
    Ok(())
}
