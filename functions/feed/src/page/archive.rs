//! The archive for people: the list of months, and each month as headlines by day.

use askama::Template;
use release::{Lang, Site, Status};

use super::{
    day::{self, Day},
    frame::{Frame, Place},
};
use crate::{Month, MonthView, MonthsView, Words, path};

/// Bytes of a headline with its link.
const HEADLINE: usize = 260;

#[derive(Template)]
#[template(path = "archive.html")]
struct ArchivePage {
    frame: Frame,
    canonical: String,
    years: Vec<Year>,
    json: String,
}

struct Year {
    name: String,
    months: Vec<Link>,
}

struct Link {
    name: String,
    url: String,
}

/// The months of a language. It says nothing of how many releases each has: so it changes only when a month is new.
///
/// A month that lost its releases stays. Months only come, so of two lists the longer is the newer.
///
/// # Errors
/// Never in practice.
pub fn archive_page(view: &MonthsView, site: &Site, language: &Lang) -> Result<Vec<u8>, askama::Error> {
    let words = Words::of(language);
    let target = |tag: &Lang| site.url(&path::archive(tag));
    let frame = Frame::new(site, language, &Place::Archive, format!("months:{}", view.months.len()), target);
    let mut years: Vec<Year> = Vec::new();
    for month in view.months.iter().map(crate::MonthLine::of) {
        let name = format!("{:04}", month.year);
        if years.last().is_none_or(|year| year.name != name) {
            years.push(Year { name, months: Vec::new() });
        }
        if let Some(year) = years.last_mut() {
            year.months.push(Link {
                name: day::month(month, language),
                url: site.url(&month.page(language)),
            });
        }
    }
    let page = ArchivePage {
        canonical: target(language),
        years,
        json: site.url(&path::months(language)),
        frame: frame.in_every_language(site, &words.archive, &target(site.default_language()), target),
    };
    Ok(page.render()?.into_bytes())
}

#[derive(Template)]
#[template(path = "month.html")]
struct MonthPage {
    frame: Frame,
    canonical: String,
    name: String,
    earlier: Option<Link>,
    later: Option<Link>,
    all: String,
    json: String,
    atom: String,
    /// Written by [`Headline`].
    days: String,
}

/// A release of the month.
#[derive(Template)]
#[template(path = "headline.html")]
struct Headline<'a> {
    /// Of the page.
    language: &'a Lang,
    shown: &'a Lang,
    shown_name: &'a str,
    dir: &'static str,
    title: &'a str,
    url: &'a str,
}

/// A month in this view's language: headlines by day, newest first. What was withdrawn has none.
///
/// # Errors
/// Never in practice.
pub fn month_page(view: &MonthView, site: &Site) -> Result<Vec<u8>, askama::Error> {
    let (language, month) = (&view.language, view.of());
    let target = |tag: &Lang| site.url(&month.page(tag));
    let name = day::month(month, language);
    let weight = view.line(site).weight;
    let frame = Frame::new(site, language, &Place::Beneath, format!("month:{weight}"), target);
    let (earlier, later) = view.neighbours();
    let link = |month: Month| Link {
        name: day::month(month, language),
        url: site.url(&month.page(language)),
    };
    let page = MonthPage {
        canonical: target(language),
        earlier: earlier.map(link),
        later: later.map(link),
        all: site.url(&path::archive(language)),
        json: site.url(&month.json(language)),
        atom: site.url(&month.atom(language)),
        days: days(view, site)?,
        frame: frame.in_every_language(site, &name, &target(site.default_language()), target),
        name,
    };
    Ok(page.render()?.into_bytes())
}

fn days(view: &MonthView, site: &Site) -> Result<String, askama::Error> {
    let language = &view.language;
    let words = Words::of(language);
    let mut out = String::with_capacity(view.releases.len() * HEADLINE);
    let mut last = None;
    for card in view.releases.iter().filter(|card| card.status == Status::Published) {
        let day = card.published.day();
        if last.is_none_or(|last| last != day) {
            let Day { iso, text } = Day::of(day, language);
            out.push_str(if last.is_some() { "\n</ul>" } else { "" });
            out.push_str(&format!(
                "\n<h2><time datetime=\"{iso}\">{text}</time></h2>\n<ul class=\"headlines\">"
            ));
            last = Some(day);
        }
        let shown = card.shown_for(site, language);
        let line = Headline {
            language,
            shown_name: words.name(&shown),
            dir: shown.direction().as_str(),
            title: card.title.get(&shown).map_or("", String::as_str),
            url: &card.page_in(language, site),
            shown: &shown,
        };
        line.render_into(&mut out)?;
    }
    out.push_str(if last.is_some() { "\n</ul>" } else { "" });
    Ok(out)
}
