//! The entries of all views that a function remembers: what they take, and one of each.
//!
//! A release stands in several feeds of a language, with the same entry in each. Feeds that are read or written one by one would have
//! it several times, with all its texts.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use release::Lang;
use uuid::Uuid;

use crate::{Card, Item, Kept, kept::Inner};

/// More entries that nobody has any more than this are cleared away, or as many as there are others.
const DEAD: usize = 256;

/// The entries of the views that share it. Clones are the same pool.
#[derive(Debug, Clone, Default)]
pub struct Pool(Arc<Inside>);

#[derive(Debug, Default)]
struct Inside {
    meter: Meter,
    items: Mutex<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    items: HashMap<Name, Weak<Inner<Item>>>,
    /// With so many it is cleared.
    most: usize,
}

/// What an entry says depends on nothing else, as long as nobody changes `site.toml`.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Name {
    language: Lang,
    release: Uuid,
    revision: u32,
    shortened: bool,
}

impl Pool {
    /// What all entries take, with their texts, in bytes. What views hold besides is not among it.
    pub fn bytes(&self) -> usize {
        self.0.meter.bytes()
    }

    /// Puts the entry that others have already in the place of one that says the same.
    pub(crate) fn share(&self, item: &mut Kept<Item>, language: &Lang) {
        let name = Name {
            language: language.clone(),
            release: item.more.release,
            revision: item.more.revision,
            shortened: item.more.shortened,
        };
        // Whole entries are put in: a panic elsewhere leaves the map sound.
        let mut shelf = self.0.items.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shelf.items.get(&name).and_then(Weak::upgrade).map(Kept::from_inner);
        match known {
            Some(known) if known == *item => *item = known,
            _ => {
                self.measure(item);
                shelf.items.insert(name, item.downgrade());
                shelf.clear();
            }
        }
    }

    /// Counts an entry that only one view has.
    pub(crate) fn measure<T: Weigh>(&self, entry: &Kept<T>) {
        entry.measure(&self.0.meter);
    }
}

impl Shelf {
    fn clear(&mut self) {
        if self.items.len() > self.most {
            self.items.retain(|_, item| item.strong_count() > 0);
            self.most = 2 * self.items.len() + DEAD;
        }
    }
}

/// How much a value takes.
pub(crate) trait Weigh {
    /// About so many bytes, with all that it points to.
    fn weight(&self) -> usize;
}

/// A node of a small map of texts, by language.
const NODE: usize = 600;
/// An attachment or topic, besides its texts.
const PART: usize = 200;

fn map(texts: &BTreeMap<Lang, String>) -> usize {
    let node = if texts.is_empty() { 0 } else { NODE };
    node + texts.values().map(String::len).sum::<usize>()
}

impl Weigh for Item {
    fn weight(&self) -> usize {
        let texts = [&self.id, &self.url, &self.title, &self.content_html, &self.summary, &self.more.json];
        let texts: usize = texts.into_iter().chain(&self.image).map(String::len).sum();
        size_of::<Self>() + texts + map(&self.more.translations) + PART * (self.attachments.len() + self.tags.len())
    }
}

impl Weigh for Card {
    fn weight(&self) -> usize {
        let maps = [&self.title, &self.summary, &self.url].map(map);
        size_of::<Self>()
            + self.json.len()
            + self.sha256.len()
            + maps.iter().sum::<usize>()
            + PART * (self.topics.len() + self.languages.len())
    }
}

/// The sum of many weights.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Arc<AtomicUsize>);

impl Meter {
    fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn subtract(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use release::Site;
    use serde_json::json;

    use super::*;
    use crate::{
        FeedId, FeedView, Kind, Public, State as _,
        known::{self, site},
    };

    fn feed(site: &Site, kind: Kind) -> (FeedId, FeedView) {
        let public = Public::of(&known::revision(1, json!({})), site).unwrap();
        let id = FeedId::new(site.default_language(), kind);
        let view = FeedView::with(None, &[&public], site, &id).unwrap();
        (id, view)
    }

    #[test]
    fn feeds_of_a_language_have_one_entry_together_with_its_texts() {
        let site = site();
        let pool = Pool::default();
        let [(of, mut filled), (_, mut only)] = [Kind::Filled, Kind::Only].map(|kind| feed(&site, kind));
        let before = [filled.stored(0), only.stored(0)];
        assert_eq!(pool.bytes(), 0);
        filled.share(&pool);
        let alone = pool.bytes();
        let text = filled.to_rss(&site, &of).unwrap();
        let rendered = pool.bytes();
        only.share(&pool);
        assert_eq!([filled.stored(0), only.stored(0)], before);
        assert!(alone > 0 && rendered > alone && rendered - alone < text.len());
        assert_eq!(pool.bytes(), rendered);
        // Whoever reads one of them again gets the same one too.
        let mut again: FeedView = serde_json::from_slice(&before[1]).unwrap();
        again.share(&pool);
        assert_eq!(pool.bytes(), rendered);
        drop(filled);
        drop(only);
        assert_eq!(pool.bytes(), rendered);
        drop(again);
        assert_eq!(pool.bytes(), 0);
    }

    #[test]
    fn an_entry_that_says_something_else_stays_what_it_is() {
        let site = site();
        let pool = Pool::default();
        let (_, mut one) = feed(&site, Kind::Filled);
        one.share(&pool);
        let stored = one.stored(0);
        let other = String::from_utf8_lossy(&stored).replace("\"title\": \"", "\"title\": \"Other: ");
        let mut other: FeedView = serde_json::from_str(&other).unwrap();
        let before = other.stored(0);
        other.share(&pool);
        assert_ne!(before, stored);
        assert_eq!([one.stored(0), other.stored(0)], [stored, before]);
    }

    #[test]
    fn it_keeps_no_place_for_entries_that_nobody_has() {
        let site = site();
        let pool = Pool::default();
        let (_, view) = feed(&site, Kind::Filled);
        for revision in 0..10_000 {
            let mut item = Item::clone(&view.items[0]);
            item.more.revision = revision;
            pool.share(&mut Kept::new(item), site.default_language());
        }
        assert_eq!(pool.bytes(), 0);
        assert!(pool.0.items.lock().unwrap().items.len() <= DEAD + 1);
    }

    #[test]
    fn texts_that_were_there_before_count_too() {
        let site = site();
        let pool = Pool::default();
        let (_, mut view) = feed(&site, Kind::Filled);
        let stored: Bytes = view.stored(0);
        view.share(&pool);
        let weight = view.items[0].weight();
        assert!(pool.bytes() > weight && pool.bytes() < weight + stored.len());
    }
}
