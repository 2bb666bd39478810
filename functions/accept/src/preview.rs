//! A release as its page will look, for the office alone.

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use feed::{Public, release_page};
use http::{HeaderName, StatusCode, header};
use jiff::Timestamp;
use release::{Lang, Revision, Site, Status};

use crate::{
    problem::Problem,
    save::{self, whole_seconds},
};

/// Nothing but the office's own style sheet and pictures: the page is shown in a browser that is signed in elsewhere.
const POLICY: &str =
    "default-src 'none'; style-src https: http:; img-src https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The page of a revision in one language, as if it became public at `now`.
pub(crate) fn answer(revision: Revision, language: &Lang, now: Timestamp, site: &Site) -> Result<Response, Problem> {
    let now = whole_seconds(now);
    let published = save::given(&revision, site)?
        .or(revision.published)
        .or(revision.publish_at)
        .unwrap_or(now);
    let withdrawn = revision.status == Status::Withdrawn;
    let shown = Revision {
        status: if withdrawn { Status::Withdrawn } else { Status::Published },
        published: Some(published),
        updated: revision.updated_at(now),
        // It gets its address when it is scheduled or published.
        path: Some(revision.path.clone().unwrap_or_else(|| save::address(&revision, published, site))),
        ..revision
    };
    let page = Public::of(&shown, site).and_then(|public| release_page(&public, site, language).ok());
    let page = page.ok_or_else(|| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "this revision cannot be shown as a page; save it again",
        )
    })?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, Body::from(page)).into_response())
}
