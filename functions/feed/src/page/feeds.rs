//! The page about the feeds of a language: what a feed is, every address, and what is in each.

use askama::Template;
use release::{Lang, Site};

use super::{
    day::Day,
    frame::{Frame, Place, formats},
};
use crate::{FeedId, FeedView, Item, Kind, Words, content, path};

/// Releases that are shown of each feed: enough to see what it is about.
const SHOWN: usize = 3;

#[derive(Template)]
#[template(path = "feeds.html")]
struct FeedsPage {
    frame: Frame,
    canonical: String,
    script: String,
    feeds: Vec<Feed>,
    index: String,
    months: String,
    changes: String,
}

/// One feed in its three formats.
struct Feed {
    /// Of its elements.
    id: String,
    /// HTML.
    title: String,
    /// The page of a topic.
    page: Option<String>,
    what: String,
    addresses: Vec<Address>,
    newest: Vec<Newest>,
}

struct Address {
    id: String,
    name: &'static str,
    url: String,
}

struct Newest {
    title: String,
    url: String,
    shown: Lang,
    dir: &'static str,
    date: Day,
}

/// The page about the feeds of a language, rendered from its filled feed: what the others show is in that one too, as far as it reaches.
///
/// # Errors
/// Never in practice.
pub fn feeds_page(view: &FeedView, site: &Site) -> Result<Vec<u8>, askama::Error> {
    let language = &view.language;
    let words = Words::of(language);
    let target = |tag: &Lang| site.url(&path::feeds(tag));
    let frame = Frame::new(site, language, &Place::Feeds, view.fingerprint(), target);
    let all = FeedId::all(site).into_iter().filter(|feed| feed.language == *language);
    let one = |(n, feed): (usize, FeedId)| {
        let (title, what, page) = match &feed.kind {
            Kind::Filled => (content::escape(&words.feed_all), &words.feed_all_what, None),
            Kind::Only => (content::escape(&words.feed_only), &words.feed_only_what, None),
            Kind::Topic(id) => {
                let topic = site.topic(id);
                let label = topic.map_or_else(|| content::escape(id), |topic| content::topic_html(topic, site, language));
                (label, &words.feed_topic_what, Some(site.url(&path::topic(language, id))))
            }
        };
        let id = format!("feed-{n}");
        let address = |(name, _, url): (&'static str, &str, String)| Address {
            id: format!("{id}-{}", name.split(' ').next().unwrap_or(name).to_ascii_lowercase()),
            name,
            url,
        };
        Feed {
            title,
            page,
            what: what.clone(),
            addresses: formats(site, &feed).into_iter().map(address).collect(),
            newest: newest(view, &feed),
            id,
        }
    };
    let page = FeedsPage {
        canonical: target(language),
        script: site.url(path::SCRIPT),
        feeds: all.enumerate().map(one).collect(),
        index: site.url(path::INDEX),
        months: site.url(&path::months(language)),
        changes: site.url(path::CHANGES),
        frame: frame.in_every_language(site, &words.feeds, &target(site.default_language()), target),
    };
    Ok(page.render()?.into_bytes())
}

/// The newest releases of a feed among those of the filled one.
fn newest(view: &FeedView, feed: &FeedId) -> Vec<Newest> {
    let belongs = |item: &Item| {
        feed.takes(
            |language| item.more.translations.contains_key(language),
            |topic| item.more.topics.contains(topic),
        )
    };
    let shown = view.items.iter().filter(|item| !item.withdrawn() && belongs(item)).take(SHOWN);
    let one = |item: &Item| Newest {
        title: item.title.clone(),
        url: item.url.clone(),
        shown: item.language.clone(),
        dir: item.language.direction().as_str(),
        date: Day::new(item.date_published, &view.language),
    };
    shown.map(|item| one(item)).collect()
}
