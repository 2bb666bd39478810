//! Listings: what is known of objects without reading them.

use aws_sdk_s3::primitives::DateTime;
use md5::Digest as _;

use uuid::Uuid;

use crate::{Bucket, Error, Key, Store};

/// The first half of an MD5: enough to tell two versions of one document apart, small enough for millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag(u64);

impl Tag {
    /// The tag of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let digest = md5::Md5::digest(bytes);
        Self(digest.iter().take(8).fold(0, |tag, byte| tag << 8 | u64::from(*byte)))
    }

    /// The tag that an ETag says; `None` when it is no MD5 (an upload in parts).
    pub fn parse(etag: &str) -> Option<Self> {
        let hex = etag.trim_matches('"');
        let md5 = hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let half = md5.then(|| hex.get(..16))??;
        u64::from_str_radix(half, 16).ok().map(Self)
    }
}

/// An object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key in the bucket.
    pub path: String,
    /// As the store gave it, with quotes.
    pub etag: String,
    /// The second of its last write, since 1970, by the store's clock.
    pub written: i64,
}

impl Store {
    /// Objects after `start_after` that begin with `prefix`, in order, at most `limit` (up to 1,000), and whether there are more.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn list_objects(
        &self,
        bucket: Bucket,
        prefix: &str,
        start_after: Option<&str>,
        limit: i32,
    ) -> Result<(Vec<Listed>, bool), Error> {
        let request = self.client.list_objects_v2().bucket(self.bucket(bucket)).prefix(prefix);
        let page = request
            .max_keys(limit)
            .set_start_after(start_after.map(str::to_owned))
            .customize()
            .interceptor(self.reference.clone())
            .send()
            .await
            .map_err(|e| Error::of(prefix, &e))?;
        let listed = page.contents().iter().filter_map(|object| {
            Some(Listed {
                path: object.key()?.to_owned(),
                etag: object.e_tag().unwrap_or_default().to_owned(),
                written: object.last_modified().map_or(0, DateTime::secs),
            })
        });
        Ok((listed.collect(), page.is_truncated() == Some(true)))
    }

    /// Only the keys.
    ///
    /// # Errors
    /// As [`Self::list_objects`].
    pub async fn list(&self, bucket: Bucket, prefix: &str, start_after: Option<&str>, limit: i32) -> Result<(Vec<String>, bool), Error> {
        let (listed, more) = self.list_objects(bucket, prefix, start_after, limit).await?;
        Ok((listed.into_iter().map(|object| object.path).collect(), more))
    }

    /// The numbers of a release's revisions, in order; none of a release that is not there.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Denied`].
    pub async fn revisions(&self, id: Uuid) -> Result<Vec<u32>, Error> {
        let prefix = format!("releases/{id}/");
        let mut numbers = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let (keys, more) = self.list(Bucket::Content, &prefix, after.as_deref(), 1_000).await?;
            numbers.extend(keys.iter().filter_map(|key| Key::revision_of(key)).map(|(_, n)| n));
            after = keys.last().cloned();
            if !more || after.is_none() {
                numbers.sort_unstable();
                return Ok(numbers);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::usual_etag;

    #[test]
    fn an_etag_of_one_part_is_the_tag_of_the_bytes_and_any_other_is_none() {
        assert_eq!(Tag::parse(&usual_etag(b"news")), Some(Tag::of(b"news")));
        assert_ne!(Tag::of(b"news"), Tag::of(b"new"));
        for odd in [
            "\"0123456789abcdef0123456789abcdef-2\"",
            "\"\"",
            "",
            "\"x123456789abcdef0123456789abcdef\"",
        ] {
            assert_eq!(Tag::parse(odd), None, "{odd}");
        }
    }
}
