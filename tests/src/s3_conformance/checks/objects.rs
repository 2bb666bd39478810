//! Objects, their headers and their keys.

use aws_sdk_s3::types::{Delete, MetadataDirective, ObjectIdentifier};

use crate::s3_conformance::server::{BUCKET, Server, bytes, status};

pub(in crate::s3_conformance) const ODD_KEYS: [&str; 14] = [
    "a",
    "a/b",
    "A",
    "with space",
    "c++ (1).txt",
    "100%25.txt",
    "100%.txt",
    "新闻/公报 1.html",
    "ar/بيان",
    "&<>\"'",
    "a=b,c;d:e@f",
    "~tilde!*",
    "e\u{301}",
    "\u{e9}",
];

pub(in crate::s3_conformance) async fn the_etag_is_the_md5_of_the_body(server: &Server) {
    assert_eq!(server.put(&server.key("a"), "hello").await, "\"5d41402abc4b2a76b9719d911017c592\"");
}

pub(in crate::s3_conformance) async fn headers_and_metadata_come_back(server: &Server) {
    let key = server.key("a");
    let put = server.client.put_object().bucket(BUCKET).key(&key).body(bytes("<p>"));
    let put = put
        .content_type("text/html; charset=utf-8")
        .cache_control("public, max-age=60")
        .content_encoding("identity");
    let put = put.content_disposition("inline; filename=\"a.html\"").content_language("fr");
    put.metadata("write-id", "01J+/= x").metadata("version", "7").send().await.unwrap();
    let head = server.client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
    let get = server.client.get_object().bucket(BUCKET).key(&key).send().await.unwrap();
    assert_eq!(head.content_type(), Some("text/html; charset=utf-8"));
    assert_eq!(head.cache_control(), Some("public, max-age=60"));
    assert_eq!(head.content_disposition(), Some("inline; filename=\"a.html\""));
    assert_eq!(head.content_encoding(), Some("identity"));
    assert_eq!(head.content_length(), Some(3));
    let user = head.metadata().unwrap();
    assert_eq!((user["write-id"].as_str(), user["version"].as_str()), ("01J+/= x", "7"));
    assert_eq!(
        (get.content_type(), get.cache_control()),
        (head.content_type(), head.cache_control())
    );
    assert_eq!((get.metadata(), get.e_tag()), (head.metadata(), head.e_tag()));
    assert_eq!(head.content_language(), Some("fr"), "Content-Language");
}

pub(in crate::s3_conformance) async fn odd_keys_are_apart_and_come_back(server: &Server) {
    come_back(server, ODD_KEYS.map(|name| server.key(name)).into()).await;
}

pub(in crate::s3_conformance) async fn empty_segments_make_other_keys(server: &Server) {
    let keys: Vec<_> = ["d/e", "d//e", "d///e", "t", "t/"]
        .into_iter()
        .map(|name| server.key(name))
        .collect();
    come_back(server, keys.clone()).await;
    let list = server
        .client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix(server.key(""))
        .send()
        .await
        .unwrap();
    let mut listed: Vec<_> = list.contents().iter().map(|object| object.key().unwrap().to_owned()).collect();
    listed.sort();
    let mut keys = keys;
    keys.sort();
    assert_eq!(listed, keys);
}

pub(in crate::s3_conformance) async fn keys_as_long_as_allowed_come_back(server: &Server) {
    let long = "k".repeat(1024 - server.key("").len());
    let wide = "世".repeat(120);
    come_back(server, vec![server.key(&long), server.key(&wide)]).await;
}

async fn come_back(server: &Server, keys: Vec<String>) {
    for key in &keys {
        let put = server.client.put_object().bucket(BUCKET).key(key).body(bytes(key));
        put.send().await.unwrap_or_else(|error| panic!("cannot put {key:?}: {error:?}"));
    }
    for key in &keys {
        let get = server.client.get_object().bucket(BUCKET).key(key).send().await;
        let get = get.unwrap_or_else(|error| panic!("cannot get {key:?}: {error:?}"));
        assert_eq!(get.body.collect().await.unwrap().to_vec(), key.as_bytes(), "the body of {key:?}");
    }
}

