//! Atom 1.0 (RFC 4287) with tombstones (RFC 6721).
//!
//! `atom_syndication` writes a feed's extensions after its entries, which the RFC's grammar refuses, and has no `xml:lang`
//! for an entry. So the crate writes the feed without entries, then each entry, and they are put together here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr as _;

use atom_syndication::{
    Category, Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Text, WriteConfig,
    extension::{Extension, ExtensionMap},
};
use release::{Lang, Site};

use crate::{FeedId, FeedView, Item, Kind, path::Month, stamp::Stamp};

const TOMBSTONES: &str = "http://purl.org/atompub/tombstones/1.0";

/// Of a feed that has never shown anything: it must have a date, and it must not be the clock's.
const NEVER: &str = "1970-01-01T00:00:00+00:00";

/// Why a feed cannot be written as Atom.
#[derive(Debug, thiserror::Error)]
pub enum AtomError {
    /// The writer failed.
    #[error("Atom: {0}")]
    Write(#[from] atom_syndication::Error),
    /// The crate's output changed its shape; a test of this module fails then.
    #[error("Atom: expected the writer to end with </feed> and entries to begin with <entry")]
    Shape,
}

impl FeedView {
    /// The feed as Atom 1.0.
    ///
    /// # Errors
    /// When the writer's output has another shape than this module knows.
    pub fn to_atom(&self, site: &Site, feed: &FeedId) -> Result<Vec<u8>, AtomError> {
        let shown = self.items.iter().filter(|item| !item.withdrawn());
        let entries = shown.map(|item| (entry(item), Cow::Borrowed(&item.language)));
        put_together(&self.envelope(site, feed), entries, &self.fingerprint())
    }

    fn envelope(&self, site: &Site, feed: &FeedId) -> Feed {
        let mut links = vec![
            link("self", site.url(&feed.atom()), Some("application/atom+xml"), None),
            link("alternate", self.home_page_url.clone(), Some("text/html"), Some(&self.language)),
        ];
        links.extend(site.hubs.iter().map(|hub| link("hub", hub.clone(), None, None)));
        // RFC 5005, section 4: what the window does not show any more is in the months.
        if let (Kind::Filled, Some(newest)) = (&feed.kind, self.items.first()) {
            let month = Month::of(newest.date_published);
            links.push(archive_link("prev-archive", site, &self.language, month));
        }
        for sibling in site.languages.iter().filter(|sibling| sibling.tag != self.language) {
            let other = FeedId::new(&sibling.tag, feed.kind.clone());
            links.push(link(
                "alternate",
                site.url(&other.atom()),
                Some("application/atom+xml"),
                Some(&sibling.tag),
            ));
        }
        let withdrawn = self.items.iter().filter(|item| item.withdrawn());
        let tombstones = withdrawn.map(|item| tombstone(&item.id, item.date_modified, &item.summary));
        let (extensions, namespaces) = with_tombstones(tombstones.collect());
        Feed {
            title: Text::plain(self.title.clone()),
            id: feed_id(site, feed),
            updated: self.updated().map_or_else(never, fixed),
            authors: vec![author(site, &self.home_page_url)],
            generator: Some(generator()),
            links,
            subtitle: Some(Text::plain(self.description.clone())),
            extensions,
            namespaces,
            lang: Some(self.language.to_string()),
            ..Feed::default()
        }
    }
}

/// The envelope, then the entries, each with its language.
pub(crate) fn put_together<'a>(
    envelope: &Feed,
    entries: impl Iterator<Item = (Entry, Cow<'a, Lang>)>,
    fingerprint: &str,
) -> Result<Vec<u8>, AtomError> {
    let config = WriteConfig {
        write_document_declaration: false,
        indent_size: Some(1),
    };
    let envelope = envelope.write_with_config(Vec::new(), config)?;
    let envelope = String::from_utf8_lossy(&envelope);
    let open = envelope.trim_end().strip_suffix("</feed>").ok_or(AtomError::Shape)?;
    let mut out = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}\n", open.trim_end());
    let mut buffer = Vec::new();
    for (entry, language) in entries {
        buffer.clear();
        buffer = entry.write_with_config(buffer, config)?;
        let entry = str::from_utf8(&buffer).map_err(|_| AtomError::Shape)?;
        let inside = entry
            .strip_prefix("<entry xmlns=\"http://www.w3.org/2005/Atom\"")
            .ok_or(AtomError::Shape)?;
        for part in ["<entry xml:lang=\"", language.as_str(), "\"", inside.trim_end(), "\n"] {
            out.push_str(part);
        }
    }
    out.push_str(&format!("</feed>\n<!-- view {fingerprint} -->\n"));
    Ok(out.into_bytes())
}

