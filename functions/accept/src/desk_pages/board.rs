//! The board: releases by status, newest first, with search and pages.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
};
use http::StatusCode;
use release::{Lang, Revision, Status};
use url::form_urlencoded;
use uuid::Uuid;

use super::{
    Page,
    frame::Frame,
    guard::Visit,
    html,
    when::When,
    words::{Tongue, Words},
};
use crate::{Desk, board};

/// As many as fit a screen or two.
const LIMIT: usize = 20;
/// Nobody types a longer search.
const SEARCH_CHARS: usize = 200;

type Params = Query<std::collections::BTreeMap<String, String>>;

#[derive(Template)]
#[template(path = "desk/board.html")]
struct BoardPage {
    frame: Frame,
    search: String,
    status: &'static str,
    filters: Vec<Filter>,
    rows: Vec<Row>,
    older: Option<String>,
    newest: Option<String>,
}

struct Filter {
    label: &'static str,
    url: String,
    current: bool,
}

struct Row {
    id: Uuid,
    title: String,
    lang: Lang,
    dir: &'static str,
    status: &'static str,
    status_word: &'static str,
    languages: String,
    at: When,
    by: String,
    due: Option<When>,
    emergency: bool,
}

/// The word for a status.
pub(super) fn status_word(status: Status, w: &Words) -> &'static str {
    match status {
        Status::Draft => w.status_draft,
        Status::Submitted => w.status_submitted,
        Status::Scheduled => w.status_scheduled,
        Status::Published => w.status_published,
        Status::Withdrawn => w.status_withdrawn,
    }
}

/// `GET /desk?status=&q=&cursor=`.
pub(super) async fn show(State(desk): State<Arc<Desk>>, Extension(visit): Extension<Visit>, Query(params): Params) -> Page {
    let text = |name: &str| params.get(name).map(String::as_str).unwrap_or_default();
    let search: String = text("q").trim().chars().take(SEARCH_CHARS).collect();
    let status = Status::parse(text("status"));
    let cursor = Uuid::try_parse(text("cursor")).ok();
    let wanted: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let fits = |revision: &Revision| status.is_none_or(|status| status == revision.status) && speaks_of(revision, &wanted);
    let page = board::board(&desk.store, (desk.now)(), &fits, cursor, LIMIT).await?;
    let tongue = visit.visitor.tongue;
    let shown = BoardPage {
        frame: Frame::of(&desk.site, &visit),
        status: status.map_or("", Status::as_str),
        filters: filters(status, &search, tongue.words),
        rows: page.releases.into_iter().map(|line| row(line, &desk, tongue)).collect(),
        older: page.next.map(|next| address(status, &search, Some(next))),
        newest: cursor.map(|_| address(status, &search, None)),
        search,
    };
    Ok(html(StatusCode::OK, &shown))
}

/// True when each word stands in a title, a subtitle or the event's name, in any language.
fn speaks_of(revision: &Revision, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let texts = revision
        .texts
        .values()
        .flat_map(|text| [text.title.as_str(), text.subtitle.as_str()]);
    let event = revision.event.iter().map(|event| event.name.as_str());
    let all = texts.chain(event).map(str::to_lowercase).collect::<Vec<_>>().join("\n");
    words.iter().all(|word| all.contains(word.as_str()))
}

fn address(status: Option<Status>, search: &str, cursor: Option<Uuid>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(status) = status {
        query.append_pair("status", status.as_str());
    }
    if !search.is_empty() {
        query.append_pair("q", search);
    }
    if let Some(cursor) = cursor {
        query.append_pair("cursor", &cursor.to_string());
    }
    match query.finish() {
        query if query.is_empty() => "/desk".to_owned(),
        query => format!("/desk?{query}"),
    }
}

fn filters(current: Option<Status>, search: &str, w: &'static Words) -> Vec<Filter> {
    let of = |status: Option<Status>| Filter {
        label: status.map_or(w.all, |status| status_word(status, w)),
        url: address(status, search, None),
        current: status == current,
    };
    let all = [
        Status::Draft,
        Status::Submitted,
        Status::Scheduled,
        Status::Published,
        Status::Withdrawn,
    ];
    std::iter::once(None).chain(all.map(Some)).map(of).collect()
}

fn row(line: board::Line, desk: &Desk, tongue: Tongue) -> Row {
    let title = line.titles.get(&line.language).or_else(|| line.titles.values().next());
    Row {
        id: line.id,
        title: title.cloned().unwrap_or_default(),
        dir: line.language.direction().as_str(),
        lang: line.language,
        status: line.status.as_str(),
        status_word: status_word(line.status, tongue.words),
        languages: line.titles.keys().map(Lang::as_str).collect::<Vec<_>>().join(", "),
        at: When::of(line.at, &desk.site, tongue),
        by: line.by.name,
        due: line.publish_at.map(|at| When::of(at, &desk.site, tongue)),
        emergency: line.emergency.is_some(),
    }
}
