//! The API's routes (contract, section 3).

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Path, Query, Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use release::{By, Fault, Lang, Remark, Revision, Status, Step};
use serde::Serialize;
use store::{Created, Key, Store};
use tracing::info;
use uuid::Uuid;

use crate::{
    Desk, board, idempotency,
    intake::{self, Intake},
    preview,
    problem::Problem,
    revisions::{before, highest, read},
    save::{self, Saving},
    steps::{self, Standing},
};

type Answer = Result<Response, Problem>;
type Params = Query<BTreeMap<String, String>>;

/// Releases on a page of the board.
const LIMIT: usize = 20;
const MOST: usize = 100;

/// The API: the same router on Lambda and in the local program.
pub fn router(desk: Arc<Desk>) -> Router {
    let wrong_method =
        || async { Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method; see Allow").into_response() };
    let mut guarded = Router::new();
    for step in Step::ALL {
        let take = move |state: State<Arc<Desk>>, id: Path<String>, request: Request| take(step, state, id, request);
        guarded = guarded.route(&format!("/v1/releases/{{id}}/{}", step.as_str()), post(take));
    }
    let guarded = guarded
        .route("/v1/releases", get(list).post(create))
        .route("/v1/releases/{id}", get(latest).put(replace))
        .route("/v1/releases/{id}/preview", get(preview))
        .route("/v1/releases/{id}/revisions", get(history))
        .route("/v1/releases/{id}/revisions/{n}", get(one))
        .method_not_allowed_fallback(wrong_method)
        .fallback(|| async { Problem::unknown("this address").into_response() })
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), guard));
    Router::new()
        .route(
            "/health",
            get(|| async { ([(header::CONTENT_TYPE, "application/json")], "{\"status\":\"ok\"}\n") }),
        )
        .merge(guarded)
        .layer(middleware::map_response(private))
        .with_state(desk)
}

/// Nothing of the API is kept or sniffed by anybody.
async fn private(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
        .headers_mut()
        .insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Deny by default: no route, known or not, answers a stranger.
async fn guard(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    match desk.tokens.who(&desk.store, request.headers()).await {
        Ok(by) => {
            request.extensions_mut().insert(by);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

#[derive(Serialize)]
struct Saved<'a> {
    #[serde(flatten)]
    revision: &'a Revision,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    warnings: &'a [Fault],
}

fn saved(status: StatusCode, revision: &Revision, warnings: &[Fault]) -> Response {
    let mut response = json(status, &Saved { revision, warnings });
    set(&mut response, header::ETAG, &format!("\"{}\"", revision.revision));
    if status == StatusCode::CREATED {
        set(&mut response, header::LOCATION, &format!("/v1/releases/{}", revision.id));
    }
    response
}

fn json<T: Serialize>(status: StatusCode, document: &T) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        Body::from(feed::to_json(document)),
    )
        .into_response()
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn signed(request: &Request) -> Result<By, Problem> {
    request
        .extensions()
        .get::<By>()
        .cloned()
        .ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "expected a token"))
}

async fn create(State(desk): State<Arc<Desk>>, Query(params): Params, request: Request) -> Answer {
    let by = signed(&request)?;
    let (parts, body) = request.into_parts();
    let intake = Intake::read(&parts.headers, params.get("status").cloned(), body).await?;
    let fingerprint = intake.fingerprint();
    let draft = intake.draft(Arc::clone(&desk.site)).await?;
    let mut at = (desk.now)();
    let mut id = (desk.new_id)(at);
    let warnings = draft.warnings.clone();
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
        }
    }
    announce_and_reserve(&mut revision, &desk).await?;
    let revision = match desk.store.create(&Key::Revision(id, 1), revision.to_bytes()).await? {
        Created::New => revision,
        // Two attempts at once under one key: the other one's revision is the answer to both.
        Created::Exists(_) => read(&desk.store, id, 1).await?.ok_or_else(|| Problem::unknown("the release"))?,
    };
    info!(release.id = %id, status = revision.status.as_str(), by = revision.by.name, "created");
    Ok(saved(StatusCode::CREATED, &revision, &warnings))
}

