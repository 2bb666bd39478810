//! The board: releases by status, newest first, with search and pages.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
};
use feed::{Card, Month};
use futures::{StreamExt as _, TryStreamExt as _, stream};
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
use crate::{
    Desk,
    archive::{self, From},
    board::{self, Board},
    revisions,
};

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

/// Releases that were found, read at once.
const PARALLEL: usize = 16;

/// `GET /desk?status=&q=&cursor=&month=&after=`.
///
/// The board looks at so many of the newest releases. A search goes on in the archive, from the month on and after the release that a link to
/// older ones says.
pub(super) async fn show(State(desk): State<Arc<Desk>>, Extension(visit): Extension<Visit>, Query(params): Params) -> Page {
    let text = |name: &str| params.get(name).map(String::as_str).unwrap_or_default();
    let search: String = text("q").trim().chars().take(SEARCH_CHARS).collect();
    let status = Status::parse(text("status"));
    let cursor = Uuid::try_parse(text("cursor")).ok();
    let wanted: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let of_status = |revision: &Revision| status.is_none_or(|status| status == revision.status);
    let fits = |revision: &Revision| of_status(revision) && speaks_of(revision, &wanted);
    let from = from(&text);
    let mut page = match from {
        Some(_) => Board {
            releases: Vec::new(),
            next: cursor,
        },
        None => board::board(&desk.store, (desk.now)(), &fits, cursor, LIMIT).await?,
    };
    let mut older = page.next.map(|next| address(status, &search, Some(next), None));
    // What was never public is in no archive.
    let archived = !wanted.is_empty() && matches!(status, None | Some(Status::Published));
    if archived && let Some(looked) = page.next.filter(|_| page.releases.len() < LIMIT) {
        let card = |card: &Card| card.id < looked && names(card, &wanted);
        let found = archive::search(&desk.store, &desk.site, &card, from, LIMIT - page.releases.len()).await?;
        let latest = |id: Uuid| {
            let store = desk.store.clone();
            async move {
                match revisions::highest(&store, id).await? {
                    Some(n) => revisions::read(&store, id, n).await,
                    None => Ok(None),
                }
            }
        };
        let latest: Vec<Option<Revision>> = stream::iter(found.releases).map(latest).buffered(PARALLEL).try_collect().await?;
        page.releases
            .extend(latest.into_iter().flatten().filter(of_status).map(board::line));
        older = found.next.map(|next| address(status, &search, Some(looked), Some(next)));
    }
    let tongue = visit.visitor.tongue;
    let shown = BoardPage {
        frame: Frame::of(&desk.site, &visit),
        status: status.map_or("", Status::as_str),
        filters: filters(status, &search, tongue.words),
        rows: page.releases.into_iter().map(|line| row(line, &desk, tongue)).collect(),
        older,
        newest: cursor.map(|_| address(status, &search, None, None)),
        search,
    };
    Ok(html(StatusCode::OK, &shown))
}

/// Where in the archive a search goes on.
fn from<'a>(text: &impl Fn(&str) -> &'a str) -> Option<From> {
    let (year, month) = text("month").split_once('-')?;
    let month = Month {
        year: year.parse().ok()?,
        month: month.parse().ok()?,
    };
    Some(From {
        month,
        after: Uuid::try_parse(text("after")).ok(),
    })
}

/// True when each word stands in a title, a summary or the event's name, in any language: of what is public.
fn names(card: &Card, words: &[String]) -> bool {
    let texts = card.title.values().chain(card.summary.values()).map(String::as_str);
    all_stand_in(texts.chain(card.event.iter().map(|event| event.name.as_str())), words)
}

/// True when each word stands in a title, a subtitle, a summary or the event's name, in any language.
fn speaks_of(revision: &Revision, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let texts = revision
        .texts
        .values()
        .flat_map(|text| [text.title.as_str(), text.subtitle.as_str(), text.summary.as_str()]);
    all_stand_in(texts.chain(revision.event.iter().map(|event| event.name.as_str())), words)
}

fn all_stand_in<'a>(texts: impl Iterator<Item = &'a str>, words: &[String]) -> bool {
    let all = texts.map(str::to_lowercase).collect::<Vec<_>>().join("\n");
    words.iter().all(|word| all.contains(word.as_str()))
}

fn address(status: Option<Status>, search: &str, cursor: Option<Uuid>, from: Option<From>) -> String {
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
    if let Some(From { month, after }) = from {
        query.append_pair("month", &format!("{:04}-{:02}", month.year, month.month));
        if let Some(after) = after {
            query.append_pair("after", &after.to_string());
        }
    }
    match query.finish() {
        query if query.is_empty() => "/desk".to_owned(),
        query => format!("/desk?{query}"),
    }
}

fn filters(current: Option<Status>, search: &str, w: &'static Words) -> Vec<Filter> {
    let of = |status: Option<Status>| Filter {
        label: status.map_or(w.all, |status| status_word(status, w)),
        url: address(status, search, None, None),
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
