//! The window's rule once more, in the plainest way: `site.toml` says "the newest `items`, and everything within `hours` before the newest
//! one, at most `bytes`"; what does not fit in full is a summary, and what does not fit even so is left out.
//! What an item costs is the product's own count; that feeds keep below it is judged in `properties`.

use std::cmp::Reverse;

use feed::{Item, Stamp, budget, content_size, short_size};
use release::Site;
use uuid::Uuid;

use super::model::order;

/// A feed with less room than this may have left something out for its size.
const ROOM: usize = 100_000;

/// What a feed shows.
pub(super) struct Window {
    pub(super) items: Vec<Item>,
    /// The last release shown, when there may be more behind it.
    last: Option<(Reverse<Stamp>, Uuid)>,
}

impl Window {
    /// True when a release of this date is not too old to matter.
    pub(super) fn reaches(&self, published: Stamp, id: Uuid) -> bool {
        self.last.is_none_or(|last| order(published, id) <= last)
    }
}

/// Of all items of a feed, newest first.
pub(super) fn select(all: Vec<Item>, site: &Site) -> Window {
    let (rule, budget) = (&site.window, budget(site));
    let newest = all.first().map(|item| item.date_published.at().as_second());
    let mut items: Vec<Item> = Vec::new();
    let mut bytes = 0;
    for item in all {
        let age = newest.unwrap() - item.date_published.at().as_second();
        let wanted = items.len() < rule.items || age <= i64::from(rule.hours) * 3600;
        bytes += short_size(&item);
        // A feed is never empty for one release that is too large.
        if !wanted || (bytes > budget && !items.is_empty()) {
            break;
        }
        items.push(item);
    }
    let summaries: usize = items.iter().map(short_size).sum();
    let mut room = budget.saturating_sub(summaries);
    let mut full = true;
    for item in &mut items {
        let content = content_size(item);
        full = full && content <= room && summaries <= budget;
        if full {
            room -= content;
        } else {
            item.more.shortened = true;
            item.more.full_size = Some(content);
            item.content_html = paragraphs(&item.summary);
        }
    }
    let roomy = items.len() < rule.items && summaries + ROOM <= budget;
    let last = items
        .last()
        .filter(|_| !roomy)
        .map(|item| order(item.date_published, item.more.release));
    Window { items, last }
}

fn paragraphs(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    let parts = escaped.split("\n\n").filter(|part| !part.trim().is_empty());
    parts.map(|part| format!("<p>{}</p>", part.trim().replace('\n', "<br>"))).collect()
}
