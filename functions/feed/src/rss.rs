//! RSS 2.0 (<https://www.rssboard.org/rss-specification>) in the Advisory Board's profile.

use std::collections::BTreeMap;

use bytes::Bytes;
use release::Site;
use rss::extension::{atom, dublincore::DublinCoreExtension};
use rss::{Channel, Item as Entry};

use crate::{
    FeedId, FeedView, Item,
    kept::{Form, write_all},
    stamp::Stamp,
    xml::{Link, Xml},
};

const MEDIA_RSS: &str = "http://search.yahoo.com/mrss/";

impl FeedView {
    /// The feed as RSS 2.0.
    ///
    /// The crate writes the channel; items are written here.
    ///
    /// # Errors
    /// When the writer's output has another shape than this module knows.
    pub fn to_rss(&self, site: &Site, feed: &FeedId) -> Result<Bytes, RssError> {
        let mut links = vec![link("self", site.url(&feed.rss()), Some("application/rss+xml"), None)];
        links.extend(site.hubs.iter().map(|hub| link("hub", hub.clone(), None, None)));
        let mut namespaces = BTreeMap::new();
        if self.items.iter().any(|item| !item.attachments.is_empty()) {
            namespaces.insert("media".to_owned(), MEDIA_RSS.to_owned());
        }
        let channel = Channel {
            title: self.title.clone(),
            link: self.home_page_url.clone(),
            description: self.description.clone(),
            language: Some(self.language.to_string()),
            managing_editor: Some(person(&site.email, &site.organisation)),
            last_build_date: self.updated().map(Stamp::rfc5322),
            generator: Some("Pressroom".to_owned()),
            docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
            items: if self.items.is_empty() { Vec::new() } else { vec![stand_in()] },
            atom_ext: Some(atom::AtomExtension { links }),
            namespaces,
            ..Channel::default()
        };
        let envelope = written(&channel)?;
        let (head, tail) = if self.items.is_empty() {
            (envelope.as_str(), "")
        } else {
            around_items(&envelope)?
        };
        let mut out = Vec::with_capacity(self.room());
        out.extend_from_slice(tight(head).as_bytes());
        let of = (Form::Rss, site, &self.language);
        let made = write_all(self.items.iter(), of, &mut out, |item, out| {
            alone(item, site, out);
            Ok::<_, RssError>(())
        })?;
        out.extend_from_slice(tight(tail).as_bytes());
        out.extend_from_slice(format!("\n<!-- view {} -->\n", self.fingerprint()).as_bytes());
        Ok(made.finish(out))
    }
}

