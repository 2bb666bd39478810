//! Checksums: a bad upload is refused before it replaces anything, and a good one is stored as it was.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;

use crate::s3_conformance::raw;
use crate::s3_conformance::server::{BUCKET, Server, bytes, status};

/// CRC32 of "hello", and of nothing like it.
const RIGHT: &str = "NhCmhg==";
const WRONG: &str = "AAAAAA==";

pub(in crate::s3_conformance) async fn a_wrong_crc32_header_leaves_the_old_object(server: &Server) {
    let key = server.key("a");
    server.put(&key, "old").await;
    let put = |crc| {
        server
            .client
            .put_object()
            .bucket(BUCKET)
            .key(&key)
            .checksum_crc32(crc)
            .body(bytes("hello"))
            .send()
    };
    assert_eq!(put(WRONG).await.err().map(|error| status(&error)), Some(400), "a wrong header");
    assert_eq!(server.text(&key).await, "old");
    put(RIGHT).await.unwrap();
    assert_eq!(server.text(&key).await, "hello");
}

pub(in crate::s3_conformance) async fn a_wrong_crc32_trailer_leaves_the_old_object(server: &Server) {
    let key = server.key("a");
    server.put(&key, "old").await;
    let put = |trailer| raw::trailer_put(&server.endpoint, &key, "hello", trailer);
    let refused = put(WRONG).await;
    assert_eq!(refused, 400, "a wrong trailer");
    assert_eq!(server.text(&key).await, "old");
    assert_eq!(put(RIGHT).await, 200, "a right trailer");
    assert_eq!(server.text(&key).await, "hello");
}

pub(in crate::s3_conformance) async fn a_wrong_content_md5_leaves_the_old_object(server: &Server) {
    let key = server.key("a");
    server.put(&key, "old").await;
    let put = |md5| {
        server
            .client
            .put_object()
            .bucket(BUCKET)
            .key(&key)
            .content_md5(md5)
            .body(bytes("hello"))
            .send()
    };
    let refused = put("AAAAAAAAAAAAAAAAAAAAAA==").await;
    assert_eq!(refused.err().map(|error| status(&error)), Some(400), "a wrong MD5");
    assert_eq!(server.text(&key).await, "old");
    put("XUFAKrxLKna5cZ2REBfFkg==").await.unwrap();
}

pub(in crate::s3_conformance) async fn a_streamed_upload_is_stored_without_its_framing(server: &Server) {
    let key = server.key("a");
    server
        .client
        .put_object()
        .bucket(BUCKET)
        .key(&key)
        .body(streamed("hello").await)
        .send()
        .await
        .unwrap();
    assert_eq!(server.text(&key).await, "hello");
    let head = server.client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
    assert_eq!(
        (head.content_length(), head.e_tag()),
        (Some(5), Some("\"5d41402abc4b2a76b9719d911017c592\""))
    );
    assert_eq!(
        head.content_encoding().unwrap_or_default(),
        "",
        "the framing is not part of the object"
    );
}

pub(in crate::s3_conformance) async fn crc32_comes_back_when_asked_for(server: &Server) {
    let key = server.key("a");
    server.put(&key, "hello").await;
    let head = server
        .client
        .head_object()
        .bucket(BUCKET)
        .key(&key)
        .checksum_mode(ChecksumMode::Enabled)
        .send()
        .await
        .unwrap();
    assert_eq!(head.checksum_crc32(), Some(RIGHT), "x-amz-checksum-crc32");
}

/// A body that is not in memory: the SDK sends it `aws-chunked`, with its checksum as a trailer.
async fn streamed(body: &str) -> ByteStream {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), body).unwrap();
    let stream = ByteStream::read_from().path(file.path()).build().await.unwrap();
    // Read lazily by path; a handful of bytes that the next `cargo clean` of the system's temporary folder takes.
    file.keep().unwrap();
    stream
}
