//! Calls that change nothing.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    response::IntoResponse as _,
};
use http::{HeaderMap, StatusCode, header};
use release::{By, Lang, Revision, Status};
use serde::Serialize;
use store::Store;
use uuid::Uuid;

use super::{Answer, Params, json, parse_id, saved, set};
use crate::{
    Desk, board, preview,
    problem::Problem,
    revisions::{highest, read},
};

/// Releases on a page of the board.
const LIMIT: usize = 20;
const MOST: usize = 100;

pub(super) async fn list(State(desk): State<Arc<Desk>>, Query(params): Params) -> Answer {
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
    let status = status.and_then(Result::ok);
    let page = board::board(
        &desk.store,
        (desk.now)(),
        &|revision: &Revision| status.is_none_or(|status| status == revision.status),
        cursor.flatten(),
        limit.unwrap_or(LIMIT),
    )
    .await?;
    Ok(json(StatusCode::OK, &page))
}

pub(super) async fn latest(State(desk): State<Arc<Desk>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
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

pub(super) async fn one(State(desk): State<Arc<Desk>>, Path((id, n)): Path<(String, String)>) -> Answer {
    let n = n.parse().ok().filter(|n| *n > 0).ok_or_else(|| Problem::unknown("this revision"))?;
    show(&desk.store, parse_id(&id)?, n).await
}

async fn show(store: &Store, id: Uuid, n: u32) -> Answer {
    let revision = read(store, id, n).await?.ok_or_else(|| Problem::unknown("this revision"))?;
    Ok(saved(StatusCode::OK, &revision, &[]))
}

/// The latest revision, or `?revision=`, in `?lang=` or the site's first language.
pub(super) async fn preview(State(desk): State<Arc<Desk>>, Path(id): Path<String>, Query(params): Params) -> Answer {
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
    preview::answer(revision, &language, &desk).await
}

/// The revisions of a release, in their order.
#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct HistoryPage {
    revisions: Vec<HistoryLine>,
}

#[derive(Serialize, schemars::JsonSchema)]
struct HistoryLine {
    revision: u32,
    #[schemars(with = "String")]
    at: jiff::Timestamp,
    by: By,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<release::Approval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emergency: Option<release::Emergency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overridden: Option<release::Overridden>,
}

pub(super) async fn history(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Answer {
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
                overridden: found.overridden,
            });
        }
    }
    Ok(json(StatusCode::OK, &HistoryPage { revisions: lines }))
}
