//! The site bucket as listed once: a hash of each key and a tag of its bytes, so that millions fit into memory.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use store::{Bucket, Store, Tag};

use super::report::{News, Watch};
use crate::Failure;

/// Photos and files: `publish` neither writes nor removes them.
pub(super) const MEDIA: &str = "media/";

/// What was there and is not accounted for yet.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// No tag: the store's ETag is no MD5, and only a look can tell.
    objects: HashMap<u64, Option<Tag>>,
    /// Objects listed.
    pub(super) total: u64,
    /// Documents of releases among them: about as many as there are public releases.
    pub(super) releases: u64,
}

impl Inventory {
    pub(super) async fn take(store: &Store, watch: &Watch<'_>) -> Result<Self, Failure> {
        let mut inventory = Self::default();
        let mut after: Option<String> = None;
        loop {
            let (listed, more) = store.list_objects(Bucket::Site, "", after.as_deref(), 1_000).await?;
            watch(News::Done(listed.len() as u64));
            for object in listed.iter().filter(|object| !object.path.starts_with(MEDIA)) {
                inventory.objects.insert(hash(&object.path), Tag::parse(&object.etag));
                inventory.total += 1;
                let release = object.path.strip_prefix("releases/").is_some_and(|rest| !rest.contains('/'));
                inventory.releases += u64::from(release);
            }
            after = listed.last().map(|object| object.path.clone());
            if !more {
                return Ok(inventory);
            }
        }
    }

    /// Accounts for an object: true when it was there with these bytes, or was not there and should not be.
    pub(super) fn claim(&mut self, path: &str, expected: Option<Tag>) -> bool {
        match (self.objects.remove(&hash(path)), expected) {
            (None, None) => true,
            (Some(Some(found)), Some(expected)) => found == expected,
            _ => false,
        }
    }

    /// Accounts for an object that may have several contents: true when it was there with one of them.
    pub(super) fn claim_any(&mut self, path: &str, mut expected: impl Iterator<Item = Tag>) -> bool {
        let found = self.objects.remove(&hash(path)).flatten();
        found.is_some_and(|found| expected.any(|tag| tag == found))
    }

    /// True when an object was listed and nobody accounted for it.
    pub(super) fn is_left(&self, path: &str) -> bool {
        self.objects.contains_key(&hash(path))
    }

    /// How many those are.
    pub(super) fn left(&self) -> u64 {
        self.objects.len() as u64
    }
}

/// 64 bits: among ten million keys, two with the same hash are a matter of one in 400,000.
fn hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_accounted_for_once() {
        let mut inventory = Inventory::default();
        inventory.objects.insert(hash("a"), Some(Tag::of(b"news")));
        inventory.objects.insert(hash("b"), None);
        assert!(inventory.claim("none", None) && !inventory.claim("none", Some(Tag::of(b"news"))));
        assert!(inventory.is_left("a") && inventory.claim("a", Some(Tag::of(b"news"))) && !inventory.is_left("a"));
        assert!(!inventory.claim("a", Some(Tag::of(b"news"))), "a hash is taken once");
        assert!(!inventory.claim("b", Some(Tag::of(b"news"))), "only a look can tell");
        assert_eq!(inventory.left(), 0);
    }
}
