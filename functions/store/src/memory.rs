//! What a warm function remembers: the last state, ETag and version of each shared object, so that the usual write needs no read.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Shared objects remembered at once; a site of six languages and ten topics has about 250.
const CAPACITY: usize = 2_000;

/// The last known write of one object.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) etag: String,
    pub(crate) version: u64,
    /// Of a merged object; renderings need none.
    pub(crate) state: Option<Arc<dyn Any + Send + Sync>>,
}

#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<HashMap<String, Known>>);

impl Memory {
    fn map(&self) -> std::sync::MutexGuard<'_, HashMap<String, Known>> {
        // Whole entries are put in and taken out: a panic elsewhere leaves the map sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, path: &str) -> Option<Known> {
        self.map().get(path).cloned()
    }

    /// Keeps the newer of what is known and what is told.
    pub(crate) fn put(&self, path: &str, known: Known) {
        let mut map = self.map();
        if map.len() >= CAPACITY && !map.contains_key(path) {
            // Pages are written once each; forgetting everything now and then costs a few reads.
            map.clear();
        }
        if map.get(path).is_none_or(|old| old.version <= known.version) {
            map.insert(path.to_owned(), known);
        }
    }

    pub(crate) fn remove(&self, path: &str) {
        self.map().remove(path);
    }

    pub(crate) fn clear(&self) {
        self.map().clear();
    }
}
