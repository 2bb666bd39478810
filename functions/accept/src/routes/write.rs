//! Calls that make a revision.

use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use release::{Step, Upload, log_name};
use store::{Created, Key};
use tracing::info;

use super::{Answer, Params, parse_id, saved, signed};
use crate::{
    Desk, check, files, idempotency,
    intake::{self, Intake},
    keep::{self, Call, Condition, announce_and_reserve},
    problem::Problem,
    revisions::{highest, read},
    save::{self, Saving},
};

pub(super) async fn create(State(desk): State<Arc<Desk>>, Query(params): Params, request: Request) -> Answer {
    let by = signed(&request)?;
    let (parts, body) = request.into_parts();
    let intake = Intake::read(&parts.headers, params.get("status").cloned(), body).await?;
    let fingerprint = intake.fingerprint();
    let draft = intake.draft(Arc::clone(&desk.site)).await?;
    let mut at = (desk.now)();
    let mut id = (desk.new_id)(at);
    let mut warnings = draft.warnings.clone();
    let overriding = check::overriding(&params)?;
    // Judged before a key is bound to it: a refused release may be sent again, mended, under the same key.
    let mut revision = save::next(
        draft.clone(),
        Saving {
            id,
            at,
            by: by.clone(),
            previous: None,
        },
        &desk.site,
    )?;
    warnings.extend(check::hold(&mut revision, None, overriding.clone(), &desk).await?);
    if let Some(key) = idempotency_key(&parts.headers)? {
        let settled = idempotency::settle(&desk.store, &by.name, key, fingerprint, id, at).await?;
        if settled != (id, at) {
            (id, at) = settled;
            // The first attempt may have come all the way: the answer is what it stored.
            if let Some(found) = read(&desk.store, id, 1).await? {
                return Ok(saved(StatusCode::CREATED, &found, &warnings));
            }
            revision = save::next(
                draft,
                Saving {
                    id,
                    at,
                    by,
                    previous: None,
                },
                &desk.site,
            )?;
            check::hold(&mut revision, None, overriding, &desk).await?;
        }
    }
    announce_and_reserve(&mut revision, &desk).await?;
    let revision = match desk.store.create(&Key::Revision(id, 1), revision.to_bytes()).await? {
        Created::New => revision,
        // Two attempts at once under one key: the other one's revision is the answer to both.
        Created::Exists(_) => read(&desk.store, id, 1).await?.ok_or_else(|| Problem::unknown("the release"))?,
    };
    info!(
        release.digest = log_name(id),
        status = revision.status.as_str(),
        by = revision.by.name,
        "created"
    );
    Ok(saved(StatusCode::CREATED, &revision, &warnings))
}

pub(super) async fn replace(State(desk): State<Arc<Desk>>, Path(id): Path<String>, Query(params): Params, request: Request) -> Answer {
    let by = signed(&request)?;
    let id = parse_id(&id)?;
    let (parts, body) = request.into_parts();
    let expected = condition(&parts.headers)?;
    let intake = Intake::read(&parts.headers, params.get("status").cloned(), body).await?;
    let draft = intake.draft(Arc::clone(&desk.site)).await?;
    let overriding = check::overriding(&params)?;
    let (revision, warnings) = keep::replace(&desk, by, id, expected, draft, overriding).await?;
    let status = if revision.revision == 1 {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(saved(status, &revision, &warnings))
}

/// A change of status. With `If-Match` it is of that revision or refused; without, of the latest one.
pub(super) async fn take(step: Step, State(desk): State<Arc<Desk>>, Path(id): Path<String>, request: Request) -> Answer {
    let by = signed(&request)?;
    let id = parse_id(&id)?;
    let (parts, body) = request.into_parts();
    let expected = match condition(&parts.headers) {
        Ok(Condition::After(n)) => Some(n),
        Ok(Condition::New) => {
            return Err(Problem::fault(
                "/If-None-Match",
                "a step is of a release that is there; send If-Match",
            ));
        }
        Err(_) if !parts.headers.contains_key(header::IF_MATCH) => None,
        Err(problem) => return Err(problem),
    };
    let body = &intake::small_json(&parts.headers, body).await?;
    let key = idempotency_key(&parts.headers)?;
    let call = Call {
        step,
        id,
        expected,
        body,
        key,
    };
    let (revision, warnings) = keep::take(&desk, by, call).await?;
    Ok(saved(StatusCode::OK, &revision, &warnings))
}

/// Announces a file, which is then sent to S3 and named in the release.
pub(super) async fn media(State(desk): State<Arc<Desk>>, Path(id): Path<String>, request: Request) -> Answer {
    let id = parse_id(&id)?;
    let (parts, body) = request.into_parts();
    let body = intake::small_json(&parts.headers, body).await?;
    let file = Upload::from_json(&body, &desk.site)?;
    highest(&desk.store, id).await?.ok_or_else(|| Problem::unknown("this release"))?;
    files::announce(&desk, id, file).await
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let key = headers.get("idempotency-key").map(HeaderValue::to_str).transpose();
    key.map_err(|_| Problem::fault("/Idempotency-Key", "expected visible ASCII characters"))
}

fn condition(headers: &HeaderMap) -> Result<Condition, Problem> {
    let text = |name| {
        headers
            .get(name)
            .map(|value: &HeaderValue| value.to_str().unwrap_or_default().trim().to_owned())
    };
    match (text(header::IF_MATCH), text(header::IF_NONE_MATCH)) {
        (None, Some(any)) if any == "*" => Ok(Condition::New),
        (Some(tag), None) => {
            let number = tag.trim_start_matches("W/").trim_matches('"').parse().ok().filter(|n| *n > 0);
            number.map(Condition::After).ok_or_else(|| {
                Problem::new(
                    StatusCode::PRECONDITION_FAILED,
                    format!("expected If-Match with the number of the latest revision, such as \"3\"; found {tag}"),
                )
            })
        }
        _ => {
            let detail = "expected If-Match with the ETag of the revision you edited, or If-None-Match: * for a new release; without it you could overwrite somebody's work";
            Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, detail))
        }
    }
}
