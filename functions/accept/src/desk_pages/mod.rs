//! The desk: what the press office sees in a browser, at `/desk`.
//!
//! Forms that work without script. Each does what a call of the API does, by the same functions; it has no rule of its own.

mod attach;
mod board;
mod changes;
mod conflict;
mod editor;
mod field;
mod form;
mod frame;
mod guard;
mod history;
mod places;
mod script;
mod session;
mod step;
mod told;
mod when;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use release::Step;
use uuid::Uuid;

use crate::{Desk, problem::Problem};

/// The style sheet of all screens.
const STYLE: &str = include_str!("../../../../templates/desk/desk.css");
/// What makes the forms quicker.
const SCRIPT: &str = include_str!("../../../../templates/desk/desk.js");

/// An answer for people.
type Page = Result<Response, Trouble>;

/// What went wrong: the guard, who knows the visitor's language, makes a page of it.
#[derive(Debug, Clone)]
struct Trouble(Problem);

impl<T: Into<Problem>> From<T> for Trouble {
    fn from(problem: T) -> Self {
        Self(problem.into())
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// All screens. They answer nobody without a session but with the door.
pub(crate) fn router(desk: &Arc<Desk>) -> Router<Arc<Desk>> {
    let mut inside = Router::new()
        .route("/desk", get(board::show))
        .route("/desk/", get(board::show))
        .route("/desk/releases/new", get(editor::new))
        .route("/desk/releases/{id}", get(editor::show).post(editor::save))
        .route(
            "/desk/releases/{id}/preview",
            get(editor::preview_stored).post(editor::preview_sent),
        )
        .route("/desk/releases/{id}/history", get(history::show))
        .route("/desk/releases/{id}/where", get(places::show))
        .route("/desk/releases/{id}/check", post(script::check))
        .route("/desk/releases/{id}/files", post(script::announce))
        .route("/desk/releases/{id}/attach", post(attach::take))
        .route("/desk/paste", post(script::paste))
        .route("/desk/sign-out", post(session::sign_out));
    for step in Step::ALL {
        let screen = get(move |desk, id, visit| step::show(step, desk, id, visit))
            .post(move |desk, id, visit, request| step::take(step, desk, id, visit, request));
        inside = inside.route(&format!("/desk/releases/{{id}}/{}", step.as_str()), screen);
    }
    let inside = inside
        .route("/desk/{*elsewhere}", get(nothing).post(nothing))
        .layer(middleware::from_fn_with_state(Arc::clone(desk), guard::inside));
    let door = Router::new()
        .route("/desk/desk.css", get(|| async { text("text/css; charset=utf-8", STYLE) }))
        .route("/desk/desk.js", get(|| async { text("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/desk/sign-in", post(session::sign_in).get(|| async { see("/desk") }))
        .route("/desk/language", post(session::language).get(|| async { see("/desk") }));
    door.merge(inside)
        .layer(middleware::from_fn_with_state(Arc::clone(desk), guard::everywhere))
}

async fn nothing() -> Trouble {
    Trouble(Problem::unknown("this address"))
}

fn text(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// A page made from a template.
fn html(status: StatusCode, page: &impl askama::Template) -> Response {
    match page.render() {
        Ok(page) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], Body::from(page)).into_response(),
        Err(failure) => {
            tracing::error!(%failure, "a screen cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// On to another screen, with GET.
fn see(path: &str) -> Response {
    let to = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/desk"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

fn parse_id(text: &str) -> Result<Uuid, Trouble> {
    Uuid::try_parse(text).map_err(|_| Trouble(Problem::unknown("this release")))
}
