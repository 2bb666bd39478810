//! RSS 2.0 (<https://www.rssboard.org/rss-specification>) in the Advisory Board's profile.

use std::collections::BTreeMap;

use release::Site;
use rss::extension::{Extension, atom, dublincore::DublinCoreExtension};
use rss::{Category, Channel, Enclosure, Guid, Item as Entry};

use crate::{FeedId, FeedView, Item, stamp::Stamp};

const MEDIA_RSS: &str = "http://search.yahoo.com/mrss/";

impl FeedView {
    /// The feed as RSS 2.0.
    ///
    /// # Errors
    /// Never in practice: writing into memory does not fail.
    pub fn to_rss(&self, site: &Site, feed: &FeedId) -> Result<Vec<u8>, rss::Error> {
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
            items: self.items.iter().map(|item| entry(item, site)).collect(),
            atom_ext: Some(atom::AtomExtension { links }),
            namespaces,
            ..Channel::default()
        };
        let mut bytes = tight(&channel.pretty_write_to(Vec::new(), b' ', 1)?);
        bytes.extend_from_slice(format!("\n<!-- view {} -->\n", self.fingerprint()).as_bytes());
        Ok(bytes)
    }
}

/// Nothing stands behind an address: to a parser of HTML `<link>` is an element without content, the address is bare text, and the
/// line end behind it would become a part of it.
fn tight(pretty: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pretty.len());
    let mut joined = false;
    for line in pretty.split_inclusive(|byte| *byte == b'\n') {
        let bare = line.trim_ascii_start();
        let element = bare.trim_ascii_end();
        let begins = if joined { bare } else { line };
        joined = element.starts_with(b"<link>") && element.ends_with(b"</link>")
            || element.starts_with(b"<guid ") && element.ends_with(b"</guid>");
        out.extend_from_slice(if joined { begins.trim_ascii_end() } else { begins });
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
    let media: Vec<_> = item.attachments.iter().map(media).collect();
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

/// `mail (Name)` of RFC 5322: a parenthesis in the name would end it.
fn person(email: &str, name: &str) -> String {
    format!("{email} ({})", name.replace('(', "[").replace(')', "]"))
}

/// Readers take a description for HTML: plain text that speaks of `<script>` must not become one.
fn html_of(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn media(file: &crate::item::Attachment) -> Extension {
    let family = file.mime_type.split('/').next().unwrap_or_default();
    let medium = if matches!(family, "image" | "audio" | "video") {
        family
    } else {
        "document"
    };
    let attrs = [
        ("url", file.url.clone()),
        ("type", file.mime_type.clone()),
        ("medium", medium.to_owned()),
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
