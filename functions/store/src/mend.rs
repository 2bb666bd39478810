//! `look` and `mend`: put an object right that is damaged, old or gone, without ever undoing what somebody newer wrote.

use std::sync::Arc;

use bytes::Bytes;
use feed::State;
use serde::de::DeserializeOwned;

use crate::{
    Bucket, Error, Key, Merged, Store,
    error::status,
    merge::Write,
    object::{ATTEMPTS, SHA256, VERSION, pause},
};

/// A shared object as it is stored, also when it cannot be read.
#[derive(Debug, Clone)]
pub struct Look<T> {
    /// The state; `None` when nothing is there, or nothing that can be read.
    pub state: Option<Arc<T>>,
    /// What is there.
    pub bytes: Option<Bytes>,
    /// Which write it is; 0 when it does not say.
    pub version: u64,
    etag: Option<String>,
}

impl<T> Look<T> {
    /// True when both looks saw the same write.
    pub fn same<U>(&self, other: &Look<U>) -> bool {
        (&self.etag, self.version) == (&other.etag, other.version)
    }
}

/// What `mend` found, and left right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mended {
    /// It was right.
    Right,
    /// It was not there.
    Missing,
    /// It had other bytes.
    Different,
    /// It is a rendering of this newer state; nothing was written.
    Newer(u64),
}

impl Store {
    /// Looks at the state of a view as stored now, whatever was known of it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn look<T: DeserializeOwned>(&self, key: &Key) -> Result<Look<T>, Error> {
        self.memory.remove(&key.path());
        let found = self.get(key).await?;
        let state = found.as_ref().and_then(|found| serde_json::from_slice(&found.bytes).ok());
        Ok(Look {
            state: state.map(Arc::new),
            version: found.as_ref().map_or(0, |found| found.version),
            etag: found.as_ref().map(|found| found.etag.clone()),
            bytes: found.map(|found| found.bytes),
        })
    }

    /// Writes `next` if what was looked at is still what is stored, with a version above `floor`. `None` when it is not.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn restore<T>(&self, key: &Key, found: &Look<T>, floor: u64, next: T) -> Result<Option<Merged<T>>, Error>
    where
        T: State,
    {
        let write = Write {
            etag: found.etag.as_deref(),
            after: found.version.max(floor),
        };
        self.write_state(key, write, found.state.clone(), next).await
    }

    /// Makes an object have these bytes. `version` is that of the state it is rendered from; none when it has no state. `absent` says
    /// that it is probably not there: a wrong guess costs a request.
    ///
    /// # Errors
    /// [`Error::Conflict`] when others race without end, [`Error::Unavailable`], [`Error::Denied`].
    pub async fn mend(&self, key: &Key, version: Option<u64>, bytes: &Bytes, absent: bool) -> Result<Mended, Error> {
        self.memory.remove(&key.path());
        let mut absent = absent;
        for attempt in 0..ATTEMPTS {
            let found = if std::mem::take(&mut absent) { None } else { self.get(key).await? };
            if let Some(found) = &found {
                if found.bytes == *bytes {
                    return Ok(Mended::Right);
                }
                if version.is_some_and(|version| found.version > version) {
                    return Ok(Mended::Newer(found.version));
                }
            }
            let mut request = self.put_request(key, bytes);
            if let Some(version) = version {
                let digest = feed::sha256(bytes);
                request = request.metadata(VERSION, version.to_string()).metadata(SHA256, digest);
            }
            let request = match &found {
                Some(found) => request.if_match(&found.etag),
                None => request.if_none_match("*"),
            };
            match Self::send_put(request).await {
                Ok(_) => return Ok(if found.is_some() { Mended::Different } else { Mended::Missing }),
                Err(error) if matches!(status(&error), Some(404 | 409 | 412)) => {}
                Err(error) => return Err(Error::of(key, &error)),
            }
            if attempt > 0 {
                pause(attempt).await;
            }
        }
        Err(Error::Conflict { key: key.path() })
    }

    /// Removes what was looked at; `false` when somebody wrote it in between.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn remove_seen<T>(&self, key: &Key, found: &Look<T>) -> Result<bool, Error> {
        match &found.etag {
            Some(etag) => self.remove(key.bucket(), &key.path(), etag).await,
            None => Ok(true),
        }
    }

    /// Removes the object that had `etag`; `false` when it is another one by now.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn remove(&self, bucket: Bucket, path: &str, etag: &str) -> Result<bool, Error> {
        self.memory.remove(path);
        let request = self.client.delete_object().bucket(self.bucket(bucket)).key(path).if_match(etag);
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(true),
            Err(error) if matches!(status(&error), Some(409 | 412)) => Ok(false),
            Err(error) => Err(Error::of(path, &error)),
        }
    }
}
