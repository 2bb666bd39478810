//! Pages for people: a release in each language, the newsroom's home, the language chooser, "not found".

use std::{cell::RefCell, collections::BTreeMap};

use askama::Template;
use icu_calendar::{Date, Iso};
use icu_datetime::{DateTimeFormatter, fieldsets::YMD};
use icu_locale_core::Locale;
use release::{Event, Lang, Site, Status};

use crate::{
    FeedId, FeedView, Item, Kind, Stamp, Words, content,
    kept::{Form, write_all},
    path,
    public::Public,
};

/// The one style sheet of all pages.
pub const STYLE: &str = include_str!("../../../templates/style.css");

/// What every page has around its text.
struct Frame {
    language: Lang,
    dir: &'static str,
    site_title: String,
    organisation: String,
    home: String,
    style: String,
    words: &'static Words,
    switch: Vec<Switch>,
    feeds: [FeedLink; 3],
    fingerprint: String,
}

struct Switch {
    language: Lang,
    name: String,
    url: String,
    current: bool,
}

struct FeedLink {
    name: &'static str,
    mime: &'static str,
    url: String,
}

/// A date for people and for machines.
struct Day {
    iso: String,
    text: String,
}

impl Day {
    /// In the words of `language` (CLDR, long form).
    fn new(stamp: Stamp, language: &Lang) -> Self {
        Self {
            iso: stamp.rfc3339(),
            text: in_words(stamp.day(), language),
        }
    }

    /// A day without a time, of an event.
    fn of_event(day: &str, language: &Lang) -> Self {
        let text = day.parse().map_or_else(|_| day.to_owned(), |day| in_words(day, language));
        Self { iso: day.to_owned(), text }
    }
}

fn in_words(day: jiff::civil::Date, language: &Lang) -> String {
    let date: Option<Date<Iso>> = Date::try_new_iso(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs()).ok();
    date.and_then(|date| long(date, language)).unwrap_or_else(|| day.to_string())
}

/// The event a release reports on.
struct Occasion {
    name: String,
    url: Option<String>,
    start: Option<Day>,
    /// Of one that lasts longer than a day.
    end: Option<Day>,
    place: Option<String>,
}

impl Occasion {
    fn new(event: &Event, language: &Lang) -> Self {
        let day = |day: &String| Day::of_event(day, language);
        Self {
            name: event.name.clone(),
            url: event.url.clone(),
            start: event.start.as_ref().map(day),
            end: event.end.as_ref().filter(|end| event.start.as_ref() != Some(*end)).map(day),
            place: event.place.clone(),
        }
    }
}

thread_local! {
    /// It takes longer to look up how a language writes dates than to write one.
    static FORMS: RefCell<BTreeMap<Lang, Option<DateTimeFormatter<YMD>>>> = const { RefCell::new(BTreeMap::new()) };
}

fn long(date: Date<Iso>, language: &Lang) -> Option<String> {
    let form = || {
        let locale = Locale::try_from_str(language.as_str()).unwrap_or(Locale::UNKNOWN);
        DateTimeFormatter::try_new(locale.into(), YMD::long()).ok()
    };
    FORMS.with_borrow_mut(|forms| {
        let form = forms.entry(language.clone()).or_insert_with(form);
        form.as_ref().map(|form| form.format(&date).to_string())
    })
}

impl Frame {
    fn new(site: &Site, language: &Lang, fingerprint: String, target: impl Fn(&Lang) -> String) -> Self {
        let feed = FeedId::new(language, Kind::Filled);
        Self {
            dir: language.direction().as_str(),
            site_title: site.language(language).map(|l| l.title.clone()).unwrap_or_default(),
            organisation: site.organisation.clone(),
            home: site.url(&path::home(language)),
            style: site.url(path::STYLE),
            words: Words::of(language),
            switch: switch(site, Some(language), target),
            feeds: [
                FeedLink {
                    name: "RSS",
                    mime: "application/rss+xml",
                    url: site.url(&feed.rss()),
                },
                FeedLink {
                    name: "Atom",
                    mime: "application/atom+xml",
                    url: site.url(&feed.atom()),
                },
                FeedLink {
                    name: "JSON Feed",
                    mime: "application/feed+json",
                    url: site.url(&feed.json()),
                },
            ],
            language: language.clone(),
            fingerprint,
        }
    }
}

fn switch(site: &Site, current: Option<&Lang>, target: impl Fn(&Lang) -> String) -> Vec<Switch> {
    let link = |tag: &Lang| Switch {
        language: tag.clone(),
        name: match Words::of(tag) {
            words if words.names.contains_key(tag.primary()) => words.autonym.clone(),
            _ => tag.to_string(),
        },
        url: target(tag),
        current: current == Some(tag),
    };
    site.languages.iter().map(|language| link(&language.tag)).collect()
}

#[derive(Template)]
#[template(path = "release.html")]
struct ReleasePage {
    frame: Frame,
    title: String,
    subtitle: String,
    dateline: String,
    summary: String,
    canonical: String,
    alternates: Vec<Switch>,
    json: String,
    withdrawn: bool,
    fallback: bool,
    notice: String,
    shown: Lang,
    shown_dir: &'static str,
    shown_words: &'static Words,
    published: Day,
    updated: Option<Day>,
    event: Option<Occasion>,
    correction_label: String,
    correction: String,
    content: String,
    /// HTML.
    figures: String,
    files: Vec<NamedLink>,
    reason: String,
    links: Vec<NamedLink>,
    closing: String,
}

struct NamedLink {
    url: String,
    name: String,
}

