//! `accept` as Lambda runs it: events of an HTTP API and of a function URL in, HTTP answers out.

use serde_json::Value;

use super::{
    buckets::{Buckets, TOKEN},
    event,
    function::Function,
};

/// The parts of an HTTP answer as API Gateway takes them.
fn parts(answer: &Value) -> (u64, Value) {
    assert_ne!(answer["isBase64Encoded"], true, "{answer}");
    let body = answer["body"].as_str().unwrap_or_default();
    (
        answer["statusCode"].as_u64().unwrap(),
        serde_json::from_str(body).unwrap_or(Value::String(body.to_owned())),
    )
}

async fn call(function: &mut Function, name: &str, fill: &[(&str, &str)]) -> (u64, Value) {
    parts(&function.invoke(event(name, fill)).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_posted_through_an_http_api_or_a_function_url_is_stored() {
    let buckets = Buckets::open().await;
    let mut function = Function::start("accept", &buckets).await;
    for name in ["http-api-v2-post-json.json", "function-url-post.json"] {
        let answer = function.invoke(event(name, &[("token", TOKEN)])).await.unwrap();
        let (status, stored) = parts(&answer);
        assert_eq!(status, 201, "{name}: {answer}");
        assert_eq!(stored["texts"]["en"]["title"], "Harbour gauges go online");
        let header = |name: &str| answer["headers"][name].as_str().unwrap_or_default().to_owned();
        assert_eq!(header("location"), format!("/v1/releases/{}", stored["id"].as_str().unwrap()));
        assert_eq!(
            (header("etag"), header("cache-control")),
            ("\"1\"".to_owned(), "no-store".to_owned())
        );
    }
    let batch = buckets.batch().await;
    assert_eq!(batch["Records"].as_array().unwrap().len(), 2, "one event for each: {batch}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_base64_is_decoded_once_and_needs_its_type() {
    let buckets = Buckets::open().await;
    let mut function = Function::start("accept", &buckets).await;
    let (status, stored) = call(&mut function, "http-api-v2-post-base64-text.json", &[("token", TOKEN)]).await;
    assert_eq!((status, &stored["status"]), (201, &Value::from("published")), "{stored}");
    assert_eq!(stored["texts"]["en"]["title"], "Harbour gauges go online – 潮汐");
    assert!(stored["published"].as_str().unwrap().starts_with("2026-06-0"), "{stored}");
    let (status, problem) = call(&mut function, "http-api-v2-post-base64-untyped.json", &[("token", TOKEN)]).await;
    assert_eq!(status, 415, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("text/plain"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_is_the_same_behind_every_stage_and_domain() {
    let buckets = Buckets::open().await;
    let mut function = Function::start("accept", &buckets).await;
    let (_, stored) = call(&mut function, "http-api-v2-post-json.json", &[("token", TOKEN)]).await;
    for name in [
        "http-api-v2-default-stage.json",
        "http-api-v2-named-stage.json",
        "http-api-v2-stage-named-like-the-path.json",
        "http-api-v2-custom-domain.json",
        "http-api-v2-custom-domain-stage-v1.json",
        "function-url-get.json",
    ] {
        let (status, board) = call(&mut function, name, &[("token", TOKEN)]).await;
        assert_eq!(status, 200, "{name}: {board}");
        assert_eq!(board["releases"][0]["id"], stored["id"], "{name}: {board}");
        let (status, _) = call(&mut function, name, &[("token", "another")]).await;
        assert_eq!(status, 401, "{name} with a wrong token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encoded_path_is_decoded_once() {
    let buckets = Buckets::open().await;
    let mut function = Function::start("accept", &buckets).await;
    let (_, stored) = call(&mut function, "http-api-v2-post-json.json", &[("token", TOKEN)]).await;
    let id = stored["id"].as_str().unwrap();
    // A client may encode what need not be: `%2D` is a hyphen, and `%252D` is not.
    let (once, twice) = (id.replace('-', "%2D"), id.replace('-', "%252D"));
    let (status, found) = call(
        &mut function,
        "function-url-encoded-path.json",
        &[("token", TOKEN), ("encoded", &once)],
    )
    .await;
    assert_eq!((status, &found["id"]), (200, &stored["id"]), "{found}");
    let (status, found) = call(
        &mut function,
        "function-url-encoded-path.json",
        &[("token", TOKEN), ("encoded", &twice)],
    )
    .await;
    assert_eq!(status, 404, "{found}");
    // An HTTP API has decoded its path before the function sees it.
    for (decoded, expected) in [(id, 200), ("闭幕 100% (1)", 404), ("a?b#c", 404), ("%", 404)] {
        let (status, found) = call(
            &mut function,
            "http-api-v2-encoded-path.json",
            &[("token", TOKEN), ("decoded", decoded)],
        )
        .await;
        assert_eq!(status, expected, "{decoded}: {found}");
    }
}
