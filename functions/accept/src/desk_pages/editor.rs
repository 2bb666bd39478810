//! The editor: a release as a form, saved, checked and previewed.

mod view;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension,
    extract::{Path, Query, Request, State},
    response::Response,
};
use http::{HeaderValue, StatusCode, header};
use release::{Draft, Fault, Lang, Revision, Status};
use serde_json::json;
use uuid::Uuid;

use super::{
    Page, Trouble, attach, conflict,
    form::Form,
    frame::sentences,
    guard::{self, Visit},
    html, parse_id, see,
    told::{Told, tell},
    words::fill,
};
use crate::{
    Desk, check, files,
    intake::whole,
    keep::{self, Condition},
    preview,
    problem::Problem,
    revisions::{before, highest, read},
    save::{self, Saving},
};

pub(super) use view::Shown;

/// The latest revision; `None` of a release that is not there.
pub(super) async fn latest(desk: &Desk, id: Uuid) -> Result<Option<Revision>, Problem> {
    match highest(&desk.store, id).await? {
        Some(n) => read(&desk.store, id, n).await,
        None => Ok(None),
    }
}

/// The latest revision of a release that must be there.
pub(super) async fn known(desk: &Desk, id: Uuid) -> Result<Revision, Problem> {
    latest(desk, id).await?.ok_or_else(|| Problem::unknown("this release"))
}

/// What a form was made from; nothing of a release that is not stored yet.
pub(super) async fn base(desk: &Desk, id: Uuid, form: &Form) -> Result<Option<Revision>, Problem> {
    match form.number("revision").filter(|n| *n > 0) {
        Some(n) => read(&desk.store, id, n).await,
        None => Ok(None),
    }
}

/// `GET /desk/releases/new`: it has its id from now on, so that it is made once however often it is sent.
pub(super) async fn new(State(desk): State<Arc<Desk>>, Extension(visit): Extension<Visit>) -> Page {
    let id = (desk.new_id)((desk.now)());
    let form = Form::default();
    page(&desk, &visit, StatusCode::OK, Shown::new(id, &form)).await
}

/// `GET /desk/releases/{id}`.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Extension(visit): Extension<Visit>,
    Query(params): Query<BTreeMap<String, String>>,
) -> Page {
    let id = parse_id(&id)?;
    let mut revision = known(&desk, id).await?;
    let form = Form::of(&revision);
    let missing = files::inspect(&mut revision, None, &desk.store).await?;
    let found = check::look(&revision, &desk).await?;
    let tongue = visit.visitor.tongue;
    let told = |faults: Vec<Fault>| faults.iter().map(|fault| tell(fault, &form, tongue)).collect::<Vec<_>>();
    let mut shown = Shown::new(id, &form);
    shown.saved = params.contains_key("saved");
    shown.warnings = told([missing, found.errors, found.warnings].concat());
    shown.stored = Some(revision);
    page(&desk, &visit, StatusCode::OK, shown).await
}

