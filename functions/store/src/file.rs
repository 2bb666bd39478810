//! Photos and files: sent straight to the content bucket, copied from there to the public, never through a function's memory.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use aws_sdk_s3::{operation::RequestId as _, presigning::PresigningConfig, types::MetadataDirective};
use bytes::Bytes;
use uuid::Uuid;

use crate::{Bucket, Error, Key, Store, error::status};

/// A file is known by how it begins: all signatures are within, and of nearly all photographs the size, which stands behind what their editors
/// wrote into them.
const BEGIN: usize = 256 << 10;
/// Named by content, it never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A permission to send one file: one request, exactly this one.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Where the file is put. Whoever has it may send the file: it is a secret, and never logged.
    pub url: String,
    /// What the request must carry.
    pub headers: BTreeMap<String, String>,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket")
    }
}

/// A file that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Bytes.
    pub size: u64,
    /// Its first bytes.
    pub begin: Bytes,
}

impl Store {
    /// A permission to send the file with this SHA-256 (in hex), for a time. S3 refuses other bytes, another size and another type.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when nobody may sign, or the SHA-256 is none.
    pub async fn ticket(&self, sha256: &str, kind: &str, size: u64, now: SystemTime, valid: Duration) -> Result<Ticket, Error> {
        let key = Key::File(sha256.to_owned());
        let unavailable = |reason: String| Error::Unavailable { key: key.path(), reason };
        let digest = base64(sha256).ok_or_else(|| unavailable("expected a SHA-256 in hex".to_owned()))?;
        let presigning = PresigningConfig::builder().start_time(now).expires_in(valid).build();
        let presigning = presigning.map_err(|e| unavailable(e.to_string()))?;
        let request = self.client.put_object().bucket(self.bucket(Bucket::Content)).key(key.path());
        let request = request
            .content_type(kind)
            .content_length(i64::try_from(size).unwrap_or(i64::MAX))
            .checksum_sha256(digest)
            .cache_control(key.cache_control());
        // The error may hold what was signed.
        let signed = request.presigned(presigning).await;
        let signed = signed.map_err(|e| unavailable(format!("no URL could be signed: {:?}", e.request_id())))?;
        // The length is signed too; every client says it by itself, and browsers let nobody else do so.
        let headers = signed.headers().filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Ticket {
            url: signed.uri().to_owned(),
            headers: headers.collect(),
        })
    }

    /// Where the office reads a file that is not public, for a time. The URL is a secret, and never logged.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when nobody may sign.
    pub async fn private_url(&self, sha256: &str, kind: &str, now: SystemTime, valid: Duration) -> Result<String, Error> {
        let key = Key::File(sha256.to_owned());
        let unavailable = || Error::Unavailable {
            key: key.path(),
            reason: "no URL could be signed".to_owned(),
        };
        let presigning = PresigningConfig::builder().start_time(now).expires_in(valid).build();
        let request = self.client.get_object().bucket(self.bucket(Bucket::Content)).key(key.path());
        let signed = request
            .response_content_type(kind)
            .presigned(presigning.map_err(|_| unavailable())?)
            .await;
        Ok(signed.map_err(|_| unavailable())?.uri().to_owned())
    }

    /// Keeps a file that came through a function: small ones only, since it holds them in memory. S3 refuses other bytes. One request.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn keep_file(&self, sha256: &str, kind: &str, bytes: Bytes) -> Result<(), Error> {
        let key = Key::File(sha256.to_owned());
        let request = self.client.put_object().bucket(self.bucket(Bucket::Content)).key(key.path());
        let request = request
            .content_type(kind)
            .set_checksum_sha256(base64(sha256))
            .cache_control(key.cache_control());
        match request.body(bytes.into()).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::of(&key, &error)),
        }
    }

    /// Looks at a file; `None` when it has not arrived. One request.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn arrived(&self, sha256: &str) -> Result<Option<Arrived>, Error> {
        let key = Key::File(sha256.to_owned());
        let request = self.client.get_object().bucket(self.bucket(Bucket::Content)).key(key.path());
        let found = match request.range(format!("bytes=0-{}", BEGIN - 1)).send().await {
            Ok(found) => found,
            Err(error) if status(&error) == Some(404) => return Ok(None),
            // An empty object has no first byte (RFC 9110, section 15.5.17).
            Err(error) if status(&error) == Some(416) => {
                return Ok(Some(Arrived {
                    size: 0,
                    begin: Bytes::new(),
                }));
            }
            Err(error) => return Err(Error::of(&key, &error)),
        };
        let whole = found.content_range().and_then(|range| range.rsplit('/').next()?.parse().ok());
        let unavailable = |e: aws_sdk_s3::primitives::ByteStreamError| Error::Unavailable {
            key: key.path(),
            reason: e.to_string(),
        };
        let begin = found.body.collect().await.map_err(unavailable)?.into_bytes();
        let size = whole.unwrap_or(begin.len() as u64);
        Ok(Some(Arrived { size, begin }))
    }

    /// Shows a file in public because of a release; `false` when it is not there. The bytes stay within S3.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn show_file(&self, sha256: &str, name: &str, kind: &str, release: Uuid) -> Result<bool, Error> {
        // First the reason, then the file: whoever hides it for another release sees the reason, before or after.
        self.put(&Key::Use(sha256.to_owned(), name.to_owned(), release), "").await?;
        self.copy(sha256, name, kind).await
    }

    async fn copy(&self, sha256: &str, name: &str, kind: &str) -> Result<bool, Error> {
        let (from, to) = (Key::File(sha256.to_owned()).path(), public(sha256, name));
        let request = self.client.copy_object().bucket(self.bucket(Bucket::Site)).key(&to);
        let request = request
            .copy_source(format!("{}/{from}", self.bucket(Bucket::Content)))
            .metadata_directive(MetadataDirective::Replace)
            .content_type(kind)
            .cache_control(FOR_EVER)
            // What is no picture, sound or film is kept, not opened: a document may hold programs.
            .set_content_disposition((!shows(kind)).then(|| "attachment".to_owned()));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) => Err(Error::of(&to, &error)),
        }
    }

    /// Takes a file from the public, unless another release shows it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn hide_file(&self, sha256: &str, name: &str, kind: &str, release: Uuid) -> Result<(), Error> {
        self.delete(&Key::Use(sha256.to_owned(), name.to_owned(), release)).await?;
        if self.file_is_used(sha256, name).await? {
            return Ok(());
        }
        self.remove_public(&public(sha256, name)).await?;
        // Another release may have come to show it meanwhile.
        if self.file_is_used(sha256, name).await? {
            self.copy(sha256, name, kind).await?;
        }
        Ok(())
    }

    /// True when any release shows this file under this name.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn file_is_used(&self, sha256: &str, name: &str) -> Result<bool, Error> {
        let prefix = format!("uses/{sha256}/{name}/");
        Ok(!self.list(Bucket::Content, &prefix, None, 1).await?.0.is_empty())
    }

    /// True when the file is in the public bucket under this name.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn file_is_public(&self, sha256: &str, name: &str) -> Result<bool, Error> {
        let key = public(sha256, name);
        match self.client.head_object().bucket(self.bucket(Bucket::Site)).key(&key).send().await {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) => Err(Error::of(&key, &error)),
        }
    }
}

/// The object of a file in the site bucket.
fn public(sha256: &str, name: &str) -> String {
    format!("media/{sha256}/{name}")
}

/// A browser shows it within a page.
fn shows(kind: &str) -> bool {
    ["image/", "audio/", "video/"].iter().any(|prefix| kind.starts_with(prefix))
}

/// A digest in hex as the headers of S3 have it.
fn base64(hex: &str) -> Option<String> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let bytes = (0..32).map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).ok());
    let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
    Some(aws_smithy_types::base64::encode(bytes))
}