pub(in crate::s3_conformance) async fn ranges_and_suffixes_are_cut_right(server: &Server) {
    let key = server.key("a");
    server.put(&key, "0123456789").await;
    for (range, body, said) in [
        ("bytes=0-0", "0", "bytes 0-0/10"),
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=7-99", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=-99", "0123456789", "bytes 0-9/10"),
    ] {
        let get = server
            .client
            .get_object()
            .bucket(BUCKET)
            .key(&key)
            .range(range)
            .send()
            .await
            .unwrap();
        assert_eq!(get.content_range(), Some(said), "{range}");
        assert_eq!(get.body.collect().await.unwrap().to_vec(), body.as_bytes(), "{range}");
    }
}

pub(in crate::s3_conformance) async fn a_range_past_the_end_is_416(server: &Server) {
    let key = server.key("a");
    server.put(&key, "0123456789").await;
    let get = server.client.get_object().bucket(BUCKET).key(&key).range("bytes=10-").send().await;
    assert_eq!(status(&get.unwrap_err()), 416);
}

pub(in crate::s3_conformance) async fn an_empty_object_is_an_object(server: &Server) {
    let key = server.key("a");
    assert_eq!(server.put(&key, "").await, "\"d41d8cd98f00b204e9800998ecf8427e\"");
    let head = server.client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
    assert_eq!(head.content_length(), Some(0));
    assert_eq!(server.text(&key).await, "");
}

pub(in crate::s3_conformance) async fn a_missing_key_is_404_on_get_and_head(server: &Server) {
    let key = server.key("missing");
    let get = server.client.get_object().bucket(BUCKET).key(&key).send().await.unwrap_err();
    let head = server.client.head_object().bucket(BUCKET).key(&key).send().await.unwrap_err();
    assert_eq!((status(&get), status(&head)), (404, 404));
    assert!(get.into_service_error().is_no_such_key());
    assert!(head.into_service_error().is_not_found());
}

pub(in crate::s3_conformance) async fn delete_is_repeatable_and_many_go_at_once(server: &Server) {
    let keys: Vec<_> = ["a", "b c", "新+%"].map(|name| server.key(name)).into();
    for key in &keys {
        server.put(key, "x").await;
    }
    server.client.delete_object().bucket(BUCKET).key(&keys[0]).send().await.unwrap();
    server.client.delete_object().bucket(BUCKET).key(&keys[0]).send().await.unwrap();
    let objects = keys
        .iter()
        .map(|key| ObjectIdentifier::builder().key(key).build().unwrap())
        .collect();
    let delete = Delete::builder().set_objects(Some(objects)).build().unwrap();
    let answer = server.client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert!(answer.errors().is_empty(), "{:?}", answer.errors());
    let left = server
        .client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix(server.key(""))
        .send()
        .await
        .unwrap();
    assert!(left.contents().is_empty(), "{:?}", left.contents());
}

pub(in crate::s3_conformance) async fn copies_keep_or_replace_metadata(server: &Server) {
    let (from, to) = (server.key("from"), server.key("to"));
    let put = server
        .client
        .put_object()
        .bucket(BUCKET)
        .key(&from)
        .body(bytes("body"))
        .content_type("text/plain");
    put.metadata("version", "1").send().await.unwrap();
    let copy = || {
        server
            .client
            .copy_object()
            .bucket(BUCKET)
            .key(&to)
            .copy_source(format!("{BUCKET}/{from}"))
    };
    copy().send().await.unwrap();
    let head = server.client.head_object().bucket(BUCKET).key(&to).send().await.unwrap();
    assert_eq!(
        (head.content_type(), head.metadata().unwrap()["version"].as_str()),
        (Some("text/plain"), "1")
    );
    copy()
        .metadata_directive(MetadataDirective::Replace)
        .metadata("version", "2")
        .send()
        .await
        .unwrap();
    let head = server.client.head_object().bucket(BUCKET).key(&to).send().await.unwrap();
    assert_eq!(head.metadata().unwrap()["version"], "2");
    assert_eq!(server.text(&to).await, "body");
}
