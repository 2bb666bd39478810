//! Bad input: a clear answer, quickly, and a process that goes on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::{Room, answer};

const LIMIT: usize = 5 * 1024 * 1024;

/// A release with one more or another field, as bytes.
fn titled(title: &str) -> Vec<u8> {
    json!({"texts": {"en": {"title": title, "body": "x"}}}).to_string().into_bytes()
}

fn bodied(body: &str, format: &str) -> Vec<u8> {
    let text = json!({"title": "T", "body": body, "format": format});
    json!({"texts": {"en": text}}).to_string().into_bytes()
}

/// Posts what must be refused with `wanted`; answers the problem.
async fn refused(room: &Room, kind: &str, body: impl Into<Vec<u8>>, wanted: u16) -> Value {
    let body = body.into();
    let start = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
    let asked = Instant::now();
    let (status, problem) = room.post(kind, body).await;
    // A machine shared with other tests is slow; what is not bounded takes minutes.
    assert!(asked.elapsed() < Duration::from_secs(5), "{kind} {start}: {:?}", asked.elapsed());
    assert_eq!(status, wanted, "{kind} {start} {problem}");
    assert_eq!(problem["status"], wanted, "{problem}");
    assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
    let said = problem.to_string();
    assert!(!said.contains("panicked") && !said.contains(".rs:"), "{said}");
    assert!(said.len() < 100_000, "an answer that repeats its question: {} bytes", said.len());
    problem
}

fn fault<'a>(problem: &'a Value, pointer: &str) -> &'a str {
    let mut errors = problem["errors"].as_array().into_iter().flatten();
    let found = errors.find(|error| error["pointer"] == pointer);
    found.unwrap_or_else(|| panic!("{pointer} is missing in {problem}"))["message"]
        .as_str()
        .unwrap()
}

/// The same process takes and publishes a good release.
async fn goes_on(room: &Room) {
    let (status, saved) = room.post("application/json", titled("Still at work")).await;
    assert_eq!(status, 201, "{saved}");
    room.until("/en/rss.xml", |text| text.contains("Still at work")).await;
}

#[tokio::test]
async fn a_stranger_is_told_how_to_sign_in_and_nothing_else() {
    let room = Room::open(&["--no-sample"]);
    for (method, path) in [
        ("GET", "/v1/releases"),
        ("POST", "/v1/releases"),
        ("GET", "/v1/releases/x"),
        ("PUT", "/v1/releases/x"),
        ("POST", "/v1/releases/x/submit"),
        ("POST", "/v1/releases/x/approve"),
        ("POST", "/v1/releases/x/publish"),
        ("POST", "/v1/releases/x/schedule"),
        ("GET", "/v1/releases/x/preview"),
        ("POST", "/v1/releases/x/withdraw"),
        ("POST", "/v1/releases/x/restore"),
        ("GET", "/v1/nothing"),
        ("GET", "/v1"),
    ] {
        for token in [None, Some(""), Some("wrong")] {
            let request = room.request(method, path);
            let request = if let Some(token) = token {
                request.bearer_auth(token)
            } else {
                request
            };
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 401, "{method} {path}");
            assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
            assert_eq!(response.headers()["content-type"], "application/problem+json");
        }
    }
    goes_on(&room).await;
}

#[tokio::test]
async fn an_unknown_field_is_named_with_its_place_and_the_known_ones() {
    let room = Room::open(&["--no-sample"]);
    let bad = json!({
        "headline": "x", "id": "y",
        "texts": {"en": {"title": "a", "body": "b", "colour": "red", "a/b~c": 1}},
        "event": {"name": "E", "venue": "Dakar"}
    });
    let problem = refused(&room, "application/json", bad.to_string(), 422).await;
    assert!(fault(&problem, "/headline").starts_with("`headline` is no field here; known ones are status, language"));
    assert_eq!(fault(&problem, "/id"), "`id` is set by the server; leave it out");
    assert!(fault(&problem, "/texts/en/colour").contains("known ones are title, subtitle"));
    assert!(fault(&problem, "/texts/en/a~1b~0c").starts_with("`a/b~c`"));
    assert!(fault(&problem, "/event/venue").contains("name, start, end, place, url"));
    assert_eq!(problem["errors"].as_array().unwrap().len(), 5, "{problem}");
    goes_on(&room).await;
}

