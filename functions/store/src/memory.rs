//! What a warm function remembers: the last state, ETag and version of each shared object, so that the usual write needs no read.

use std::{
    any::Any,
    sync::{Arc, Mutex, PoisonError},
};

use feed::Pool;
use lru::LruCache;

/// Bytes remembered at once when nobody says otherwise; the least used go first. A site of six languages and ten topics has about 100 feeds
/// of up to 512 KiB; most are far smaller, and they share their entries. A function of 256 MB has this much and its batch.
const BUDGET: usize = 96 << 20;
/// What is remembered of an object besides its state: path, ETag, and its place.
const ENTRY: usize = 400;
/// Of a state besides its entries, which are counted as they are.
const STATE: usize = 4 << 10;

/// The last known write of one object.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) etag: String,
    pub(crate) version: u64,
    /// Of a merged object; renderings need none.
    pub(crate) state: Option<Arc<dyn Any + Send + Sync>>,
    /// Of the state's document.
    pub(crate) bytes: usize,
    /// What the state takes besides entries that are counted with all others.
    pub(crate) own: usize,
}

impl Known {
    fn weight(&self) -> usize {
        ENTRY + self.state.as_ref().map_or(0, |_| STATE + self.own)
    }
}

#[derive(Debug)]
pub(crate) struct Memory {
    now: Mutex<Weighed>,
    budget: usize,
    /// The entries of all states.
    pub(crate) pool: Pool,
}

#[derive(Debug)]
struct Weighed {
    entries: LruCache<String, Known>,
    weight: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self::of(BUDGET)
    }
}

impl Weighed {
    fn remove(&mut self, path: &str) {
        self.weight -= self.entries.pop(path).as_ref().map_or(0, Known::weight);
    }
}

impl Memory {
    /// One that weighs at most `budget` bytes.
    pub(crate) fn of(budget: usize) -> Self {
        let weighed = Weighed {
            entries: LruCache::unbounded(),
            weight: 0,
        };
        Self {
            now: Mutex::new(weighed),
            budget,
            pool: Pool::default(),
        }
    }

    fn now(&self) -> std::sync::MutexGuard<'_, Weighed> {
        // Whole entries are put in and taken out: a panic elsewhere leaves the map sound.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, path: &str) -> Option<Known> {
        self.now().entries.get(path).cloned()
    }

    /// Keeps the newer of what is known and what is told.
    pub(crate) fn put(&self, path: &str, known: Known) {
        let mut now = self.now();
        if now.entries.peek(path).is_some_and(|old| old.version > known.version) {
            return;
        }
        now.remove(path);
        now.weight += known.weight();
        now.entries.put(path.to_owned(), known);
        while now.weight + self.pool.bytes() > self.budget
            && let Some((_, old)) = now.entries.pop_lru()
        {
            now.weight -= old.weight();
        }
    }

    pub(crate) fn remove(&self, path: &str) {
        self.now().remove(path);
    }

    pub(crate) fn clear(&self) {
        let mut now = self.now();
        now.entries.clear();
        now.weight = 0;
    }
}

#[cfg(test)]
mod tests {
    use feed::{FeedView, State as _};
    use serde_json::json;

    use super::*;

    fn known(version: u64, bytes: usize) -> Known {
        Known {
            etag: String::new(),
            version,
            state: Some(Arc::new(())),
            bytes,
            own: bytes,
        }
    }

    #[test]
    fn what_was_used_last_stays_when_the_budget_is_spent() {
        let memory = Memory::default();
        let quarter = BUDGET / 4 - STATE - ENTRY;
        for path in ["a", "b", "c", "d"] {
            memory.put(path, known(1, quarter));
        }
        assert!(memory.get("a").is_some());
        memory.put("e", known(1, quarter));
        let kept = ["a", "b", "c", "d", "e"].map(|path| memory.get(path).is_some());
        assert_eq!(kept, [true, false, true, true, true]);
        memory.remove("a");
        memory.put("f", known(1, quarter));
        assert!(memory.get("c").is_some());
    }

    #[test]
    fn an_older_version_is_not_remembered_over_a_newer_one() {
        let memory = Memory::default();
        memory.put("a", known(2, 1));
        memory.put("a", known(1, 1));
        assert_eq!(memory.get("a").map(|known| known.version), Some(2));
    }

    /// A feed whose only item is large.
    fn feed(name: &str, memory: &Memory) -> Known {
        let item = json!({
            "id": name, "url": "", "title": "", "content_html": "x".repeat(BUDGET / 5 * 3), "summary": "", "date_published": "2024-06-06T00:00:00Z",
            "date_modified": "2024-06-06T00:00:00Z", "language": "en",
            "_pressroom": {"release": "018f0000-0000-7000-8000-000000000001", "revision": 1, "status": "published", "fallback": false,
                "translations": {}, "json": ""}
        });
        let view = json!({
            "version": "", "title": "", "home_page_url": "", "feed_url": "", "description": "", "language": "en", "authors": [], "items": [item],
            "_pressroom": {"about": "", "schema_version": "1.0", "kind": "filled"}
        });
        let mut view: FeedView = serde_json::from_value(view).unwrap();
        view.share(&memory.pool);
        Known {
            state: Some(Arc::new(view)),
            ..known(1, 0)
        }
    }

    #[test]
    fn entries_of_states_count_once_for_all_of_them() {
        let memory = Memory::default();
        memory.put("a", feed("one", &memory));
        memory.put("b", feed("one", &memory));
        let kept = || ["a", "b", "c"].map(|path| memory.get(path).is_some());
        assert_eq!(kept(), [true, true, false]);
        // There is room for one such item, and as long as anyone has it, it takes its room.
        memory.put("c", feed("two", &memory));
        assert_eq!(kept(), [false, false, true]);
    }
}
