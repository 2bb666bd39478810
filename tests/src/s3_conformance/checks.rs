//! What AWS does, as far as the press room relies on it. Each check names keys of its own, as servers may share a bucket.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use futures::future::join_all;

use super::known;
use super::server::World;

/// The status of an answer, good or bad.
macro_rules! status {
    ($sent:expr) => {
        match $sent {
            Ok(_) => 200,
            Err(error) => error.raw_response().map_or(0, |response| response.status().as_u16()),
        }
    };
}

impl World {
    async fn put(&self, key: &str, body: &str) -> String {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .body(body.to_owned().into_bytes().into());
        put.send().await.unwrap().e_tag.unwrap()
    }

    async fn put_if(&self, key: &str, body: &str, etag: Option<&str>) -> u16 {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .body(body.to_owned().into_bytes().into());
        let put = match etag {
            Some(etag) => put.if_match(etag),
            None => put.if_none_match("*"),
        };
        status!(put.send().await)
    }

    async fn text(&self, key: &str) -> String {
        let got = self.client.get_object().bucket(&self.bucket).key(key).send().await.unwrap();
        String::from_utf8(got.body.collect().await.unwrap().to_vec()).unwrap()
    }

    /// Sends one write per body at once; exactly one must win and be what is stored.
    async fn race(&self, key: &str, writers: usize, etag: Option<&str>) {
        let bodies: Vec<_> = (0..writers).map(|writer| format!("body of writer {writer}")).collect();
        let answers = join_all(bodies.iter().map(|body| self.put_if(key, body, etag))).await;
        let winners: Vec<_> = (0..writers).filter(|writer| answers[*writer] == 200).collect();
        assert_eq!(winners.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|status| [200, 409, 412].contains(status)), "{answers:?}");
        assert_eq!(self.text(key).await, bodies[winners[0]]);
    }
}

pub(super) async fn a_second_put_if_none_match_is_refused(world: &World) {
    assert_eq!(world.put_if("once", "first", None).await, 200);
    assert_eq!(world.put_if("once", "second", None).await, 412);
    assert_eq!(world.text("once").await, "first");
}

pub(super) async fn if_match_writes_only_over_what_it_names(world: &World) {
    let old = world.put("match", "one").await;
    let new = world.put("match", "two").await;
    assert_eq!(world.put_if("match", "stale", Some(&old)).await, 412);
    assert_eq!(
        world.put_if("match-missing", "x", Some(&old)).await,
        known::if_match_on_missing(world.kind)
    );
    assert_eq!(world.text("match").await, "two");
    assert_eq!(world.put_if("match", "three", Some(&new)).await, 200);
    assert_eq!(world.text("match").await, "three");
}

pub(super) async fn one_of_many_first_writers_wins(world: &World) {
    let (writers, rounds) = known::race(world.kind);
    for round in 0..rounds {
        world.race(&format!("race-first-{round}"), writers, None).await;
    }
}

pub(super) async fn one_of_many_replacing_writers_wins(world: &World) {
    let (writers, rounds) = known::race(world.kind);
    for round in 0..rounds {
        let etag = world.put("race-replace", &format!("before round {round}")).await;
        world.race("race-replace", writers, Some(&etag)).await;
    }
}

pub(super) async fn readers_never_see_a_torn_object(world: &World) {
    let body = |round: usize| format!("{:04}", round).repeat(20_000);
    let write = |round| async move {
        let put = world
            .client
            .put_object()
            .bucket(&world.bucket)
            .key("torn")
            .metadata("round", format!("{round:04}"));
        put.body(body(round).into_bytes().into()).send().await.unwrap();
    };
    write(0).await;
    let writing = async {
        for round in 1..30 {
            write(round).await;
        }
    };
    let reading = join_all((0..4).map(|_| async {
        for _ in 0..30 {
            let got = world.client.get_object().bucket(&world.bucket).key("torn").send().await.unwrap();
            let round = got.metadata.unwrap()["round"].clone();
            let text = got.body.collect().await.unwrap().to_vec();
            assert!(text == round.repeat(20_000).into_bytes(), "a mixture of round {round} and another");
        }
    }));
    tokio::join!(writing, reading);
}