#[tokio::test]
async fn all_faults_of_a_release_are_in_one_answer() {
    let room = Room::open(&["--no-sample"]);
    let bad = json!({
        "texts": {"en": {"title": "", "body": "x", "colour": "red"}, "de": {"title": "a", "body": "b"}},
        "topics": ["sport"], "date": "09/06/2016", "headline": 1, "links": [{"url": "javascript:alert(1)"}], "status": "live"
    });
    let problem = refused(&room, "application/json", bad.to_string(), 422).await;
    for (pointer, says) in [
        ("/texts/en/title", "is empty"),
        ("/texts/en/colour", "no field"),
        ("/texts/de", "en, fr, zh"),
        ("/topics/0", "technology"),
        ("/date", "2016-09-06"),
        ("/headline", "no field"),
        ("/links/0/url", "http(s)"),
        ("/status", "published"),
    ] {
        assert!(fault(&problem, pointer).contains(says), "{pointer}: {}", fault(&problem, pointer));
    }
    assert_eq!(problem["errors"].as_array().unwrap().len(), 8, "{problem}");
    goes_on(&room).await;
}

#[tokio::test]
async fn a_request_over_the_limit_is_told_the_limit_and_the_way_for_files() {
    let room = Room::open(&["--no-sample"]);
    let padded = |size: usize| [titled("At the limit"), vec![b' '; size - titled("At the limit").len()]].concat();
    for size in [LIMIT + 1, 6 * 1024 * 1024] {
        let problem = refused(&room, "application/json", padded(size), 413).await;
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("5 MiB") && detail.contains("/media"), "{detail}");
    }
    assert_eq!(room.post("application/json", padded(LIMIT)).await.0, 201);
    // Nor does a body of unknown length get past: it is cut off while it comes.
    let address = room.url.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/releases HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
        room.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    for _ in 0..LIMIT / 0x10000 {
        stream.write_all(&chunk).await.unwrap();
    }
    stream.write_all(b"1\r\n \r\n").await.unwrap();
    let mut said = vec![0; 12];
    stream.read_exact(&mut said).await.unwrap();
    assert_eq!(said, b"HTTP/1.1 413");
    goes_on(&room).await;
}

#[tokio::test]
async fn a_body_of_another_type_is_told_the_ones_that_are_taken() {
    let room = Room::open(&["--no-sample"]);
    for kind in [
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "text/plain; charset=iso-8859-1",
        "application/feed+json",
        "json",
    ] {
        let problem = refused(&room, kind, "x", 415).await;
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("application/json, text/plain, text/markdown or text/html"),
            "{detail}"
        );
    }
    let post = || room.request("POST", "/v1/releases").bearer_auth(&room.token);
    let untyped = post().body("x").send().await.unwrap();
    assert_eq!(untyped.status(), 415);
    assert_eq!(
        untyped.headers()["accept"],
        "application/json, text/plain, text/markdown, text/html"
    );
    let packed = post().header("content-type", "application/json").header("content-encoding", "gzip");
    let (status, problem) = answer(packed.body("x")).await;
    assert!(
        status == 415 && problem["detail"].as_str().unwrap().contains("uncompressed"),
        "{problem}"
    );
    goes_on(&room).await;
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused_with_their_place() {
    let room = Room::open(&["--no-sample"]);
    for kind in ["text/plain", "text/markdown", "text/html", "application/json"] {
        for bytes in [&b"abc\xffdef"[..], b"abc\xc3", b"abc\xed\xa0\x80", b"abc\xf5\x80\x80\x80"] {
            let problem = refused(&room, kind, bytes, 400).await;
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains("UTF-8") && detail.contains("position 3"), "{detail}");
        }
    }
    let escaped = |escape: &str| String::from_utf8(titled("Half")).unwrap().replace("Half", escape);
    for half in ["\\ud800", "\\udc69", "\\ud83dx", "\\udc00\\ud800", "\\ud83d\\ud83d"] {
        let problem = refused(&room, "application/json", escaped(half), 400).await;
        assert!(problem["detail"].as_str().unwrap().contains("expected JSON"), "{problem}");
    }
    let problem = refused(&room, "application/json", titled("a\0b"), 422).await;
    assert!(fault(&problem, "/texts/en/title").contains("NUL"));
    let problem = refused(&room, "application/json", bodied("a\0b", "text"), 422).await;
    assert!(fault(&problem, "/texts/en/body").contains("NUL"));
    for kind in ["text/plain", "text/markdown", "text/html"] {
        let problem = refused(&room, kind, "<h1>Title</h1>\n\nBody with \0 in it", 422).await;
        assert!(problem["errors"].to_string().contains("NUL"), "{problem}");
    }
    // A raw NUL is no JSON.
    refused(&room, "application/json", b"{\"texts\": \"a\0b\"}".to_vec(), 400).await;
    goes_on(&room).await;
}

