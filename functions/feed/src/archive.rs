//! Atom archive documents (RFC 5005, section 4): every release of a month, with summary and link.
//!
//! The full content is on the page and in the public release; a month of a busy office would not fit into one document with it.

use std::collections::BTreeMap;

use atom_syndication::{Feed, Text, extension::Extension};
use bytes::Bytes;
use release::{Lang, Site, Status, entry_id};

use crate::{
    FeedId, Kind, Words,
    atom::{AtomError, Parts, archive_link, author, feed_id, fixed, generator, link, never, put_together, tombstone, with_tombstones},
    history::Card,
    kept::{Form, write_all},
    month::MonthView,
    path,
    xml::Link,
};

/// Bytes of an ordinary entry.
const ENTRY: usize = 1_200;
const HISTORY: &str = "http://purl.org/syndication/history/1.0";

impl MonthView {
    /// The archive document of the month in this view's language.
    ///
    /// # Errors
    /// When the writer's output has another shape than this crate knows.
    pub fn to_atom(&self, site: &Site) -> Result<Bytes, AtomError> {
        put_together(&self.envelope(site), &self.line(site).weight.to_string(), |out| {
            out.reserve(ENTRY * self.releases.len());
            let shown = self.releases.iter().filter(|card| card.status == Status::Published);
            write_all(shown, (Form::Atom, site, &self.language), out, |card, out| {
                self.entry(card, site, out);
                Ok(())
            })
        })
    }

    fn envelope(&self, site: &Site) -> Feed {
        let feed = FeedId::new(&self.language, Kind::Filled);
        let own = site.language(&self.language);
        let home = site.url(&path::home(&self.language));
        let (previous, next) = self.neighbours();
        let atom = Some("application/atom+xml");
        let mut links = vec![
            link("self", site.url(&self.of().atom(&self.language)), atom, None),
            link("current", site.url(&feed.atom()), atom, None),
            link("alternate", home.clone(), Some("text/html"), Some(&self.language)),
        ];
        let archive = |rel, month| archive_link(rel, site, &self.language, month);
        links.extend(previous.map(|month| archive("prev-archive", month)));
        links.extend(next.map(|month| archive("next-archive", month)));
        let withdrawn = self.releases.iter().filter(|card| card.status == Status::Withdrawn);
        let tombstones = withdrawn.map(|card| tombstone(&self.entry_id(card), card.updated, ""));
        let (mut extensions, mut namespaces) = with_tombstones(tombstones.collect());
        let mark = Extension {
            name: "fh:archive".to_owned(),
            ..Extension::default()
        };
        extensions.insert("fh".to_owned(), BTreeMap::from([("archive".to_owned(), vec![mark])]));
        namespaces.insert("fh".to_owned(), HISTORY.to_owned());
        let newest = self.releases.iter().map(|card| card.updated).max_by_key(|stamp| stamp.at());
        Feed {
            title: Text::plain(format!(
                "{} – {:04}-{:02}",
                own.map_or("", |l| l.title.as_str()),
                self.year,
                self.month
            )),
            id: feed_id(site, &feed),
            updated: newest.map_or_else(never, fixed),
            authors: vec![author(site, &home)],
            generator: Some(generator()),
            links,
            extensions,
            namespaces,
            lang: Some(self.language.to_string()),
            ..Feed::default()
        }
    }

    fn entry_id(&self, card: &Card) -> String {
        card.guid.clone().unwrap_or_else(|| entry_id(card.id, &self.language))
    }

    fn entry(&self, card: &Card, site: &Site, out: &mut Vec<u8>) {
        let shown = card.shown_for(site, &self.language);
        let text = |texts: &release::Localised| texts.get(&shown).cloned().unwrap_or_default();
        let mut summary = text(&card.summary);
        if shown != self.language {
            summary = format!("{} {summary}", Words::of(&self.language).notice(&shown));
        }
        let own = card.page_in(&self.language, site);
        let page = |href, language: Option<_>| Link {
            href,
            rel: "alternate",
            kind: language.map(|_| "text/html"),
            language,
            ..Link::default()
        };
        let mut links = vec![Link {
            href: &card.json,
            rel: "related",
            kind: Some("application/json"),
            ..Link::default()
        }];
        links.push(page(&own, Some(&shown)));
        let others = card.url.iter().filter(|(lang, _)| **lang != shown);
        links.extend(others.map(|(lang, url)| page(url, Some(lang))));
        if card.url.len() > 1 {
            links.push(page(&own, None));
        }
        let label = |id: &str| site.topic(id).map(|topic| topic.label_in(site, &self.language));
        let parts = Parts {
            language: &shown,
            title: card.title.get(&shown).map_or("", String::as_str),
            id: &self.entry_id(card),
            updated: card.updated,
            published: card.published,
            categories: card.topics.iter().map(|id| (&**id, label(id).unwrap_or(id))).collect(),
            links,
            summary: &summary,
            content: None,
        };
        parts.write(out);
    }
}

impl Card {
    /// The language whose text stands in for `language`.
    pub(crate) fn shown_for(&self, site: &Site, language: &Lang) -> Lang {
        shown_for(site, language, &self.language, &self.languages)
    }

    /// The page in any language of the site: all pages of a release have the same address but for the language.
    pub(crate) fn page_in(&self, language: &Lang, site: &Site) -> String {
        let tail = self
            .url
            .iter()
            .find_map(|(lang, url)| url.strip_prefix(site.url(&path::home(lang)).as_str()));
        tail.map_or_else(|| self.json.clone(), |tail| format!("{}{tail}", site.url(&path::home(language))))
    }
}

/// The first of a language, what stands in for it, and the original that a release really has.
pub(crate) fn shown_for(site: &Site, language: &Lang, original: &Lang, languages: &[Lang]) -> Lang {
    let chain = std::iter::once(language)
        .chain(site.fallback(language))
        .chain(std::iter::once(original));
    let mut real = chain.filter(|candidate| languages.contains(candidate));
    real.next().or(languages.first()).unwrap_or(original).clone()
}
