//! Bad input: a clear answer, and a process that goes on.

use serde_json::json;

use crate::harness::{Room, answer};

#[tokio::test]
async fn a_stranger_is_told_how_to_sign_in_and_nothing_else() {
    let room = Room::open(&["--no-sample"]);
    for (method, path) in [
        ("GET", "/v1/releases"),
        ("POST", "/v1/releases"),
        ("GET", "/v1/releases/x"),
        ("PUT", "/v1/releases/x"),
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
            assert!(response.headers().contains_key("www-authenticate"));
            assert_eq!(response.headers()["content-type"], "application/problem+json");
        }
    }
}

#[tokio::test]
async fn all_faults_of_a_release_are_in_one_answer() {
    let room = Room::open(&["--no-sample"]);
    let bad = json!({"texts": {"en": {"title": "", "body": "x", "colour": "red"}, "de": {"title": "a", "body": "b"}}, "topics": ["sport"], "date": "09/06/2016", "headline": 1});
    let (status, problem) = room.post("application/json", bad.to_string()).await;
    assert_eq!(status, 422);
    let pointers: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["pointer"].as_str().unwrap())
        .collect();
    for pointer in [
        "/texts/en/title",
        "/texts/en/colour",
        "/texts/de",
        "/topics/0",
        "/date",
        "/headline",
    ] {
        assert!(pointers.contains(&pointer), "{pointer} is missing in {problem}");
    }
}

#[tokio::test]
async fn odd_bodies_get_a_clear_refusal_and_the_process_goes_on() {
    let room = Room::open(&["--no-sample"]);
    let text = |body: &str| {
        json!({"texts": {"en": {"title": "T", "body": body, "format": "html"}}})
            .to_string()
            .into_bytes()
    };
    let titled = |title: &str| json!({"texts": {"en": {"title": title, "body": "x"}}}).to_string().into_bytes();
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("application/json", vec![b' '; 5 * 1024 * 1024 + 1], 413),
        ("application/xml", b"<a/>".to_vec(), 415),
        ("text/plain; charset=iso-8859-1", b"x".to_vec(), 415),
        ("text/plain", vec![b'a', 0xff, b'b'], 400),
        (
            "application/json",
            b"{\"texts\": {\"en\": {\"title\": \"\\ud800\", \"body\": \"x\"}}}".to_vec(),
            400,
        ),
        ("application/json", [vec![b'['; 10_000], vec![b']'; 10_000]].concat(), 400),
        ("application/json", titled("a\0b"), 422),
        ("application/json", titled(&"x".repeat(100_000)), 422),
        ("application/json", text(&"<div>".repeat(20_000)), 422),
        ("text/html", "<div>".repeat(20_000).into_bytes(), 422),
        ("application/json", b"{".to_vec(), 400),
        ("application/json", b"[]".to_vec(), 422),
    ];
    for (kind, body, wanted) in cases {
        let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let (status, problem) = room.post(kind, body).await;
        assert_eq!(status, wanted, "{kind} {start} {problem}");
        assert!(problem["detail"].is_string(), "{problem}");
    }
    let (status, problem) = room.post("application/json", vec![b' '; 6 * 1024 * 1024]).await;
    assert!(status == 413 && problem["detail"].as_str().unwrap().contains("5 MiB"), "{problem}");
    assert_eq!(answer(room.request("GET", "/health")).await.0, 200);
}
