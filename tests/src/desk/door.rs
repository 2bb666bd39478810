//! Who comes in and how, and what a browser is told about every screen.

use http::{Method, header};
use scraper::Html;
use store::Bucket;

use super::{Browser, select, written};
use crate::{
    editorial::{AUTHOR, OTHER, office},
    harness::Room,
};

/// Screens that need a session, of a release.
fn screens(id: &str) -> Vec<String> {
    let mut all = vec![
        "/desk".to_owned(),
        "/desk/".to_owned(),
        "/desk?status=draft&q=x".to_owned(),
        "/desk/releases/new".to_owned(),
    ];
    for tail in [
        "",
        "/history",
        "/preview",
        "/submit",
        "/approve",
        "/publish",
        "/schedule",
        "/withdraw",
        "/restore",
        "/where",
    ] {
        all.push(format!("/desk/releases/{id}{tail}"));
    }
    all.extend([
        "/desk/x.css".to_owned(),
        "/desk/releases".to_owned(),
        format!("/desk/releases/{id}/x.js"),
    ]);
    all
}

/// What a form may be sent to.
fn targets(id: &str) -> Vec<String> {
    let mut all = vec!["/desk/paste".to_owned(), "/desk/sign-out".to_owned()];
    for tail in [
        "",
        "/preview",
        "/check",
        "/files",
        "/submit",
        "/approve",
        "/publish",
        "/schedule",
        "/withdraw",
        "/restore",
    ] {
        all.push(format!("/desk/releases/{id}{tail}"));
    }
    all
}

async fn private(room: &Room) -> Vec<String> {
    room.store().list(Bucket::Content, "", None, 1_000).await.unwrap().0
}

#[tokio::test]
async fn nobody_without_a_session_sees_more_than_the_door() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let id = written(&Browser::signed_in(&room, OTHER).await, "Heron budget is secret").await;
    let stranger = Browser::new(&room);
    for path in screens(&id) {
        let door = stranger.open(&path).await;
        assert_eq!(door.status, 401, "{path}");
        assert!(
            !door.text.contains("Heron") && door.text.contains("name=\"token\""),
            "{path}: {}",
            door.text
        );
    }
    let before = private(&room).await;
    for path in targets(&id) {
        let door = stranger
            .send(&path, &[("texts.en.title", "x"), ("do", "take"), ("revision", "1")])
            .await;
        assert_eq!(door.status, 401, "{path}: {}", door.text);
    }
    // A token counts as session only in its cookie, and a session is no token for the API.
    for (name, value) in [
        ("authorization", format!("Bearer {OTHER}")),
        ("cookie", format!("desk-token={OTHER}")),
        ("cookie", format!("__Host-desk-token={OTHER}x")),
        ("cookie", format!("__Host-desk-token={OTHER}; __Host-desk-token={OTHER}")),
    ] {
        let answer = room.request("GET", "/desk").header(name, &value).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{name}: {value}");
    }
    let answer = room
        .request("GET", &format!("/desk?token={OTHER}&desk-token={OTHER}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    let api = room
        .request("GET", "/v1/releases")
        .header("cookie", format!("__Host-desk-token={OTHER}"));
    assert_eq!(api.send().await.unwrap().status(), 401);
    assert_eq!(private(&room).await, before);
}

#[tokio::test]
async fn a_token_opens_a_session_that_ends_with_signing_out() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::new(&room);
    let door = browser.open("/desk?status=draft").await;
    let sheet = door.form("main form");
    assert_eq!((sheet.action.as_str(), sheet.get("next")), ("/desk/sign-in", "/desk?status=draft"));
    for wrong in ["", "nobody's", &format!("{AUTHOR}x")] {
        let again = browser.press(&sheet.clone().with("token", wrong), ("", "")).await;
        assert_eq!(again.status, 401);
        assert!(
            again.main().contains("Nobody has this token") && !again.text.contains(&format!("{AUTHOR}x")),
            "{}",
            again.text
        );
        assert_eq!(again.attributes("#token", "aria-invalid"), ["true"]);
    }
    let entered = browser.press_only(&sheet.with("token", AUTHOR), ("", "")).await;
    assert_eq!((entered.status, entered.location.as_str()), (303, "/desk?status=draft"));
    let set = entered.headers[header::SET_COOKIE].to_str().unwrap();
    for part in ["__Host-desk-token=", "; Path=/;", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    let board = browser.open("/desk").await;
    assert_eq!(board.status, 200);
    assert!(board.text.contains("author (author)"), "{}", board.text);
    assert!(!board.text.contains(AUTHOR), "a token is on a screen");
    let left = browser.press_only(&board.form("form[action='/desk/sign-out']"), ("", "")).await;
    assert!(left.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(browser.open("/desk").await.status, 401);
}

#[tokio::test]
async fn a_revoked_token_ends_its_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, AUTHOR).await;
    room.store().put(&store::Key::Tokens, b"{\"tokens\": []}".to_vec()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(2_200)).await;
    // Somebody else's try makes the program look again.
    Browser::new(&room).send("/desk/sign-in", &[("token", "nobody's")]).await;
    assert_eq!(browser.open("/desk").await.status, 401);
}

