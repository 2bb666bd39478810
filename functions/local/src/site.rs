//! The site port: serves the public bucket as the CDN does on AWS.
//!
//! It never answers anything but objects of the site bucket, and never sets a cookie.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use percent_encoding::percent_decode_str;
use store::{Served, Store};

/// Pages run no script but the one of the site, and load nothing from elsewhere but pictures.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; img-src 'self' https:; media-src 'self' https:; style-src 'self'; font-src 'self'; \
                           base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Documents for machines are never rendered as pages.
const DATA_POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
/// An address where nothing is may have something in a moment.
const ERROR_CACHE: &str = "public, max-age=10";

/// Answers a request for a public document (RFC 9110).
pub(crate) async fn answer(State(store): State<Arc<Store>>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    let mut response = route(&store, &request).await;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("ETag, Last-Modified, Link"),
    );
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(if page { PAGE_POLICY } else { DATA_POLICY }),
    );
    response
}

/// A compressed body is another representation: its validator must not claim equal bytes (RFC 9110, section 8.8.3).
pub(crate) async fn weaken(mut response: Response) -> Response {
    if response.headers().contains_key(header::CONTENT_ENCODING) {
        let weak = response
            .headers()
            .get(header::ETAG)
            .and_then(|etag| etag.to_str().ok())
            .filter(|etag| !etag.starts_with("W/"));
        if let Some(weak) = weak.and_then(|etag| HeaderValue::from_str(&format!("W/{etag}")).ok()) {
            response.headers_mut().insert(header::ETAG, weak);
        }
        response.headers_mut().remove(header::ACCEPT_RANGES);
    }
    response
}

async fn route(store: &Store, request: &Parts) -> Response {
    match request.method {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => {
            return (
                StatusCode::NO_CONTENT,
                [
                    (header::ALLOW, "GET, HEAD, OPTIONS"),
                    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
                ],
            )
                .into_response();
        }
        _ => {
            return (
                StatusCode::METHOD_NOT_ALLOWED,
                [(header::ALLOW, "GET, HEAD, OPTIONS")],
                "expected GET or HEAD\n",
            )
                .into_response();
        }
    }
    let path = request.uri.path();
    let Some(key) = key(path) else {
        return not_found(store, request).await;
    };
    let found = match store.fetch(&key).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(path, %error, "the site bucket does not answer");
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                [(header::RETRY_AFTER, "5"), (header::CACHE_CONTROL, "no-store")],
                "try again in a moment\n",
            )
                .into_response();
        }
    };
    match found {
        Some(object) => serve(object, request),
        None if page_exists(store, &key).await => (
            StatusCode::PERMANENT_REDIRECT,
            [
                (header::LOCATION, format!("{path}/")),
                (header::CACHE_CONTROL, ERROR_CACHE.to_owned()),
            ],
        )
            .into_response(),
        None => not_found(store, request).await,
    }
}

/// The object of a path: `/en/` is `en/index.html`. `None` for a path that no object can have.
fn key(path: &str) -> Option<String> {
    let path = percent_decode_str(path.strip_prefix('/')?).decode_utf8().ok()?;
    let folder = path.is_empty() || path.ends_with('/');
    let whole = path.trim_end_matches('/');
    let sound = |segment: &str| !matches!(segment, "" | "." | "..") && !segment.contains(['\\', '\0']);
    if !whole.is_empty() && !whole.split('/').all(sound) || path.ends_with("//") || path.ends_with("index.html") {
        return None;
    }
    Some(if folder { format!("{path}index.html") } else { path.into_owned() })
}

async fn page_exists(store: &Store, key: &str) -> bool {
    let last = key.rsplit('/').next().unwrap_or_default();
    !last.contains('.') && matches!(store.fetch(&format!("{key}/index.html")).await, Ok(Some(_)))
}

