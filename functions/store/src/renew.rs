//! `renew`: write a document that several views and the clock decide about, which therefore has no state and no version of its own.
//!
//! Whoever writes it has seen what is there before reading the views, and writes only if that is there still. So of two writers the one
//! that read older views finds that it is too late, and reads again.

use bytes::Bytes;

use crate::{
    Error, Key, Store,
    error::status,
    memory::Known,
    object::{SHA256, usual_etag},
};

/// What stood at an address when somebody looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen(Option<String>);

impl Store {
    /// What is remembered of a document without a version; `None` when nothing is.
    pub fn seen(&self, key: &Key) -> Option<Seen> {
        self.memory.get(&key.path()).map(|known| Seen(Some(known.etag)))
    }

    /// Looks at what is there now.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn see(&self, key: &Key) -> Result<Seen, Error> {
        Ok(Seen(self.head(key).await?.map(|found| found.etag)))
    }

    /// Writes a document if what was seen is still there, or leaves it as it is when it has these bytes already. False when somebody else
    /// wrote it in between: then nothing is remembered of it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`]. Nothing is remembered then either.
    pub async fn renew(&self, key: &Key, seen: &Seen, bytes: Bytes) -> Result<bool, Error> {
        let path = key.path();
        if seen.0.as_ref() == Some(&usual_etag(&bytes)) {
            self.remember_etag(&path, usual_etag(&bytes));
            return Ok(true);
        }
        self.memory.remove(&path);
        let digest = feed::sha256(&bytes);
        let request = self.put_request(key, &bytes).metadata(SHA256, &digest);
        let request = match &seen.0 {
            Some(etag) => request.if_match(etag),
            None => request.if_none_match("*"),
        };
        let written = match Self::send_put(request).await {
            Ok(done) => Some(done.e_tag().unwrap_or_default().to_owned()),
            Err(error) if matches!(status(&error), Some(404 | 409 | 412)) => {
                // 412 also for a write of our own whose reply was lost: equal bytes mean that it is done.
                let found = self.head(key).await?;
                found
                    .filter(|found| found.sha256.as_deref() == Some(&digest))
                    .map(|found| found.etag)
            }
            Err(error) => return Err(Error::of(key, &error)),
        };
        let done = written.is_some();
        if let Some(etag) = written {
            self.remember_etag(&path, etag);
        }
        Ok(done)
    }

    fn remember_etag(&self, path: &str, etag: String) {
        let known = Known {
            etag,
            version: 0,
            state: None,
            bytes: 0,
            own: 0,
        };
        self.memory.put(path, known);
    }
}
