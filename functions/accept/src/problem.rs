//! Errors as RFC 9457 problem details: what was expected, what was found, all faults at once.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use release::{Fault, Faults};
use serde::Serialize;
use tracing::error;

/// An error answer.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    pub(crate) errors: Vec<Fault>,
    pub(crate) headers: Vec<(header::HeaderName, String)>,
}

/// What an error answer says (RFC 9457).
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Document<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(default, skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'a [Fault],
}

/// The answer while there is no configuration to work with; the log says why.
pub fn closed() -> Response {
    let detail = "the configuration of the press room cannot be read; try again in a moment, and look into the log of accept";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        .with(header::RETRY_AFTER, "5")
        .into_response()
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            errors: Vec::new(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// One fault in a query parameter or header.
    pub(crate) fn fault(pointer: &str, message: impl Into<String>) -> Self {
        let mut faults = Faults::default();
        faults.add(pointer, message);
        faults.into()
    }

    /// Errors of a release that must not go on like this.
    pub(crate) fn stopped(errors: Vec<Fault>, advice: &str) -> Self {
        let count = match errors.len() {
            1 => "1 error stops".to_owned(),
            n => format!("{n} errors stop"),
        };
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{count} this release; {advice}"))
        }
    }

    pub(crate) fn stale(current: u32) -> Self {
        let detail = format!("expected If-Match: \"{current}\", the latest revision; read it, put your change into it and send it again");
        Self::new(StatusCode::PRECONDITION_FAILED, detail).with(header::ETAG, format!("\"{current}\""))
    }

    pub(crate) fn unknown(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} is not here"))
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        let detail = match faults.0.len() {
            1 => "1 fault; see errors".to_owned(),
            n => format!("{n} faults; see errors"),
        };
        Self {
            errors: faults.0,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
        }
    }
}

impl From<store::Error> for Problem {
    fn from(failure: store::Error) -> Self {
        error!(%failure, "the store failed");
        match failure {
            store::Error::Unavailable { .. } | store::Error::Conflict { .. } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the store does not answer at the moment; nothing was saved that you were not told of; send it again",
            )
            .with(header::RETRY_AFTER, "1"),
            _ => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "something is wrong on our side; the log says what",
            ),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
        };
        let mut response = Response::new(Body::from(feed::to_json(&document)));
        *response.status_mut() = self.status;
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
