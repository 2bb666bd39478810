//! Pages that list what a feed shows: the newsroom's home, and each topic.

use askama::Template;
use release::{Lang, Site};

use super::{
    day::Day,
    frame::{Frame, Place},
};
use crate::{
    FeedView, Item, Words, content,
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
    /// HTML.
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
    dir_of_page: &'static str,
    date: Day,
    /// Of the title.
    shown: Lang,
    shown_name: String,
    dir: &'static str,
    /// What stands before the title of a withdrawn release, with its colon, in the language of the page.
    mark: Option<String>,
    title: String,
    summary: String,
    summary_lang: Lang,
    summary_dir: &'static str,
    url: String,
}

fn lines(view: &FeedView, site: &Site) -> Result<String, askama::Error> {
    let language = &view.language;
    let words = Words::of(language);
    let line = |item: &Item| {
        let title = item.own_title(words);
        let (shown, summary_lang) = item.spoken();
        Line {
            language: language.clone(),
            dir_of_page: language.direction().as_str(),
            date: Day::new(item.date_published, language),
            shown_name: words.name(shown).to_owned(),
            dir: shown.direction().as_str(),
            shown: shown.clone(),
            mark: (title != item.title).then(|| format!("{}{}", words.withdrawn, words.colon)),
            title: title.to_owned(),
            summary: item.summary.clone(),
            summary_lang: summary_lang.clone(),
            summary_dir: summary_lang.direction().as_str(),
            url: item.url.clone(),
        }
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
        heading: content::escape(&words.latest),
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
    let topic = site.topic(&id);
    let label = topic.map_or(id.as_str(), |topic| topic.label_in(site, language)).to_owned();
    let target = |tag: &Lang| site.url(&path::topic(tag, &id));
    let frame = Frame::new(site, language, &Place::Topic(id.clone()), view.fingerprint(), target);
    let page = List {
        frame: frame.in_every_language(site, &label, &target(site.default_language()), target),
        canonical: target(language),
        heading: topic.map_or_else(|| content::escape(&id), |topic| content::topic_html(topic, site, language)),
        name: label,
        nothing: words.nothing_here.clone(),
        releases: lines(view, site)?,
    };
    Ok(page.render()?.into_bytes())
}
