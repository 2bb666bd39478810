//! How much a feed shows (contract, section 1, `window`). It never looks at the clock.

use std::cmp::Reverse;

use release::Site;
use uuid::Uuid;

use crate::{FeedView, Item, Stamp, content, view::Cut};

/// Of a feed besides its items, and again of each language: titles and links to the feeds of the other languages.
const HEAD: usize = 3_000;
const SIBLING: usize = 250;
/// Of an item besides its texts: markup, ids and dates in the most talkative format.
const ITEM: usize = 900;
/// Of a page's link, a file, a topic and an event, besides addresses and texts.
const PAGE: usize = 110;
const FILE: usize = 380;
const TOPIC: usize = 80;
const EVENT: usize = 200;
/// Of a release that left the feed.
const LEFT: usize = 200;

impl FeedView {
    /// Newest `items`, plus everything within `hours` before the newest one, at most `bytes`.
    ///
    /// What is too old for one state is too old for every later one: else the order of arrival would show.
    pub(crate) fn close_window(&mut self, site: &Site) {
        self.items.sort_by_key(Item::order);
        self.more.left.sort_by_key(|left| (Reverse(left.date_published), left.release));
        let window = &site.window;
        // They guard against an event of the last minutes: as many as a feed shows are more than enough.
        self.more.left.truncate(window.items);
        if let Some(cut) = self.more.cut.as_ref().map(Cut::order) {
            self.items.retain(|item| item.order() < cut);
        }
        let newest = self.items.first().map(|item| item.date_published.at().as_second());
        let oldest = newest.unwrap_or_default() - i64::from(window.hours) * 3600;
        let recent = |date: Stamp| date.at().as_second() >= oldest;
        let shown = self.items.iter().take_while(|item| recent(item.date_published)).count();
        // A cut outside of the window says no more than the window does.
        let outside = self.items.len() >= window.items;
        self.more.cut.take_if(|cut| outside && !recent(cut.date_published));
        self.items.truncate(shown.max(window.items));
        self.cap_bytes(window.bytes, HEAD + SIBLING * site.languages.len());
    }

    /// Shortens the oldest items, and cuts the feed where even so there are too many: half of the bytes are for contents, half for the rest.
    ///
    /// Both sums run from the newest item on, so that new releases never make room for old ones.
    fn cap_bytes(&mut self, bytes: usize, head: usize) {
        let mut rest = head + LEFT * self.more.left.len();
        let mut contents = 0;
        let mut keep = self.items.len();
        for (n, item) in self.items.iter_mut().enumerate() {
            rest += without_content(item);
            // The newest one is always there.
            if n > 0 && rest > bytes / 2 {
                keep = n;
                self.more.cut = Some(Cut {
                    release: item.more.release,
                    date_published: item.date_published,
                });
                break;
            }
            contents += if item.more.shortened { bytes } else { written(&item.content_html) };
            if contents > bytes / 2 && !item.more.shortened {
                item.more.shortened = true;
                item.content_html = content::paragraphs(&item.summary);
            }
        }
        self.items.truncate(keep);
    }
}

impl Cut {
    /// As of an item.
    fn order(&self) -> (Reverse<Stamp>, Uuid) {
        (Reverse(self.date_published), self.release)
    }
}

/// What an item costs whose content is its summary.
fn without_content(item: &Item) -> usize {
    let texts = written(&item.title) + written(&item.summary) + written(&content::paragraphs(&item.summary)) + item.id.len();
    // Some files stand twice: the first one is the enclosure, the first picture the image.
    let twice = item.attachments.first().map_or(0, |file| file.url.len()) + item.image.as_ref().map_or(0, String::len);
    let files = item.attachments.iter().map(|file| FILE + file.url.len() + written(&file.title));
    // The page is the link, the alternate in its language and the one in none.
    let pages = item.more.translations.values().chain([&item.url; 3]).map(|url| PAGE + url.len());
    let topics = item.tags.iter().zip(&item.more.topics);
    let topics = topics.map(|(label, id)| TOPIC + written(label) + id.len());
    let event = item.more.event.iter().map(|event| {
        let optional = [&event.place, &event.url].into_iter().flatten();
        EVENT + written(&event.name) + optional.map(|text| written(text)).sum::<usize>()
    });
    ITEM + texts + twice + files.chain(pages).chain(topics).chain(event).sum::<usize>()
}

/// Bytes of a text in the format that escapes it most: XML spells out marks, JSON line ends, HTML both.
fn written(text: &str) -> usize {
    let cost = |c: char| match c {
        '"' | '\'' => 6,
        '&' => 5,
        '<' | '>' | '\n' => 4,
        '\\' | '\t' => 2,
        c => c.len_utf8(),
    };
    text.chars().map(cost).sum()
}

#[cfg(test)]
mod tests;
