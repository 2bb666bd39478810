//! Where every public document is (contract, section 2). All paths start with a slash.

use release::{Lang, Path, Site};
use uuid::Uuid;

use crate::Stamp;

/// A calendar month in the press office's time zone: what an archive document covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    /// 1 to 9999.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Month {
    /// The month in which something was published.
    pub fn of(published: Stamp) -> Self {
        let day = published.day();
        Self {
            year: day.year(),
            month: day.month(),
        }
    }

    /// Reads the end of an archive's address, `…/2026/06/…`.
    pub(crate) fn in_url(url: &str) -> Option<Self> {
        let (_, tail) = url.rsplit_once("/archive/")?;
        let mut parts = tail.split('/');
        let (year, month) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { year, month })
    }

    fn folder(self, language: &Lang) -> String {
        format!("/{language}/archive/{:04}/{:02}", self.year, self.month)
    }

    /// The month for people.
    pub fn page(self, language: &Lang) -> String {
        format!("{}/", self.folder(language))
    }

    /// The sitemap of the month.
    pub fn sitemap(self, language: &Lang) -> String {
        format!("{}/sitemap.xml", self.folder(language))
    }

    /// The JSON index of the month.
    pub fn json(self, language: &Lang) -> String {
        format!("{}/index.json", self.folder(language))
    }

    /// The Atom archive document of the month (RFC 5005, section 4).
    pub fn atom(self, language: &Lang) -> String {
        format!("{}/atom.xml", self.folder(language))
    }
}

/// Which releases a feed shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Every release; one without the feed's language appears with its fallback text.
    Filled,
    /// Only releases that have the feed's language.
    Only,
    /// Filled, one topic.
    Topic(String),
}

/// One feed in its three formats.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedId {
    /// The feed's language.
    pub language: Lang,
    /// Which releases it shows.
    pub kind: Kind,
}

impl FeedId {
    /// True when the feed takes a release that `speaks` a language and is `about` a topic.
    pub fn takes(&self, speaks: impl FnOnce(&Lang) -> bool, about: impl FnOnce(&String) -> bool) -> bool {
        match &self.kind {
            Kind::Filled => true,
            Kind::Only => speaks(&self.language),
            Kind::Topic(topic) => about(topic),
        }
    }

    /// A feed by language and kind.
    pub fn new(language: &Lang, kind: Kind) -> Self {
        Self {
            language: language.clone(),
            kind,
        }
    }

    fn folder(&self) -> String {
        match &self.kind {
            Kind::Filled => format!("/{}", self.language),
            Kind::Only => format!("/{}/only", self.language),
            Kind::Topic(topic) => format!("/{}/topics/{topic}", self.language),
        }
    }

    /// RSS 2.0.
    pub fn rss(&self) -> String {
        format!("{}/rss.xml", self.folder())
    }

    /// Atom 1.0.
    pub fn atom(&self) -> String {
        format!("{}/atom.xml", self.folder())
    }

    /// JSON Feed 1.1.
    pub fn json(&self) -> String {
        format!("{}/feed.json", self.folder())
    }

    /// Every feed of a site: filled, strict and one for each topic, in each language.
    pub fn all(site: &Site) -> Vec<Self> {
        let kinds = || {
            [Kind::Filled, Kind::Only]
                .into_iter()
                .chain(site.topics.iter().map(|topic| Kind::Topic(topic.id.clone())))
        };
        site.languages
            .iter()
            .flat_map(|language| kinds().map(|kind| Self::new(&language.tag, kind)))
            .collect()
    }
}

/// The newsroom's home page.
pub fn home(language: &Lang) -> String {
    format!("/{language}/")
}

/// The page of a topic.
pub fn topic(language: &Lang, id: &str) -> String {
    format!("/{language}/topics/{id}/")
}

/// The list of months for people.
pub fn archive(language: &Lang) -> String {
    format!("/{language}/archive/")
}

/// The page about every feed of a language.
pub fn feeds(language: &Lang) -> String {
    format!("/{language}/feeds/")
}

/// One release in one language.
pub fn page(language: &Lang, path: &Path) -> String {
    format!("/{language}/{}/", path.tail())
}

/// The public release.
pub fn release(id: Uuid) -> String {
    format!("/releases/{id}.json")
}

/// One public revision.
pub fn version(id: Uuid, revision: u32) -> String {
    format!("/releases/{id}/v{revision}.json")
}

/// The months that have releases.
pub fn months(language: &Lang) -> String {
    format!("/{language}/archive/index.json")
}

/// The open page of the change log.
pub const CHANGES: &str = "/changes/head.json";

/// A sealed page of the change log, counted from 1.
pub fn changes_page(page: u32) -> String {
    format!("/changes/{page:08}.json")
}

/// The discovery root.
pub const INDEX: &str = "/index.json";

/// The one style sheet.
pub const STYLE: &str = "/style.css";

/// The script of the feeds page.
pub const SCRIPT: &str = "/copy.js";

/// The index of sitemaps.
pub const SITEMAP: &str = "/sitemap.xml";

/// What was published in the last two days.
pub const NEWS_SITEMAP: &str = "/news-sitemap.xml";

/// What is said to crawlers.
pub const ROBOTS: &str = "/robots.txt";

/// The JSON Schema of a kind of document.
pub fn schema(name: &str) -> String {
    format!("/schema/v1/{name}.json")
}
