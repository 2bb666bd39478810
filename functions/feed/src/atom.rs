//! Atom 1.0 (RFC 4287) with tombstones (RFC 6721).
//!
//! `atom_syndication` writes a feed's extensions after its entries, which the RFC's grammar refuses, and has no `xml:lang`
//! for an entry. So the crate writes the feed without entries, then each entry, and they are put together here.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use atom_syndication::{
    Category, Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Text, WriteConfig,
    extension::{Extension, ExtensionMap},
};
use release::{Lang, Site};

use crate::{FeedId, FeedView, Item, stamp::Stamp};

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
        let config = WriteConfig {
            write_document_declaration: false,
            indent_size: Some(1),
        };
        let envelope = self.envelope(site, feed).write_with_config(Vec::new(), config)?;
        let envelope = String::from_utf8_lossy(&envelope);
        let open = envelope.trim_end().strip_suffix("</feed>").ok_or(AtomError::Shape)?;
        let mut out = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}\n", open.trim_end());
        for item in self.items.iter().filter(|item| !item.withdrawn()) {
            let entry = entry(item).write_with_config(Vec::new(), config)?;
            let entry = String::from_utf8_lossy(&entry);
            let inside = entry
                .strip_prefix("<entry xmlns=\"http://www.w3.org/2005/Atom\"")
                .ok_or(AtomError::Shape)?;
            out.push_str(&format!("<entry xml:lang=\"{}\"{}\n", item.language, inside.trim_end()));
        }
        out.push_str(&format!("</feed>\n<!-- view {} -->\n", self.fingerprint()));
        Ok(out.into_bytes())
    }

    fn envelope(&self, site: &Site, feed: &FeedId) -> Feed {
        let mut links = vec![
            link("self", site.url(&feed.atom()), Some("application/atom+xml"), None),
            link("alternate", self.home_page_url.clone(), Some("text/html"), Some(&self.language)),
        ];
        links.extend(site.hubs.iter().map(|hub| link("hub", hub.clone(), None, None)));
        for sibling in site.languages.iter().filter(|sibling| sibling.tag != self.language) {
            let other = FeedId::new(&sibling.tag, feed.kind.clone());
            links.push(link(
                "alternate",
                site.url(&other.atom()),
                Some("application/atom+xml"),
                Some(&sibling.tag),
            ));
        }
        let tombstones: Vec<_> = self.items.iter().filter(|item| item.withdrawn()).map(tombstone).collect();
        let mut extensions = ExtensionMap::new();
        let mut namespaces = BTreeMap::new();
        if !tombstones.is_empty() {
            extensions.insert("at".to_owned(), BTreeMap::from([("deleted-entry".to_owned(), tombstones)]));
            namespaces.insert("at".to_owned(), TOMBSTONES.to_owned());
        }
        Feed {
            title: Text::plain(self.title.clone()),
            id: feed_id(site, feed),
            updated: self.updated().map_or_else(never, fixed),
            authors: vec![Person {
                name: site.organisation.clone(),
                email: Some(site.email.clone()),
                uri: Some(self.home_page_url.clone()),
                ..Person::default()
            }],
            generator: Some(Generator {
                value: "Pressroom".to_owned(),
                uri: None,
                version: None,
            }),
            links,
            subtitle: Some(Text::plain(self.description.clone())),
            extensions,
            namespaces,
            lang: Some(self.language.to_string()),
            ..Feed::default()
        }
    }
}

/// The feed's own id. It depends on who publishes and which feed it is, never on an address: a site may move (RFC 4287, section 4.2.6).
fn feed_id(site: &Site, feed: &FeedId) -> String {
    let publisher = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, site.organisation.as_bytes());
    format!("urn:uuid:{}", uuid::Uuid::new_v5(&publisher, feed.atom().as_bytes()))
}

fn never() -> FixedDateTime {
    FixedDateTime::from_str(NEVER).unwrap_or_default()
}

fn fixed(stamp: Stamp) -> FixedDateTime {
    FixedDateTime::from_str(&stamp.rfc3339()).unwrap_or_else(|_| never())
}

fn link(rel: &str, href: String, mime_type: Option<&str>, hreflang: Option<&Lang>) -> Link {
    Link {
        href,
        rel: rel.to_owned(),
        hreflang: hreflang.map(Lang::to_string),
        mime_type: mime_type.map(str::to_owned),
        ..Link::default()
    }
}

fn tombstone(item: &Item) -> Extension {
    let text = |name: &str, value: &str| Extension {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        ..Extension::default()
    };
    Extension {
        name: "at:deleted-entry".to_owned(),
        value: None,
        attrs: BTreeMap::from([
            ("ref".to_owned(), item.id.clone()),
            ("when".to_owned(), item.date_modified.rfc3339()),
        ]),
        children: BTreeMap::from([("comment".to_owned(), vec![text("at:comment", &item.summary)])]),
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
