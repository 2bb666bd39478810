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
    routing::{get, post},
};
use http::{HeaderValue, StatusCode, header};
use release::{By, Fault, Revision, Step};
use serde::Serialize;
use uuid::Uuid;

use crate::{Desk, problem::Problem};

type Answer = Result<Response, Problem>;
type Params = Query<BTreeMap<String, String>>;

/// The API: the same router on Lambda and in the local program.
pub fn router(desk: Arc<Desk>) -> Router {
    let wrong_method =
        || async { Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method; see Allow").into_response() };
    let mut guarded = Router::new();
    for step in Step::ALL {
        let take = move |state: State<Arc<Desk>>, id: Path<String>, request: Request| write::take(step, state, id, request);
        guarded = guarded.route(&format!("/v1/releases/{{id}}/{}", step.as_str()), post(take));
    }
    let guarded = guarded
        .route("/v1/releases", get(read::list).post(write::create))
        .route("/v1/releases/check", post(check::new))
        .route("/v1/releases/{id}", get(read::latest).put(write::replace))
        .route("/v1/releases/{id}/check", post(check::stored))
        .route("/v1/releases/{id}/media", post(write::media))
        .route("/v1/releases/{id}/preview", get(read::preview))
        .route("/v1/releases/{id}/revisions", get(read::history))
        .route("/v1/releases/{id}/revisions/{n}", get(read::one))
        .method_not_allowed_fallback(wrong_method)
        .fallback(|| async { Problem::unknown("this address").into_response() })
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), guard));
    Router::new()
        .route(
            "/health",
            get(|| async { ([(header::CONTENT_TYPE, "application/json")], "{\"status\":\"ok\"}\n") }),
        )
        .merge(guarded)
        .layer(middleware::map_response(private))
        .with_state(desk)
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

#[derive(Serialize)]
struct Saved<'a> {
    #[serde(flatten)]
    revision: &'a Revision,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
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
