//! Who may do what: signatures, presigned URLs, and keys that try to leave the bucket.

use std::time::{Duration, SystemTime};

use crate::s3_conformance::raw;
use crate::s3_conformance::server::{BUCKET, Server, bytes, client, status};

fn soon() -> SystemTime {
    SystemTime::now() + Duration::from_secs(50)
}

pub(in crate::s3_conformance) async fn anonymous_requests_are_refused(server: &Server) {
    let key = server.key("a");
    server.put(&key, "body").await;
    let url = format!("{}/{BUCKET}/{key}", server.endpoint);
    let http = reqwest::Client::new();
    let get = http.get(&url).send().await.unwrap().status();
    assert_eq!(get, 403, "an anonymous GET");
    let put = http.put(&url).body("other").send().await.unwrap().status();
    let delete = http.delete(&url).send().await.unwrap().status();
    let list = http
        .get(format!("{}/{BUCKET}?list-type=2", server.endpoint))
        .send()
        .await
        .unwrap()
        .status();
    assert_eq!(
        [put, delete, list],
        [403; 3].map(|code| reqwest::StatusCode::from_u16(code).unwrap())
    );
    assert_eq!(server.text(&key).await, "body");
}

pub(in crate::s3_conformance) async fn a_wrong_secret_is_refused(server: &Server) {
    let stranger = client(&server.endpoint, "not the secret");
    let put = stranger
        .put_object()
        .bucket(BUCKET)
        .key(server.key("a"))
        .body(bytes("x"))
        .send()
        .await;
    assert_eq!(put.err().map(|error| status(&error)), Some(403), "a wrong secret");
}

pub(in crate::s3_conformance) async fn a_presigned_put_binds_its_content_type(server: &Server) {
    let key = server.key("photo.jpg");
    let url = server.presigned_put(&key, "image/jpeg", soon()).await;
    let http = reqwest::Client::new();
    let put = |kind: &'static str| http.put(&url).header("content-type", kind).body("jpeg").send();
    let other = put("text/html").await.unwrap().status();
    let right = put("image/jpeg").await.unwrap().status();
    assert_eq!(right, 200);
    let head = server.client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
    assert_eq!((head.content_type(), head.content_length()), (Some("image/jpeg"), Some(4)));
    let got = http.get(server.presigned_get(&key).await).send().await.unwrap();
    assert_eq!(got.text().await.unwrap(), "jpeg");
    assert_eq!(other, 403, "another content type");
}

pub(in crate::s3_conformance) async fn a_tampered_presigned_url_is_refused(server: &Server) {
    let url = server.presigned_put(&server.key("mine"), "text/plain", soon()).await;
    let http = reqwest::Client::new();
    let put = |url: String| http.put(url).header("content-type", "text/plain").body("x").send();
    assert_eq!(put(url.replace("/mine?", "/yours?")).await.unwrap().status(), 403, "another key");
    assert_eq!(
        put(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600")).await.unwrap().status(),
        403,
        "a longer life"
    );
    assert_eq!(put(url).await.unwrap().status(), 200);
}

pub(in crate::s3_conformance) async fn an_expired_presigned_url_is_refused(server: &Server) {
    let expired = SystemTime::now() - Duration::from_secs(5);
    let url = server.presigned_put(&server.key("a"), "text/plain", expired).await;
    let put = reqwest::Client::new()
        .put(url)
        .header("content-type", "text/plain")
        .body("x")
        .send()
        .await
        .unwrap();
    assert_eq!(put.status(), 403, "an expired URL");
}

pub(in crate::s3_conformance) async fn keys_with_dot_segments_are_refused(server: &Server) {
    let inside = server.key("");
    let unsigned = [
        format!("/{BUCKET}/{inside}../../../etc/outside"),
        format!("/{BUCKET}/{inside}%2e%2e/%2e%2e/outside"),
        format!("/{BUCKET}/../other/outside"),
    ];
    for target in unsigned {
        let answer = raw::put(&server.endpoint, &target).await;
        assert!((400..500).contains(&answer), "unsigned {target} got {answer}");
    }
    for name in ["../outside", "a/../../outside", "./outside", "a/.."] {
        let url = server.presigned_put(&server.key(name), "text/plain", soon()).await;
        let signed = raw::presigned_put(&url, "x").await;
        assert!((400..500).contains(&signed), "signed {name} got {signed}");
    }
}
