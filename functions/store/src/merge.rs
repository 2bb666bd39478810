//! `merge`: change the state of a view by compare-and-swap, as often as it takes.

use std::{any::Any, sync::Arc};

use feed::State;

use crate::{
    Error, Key, Store,
    error::status,
    memory::Known,
    object::{ATTEMPTS, SHA256, VERSION, pause},
};

/// A view's state after a merge.
#[derive(Debug)]
pub struct Merged<T> {
    /// What is stored now.
    pub state: Arc<T>,
    /// What was stored before, when this merge changed it and there was something.
    pub prior: Option<Arc<T>>,
    /// Of the stored state; rises with every change.
    pub version: u64,
    /// False when nothing had to be written.
    pub changed: bool,
}

/// A state as it was read or last written.
#[derive(Debug)]
pub struct Current<T> {
    /// The state.
    pub state: Arc<T>,
    etag: String,
    version: u64,
}

/// The conditions of a write of a state.
pub(crate) struct Write<'a> {
    /// What must be there; nothing when absent.
    pub(crate) etag: Option<&'a str>,
    /// The version to rise above.
    pub(crate) after: u64,
}

impl<T> Clone for Merged<T> {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            prior: self.prior.clone(),
            version: self.version,
            changed: self.changed,
        }
    }
}

impl<T> Clone for Current<T> {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            etag: self.etag.clone(),
            version: self.version,
        }
    }
}

impl<T> Current<T> {
    /// Of this state; rises with every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Nothing has to be written: the state as it is.
    pub fn unchanged(self) -> Merged<T> {
        Merged {
            state: self.state,
            prior: None,
            version: self.version,
            changed: false,
        }
    }
}

impl Store {
    /// Reads the state of a view, applies `change` and writes it back on condition that nobody wrote in between;
    /// otherwise reads again and repeats. `change` is pure, may run more than once, and answers `None` for "already there".
    ///
    /// `fresh` says that the object is probably not there yet: the first attempt is a create without a read.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the stored state cannot be read, [`Error::Conflict`] when others race without end,
    /// [`Error::Missing`] when nothing is there and `change` leaves it so, [`Error::Unavailable`], [`Error::Denied`].
    pub async fn merge<T, F>(&self, key: &Key, fresh: bool, change: F) -> Result<Merged<T>, Error>
    where
        T: State,
        F: Fn(Option<&T>) -> Option<T>,
    {
        let mut current = self.remembered::<T>(&key.path());
        let mut guess = current.is_some() || fresh;
        for attempt in 0..ATTEMPTS {
            if !std::mem::take(&mut guess) {
                current = self.read_state(key).await?;
            }
            let Some(next) = change(current.as_ref().map(|c| &*c.state)) else {
                let found = current.ok_or_else(|| Error::Missing { key: key.path() })?;
                return Ok(found.unchanged());
            };
            if let Some(merged) = self.swap(key, current.take(), next).await? {
                return Ok(merged);
            }
            // The first loser of a guess at "not there yet" has not met a rival.
            if !(fresh && attempt == 0) {
                pause(attempt).await;
            }
        }
        Err(Error::Conflict { key: key.path() })
    }

    /// The state of a view as last known, else as stored; `None` when it is not there.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the stored state cannot be read, [`Error::Unavailable`], [`Error::Denied`].
    pub async fn load<T>(&self, key: &Key) -> Result<Option<Current<T>>, Error>
    where
        T: State,
    {
        match self.remembered(&key.path()) {
            Some(known) => Ok(Some(known)),
            None => self.read_state(key).await,
        }
    }

    /// The state of a view as stored now, whatever was known of it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the stored state cannot be read, [`Error::Unavailable`], [`Error::Denied`].
    pub async fn load_now<T>(&self, key: &Key) -> Result<Option<Current<T>>, Error>
    where
        T: State,
    {
        self.read_state(key).await
    }

    /// Writes `next` if `current` is still what is stored. `None` when it is not: then what was known of it is forgotten.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn swap<T>(&self, key: &Key, current: Option<Current<T>>, next: T) -> Result<Option<Merged<T>>, Error>
    where
        T: State,
    {
        let write = Write {
            etag: current.as_ref().map(|current| current.etag.as_str()),
            after: current.as_ref().map_or(0, |current| current.version),
        };
        let prior = current.as_ref().map(|current| Arc::clone(&current.state));
        self.write_state(key, write, prior, next).await
    }

    pub(crate) async fn write_state<T>(
        &self,
        key: &Key,
        write: Write<'_>,
        prior: Option<Arc<T>>,
        mut next: T,
    ) -> Result<Option<Merged<T>>, Error>
    where
        T: State,
    {
        let path = key.path();
        next.share(&self.memory.pool);
        // Most states are about as large as before.
        let before = self.memory.get(&path).map_or(0, |known| known.bytes);
        let bytes = next.stored(before + (16 << 10));
        let version = self.clock.version_after(write.after);
        let digest = feed::sha256(&bytes);
        let request = self
            .put_request(key, &bytes)
            .metadata(VERSION, version.to_string())
            .metadata(SHA256, &digest);
        let request = match write.etag {
            Some(etag) => request.if_match(etag),
            None => request.if_none_match("*"),
        };
        let written = match Self::send_put(request).await {
            Ok(done) => Some((done.e_tag().unwrap_or_default().to_owned(), version)),
            Err(error) if matches!(status(&error), Some(404 | 409 | 412)) => {
                // 412 also for a write of our own whose reply was lost: equal bytes mean that it is done.
                let found = self.head(key).await?;
                found
                    .filter(|found| found.sha256.as_deref() == Some(&digest))
                    .map(|found| (found.etag, found.version))
            }
            Err(error) => return Err(Error::of(key, &error)),
        };
        let Some((etag, version)) = written else {
            self.memory.remove(&path);
            return Ok(None);
        };
        let state = Arc::new(next);
        self.remember(&path, &state, etag, version, bytes.len());
        Ok(Some(Merged {
            state,
            prior,
            version,
            changed: true,
        }))
    }

    fn remembered<T: Send + Sync + 'static>(&self, path: &str) -> Option<Current<T>> {
        let known = self.memory.get(path)?;
        let state = known.state?.downcast::<T>().ok()?;
        Some(Current {
            state,
            etag: known.etag,
            version: known.version,
        })
    }

    fn remember<T: State>(&self, path: &str, state: &Arc<T>, etag: String, version: u64, bytes: usize) {
        let own = state.own(bytes);
        let state: Arc<dyn Any + Send + Sync> = state.clone();
        self.memory.put(
            path,
            Known {
                etag,
                version,
                state: Some(state),
                bytes,
                own,
            },
        );
    }

    async fn read_state<T>(&self, key: &Key) -> Result<Option<Current<T>>, Error>
    where
        T: State,
    {
        let Some(found) = self.get(key).await? else { return Ok(None) };
        let mut state: T = serde_json::from_slice(&found.bytes)
            .map_err(|e| Error::corrupt(key, format!("expected a view, found {e}; run `pressroom rebuild`")))?;
        state.share(&self.memory.pool);
        let state = Arc::new(state);
        self.remember(&key.path(), &state, found.etag.clone(), found.version, found.bytes.len());
        Ok(Some(Current {
            state,
            etag: found.etag,
            version: found.version,
        }))
    }
}
