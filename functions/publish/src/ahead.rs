//! Reads what a batch will change while its own documents are still being written, so that a cold function is as deep as a warm one.
//!
//! It only fills the memory of the store: what cannot be read now is read later.

use std::collections::BTreeSet;

use feed::{FeedId, Month, Stamp};
use futures::future;
use release::{Revision, Site};

use crate::{Desk, feeds, log, months, news};

/// The shared states that releases will change, as far as their revisions tell.
pub(crate) struct Ahead {
    feeds: BTreeSet<FeedId>,
    months: BTreeSet<Month>,
}

impl Ahead {
    pub(crate) fn of<'a>(revisions: impl Iterator<Item = &'a Revision>, site: &Site) -> Self {
        let all = FeedId::all(site);
        let (mut feeds, mut months) = (BTreeSet::new(), BTreeSet::new());
        for revision in revisions {
            let concerned = |feed: &&FeedId| {
                feed.takes(
                    |language| revision.texts.contains_key(language),
                    |topic| revision.topics.contains(topic),
                )
            };
            feeds.extend(all.iter().filter(concerned).cloned());
            months.extend(revision.published.map(|at| Month::of(Stamp::new(at, &site.zone))));
        }
        Self { feeds, months }
    }

    /// Answers what is known of the news, of which the memory of the store holds no more than that.
    pub(crate) async fn read(self, desk: &Desk) -> news::Before {
        if self.feeds.is_empty() {
            return news::Before::default();
        }
        let (_, (), _, news) = future::join4(
            feeds::recall(desk, self.feeds),
            months::recall(desk, &self.months),
            log::recall(desk),
            news::recall(desk, &self.months),
        )
        .await;
        news
    }
}