#[tokio::test]
async fn S21_no_header_or_query_of_a_stranger_comes_into_a_page_or_a_cache() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, OTHER).await;
    let id = written(&browser, "Harbour fees fall").await;
    let token = format!("__Host-desk-token={OTHER}");
    for cookie in ["", token.as_str()] {
        for path in screens(&id) {
            let request = room.request("GET", &path).header("cookie", cookie);
            let hostile = request
                .header("x-forwarded-host", "evil.example")
                .header("x-forwarded-proto", "gopher")
                .header("forwarded", "host=evil.example")
                .header("x-original-url", "/desk/releases/evil.example")
                .header("x-rewrite-url", "/evil.example")
                .header("accept", "evil.example/x")
                .header("range", "bytes=0-3");
            let answer = hostile.send().await.unwrap();
            let (status, headers) = (answer.status(), answer.headers().clone());
            assert!(!status.is_server_error() && status != 206, "{path}: {status}");
            assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{path}");
            let all = format!("{headers:?}{}", answer.text().await.unwrap());
            assert!(!all.contains("evil.example") && !all.contains("gopher"), "{path}: {all}");
        }
    }
    // What looks like a file is none: a cache that goes by names would keep it.
    for path in ["/desk/x.css", "/desk/releases/x.js", "/desk/desk.css/x", "/desk/style.css"] {
        let answer = browser.open(path).await;
        assert_eq!(
            (answer.status, answer.headers[header::CACHE_CONTROL].to_str().unwrap()),
            (404, "no-store"),
            "{path}"
        );
    }
    for path in ["/desk/desk.css", "/desk/desk.js"] {
        let answer = browser.open(path).await;
        assert_eq!(
            (answer.status, answer.headers[header::CACHE_CONTROL].to_str().unwrap()),
            (200, "no-store"),
            "{path}"
        );
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}

#[tokio::test]
async fn S22_no_other_origin_may_read_the_desk_or_the_api() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let id = written(&Browser::signed_in(&room, OTHER).await, "Harbour fees fall").await;
    let mut paths = screens(&id);
    paths.extend([
        "/v1/releases".to_owned(),
        format!("/v1/releases/{id}"),
        "/v1/openapi.json".to_owned(),
        "/health".to_owned(),
    ]);
    for origin in [
        "https://evil.example",
        "null",
        "https://sub.evil.example",
        "http://127.0.0.1.evil.example",
    ] {
        for path in &paths {
            for method in [Method::GET, Method::OPTIONS, Method::HEAD] {
                let request = room
                    .request(method.as_str(), path)
                    .header("origin", origin)
                    .header("cookie", format!("__Host-desk-token={OTHER}"));
                let request = request
                    .header("access-control-request-method", "POST")
                    .header("access-control-request-headers", "authorization");
                let answer = request.send().await.unwrap();
                let allowed: Vec<&str> = answer
                    .headers()
                    .keys()
                    .map(|name| name.as_str())
                    .filter(|name| name.starts_with("access-control"))
                    .collect();
                assert!(allowed.is_empty(), "{method} {path} from {origin}: {allowed:?}");
            }
        }
    }
}

