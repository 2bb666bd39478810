//! Listings: every key once, in byte order, whatever it contains and whatever happens in between.

use aws_sdk_s3::types::EncodingType;
use percent_encoding::percent_decode_str;

use super::objects::ODD_KEYS;
use crate::s3_conformance::server::{BUCKET, Server};

async fn pages(server: &Server, prefix: &str, size: i32) -> Vec<String> {
    let mut keys = Vec::new();
    let mut token = None;
    loop {
        let list = server.client.list_objects_v2().bucket(BUCKET).prefix(prefix).max_keys(size);
        let page = list.set_continuation_token(token).send().await.unwrap();
        assert!(page.contents().len() <= usize::try_from(size).unwrap());
        keys.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        if page.is_truncated() != Some(true) {
            return keys;
        }
        token = Some(page.next_continuation_token().expect("a truncated page without a token").to_owned());
    }
}

pub(in crate::s3_conformance) async fn pages_follow_each_other_through_odd_keys(server: &Server) {
    let mut keys: Vec<_> = ODD_KEYS.into_iter().map(|name| server.key(name)).collect();
    for key in &keys {
        server.put(key, "x").await;
    }
    keys.sort();
    for size in [1, 3, 1000] {
        assert_eq!(pages(server, &server.key(""), size).await, keys, "pages of {size}");
    }
}

pub(in crate::s3_conformance) async fn start_after_and_prefix_narrow_a_list(server: &Server) {
    for name in ["due/1", "due/2 +", "due/3", "dug"] {
        server.put(&server.key(name), "x").await;
    }
    let list = |after: &str| {
        let list = server.client.list_objects_v2().bucket(BUCKET).prefix(server.key("due/"));
        list.start_after(server.key(after)).send()
    };
    for (after, left) in [("due/1", 2), ("due/2 +", 1), ("due/2", 2), ("due/", 3), ("a", 3), ("z", 0)] {
        let page = list(after).await.unwrap();
        assert_eq!(
            (page.contents().len(), page.key_count()),
            (left, i32::try_from(left).ok()),
            "after {after}"
        );
    }
}

pub(in crate::s3_conformance) async fn a_delimiter_groups_keys(server: &Server) {
    for name in ["en/1", "en/2", "fr/1", "fr/a/1", "top"] {
        server.put(&server.key(name), "x").await;
    }
    let mut seen = Vec::new();
    let mut token = None;
    loop {
        let list = server
            .client
            .list_objects_v2()
            .bucket(BUCKET)
            .prefix(server.key(""))
            .delimiter("/")
            .max_keys(1);
        let page = list.set_continuation_token(token).send().await.unwrap();
        assert_eq!(page.contents().len() + page.common_prefixes().len(), 1);
        seen.extend(page.common_prefixes().iter().map(|group| group.prefix().unwrap().to_owned()));
        seen.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        if page.is_truncated() != Some(true) {
            break;
        }
        token = page.next_continuation_token().map(str::to_owned);
    }
    assert_eq!(seen, ["en/", "fr/", "top"].map(|name| server.key(name)));
}

pub(in crate::s3_conformance) async fn inserts_between_pages_disturb_nothing(server: &Server) {
    for name in ["b", "d", "f"] {
        server.put(&server.key(name), "x").await;
    }
    let list = || server.client.list_objects_v2().bucket(BUCKET).prefix(server.key("")).max_keys(2);
    let first = list().send().await.unwrap();
    for name in ["a", "c", "e"] {
        server.put(&server.key(name), "x").await;
    }
    server
        .client
        .delete_object()
        .bucket(BUCKET)
        .key(server.key("d"))
        .send()
        .await
        .unwrap();
    let second = list().set_continuation_token(first.next_continuation_token).send().await.unwrap();
    let keys: Vec<_> = second.contents().iter().map(|object| object.key().unwrap().to_owned()).collect();
    assert_eq!(keys, ["e", "f"].map(|name| server.key(name)));
}

pub(in crate::s3_conformance) async fn url_encoding_of_listed_keys_can_be_undone(server: &Server) {
    let mut keys: Vec<_> = ["a b", "a+b", "a%b", "新/\u{1}"].into_iter().map(|name| server.key(name)).collect();
    for key in &keys {
        server.put(key, "x").await;
    }
    keys.sort();
    let list = server
        .client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix(server.key(""))
        .encoding_type(EncodingType::Url);
    let page = list.send().await.unwrap();
    assert_eq!(page.encoding_type(), Some(&EncodingType::Url));
    // As AWS's own clients undo it: `+` is a space.
    let decode = |key: &str| percent_decode_str(&key.replace('+', " ")).decode_utf8().unwrap().into_owned();
    let listed: Vec<_> = page.contents().iter().map(|object| decode(object.key().unwrap())).collect();
    assert_eq!(listed, keys, "keys after decoding");
}