/// The screen, with what a browser may reach from it: files go straight to S3.
pub(super) async fn page(desk: &Desk, visit: &Visit, status: StatusCode, shown: Shown<'_>) -> Page {
    let origin = files::origin(desk).await?;
    let policy = HeaderValue::from_str(&guard::policy(&origin));
    let public = match &shown.stored {
        Some(stored) => before(&desk.store, stored, |one| one.status.is_public()).await?,
        None => None,
    };
    let view = view::EditorPage::new(desk, visit, shown, public).await?;
    let mut response = html(status, &view);
    if let Ok(policy) = policy {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// What a form says, as the API would understand it; on a thread of its own, since a long text takes a while.
pub(super) async fn understood(desk: &Desk, form: &Form, status: Status, publish_at: Option<jiff::Timestamp>) -> Result<Draft, Problem> {
    let mut release = form.release(&desk.site);
    release["status"] = json!(status);
    if let Some(at) = publish_at {
        release["publish_at"] = json!(at.to_string());
    }
    let site = Arc::clone(&desk.site);
    let work = tokio::task::spawn_blocking(move || Draft::from_json(&release, &site));
    let read = work
        .await
        .map_err(|_| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "this release cannot be read"))?;
    Ok(read?)
}

/// `POST /desk/releases/{id}`: the next revision, or the form again with all that is wrong.
pub(super) async fn save(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Extension(visit): Extension<Visit>,
    request: Request,
) -> Page {
    let id = parse_id(&id)?;
    let form = Form::read(whole(request.into_body()).await?);
    let base = match form.number("revision").filter(|n| *n > 0) {
        Some(n) => Some(read(&desk.store, id, n).await?.ok_or_else(|| Problem::unknown("this revision"))?),
        None => None,
    };
    if !form.get(attach::FILE).is_empty() {
        return forgotten(&desk, &visit, id, base, &form).await;
    }
    if form.get("do") == "merge" {
        return conflict::merge(&desk, &visit, base, &form).await;
    }
    let kept = match try_to_save(&desk, &visit, id, base.as_ref(), &form).await {
        Ok(to) => return Ok(see(&to)),
        Err(problem) => problem,
    };
    if kept.status == StatusCode::PRECONDITION_FAILED
        && let Some(theirs) = latest(&desk, id).await?
    {
        return conflict::show(&desk, &visit, base, theirs, &form).await;
    }
    refused(&desk, &visit, id, base, &form, &kept).await
}

/// The form again: a file was chosen and not sent, which only a browser without scripts lets happen.
async fn forgotten(desk: &Desk, visit: &Visit, id: Uuid, base: Option<Revision>, form: &Form) -> Result<Response, Trouble> {
    let mut shown = Shown::new(id, form);
    shown.stored = base;
    shown.unsaved = true;
    let name = form.get(attach::FILE);
    shown.errors.push(Told {
        field: attach::FIELD.to_owned(),
        message: fill(visit.visitor.tongue.words.file_not_sent, &[("name", name)]),
        lang: None,
    });
    page(desk, visit, StatusCode::UNPROCESSABLE_ENTITY, shown).await
}

/// The form again, with what is wrong beside its fields. Nothing of it is lost.
async fn refused(
    desk: &Desk,
    visit: &Visit,
    id: Uuid,
    base: Option<Revision>,
    form: &Form,
    problem: &Problem,
) -> Result<Response, Trouble> {
    let tongue = visit.visitor.tongue;
    let mut shown = Shown::new(id, form);
    shown.stored = base;
    shown.unsaved = true;
    shown.errors = if problem.errors.is_empty() {
        sentences(problem, tongue)
    } else {
        problem.errors.iter().map(|fault| tell(fault, form, tongue)).collect::<Vec<Told>>()
    };
    // Only an error of a text that goes on can be answered for.
    shown.overridable = form.get("do") == "keep" && !problem.errors.is_empty();
    page(desk, visit, problem.status, shown).await
}

/// Where to go on.
async fn try_to_save(desk: &Desk, visit: &Visit, id: Uuid, base: Option<&Revision>, form: &Form) -> Result<String, Problem> {
    let go = form.get("do");
    let (status, publish_at) = match base {
        Some(base) if go == "keep" && base.status == Status::Scheduled => (Status::Scheduled, base.publish_at),
        _ => (Status::Draft, None),
    };
    let draft = understood(desk, form, status, publish_at).await?;
    let next = go
        .strip_prefix("go-")
        .filter(|word| release::Step::ALL.iter().any(|step| step.as_str() == *word));
    let onward = |n: u32| match next {
        Some(step) => format!("/desk/releases/{id}/{step}?saved={n}"),
        None => format!("/desk/releases/{id}?saved={n}"),
    };
    if let (Some(base), Some(_)) = (base, next) {
        // Whoever goes on with what is there need not save it again.
        let would = save::next(draft.clone(), saving(desk, visit, id, Some(base)), &desk.site)?;
        let waits = matches!(base.status, Status::Draft | Status::Submitted);
        if waits && would.content() == base.content() && highest(&desk.store, id).await? == Some(base.revision) {
            return Ok(onward(base.revision));
        }
    }
    let condition = base.map_or(Condition::New, |base| Condition::After(base.revision));
    let reason = form.get("override").trim();
    let overriding = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
    let (kept, _) = keep::replace(desk, visit.by.clone(), id, condition, draft, overriding).await?;
    Ok(onward(kept.revision))
}

pub(super) fn saving<'a>(desk: &Desk, visit: &Visit, id: Uuid, previous: Option<&'a Revision>) -> Saving<'a> {
    Saving {
        id,
        at: (desk.now)(),
        by: visit.by.clone(),
        previous,
    }
}

/// `GET /desk/releases/{id}/preview?lang=&revision=`.
pub(super) async fn preview_stored(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Query(params): Query<BTreeMap<String, String>>,
) -> Page {
    let id = parse_id(&id)?;
    let revision = match params.get("revision").and_then(|n| n.parse().ok()) {
        Some(n) => read(&desk.store, id, n).await?.ok_or_else(|| Problem::unknown("this revision"))?,
        None => known(&desk, id).await?,
    };
    let language = language(&desk, params.get("lang").map_or(revision.language.as_str(), String::as_str));
    Ok(preview::answer(revision, &language, &desk).await?)
}

/// `POST /desk/releases/{id}/preview`: of what stands in the form, without saving it.
pub(super) async fn preview_sent(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Extension(visit): Extension<Visit>,
    request: Request,
) -> Page {
    let id = parse_id(&id)?;
    let form = Form::read(whole(request.into_body()).await?);
    let base = base(&desk, id, &form).await?;
    let draft = understood(&desk, &form, Status::Draft, None).await?;
    let revision = save::next(draft, saving(&desk, &visit, id, base.as_ref()), &desk.site)?;
    let language = language(&desk, form.get("preview"));
    Ok(preview::answer(revision, &language, &desk).await?)
}

/// A language of the site; its first one for any other.
fn language(desk: &Desk, tag: &str) -> Lang {
    let found = Lang::parse(tag).ok().filter(|tag| desk.site.language(tag).is_some());
    found.unwrap_or_else(|| desk.site.default_language().clone())
}
