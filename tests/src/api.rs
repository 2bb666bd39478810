//! The office's API over buckets in memory, without a socket.

use std::sync::Arc;

use aws_sdk_s3::Client;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode},
};
use serde_json::{Value, json};
use store::{Key, Store};
use tower::ServiceExt as _;

use crate::memory::Memory;

/// An instance of `accept`, and an editor's token for it.
pub(crate) struct Api(Router);

impl Api {
    /// `client` reaches the buckets of the press room.
    pub(crate) async fn open(room: &Memory, client: Client) -> Self {
        let record = accept::TokenRecord {
            name: "desk".to_owned(),
            role: release::Role::Editor,
            sha256: accept::hash_token("t"),
            created: None,
        };
        let tokens = serde_json::to_vec(&accept::TokenFile { tokens: vec![record] }).unwrap();
        room.desk.store.put(&Key::Tokens, tokens).await.unwrap();
        let store = Store::new(client, "content", "site");
        let desk = accept::Desk::new(Arc::new(store), room.desk.site.clone());
        Self(accept::router(Arc::new(desk)))
    }

    /// Status, body, and what else says when to come again or which revision there is.
    pub(crate) async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> (StatusCode, Value, Option<String>) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", "Bearer t")
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer: Response<Body> = self.0.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let note = header("retry-after").or_else(|| header("etag"));
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default(), note)
    }

    /// A release that goes out at once.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        title: &str,
    ) -> (StatusCode, Value, Option<String>) {
        let body = json!({"status": "published", "texts": {"en": {"title": title, "body": "Text."}}});
        self.call(method, path, headers, Body::from(body.to_string())).await
    }

    pub(crate) async fn post(&self, title: &str) -> (StatusCode, Value, Option<String>) {
        self.send("POST", "/v1/releases", &[], title).await
    }

    /// What is there.
    pub(crate) async fn see(&self, path: &str) -> Value {
        let (status, body, _) = self.call("GET", path, &[], Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }
}
