//! The oracle: the whole public site from the stored revisions, computed from scratch in the plainest way.
//!
//! What a format looks like is the product's business and is judged elsewhere. Which releases a document holds, in which order and how
//! much of each, is worked out here again.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use feed::{
    FeedId, FeedView, Index, Item, Kept, Kind, Left, LeftMonth, Month, MonthLine, MonthView, MonthsView, Public, ReleaseView, Stamp,
};
use feed::{
    News, SCRIPT, archive_page, chooser, feeds_page, home_page, month_page, not_found, release_page, robots, schema, style, to_json,
    topic_page,
};
use jiff::Timestamp;
use release::{Lang, Revision, Site, Status};
use store::{Format, Key};
use uuid::Uuid;

use super::{newsroom::Truth, window};

/// Path and bytes of every public object but the change log.
pub(super) type Tree = BTreeMap<String, Vec<u8>>;

/// A public release: its public revisions in order, and what its documents say.
pub(super) struct Released {
    pub(super) publics: Vec<(Revision, Public)>,
    pub(super) view: ReleaseView,
}

impl Released {
    pub(super) fn latest(&self) -> &Public {
        &self.publics.last().unwrap().1
    }

    /// The latest date that it ever had.
    fn latest_date(&self) -> Stamp {
        self.publics.iter().map(|(_, public)| public.published).max().unwrap()
    }

    fn withdrawn(&self) -> bool {
        self.latest().status == Status::Withdrawn
    }
}

/// The releases that are public.
pub(super) fn released(truth: &Truth, site: &Site) -> BTreeMap<Uuid, Released> {
    let mut all = BTreeMap::new();
    for (id, revisions) in truth {
        let publics: Vec<(Revision, Public)> = revisions
            .iter()
            .filter_map(|revision| Some((revision.clone(), Public::of(revision, site)?)))
            .collect();
        let mut view = None;
        for (revision, public) in &publics {
            view = ReleaseView::admit(view, revision, public, site);
        }
        if let Some(view) = view {
            all.insert(*id, Released { publics, view });
        }
    }
    all
}

/// The public site as it must be.
pub(super) fn tree(truth: &Truth, site: &Site) -> Tree {
    let all = released(truth, site);
    let mut tree = furniture(site);
    for release in all.values() {
        for (_, public) in &release.publics {
            if public.status == Status::Withdrawn || !release.withdrawn() {
                put(&mut tree, Key::Version(public.id, public.revision), public.document());
            }
        }
        let latest = release.latest();
        put(&mut tree, Key::Release(latest.id), to_json(&release.view));
        let path = latest.behind.as_ref().unwrap().path.clone();
        for language in tags(site) {
            let page = release_page(latest, site, &language).unwrap();
            put(&mut tree, Key::Page(language, path.clone()), page);
        }
    }
    for feed in FeedId::all(site) {
        let view = feed_view(&all, &feed, site);
        put(&mut tree, Key::Feed(feed.clone(), Format::Json), to_json(&view));
        put(
            &mut tree,
            Key::Feed(feed.clone(), Format::Rss),
            view.to_rss(site, &feed).unwrap().to_vec(),
        );
        put(
            &mut tree,
            Key::Feed(feed.clone(), Format::Atom),
            view.to_atom(site, &feed).unwrap().to_vec(),
        );
        let language = feed.language.clone();
        match &feed.kind {
            Kind::Filled => {
                put(&mut tree, Key::Home(language.clone()), home_page(&view, site).unwrap());
                put(&mut tree, Key::Feeds(language), feeds_page(&view, site).unwrap());
            }
            Kind::Topic(id) => put(&mut tree, Key::Topic(language, id.clone()), topic_page(&view, site).unwrap()),
            Kind::Only => {}
        }
    }
    archive(&mut tree, &all, site);
    tree
}

fn put(tree: &mut Tree, key: Key, bytes: Vec<u8>) {
    let before = tree.insert(key.path(), bytes);
    assert!(before.is_none(), "two documents at {key}");
}

fn tags(site: &Site) -> Vec<Lang> {
    site.languages.iter().map(|language| language.tag.clone()).collect()
}

/// What depends on `site.toml` alone.
fn furniture(site: &Site) -> Tree {
    let mut tree = Tree::new();
    for name in schema::NAMES {
        put(&mut tree, Key::Schema(name), to_json(&schema::of(name, site).unwrap()));
    }
    put(&mut tree, Key::Chooser, chooser(site).unwrap());
    put(&mut tree, Key::NotFound, not_found(site).unwrap());
    put(&mut tree, Key::Style, style(site).into_bytes());
    put(&mut tree, Key::Script, SCRIPT.as_bytes().to_vec());
    put(&mut tree, Key::Robots, robots(site).into_bytes());
    put(&mut tree, Key::Index, to_json(&Index::of(site)));
    tree
}

fn belongs(public: &Public, feed: &FeedId) -> bool {
    match &feed.kind {
        Kind::Filled => true,
        Kind::Only => public.languages.contains(&feed.language),
        Kind::Topic(topic) => public.topics.contains(topic),
    }
}

