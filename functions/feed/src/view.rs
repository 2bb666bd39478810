//! The state of one feed, which is its JSON Feed document: a map from release to its highest public revision, as far as the window shows it.

use release::{Lang, Site};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{FeedId, Item, Kept, Kind, SCHEMA_VERSION, Stamp, path, public::Public, sha256};

/// A JSON Feed 1.1 document (<https://www.jsonfeed.org/version/1.1/>).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedView {
    /// URL of the version of the format.
    pub version: String,
    /// Title of the feed.
    pub title: String,
    /// The newsroom in the feed's language.
    pub home_page_url: String,
    /// This document.
    pub feed_url: String,
    /// One sentence.
    pub description: String,
    /// The feed's language.
    pub language: Lang,
    /// The organisation.
    pub authors: Vec<Author>,
    /// `WebSub` hubs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hubs: Vec<Hub>,
    /// Newest first.
    pub items: Vec<Kept<Item>>,
    /// What JSON Feed has no word for.
    #[serde(rename = "_pressroom")]
    pub more: FeedMore,
}

/// Who publishes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Author {
    /// The organisation.
    pub name: String,
    /// Its newsroom.
    pub url: String,
}

/// Where readers can subscribe for a push.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hub {
    /// `WebSub`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The hub.
    pub url: String,
}

/// The extension of a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedMore {
    /// Where the extension is explained.
    pub about: String,
    /// Of the layout; within 1 fields are only added.
    pub schema_version: String,
    /// `filled`, `only` or `topic`.
    pub kind: String,
    /// Of a topic's feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Releases that were in this feed and left it (another topic, a translation taken back, a date that lies behind the window).
    /// A feed forgets them once its window has moved past the latest date they had. So it never comes back to a state that it was in:
    /// whatever changed it is shown, or named here or as left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// The first release that is left out for the size of the feed, where count and hours would show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
}

/// A release that a feed has no room for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// The release.
    pub release: Uuid,
    /// The revision that is too large.
    pub revision: u32,
    /// Its date.
    pub date_published: Stamp,
}

/// A release that left the feed; an older event must not bring it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Left {
    /// The release.
    pub release: Uuid,
    /// The revision with which it left.
    pub revision: u32,
    /// The latest date that any of its revisions had, which says when it is too old to matter.
    pub date_published: Stamp,
}

impl FeedView {
    /// A feed without items.
    pub fn empty(site: &Site, feed: &FeedId) -> Self {
        let language = &feed.language;
        let own = site.language(language);
        let mut title = own.map(|l| l.title.clone()).unwrap_or_default();
        let (kind, topic) = match &feed.kind {
            Kind::Filled => ("filled", None),
            Kind::Only => ("only", None),
            Kind::Topic(id) => {
                let label = site.topic(id).map_or(id.as_str(), |topic| topic.label_in(site, language));
                title = format!("{title} – {label}");
                ("topic", Some(id.clone()))
            }
        };
        Self {
            version: "https://jsonfeed.org/version/1.1".to_owned(),
            title,
            home_page_url: site.url(&path::home(language)),
            feed_url: site.url(&feed.json()),
            description: own.map(|l| l.description.clone()).unwrap_or_default(),
            language: language.clone(),
            authors: vec![Author {
                name: site.organisation.clone(),
                url: site.url(&path::home(language)),
            }],
            hubs: site
                .hubs
                .iter()
                .map(|url| Hub {
                    kind: "WebSub".to_owned(),
                    url: url.clone(),
                })
                .collect(),
            items: Vec::new(),
            more: FeedMore {
                about: site.url(&path::schema("feed")),
                schema_version: SCHEMA_VERSION.to_owned(),
                kind: kind.to_owned(),
                topic,
                left: Vec::new(),
                left_out: None,
            },
        }
    }

    /// True when `public` belongs into `feed`.
    pub fn belongs(public: &Public, feed: &FeedId) -> bool {
        feed.takes(
            |language| public.languages.contains(language),
            |topic| public.topics.contains(topic),
        )
    }

    /// True when it has heard of the release in this revision or a later one, and remembers it.
    pub fn knows(&self, release: Uuid, revision: u32) -> bool {
        let mut shown = self.items.iter().map(|item| (item.more.release, item.more.revision));
        let left = self.more.left.iter().map(|left| (left.release, left.revision));
        let mut left = left.chain(self.more.left_out.iter().map(|out| (out.release, out.revision)));
        shown.any(|(id, n)| id == release && n >= revision) || left.any(|(id, n)| id == release && n >= revision)
    }

    /// True when it shows the release in this revision or a later one.
    pub fn shows(&self, release: Uuid, revision: u32) -> bool {
        let mut shown = self.items.iter().map(|item| (item.more.release, item.more.revision));
        shown.any(|(id, n)| id == release && n >= revision)
    }

    /// Bytes that a rendering may need. What is too much is never touched.
    pub(crate) fn room(&self) -> usize {
        let text = |item: &Item| item.content_html.len() + item.summary.len();
        self.items.iter().map(|item| 2048 + text(item) * 5 / 4).sum::<usize>() + (8 << 10)
    }

    /// When anything shown last changed; never the clock. `None` while the feed is empty.
    pub fn updated(&self) -> Option<Stamp> {
        self.items.iter().map(|item| item.date_modified).max_by_key(|stamp| stamp.at())
    }

    /// What distinguishes this state from every other the feed ever had: revisions only rise.
    ///
    /// Renderings carry it, so that equal bytes (and `ETags`) mean the same state: a slow publisher
    /// that expects an `ETag` cannot take a newer rendering for the one it knew.
    pub fn fingerprint(&self) -> String {
        let mut text = String::new();
        for item in &self.items {
            text.push_str(&format!("{}:{};", item.more.release, item.more.revision));
        }
        for left in &self.more.left {
            text.push_str(&format!("-{}:{};", left.release, left.revision));
        }
        if let Some(out) = &self.more.left_out {
            text.push_str(&format!("+{}:{};", out.release, out.revision));
        }
        sha256(text.as_bytes())[..16].to_owned()
    }
}
