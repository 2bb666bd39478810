//! Who did what and when, and what changed from one revision to another.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http::StatusCode;
use release::{Lang, Revision};
use uuid::Uuid;

use super::{
    Page,
    board::status_word,
    changes::{Changes, Flat, flat_of},
    frame::{Frame, role},
    guard::Visit,
    html, parse_id,
    when::When,
    words::{Tongue, fill},
};
use crate::{Desk, problem::Problem, revisions::read};

/// Reads at once.
const PARALLEL: usize = 16;

#[derive(Template)]
#[template(path = "desk/history.html")]
struct HistoryPage {
    frame: Frame,
    id: Uuid,
    title: String,
    lang: Lang,
    dir: &'static str,
    lines: Vec<Line>,
    from: u32,
    to: u32,
    changes: Option<Changes>,
}

struct Line {
    n: u32,
    at: When,
    by: String,
    status: &'static str,
    status_word: &'static str,
    said: Vec<String>,
}

/// `GET /desk/releases/{id}/history?from=&to=`.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Extension(visit): Extension<Visit>,
    Query(params): Query<BTreeMap<String, String>>,
) -> Page {
    let id = parse_id(&id)?;
    let (site, tongue) = (&*desk.site, visit.visitor.tongue);
    let numbers = desk.store.revisions(id).await.map_err(Problem::from)?;
    let store = &desk.store;
    let revisions: Vec<Option<Revision>> = stream::iter(numbers)
        .map(|n| async move { read(store, id, n).await })
        .buffered(PARALLEL)
        .try_collect()
        .await?;
    let revisions: Vec<Revision> = revisions.into_iter().flatten().collect();
    let latest = revisions.last().ok_or_else(|| Problem::unknown("this release"))?;
    let number = |name: &str| params.get(name).and_then(|n| n.parse::<u32>().ok());
    let to = number("to").unwrap_or(latest.revision);
    let from = number("from").unwrap_or_else(|| to.saturating_sub(1));
    let of = |n: u32| revisions.iter().find(|one| one.revision == n);
    // Before the first one there was nothing.
    let start = if from == 0 {
        Some(Flat::new())
    } else {
        of(from).map(|one| flat_of(one, site))
    };
    let changes = start
        .zip(of(to))
        .map(|(from, to)| Changes::between(&from, &flat_of(to, site), site, tongue));
    let page = HistoryPage {
        frame: Frame::of(site, &visit),
        id,
        title: latest
            .texts
            .get(&latest.language)
            .map(|text| text.title.clone())
            .unwrap_or_default(),
        dir: latest.language.direction().as_str(),
        lang: latest.language.clone(),
        lines: revisions.iter().rev().map(|one| line(one, &desk, tongue)).collect(),
        from,
        to,
        changes,
    };
    Ok(html(StatusCode::OK, &page))
}

fn line(one: &Revision, desk: &Desk, tongue: Tongue) -> Line {
    let w = tongue.words;
    let mut said: Vec<String> = one.note.iter().cloned().collect();
    if let Some(approval) = one.approval.as_ref().filter(|approval| approval.at == one.at) {
        said.push(fill(w.history_approved, &[("name", &approval.by.name)]));
    }
    if let Some(emergency) = one.emergency.as_ref().filter(|emergency| emergency.at == one.at) {
        said.push(fill(w.history_emergency, &[("reason", &emergency.reason)]));
    }
    if let Some(overridden) = one.overridden.as_ref().filter(|overridden| overridden.at == one.at) {
        said.push(fill(w.history_overridden, &[("reason", &overridden.reason)]));
    }
    if let Some(at) = one.publish_at {
        said.push(When::exact(at, &desk.site, tongue).text);
    }
    said.extend(one.reason.values().map(|reason| fill(w.history_withdrawn, &[("reason", reason)])));
    Line {
        n: one.revision,
        at: When::of(one.at, &desk.site, tongue),
        by: format!("{} ({})", one.by.name, role(one.by.role, w)),
        status: one.status.as_str(),
        status_word: status_word(one.status, w),
        said,
    }
}
