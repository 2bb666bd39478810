//! The site port over HTTP (conformance, section 1.11).

use std::io::Read as _;

use crate::harness::Room;

#[tokio::test]
async fn a_feed_has_validators_and_answers_304() {
    let room = Room::open(&[]);
    let first = room.get("/en/rss.xml").await;
    assert_eq!(first.headers()["content-type"], "application/rss+xml; charset=utf-8");
    assert_eq!(first.headers()["cache-control"], "public, max-age=60, stale-while-revalidate=300");
    let etag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert!(!etag.starts_with("W/"));
    for tag in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
        let again = room
            .request("GET", "/en/rss.xml")
            .header("if-none-match", &tag)
            .send()
            .await
            .unwrap();
        assert_eq!(again.status(), 304, "{tag}");
        assert_eq!(again.headers()["access-control-allow-origin"], "*");
        assert!(again.headers().contains_key("etag") && again.headers().contains_key("cache-control"));
    }
    let head = room.request("HEAD", "/en/rss.xml").send().await.unwrap();
    assert_eq!(
        head.headers()["content-length"].to_str().unwrap(),
        first.text().await.unwrap().len().to_string()
    );
}

#[tokio::test]
async fn a_reader_that_takes_brotli_gets_it() {
    let room = Room::open(&[]);
    let packed = room.request("GET", "/en/rss.xml").header("accept-encoding", "br;q=1, gzip;q=0.5");
    let packed = packed.send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "br");
    let mut text = String::new();
    brotli_decompressor::Decompressor::new(&packed.bytes().await.unwrap()[..], 4_096)
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, room.text("/en/rss.xml").await);
}

#[tokio::test]
#[allow(non_snake_case)]
async fn B126_a_compressed_feed_has_a_weak_etag_that_still_matches() {
    let room = Room::open(&[]);
    let packed = room
        .request("GET", "/en/feed.json")
        .header("accept-encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["vary"].to_str().unwrap().to_ascii_lowercase(), "accept-encoding");
    let etag = packed.headers()["etag"].to_str().unwrap().to_owned();
    assert!(etag.starts_with("W/"), "{etag}");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&packed.bytes().await.unwrap()[..])
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, room.text("/en/feed.json").await);
    let again = room
        .request("GET", "/en/feed.json")
        .header("accept-encoding", "gzip")
        .header("if-none-match", &etag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);
}

#[tokio::test]
async fn an_address_where_nothing_is_says_so_in_every_language() {
    let room = Room::open(&["--no-sample"]);
    for path in [
        "/nothing",
        "/en/2016/06/nothing/",
        "/../etc/passwd",
        "/%2e%2e/x",
        "/releases/x.json",
    ] {
        let response = room.get(path).await;
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }
    assert_eq!(room.request("POST", "/en/rss.xml").send().await.unwrap().status(), 405);
    assert_eq!(room.get("/en").await.headers()["location"], "/en/");
}

#[tokio::test]
async fn the_index_leads_to_every_document() {
    let room = Room::open(&["--no-sample"]);
    let index = room.json("/index.json").await;
    let mut urls: Vec<String> = index["schemas"]
        .as_object()
        .unwrap()
        .values()
        .map(|url| url.as_str().unwrap().to_owned())
        .collect();
    for feed in index["feeds"].as_array().unwrap() {
        urls.extend(["rss", "atom", "json"].map(|format| feed[format].as_str().unwrap().to_owned()));
    }
    urls.extend(
        index["archives"]
            .as_object()
            .unwrap()
            .values()
            .map(|url| url.as_str().unwrap().to_owned()),
    );
    urls.push(index["changes"].as_str().unwrap().to_owned());
    assert_eq!(urls.len(), 8 + 6 * 5 * 3 + 6 + 1);
    for url in urls {
        assert_eq!(room.get(url.strip_prefix(&room.url).unwrap()).await.status(), 200, "{url}");
    }
}

crate::stack::on_a_stack!(
    an_address_where_nothing_is_says_so_in_every_language,
    the_index_leads_to_every_document,
);