/// The feed's own id. It depends on who publishes and which feed it is, never on an address: a site may move (RFC 4287, section 4.2.6).
pub(crate) fn feed_id(site: &Site, feed: &FeedId) -> String {
    let publisher = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, site.organisation.as_bytes());
    format!("urn:uuid:{}", uuid::Uuid::new_v5(&publisher, feed.atom().as_bytes()))
}

pub(crate) fn author(site: &Site, home: &str) -> Person {
    Person {
        name: site.organisation.clone(),
        email: Some(site.email.clone()),
        uri: Some(home.to_owned()),
        ..Person::default()
    }
}

pub(crate) fn generator() -> Generator {
    Generator {
        value: "Pressroom".to_owned(),
        uri: None,
        version: None,
    }
}

/// The extensions of a feed with tombstones, and the namespaces they need.
pub(crate) fn with_tombstones(tombstones: Vec<Extension>) -> (ExtensionMap, BTreeMap<String, String>) {
    if tombstones.is_empty() {
        return Default::default();
    }
    let extensions = BTreeMap::from([("at".to_owned(), BTreeMap::from([("deleted-entry".to_owned(), tombstones)]))]);
    (extensions, BTreeMap::from([("at".to_owned(), TOMBSTONES.to_owned())]))
}

pub(crate) fn archive_link(rel: &str, site: &Site, language: &Lang, month: Month) -> Link {
    link(rel, site.url(&month.atom(language)), Some("application/atom+xml"), None)
}

pub(crate) fn never() -> FixedDateTime {
    FixedDateTime::from_str(NEVER).unwrap_or_default()
}

pub(crate) fn fixed(stamp: Stamp) -> FixedDateTime {
    FixedDateTime::from_str(&stamp.rfc3339()).unwrap_or_else(|_| never())
}

pub(crate) fn link(rel: &str, href: String, mime_type: Option<&str>, hreflang: Option<&Lang>) -> Link {
    Link {
        href,
        rel: rel.to_owned(),
        hreflang: hreflang.map(Lang::to_string),
        mime_type: mime_type.map(str::to_owned),
        ..Link::default()
    }
}

/// A deleted entry (RFC 6721, section 3). Its comment, when there is one, is the public reason.
pub(crate) fn tombstone(id: &str, when: Stamp, comment: &str) -> Extension {
    let mut children = BTreeMap::new();
    if !comment.is_empty() {
        let comment = Extension {
            name: "at:comment".to_owned(),
            value: Some(comment.to_owned()),
            ..Extension::default()
        };
        children.insert("comment".to_owned(), vec![comment]);
    }
    Extension {
        name: "at:deleted-entry".to_owned(),
        value: None,
        attrs: BTreeMap::from([("ref".to_owned(), id.to_owned()), ("when".to_owned(), when.rfc3339())]),
        children,
    }
}

fn entry(item: &Item) -> Entry {
    let mut links = vec![link("related", item.more.json.clone(), Some("application/json"), None)];
    for (lang, url) in item.alternates() {
        links.push(link("alternate", url.to_owned(), lang.map(|_| "text/html"), lang));
    }
    links.extend(item.attachments.iter().map(|file| Link {
        title: Some(file.title.clone()),
        length: Some(file.size_in_bytes.to_string()),
        ..link("enclosure", file.url.clone(), Some(&file.mime_type), None)
    }));
    let category = |(term, label): (&String, &String)| Category {
        term: term.clone(),
        scheme: None,
        label: Some(label.clone()),
    };
    Entry {
        title: Text::plain(item.title.clone()),
        id: item.id.clone(),
        updated: fixed(item.date_modified),
        categories: item.more.topics.iter().zip(&item.tags).map(category).collect(),
        links,
        published: Some(fixed(item.date_published)),
        summary: Some(Text::plain(item.summary.clone())),
        content: Some(Content {
            value: Some(item.content_html.clone()),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}