#[tokio::test]
async fn S23_a_form_of_another_site_changes_nothing_even_with_the_cookie() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, OTHER).await;
    let id = written(&browser, "Harbour fees fall").await;
    let before = private(&room).await;
    let cookie = format!("__Host-desk-token={OTHER}");
    let mut paths = targets(&id);
    paths.extend(["/desk/sign-in".to_owned(), "/desk/language".to_owned()]);
    let form = format!("revision=1&do=take&texts.en.title=Forged&texts.en.body=x&token={OTHER}&desk-token={OTHER}&language=fr");
    let from: [&[(&str, &str)]; 6] = [
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "null"), ("sec-fetch-site", "cross-site")],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("sec-fetch-site", "same-site")],
        &[],
    ];
    for path in &paths {
        for headers in from {
            for kind in [
                "application/x-www-form-urlencoded",
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/json",
            ] {
                let mut request = room.request("POST", path).header("cookie", &cookie).header("content-type", kind);
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let answer = request.body(form.clone()).send().await.unwrap();
                assert_eq!(answer.status(), 403, "{path} {headers:?} {kind}");
                assert!(answer.headers().get(header::SET_COOKIE).is_none(), "{path}");
            }
        }
    }
    assert_eq!(private(&room).await, before);
    // A fat GET changes nothing either.
    for path in targets(&id) {
        let answer = room
            .request("GET", &path)
            .header("cookie", &cookie)
            .body(form.clone())
            .send()
            .await
            .unwrap();
        assert!(answer.status() != 303, "{path}");
    }
    assert_eq!(private(&room).await, before);
    let own = browser
        .press_only(&browser.open(&format!("/desk/releases/{id}")).await.form("#editor"), ("do", "save"))
        .await;
    assert_eq!(own.status, 303);
}

#[tokio::test]
async fn S23_no_screen_can_be_framed_or_runs_anything_that_is_not_a_file_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    let browser = Browser::signed_in(&room, OTHER).await;
    let payload = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}</textarea><svg onload=alert(1)>";
    let id = written(&browser, payload).await;
    let mut all = vec![Browser::new(&room).open("/desk").await];
    for path in screens(&id).iter().filter(|path| !path.ends_with("/preview")) {
        all.push(browser.open(path).await);
    }
    // What was refused comes back on its form; what came without session, on the door.
    let sheet = browser
        .open(&format!("/desk/releases/{id}"))
        .await
        .form("#editor")
        .with("date", payload)
        .with("texts.fr.summary", payload);
    all.push(browser.press(&sheet, ("do", "save")).await);
    all.push(
        browser
            .open(&format!(
                "/desk?q={}",
                url::form_urlencoded::byte_serialize(payload.as_bytes()).collect::<String>()
            ))
            .await,
    );
    browser.forgets();
    all.push(browser.press(&sheet, (payload, payload)).await);
    for screen in all {
        let policy = screen.headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(
            !policy.contains("unsafe") && !policy.contains("data:") && !policy.contains('*'),
            "{policy}"
        );
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex"),
        ] {
            assert_eq!(screen.headers[name], value, "{}", screen.text);
        }
        let page = Html::parse_document(&screen.text);
        let mut scripts = 0;
        for element in page.select(&select("*")) {
            let name = element.value().name();
            for (attribute, value) in element.value().attrs() {
                assert!(
                    !attribute.starts_with("on") && attribute != "style" && !value.trim_start().starts_with("javascript:"),
                    "{name} {attribute}"
                );
            }
            scripts += usize::from(name == "script");
            assert!(
                !matches!(name, "style" | "svg" | "iframe" | "object" | "base"),
                "{name}: {}",
                screen.text
            );
        }
        assert_eq!(scripts, 1);
        assert_eq!(screen.attributes("script", "src"), ["/desk/desk.js"]);
        assert!(!screen.text.contains("7*7}}{"), "{}", screen.text);
    }
}

#[tokio::test]
async fn the_desk_speaks_the_language_that_was_chosen_and_writes_it_from_its_side() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    for (asked, lang, dir) in [
        ("fr-CA,fr;q=0.9", "fr", "ltr"),
        ("ar", "ar", "rtl"),
        ("zh-CN", "zh", "ltr"),
        ("de", "en", "ltr"),
    ] {
        let door = Browser::speaking(&room, asked).open("/desk").await;
        assert_eq!(
            (door.attributes("html", "lang"), door.attributes("html", "dir")),
            (vec![lang.to_owned()], vec![dir.to_owned()])
        );
    }
    let browser = Browser::signed_in(&room, OTHER).await;
    let board = browser.open("/desk?status=draft").await;
    let choice = board.form("form[action='/desk/language']");
    assert_eq!((choice.get("language"), choice.get("next")), ("en", "/desk?status=draft"));
    let back = browser.press_only(&choice.with("language", "ar"), ("", "")).await;
    assert_eq!(back.location, "/desk?status=draft");
    let arabic = browser.open(&back.location).await;
    assert_eq!(
        (arabic.attributes("html", "lang"), arabic.attributes("html", "dir")),
        (vec!["ar".to_owned()], vec!["rtl".to_owned()])
    );
    assert!(arabic.texts("h1")[0].contains("البيانات"), "{}", arabic.text);
    // Errors, too.
    let nothing = browser.open("/desk/nothing").await;
    assert_eq!((nothing.status, nothing.texts("h1")[0].as_str()), (404, "غير موجود"));
}
