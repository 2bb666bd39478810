//! `derive`: write what is rendered from a view's state, never an older rendering over a newer one.

use bytes::Bytes;
use feed::State;

use crate::{
    Current, Error, Key, Merged, Store,
    error::status,
    memory::Known,
    object::{ATTEMPTS, Head, SHA256, VERSION, pause, usual_etag},
};

/// What a writer believes is stored before it writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// Nothing: the view was just made.
    Absent,
    /// These bytes: the rendering of the state before.
    Bytes(Bytes),
    /// Cannot tell: look first.
    Unknown,
}

/// The outcome of a rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// Written now.
    Written,
    /// It was there already.
    Current,
    /// A rendering of a newer state is there; nothing was written.
    Newer,
}

impl Store {
    /// Writes a rendering of the state `version` of a view. `expect` says what is probably there, for when this
    /// function has not written it itself: a wrong guess costs a look, never a wrong write.
    ///
    /// # Errors
    /// [`Error::Conflict`] when others race without end, [`Error::Unavailable`], [`Error::Denied`].
    pub async fn derive(
        &self,
        key: &Key,
        version: u64,
        bytes: impl Into<Bytes>,
        expect: impl FnOnce() -> Expect,
    ) -> Result<Derived, Error> {
        let bytes = bytes.into();
        let path = key.path();
        let known = self.memory.get(&path);
        // What is remembered as newer is looked at: after the loss of a bucket versions count from the start again.
        let newer = known.as_ref().is_some_and(|known| known.version >= version);
        if known
            .as_ref()
            .is_some_and(|known| known.version == version && known.etag == usual_etag(&bytes))
        {
            return Ok(Derived::Current);
        }
        let digest = feed::sha256(&bytes);
        let mut condition = match known {
            Some(_) if newer => None,
            Some(known) => Some(Some(known.etag)),
            None => match expect() {
                Expect::Absent => Some(None),
                Expect::Bytes(bytes) => Some(Some(usual_etag(&bytes))),
                Expect::Unknown => None,
            },
        };
        for attempt in 0..ATTEMPTS {
            let etag = match condition.take() {
                Some(etag) => etag,
                None => match self.head(key).await? {
                    None => None,
                    Some(found) => match self.judge(&path, &found, version, &digest) {
                        Some(outcome) => return Ok(outcome),
                        None => Some(found.etag),
                    },
                },
            };
            let request = self
                .put_request(key, &bytes)
                .metadata(VERSION, version.to_string())
                .metadata(SHA256, &digest);
            let request = match &etag {
                Some(etag) => request.if_match(etag),
                None => request.if_none_match("*"),
            };
            match Self::send_put(request).await {
                Ok(done) => {
                    self.know(&path, done.e_tag().unwrap_or_default(), version);
                    return Ok(Derived::Written);
                }
                Err(error) if matches!(status(&error), Some(404 | 409 | 412)) => {}
                Err(error) => return Err(Error::of(key, &error)),
            }
            if attempt > 0 {
                pause(attempt).await;
            }
        }
        Err(Error::Conflict { key: path })
    }

    /// The version of a document's state that is stored at least, as far as this function remembers.
    pub fn known_version(&self, key: &Key) -> Option<u64> {
        self.memory.get(&key.path()).map(|known| known.version)
    }

    /// Of renderings that were just written: the state from which they have to be written once more, if there is one.
    ///
    /// A state that was lost may be made anew, and brought back by others to what it was. S3 tells objects apart by their bytes, so its
    /// renderings are then taken for those of before, and an older one is written over a newer. So whoever made a state anew
    /// though he remembers renderings (`lost`, see [`Self::was_lost`]), or found it as he remembers it when an event came twice, looks at it again.
    ///
    /// # Errors
    /// As [`Self::load_now`].
    pub async fn moved_on<T: State>(&self, key: &Key, merged: &Merged<T>, lost: bool, repeated: bool) -> Result<Option<Merged<T>>, Error> {
        if !lost && (merged.changed || !repeated) {
            return Ok(None);
        }
        if self.head(key).await?.is_none_or(|now| now.version <= merged.version) {
            return Ok(None);
        }
        Ok(self.load_now::<T>(key).await?.map(Current::unchanged))
    }

    /// True when a state was made anew though its renderings are remembered.
    pub fn was_lost<T>(&self, merged: &Merged<T>, renderings: impl IntoIterator<Item = Key>) -> bool {
        let made = merged.changed && merged.prior.is_none();
        made && renderings.into_iter().any(|key| self.known_version(&key).is_some())
    }

    /// How many bytes the document of a state has, as far as this function remembers it; 0 when it does not.
    pub fn known_bytes(&self, key: &Key) -> usize {
        self.memory.get(&key.path()).map_or(0, |known| known.bytes)
    }

    /// What a look says: newer, ours already, or `None` for "older: write over it".
    fn judge(&self, path: &str, found: &Head, version: u64, digest: &str) -> Option<Derived> {
        let outcome = if found.version > version {
            Derived::Newer
        } else if found.sha256.as_deref() == Some(digest) {
            Derived::Current
        } else {
            return None;
        };
        self.know(path, &found.etag, found.version.max(version));
        Some(outcome)
    }

    fn know(&self, path: &str, etag: &str, version: u64) {
        self.memory.put(
            path,
            Known {
                etag: etag.to_owned(),
                version,
                state: None,
                bytes: 0,
                own: 0,
            },
        );
    }
}
