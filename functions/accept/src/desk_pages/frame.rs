//! What every screen has around it, the door, and the page that says what went wrong.

use askama::Template;
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use release::{By, Role, Site};

use super::{
    guard::{Visit, Visitor},
    html,
    told::{Told, say},
    words::{Tongue, Words, fill},
};
use crate::problem::Problem;

/// Around a screen.
pub(super) struct Frame {
    pub(super) w: &'static Words,
    pub(super) tag: &'static str,
    pub(super) dir: &'static str,
    pub(super) organisation: String,
    /// Who is here, in words.
    pub(super) who: Option<String>,
    /// Where to come back to after the language was changed.
    pub(super) at: String,
    pub(super) tongues: Vec<(Tongue, bool)>,
}

impl Frame {
    pub(super) fn new(site: &Site, visitor: &Visitor, by: Option<&By>) -> Self {
        let tongue = visitor.tongue;
        let who = |by: &By| {
            fill(
                tongue.words.signed_in_as,
                &[("name", &by.name), ("role", role(by.role, tongue.words))],
            )
        };
        Self {
            w: tongue.words,
            tag: tongue.tag,
            dir: tongue.dir(),
            organisation: site.organisation.clone(),
            who: by.map(who),
            at: visitor.at.clone(),
            tongues: Tongue::all().map(|other| (other, other.tag == tongue.tag)).collect(),
        }
    }

    pub(super) fn of(site: &Site, visit: &Visit) -> Self {
        Self::new(site, &visit.visitor, Some(&visit.by))
    }
}

pub(super) fn role(role: Role, words: &Words) -> &'static str {
    match role {
        Role::Author => words.role_author,
        Role::Editor => words.role_editor,
        Role::Admin => words.role_admin,
    }
}

/// Where somebody shows a token.
#[derive(Default)]
pub(super) struct Door {
    /// The last one was none of ours.
    pub(super) wrong: bool,
    /// Where to go on with GET.
    pub(super) next: String,
    /// Where to go on with what was sent without a session.
    pub(super) resume: Option<String>,
    /// What was sent.
    pub(super) kept: Vec<(String, String)>,
    /// A link from elsewhere led here: the browser keeps the cookie back until a page of ours leads on.
    pub(super) again: bool,
}

impl Door {
    /// The field with the token on the way on; no release has one of this name.
    pub(super) const TOKEN: &str = "desk-token";
}

#[derive(Template)]
#[template(path = "desk/door.html")]
struct DoorPage {
    frame: Frame,
    door: Door,
    action: String,
    name: &'static str,
}

pub(super) fn door(site: &Site, visitor: &Visitor, status: StatusCode, door: Door) -> Response {
    let at = Visitor {
        at: if door.next.is_empty() {
            "/desk".to_owned()
        } else {
            door.next.clone()
        },
        ..visitor.clone()
    };
    let page = DoorPage {
        frame: Frame::new(site, &at, None),
        action: door.resume.clone().unwrap_or_else(|| "/desk/sign-in".to_owned()),
        name: if door.resume.is_some() { Door::TOKEN } else { "token" },
        door,
    };
    html(status, &page)
}

#[derive(Template)]
#[template(path = "desk/trouble.html")]
struct TroublePage {
    frame: Frame,
    title: &'static str,
    told: Vec<Told>,
}

/// What went wrong, for a person.
pub(super) fn trouble(site: &Site, visitor: &Visitor, by: Option<&By>, problem: &Problem) -> Response {
    let tongue = visitor.tongue;
    let w = tongue.words;
    let title = match problem.status {
        StatusCode::NOT_FOUND => w.trouble_not_found,
        StatusCode::FORBIDDEN => w.trouble_forbidden,
        StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT => w.trouble_conflict,
        StatusCode::SERVICE_UNAVAILABLE => w.trouble_unavailable,
        status if status.is_client_error() => w.trouble_refused,
        _ => w.trouble_ours,
    };
    let page = TroublePage {
        frame: Frame::new(site, visitor, by),
        title,
        told: sentences(problem, tongue),
    };
    let mut response = html(problem.status, &page);
    for (name, value) in &problem.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// All that a problem says.
pub(super) fn sentences(problem: &Problem, tongue: Tongue) -> Vec<Told> {
    let one = |message: &str| {
        let (message, lang) = say(message, tongue);
        Told {
            field: String::new(),
            message,
            lang,
        }
    };
    if problem.errors.is_empty() {
        return vec![one(&problem.detail)];
    }
    problem.errors.iter().map(|fault| one(&fault.message)).collect()
}
