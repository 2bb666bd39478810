//! Between the protocol's types and the store's.

use std::io::ErrorKind;
use std::ops::Range as Bytes;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::list::Page;
use super::object::Meta;
use super::store::{Condition, Refusal};

/// `encoding-type=url`: a space as `%20`, which every decoder reads as a space; `/` stays, as on AWS.
const LISTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'*');

pub(super) fn error(refusal: Refusal) -> S3Error {
    let io = match refusal {
        Refusal::NoSuchBucket => return S3ErrorCode::NoSuchBucket.into(),
        Refusal::NoSuchKey => return S3ErrorCode::NoSuchKey.into(),
        Refusal::Precondition => return S3ErrorCode::PreconditionFailed.into(),
        Refusal::Damaged(key) => {
            tracing::error!(key, "the file does not match its metadata; was it edited by hand?");
            // A code and status of our own: an SDK does not repeat it, and the caller can tell it from a store that is down.
            let mut error = S3Error::with_message(S3ErrorCode::Custom("DamagedObject".into()), "the stored object is damaged");
            error.set_status_code(StatusCode::UNPROCESSABLE_ENTITY);
            return error;
        }
        Refusal::Io(error) => error,
    };
    tracing::error!(error = %io, "the data directory does not take it");
    // Trying again does not help here, so the code is none that an SDK repeats.
    let full = matches!(
        io.kind(),
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::FileTooLarge
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::PermissionDenied
    );
    if full {
        let mut error = S3Error::with_message(S3ErrorCode::Custom("InsufficientStorage".into()), format!("cannot store: {io}"));
        error.set_status_code(StatusCode::INSUFFICIENT_STORAGE);
        return error;
    }
    S3Error::with_source(S3ErrorCode::InternalError, Box::new(io))
}

/// The condition of a write.
pub(super) fn condition(matches: Option<&ETagCondition>, none_match: Option<&ETagCondition>) -> S3Result<Condition> {
    match (matches, none_match) {
        (None, None) => Ok(Condition::Always),
        (None, Some(ETagCondition::Any)) => Ok(Condition::Absent),
        (Some(ETagCondition::Any), None) => Ok(Condition::Exists),
        (Some(ETagCondition::ETag(etag)), None) => Ok(Condition::Matches(etag.value().to_owned())),
        // As AWS: a write knows no other combination.
        _ => Err(S3Error::with_message(
            S3ErrorCode::NotImplemented,
            "If-None-Match takes only `*` on a write, and no If-Match beside it",
        )),
    }
}

/// The conditions of a read, in the order of RFC 9110.
pub(super) fn preconditions(
    meta: &Meta,
    matches: Option<&ETagCondition>,
    none_match: Option<&ETagCondition>,
    modified_since: Option<&Timestamp>,
    unmodified_since: Option<&Timestamp>,
) -> S3Result {
    let modified = meta.last_modified_second();
    let failed = match matches {
        Some(condition) => !is(condition, meta),
        None => unmodified_since.is_some_and(|since| modified > *since),
    };
    if failed {
        return Err(S3ErrorCode::PreconditionFailed.into());
    }
    let unchanged = match none_match {
        Some(condition) => is(condition, meta),
        None => modified_since.is_some_and(|since| modified <= *since),
    };
    if unchanged { Err(not_modified(meta)) } else { Ok(()) }
}

pub(super) fn copy_preconditions(meta: &Meta, matches: Option<&ETagCondition>, none_match: Option<&ETagCondition>) -> S3Result {
    let met = matches.is_none_or(|condition| is(condition, meta)) && !none_match.is_some_and(|condition| is(condition, meta));
    if met { Ok(()) } else { Err(S3ErrorCode::PreconditionFailed.into()) }
}

fn is(condition: &ETagCondition, meta: &Meta) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == meta.etag,
    }
}

/// 304 carries what a cache needs to go on with its copy.
fn not_modified(meta: &Meta) -> S3Error {
    let mut headers = HeaderMap::new();
    let mut set = |name, value: Option<HeaderValue>| value.map(|value| headers.insert(name, value));
    set(header::ETAG, HeaderValue::try_from(format!("\"{}\"", meta.etag)).ok());
    set(header::LAST_MODIFIED, http_date(meta));
    set(
        header::CACHE_CONTROL,
        meta.headers
            .cache_control
            .as_deref()
            .and_then(|text| HeaderValue::from_str(text).ok()),
    );
    let mut error = S3Error::new(S3ErrorCode::NotModified);
    error.set_headers(headers);
    error
}

fn http_date(meta: &Meta) -> Option<HeaderValue> {
    let mut text = Vec::new();
    meta.last_modified().format(TimestampFormat::HttpDate, &mut text).ok()?;
    HeaderValue::from_bytes(&text).ok()
}

/// The bytes asked for, or none when the whole object is.
pub(super) fn range(meta: &Meta, range: Option<Range>) -> S3Result<Option<Bytes<u64>>> {
    let Some(range) = range else { return Ok(None) };
    range.check(meta.size).map(Some).map_err(|_| {
        let mut error = S3Error::new(S3ErrorCode::InvalidRange);
        if let Ok(value) = HeaderValue::try_from(format!("bytes */{}", meta.size)) {
            error.set_headers(HeaderMap::from_iter([(header::CONTENT_RANGE, value)]));
        }
        error
    })
}

pub(super) fn head(meta: &Meta, checksum: bool) -> HeadObjectOutput {
    let headers = meta.headers.clone();
    HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: headers.cache_control,
        checksum_crc32: checksum.then(|| meta.crc32.clone()),
        checksum_type: checksum.then(|| ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
        content_disposition: headers.content_disposition,
        content_encoding: headers.content_encoding,
        content_language: headers.content_language,
        content_length: i64::try_from(meta.size).ok(),
        content_type: Some(headers.content_type.unwrap_or_else(|| "binary/octet-stream".to_owned())),
        e_tag: Some(ETag::Strong(meta.etag.clone())),
        last_modified: Some(meta.last_modified()),
        metadata: Some(meta.user.clone().into_iter().collect()),
        ..HeadObjectOutput::default()
    }
}

/// The framing of an upload is not part of what was uploaded.
pub(super) fn content_encoding(sent: Option<&str>) -> Option<String> {
    let codings = sent?
        .split(',')
        .map(str::trim)
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("aws-chunked"));
    let codings = codings.collect::<Vec<_>>().join(",");
    (!codings.is_empty()).then_some(codings)
}

pub(super) fn page(page: &Page, url: bool) -> (Vec<Object>, Vec<CommonPrefix>) {
    let object = |object: &super::store::Object| Object {
        key: Some(encoded(object.meta.key.clone(), url)),
        e_tag: Some(ETag::Strong(object.meta.etag.clone())),
        size: i64::try_from(object.meta.size).ok(),
        last_modified: Some(object.meta.last_modified()),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..Object::default()
    };
    let group = |prefix: &String| CommonPrefix {
        prefix: Some(encoded(prefix.clone(), url)),
    };
    (
        page.objects.iter().map(object).collect(),
        page.common_prefixes.iter().map(group).collect(),
    )
}

pub(super) fn encoded(text: String, url: bool) -> String {
    if url {
        utf8_percent_encode(&text, LISTED).to_string()
    } else {
        text
    }
}
