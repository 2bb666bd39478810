//! Reads public objects by path, with what an HTTP answer needs: for the local site, which stands in for the CDN.

use bytes::Bytes;

use crate::{Bucket, Error, Store, error::status};

/// A public object as it is served.
#[derive(Debug, Clone)]
pub struct Served {
    /// The content.
    pub bytes: Bytes,
    /// Strong, with quotes.
    pub etag: String,
    /// As stored.
    pub content_type: String,
    /// As stored.
    pub cache_control: String,
    /// As stored; of files that a browser keeps instead of showing.
    pub content_disposition: Option<String>,
    /// Seconds since 1970.
    pub last_modified: i64,
}

impl Store {
    /// A public object by its path without the leading slash; `None` when it is not there.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn fetch(&self, path: &str) -> Result<Option<Served>, Error> {
        let request = self.client.get_object().bucket(self.bucket(Bucket::Site)).key(path);
        let found = match request.send().await {
            Ok(found) => found,
            Err(error) if matches!(status(&error), Some(400 | 404)) => return Ok(None),
            Err(error) => return Err(Error::of(path, &error)),
        };
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let (etag, content_type, cache_control) = (text(found.e_tag()), text(found.content_type()), text(found.cache_control()));
        let content_disposition = found.content_disposition().map(str::to_owned);
        let last_modified = found.last_modified().map_or(0, |at| at.secs());
        let body = found.body.collect().await.map_err(|e| Error::Unavailable {
            key: path.to_owned(),
            reason: e.to_string(),
        })?;
        Ok(Some(Served {
            bytes: body.into_bytes(),
            etag,
            content_type,
            cache_control,
            content_disposition,
            last_modified,
        }))
    }

    /// Removes a public object by its path: for making every view anew.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn remove_public(&self, path: &str) -> Result<(), Error> {
        self.memory.remove(path);
        let request = self.client.delete_object().bucket(self.bucket(Bucket::Site)).key(path);
        request.send().await.map_err(|e| Error::of(path, &e))?;
        Ok(())
    }
}
