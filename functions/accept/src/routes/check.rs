//! A look at a release without saving anything.

use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use http::{StatusCode, header};
use release::{Fault, Revision, Status};
use uuid::Uuid;

use super::{Answer, Params, json, parse_id, signed};
use crate::{
    Desk, check, files,
    intake::{Intake, whole},
    problem::Problem,
    revisions::{highest, read},
    save::{self, Saving},
};

/// Of a release that is not stored yet.
pub(super) async fn new(State(desk): State<Arc<Desk>>, Query(params): Params, request: Request) -> Answer {
    let id = (desk.new_id)((desk.now)());
    sent(&desk, id, None, params.get("status").cloned(), request).await
}

/// Of the latest revision, or of what is sent as the next one.
pub(super) async fn stored(State(desk): State<Arc<Desk>>, Path(id): Path<String>, Query(params): Params, request: Request) -> Answer {
    let id = parse_id(&id)?;
    let unknown = || Problem::unknown("this release");
    let n = highest(&desk.store, id).await?.ok_or_else(unknown)?;
    let latest = read(&desk.store, id, n).await?.ok_or_else(unknown)?;
    if request.headers().contains_key(header::CONTENT_TYPE) {
        return sent(&desk, id, Some(&latest), params.get("status").cloned(), request).await;
    }
    if !whole(request.into_body()).await?.is_empty() {
        let detail = "expected a Content-Type with the body, or no body for the latest revision";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    told(&desk, latest, Vec::new()).await
}

async fn sent(desk: &Desk, id: Uuid, previous: Option<&Revision>, status: Option<String>, request: Request) -> Answer {
    let by = signed(&request)?;
    let (parts, body) = request.into_parts();
    let intake = Intake::read(&parts.headers, status, body).await?;
    let mut draft = intake.draft(Arc::clone(&desk.site)).await?;
    let (warnings, publish_at) = (std::mem::take(&mut draft.warnings), draft.publish_at.take());
    // Whether this person may publish it, and by when, is not asked here.
    draft.status = Some(Status::Draft);
    let at = (desk.now)();
    let revision = save::next(draft, Saving { id, at, by, previous }, &desk.site)?;
    told(desk, Revision { publish_at, ..revision }, warnings).await
}

async fn told(desk: &Desk, mut revision: Revision, warnings: Vec<Fault>) -> Answer {
    let files = files::inspect(&mut revision, None, &desk.store).await?;
    let mut found = check::look(&revision, desk).await?;
    found.errors.splice(0..0, files);
    found.warnings.splice(0..0, warnings);
    Ok(json(StatusCode::OK, &found))
}
