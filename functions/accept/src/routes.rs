//! The API's routes (contract, section 3).

mod check;
mod read;
mod write;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Path, Query, Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get, post, put},
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use release::{By, Fault, Revision, Role};
use serde::Serialize;
use uuid::Uuid;

use crate::{Desk, desk_pages, openapi, operation::Operation, problem::Problem};

pub(crate) use read::HistoryPage;

type Answer = Result<Response, Problem>;
type Params = Query<BTreeMap<String, String>>;

/// The API: the same router on Lambda and in the local program.
pub fn router(desk: Arc<Desk>) -> Router {
    let wrong_method =
        || async { Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method; see Allow").into_response() };
    let (mut open, mut guarded) = (Router::new(), Router::new());
    for operation in Operation::all() {
        let (path, handler) = (operation.path(), handler(operation));
        match operation.role() {
            None => open = open.route(&path, handler),
            Some(role) => {
                let allow = move |request: Request, next: Next| allow(operation, role, request, next);
                guarded = guarded.route(&path, handler.route_layer(middleware::from_fn(allow)));
            }
        }
    }
    let guarded = guarded
        .method_not_allowed_fallback(wrong_method)
        .fallback(|| async { Problem::unknown("this address").into_response() })
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), guard));
    open.method_not_allowed_fallback(wrong_method)
        .merge(guarded)
        .merge(desk_pages::router(&desk))
        .layer(middleware::map_response(private))
        .with_state(desk)
}

fn handler(operation: Operation) -> MethodRouter<Arc<Desk>> {
    match operation {
        Operation::Health => get(|| async { ([(header::CONTENT_TYPE, "application/json")], "{\"status\":\"ok\"}\n") }),
        Operation::OpenApi => get(described),
        Operation::List => get(read::list),
        Operation::Create => post(write::create),
        Operation::CheckNew => post(check::new),
        Operation::Latest => get(read::latest),
        Operation::Replace => put(write::replace),
        Operation::Check => post(check::stored),
        Operation::Media => post(write::media),
        Operation::Preview => get(read::preview),
        Operation::History => get(read::history),
        Operation::One => get(read::one),
        Operation::Step(step) => {
            post(move |state: State<Arc<Desk>>, id: Path<String>, request: Request| write::take(step, state, id, request))
        }
    }
}

async fn described(State(desk): State<Arc<Desk>>) -> Response {
    let document = desk
        .described
        .get_or_init(|| Bytes::from(feed::to_json(&openapi::document(&desk.site))));
    ([(header::CONTENT_TYPE, "application/json")], Body::from(document.clone())).into_response()
}

/// Whoever has too small a role hears so before anything is read.
async fn allow(operation: Operation, needed: Role, request: Request, next: Next) -> Response {
    match signed(&request) {
        Ok(by) if by.role >= needed => next.run(request).await,
        Ok(by) => {
            let (word, needed, role) = (operation.id(), needed.as_str(), by.role.as_str());
            let detail = format!("to {word} needs the role {needed}; this token's role is {role}");
            Problem::new(StatusCode::FORBIDDEN, detail).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

/// Nothing of the API is kept or sniffed by anybody.
async fn private(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
        .headers_mut()
        .insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Deny by default: no route, known or not, answers a stranger.
async fn guard(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    match desk.tokens.who(&desk.store, request.headers()).await {
        Ok(by) => {
            request.extensions_mut().insert(by);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// A stored revision, and what a person should look at.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Saved")]
pub(crate) struct Saved<'a> {
    #[serde(flatten)]
    revision: &'a Revision,
    #[serde(default, skip_serializing_if = "<[Fault]>::is_empty")]
    warnings: &'a [Fault],
}

fn saved(status: StatusCode, revision: &Revision, warnings: &[Fault]) -> Response {
    let mut response = json(status, &Saved { revision, warnings });
    set(&mut response, header::ETAG, &format!("\"{}\"", revision.revision));
    if status == StatusCode::CREATED {
        set(&mut response, header::LOCATION, &format!("/v1/releases/{}", revision.id));
    }
    response
}

pub(crate) fn json<T: Serialize>(status: StatusCode, document: &T) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        Body::from(feed::to_json(document)),
    )
        .into_response()
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn signed(request: &Request) -> Result<By, Problem> {
    request
        .extensions()
        .get::<By>()
        .cloned()
        .ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "expected a token"))
}

fn parse_id(text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).map_err(|_| Problem::unknown("this release"))
}
