//! A release as its page will look, for the office alone.

use std::time::Duration;

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use feed::{Public, release_page};
use http::{HeaderName, StatusCode, header};
use release::{Lang, Revision, Status};

use crate::{
    Desk,
    files::{self, system_time},
    problem::Problem,
    save::{self, whole_seconds},
};

/// Nothing but the office's own style sheet and pictures: the page is shown in a browser that is signed in elsewhere.
const POLICY: &str =
    "default-src 'none'; style-src https: http:; img-src https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// How long a page under preview may be looked at.
const LOOK: Duration = Duration::from_secs(15 * 60);

/// The page of a revision in one language, as if it became public at `now`.
///
/// Its files are not public yet: they are shown from where they were sent to, for as long as somebody looks.
pub(crate) async fn answer(mut revision: Revision, language: &Lang, desk: &Desk) -> Result<Response, Problem> {
    // What is wrong with its files is said elsewhere; here their pictures take the room that they will.
    files::inspect(&mut revision, None, &desk.store).await?;
    let (site, clock) = (&*desk.site, (desk.now)());
    let now = whole_seconds(clock);
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
    let public = Public::of(&shown, site);
    let page = public.as_ref().and_then(|public| release_page(public, site, language).ok());
    let (Some(public), Some(Ok(mut page))) = (public, page.map(String::from_utf8)) else {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "this revision cannot be shown as a page; save it again",
        ));
    };
    for media in &public.media {
        let renditions = media.file.renditions.iter().map(|one| (&one.sha256, &one.url));
        for (sha256, public) in std::iter::once((&media.file.sha256, &media.url)).chain(renditions) {
            let url = desk.store.private_url(sha256, &media.file.kind, system_time(clock), LOOK).await?;
            page = page.replace(public, &url.replace('&', "&amp;"));
        }
    }
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, Body::from(page)).into_response())
}
