//! What every page has around its text: the menu, the languages, the feeds of its language, the footer; and its share of the head.

use release::{Lang, LegalLink, Logo, Site};

use super::share::Share;
use crate::{FeedId, Kind, Words, content, path};

/// What every page has around its text.
pub(super) struct Frame {
    pub(super) language: Lang,
    pub(super) dir: &'static str,
    pub(super) site_title: String,
    pub(super) organisation: String,
    pub(super) logo: Option<Logo>,
    pub(super) logo_url: String,
    pub(super) style: String,
    pub(super) words: &'static Words,
    pub(super) menu: Menu,
    pub(super) switch: Vec<Switch>,
    /// Of this page's language, those of its topic first.
    pub(super) feeds: Vec<FeedLink>,
    /// One of each other language.
    pub(super) foreign: Vec<FeedLink>,
    pub(super) footer: String,
    pub(super) legal: Vec<LegalLink>,
    /// Which state of its view the page shows.
    pub(super) fingerprint: String,
    /// The same page in other languages, as far as it is really in them.
    pub(super) alternates: Vec<Alternate>,
    /// Nothing of a page that says what is not there any more.
    pub(super) share: Option<Share>,
}

/// Where a page stands in the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Home,
    Topic(String),
    Archive,
    Feeds,
    /// A release or a month: beneath all of these.
    Beneath,
}

/// The links that lead from every page to the others.
pub(super) struct Menu {
    pub(super) home: Item,
    pub(super) topics: Vec<Item>,
    pub(super) archive: Item,
    pub(super) feeds: Item,
}

pub(super) struct Item {
    /// HTML.
    pub(super) name: String,
    pub(super) url: String,
    pub(super) current: bool,
}

pub(super) struct Switch {
    pub(super) language: Lang,
    pub(super) name: String,
    pub(super) url: String,
    pub(super) current: bool,
}

/// The same page in another language; no language for whoever reads none of them.
pub(super) struct Alternate {
    pub(super) language: String,
    pub(super) url: String,
}

pub(super) struct FeedLink {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) mime: &'static str,
    pub(super) url: String,
    pub(super) language: Lang,
}

impl Menu {
    pub(super) fn new(site: &Site, language: &Lang, place: &Place) -> Self {
        let words = Words::of(language);
        let item = |name: String, path: String, here: Place| Item {
            name,
            url: site.url(&path),
            current: *place == here,
        };
        let topic = |topic: &release::Topic| {
            let path = path::topic(language, &topic.id);
            item(content::topic_html(topic, site, language), path, Place::Topic(topic.id.clone()))
        };
        Self {
            home: item(content::escape(&words.home), path::home(language), Place::Home),
            topics: site.topics.iter().map(topic).collect(),
            archive: item(content::escape(&words.archive), path::archive(language), Place::Archive),
            feeds: item(content::escape(&words.feeds), path::feeds(language), Place::Feeds),
        }
    }

    /// The topic of this page is among them.
    pub(super) fn in_topics(&self) -> bool {
        self.topics.iter().any(|topic| topic.current)
    }
}

/// The three formats of a feed.
pub(super) fn formats(site: &Site, feed: &FeedId) -> [(&'static str, &'static str, String); 3] {
    [
        ("RSS", "application/rss+xml", site.url(&feed.rss())),
        ("Atom", "application/atom+xml", site.url(&feed.atom())),
        ("JSON Feed", "application/feed+json", site.url(&feed.json())),
    ]
}

fn links(site: &Site, feed: &FeedId) -> Vec<FeedLink> {
    let own = site
        .language(&feed.language)
        .map(|language| language.title.clone())
        .unwrap_or_default();
    let title = match &feed.kind {
        Kind::Topic(id) => format!(
            "{own} – {}",
            site.topic(id).map_or(id.as_str(), |topic| topic.label_in(site, &feed.language))
        ),
        Kind::Filled | Kind::Only => own,
    };
    let link = |(name, mime, url)| FeedLink {
        name,
        title: title.clone(),
        mime,
        url,
        language: feed.language.clone(),
    };
    formats(site, feed).into_iter().map(link).collect()
}

impl Frame {
    /// `target` is the address of the same page in another language.
    pub(super) fn new(site: &Site, language: &Lang, place: &Place, fingerprint: String, target: impl Fn(&Lang) -> String) -> Self {
        let own = site.language(language);
        let topic = match place {
            Place::Topic(id) => links(site, &FeedId::new(language, Kind::Topic(id.clone()))),
            _ => Vec::new(),
        };
        let filled = |language: &Lang| links(site, &FeedId::new(language, Kind::Filled));
        let others = site.languages.iter().filter(|other| other.tag != *language);
        Self {
            dir: language.direction().as_str(),
            site_title: own.map(|own| own.title.clone()).unwrap_or_default(),
            organisation: site.organisation.clone(),
            logo_url: site.brand.logo.as_ref().map(|logo| site.url(&logo.path)).unwrap_or_default(),
            logo: site.brand.logo.clone(),
            style: site.url(path::STYLE),
            words: Words::of(language),
            menu: Menu::new(site, language, place),
            switch: switch(site, Some(language), target),
            feeds: topic.into_iter().chain(filled(language)).collect(),
            foreign: others.flat_map(|other| filled(&other.tag).into_iter().take(1)).collect(),
            footer: own.map(|own| own.footer.clone()).unwrap_or_default(),
            legal: own.map(|own| own.legal.clone()).unwrap_or_default(),
            alternates: Vec::new(),
            share: None,
            language: language.clone(),
            fingerprint,
        }
    }

    /// A page that every language has in its own words, such as the home page.
    pub(super) fn in_every_language(mut self, site: &Site, title: &str, default: &str, target: impl Fn(&Lang) -> String) -> Self {
        let alternate = |language: &release::Language| Alternate {
            language: language.tag.to_string(),
            url: target(&language.tag),
        };
        self.alternates = site.languages.iter().map(alternate).collect();
        self.alternates.push(Alternate {
            language: "x-default".to_owned(),
            url: default.to_owned(),
        });
        let url = target(&self.language);
        let languages: Vec<&Lang> = site.languages.iter().map(|language| &language.tag).collect();
        self.share = Some(Share::website(site, &self.language, title, url, &languages));
        self
    }
}

pub(super) fn switch(site: &Site, current: Option<&Lang>, target: impl Fn(&Lang) -> String) -> Vec<Switch> {
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