pub(super) async fn an_unchanged_object_is_answered_304(world: &World) {
    let etag = world.put("same", "body").await;
    let get = world
        .client
        .get_object()
        .bucket(&world.bucket)
        .key("same")
        .if_none_match(&etag)
        .send()
        .await;
    let error = get.unwrap_err();
    let response = error.raw_response().unwrap();
    assert_eq!(
        (response.status().as_u16(), response.headers().get("etag")),
        (304, Some(etag.as_str()))
    );
    let head = world.client.head_object().bucket(&world.bucket).key("same");
    assert_eq!(status!(head.clone().if_none_match(&etag).send().await), 304);
    assert_eq!(status!(head.if_match("\"0123456789abcdef0123456789abcdef\"").send().await), 412);
}

pub(super) async fn a_range_is_cut_and_one_beyond_the_end_refused(world: &World) {
    world.put("range", "0123456789").await;
    let get = |range: &str| world.client.get_object().bucket(&world.bucket).key("range").range(range).send();
    let part = get("bytes=2-4").await.unwrap();
    assert_eq!(part.content_range.as_deref(), Some("bytes 2-4/10"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"234");
    assert_eq!(get("bytes=-3").await.unwrap().body.collect().await.unwrap().to_vec(), b"789");
    assert_eq!(status!(get("bytes=10-").await), 416);
}

pub(super) async fn listings_page_and_start_after_odd_keys(world: &World) {
    let mut keys: Vec<_> = ["a", "b c", "d%20e", "f+g", "新闻/公报", "zz"]
        .iter()
        .map(|key| format!("list/{key}"))
        .collect();
    keys.sort();
    for key in &keys {
        world.put(key, key).await;
        assert_eq!(&world.text(key).await, key);
    }
    let list = world.client.list_objects_v2().bucket(&world.bucket).prefix("list/");
    let mut found = Vec::new();
    let mut pages = list.clone().max_keys(2).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert!(page.contents().len() <= 2);
        found.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
    }
    assert_eq!(found, keys);
    let rest = list.start_after(&keys[2]).send().await.unwrap();
    assert_eq!(
        rest.contents().iter().map(|object| object.key().unwrap()).collect::<Vec<_>>(),
        keys[3..]
    );
}

pub(super) async fn headers_come_back_as_they_were_sent(world: &World) {
    let put = world
        .client
        .put_object()
        .bucket(&world.bucket)
        .key("headers")
        .body(b"x".to_vec().into());
    put.content_type("application/feed+json")
        .cache_control("max-age=60")
        .metadata("stage", "live")
        .send()
        .await
        .unwrap();
    let got = world.client.get_object().bucket(&world.bucket).key("headers").send().await.unwrap();
    assert_eq!(
        (got.content_type(), got.cache_control()),
        (Some("application/feed+json"), Some("max-age=60"))
    );
    assert_eq!(got.metadata().unwrap()["stage"], "live");
    assert_eq!(got.content_encoding(), None);
}

pub(super) async fn a_streamed_body_has_no_content_encoding(world: &World) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "streamed").unwrap();
    let body = ByteStream::read_from().path(file.path()).build().await.unwrap();
    world
        .client
        .put_object()
        .bucket(&world.bucket)
        .key("streamed")
        .body(body)
        .send()
        .await
        .unwrap();
    let head = world
        .client
        .head_object()
        .bucket(&world.bucket)
        .key("streamed")
        .send()
        .await
        .unwrap();
    assert_eq!(world.text("streamed").await, "streamed");
    assert_eq!(head.content_encoding(), known::encoding_of_streamed(world.kind));
}

pub(super) async fn a_presigned_put_binds_its_type(world: &World) {
    let soon = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let put = world
        .client
        .put_object()
        .bucket(&world.bucket)
        .key("signed")
        .content_type("image/png");
    let url = put.presigned(soon).await.unwrap().uri().to_owned();
    let http = reqwest::Client::new();
    let send = |url: String, kind: &'static str| http.put(url).header("content-type", kind).body("x").send();
    assert_eq!(send(url.clone(), "image/png").await.unwrap().status(), 200);
    assert_eq!(send(url.clone(), "text/html").await.unwrap().status(), 403);
    assert_eq!(send(url.replace("/signed?", "/other?"), "image/png").await.unwrap().status(), 403);
}

pub(super) async fn strangers_are_refused(world: &World) {
    world.put("private", "x").await;
    let refused = if known::authenticates(world.kind) { 403 } else { 200 };
    let url = format!("{}/{}/private", world.endpoint, world.bucket);
    assert_eq!(reqwest::get(url).await.unwrap().status(), refused);
    assert_eq!(
        status!(world.impostor().get_object().bucket(&world.bucket).key("private").send().await),
        refused
    );
}
