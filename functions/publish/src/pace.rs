//! How the archive keeps pace with an office that never rests.
//!
//! A month has documents for each language, as JSON, Atom, page and sitemap, and all of them grow with the month. To write two dozen of several
//! megabytes for each batch would cost more than everything else. So of a large month that has just been written, a batch brings only those
//! renderings up to date that are behind most; a marker says that the others are owed. The next batches take their turns. When none
//! comes, the sweeper finds the marker.
//!
//! The month's state is always written, so nothing is ever lost; and every feed is up to date before its release counts as public.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use feed::Month;
use store::{Key, Store};

/// Releases of a month from which its renderings take turns.
const LARGE: usize = 2_000;
/// Releases of a large month that one batch renders, in as many documents as that makes; one document at least.
const TURN: usize = 6_000;

/// What of the archive is written at once, and what is owed.
#[derive(Debug, Clone)]
pub struct Pace {
    large: usize,
    turn: usize,
    /// Months whose renderings were behind this version of their state, as marked by this function. Clones share them.
    owed: Arc<Mutex<BTreeSet<(Month, u64)>>>,
}

impl Default for Pace {
    fn default() -> Self {
        Self::of(LARGE, TURN)
    }
}

impl Pace {
    /// From `large` releases of a month on, as many renderings a batch as show `turn` releases together; one at least.
    pub fn of(large: usize, turn: usize) -> Self {
        Self {
            large,
            turn,
            owed: Arc::default(),
        }
    }

    /// Nothing ever waits.
    pub fn whole() -> Self {
        Self::of(usize::MAX, 0)
    }

    /// True of a month whose renderings take turns.
    fn is_large(&self, releases: usize) -> bool {
        releases >= self.large
    }

    /// Those of a month's renderings whose turn it is: all of a small one, and of one that is not remembered.
    pub(crate) fn turn(&self, store: &Store, releases: usize, all: Vec<Key>) -> Vec<Key> {
        if !self.is_large(releases) {
            return all;
        }
        let ages: Option<Vec<u64>> = all.iter().map(|key| store.known_version(key)).collect();
        let Some(ages) = ages else { return all };
        let mut turn: Vec<(u64, Key)> = ages.into_iter().zip(all).collect();
        turn.sort_by_key(|(version, _)| *version);
        turn.truncate((self.turn / releases.max(1)).max(1));
        turn.into_iter().map(|(_, key)| key).collect()
    }

    /// A marker was written.
    pub(crate) fn owe(&self, month: Month, version: u64) {
        self.now().insert((month, version));
    }

    /// Markers of this function that have done their work. `renderings` names those of a month.
    pub(crate) fn paid(&self, store: &Store, renderings: impl Fn(Month) -> Vec<Key>) -> Vec<Key> {
        let mut owed = self.now();
        let mut paid = Vec::new();
        owed.retain(|(month, version)| {
            let behind = renderings(*month)
                .iter()
                .any(|key| store.known_version(key).is_none_or(|known| known < *version));
            if !behind {
                paid.push(Key::Owed(*month, *version));
            }
            behind
        });
        paid
    }

    fn now(&self) -> MutexGuard<'_, BTreeSet<(Month, u64)>> {
        // Whole entries come and go: a panic elsewhere leaves the set sound.
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
