//! Who is at the desk: the token in a cookie that no script can read and no other site can send.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{
    Page, Trouble,
    form::Form,
    frame::{Door, door},
    guard::Visitor,
    see,
    words::Tongue,
};
use crate::{Desk, intake};

/// Bound to this host, to HTTPS and to all paths (RFC 6265bis, section 4.1.3.2). Chromium counts loopback as safe, so the
/// local program needs no other one.
const TOKEN: &str = "__Host-desk-token";
const LANGUAGE: &str = "__Host-desk-language";
/// A long working day.
const DAY_SECONDS: u32 = 14 * 3600;
const YEAR_SECONDS: u32 = 365 * 24 * 3600;

/// The token that a request carries; only one counts.
pub(super) fn token(headers: &HeaderMap) -> Option<String> {
    cookie(headers, TOKEN)
}

/// The language somebody chose for the desk.
pub(super) fn chosen(headers: &HeaderMap) -> Option<String> {
    cookie(headers, LANGUAGE)
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = all
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(known, _)| *known == name);
    // Two of one name are somebody's trick.
    let (Some((_, value)), None) = (found.next(), found.next()) else {
        return None;
    };
    let value = percent_decode_str(value).decode_utf8().ok()?.into_owned();
    (!value.is_empty()).then_some(value)
}

fn set(response: &mut Response, name: &str, value: &str, seconds: u32) {
    let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// From now on requests carry this token.
pub(super) fn begin(response: &mut Response, token: &str) {
    set(response, TOKEN, token, DAY_SECONDS);
}

/// `POST /desk/sign-in`: the token comes in the body, never in an address.
pub(super) async fn sign_in(State(desk): State<Arc<Desk>>, axum::Extension(visitor): axum::Extension<Visitor>, request: Request) -> Page {
    let form = Form::read(intake::whole(request.into_body()).await?);
    let next = inside(form.get("next"));
    let token = form.get("token").trim();
    let found = if token.is_empty() {
        None
    } else {
        match desk.tokens.whose(&desk.store, token).await {
            Ok(by) => Some(by),
            Err(problem) if problem.status == StatusCode::UNAUTHORIZED => None,
            Err(problem) => return Err(problem.into()),
        }
    };
    if found.is_none() {
        let door = Door {
            wrong: true,
            next: next.to_owned(),
            ..Door::default()
        };
        return Ok(door_page(&desk, &visitor, door));
    }
    let mut response = see(next);
    begin(&mut response, token);
    Ok(response)
}

fn door_page(desk: &Desk, visitor: &Visitor, page: Door) -> Response {
    door(&desk.site, visitor, StatusCode::UNAUTHORIZED, page)
}

/// `POST /desk/sign-out`.
pub(super) async fn sign_out() -> Response {
    let mut response = see("/desk");
    set(&mut response, TOKEN, "", 0);
    // What the browser kept of unsaved texts goes, too.
    let clear = HeaderValue::from_static("\"storage\"");
    response.headers_mut().insert("clear-site-data", clear);
    response
}

/// `POST /desk/language`.
pub(super) async fn language(request: Request) -> Result<Response, Trouble> {
    let form = Form::read(intake::whole(request.into_body()).await?);
    let mut response = see(inside(form.get("next")));
    if let Some(tongue) = Tongue::of(form.get("language")) {
        set(&mut response, LANGUAGE, tongue.tag, YEAR_SECONDS);
    }
    Ok(response.into_response())
}

/// Where to go on: a path of the desk, whatever was asked for.
pub(super) fn inside(path: &str) -> &str {
    let plain = path
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/-._~?&=%+".contains(&byte));
    let ours = path == "/desk" || path.starts_with("/desk/") || path.starts_with("/desk?");
    if plain && ours && !path.contains("//") && !path.contains("..") {
        path
    } else {
        "/desk"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&'static str]) -> HeaderMap {
        cookies
            .iter()
            .map(|value| (header::COOKIE, HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_one_cookie_of_our_name_counts() {
        assert_eq!(token(&headers(&["a=b; __Host-desk-token=pr%5F1; c=d"])).as_deref(), Some("pr_1"));
        for none in [
            &[][..],
            &["__Host-desk-token="],
            &["desk-token=x"],
            &["__Host-desk-token=a; __Host-desk-token=b"],
            &["__Host-desk-token=a", "__Host-desk-token=b"],
            &["__host-desk-token=a"],
            &["__Host-desk-token=%FF"],
        ] {
            assert_eq!(token(&headers(none)), None, "{none:?}");
        }
    }

    #[test]
    fn a_cookie_is_for_this_host_alone_and_for_no_script() {
        let mut response = ().into_response();
        begin(&mut response, "a;b=\"c\" é");
        let told = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert_eq!(
            told,
            "__Host-desk-token=a%3Bb%3D%22c%22%20%C3%A9; Path=/; Max-Age=50400; Secure; HttpOnly; SameSite=Strict"
        );
    }

    #[test]
    #[expect(non_snake_case)]
    fn S24_the_way_on_is_a_path_of_the_desk() {
        for good in ["/desk", "/desk?status=draft&q=a%20b", "/desk/releases/new"] {
            assert_eq!(inside(good), good);
        }
        for bad in [
            "",
            "//evil.example",
            "/desk//evil.example",
            "https://evil.example/desk",
            "/desk\\@evil.example",
            "/deskx",
            "/desk/../v1",
            "/desk\r\nLocation: x",
            "/desk/é",
            "desk",
            "javascript:alert(1)",
        ] {
            assert_eq!(inside(bad), "/desk", "{bad}");
        }
    }
}
