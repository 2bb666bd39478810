//! The news sitemap, worked out from one or two months and the clock: whenever a release comes into such a month, and by the sweeper each
//! hour, since what is news stops to be so when nothing happens.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use feed::{Month, MonthView, News};
use jiff::{SignedDuration, Timestamp};
use store::{Key, Seen};

use crate::{Desk, Failure, months::Merge};

/// A document that nobody judged for so long is judged by the sweeper. Contract: at least daily.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Rivals that write it in between, before the work is given back.
const RIVALS: u64 = 40;

/// When this function last judged what is news. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Judged(Arc<Mutex<Option<Timestamp>>>);

impl Judged {
    fn now(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, now: Timestamp) {
        *self.now() = Some(now);
    }

    /// True when it was an hour ago or more, or never.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.now().is_none_or(|last| now.duration_since(last).abs() >= HOUR)
    }
}

/// What is known of the document before releases come into their months.
#[derive(Debug, Default)]
pub(crate) struct Before {
    seen: Option<Seen>,
    /// It is remembered from when this function wrote it: what it remembers of months is no older.
    sure: bool,
}

/// What is remembered of the document.
pub(crate) fn before(desk: &Desk) -> Before {
    let seen = desk.store.seen(&Key::NewsSitemap);
    Before {
        sure: seen.is_some(),
        seen,
    }
}

/// The same, with a look when nothing is remembered and one of the months may hold news. What cannot be seen now is seen later.
pub(crate) async fn recall(desk: &Desk, months: &BTreeSet<Month>) -> Before {
    let (known, news) = (before(desk), News::at(desk.store.now(), &desk.site));
    if known.sure || !months.iter().any(|month| news.concerns(*month)) {
        return known;
    }
    Before {
        seen: desk.store.see(&Key::NewsSitemap).await.ok(),
        sure: false,
    }
}

/// Brings the document up to date with months that have just been merged.
pub(crate) async fn refresh(desk: &Desk, before: &Before, merges: &[Merge]) -> Result<(), Failure> {
    let now = desk.store.now();
    let news = News::at(now, &desk.site);
    if !merges.iter().any(|merge| news.concerns(merge.month)) {
        return Ok(());
    }
    let Some(seen) = &before.seen else { return judge(desk).await };
    let mut views = Vec::new();
    for month in news.months() {
        // A month that was only read may have been remembered since before the document was seen.
        let merged = merges.iter().find(|merge| merge.month == month && (merge.changed() || before.sure));
        let view = match merged {
            Some(merge) => Some(merge.state()),
            None if before.sure => load(desk, month).await?,
            None => load_now(desk, month).await?,
        };
        views.extend(view);
    }
    let bytes = news.render(views.iter().map(|view| &**view), &desk.site);
    if desk.store.renew(&Key::NewsSitemap, seen, bytes).await? {
        desk.judged.set(now);
        return Ok(());
    }
    judge(desk).await
}

/// Works the document out from what is stored.
pub(crate) async fn judge(desk: &Desk) -> Result<(), Failure> {
    for attempt in 0..RIVALS {
        // First: whoever writes after this look has read the months later than that.
        let seen = desk.store.see(&Key::NewsSitemap).await?;
        let now = desk.store.now();
        let news = News::at(now, &desk.site);
        let mut views = Vec::new();
        for month in news.months() {
            views.extend(load_now(desk, month).await?);
        }
        let bytes = news.render(views.iter().map(|view| &**view), &desk.site);
        if desk.store.renew(&Key::NewsSitemap, &seen, bytes).await? {
            desk.judged.set(now);
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10 * attempt.min(20))).await;
    }
    Err(store::Error::Conflict {
        key: Key::NewsSitemap.path(),
    }
    .into())
}

fn state(desk: &Desk, month: Month) -> Key {
    Key::Month(desk.site.default_language().clone(), month)
}

async fn load(desk: &Desk, month: Month) -> Result<Option<Arc<MonthView>>, Failure> {
    Ok(desk.store.load(&state(desk, month)).await?.map(|found| found.state))
}

async fn load_now(desk: &Desk, month: Month) -> Result<Option<Arc<MonthView>>, Failure> {
    Ok(desk.store.load_now(&state(desk, month)).await?.map(|found| found.state))
}
