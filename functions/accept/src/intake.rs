//! From a request's body to a checked draft: JSON, plain text, Markdown or HTML.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;

use release::{Draft, Lang, Limits, Site, Status};

use crate::{problem::Problem, strict};

/// Of a body that is too large, so many bytes are read and forgotten.
const PATIENCE_BYTES: usize = 64 << 20;
/// Then the answer does not wait for the rest.
const QUIET: Duration = Duration::from_millis(500);

const ACCEPTED: &str = "application/json, text/plain, text/markdown or text/html, in UTF-8";

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    Plain,
    Markdown,
    Html,
}

/// A request's body, read whole and not yet understood.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    pub(crate) kind: Kind,
    pub(crate) language: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) body: Bytes,
}

impl Intake {
    /// Reads a body up to the limit.
    pub(crate) async fn read(headers: &HeaderMap, status: Option<String>, body: Body) -> Result<Self, Problem> {
        let kind = kind(headers)?;
        let language = match headers.get(header::CONTENT_LANGUAGE).map(|value| value.to_str()) {
            None => None,
            Some(Ok(tag)) => Some(tag.to_owned()),
            Some(Err(_)) => return Err(Problem::fault("/Content-Language", "expected a language tag such as en")),
        };
        Ok(Self {
            kind,
            language,
            status,
            body: whole(body).await?,
        })
    }

    /// What an `Idempotency-Key` is bound to.
    pub(crate) fn fingerprint(&self) -> String {
        let head = format!("{:?}\n{:?}\n{:?}\n", self.kind, self.language, self.status);
        feed::sha256(&[head.as_bytes(), &self.body].concat())
    }

    /// Understands the body; on a thread of its own, since a large one takes a while.
    pub(crate) async fn draft(self, site: std::sync::Arc<Site>) -> Result<Draft, Problem> {
        let work = tokio::task::spawn_blocking(move || self.understand(&site));
        work.await.unwrap_or_else(|_| {
            Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "this release cannot be read; send it as plain text",
            ))
        })
    }

    fn understand(&self, site: &Site) -> Result<Draft, Problem> {
        let text = utf8(&self.body)?;
        let mut draft = match self.kind {
            Kind::Json => Draft::from_json(&json(text)?, site)?,
            // A parser of HTML would drop it without a word.
            Kind::Html if text.contains('\0') => {
                return Err(Problem::fault("", "the text holds the character NUL (U+0000); take it out"));
            }
            kind => {
                let paste = match kind {
                    Kind::Markdown => release::markdown(text),
                    Kind::Html => release::html(text),
                    _ => release::plain(text),
                };
                let language = self.language.as_deref().or(paste.language.as_deref());
                let language = match language.map(Lang::parse) {
                    None => site.default_language().clone(),
                    Some(Ok(language)) => language,
                    Some(Err(message)) => return Err(Problem::fault("/Content-Language", message)),
                };
                Draft::from_paste(paste, &language, site)?
            }
        };
        if let Some(word) = &self.status {
            draft.status = match Status::parse(word) {
                Some(status @ (Status::Draft | Status::Submitted | Status::Published)) => Some(status),
                _ => {
                    return Err(Problem::fault(
                        "/status",
                        format!("expected status=draft, submitted or published, found `{word}`"),
                    ));
                }
            };
        }
        Ok(draft)
    }
}

/// The body of a call that has little to say: JSON, or nothing, which is an empty object.
pub(crate) async fn small_json(headers: &HeaderMap, body: Body) -> Result<Value, Problem> {
    let bytes = whole(body).await?;
    if bytes.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    if kind(headers)? != Kind::Json {
        let detail = "expected Content-Type application/json, or no body";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).with(header::ACCEPT, "application/json"));
    }
    json(utf8(&bytes)?)
}

/// A body that is too large is read to its end and forgotten, as far as it comes: whoever still writes when the connection ends may never
/// see the answer. It is told at the latest when nothing comes for a while, or too much.
pub(crate) async fn whole(mut body: Body) -> Result<Bytes, Problem> {
    let mut whole = Vec::new();
    let mut came = 0;
    loop {
        let next = body.frame();
        let frame = if came <= Limits::REQUEST_BYTES {
            next.await
        } else {
            match tokio::time::timeout(QUIET, next).await {
                Ok(frame) if came <= PATIENCE_BYTES => frame,
                _ => return Err(too_large()),
            }
        };
        match frame {
            None if came > Limits::REQUEST_BYTES => return Err(too_large()),
            None => return Ok(Bytes::from(whole)),
            Some(Err(_)) => return Err(Problem::new(StatusCode::BAD_REQUEST, "the body ended early; send it again")),
            Some(Ok(frame)) => {
                let Ok(data) = frame.into_data() else { continue };
                came += data.len();
                if came <= Limits::REQUEST_BYTES {
                    whole.extend_from_slice(&data);
                } else {
                    whole = Vec::new();
                }
            }
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|e| {
        let at = e.valid_up_to();
        let detail = format!("expected UTF-8, found another byte at position {at}; save the file as UTF-8");
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}

fn json(text: &str) -> Result<Value, Problem> {
    strict::parse(text).map_err(|e| Problem::new(StatusCode::BAD_REQUEST, format!("expected JSON: {e}")))
}

fn too_large() -> Problem {
    let limit = Limits::REQUEST_BYTES;
    let detail = format!(
        "expected at most {limit} bytes (5 MiB); photos and files do not go into a release: announce each with POST /v1/releases/{{id}}/media"
    );
    // What is left of the body is not read: the connection ends here, and the client must know.
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).with(header::CONNECTION, "close")
}

fn kind(headers: &HeaderMap) -> Result<Kind, Problem> {
    let refused = |found: &str| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("expected Content-Type {ACCEPTED}; found {found}"),
        )
        .with(header::ACCEPT, "application/json, text/plain, text/markdown, text/html")
    };
    if let Some(coding) = headers
        .get(header::CONTENT_ENCODING)
        .filter(|coding| coding.as_bytes() != b"identity")
    {
        return Err(refused(&format!("Content-Encoding {coding:?}; send the body uncompressed")));
    }
    let text = headers
        .get(header::CONTENT_TYPE)
        .ok_or_else(|| refused("none"))?
        .to_str()
        .map_err(|_| refused("unreadable bytes"))?;
    let mut parts = text.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    for parameter in parts {
        if let Some((name, value)) = parameter.split_once('=') {
            let value = value.trim_matches('"');
            if name.eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") && !value.eq_ignore_ascii_case("us-ascii") {
                return Err(refused(&format!("charset {value}")));
            }
        }
    }
    match media.as_str() {
        "application/json" => Ok(Kind::Json),
        "text/plain" => Ok(Kind::Plain),
        "text/markdown" => Ok(Kind::Markdown),
        "text/html" => Ok(Kind::Html),
        other => Err(refused(other)),
    }
}