/// Why a feed cannot be written as RSS.
#[derive(Debug, thiserror::Error)]
pub enum RssError {
    /// The writer failed.
    #[error("RSS: {0}")]
    Write(#[from] rss::Error),
    /// The crate's output changed its shape; a test of this module fails then.
    #[error("RSS: expected the writer to put each item between <item> and </item>, on lines of their own")]
    Shape,
}

fn written(channel: &Channel) -> Result<String, RssError> {
    let bytes = channel.pretty_write_to(Vec::new(), b' ', 1)?;
    String::from_utf8(bytes).map_err(|_| RssError::Shape)
}

/// An item as it stands in its channel, with the line end behind it.
fn alone(item: &Item, site: &Site, out: &mut Vec<u8>) {
    let mut xml = Xml::new(out, "   ");
    xml.raw("  <item>\n");
    xml.text("title", &[], &item.title);
    // Nothing stands behind an address, not even a line end: see `tight`.
    xml.inline("link", &[], &item.url);
    xml.with_indent("");
    xml.cdata("description", &html_of(&item.summary));
    xml.with_indent("   ");
    for tag in &item.tags {
        xml.text("category", &[], tag);
    }
    if let Some(file) = item.attachments.first() {
        let size = file.size_in_bytes.to_string();
        let attributes = [("url", &*file.url), ("length", &*size), ("type", &*file.mime_type)];
        xml.empty("enclosure", &attributes.map(|(name, value)| (name, Some(value))));
    }
    xml.inline("guid", &[("isPermaLink", Some("false"))], &item.id);
    xml.with_indent("");
    xml.text("pubDate", &[], &item.date_published.rfc5322());
    xml.with_indent("   ");
    xml.cdata("content:encoded", &item.content_html);
    for file in &item.attachments {
        media(&mut xml, file);
    }
    let alternates = item.alternates();
    // A page without translations is the item's link already.
    for (language, href) in alternates.iter().filter(|_| alternates.len() > 1) {
        let link = Link {
            href,
            rel: "alternate",
            language: *language,
            kind: language.map(|_| "text/html"),
            ..Link::default()
        };
        xml.link("atom:link", &link);
    }
    xml.text("dc:creator", &[], &site.organisation);
    xml.text("dc:language", &[], item.language.as_str());
    xml.raw("  </item>\n");
}

fn media(xml: &mut Xml<'_>, file: &crate::item::Attachment) {
    let size = file.size_in_bytes.to_string();
    let attributes = [
        ("fileSize", &*size),
        ("medium", medium(&file.mime_type)),
        ("type", &file.mime_type),
        ("url", &file.url),
    ];
    xml.begin("media:content", &attributes.map(|(name, value)| (name, Some(value))));
    xml.with_indent("    ");
    xml.text("media:title", &[("type", Some("plain"))], &file.title);
    xml.with_indent("   ");
    xml.close("media:content");
}

fn medium(kind: &str) -> &str {
    let family = kind.split('/').next().unwrap_or_default();
    if matches!(family, "image" | "audio" | "video") {
        family
    } else {
        "document"
    }
}

/// Items are written here; the crate declares the namespaces that they use and says where they stand.
fn stand_in() -> Entry {
    Entry {
        content: Some(String::new()),
        dublin_core_ext: Some(DublinCoreExtension::default()),
        ..Entry::default()
    }
}

/// A channel before its items, and after them. In texts `<` is escaped.
fn around_items(channel: &str) -> Result<(&str, &str), RssError> {
    const END: &str = "</item>\n";
    let begin = channel.find("<item>").ok_or(RssError::Shape)?;
    let begin = channel[..begin].rfind('\n').ok_or(RssError::Shape)? + 1;
    let end = channel.rfind(END).ok_or(RssError::Shape)? + END.len();
    Ok((&channel[..begin], &channel[end..]))
}

/// Nothing stands behind an address: to a parser of HTML `<link>` is an element without content, the address is bare text, and the
/// line end behind it would become a part of it.
fn tight(pretty: &str) -> String {
    let mut out = String::with_capacity(pretty.len());
    let mut joined = false;
    for line in pretty.split_inclusive('\n') {
        let bare = line.trim_ascii_start();
        let element = bare.trim_ascii_end();
        let begins = if joined { bare } else { line };
        joined =
            element.starts_with("<link>") && element.ends_with("</link>") || element.starts_with("<guid ") && element.ends_with("</guid>");
        out.push_str(if joined { begins.trim_ascii_end() } else { begins });
    }
    out
}

fn link(rel: &str, href: String, mime_type: Option<&str>, hreflang: Option<String>) -> atom::Link {
    atom::Link {
        rel: rel.to_owned(),
        href,
        mime_type: mime_type.map(str::to_owned),
        hreflang,
        ..atom::Link::default()
    }
}

/// `mail (Name)` of RFC 5322: a parenthesis in the name would end it.
fn person(email: &str, name: &str) -> String {
    format!("{email} ({})", name.replace('(', "[").replace(')', "]"))
}

/// Readers take a description for HTML: plain text that speaks of `<script>` must not become one.
fn html_of(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use rss::{Category, Enclosure, Guid, extension::Extension};

    use super::*;

    /// The item as the crate would write it.
    fn entry(item: &Item, site: &Site) -> Entry {
        let alternates = item.alternates();
        let page = |(lang, url): &(Option<&release::Lang>, &str)| {
            link(
                "alternate",
                (*url).to_owned(),
                lang.map(|_| "text/html"),
                lang.map(ToString::to_string),
            )
        };
        // A page without translations is the item's link already.
        let links: Vec<_> = if alternates.len() > 1 {
            alternates.iter().map(page).collect()
        } else {
            Vec::new()
        };
        let enclosure = item.attachments.first().map(|file| Enclosure {
            url: file.url.clone(),
            length: file.size_in_bytes.to_string(),
            mime_type: file.mime_type.clone(),
        });
        let media: Vec<_> = item.attachments.iter().map(media_of).collect();
        let mut extensions = BTreeMap::new();
        if !media.is_empty() {
            extensions.insert("media".to_owned(), BTreeMap::from([("content".to_owned(), media)]));
        }
        Entry {
            title: Some(item.title.clone()),
            link: Some(item.url.clone()),
            description: Some(html_of(&item.summary)),
            categories: item
                .tags
                .iter()
                .map(|tag| Category {
                    name: tag.clone(),
                    domain: None,
                })
                .collect(),
            enclosure,
            guid: Some(Guid {
                value: item.id.clone(),
                permalink: false,
            }),
            pub_date: Some(item.date_published.rfc5322()),
            content: Some(item.content_html.clone()),
            extensions,
            atom_ext: (!links.is_empty()).then_some(atom::AtomExtension { links }),
            dublin_core_ext: Some(DublinCoreExtension {
                creators: vec![site.organisation.clone()],
                languages: vec![item.language.to_string()],
                ..DublinCoreExtension::default()
            }),
            ..Entry::default()
        }
    }

    fn media_of(file: &crate::item::Attachment) -> Extension {
        let attrs = [
            ("url", file.url.clone()),
            ("type", file.mime_type.clone()),
            ("medium", medium(&file.mime_type).to_owned()),
            ("fileSize", file.size_in_bytes.to_string()),
        ];
        let title = Extension {
            name: "media:title".to_owned(),
            value: Some(file.title.clone()),
            attrs: BTreeMap::from([("type".to_owned(), "plain".to_owned())]),
            children: BTreeMap::new(),
        };
        Extension {
            name: "media:content".to_owned(),
            value: None,
            attrs: attrs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            children: BTreeMap::from([("title".to_owned(), vec![title])]),
        }
    }

    #[test]
    fn a_name_with_parentheses_stays_one_comment() {
        assert_eq!(
            person("press@example.org", "Observation Council (TOC)"),
            "press@example.org (Observation Council [TOC])"
        );
    }

    #[test]
    fn a_summary_that_speaks_of_markup_stays_a_text() {
        let site = Site::parse(
            "base_url='https://press.example.org'\norganisation='O'\nemail='a@example.org'\ntimezone='UTC'\n[[languages]]\ntag='en'\ntitle='N'\ndescription='D'\n",
            "site.toml",
        )
        .unwrap();
        let item: Item = serde_json::from_value(serde_json::json!({
            "id": "urn:uuid:x", "url": "https://press.example.org/en/x/", "title": "<b> & co", "content_html": "<p>&lt;b&gt;</p>",
            "summary": "<script> & &lt;col&gt; ]]>", "date_published": "2024-06-06T00:00:00Z", "date_modified": "2024-06-06T00:00:00Z", "language": "en",
            "_pressroom": {"release": "018f0000-0000-7000-8000-000000000001", "revision": 1, "status": "published", "fallback": false, "translations": {},
                "json": "https://press.example.org/x.json"}
        }))
        .unwrap();
        let entry = entry(&item, &site);
        assert_eq!(
            entry.description.as_deref(),
            Some("&lt;script&gt; &amp; &amp;lt;col&amp;gt; ]]&gt;")
        );
        assert_eq!(entry.content.as_deref(), Some("<p>&lt;b&gt;</p>"));
        assert_eq!(entry.title.as_deref(), Some("<b> & co"));
    }

    #[test]
    fn items_are_what_the_crate_would_write() {
        let site = Site::parse(include_str!("../../local/src/sample/site.toml"), "site.toml").unwrap();
        for item in crate::known::items() {
            let channel = Channel {
                items: vec![entry(&item, &site)],
                ..Channel::default()
            };
            let channel = tight(&written(&channel).unwrap());
            let begin = channel.find("  <item>").unwrap();
            let end = channel.rfind("</item>\n").unwrap() + 8;
            let mut ours = Vec::new();
            alone(&item, &site, &mut ours);
            assert_eq!(String::from_utf8(ours).unwrap(), channel[begin..end]);
        }
    }
}
