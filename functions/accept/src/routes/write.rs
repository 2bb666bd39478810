//! Calls that make a revision.

use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use release::{Remark, Revision, Status, Step, Upload, log_name};
use store::{Created, Key, Store};
use tracing::info;
use uuid::Uuid;

use super::{Answer, Params, parse_id, saved, signed};
use crate::{
    Desk, check, files, idempotency,
    intake::{self, Intake},
    problem::Problem,
    revisions::{before, highest, read},
    save::{self, Saving},
    steps::{self, Standing},
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
    let previous = match expected {
        Condition::New if id.get_version_num() != 7 => return Err(Problem::fault("/id", "expected a fresh UUIDv7 for a new release")),
        Condition::New => None,
        Condition::After(n) => match read(&desk.store, id, n).await? {
            Some(previous) => Some(previous),
            None => {
                return Err(highest(&desk.store, id)
                    .await?
                    .map_or_else(|| Problem::unknown("this release"), Problem::stale));
            }
        },
    };
    let mut warnings = draft.warnings.clone();
    let overriding = check::overriding(&params)?;
    let saving = Saving {
        id,
        at: (desk.now)(),
        by,
        previous: previous.as_ref(),
    };
    let mut revision = save::next(draft, saving, &desk.site)?;
    warnings.extend(check::hold(&mut revision, previous.as_ref(), overriding, &desk).await?);
    let key = Key::Revision(id, revision.revision);
    // A stale edit must not reserve an address.
    if revision.path.is_none() && save::has_address(revision.status) && desk.store.head(&key).await?.is_some() {
        return Err(stale(&desk.store, id).await);
    }
    announce_and_reserve(&mut revision, &desk).await?;
    if desk.store.create(&key, revision.to_bytes()).await? != Created::New {
        return Err(stale(&desk.store, id).await);
    }
    info!(
        release.digest = log_name(id),
        revision = revision.revision,
        status = revision.status.as_str(),
        by = revision.by.name,
        "saved"
    );
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
    let body = intake::small_json(&parts.headers, body).await?;
    let unknown = || Problem::unknown("this release");
    let found = highest(&desk.store, id).await?.ok_or_else(unknown)?;
    let latest = read(&desk.store, id, found).await?.ok_or_else(unknown)?;
    let mut remark = Remark::from_json(&body, step, &latest.language, &desk.site)?;
    let mut warnings = std::mem::take(&mut remark.warnings);
    let mut at = (desk.now)();
    if let Some(key) = idempotency_key(&parts.headers)? {
        let fingerprint = feed::sha256(format!("{} {id} {expected:?} {body}", step.as_str()).as_bytes());
        let (_, first) = idempotency::settle(&desk.store, &by.name, key, fingerprint, id, at).await?;
        if first != at {
            at = first;
            // The first attempt may have come all the way: the answer is what it stored.
            if let Some(done) = before(&desk.store, &latest, |one| one.at == first && one.by == by).await? {
                if held(step) {
                    warnings.extend(check::look(&done, &desk).await?.warnings);
                }
                return Ok(saved(StatusCode::OK, &done, &warnings));
            }
        }
    }
    if expected.is_some_and(|expected| expected != found) {
        return Err(Problem::stale(found));
    }
    let public = before(&desk.store, &latest, |one| one.status.is_public()).await?;
    let overriding = remark.overriding.take();
    let mut revision = steps::next(
        step,
        remark,
        Standing {
            latest: latest.clone(),
            public,
        },
        at,
        by,
        &desk.site,
    )?;
    if held(step) {
        warnings.extend(check::hold(&mut revision, Some(&latest), overriding, &desk).await?);
    }
    announce_and_reserve(&mut revision, &desk).await?;
    let key = Key::Revision(id, revision.revision);
    if desk.store.create(&key, revision.to_bytes()).await? != Created::New {
        return Err(stale(&desk.store, id).await);
    }
    let (status, by) = (revision.status.as_str(), &revision.by.name);
    info!(
        release.digest = log_name(id),
        revision = revision.revision,
        status,
        by,
        step = step.as_str(),
        "a step was taken"
    );
    Ok(saved(StatusCode::OK, &revision, &warnings))
}

/// Brings a release on, so that what is wrong with it stops it.
fn held(step: Step) -> bool {
    matches!(step, Step::Submit | Step::Publish | Step::Schedule)
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

/// Before a public revision is stored, a marker says that it will be: should its event get lost, the sweeper finds the marker. The marker of
/// a scheduled one is what the clock finds.
async fn announce_and_reserve(revision: &mut Revision, desk: &Desk) -> Result<(), Problem> {
    let marker = match (revision.status, revision.publish_at) {
        (Status::Scheduled, Some(at)) => Key::Due(at, revision.id, revision.revision),
        (status, _) if status.is_public() => Key::Pending(revision.id, revision.revision),
        _ => return Ok(()),
    };
    let at = revision.at.to_string();
    let announce = desk.store.put(&marker, at.into_bytes());
    let (announced, reserved) = futures::future::join(announce, save::reserve(revision, &desk.store, &desk.site)).await;
    announced?;
    reserved
}

async fn stale(store: &Store, id: Uuid) -> Problem {
    match highest(store, id).await {
        Ok(current) => Problem::stale(current.unwrap_or(1)),
        Err(problem) => problem,
    }
}

enum Condition {
    New,
    After(u32),
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