/// The page of a release in `language`: its own text, or the one that stands in for it, with a notice.
///
/// # Errors
/// Never in practice: the templates are checked at compile time and written into memory.
pub fn release_page(public: &Public, site: &Site, language: &Lang) -> Result<Vec<u8>, askama::Error> {
    let Some(behind) = &public.behind else {
        return Err(askama::Error::Fmt);
    };
    let withdrawn = public.status == Status::Withdrawn;
    let shown = public.shown_for(site, language);
    let target = |tag: &Lang| site.url(&path::page(tag, &behind.path));
    let text = public.texts.get(&shown);
    let words = Words::of(language);
    let title = behind.titles.get(&shown).cloned().unwrap_or_default();
    let in_shown = |texts| content::localised(texts, site, &shown).map(|(_, text)| text.to_owned());
    let page = ReleasePage {
        frame: Frame::new(site, language, format!("{}:{}", public.id, public.revision), target),
        title: if withdrawn {
            format!("{}: {title}", words.withdrawn)
        } else {
            title
        },
        subtitle: text.map(|t| t.subtitle.clone()).unwrap_or_default(),
        dateline: text.map(|t| t.dateline.clone()).unwrap_or_default(),
        summary: text.map(|t| t.summary.clone()).unwrap_or_default(),
        canonical: target(if withdrawn { language } else { &shown }),
        alternates: switch(site, None, target)
            .into_iter()
            .filter(|link| !withdrawn && public.languages.contains(&link.language))
            .collect(),
        json: public.json.clone(),
        withdrawn,
        fallback: shown != *language && !withdrawn,
        notice: words.notice(&shown),
        shown_dir: shown.direction().as_str(),
        shown_words: Words::of(&shown),
        published: Day::new(public.published, language),
        updated: (public.updated.at() > public.published.at() && public.correction.is_some()).then(|| Day::new(public.updated, language)),
        event: public.event.as_ref().map(|event| Occasion::new(event, &shown)),
        correction_label: Words::of(&shown).correction.clone(),
        correction: public.correction.as_ref().and_then(|c| in_shown(&c.note)).unwrap_or_default(),
        content: text.map(|t| t.content_html.clone()).unwrap_or_default(),
        figures: {
            let pictures = public.media.iter().filter(|file| file.is_picture());
            pictures.map(|file| content::figure(file, site, &shown)).collect()
        },
        files: {
            let files = public.media.iter().filter(|file| !file.is_picture());
            let named = files.map(|file| NamedLink {
                url: file.url.clone(),
                name: in_shown(&file.file.caption).unwrap_or_else(|| file.file.name.clone()),
            });
            named.collect()
        },
        reason: if withdrawn {
            content::reason(public, site, language)
        } else {
            String::new()
        },
        links: public
            .links
            .iter()
            .map(|link| NamedLink {
                url: link.url.clone(),
                name: in_shown(&link.label).unwrap_or_else(|| link.url.clone()),
            })
            .collect(),
        closing: public
            .closing
            .get(&shown)
            .map(|texts| texts.iter().map(|text| content::paragraphs(text)).collect())
            .unwrap_or_default(),
        shown,
    };
    Ok(page.render()?.into_bytes())
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    chooser: String,
    description: String,
    /// Written by [`Line`].
    releases: String,
}

/// A release on the home page.
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

/// The newsroom's home page, rendered from the filled feed of its language.
///
/// # Errors
/// Never in practice.
pub fn home_page(view: &FeedView, site: &Site) -> Result<Vec<u8>, askama::Error> {
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
    let releases = made.finish(releases);
    let page = HomePage {
        frame: Frame::new(site, language, view.fingerprint(), |tag| site.url(&path::home(tag))),
        chooser: site.url("/"),
        description: view.description.clone(),
        releases: String::from_utf8_lossy(&releases).into_owned(),
    };
    Ok(page.render()?.into_bytes())
}

#[derive(Template)]
#[template(path = "chooser.html")]
struct Chooser {
    language: Lang,
    dir: &'static str,
    organisation: String,
    style: String,
    switch: Vec<Switch>,
}

/// The language chooser at `/`: real links, no redirect.
///
/// # Errors
/// Never in practice.
pub fn chooser(site: &Site) -> Result<Vec<u8>, askama::Error> {
    let language = site.default_language().clone();
    let page = Chooser {
        dir: language.direction().as_str(),
        organisation: site.organisation.clone(),
        style: site.url(path::STYLE),
        switch: switch(site, None, |tag| site.url(&path::home(tag))),
        language,
    };
    Ok(page.render()?.into_bytes())
}

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound {
    language: Lang,
    organisation: String,
    style: String,
    sections: Vec<Section>,
}

struct Section {
    language: Lang,
    dir: &'static str,
    title: &'static str,
    help: &'static str,
    home: &'static str,
    url: String,
}

/// The page for an address where nothing is, in every language of the site.
///
/// # Errors
/// Never in practice.
pub fn not_found(site: &Site) -> Result<Vec<u8>, askama::Error> {
    let section = |tag: &Lang| {
        let words = Words::of(tag);
        Section {
            language: tag.clone(),
            dir: tag.direction().as_str(),
            title: &words.not_found,
            help: &words.not_found_help,
            home: &words.home,
            url: site.url(&path::home(tag)),
        }
    };
    let page = NotFound {
        language: site.default_language().clone(),
        organisation: site.organisation.clone(),
        style: site.url(path::STYLE),
        sections: site.languages.iter().map(|language| section(&language.tag)).collect(),
    };
    Ok(page.render()?.into_bytes())
}
