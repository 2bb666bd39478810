//! The body of a PUT: gathered up to a limit and checked against every checksum that came with it.
//! Nothing is stored before this is content, so a bad upload never touches the object it was meant to replace.

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{HeaderMap, StatusCode};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{PutObjectInput, StreamingBlob};
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use super::object;

/// Gathers and checks the body of `request`.
pub(super) async fn receive(request: &mut S3Request<PutObjectInput>, limit: usize) -> S3Result<Bytes> {
    let declared = request.input.content_length.and_then(|length| usize::try_from(length).ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let body = match request.input.body.take() {
        Some(stream) => gather(stream, declared.unwrap_or(0), limit).await?,
        None => Bytes::new(),
    };
    if declared.is_some_and(|length| length != body.len()) {
        return Err(S3ErrorCode::IncompleteBody.into());
    }
    let trailers = request.trailing_headers.as_ref().and_then(|trailers| trailers.take());
    check(&request.input, trailers.as_ref(), &body)?;
    Ok(body)
}

async fn gather(mut stream: StreamingBlob, expected: usize, limit: usize) -> S3Result<Bytes> {
    // Most bodies arrive in one piece: no copy then.
    let Some(first) = stream.next().await else {
        return Ok(Bytes::new());
    };
    let first = first.map_err(broken)?;
    let Some(second) = stream.next().await else {
        return if first.len() > limit { Err(too_large()) } else { Ok(first) };
    };
    let mut body = BytesMut::with_capacity(expected.max(first.len()));
    body.extend_from_slice(&first);
    body.extend_from_slice(&second.map_err(broken)?);
    while body.len() <= limit {
        let Some(chunk) = stream.next().await else {
            return Ok(body.freeze());
        };
        body.extend_from_slice(&chunk.map_err(broken)?);
    }
    Err(too_large())
}

fn too_large() -> S3Error {
    S3Error::with_message(S3ErrorCode::EntityTooLarge, "the object is larger than this server takes")
}

/// The streams of `s3s` check signature and hash of what passes; their errors have no type of their own.
fn broken(error: s3s::StdError) -> S3Error {
    let text = error.to_string();
    let code = if text.contains("Sha256Mismatch") {
        S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into())
    } else if text.contains("SignatureMismatch") {
        S3ErrorCode::SignatureDoesNotMatch
    } else {
        S3ErrorCode::IncompleteBody
    };
    let mut broken = S3Error::with_source(code, error);
    if broken.status_code().is_none() {
        broken.set_status_code(StatusCode::BAD_REQUEST);
    }
    broken
}

fn check(input: &PutObjectInput, trailers: Option<&HeaderMap>, body: &Bytes) -> S3Result {
    let bad = |which: &str| {
        Err(S3Error::with_message(
            S3ErrorCode::BadDigest,
            format!("{which} does not match the body"),
        ))
    };
    if input.content_md5.as_ref().is_some_and(|md5| *md5 != object::md5_base64(body)) {
        return bad("Content-MD5");
    }
    let trailer = |name: &str| trailers?.get(name)?.to_str().ok().map(str::to_owned);
    let wanted = [
        ("x-amz-checksum-crc32", &input.checksum_crc32),
        ("x-amz-checksum-crc32c", &input.checksum_crc32c),
        ("x-amz-checksum-crc64nvme", &input.checksum_crc64nvme),
        ("x-amz-checksum-sha1", &input.checksum_sha1),
        ("x-amz-checksum-sha256", &input.checksum_sha256),
    ]
    .map(|(name, header)| (name, header.clone().or_else(|| trailer(name))));
    let [crc32, crc32c, crc64nvme, sha1, sha256] = &wanted;
    let mut hasher = ChecksumHasher {
        crc32: crc32.1.as_ref().map(|_| Crc32::new()),
        crc32c: crc32c.1.as_ref().map(|_| Crc32c::new()),
        crc64nvme: crc64nvme.1.as_ref().map(|_| Crc64Nvme::new()),
        sha1: sha1.1.as_ref().map(|_| Sha1::new()),
        sha256: sha256.1.as_ref().map(|_| Sha256::new()),
    };
    hasher.update(body);
    let found = hasher.finalize();
    let found = [
        found.checksum_crc32,
        found.checksum_crc32c,
        found.checksum_crc64nvme,
        found.checksum_sha1,
        found.checksum_sha256,
    ];
    match wanted.iter().zip(&found).find(|((_, wanted), found)| wanted != *found) {
        Some(((name, _), _)) => bad(name),
        None => Ok(()),
    }
}
