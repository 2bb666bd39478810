//! Plain reads and writes of one object.

use aws_sdk_s3::{
    error::SdkError,
    operation::put_object::{PutObjectError, PutObjectOutput, builders::PutObjectFluentBuilder},
    primitives::ByteStream,
    types::{Delete, ObjectIdentifier},
};
use bytes::Bytes;
use md5::Digest as _;

use crate::{Error, Key, Store, error::status};

/// User metadata: which state of its view an object was written for.
pub(crate) const VERSION: &str = "version";
/// User metadata: SHA-256 of the bytes, to know one's own write again whatever the ETag is made of.
pub(crate) const SHA256: &str = "sha256";
/// Attempts of a write that others race with.
pub(crate) const ATTEMPTS: u32 = 40;

/// An object with its validators.
#[derive(Debug, Clone)]
pub struct Object {
    /// The content.
    pub bytes: Bytes,
    /// As the store gave it, with quotes.
    pub etag: String,
    /// Which state of its view it was written for; 0 when it does not say.
    pub version: u64,
}

/// An object without its content.
#[derive(Debug, Clone)]
pub struct Head {
    /// As the store gave it, with quotes.
    pub etag: String,
    /// Which state of its view it was written for; 0 when it does not say.
    pub version: u64,
    /// SHA-256 in hex, when the writer left it.
    pub sha256: Option<String>,
}

/// The outcome of creating an object that must not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It is there now, with these bytes. Also when an earlier attempt's reply was lost.
    New,
    /// Somebody else's is there; nothing was written.
    Exists(Bytes),
}

