//! Which releases a feed shows, and how much of each.
//!
//! The rule: the newest `items`, and everything published within `hours` before the newest one; full content for as many of the
//! newest as `bytes` allow, summaries for the rest, and a cut where even those are too many. It depends on the releases alone.
//!
//! A feed's document holds only what it shows. Mostly that is enough to work out what it shows next: newer releases push older ones
//! out. When one leaves or shrinks, older ones may come back; then [`Admission::Needs`] says what to fetch from the months.

use std::cmp::Reverse;

use release::Site;
use uuid::Uuid;

use crate::{FeedId, FeedView, Item, Kept, Left, LeftOut, content, month::Order, public::Public};

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

/// The outcome of taking releases into a feed.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// The feed is as it was.
    Same,
    /// The feed as it is now.
    Changed(Box<FeedView>),
    /// It cannot be told from the feed's document alone.
    Needs(Needs),
}

/// What has to be fetched before a feed can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Revisions whose full content is shown again.
    pub contents: Vec<(Uuid, u32)>,
    /// Releases after this one in the feed's order.
    pub older: Option<Order>,
}

/// What was fetched.
#[derive(Debug, Clone, Default)]
pub struct Older {
    /// Releases that belong into the feed, and contents that were asked for.
    pub publics: Vec<Public>,
    /// Releases that left the feed, and those that may have: what is shown in the same revision has not.
    pub left: Vec<Left>,
    /// How far `publics` and `left` are complete.
    pub reach: Reach,
}

/// How far back a list of releases is complete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// Not beyond what the feed shows.
    #[default]
    Shown,
    /// To this release.
    Down(Order),
    /// To the very first one.
    All,
}

impl FeedView {
    /// Takes in public revisions; the higher revision of a release wins. The order of calls and repeats do not matter.
    pub fn admit(current: Option<&Self>, publics: &[&Public], older: &Older, site: &Site, feed: &FeedId) -> Admission {
        let mut view = Self::empty(site, feed);
        if let Some(current) = current {
            view.items.clone_from(&current.items);
            view.more.left.clone_from(&current.more.left);
            // Whoever knows more works it out anew.
            view.more.left_out = current.more.left_out.filter(|_| older.reach == Reach::Shown);
        }
        let boundary = match older.reach {
            Reach::All => None,
            Reach::Down(order) => Some(order),
            Reach::Shown => view.boundary(site),
        };
        let before = Room::of(&view);
        for left in &older.left {
            view.admit_left(left.clone());
        }
        for public in older.publics.iter().chain(publics.iter().copied()) {
            view.admit_one(public, site, feed);
        }
        view.items.sort_by_key(|item| item.order());
        let mut came_behind = view.lost_sight();
        if let Some(boundary) = boundary {
            // What is further back is not known whole, so none of it is shown yet. What comes there now was not left out before.
            let recent = |item: &Item| view.oldest(site).is_none_or(|oldest| second(item) >= oldest);
            came_behind |= view.items.iter().any(|item| item.order() > boundary && recent(item));
            let known = view.items.iter().take_while(|item| item.order() <= boundary).count();
            view.cut(known);
        }
        let known = view.items.len();
        view.truncate(site);
        let mut needs = Needs::default();
        if let Some(boundary) = boundary
            && view.items.len() == known
            && (came_behind || view.may_show_more(boundary, (older.reach == Reach::Shown).then_some(&before), site))
        {
            needs.older = Some(boundary);
        }
        view.fit(budget(site), &mut needs);
        if needs != Needs::default() {
            return Admission::Needs(needs);
        }
        view.remember(site);
        view.more.left.sort_by_key(Left::order);
        if current == Some(&view) {
            Admission::Same
        } else {
            Admission::Changed(Box::new(view))
        }
    }

    /// As [`Self::admit`], of a feed that has nothing behind its window: `None` when nothing changes, or when that is not so.
    pub fn with(current: Option<&Self>, publics: &[&Public], site: &Site, feed: &FeedId) -> Option<Self> {
        match Self::admit(current, publics, &Older::default(), site, feed) {
            Admission::Changed(view) => Some(*view),
            Admission::Same | Admission::Needs(_) => None,
        }
    }