async fn not_found(store: &Store, request: &Parts) -> Response {
    let page = store.fetch("404.html").await.ok().flatten();
    let bytes = page.map_or_else(|| Bytes::from_static(b"nothing is here\n"), |page| page.bytes);
    let body = if request.method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(bytes)
    };
    (
        StatusCode::NOT_FOUND,
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, ERROR_CACHE),
        ],
        body,
    )
        .into_response()
}

fn serve(object: Served, request: &Parts) -> Response {
    let mut headers = HeaderMap::new();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::ETAG, &object.etag);
    set(header::LAST_MODIFIED, &http_date(object.last_modified));
    set(header::CACHE_CONTROL, &object.cache_control);
    if unchanged(&object, &request.headers) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    set(header::CONTENT_TYPE, &object.content_type);
    if let Some(disposition) = &object.content_disposition {
        set(header::CONTENT_DISPOSITION, disposition);
    }
    set(header::ACCEPT_RANGES, "bytes");
    let size = object.bytes.len();
    match range(&object, request) {
        Range::Whole => {
            if request.method == Method::HEAD {
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
                return (StatusCode::OK, headers).into_response();
            }
            (StatusCode::OK, headers, Body::from(object.bytes)).into_response()
        }
        Range::Part(first, last) => {
            if let Ok(value) = HeaderValue::from_str(&format!("bytes {first}-{last}/{size}")) {
                headers.insert(header::CONTENT_RANGE, value);
            }
            (StatusCode::PARTIAL_CONTENT, headers, Body::from(object.bytes.slice(first..=last))).into_response()
        }
        Range::Unsatisfiable => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            [(header::CONTENT_RANGE, format!("bytes */{size}"))],
        )
            .into_response(),
    }
}

/// `If-None-Match` beats `If-Modified-Since`; the comparison is weak (RFC 9110, section 13.2.2).
fn unchanged(object: &Served, headers: &HeaderMap) -> bool {
    let texts: Vec<&str> = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    if !texts.is_empty() {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        return texts
            .iter()
            .flat_map(|text| text.split(','))
            .any(|tag| tag.trim() == "*" || opaque(tag) == opaque(&object.etag));
    }
    let since = headers.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    since
        .and_then(|text| jiff::fmt::rfc2822::parse(text).ok())
        .is_some_and(|since| object.last_modified <= since.timestamp().as_second())
}

enum Range {
    Whole,
    Part(usize, usize),
    Unsatisfiable,
}

/// One byte range (RFC 9110, section 14.1.2); several are answered with the whole.
fn range(object: &Served, request: &Parts) -> Range {
    let headers = &request.headers;
    let text = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.strip_prefix("bytes="));
    let Some(text) = text.filter(|text| request.method == Method::GET && !text.contains(',')) else {
        return Range::Whole;
    };
    if headers
        .get(header::IF_RANGE)
        .is_some_and(|tag| tag.as_bytes() != object.etag.as_bytes())
    {
        return Range::Whole;
    }
    let size = object.bytes.len();
    let Some((first, last)) = text.split_once('-') else {
        return Range::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let bounds = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(size.saturating_sub(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, size.saturating_sub(1)),
        (Err(_), Ok(count)) if first.is_empty() && count > 0 => (size.saturating_sub(count), size.saturating_sub(1)),
        (Err(_), Ok(_)) if first.is_empty() => return Range::Unsatisfiable,
        _ => return Range::Whole,
    };
    if bounds.0 >= size {
        Range::Unsatisfiable
    } else {
        Range::Part(bounds.0, bounds.1)
    }
}

/// RFC 9110, section 5.6.7.
fn http_date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or_default()
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_one_object_or_none() {
        assert_eq!(key("/").as_deref(), Some("index.html"));
        assert_eq!(key("/en/").as_deref(), Some("en/index.html"));
        assert_eq!(key("/en/rss.xml").as_deref(), Some("en/rss.xml"));
        for bad in [
            "/../x",
            "/a/%2e%2e/b",
            "/a//b",
            "/a/./b",
            "/%00",
            "/a%5Cb",
            "/en//",
            "/index.html",
            "/%FF",
        ] {
            assert_eq!(key(bad), None, "{bad}");
        }
    }
}
