//! The calls of the API: who may make them, and what the `OpenAPI` document says of them.

use std::collections::{BTreeMap, BTreeSet};

use accept::Operation;
use http::Method;
use release::Role;
use serde_json::json;

use super::{AUTHOR, Desk, OTHER, id, office, text};
use crate::harness::answer;

/// An address of the operation's path, of a release that is there.
fn address(operation: Operation, id: &str) -> String {
    operation.path().replace("{id}", id).replace("{n}", "1")
}

#[tokio::test]
#[expect(non_snake_case)]
async fn S12_every_call_but_two_needs_a_token_and_each_step_its_role() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let (_, draft) = Desk::of(&room, OTHER).create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    let mut guarded = 0;
    for operation in Operation::all() {
        let call = |token: Option<&str>| {
            let request = room.request(operation.method().as_str(), &address(operation, &id)).json(&json!({}));
            match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            }
        };
        let Some(role) = operation.role() else {
            assert_eq!(call(None).send().await.unwrap().status(), 200, "{operation:?}");
            continue;
        };
        guarded += 1;
        let refused = call(None).send().await.unwrap();
        assert_eq!(refused.headers()["www-authenticate"], "Bearer realm=\"pressroom\"", "{operation:?}");
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
        assert_eq!(refused.status(), 401, "{operation:?}");
        assert_eq!(call(Some("nobody's")).send().await.unwrap().status(), 401, "{operation:?}");
        let author = answer(call(Some(AUTHOR))).await;
        if role > Role::Author {
            assert_eq!(author.0, 403, "{operation:?}: {}", author.1);
            assert!(
                author.1["detail"].as_str().unwrap().contains("needs the role editor"),
                "{}",
                author.1
            );
        }
    }
    assert_eq!(guarded, Operation::all().len() - 2);
    // Nothing of all this changed the release but the author's own submission.
    let history = Desk::of(&room, OTHER).see(&format!("/v1/releases/{id}/revisions")).await;
    let told: Vec<_> = history["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["status"].clone())
        .collect();
    assert_eq!(json!(told), json!(["draft", "submitted"]));
}

#[tokio::test]
async fn the_openapi_document_names_exactly_the_calls_that_the_router_takes() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let (_, draft) = Desk::of(&room, OTHER).create(&text("Harbour fees fall")).await;
    let id = id(&draft);
    let document = room.json("/v1/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, calls) in document["paths"].as_object().unwrap() {
        let methods = calls.as_object().unwrap().keys().map(|method| method.to_uppercase());
        described.insert(path.clone(), methods.collect());
    }
    let all = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for (path, methods) in &described {
        let address = path.replace("{id}", &id).replace("{n}", "1");
        for method in &all {
            let request = room.request(method.as_str(), &address).bearer_auth(OTHER);
            let found = request.send().await.unwrap();
            let status = found.status().as_u16();
            if methods.contains(method.as_str()) {
                assert!(status != 404 && status != 405, "{method} {path}: {status}");
            } else {
                assert_eq!(status, 405, "{method} {path}");
                let allowed: BTreeSet<String> = found.headers()["allow"]
                    .to_str()
                    .unwrap()
                    .split(',')
                    .map(|m| m.trim().to_owned())
                    .collect();
                assert_eq!(
                    &allowed.into_iter().filter(|method| method != "HEAD").collect::<BTreeSet<_>>(),
                    methods,
                    "{path}"
                );
            }
        }
    }
    let listed = Operation::all()
        .into_iter()
        .map(|operation| (operation.path(), operation.method().to_string()));
    let mut router: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, method) in listed {
        router.entry(path).or_default().insert(method);
    }
    assert_eq!(router, described);
    for unknown in [
        "/v1",
        "/v1/",
        "/v1/release",
        "/v1/releases/",
        "/v1/openapi.yaml",
        "/V1/releases",
        "/v1/releases/x/y/z",
    ] {
        let found = room.request("GET", unknown).bearer_auth(OTHER).send().await.unwrap();
        assert_eq!(found.status(), 404, "{unknown}");
    }
    // Each reference leads somewhere.
    let text = document.to_string();
    for name in text
        .split("\"#/components/schemas/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}
