//! Where a release is in public: every address, and since when the file there shows it.
//!
//! Nothing keeps a record of when a document became visible, so it is not claimed: the public bucket itself is asked. A page or document counts
//! when it shows this very revision, a feed when it holds the release's entry. The time is when that file was last written; a feed is written
//! again with each release, so its time is the latest at which the entry was there. Caches may show the former one a minute longer.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
};
use feed::{FeedId, Kind, path};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http::StatusCode;
use jiff::Timestamp;
use release::{Lang, Revision, Site, Status, entry_id};
use store::Store;
use uuid::Uuid;

use super::{
    Page, board::status_word, changes::language_name, editor::known, frame::Frame, guard::Visit, html, parse_id, when::When, words::Words,
};
use crate::{Desk, problem::Problem, revisions::before};

/// Reads at once.
const PARALLEL: usize = 16;

/// An address at which a release is, or will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// What it is, such as `Page`.
    pub(super) what: &'static str,
    /// Of a topic's feed: the topic, in the language that its name is in.
    pub(super) topic: Option<(Lang, String)>,
    /// Of a feed: `RSS`.
    pub(super) format: &'static str,
    /// Its language.
    pub(super) name: String,
    pub(super) url: String,
    key: String,
    /// Stands in it when it shows the release.
    mark: String,
}

/// All of them, pages first.
pub(super) fn places(revision: &Revision, site: &Site, w: &Words) -> Vec<Place> {
    let Some(at) = &revision.path else { return Vec::new() };
    let (id, n) = (revision.id, revision.revision);
    let place = |what: &'static str, name: String, path: String, mark: String| Place {
        what,
        topic: None,
        format: "",
        name,
        url: site.url(&path),
        key: match path.strip_suffix('/') {
            Some(folder) => format!("{}/index.html", &folder[1..]),
            None => path[1..].to_owned(),
        },
        mark,
    };
    let mut all = Vec::new();
    let tags: Vec<&Lang> = site.languages.iter().map(|language| &language.tag).collect();
    for tag in &tags {
        let name = if revision.texts.contains_key(*tag) {
            language_name(tag, w)
        } else {
            format!("{} ({})", language_name(tag, w), w.place_fallback)
        };
        all.push(place(w.place_page, name, path::page(tag, at), format!("{id}:{n}\"")));
    }
    for tag in &tags {
        let mut feeds = vec![(w.place_feed, None, FeedId::new(tag, Kind::Filled))];
        if revision.texts.contains_key(*tag) {
            feeds.push((w.place_feed_only, None, FeedId::new(tag, Kind::Only)));
        }
        for topic in revision.topics.iter().filter_map(|topic| site.topic(topic)) {
            let (lang, label) = topic.label_and_language(site, tag);
            let named = Some((lang.clone(), label.to_owned()));
            feeds.push((w.place_feed_topic, named, FeedId::new(tag, Kind::Topic(topic.id.clone()))));
        }
        for (word, topic, feed) in feeds {
            for (format, path) in [("RSS", feed.rss()), ("Atom", feed.atom()), ("JSON Feed", feed.json())] {
                all.push(Place {
                    topic: topic.clone(),
                    format,
                    ..place(word, language_name(tag, w), path, mark(revision, tag))
                });
            }
        }
    }
    all.push(place(w.place_json, String::new(), path::release(id), format!("\"revision\": {n},")));
    if revision.status != Status::Withdrawn {
        all.push(place(
            w.place_version,
            String::new(),
            path::version(id, n),
            format!("\"revision\": {n},"),
        ));
    }
    all
}

/// The id of its entry in a feed.
fn mark(revision: &Revision, tag: &Lang) -> String {
    revision.guid.clone().unwrap_or_else(|| entry_id(revision.id, tag))
}

#[derive(Template)]
#[template(path = "desk/where.html")]
struct WherePage {
    frame: Frame,
    id: Uuid,
    title: String,
    lang: Lang,
    dir: &'static str,
    status: &'static str,
    status_word: &'static str,
    revision: u32,
    stored: When,
    rows: Vec<Row>,
    missing: usize,
    files: Vec<(String, String)>,
}

struct Row {
    place: Place,
    since: Option<When>,
}

/// `GET /desk/releases/{id}/where`.
pub(super) async fn show(State(desk): State<Arc<Desk>>, Path(id): Path<String>, Extension(visit): Extension<Visit>) -> Page {
    let id = parse_id(&id)?;
    let (site, tongue) = (&*desk.site, visit.visitor.tongue);
    let latest = known(&desk, id).await?;
    let public = before(&desk.store, &latest, |one| one.status.is_public()).await?;
    let public = public.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "this release was never public"))?;
    let store = &desk.store;
    let looked = stream::iter(places(&public, site, tongue.words)).map(|place| async move {
        let since = since(store, &place).await?;
        Ok::<_, Problem>((place, since))
    });
    let looked: Vec<(Place, Option<Timestamp>)> = looked.buffered(PARALLEL).try_collect().await?;
    let rows: Vec<Row> = looked
        .into_iter()
        .map(|(place, since)| Row {
            place,
            since: since.map(|at| When::of(at, site, tongue)),
        })
        .collect();
    let shown = feed::Public::of(&public, site);
    let page = WherePage {
        frame: Frame::of(site, &visit),
        id,
        title: public
            .texts
            .get(&public.language)
            .map(|text| text.title.clone())
            .unwrap_or_default(),
        dir: public.language.direction().as_str(),
        lang: public.language.clone(),
        status: public.status.as_str(),
        status_word: status_word(public.status, tongue.words),
        revision: public.revision,
        stored: When::exact(public.at, site, tongue),
        missing: rows.iter().filter(|row| row.since.is_none()).count(),
        rows,
        files: shown
            .into_iter()
            .flat_map(|shown| shown.media)
            .map(|file| (file.file.name, file.url))
            .collect(),
    };
    Ok(html(StatusCode::OK, &page))
}

/// When the file that shows it was written; nothing when it does not show it.
async fn since(store: &Store, place: &Place) -> Result<Option<Timestamp>, Problem> {
    let Some(found) = store.fetch(&place.key).await? else {
        return Ok(None);
    };
    let holds = String::from_utf8_lossy(&found.bytes).contains(&place.mark);
    Ok(Timestamp::from_second(found.last_modified).ok().filter(|_| holds))
}
