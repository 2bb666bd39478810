//! The window's rule once more, in the plainest way: `site.toml` says "the newest `items`, and everything within `hours` before the newest
//! one, at most `bytes`"; what does not fit in full is a summary, and what does not fit even so is left out.
//! What an item costs is the product's own count; that feeds keep below it is judged in `properties`.

use std::cmp::Reverse;

use feed::{Item, LeftOut, Stamp, budget, content_size, short_size};
use release::Site;
use uuid::Uuid;

use super::model::order;

/// What a feed shows.
pub(super) struct Window {
    pub(super) items: Vec<Item>,
    /// The first that is wanted and too large.
    pub(super) out: Option<LeftOut>,
    /// The last release shown, when there are as many as the count, and the second to which the hours reach back.
    last: Option<((Reverse<Stamp>, Uuid), i64)>,
}

impl Window {
    /// True when a release of this date may be shown, or decides what else is.
    pub(super) fn reaches(&self, published: Stamp, id: Uuid) -> bool {
        let at = order(published, id);
        match (self.out, self.last) {
            (Some(out), _) => at <= order(out.date_published, out.release),
            (None, Some((last, oldest))) => at <= last || published.at().as_second() >= oldest,
            (None, None) => true,
        }
    }
}

/// Of all items of a feed, newest first.
pub(super) fn select(all: Vec<Item>, site: &Site) -> Window {
    let (rule, budget) = (&site.window, budget(site));
    let newest = all.first().map(|item| item.date_published.at().as_second());
    let mut items: Vec<Item> = Vec::new();
    let mut bytes = 0;
    let mut out = None;
    for item in all {
        let age = newest.unwrap() - item.date_published.at().as_second();
        let wanted = items.len() < rule.items || age <= i64::from(rule.hours) * 3600;
        bytes += short_size(&item);
        if !wanted {
            break;
        }
        // A feed is never empty for one release that is too large.
        if bytes > budget && !items.is_empty() {
            out = Some(LeftOut {
                release: item.more.release,
                revision: item.more.revision,
                date_published: item.date_published,
            });
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
    let enough = items.last().filter(|_| items.len() >= rule.items);
    let last = enough.map(|item| {
        let oldest = newest.unwrap() - i64::from(rule.hours) * 3600;
        (order(item.date_published, item.more.release), oldest)
    });
    Window { items, out, last }
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