async fn replace(State(desk): State<Arc<Desk>>, Path(id): Path<String>, Query(params): Params, request: Request) -> Answer {
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
    let warnings = draft.warnings.clone();
    let saving = Saving {
        id,
        at: (desk.now)(),
        by,
        previous: previous.as_ref(),
    };
    let mut revision = save::next(draft, saving, &desk.site)?;
    let key = Key::Revision(id, revision.revision);
    // A stale edit must not reserve an address.
    if revision.path.is_none() && save::has_address(revision.status) && desk.store.head(&key).await?.is_some() {
        return Err(stale(&desk.store, id).await);
    }
    announce_and_reserve(&mut revision, &desk).await?;
    if desk.store.create(&key, revision.to_bytes()).await? != Created::New {
        return Err(stale(&desk.store, id).await);
    }
    info!(release.id = %id, revision = revision.revision, status = revision.status.as_str(), by = revision.by.name, "saved");
    let status = if revision.revision == 1 {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(saved(status, &revision, &warnings))
}

/// A change of status. With `If-Match` it is of that revision or refused; without, of the latest one.
async fn take(step: Step, State(desk): State<Arc<Desk>>, Path(id): Path<String>, request: Request) -> Answer {
    let by = signed(&request)?;
    if by.role < step.role() {
        let (word, needed, role) = (step.as_str(), step.role().as_str(), by.role.as_str());
        let detail = format!("to {word} needs the role {needed}; this token's role is {role}");
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
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
    let remark = Remark::from_json(&body, step, &latest.language, &desk.site)?;
    let warnings = remark.warnings.clone();
    let mut at = (desk.now)();
    if let Some(key) = idempotency_key(&parts.headers)? {
        let fingerprint = feed::sha256(format!("{} {id} {expected:?} {body}", step.as_str()).as_bytes());
        let (_, first) = idempotency::settle(&desk.store, &by.name, key, fingerprint, id, at).await?;
        if first != at {
            at = first;
            // The first attempt may have come all the way: the answer is what it stored.
            if let Some(done) = before(&desk.store, &latest, |one| one.at == first && one.by == by).await? {
                return Ok(saved(StatusCode::OK, &done, &warnings));
            }
        }
    }
    if expected.is_some_and(|expected| expected != found) {
        return Err(Problem::stale(found));
    }
    let public = before(&desk.store, &latest, |one| one.status.is_public()).await?;
    let mut revision = steps::next(step, remark, Standing { latest, public }, at, by, &desk.site)?;
    announce_and_reserve(&mut revision, &desk).await?;
    let key = Key::Revision(id, revision.revision);
    if desk.store.create(&key, revision.to_bytes()).await? != Created::New {
        return Err(stale(&desk.store, id).await);
    }
    let (status, by) = (revision.status.as_str(), &revision.by.name);
    info!(release.id = %id, revision = revision.revision, status, by, step = step.as_str(), "a step was taken");
    Ok(saved(StatusCode::OK, &revision, &warnings))
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

async fn list(State(desk): State<Arc<Desk>>, Query(params): Params) -> Answer {
    let mut faults = release::Faults::default();
    let status = params.get("status").map(|word| Status::parse(word).ok_or(word));
    if let Some(Err(word)) = &status {
        faults.add(
            "/status",
            format!("expected draft, submitted, scheduled, published or withdrawn; found `{word}`"),
        );
    }
    let cursor = params.get("cursor").map(|text| Uuid::try_parse(text).ok());
    if cursor == Some(None) {
        faults.add("/cursor", "expected the `next` of an earlier answer");
    }
    let limit = params
        .get("limit")
        .map_or(Some(LIMIT), |text| text.parse().ok())
        .filter(|n| (1..=MOST).contains(n));
    if limit.is_none() {
        faults.add("/limit", format!("expected a number from 1 to {MOST}"));
    }
    faults.or(())?;
    let page = board::board(
        &desk.store,
        (desk.now)(),
        status.and_then(Result::ok),
        cursor.flatten(),
        limit.unwrap_or(LIMIT),
    )
    .await?;
    Ok(json(StatusCode::OK, &page))
}

async fn latest(State(desk): State<Arc<Desk>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let id = parse_id(&id)?;
    let n = highest(&desk.store, id).await?.ok_or_else(|| Problem::unknown("this release"))?;
    let etag = format!("\"{n}\"");
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|tag| tag.as_bytes() == etag.as_bytes())
    {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        set(&mut response, header::ETAG, &etag);
        return Ok(response);
    }
    show(&desk.store, id, n).await
}

async fn one(State(desk): State<Arc<Desk>>, Path((id, n)): Path<(String, String)>) -> Answer {
    let n = n.parse().ok().filter(|n| *n > 0).ok_or_else(|| Problem::unknown("this revision"))?;
    show(&desk.store, parse_id(&id)?, n).await
}

async fn show(store: &Store, id: Uuid, n: u32) -> Answer {
    let revision = read(store, id, n).await?.ok_or_else(|| Problem::unknown("this revision"))?;
    Ok(saved(StatusCode::OK, &revision, &[]))
}

/// The latest revision, or `?revision=`, in `?lang=` or the site's first language.
async fn preview(State(desk): State<Arc<Desk>>, Path(id): Path<String>, Query(params): Params) -> Answer {
    let id = parse_id(&id)?;
    let mut faults = release::Faults::default();
    let language = match params.get("lang").map(|tag| Lang::parse(tag)) {
        None => Some(desk.site.default_language().clone()),
        Some(Ok(tag)) => Some(tag).filter(|tag| desk.site.language(tag).is_some()),
        Some(Err(_)) => None,
    };
    if language.is_none() {
        let tags: Vec<&str> = desk.site.languages.iter().map(|language| language.tag.as_str()).collect();
        faults.add("/lang", format!("expected a language of this site: {}", tags.join(", ")));
    }
    let number = params.get("revision").map(|text| text.parse::<u32>().ok().filter(|n| *n > 0));
    if number == Some(None) {
        faults.add("/revision", "expected the number of a revision, such as 3");
    }
    faults.or(())?;
    let unknown = || Problem::unknown("this release");
    let n = match number.flatten() {
        Some(n) => n,
        None => highest(&desk.store, id).await?.ok_or_else(unknown)?,
    };
    let revision = read(&desk.store, id, n).await?.ok_or_else(unknown)?;
    let language = language.ok_or_else(unknown)?;
    preview::answer(revision, &language, (desk.now)(), &desk.site)
}

#[derive(Serialize)]
struct HistoryLine {
    revision: u32,
    at: jiff::Timestamp,
    by: By,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<release::Approval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emergency: Option<release::Emergency>,
}

async fn history(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Answer {
    let id = parse_id(&id)?;
    let numbers = desk.store.revisions(id).await?;
    if numbers.is_empty() {
        return Err(Problem::unknown("this release"));
    }
    let mut lines = Vec::new();
    for n in numbers {
        if let Some(found) = read(&desk.store, id, n).await? {
            lines.push(HistoryLine {
                revision: n,
                at: found.at,
                by: found.by,
                status: found.status,
                note: found.note,
                approval: found.approval,
                emergency: found.emergency,
            });
        }
    }
    Ok(json(StatusCode::OK, &serde_json::json!({ "revisions": lines })))
}

fn parse_id(text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).map_err(|_| Problem::unknown("this release"))
}