#[tokio::test]
async fn json_that_is_none_or_too_deep_is_refused() {
    let room = Room::open(&["--no-sample"]);
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    for deep in [
        nested("[", "]"),
        nested("{\"a\":", "}"),
        format!("{{\"texts\": {{\"en\": {{\"title\": \"T\", \"body\": {}}}}}}}", nested("[", "]")),
        "[".repeat(10_000),
        "[".repeat(LIMIT),
    ] {
        let problem = refused(&room, "application/json", deep, 400).await;
        assert!(problem["detail"].as_str().unwrap().contains("expected JSON"), "{problem}");
    }
    for none in ["{", "", "<xml/>", "{\"texts\": {}}x", "nul", "{'texts': {}}"] {
        refused(&room, "application/json", none, 400).await;
    }
    for other in ["[]", "1", "null", "\"text\"", "{}"] {
        refused(&room, "application/json", other, 422).await;
    }
    goes_on(&room).await;
}

#[tokio::test]
async fn texts_that_are_too_long_or_too_deep_are_refused_with_the_limit() {
    let room = Room::open(&["--no-sample"]);
    let problem = refused(&room, "application/json", titled(&"x".repeat(100_000)), 422).await;
    assert_eq!(
        fault(&problem, "/texts/en/title"),
        "a title has at most 300 characters, found 100000; shorten it"
    );
    let divs = "<div>".repeat(20_000);
    let closed = format!("{divs}{}", "</div>".repeat(20_000));
    for (kind, body) in [
        ("application/json", bodied(&divs, "html")),
        ("application/json", bodied(&closed, "html")),
        ("application/json", bodied(&divs, "markdown")),
        ("text/html", format!("<h1>T</h1>{closed}").into_bytes()),
        ("text/markdown", format!("# T\n\n{closed}").into_bytes()),
    ] {
        let problem = refused(&room, kind, body, 422).await;
        assert!(fault(&problem, "/texts/en/body").contains("at most 100 elements"), "{problem}");
    }
    let long = "One more word. ".repeat(20_000);
    for (kind, body) in [
        ("application/json", bodied(&long, "text")),
        ("text/plain", format!("Title\n\n{long}").into_bytes()),
    ] {
        let problem = refused(&room, kind, body, 422).await;
        assert!(fault(&problem, "/texts/en/body").contains("262144 bytes"), "{problem}");
    }
    let fields: serde_json::Map<String, Value> = (0..50_000).map(|n| (format!("field-{n}"), json!(n))).collect();
    let problem = refused(&room, "application/json", Value::Object(fields).to_string(), 422).await;
    assert_eq!(problem["errors"].as_array().unwrap().len(), 100);
    goes_on(&room).await;
}
