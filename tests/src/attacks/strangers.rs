//! Who has no token gets nowhere, whatever the request looks like; and what goes wrong is told in one form.

use std::time::Duration;

use accept::hash_token;
use reqwest::header;
use serde_json::{Value, json};
use store::{Bucket, Key};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::{Room, answer};

/// A title that stands in the store and that no stranger may see.
const SECRET: &str = "Heron budget is not public yet";

/// Sends bytes as they are; answers the status and everything that came.
async fn raw(room: &Room, request: &[u8]) -> (u16, String) {
    let address = room.url.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut said = Vec::new();
    let reading = async {
        let mut part = [0; 65_536];
        while let Ok(n @ 1..) = stream.read(&mut part).await {
            said.extend_from_slice(&part[..n]);
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(20), reading).await;
    let said = String::from_utf8_lossy(&said).into_owned();
    let status = said.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    (status, said)
}

fn head(method: &str, target: &str, more: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nhost: press.example\r\nconnection: close\r\n{more}\r\n").into_bytes()
}

/// Keys of the private bucket: what a request may have changed.
async fn private(room: &Room) -> Vec<String> {
    room.store().list(Bucket::Content, "", None, 1_000).await.unwrap().0
}

async fn with_secret(room: &Room) -> String {
    let draft = json!({"texts": {"en": {"title": SECRET, "body": "x"}}});
    let request = room.request("POST", "/v1/releases").bearer_auth(&room.token).json(&draft);
    let (status, saved) = answer(request).await;
    assert_eq!(status, 201, "{saved}");
    saved["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn S12_no_form_of_a_missing_or_wrong_token_opens_the_api() {
    let room = Room::open(&["--no-sample"]);
    let id = with_secret(&room).await;
    let before = private(&room).await;
    let token = &room.token;
    let wrong = [
        String::new(),
        "authorization: Bearer \r\n".to_owned(),
        "authorization: Bearer\r\n".to_owned(),
        format!("authorization: {token}\r\n"),
        format!("authorization: Basic {token}\r\n"),
        format!("authorization: Token {token}\r\n"),
        format!("authorization: Bearer {token} x\r\n"),
        format!("authorization: Bearer {token}x\r\n"),
        format!("authorization: Bearer {}\r\n", &token[..token.len() - 1]),
        format!("authorization: Bearer {}\r\n", token.to_uppercase()),
        format!("authorization: Bearer \"{token}\"\r\n"),
        format!("authorization: Bearer {}\r\n", hash_token(token)),
        format!("authorization: Bearer {token}\r\nauthorization: Bearer {token}\r\n"),
        format!("authorization: Bearer x\r\nauthorization: Bearer {token}\r\n"),
        format!("x-authorization: Bearer {token}\r\nproxy-authorization: Bearer {token}\r\ncookie: token={token}\r\n"),
        format!("authorization: Bearer {}\r\n", "x".repeat(60_000)),
    ];
    let mut answers = std::collections::BTreeSet::new();
    for headers in &wrong {
        for target in [
            "/v1/releases".to_owned(),
            format!("/v1/releases/{id}"),
            format!("/v1/releases?access_token={token}&token={token}"),
        ] {
            let (status, said) = raw(&room, &head("GET", &target, headers)).await;
            assert_eq!(status, 401, "{target} {headers:.80}: {said:.300}");
            assert!(said.contains("www-authenticate: Bearer") && !said.contains(SECRET), "{said}");
            answers.insert(said.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned());
        }
    }
    assert_eq!(answers.len(), 1, "a stranger can tell one wrong token from another: {answers:?}");
    // Names of headers and of the scheme have no case.
    for good in [
        format!("AUTHORIZATION: Bearer {token}\r\n"),
        format!("authorization: bEARER {token}\r\n"),
    ] {
        assert_eq!(raw(&room, &head("GET", "/v1/releases", &good)).await.0, 200, "{good}");
    }
    assert_eq!(private(&room).await, before);
}

#[tokio::test]
async fn S12_no_spelling_of_a_path_or_method_gets_round_the_token() {
    let room = Room::open(&["--no-sample"]);
    let id = with_secret(&room).await;
    let before = private(&room).await;
    let targets = [
        "//v1/releases",
        "/V1/releases",
        "/v1/..;/releases",
        "/..;/v1/releases",
        "/%2fv1/releases",
        "/%2fv1%2freleases",
        "/v1%2freleases",
        "/v1/./releases",
        "/x/../v1/releases",
        "/en/../v1/releases",
        "/v1/releases/",
        "/v1/releases;x=1",
        "/v1/releases%00",
        "/v1/releases%20",
        "/v1//releases",
        "/v1\\releases",
        "/%76%31/releases",
        "/v1/releases?x#y",
        "http://press.example/v1/releases",
        "/v1/releases.json",
        "/v1/releases/x.css",
        "/v1",
        "/v1/",
        "/v1/openapi.json/../releases",
        "/health/../v1/releases",
        "*",
    ];
    let targets: Vec<String> = targets
        .iter()
        .map(|target| (*target).to_owned())
        .chain([format!("/v1/releases/{id}"), format!("/%76%31/releases/{id}")])
        .collect();
    for method in [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "GETX",
    ] {
        for target in &targets {
            let headers = "x-http-method-override: POST\r\nx-http-method: PUT\r\nx-original-url: /v1/releases\r\nx-rewrite-url: /v1/releases\r\nx-forwarded-for: 127.0.0.1\r\ncontent-length: 0\r\n";
            let (status, said) = raw(&room, &head(method, target, headers)).await;
            let harmless = method == "OPTIONS" && status == 204;
            assert!(
                matches!(status, 400 | 401 | 403 | 404 | 405) || harmless,
                "{method} {target}: {said:.300}"
            );
            assert!(
                !said.contains(SECRET) && !said.to_ascii_lowercase().contains("x-original-url"),
                "{method} {target}: {said}"
            );
            if target.starts_with("/v1/releases") && !target.contains(['%', ';']) {
                assert_eq!(status, 401, "{method} {target}");
            }
        }
    }
    assert_eq!(private(&room).await, before);
}

#[tokio::test]
async fn S12_a_revoked_token_opens_nothing_any_more() {
    let room = Room::open(&["--no-sample"]);
    let with = |names: &[&str]| {
        let tokens: Vec<Value> = names
            .iter()
            .map(|name| json!({"name": name, "role": "editor", "sha256": hash_token(&format!("token of {name}").replace(' ', "-"))}))
            .collect();
        json!({"tokens": tokens}).to_string().into_bytes()
    };
    let status = async |name: &str| {
        room.request("GET", "/v1/releases")
            .bearer_auth(format!("token-of-{name}"))
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    // What strangers guess is no read of the store each time: a new token is known after two seconds.
    let pause = || tokio::time::sleep(Duration::from_millis(2_200));
    room.store().put(&Key::Tokens, with(&["ana", "ben"])).await.unwrap();
    pause().await;
    assert_eq!((status("ana").await, status("ben").await), (200, 200));
    room.store().put(&Key::Tokens, with(&["ana"])).await.unwrap();
    pause().await;
    assert_eq!(status("nobody").await, 401);
    assert_eq!((status("ana").await, status("ben").await), (200, 401));
}

#[tokio::test]
async fn S18_what_the_server_sets_is_refused_by_name_when_a_client_sends_it() {
    let room = Room::open(&["--no-sample"]);
    let before = private(&room).await;
    let mut sent = json!({"texts": {"en": {"title": "T", "body": "B"}}});
    let set = [
        "id",
        "published_at",
        "published",
        "updated",
        "by",
        "author",
        "revision",
        "version",
        "at",
        "path",
        "guid",
        "schema",
        "approval",
        "reason",
        "role",
    ];
    for name in set {
        sent[name] = json!("x");
    }
    let (status, problem) = room.post("application/json", sent.to_string()).await;
    assert_eq!(status, 422, "{problem}");
    let mut named: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    named.sort_unstable();
    let mut expected: Vec<String> = set.iter().map(|name| format!("/{name}")).collect();
    expected.sort_unstable();
    assert_eq!(named, expected);
    assert_eq!(private(&room).await, before);
}

#[tokio::test]
async fn S24_a_location_is_a_path_of_ours_whatever_stands_in_title_or_path() {
    let room = Room::open(&["--no-sample"]);
    for title in [
        "Summit\r\nLocation: https://evil.example/",
        "//evil.example",
        "\\\\evil.example",
        "https://evil.example/ opens",
    ] {
        let body = json!({"texts": {"en": {"title": title, "body": "x"}}, "status": "published", "date": "2024-06-09"});
        let request = room.request("POST", "/v1/releases").bearer_auth(&room.token).json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 201);
        let location = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
        let saved: Value = response.json().await.unwrap();
        assert_eq!(location, format!("/v1/releases/{}", saved["id"].as_str().unwrap()));
        let page = format!("/en/2024/06/{}", saved["path"]["slug"].as_str().unwrap());
        room.until(&format!("{page}/"), |text| text.contains("<article")).await;
        let moved = room.get(&page).await;
        assert_eq!(
            (moved.status().as_u16(), moved.headers()[header::LOCATION].to_str().unwrap()),
            (308, format!("{page}/").as_str())
        );
    }
    for path in [
        "//evil.example/%2e%2e",
        "//evil.example",
        "/%0d%0aLocation:%20https://evil.example/",
        "/\\evil.example",
        "/en?next=//evil.example",
        "/%2f%2fevil.example",
    ] {
        let (status, said) = raw(
            &room,
            &head("GET", path, "host: evil.example\r\nx-forwarded-host: evil.example\r\n"),
        )
        .await;
        let location = said.lines().find_map(|line| line.strip_prefix("location: "));
        assert!(matches!(status, 400 | 404 | 308), "{path}: {said:.200}");
        assert!(
            location.is_none_or(|to| to.starts_with('/') && !to.starts_with("//") && !to.contains("evil")),
            "{path}: {location:?}"
        );
    }
}

crate::stack::on_a_stack!(
    S18_what_the_server_sets_is_refused_by_name_when_a_client_sends_it,
    S24_a_location_is_a_path_of_ours_whatever_stands_in_title_or_path,
);