    fn admit_one(&mut self, public: &Public, site: &Site, feed: &FeedId) {
        let former = public.behind.as_ref().and_then(|behind| behind.former_date);
        let mut told = Left {
            release: public.id,
            revision: public.revision,
            date_published: former.unwrap_or(public.published),
        };
        if !Self::belongs(public, feed) {
            self.admit_left(told);
            return;
        }
        let shown = self.items.iter().find(|item| item.more.release == public.id);
        let left = self.more.left.iter().find(|left| left.release == public.id);
        // The same revision is welcome when only its summary is at hand, or nothing but that it was here.
        let known = shown.is_some_and(|shown| (shown.more.revision, !shown.more.shortened) >= (public.revision, true));
        if known || left.is_some_and(|left| left.revision > public.revision) {
            self.was_dated(&told);
            return;
        }
        let before = shown.map(|item| item.latest_date()).max(left.map(|left| left.date_published));
        told.date_published = told.date_published.max(before.unwrap_or(told.date_published));
        let mut item = Item::new(public, site, &feed.language);
        item.was_dated(told.date_published);
        self.forget(public.id);
        self.items.push(Kept::new(item));
    }

    fn admit_left(&mut self, mut left: Left) {
        let shown = self.items.iter().find(|item| item.more.release == left.release);
        let known = self.more.left.iter().find(|known| known.release == left.release);
        let newest = shown.map(|item| item.more.revision).max(known.map(|known| known.revision));
        if newest >= Some(left.revision) {
            self.was_dated(&left);
            return;
        }
        let before = shown.map(|item| item.latest_date()).max(known.map(|known| known.date_published));
        left.date_published = left.date_published.max(before.unwrap_or(left.date_published));
        self.forget(left.release);
        self.more.left.push(left);
    }

    /// Takes in the date that a release had, of which this or a later revision is known.
    fn was_dated(&mut self, told: &Left) {
        let left = self.more.left.iter_mut().find(|left| left.release == told.release);
        if let Some(left) = left {
            left.date_published = left.date_published.max(told.date_published);
        }
        let shown = self.items.iter_mut().find(|item| item.more.release == told.release);
        if let Some(shown) = shown.filter(|item| item.latest_date() < told.date_published) {
            let mut item = Item::clone(shown);
            item.was_dated(told.date_published);
            *shown = Kept::new(item);
        }
    }

    /// Shows only the first `count` releases, and remembers the others.
    fn cut(&mut self, count: usize) {
        let behind = self.items.split_off(count.min(self.items.len()));
        self.more.left.extend(behind.iter().map(|item| Left {
            release: item.more.release,
            revision: item.more.revision,
            date_published: item.latest_date(),
        }));
    }

    fn forget(&mut self, release: Uuid) {
        self.items.retain(|item| item.more.release != release);
        self.more.left.retain(|left| left.release != release);
    }

    /// True when a later revision has come of the release that was left out: it may fit now, or stand elsewhere.
    fn lost_sight(&self) -> bool {
        let later = |id, n| self.more.left_out.is_some_and(|out| out.release == id && out.revision < n);
        let mut left = self.more.left.iter().map(|left| (left.release, left.revision));
        left.any(|(id, n)| later(id, n)) || self.items.iter().any(|item| later(item.more.release, item.more.revision))
    }

    /// Forgets what left the feed as soon as it stands where a release could not be shown, whatever becomes of it.
    fn remember(&mut self, site: &Site) {
        let Some(last) = self.boundary(site) else { return };
        let (out, oldest) = (self.more.left_out, self.oldest(site));
        self.more.left.retain(|left| match out {
            Some(out) => left.order() <= (Reverse(out.date_published), out.release),
            None => left.order() <= last || oldest.is_none_or(|oldest| left.date_published.at().as_second() >= oldest),
        });
    }

    /// The last release shown, when there may be more behind it.
    fn boundary(&self, site: &Site) -> Option<Order> {
        let whole = self.items.len() < site.window.items && self.more.left_out.is_none();
        self.items.last().filter(|_| !whole).map(|item| item.order())
    }