/// A feed: its window over all releases that belong into it, and the releases that belonged into it and are not too old to matter.
fn feed_view(all: &BTreeMap<Uuid, Released>, feed: &FeedId, site: &Site) -> FeedView {
    let mut items: Vec<Item> = all
        .values()
        .map(Released::latest)
        .filter(|public| belongs(public, feed))
        .map(|public| Item::new(public, site, &feed.language))
        .collect();
    for item in &mut items {
        let date = all[&item.more.release].latest_date();
        item.more.former_date = (date > item.date_published).then_some(date);
    }
    items.sort_by_key(|item| (Reverse(item.date_published), item.more.release));
    let window = window::select(items, site);
    let mut left: Vec<Left> = Vec::new();
    for release in all.values() {
        let latest = release.latest();
        let ever = release.publics.iter().any(|(_, public)| belongs(public, feed));
        let shown = window.items.iter().any(|item| item.more.release == latest.id);
        if ever && !shown && window.reaches(release.latest_date(), latest.id) {
            left.push(Left {
                release: latest.id,
                revision: latest.revision,
                date_published: release.latest_date(),
            });
        }
    }
    left.sort_by_key(|left| (Reverse(left.date_published), left.release));
    let mut view = FeedView::empty(site, feed);
    view.items = window.items.into_iter().map(Kept::new).collect();
    view.more.left = left;
    view.more.left_out = window.out;
    view
}

fn archive(tree: &mut Tree, all: &BTreeMap<Uuid, Released>, site: &Site) {
    let month_of = |public: &Public| Month::of(public.published);
    let months: BTreeSet<Month> = all
        .values()
        .flat_map(|r| r.publics.iter().map(|(_, public)| month_of(public)))
        .collect();
    let here = |month: Month| all.values().filter(move |release| month_of(release.latest()) == month);
    let with_releases: Vec<Month> = months.iter().copied().filter(|month| here(*month).next().is_some()).collect();
    let mut lines = Vec::new();
    for month in &months {
        let month = *month;
        let mut view = MonthView::empty(site, month);
        view.releases = here(month).map(|release| Kept::new(release.view.card())).collect();
        view.releases.sort_by_key(|card| (Reverse(card.published), card.id));
        for (id, release) in all {
            let once = release.publics.iter().any(|(_, public)| month_of(public) == month);
            if once && month_of(release.latest()) != month {
                let dates = release.publics.iter().map(|(_, public)| public.published);
                let languages: BTreeSet<Lang> = release.publics.iter().flat_map(|(_, public)| public.languages.clone()).collect();
                let topics: BTreeSet<String> = release.publics.iter().flat_map(|(_, public)| public.topics.clone()).collect();
                view.left.push(LeftMonth {
                    release: *id,
                    revision: release.latest().revision,
                    published: dates.filter(|date| Month::of(*date) == month).max(),
                    languages: languages.into_iter().collect(),
                    topics: topics.into_iter().collect(),
                });
            }
        }
        let near = |month: Option<&Month>, language: &Lang| month.map(|month| site.url(&month.json(language)));
        let before = with_releases.iter().rev().find(|other| **other < month);
        let after = with_releases.iter().find(|other| **other > month);
        for language in tags(site) {
            view.language = language.clone();
            view.previous = near(before, &language);
            view.next = near(after, &language);
            put(tree, Key::Month(language.clone(), month), to_json(&view));
            put(tree, Key::MonthAtom(language.clone(), month), view.to_atom(site).unwrap().to_vec());
            put(tree, Key::MonthPage(language.clone(), month), month_page(&view, site).unwrap());
            put(tree, Key::MonthSitemap(language, month), view.to_sitemap(site).to_vec());
        }
        let known = view
            .releases
            .iter()
            .map(|card| card.revision)
            .chain(view.left.iter().map(|left| left.revision));
        let withdrawn = here(month).filter(|release| release.withdrawn()).count();
        lines.push((month, view.releases.len() - withdrawn, withdrawn, known.map(u64::from).sum::<u64>()));
    }
    for language in tags(site) {
        let mut list = MonthsView::empty(site);
        list.language = language.clone();
        for (month, count, withdrawn, weight) in lines.iter().rev() {
            list.months.push(MonthLine {
                year: month.year,
                month: month.month,
                count: *count,
                withdrawn: *withdrawn,
                url: site.url(&month.json(&language)),
                atom: site.url(&month.atom(&language)),
                weight: *weight,
            });
        }
        put(tree, Key::Months(language.clone()), to_json(&list));
        put(tree, Key::Archive(language.clone()), archive_page(&list, site, &language).unwrap());
        if language == *site.default_language() {
            put(tree, Key::Sitemap, list.to_sitemap(site).to_vec());
        }
    }
}

/// The news sitemap at an instant, from the releases whose month it may show.
pub(super) fn news(truth: &Truth, site: &Site, now: Timestamp) -> Vec<u8> {
    let news = News::at(now, site);
    let mut views: BTreeMap<Month, MonthView> = BTreeMap::new();
    for release in released(truth, site).values() {
        let month = Month::of(release.latest().published);
        if news.concerns(month) {
            let view = views.entry(month).or_insert_with(|| MonthView::empty(site, month));
            view.releases.push(Kept::new(release.view.card()));
        }
    }
    news.render(views.values(), site).to_vec()
}

/// The latest public date and id, for those who judge windows.
pub(super) fn order(stamp: Stamp, id: Uuid) -> (Reverse<Stamp>, Uuid) {
    (Reverse(stamp), id)
}
