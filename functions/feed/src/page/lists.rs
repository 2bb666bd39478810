//! Pages that list what a feed shows: the newsroom's home, and each topic.

use askama::Template;
use release::{Lang, Site};

use super::{
    day::Day,
    frame::{Frame, Place},
};
use crate::{
    FeedView, Item, Words,
    kept::{Form, write_all},
    path,
};

#[derive(Template)]
#[template(path = "list.html")]
struct List {
    frame: Frame,
    canonical: String,
    /// Of the page, when it is not that of the site.
    name: String,
    heading: String,
    nothing: String,
    /// Written by [`Line`].
    releases: String,
}

/// A release in the list.
#[derive(Template)]
#[template(path = "line.html")]
struct Line {
    /// Of the page.
    language: Lang,
    date: Day,
    shown: Lang,
    shown_name: String,
    dir: &'static str,
    title: String,
    summary: String,
    url: String,
}

fn lines(view: &FeedView, site: &Site) -> Result<String, askama::Error> {
    let language = &view.language;
    let words = Words::of(language);
    let line = |item: &Item| Line {
        language: language.clone(),
        date: Day::new(item.date_published, language),
        shown_name: words.name(&item.language).to_owned(),
        dir: item.language.direction().as_str(),
        shown: item.language.clone(),
        title: item.title.clone(),
        summary: item.summary.clone(),
        url: item.url.clone(),
    };
    let mut releases = Vec::new();
    let of = (Form::Home, site, language);
    let made = write_all(view.items.iter(), of, &mut releases, |item, out| {
        line(item).write_into(out).map_err(askama::Error::from)
    })?;
    Ok(String::from_utf8_lossy(&made.finish(releases)).into_owned())
}

/// The newsroom's home page, rendered from the filled feed of its language.
///
/// # Errors
/// Never in practice.
pub fn home_page(view: &FeedView, site: &Site) -> Result<Vec<u8>, askama::Error> {
    let words = Words::of(&view.language);
    let target = |tag: &Lang| site.url(&path::home(tag));
    let frame = Frame::new(site, &view.language, &Place::Home, view.fingerprint(), target);
    let title = frame.site_title.clone();
    let page = List {
        frame: frame.in_every_language(site, &title, &site.url("/"), target),
        canonical: target(&view.language),
        name: String::new(),
        heading: words.latest.clone(),
        nothing: words.nothing_yet.clone(),
        releases: lines(view, site)?,
    };
    Ok(page.render()?.into_bytes())
}

/// The page of a topic, rendered from its feed.
///
/// # Errors
/// Never in practice.
pub fn topic_page(view: &FeedView, site: &Site) -> Result<Vec<u8>, askama::Error> {
    let language = &view.language;
    let words = Words::of(language);
    let id = view.more.topic.clone().unwrap_or_default();
    let label = site
        .topic(&id)
        .map_or(id.as_str(), |topic| topic.label_in(site, language))
        .to_owned();
    let target = |tag: &Lang| site.url(&path::topic(tag, &id));
    let frame = Frame::new(site, language, &Place::Topic(id.clone()), view.fingerprint(), target);
    let page = List {
        frame: frame.in_every_language(site, &label, &target(site.default_language()), target),
        canonical: target(language),
        name: label.clone(),
        heading: label,
        nothing: words.nothing_here.clone(),
        releases: lines(view, site)?,
    };
    Ok(page.render()?.into_bytes())
}
