//! What is known about one object besides its bytes; the sidecar file is this struct as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use s3s::crypto::{Checksum, Crc32, Md5};
use serde::{Deserialize, Serialize};

/// Metadata of a stored object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) key: String,
    /// MD5 in hex without quotes, as AWS has it for a plain PUT.
    pub(super) etag: String,
    pub(super) size: u64,
    pub(super) modified: Timestamp,
    /// Base64; kept for every object, so that a read can tell a damaged file.
    pub(super) crc32: String,
    /// Grows with each write to the bucket: the sequencer of events.
    pub(super) sequence: u64,
    #[serde(flatten)]
    pub(super) headers: Headers,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) user: BTreeMap<String, String>,
}

/// Headers that a GET gives back as the PUT had them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Headers {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_language: Option<String>,
}

impl Meta {
    /// Measures `body`; the rest is for the caller to fill.
    pub(super) fn of(key: &str, body: &[u8]) -> Self {
        Self {
            key: key.to_owned(),
            etag: etag(body),
            size: body.len() as u64,
            modified: Timestamp::now(),
            crc32: crc32(body),
            ..Self::default()
        }
    }

    /// Whether `body` is the one this describes; cheap enough for every read.
    pub(super) fn describes(&self, body: &[u8]) -> bool {
        self.size == body.len() as u64 && self.crc32 == crc32(body)
    }

    pub(super) fn last_modified(&self) -> s3s::dto::Timestamp {
        instant(self.modified.as_millisecond())
    }

    /// HTTP dates know no fractions: the instant a client can have seen.
    pub(super) fn last_modified_second(&self) -> s3s::dto::Timestamp {
        instant(self.modified.as_second() * 1000)
    }

    pub(super) fn sequencer(&self) -> String {
        format!("{:018X}", self.sequence)
    }
}

fn instant(milliseconds: i64) -> s3s::dto::Timestamp {
    // No object is older than 1970.
    (UNIX_EPOCH + Duration::from_millis(milliseconds.unsigned_abs())).into()
}

pub(super) fn etag(body: &[u8]) -> String {
    hex(Md5::checksum(body).as_ref())
}

pub(super) fn crc32(body: &[u8]) -> String {
    STANDARD.encode(Crc32::checksum(body))
}

pub(super) fn md5_base64(body: &[u8]) -> String {
    STANDARD.encode(Md5::checksum(body))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
