//! Atom 1.0 (RFC 4287) with tombstones (RFC 6721).
//!
//! `atom_syndication` writes a feed's extensions after its entries, which the RFC's grammar refuses, and has no `xml:lang`
//! for an entry. So the crate writes the feed without entries, and each entry is written here.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use atom_syndication::{
    Feed, FixedDateTime, Generator, Link as FeedLink, Person, Text, WriteConfig,
    extension::{Extension, ExtensionMap},
};
use bytes::Bytes;
use release::{Lang, Site};

use crate::{
    FeedId, FeedView, Item, Kind,
    kept::{Form, Made, write_all},
    path::Month,
    stamp::Stamp,
    xml::{Link, Xml},
};

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
    pub fn to_atom(&self, site: &Site, feed: &FeedId) -> Result<Bytes, AtomError> {
        put_together(&self.envelope(site, feed), &self.fingerprint(), |out| {
            out.reserve(self.room());
            let shown = self.items.iter().filter(|item| !item.withdrawn());
            write_all(shown, (Form::Atom, site, &self.language), out, |item, out| {
                entry(item, out);
                Ok(())
            })
        })
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

const LAYOUT: WriteConfig = WriteConfig {
    write_document_declaration: false,
    indent_size: Some(1),
};

/// The envelope, then the entries, which `write` puts behind what is there.
pub(crate) fn put_together<'a, T: 'a>(
    envelope: &Feed,
    fingerprint: &str,
    write: impl FnOnce(&mut Vec<u8>) -> Result<Made<'a, T>, AtomError>,
) -> Result<Bytes, AtomError> {
    let envelope = envelope.write_with_config(Vec::new(), LAYOUT)?;
    let envelope = String::from_utf8_lossy(&envelope);
    let open = envelope.trim_end().strip_suffix("</feed>").ok_or(AtomError::Shape)?;
    let mut out = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}\n", open.trim_end()).into_bytes();
    let made = write(&mut out)?;
    out.extend_from_slice(format!("</feed>\n<!-- view {fingerprint} -->\n").as_bytes());
    Ok(made.finish(out))
}

/// What an entry tells, in a feed and in an archive.
pub(crate) struct Parts<'a> {
    /// Of its text.
    pub(crate) language: &'a Lang,
    pub(crate) title: &'a str,
    pub(crate) id: &'a str,
    pub(crate) updated: Stamp,
    pub(crate) published: Stamp,
    /// Term and label.
    pub(crate) categories: Vec<(&'a str, &'a str)>,
    pub(crate) links: Vec<Link<'a>>,
    pub(crate) summary: &'a str,
    /// HTML.
    pub(crate) content: Option<&'a str>,
}

impl Parts<'_> {
    /// The entry and a line end.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut xml = Xml::new(out, " ");
        xml.raw("<entry xml:lang=\"");
        xml.escaped(self.language.as_str());
        xml.raw("\">\n");
        xml.text("title", &[], self.title);
        xml.text("id", &[], self.id);
        xml.text("updated", &[], &self.updated.rfc3339());
        for (term, label) in &self.categories {
            xml.empty("category", &[("term", Some(term)), ("label", Some(label))]);
        }
        for link in &self.links {
            xml.link("link", link);
        }
        xml.text("published", &[], &self.published.rfc3339());
        xml.text("summary", &[], self.summary);
        if let Some(content) = self.content {
            xml.text("content", &[("type", Some("html"))], content);
        }
        xml.raw("</entry>\n");
    }
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

pub(crate) fn archive_link(rel: &str, site: &Site, language: &Lang, month: Month) -> FeedLink {
    link(rel, site.url(&month.atom(language)), Some("application/atom+xml"), None)
}

pub(crate) fn never() -> FixedDateTime {
    FixedDateTime::from_str(NEVER).unwrap_or_default()
}

pub(crate) fn fixed(stamp: Stamp) -> FixedDateTime {
    FixedDateTime::from_str(&stamp.rfc3339()).unwrap_or_else(|_| never())
}

pub(crate) fn link(rel: &str, href: String, mime_type: Option<&str>, hreflang: Option<&Lang>) -> FeedLink {
    FeedLink {
        href,
        rel: rel.to_owned(),
        hreflang: hreflang.map(Lang::to_string),
        mime_type: mime_type.map(str::to_owned),
        ..FeedLink::default()
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

fn entry(item: &Item, out: &mut Vec<u8>) {
    let mut links = vec![Link {
        href: &item.more.json,
        rel: "related",
        kind: Some("application/json"),
        ..Link::default()
    }];
    for (language, href) in item.alternates() {
        links.push(Link {
            href,
            rel: "alternate",
            language,
            kind: language.map(|_| "text/html"),
            ..Link::default()
        });
    }
    let sizes: Vec<String> = item.attachments.iter().map(|file| file.size_in_bytes.to_string()).collect();
    links.extend(item.attachments.iter().zip(&sizes).map(|(file, size)| Link {
        href: &file.url,
        rel: "enclosure",
        kind: Some(&file.mime_type),
        title: Some(&file.title),
        length: Some(size),
        ..Link::default()
    }));
    let categories = item.more.topics.iter().zip(&item.tags);
    let parts = Parts {
        language: &item.language,
        title: &item.title,
        id: &item.id,
        updated: item.date_modified,
        published: item.date_published,
        categories: categories.map(|(term, label)| (&**term, &**label)).collect(),
        links,
        summary: &item.summary,
        content: Some(&item.content_html),
    };
    parts.write(out);
}

#[cfg(test)]
mod tests {
    use atom_syndication::{Category, Content, Entry};

    use super::*;

    /// The entry as the crate would write it.
    fn by_crate(item: &Item) -> Entry {
        let mut links = vec![link("related", item.more.json.clone(), Some("application/json"), None)];
        for (lang, url) in item.alternates() {
            links.push(link("alternate", url.to_owned(), lang.map(|_| "text/html"), lang));
        }
        links.extend(item.attachments.iter().map(|file| FeedLink {
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

    #[test]
    fn entries_are_what_the_crate_would_write() {
        for item in crate::known::items() {
            let written = by_crate(&item).write_with_config(Vec::new(), LAYOUT).unwrap();
            let written = String::from_utf8(written).unwrap();
            let inside = written.strip_prefix("<entry xmlns=\"http://www.w3.org/2005/Atom\"").unwrap();
            let mut ours = Vec::new();
            entry(&item, &mut ours);
            assert_eq!(
                String::from_utf8(ours).unwrap(),
                format!("<entry xml:lang=\"{}\"{inside}\n", item.language)
            );
        }
    }
}
