//! The desk as a browser without script sees it: pages, forms, cookies, over HTTP with the running program.

mod attach;
mod board;
mod conflict;
mod door;
mod editor;
mod places;
mod script;
mod steps;

use std::cell::RefCell;

use reqwest::{Response, header};
use scraper::{ElementRef, Html, Selector};

use crate::harness::Room;

/// Somebody at the desk: keeps cookies, and sends forms as a browser does.
pub(crate) struct Browser<'a> {
    room: &'a Room,
    cookies: RefCell<Vec<(String, String)>>,
    /// `Accept-Language`.
    language: &'static str,
}

/// A page as it came.
pub(crate) struct Screen {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) headers: header::HeaderMap,
    pub(crate) text: String,
}

/// What a form would send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) action: String,
    pub(crate) pairs: Vec<(String, String)>,
}

fn select(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

impl<'a> Browser<'a> {
    pub(crate) fn new(room: &'a Room) -> Self {
        Self::speaking(room, "en")
    }

    pub(crate) fn speaking(room: &'a Room, language: &'static str) -> Self {
        Self {
            room,
            cookies: RefCell::default(),
            language,
        }
    }

    /// Somebody who has shown this token.
    pub(crate) async fn signed_in(room: &'a Room, token: &str) -> Self {
        let browser = Self::new(room);
        let entered = browser.send("/desk/sign-in", &[("token", token), ("next", "/desk")]).await;
        assert_eq!((entered.status, entered.location.as_str()), (303, "/desk"), "{}", entered.text);
        browser
    }

    /// As when the session has ended.
    pub(crate) fn forgets(&self) {
        self.cookies.borrow_mut().clear();
    }

    async fn come(&self, request: reqwest::RequestBuilder) -> Screen {
        let cookies = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>();
        let mut request = request.header(header::ACCEPT_LANGUAGE, self.language);
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let response: Response = request.send().await.unwrap();
        for set in response.headers().get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            let mut kept = self.cookies.borrow_mut();
            kept.retain(|(known, _)| known != name);
            if !set.contains("Max-Age=0;") {
                kept.push((name.to_owned(), value.to_owned()));
            }
        }
        let headers = response.headers().clone();
        Screen {
            status: response.status().as_u16(),
            location: headers
                .get(header::LOCATION)
                .map_or(String::new(), |to| to.to_str().unwrap().to_owned()),
            headers,
            text: response.text().await.unwrap(),
        }
    }

    pub(crate) async fn open(&self, path: &str) -> Screen {
        self.come(self.room.request("GET", path).header("sec-fetch-site", "same-origin"))
            .await
    }

    /// Posts as a form of the desk does.
    pub(crate) async fn send(&self, path: &str, pairs: &[(&str, &str)]) -> Screen {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(pairs).finish();
        let request = self
            .room
            .request("POST", path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, "null");
        self.come(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body))
            .await
    }

    /// Sends a form as a browser does whose button asks for `multipart/form-data` (RFC 7578), with what stands in the field `file`.
    pub(crate) async fn send_with_file(&self, path: &str, sheet: &Sheet, (name, kind, bytes): (&str, &str, &[u8])) -> Screen {
        const BOUNDARY: &str = "----WebKitFormBoundaryPressroom";
        let mut body = Vec::new();
        for (name, value) in &sheet.pairs {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend(format!("{head}{value}\r\n").into_bytes());
        }
        let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}");
        body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes());
        body.extend(bytes);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let request = self
            .room
            .request("POST", path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, "null");
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.come(request.header(header::CONTENT_TYPE, kind).body(body)).await
    }

    /// Presses a button of a form, and goes where it leads.
    pub(crate) async fn press(&self, sheet: &Sheet, button: (&str, &str)) -> Screen {
        let done = self.press_only(sheet, button).await;
        if done.status == 303 {
            self.open(&done.location).await
        } else {
            done
        }
    }

    /// The same without following.
    pub(crate) async fn press_only(&self, sheet: &Sheet, button: (&str, &str)) -> Screen {
        let mut pairs: Vec<(&str, &str)> = sheet.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        pairs.push(button);
        self.send(&sheet.action, &pairs).await
    }
}

impl Screen {
    /// The texts of the elements, white space folded.
    pub(crate) fn texts(&self, css: &str) -> Vec<String> {
        let page = Html::parse_document(&self.text);
        page.select(&select(css)).map(words).collect()
    }

    /// All that a person reads there.
    pub(crate) fn main(&self) -> String {
        self.texts("main").join(" ")
    }

    /// The values of an attribute.
    pub(crate) fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let page = Html::parse_document(&self.text);
        page.select(&select(css))
            .filter_map(|found| found.attr(name).map(str::to_owned))
            .collect()
    }

    /// The first form that a selector finds, as a browser would send it without any button.
    pub(crate) fn form(&self, css: &str) -> Sheet {
        let page = Html::parse_document(&self.text);
        let form = page
            .select(&select(css))
            .next()
            .unwrap_or_else(|| panic!("no form {css}: {}", self.text));
        let mut pairs = Vec::new();
        for field in form.select(&select("input, textarea, select")) {
            let Some(name) = field.attr("name") else { continue };
            let value = match field.value().name() {
                // As browsers send it.
                "textarea" => Some(field.text().collect::<String>().replace('\n', "\r\n")),
                "select" => {
                    let options = || field.select(&select("option")).collect::<Vec<_>>();
                    let chosen = options().into_iter().find(|option| option.attr("selected").is_some());
                    let chosen = chosen.or_else(|| options().into_iter().next());
                    chosen.and_then(|option| option.attr("value").map(str::to_owned))
                }
                _ => match field.attr("type") {
                    Some("checkbox" | "radio") if field.attr("checked").is_none() => None,
                    Some("file") => None,
                    _ => Some(field.attr("value").unwrap_or_default().to_owned()),
                },
            };
            // What stands in a template is no field of the form.
            pairs.extend(value.map(|value| (name.to_owned(), value)));
        }
        Sheet {
            action: form.attr("action").unwrap().to_owned(),
            pairs,
        }
    }
}

impl Sheet {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        match self.pairs.iter_mut().find(|(known, _)| known == name) {
            Some(pair) => value.clone_into(&mut pair.1),
            None => self.pairs.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes a release and saves it; answers its id.
pub(crate) async fn written(browser: &Browser<'_>, title: &str) -> String {
    let sheet = browser.open("/desk/releases/new").await.form("#editor");
    let sheet = sheet
        .with("texts.en.title", title)
        .with("texts.en.body", "The council met and agreed.")
        .with("texts.en.dateline", "Dakar");
    let done = browser.press_only(&sheet, ("do", "save")).await;
    assert_eq!(done.status, 303, "{}", done.text);
    id_of(&done.location)
}

/// The release that an address of the desk is about.
pub(crate) fn id_of(location: &str) -> String {
    location.strip_prefix("/desk/releases/").unwrap()[..36].to_owned()
}
