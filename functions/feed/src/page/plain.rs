//! Pages without a language of their own: the chooser, and "not found".

use askama::Template;
use release::{Lang, Site};

use super::frame::{Alternate, Switch, switch};
use crate::{Words, path};

#[derive(Template)]
#[template(path = "chooser.html")]
struct Chooser {
    language: Lang,
    dir: &'static str,
    organisation: String,
    canonical: String,
    style: String,
    switch: Vec<Switch>,
    alternates: Vec<Alternate>,
}

/// The language chooser at `/`: real links, no redirect.
///
/// # Errors
/// Never in practice.
pub fn chooser(site: &Site) -> Result<Vec<u8>, askama::Error> {
    let language = site.default_language().clone();
    let switch = switch(site, None, |tag| site.url(&path::home(tag)));
    let alternate = |link: &Switch| Alternate {
        language: link.language.to_string(),
        url: link.url.clone(),
    };
    let page = Chooser {
        dir: language.direction().as_str(),
        organisation: site.organisation.clone(),
        canonical: site.url("/"),
        style: site.url(path::STYLE),
        alternates: switch.iter().map(alternate).collect(),
        switch,
        language,
    };
    Ok(page.render()?.into_bytes())
}

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound {
    language: Lang,
    dir: &'static str,
    organisation: String,
    style: String,
    sections: Vec<Section>,
}

struct Section {
    language: Lang,
    dir: &'static str,
    words: &'static Words,
    home: String,
    archive: String,
    feeds: String,
}

/// The page for an address where nothing is, in every language of the site.
///
/// # Errors
/// Never in practice.
pub fn not_found(site: &Site) -> Result<Vec<u8>, askama::Error> {
    let section = |tag: &Lang| Section {
        language: tag.clone(),
        dir: tag.direction().as_str(),
        words: Words::of(tag),
        home: site.url(&path::home(tag)),
        archive: site.url(&path::archive(tag)),
        feeds: site.url(&path::feeds(tag)),
    };
    let language = site.default_language();
    let page = NotFound {
        language: language.clone(),
        dir: language.direction().as_str(),
        organisation: site.organisation.clone(),
        style: site.url(path::STYLE),
        sections: site.languages.iter().map(|language| section(&language.tag)).collect(),
    };
    Ok(page.render()?.into_bytes())
}
