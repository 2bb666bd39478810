//! Before and after each screen: who asks, from where, and what a browser may do with the answer.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use release::By;

use super::{
    Trouble, attach,
    form::Form,
    frame::{Door, door, trouble},
    session,
    words::Tongue,
};
use crate::{Desk, problem::Problem};

/// Styles and scripts are files of ours; nobody frames the desk. `more` is where files go to.
pub(super) fn policy(more: &str) -> String {
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' {more}; connect-src 'self' {more}; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// Whoever asks, known or not.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) tongue: Tongue,
    /// Path and query of the request.
    pub(super) at: String,
}

/// Somebody of the press office.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) by: By,
    pub(super) visitor: Visitor,
}

/// Around every screen, and the door.
pub(super) async fn everywhere(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let visitor = Visitor {
        tongue: Tongue::choose(session::chosen(request.headers()).as_deref(), request.headers()),
        at: request.uri().path_and_query().map_or("/desk", |at| at.as_str()).to_owned(),
    };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = if reads || own(request.headers()) {
        request.extensions_mut().insert(visitor.clone());
        next.run(request).await
    } else {
        let detail = "expected a form of this desk; the request came from another site";
        trouble(&desk.site, &visitor, None, &Problem::new(StatusCode::FORBIDDEN, detail))
    };
    if let Some(Trouble(problem)) = response.extensions_mut().remove::<Trouble>() {
        response = trouble(&desk.site, &visitor, None, &problem);
    }
    protect(response.headers_mut());
    response
}

/// Whether a request that changes something comes from a page of this host (attack S23). Browsers say so in `Sec-Fetch-Site`; older ones in
/// `Origin`. Whoever says neither is no browser, and has the API.
fn own(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST);
    let origin = text(header::ORIGIN).filter(|origin| *origin != "null");
    let same = origin
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, name)| Some(name) == host);
    match text(HeaderName::from_static("sec-fetch-site")) {
        // Without a referrer the origin of a form is `null`.
        Some("same-origin") => same.unwrap_or(true),
        Some(_) => false,
        None => same.unwrap_or(false),
    }
}

fn protect(headers: &mut HeaderMap) {
    if let (false, Ok(policy)) = (
        headers.contains_key(header::CONTENT_SECURITY_POLICY),
        HeaderValue::from_str(&policy("")),
    ) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let mut set = |name: &'static str, value: &'static str| {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    };
    set("referrer-policy", "no-referrer");
    set("x-frame-options", "DENY");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), geolocation=(), microphone=()");
    set("x-robots-tag", "noindex");
    set("strict-transport-security", "max-age=63072000; includeSubDomains");
    // The language of the desk depends on both.
    set("vary", "Cookie, Accept-Language");
}

/// Lets in who has a session. What was sent without one is kept on the page that asks for the token, and goes on from there.
pub(super) async fn inside(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let Some(visitor) = request.extensions().get::<Visitor>().cloned() else {
        return axum::response::IntoResponse::into_response(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut fresh = None;
    let by = match session::token(request.headers()) {
        Some(token) => desk.tokens.whose(&desk.store, &token).await,
        None => Err(Problem::new(StatusCode::UNAUTHORIZED, "expected a session")),
    };
    let by = match by {
        Ok(by) => by,
        Err(problem) if problem.status != StatusCode::UNAUTHORIZED => return trouble(&desk.site, &visitor, None, &problem),
        Err(_) if *request.method() == Method::POST => {
            let form = match sent(&mut request).await {
                Ok(form) => form,
                Err(problem) => return trouble(&desk.site, &visitor, None, &problem),
            };
            let token = form.get(Door::TOKEN).trim().to_owned();
            let known = if token.is_empty() {
                None
            } else {
                desk.tokens.whose(&desk.store, &token).await.ok()
            };
            let form = form.without(Door::TOKEN);
            let Some(by) = known else {
                let page = Door {
                    wrong: !token.is_empty(),
                    resume: Some(visitor.at.clone()),
                    kept: form.pairs().to_vec(),
                    ..Door::default()
                };
                return door(&desk.site, &visitor, StatusCode::UNAUTHORIZED, page);
            };
            *request.body_mut() = Body::from(form.encoded());
            fresh = Some(token);
            by
        }
        Err(_) => {
            let foreign = request
                .headers()
                .get("sec-fetch-site")
                .is_some_and(|site| site.as_bytes() == b"cross-site");
            let page = Door {
                next: session::inside(&visitor.at).to_owned(),
                again: foreign,
                ..Door::default()
            };
            return door(&desk.site, &visitor, StatusCode::UNAUTHORIZED, page);
        }
    };
    request.extensions_mut().insert(Visit {
        by: by.clone(),
        visitor: visitor.clone(),
    });
    let mut response = next.run(request).await;
    if let Some(Trouble(problem)) = response.extensions_mut().remove::<Trouble>() {
        response = trouble(&desk.site, &visitor, Some(&by), &problem);
    }
    if let Some(token) = fresh {
        session::begin(&mut response, &token);
    }
    response
}

/// The form of a request, which is read once.
async fn sent(request: &mut Request) -> Result<Form, Problem> {
    let body = std::mem::replace(request.body_mut(), Body::empty());
    let form = attach::form(request.headers(), body).await?;
    request
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    Ok(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(non_snake_case)]
    fn S23_a_form_counts_when_the_browser_says_that_it_is_of_this_host() {
        let told = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            own(&headers.chain([(header::HOST, HeaderValue::from_static("desk.example"))]).collect())
        };
        for good in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://desk.example")],
            &[("origin", "https://desk.example")],
        ] {
            assert!(told(good), "{good:?}");
        }
        for bad in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://desk.example.evil.example")],
            &[("origin", "https://sub.desk.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://desk.example")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
            &[("x-forwarded-host", "evil.example"), ("origin", "https://evil.example")],
        ] {
            assert!(!told(bad), "{bad:?}");
        }
    }
}
