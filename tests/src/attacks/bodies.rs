//! Bodies of requests that are too large, too odd or lie about themselves: a clear answer, and a process that goes on.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::Room;

fn titled(title: &str) -> String {
    json!({"texts": {"en": {"title": title, "body": "x"}}}).to_string()
}

/// The status and the problem of what must be refused.
async fn refused(room: &Room, kind: &str, body: impl Into<Vec<u8>>) -> (u16, Value) {
    let (status, problem) = room.post(kind, body.into()).await;
    assert_eq!(problem["status"], status, "{problem}");
    assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
    assert!(problem.to_string().len() < 100_000, "an answer as long as its question");
    (status, problem)
}

async fn goes_on(room: &Room) {
    let (status, saved) = room.post("application/json", titled("Still at work")).await;
    assert_eq!(status, 201, "{saved}");
    room.until("/en/rss.xml", |text| text.contains("Still at work")).await;
}

#[tokio::test]
async fn S16_many_keys_twice_the_same_key_and_numbers_out_of_range_are_refused() {
    let room = Room::open(&["--no-sample"]);
    let many: Vec<String> = (0..450_000).map(|n| format!("\"{n:x}\":1")).collect();
    let many = format!("{{{}}}", many.join(","));
    assert!((4_000_000..5 * 1024 * 1024).contains(&many.len()), "{}", many.len());
    let (status, problem) = refused(&room, "application/json", many).await;
    assert_eq!((status, problem["errors"].as_array().unwrap().len()), (422, 100));
    let million = format!("{{{}}}", vec!["\"a\":1"; 800_000].join(","));
    let (status, problem) = refused(&room, "application/json", million).await;
    assert!(
        status == 400 && problem["detail"].as_str().unwrap().contains("\"a\" stands twice"),
        "{problem}"
    );
    for (twice, name) in [
        (
            "{\"texts\":{\"en\":{\"title\":\"Seen by a checker\",\"title\":\"Published\",\"body\":\"x\"}}}",
            "title",
        ),
        (
            "{\"status\":\"draft\",\"texts\":{\"en\":{\"title\":\"T\",\"body\":\"x\"}},\"status\":\"published\"}",
            "status",
        ),
        ("{\"texts\":{\"en\":{\"title\":\"T\",\"body\":\"x\"}},\"\\u0074exts\":{}}", "texts"),
    ] {
        let (status, problem) = refused(&room, "application/json", twice).await;
        assert!(
            status == 400 && problem["detail"].as_str().unwrap().contains(&format!("{name:?} stands twice")),
            "{problem}"
        );
    }
    for number in ["1e400", "-1e999999999", "01", "1.", "NaN", "Infinity", "0x1"] {
        let body = format!("{{\"texts\":{{\"en\":{{\"title\":\"T\",\"body\":\"x\"}}}},\"media\":[{{\"size\":{number}}}]}}");
        assert_eq!(refused(&room, "application/json", body).await.0, 400, "{number}");
    }
    for number in ["1e300", "-1", "1.5", "18446744073709551616"] {
        let body = format!("{{\"texts\":{{\"en\":{{\"title\":\"T\",\"body\":\"x\"}}}},\"media\":[{{\"size\":{number}}}]}}");
        let (status, problem) = refused(&room, "application/json", body).await;
        assert!(
            status == 422 && problem.to_string().contains("/media/0/size"),
            "{number}: {problem}"
        );
    }
    goes_on(&room).await;
}

#[tokio::test]
async fn S16_a_request_that_lies_about_its_length_makes_no_release_and_stops_nobody() {
    let room = Room::open(&["--no-sample"]);
    let address = room.url.strip_prefix("http://").unwrap();
    let body = titled("Half of it");
    let send = async |length: &str, body: &[u8], ends: bool| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /v1/releases?status=published HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\nconnection: close\r\n{length}\r\n\r\n",
            room.token
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        if ends {
            stream.shutdown().await.unwrap();
        }
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said).await;
        String::from_utf8_lossy(&said).into_owned()
    };
    let real = body.len();
    let gzip = "transfer-encoding: gzip".to_owned();
    let chunked = || "transfer-encoding: chunked".to_owned();
    for (length, sent, ends) in [
        (format!("content-length: {}", real + 10), body.as_bytes(), true),
        (format!("content-length: {}", real - 10), body.as_bytes(), false),
        (
            format!("content-length: {real}\r\ncontent-length: {}", real - 1),
            body.as_bytes(),
            false,
        ),
        ("content-length: -1".to_owned(), body.as_bytes(), false),
        ("content-length: 99999999999999999999".to_owned(), body.as_bytes(), false),
        (chunked(), body.as_bytes(), false),
        (chunked(), b"ffffffffffffffff\r\nx".as_slice(), true),
        (chunked(), b"4\r\n{\"te".as_slice(), true),
        (gzip, body.as_bytes(), false),
    ] {
        let said = send(&length, sent, ends).await;
        // No answer at all is one, too: the connection ends.
        let status = said.split(' ').nth(1).unwrap_or(if ends { "0" } else { "none" });
        assert!(matches!(status, "0" | "400" | "411" | "413" | "422" | "501"), "{length}: {said}");
    }
    let good = send(&format!("content-length: {real}"), body.as_bytes(), false).await;
    assert!(good.starts_with("HTTP/1.1 201"), "{good}");
    goes_on(&room).await;
    let board = room.request("GET", "/v1/releases").bearer_auth(&room.token).send().await.unwrap();
    let board: Value = board.json().await.unwrap();
    assert_eq!(board["releases"].as_array().map(Vec::len), Some(2), "{board}");
}

#[tokio::test]
async fn S06_what_xml_cannot_carry_or_takes_for_its_own_is_refused_or_text() {
    let room = Room::open(&["--no-sample"]);
    for half in ["\\ud800", "\\udfff x", "a\\ud800\\u0041"] {
        assert_eq!(
            refused(&room, "application/json", titled("Half").replace("Half", half)).await.0,
            400,
            "{half}"
        );
    }
    let (status, problem) = refused(&room, "application/json", titled(&"x".repeat(10 << 20))).await;
    assert!(status == 413 && problem["detail"].as_str().unwrap().contains("5 MiB"), "{problem}");
    let title = "]]> &bogus; <?xml version=\"1.0\"?> a\u{feff}b\u{fffe}c\u{ffff}d <!ENTITY x \"y\">";
    let (status, saved) = room.post("application/json", titled(title)).await;
    assert_eq!(status, 201, "{saved}");
    let expected = "]]> &bogus; <?xml version=\"1.0\"?> abcd <!ENTITY x \"y\">";
    let warnings = saved["warnings"].to_string();
    assert!(warnings.contains("U+FFFE") && warnings.contains("U+FFFF"), "{warnings}");
    room.until("/en/feed.json", |text| text.contains("&bogus;")).await;
    for name in ["rss.xml", "atom.xml", "feed.json"] {
        let text = room.until(&format!("/en/{name}"), |text| text.contains("bogus")).await;
        let feed = feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{name}: {e}: {text}"));
        assert_eq!(feed.entries[0].title.as_ref().unwrap().content, expected, "{name}");
    }
}

crate::stack::on_a_stack!(
    S16_many_keys_twice_the_same_key_and_numbers_out_of_range_are_refused,
    S06_what_xml_cannot_carry_or_takes_for_its_own_is_refused_or_text,
);