    /// Cuts where the count, the hours and the bytes of summaries end.
    fn truncate(&mut self, site: &Site) {
        let window = &site.window;
        if let Some(oldest) = self.oldest(site) {
            let recent = self.items.iter().take_while(|item| second(item) >= oldest).count();
            let wanted = recent.max(window.items);
            let all = self.items.len() < window.items;
            // What was left out for its size is wanted still, by count or hours, and nothing before it was cut.
            let still = |out: &LeftOut| all || out.date_published.at().as_second() >= oldest;
            self.more.left_out = self.more.left_out.filter(still).filter(|_| self.items.len() <= wanted);
            self.cut(wanted);
        }
        let budget = budget(site);
        let mut used = 0;
        let fits = self.items.iter().take_while(|item| {
            used += short_size(item);
            used <= budget
        });
        let fits = fits.count().max(1);
        if let Some(item) = self.items.get(fits) {
            self.more.left_out = Some(LeftOut {
                release: item.more.release,
                revision: item.more.revision,
                date_published: item.date_published,
            });
        }
        self.cut(fits);
    }

    /// The second to which the hours reach back.
    fn oldest(&self, site: &Site) -> Option<i64> {
        let newest = self.items.first()?;
        Some(second(newest) - i64::from(site.window.hours) * 3600)
    }

    /// Whether the first release behind `boundary`, unknown here, could be shown. `before` is the room of the feed as it was stored, which
    /// left that release out.
    fn may_show_more(&self, boundary: Order, before: Option<&Room>, site: &Site) -> bool {
        let now = Room::of(self);
        if self.items.len() < site.window.items {
            return true;
        }
        match before {
            // It was left out for the hours, the count or the bytes; none of them has more room than before.
            Some(before) if now.newest >= before.newest && now.used >= before.used && now.items >= before.items => false,
            _ => {
                let (Reverse(published), _) = boundary;
                self.oldest(site).is_none_or(|oldest| published.at().as_second() >= oldest)
            }
        }
    }

    /// Full content for the newest, as far as it fits; summaries for the rest.
    fn fit(&mut self, bytes: usize, needs: &mut Needs) {
        let mut used: usize = self.items.iter().map(|item| short_size(item)).sum();
        let mut full = true;
        for item in &mut self.items {
            let more = content_size(item);
            full = full && used + more <= bytes;
            if full {
                used += more;
                if item.more.shortened {
                    needs.contents.push((item.more.release, item.more.revision));
                }
            } else if !item.more.shortened {
                let mut short = Item::clone(item);
                short.more.full_size = Some(content_size(item));
                short.more.shortened = true;
                short.content_html = content::paragraphs(&item.summary);
                *item = Kept::new(short);
            }
        }
    }
}

impl Left {
    /// Where it would stand among the releases that are shown.
    pub fn order(&self) -> Order {
        (Reverse(self.date_published), self.release)
    }
}

/// What decides how far back a feed reaches.
#[derive(Debug)]
struct Room {
    newest: Option<i64>,
    items: usize,
    used: usize,
}

impl Room {
    fn of(view: &FeedView) -> Self {
        Self {
            newest: view.items.first().map(|item| second(item)),
            items: view.items.len(),
            used: view.items.iter().map(|item| short_size(item)).sum(),
        }
    }
}

fn second(item: &Item) -> i64 {
    item.date_published.at().as_second()
}

/// What may be spent on the items of a feed, in bytes as they are counted here.
pub fn budget(site: &Site) -> usize {
    site.window.bytes.saturating_sub(HEAD + SIBLING * site.languages.len())
}

/// What an item costs whose content is its summary.
pub fn short_size(item: &Item) -> usize {
    item.more.counted.get(|| count(item))
}

fn count(item: &Item) -> usize {
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

/// What the full content costs more.
pub fn content_size(item: &Item) -> usize {
    let count = || item.more.counted_content.get(|| written(&item.content_html));
    item.more.full_size.unwrap_or_else(count)
}

/// Bytes of a text in the format that escapes it most: XML spells out marks, JSON line ends, HTML both.
fn written(text: &str) -> usize {
    let cost = |byte| match byte {
        b'"' | b'\'' => 6,
        b'&' => 5,
        b'<' | b'>' | b'\n' => 4,
        b'\\' | b'\t' => 2,
        _ => 1,
    };
    text.bytes().map(cost).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_counts_as_in_the_format_that_escapes_it_most() {
        assert_eq!(written("a&\"'<>\n\\闭"), 1 + 5 + 6 + 6 + 4 + 4 + 4 + 2 + 3);
    }
}