/// The ETag S3 gives an object written in one part without KMS: MD5 in hex, quoted.
pub(crate) fn usual_etag(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let digest = md5::Md5::digest(bytes);
    let mut etag = String::with_capacity(34);
    etag.push('"');
    for byte in digest {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    etag
}

impl Store {
    pub(crate) fn put_request(&self, key: &Key, bytes: &Bytes) -> PutObjectFluentBuilder {
        self.client
            .put_object()
            .bucket(self.bucket(key.bucket()))
            .key(key.path())
            .content_type(key.content_type())
            .cache_control(key.cache_control())
            .body(ByteStream::from(bytes.clone()))
    }

    /// Sends a write. Its body is guarded by its CRC32 and by TLS: to hash it once more for the signature takes longer than to render it.
    pub(crate) async fn send_put(request: PutObjectFluentBuilder) -> Result<PutObjectOutput, SdkError<PutObjectError>> {
        request.customize().disable_payload_signing().send().await
    }

    /// Reads an object; `None` when it is not there.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn get(&self, key: &Key) -> Result<Option<Object>, Error> {
        let request = self.client.get_object().bucket(self.bucket(key.bucket())).key(key.path());
        match request.send().await {
            Ok(found) => {
                let etag = found.e_tag().unwrap_or_default().to_owned();
                let version = number(found.metadata(), VERSION);
                let body = found.body.collect().await.map_err(|e| Error::Unavailable {
                    key: key.to_string(),
                    reason: e.to_string(),
                })?;
                Ok(Some(Object {
                    bytes: body.into_bytes(),
                    etag,
                    version,
                }))
            }
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(Error::of(key, &error)),
        }
    }

    /// Reads an object's headers; `None` when it is not there.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn head(&self, key: &Key) -> Result<Option<Head>, Error> {
        match self
            .client
            .head_object()
            .bucket(self.bucket(key.bucket()))
            .key(key.path())
            .send()
            .await
        {
            Ok(found) => Ok(Some(Head {
                etag: found.e_tag().unwrap_or_default().to_owned(),
                version: number(found.metadata(), VERSION),
                sha256: found.metadata().and_then(|m| m.get(SHA256)).cloned(),
            })),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(Error::of(key, &error)),
        }
    }

    /// Creates an object that must not exist (`If-None-Match: *`).
    ///
    /// The SDK repeats a write whose reply was lost and then reports 412 for its own success, so on 412 the object
    /// is read back: equal bytes mean that it is ours.
    ///
    /// # Errors
    /// [`Error::Conflict`] when others race without end, [`Error::Unavailable`], [`Error::Denied`].
    pub async fn create(&self, key: &Key, bytes: impl Into<Bytes>) -> Result<Created, Error> {
        let bytes = bytes.into();
        for attempt in 0..ATTEMPTS {
            match Self::send_put(self.put_request(key, &bytes).if_none_match("*")).await {
                Ok(_) => return Ok(Created::New),
                Err(error) => match status(&error) {
                    Some(412) => {
                        if let Some(found) = self.get(key).await? {
                            return Ok(if found.bytes == bytes {
                                Created::New
                            } else {
                                Created::Exists(found.bytes)
                            });
                        }
                    }
                    Some(409) => {}
                    _ => return Err(Error::of(key, &error)),
                },
            }
            pause(attempt).await;
        }
        Err(Error::Conflict { key: key.to_string() })
    }

    /// Writes an object whatever is there: configuration and documents that depend on nothing but it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn put(&self, key: &Key, bytes: impl Into<Bytes>) -> Result<(), Error> {
        let bytes = bytes.into();
        Self::send_put(self.put_request(key, &bytes))
            .await
            .map_err(|e| Error::of(key, &e))?;
        Ok(())
    }

    /// Writes an object unless it has these bytes already: its ETag and date stay as they are then.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn put_changed(&self, key: &Key, bytes: impl Into<Bytes>) -> Result<bool, Error> {
        let bytes = bytes.into();
        if self.get(key).await?.is_some_and(|found| found.bytes == bytes) {
            return Ok(false);
        }
        self.put(key, bytes).await?;
        Ok(true)
    }

    /// Overwrites the object that had `etag`; `false` when it is another one by now.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn replace(&self, key: &Key, etag: &str, bytes: impl Into<Bytes>) -> Result<bool, Error> {
        let bytes = bytes.into();
        match Self::send_put(self.put_request(key, &bytes).if_match(etag)).await {
            Ok(_) => Ok(true),
            Err(error) if matches!(status(&error), Some(404 | 409 | 412)) => {
                Ok(self.get(key).await?.is_some_and(|found| found.bytes == bytes))
            }
            Err(error) => Err(Error::of(key, &error)),
        }
    }

    /// Removes an object; that it is not there is no error.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn delete(&self, key: &Key) -> Result<(), Error> {
        self.memory.remove(&key.path());
        let request = self.client.delete_object().bucket(self.bucket(key.bucket())).key(key.path());
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if status(&error) == Some(404) => Ok(()),
            Err(error) => Err(Error::of(key, &error)),
        }
    }

    /// Removes objects of one bucket; that one is not there is no error. One request for 1,000 of them.
    ///
    /// # Errors
    /// [`Error::Unavailable`], also when the store kept one of them, [`Error::Denied`].
    pub async fn delete_all(&self, bucket: crate::Bucket, keys: &[Key]) -> Result<(), Error> {
        for some in keys.chunks(1_000) {
            let unavailable = |reason: String| Error::Unavailable {
                key: some[0].to_string(),
                reason,
            };
            let objects = some.iter().map(|key| ObjectIdentifier::builder().key(key.path()).build());
            let objects: Vec<_> = objects.collect::<Result<_, _>>().map_err(|e| unavailable(e.to_string()))?;
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let delete = delete.map_err(|e| unavailable(e.to_string()))?;
            let request = self.client.delete_objects().bucket(self.bucket(bucket)).delete(delete);
            let done = request.send().await.map_err(|e| Error::of(&some[0], &e))?;
            if let Some(kept) = done.errors().first() {
                return Err(unavailable(format!("{kept:?}")));
            }
        }
        Ok(())
    }
}

/// A pause before the next attempt, with jitter: two writers that met once must not meet for ever.
pub(crate) async fn pause(attempt: u32) {
    let most = (10_u64 << attempt.min(5)).min(250);
    tokio::time::sleep(std::time::Duration::from_millis(fastrand::u64(1..=most))).await;
}

fn number(metadata: Option<&std::collections::HashMap<String, String>>, name: &str) -> u64 {
    metadata.and_then(|m| m.get(name)).and_then(|text| text.parse().ok()).unwrap_or(0)
}
