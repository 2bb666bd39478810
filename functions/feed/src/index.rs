//! `index.json`: the discovery root of the JSON index. It changes only with `site.toml`.

use std::collections::BTreeMap;

use release::{Lang, Localised, Site};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FeedId, Kind, SCHEMA_VERSION, path, schema};

/// Where everything is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Index {
    /// URL of the JSON Schema.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// Of the layout; within 1 fields are only added.
    pub schema_version: String,
    /// Who publishes.
    pub site: SiteCard,
    /// In the site's order; the first one is the default.
    pub languages: Vec<LanguageCard>,
    /// The site's categories.
    pub topics: Vec<TopicCard>,
    /// Every feed.
    pub feeds: Vec<FeedCard>,
    /// The open page of the change log.
    pub changes: String,
    /// The months that have releases, per language.
    pub archives: BTreeMap<Lang, String>,
    /// Every JSON Schema by name.
    pub schemas: BTreeMap<String, String>,
}

/// Who publishes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SiteCard {
    /// The organisation.
    pub organisation: String,
    /// Press contact.
    pub email: String,
    /// Root of the site.
    pub url: String,
}

/// A language of the site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LanguageCard {
    /// BCP 47.
    pub language: Lang,
    /// `ltr` or `rtl`.
    pub direction: String,
    /// Title of its newsroom.
    pub title: String,
    /// Its newsroom.
    pub url: String,
    /// What stands in for it, in order.
    pub fallback: Vec<Lang>,
}

/// A topic of the site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TopicCard {
    /// As in paths.
    pub id: String,
    /// Per language.
    pub label: Localised,
}

/// One feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedCard {
    /// The feed's language.
    pub language: Lang,
    /// `filled`, `only` or `topic`.
    pub kind: String,
    /// Topic id, of a topic's feed.
    pub topic: Option<String>,
    /// RSS 2.0.
    pub rss: String,
    /// Atom 1.0.
    pub atom: String,
    /// JSON Feed 1.1.
    pub json: String,
}

impl Index {
    /// The index of a site.
    pub fn of(site: &Site) -> Self {
        let feed = |feed: FeedId| {
            let (kind, topic) = match &feed.kind {
                Kind::Filled => ("filled", None),
                Kind::Only => ("only", None),
                Kind::Topic(topic) => ("topic", Some(topic.clone())),
            };
            FeedCard {
                kind: kind.to_owned(),
                topic,
                rss: site.url(&feed.rss()),
                atom: site.url(&feed.atom()),
                json: site.url(&feed.json()),
                language: feed.language,
            }
        };
        let language = |language: &release::Language| LanguageCard {
            language: language.tag.clone(),
            direction: language.tag.direction().as_str().to_owned(),
            title: language.title.clone(),
            url: site.url(&path::home(&language.tag)),
            fallback: site
                .fallback(&language.tag)
                .filter(|next| **next != language.tag)
                .cloned()
                .collect(),
        };
        Self {
            schema: site.url(&path::schema("index")),
            schema_version: SCHEMA_VERSION.to_owned(),
            site: SiteCard {
                organisation: site.organisation.clone(),
                email: site.email.clone(),
                url: site.url("/"),
            },
            languages: site.languages.iter().map(language).collect(),
            topics: site
                .topics
                .iter()
                .map(|topic| TopicCard {
                    id: topic.id.clone(),
                    label: topic.label.clone(),
                })
                .collect(),
            feeds: FeedId::all(site).into_iter().map(feed).collect(),
            changes: site.url(path::CHANGES),
            archives: site
                .languages
                .iter()
                .map(|language| (language.tag.clone(), site.url(&path::months(&language.tag))))
                .collect(),
            schemas: schema::NAMES
                .iter()
                .map(|name| ((*name).to_owned(), site.url(&path::schema(name))))
                .collect(),
        }
    }
}
