//! Conditional requests: the whole concurrency story rests on them.

use aws_sdk_s3::primitives::DateTime;

use crate::s3_conformance::server::{BUCKET, Server, bytes, status};

pub(in crate::s3_conformance) async fn put_if_none_match_refuses_a_second_writer(server: &Server) {
    let key = server.key("a");
    let put = |body| {
        server
            .client
            .put_object()
            .bucket(BUCKET)
            .key(&key)
            .if_none_match("*")
            .body(bytes(body))
            .send()
    };
    put("first").await.unwrap();
    assert_eq!(status(&put("second").await.unwrap_err()), 412);
    assert_eq!(server.text(&key).await, "first");
}

pub(in crate::s3_conformance) async fn put_if_match_replaces_only_what_was_read(server: &Server) {
    let key = server.key("a");
    let etag = server.put(&key, "first").await;
    let put = |body| {
        server
            .client
            .put_object()
            .bucket(BUCKET)
            .key(&key)
            .if_match(&etag)
            .body(bytes(body))
            .send()
    };
    put("second").await.unwrap();
    assert_eq!(status(&put("third").await.unwrap_err()), 412);
    assert_eq!(server.text(&key).await, "second");
}

pub(in crate::s3_conformance) async fn put_if_match_on_a_missing_key_is_404(server: &Server) {
    let key = server.key("missing");
    let put = server
        .client
        .put_object()
        .bucket(BUCKET)
        .key(&key)
        .if_match("\"0123456789abcdef0123456789abcdef\"")
        .body(bytes("x"));
    let error = put.send().await.unwrap_err();
    assert_eq!(status(&error), 404);
    assert_eq!(error.into_service_error().meta().code(), Some("NoSuchKey"));
}

pub(in crate::s3_conformance) async fn delete_if_match_removes_only_what_was_read(server: &Server) {
    let key = server.key("a");
    let old = server.put(&key, "first").await;
    let new = server.put(&key, "second").await;
    let delete = |etag: &str| server.client.delete_object().bucket(BUCKET).key(&key).if_match(etag).send();
    let refused = delete(&old).await.err().map(|error| status(&error));
    assert_eq!(refused, Some(412), "a stale delete");
    assert_eq!(server.text(&key).await, "second");
    delete(&new).await.unwrap();
    let head = server.client.head_object().bucket(BUCKET).key(&key).send().await;
    assert_eq!(status(&head.unwrap_err()), 404);
}

pub(in crate::s3_conformance) async fn get_and_head_answer_304_with_the_etag(server: &Server) {
    let key = server.key("a");
    let etag = server.put(&key, "body").await;
    let get = server
        .client
        .get_object()
        .bucket(BUCKET)
        .key(&key)
        .if_none_match(&etag)
        .send()
        .await
        .unwrap_err();
    let head = server
        .client
        .head_object()
        .bucket(BUCKET)
        .key(&key)
        .if_none_match(&etag)
        .send()
        .await
        .unwrap_err();
    assert_eq!((status(&get), status(&head)), (304, 304));
    let sent = get.raw_response().unwrap().headers().get("etag").unwrap_or("no etag");
    assert_eq!(sent, etag, "the ETag of a 304");
    server
        .client
        .get_object()
        .bucket(BUCKET)
        .key(&key)
        .if_none_match("\"other\"")
        .send()
        .await
        .unwrap();
}

pub(in crate::s3_conformance) async fn get_and_head_answer_412_when_the_etag_differs(server: &Server) {
    let key = server.key("a");
    let etag = server.put(&key, "body").await;
    let other = "\"0123456789abcdef0123456789abcdef\"";
    let get = server
        .client
        .get_object()
        .bucket(BUCKET)
        .key(&key)
        .if_match(other)
        .send()
        .await
        .unwrap_err();
    let head = server
        .client
        .head_object()
        .bucket(BUCKET)
        .key(&key)
        .if_match(other)
        .send()
        .await
        .unwrap_err();
    assert_eq!((status(&get), status(&head)), (412, 412));
    server
        .client
        .get_object()
        .bucket(BUCKET)
        .key(&key)
        .if_match(etag)
        .send()
        .await
        .unwrap();
}

pub(in crate::s3_conformance) async fn get_answers_304_to_a_later_date(server: &Server) {
    let key = server.key("a");
    server.put(&key, "body").await;
    let modified = server
        .client
        .head_object()
        .bucket(BUCKET)
        .key(&key)
        .send()
        .await
        .unwrap()
        .last_modified
        .unwrap();
    let get = |since| server.client.get_object().bucket(BUCKET).key(&key).if_modified_since(since).send();
    assert_eq!(status(&get(modified).await.unwrap_err()), 304);
    get(DateTime::from_secs(modified.secs() - 60)).await.unwrap();
}
