//! A feed is a function of the set of public revisions: order, grouping and repeats do not matter.

use std::collections::BTreeMap;

use feed::{FeedId, FeedView, Kind, Public};
use proptest::{collection::vec, prelude::*, sample::Index, test_runner::TestCaseError};
use release::{Lang, Site, Status, Window};
use serde_json::json;

use super::runner;
use crate::newsroom::{self, Saved};

const LANGUAGES: [&str; 3] = ["en", "fr", "ar"];
const TOPICS: [&str; 2] = ["technology", "research"];
/// Few, so that releases share them: in the office's zone the last two are the same day.
const DATES: [&str; 5] = [
    "2024-06-01T10:00:00Z",
    "2024-06-02T10:00:00Z",
    "2024-06-04T10:00:00Z",
    "2024-06-05T09:59:59Z",
    "2024-06-05T10:00:00Z",
];

/// One revision of a release.
#[derive(Debug, Clone)]
struct Spec {
    /// Which languages it has, by bits; at least one.
    languages: u8,
    topics: u8,
    withdrawn: bool,
    paragraphs: usize,
}

fn spec() -> impl Strategy<Value = Spec> {
    let fields = (1..8_u8, 0..4_u8, proptest::bool::weighted(0.2), 1..40_usize);
    fields.prop_map(|(languages, topics, withdrawn, paragraphs)| Spec {
        languages,
        topics,
        withdrawn,
        paragraphs,
    })
}

fn chosen(all: &[&str], bits: u8) -> Vec<String> {
    let bit = |n: usize| bits >> n & 1 == 1;
    (0..all.len()).filter(|n| bit(*n)).map(|n| all[n].to_owned()).collect()
}

/// The public revisions of releases, each with its date and its revisions.
fn publics(releases: &[(usize, Vec<Spec>)], site: &Site) -> Vec<Public> {
    let mut publics = Vec::new();
    for (number, (date, specs)) in (1..).zip(releases) {
        for (revision, spec) in (1..).zip(specs) {
            let body = "A paragraph of \"words\" & <signs>.\n\n".repeat(spec.paragraphs);
            let text = json!({"title": format!("Release {number}, {revision}"), "body": body, "format": "text"});
            let languages = chosen(&LANGUAGES, spec.languages);
            let texts: BTreeMap<&String, _> = languages.iter().map(|tag| (tag, &text)).collect();
            let draft = json!({"language": languages[0], "texts": texts, "topics": chosen(&TOPICS, spec.topics)});
            let saved = Saved {
                number,
                revision,
                status: if spec.withdrawn { Status::Withdrawn } else { Status::Published },
                at: "2024-06-07T10:00:00Z",
                published: DATES[*date],
                first_title: "Release",
            };
            let revision = newsroom::revision(&draft, site, saved).unwrap();
            publics.push(Public::of(&revision, site).unwrap());
        }
    }
    publics
}

fn feeds() -> Vec<FeedId> {
    let feed = |tag: &str, kind| FeedId::new(&Lang::parse(tag).unwrap(), kind);
    vec![
        feed("en", Kind::Filled),
        feed("fr", Kind::Only),
        feed("ar", Kind::Topic("technology".to_owned())),
    ]
}

/// Takes in `publics` in any order, in groups and some of them twice, and at last every one of them.
fn in_any_order(publics: &[Public], picks: &[Index], size: usize, site: &Site, feed: &FeedId) -> FeedView {
    let mut order: Vec<&Public> = picks.iter().map(|pick| pick.get(publics)).collect();
    order.extend(publics.iter().rev());
    let mut view = None;
    for group in order.chunks(size) {
        view = FeedView::admit(view.as_ref(), group, site, feed).or(view);
    }
    view.unwrap()
}

fn same(once: &FeedView, other: &FeedView, site: &Site, feed: &FeedId) -> Result<(), TestCaseError> {
    prop_assert_eq!(once, other);
    prop_assert_eq!(once.to_rss(site, feed).unwrap(), other.to_rss(site, feed).unwrap());
    prop_assert_eq!(once.to_atom(site, feed).unwrap(), other.to_atom(site, feed).unwrap());
    Ok(())
}

/// What a feed without limits shows, found by looking at each release: newest first, then by id.
fn expected(publics: &[Public], feed: &FeedId) -> Vec<(uuid::Uuid, u32)> {
    let mut highest: BTreeMap<uuid::Uuid, &Public> = BTreeMap::new();
    for public in publics {
        let known = highest.entry(public.id).or_insert(public);
        if public.revision > known.revision {
            *known = public;
        }
    }
    let mut shown: Vec<&Public> = highest.into_values().filter(|public| FeedView::belongs(public, feed)).collect();
    // A stable sort: those of one instant stay in the order of their ids.
    shown.sort_by_key(|public| std::cmp::Reverse(public.published.at()));
    shown.iter().map(|public| (public.id, public.revision)).collect()
}

fn shown(view: &FeedView) -> Vec<(uuid::Uuid, u32)> {
    view.items.iter().map(|item| (item.more.release, item.more.revision)).collect()
}

#[test]
fn a_feed_is_the_same_in_whatever_order_groups_and_repeats_revisions_arrive() {
    let site = newsroom::site();
    let releases = vec((0..DATES.len(), vec(spec(), 1..4)), 1..6);
    let input = (releases, vec(any::<Index>(), 0..12), 1..5_usize);
    let property = |(releases, picks, size): (Vec<(usize, Vec<Spec>)>, Vec<Index>, usize)| {
        let publics = publics(&releases, &site);
        for feed in feeds() {
            let all: Vec<&Public> = publics.iter().collect();
            let once = FeedView::admit(None, &all, &site, &feed).unwrap();
            prop_assert_eq!(shown(&once), expected(&publics, &feed));
            same(&once, &in_any_order(&publics, &picks, size, &site, &feed), &site, &feed)?;
            let again: Vec<&Public> = picks.iter().map(|pick| pick.get(&publics)).collect();
            prop_assert!(
                FeedView::admit(Some(&once), &again, &site, &feed).is_none(),
                "known revisions change a feed"
            );
        }
        Ok(())
    };
    runner(100).run(&input, property).unwrap_or_else(|e| panic!("{e}"));
}

/// A feed that is full, of releases that stay as they are: what falls out of the window falls out in any order.
fn a_full_feed_is_the_same(specs: &[(usize, Spec)], picks: &[Index], size: usize, window: Window) -> Result<(), TestCaseError> {
    let mut site = newsroom::site();
    site.window = window;
    let releases: Vec<(usize, Vec<Spec>)> = specs.iter().map(|(date, spec)| (*date, vec![spec.clone()])).collect();
    let publics = publics(&releases, &site);
    for feed in feeds() {
        let all: Vec<&Public> = publics.iter().collect();
        let once = FeedView::admit(None, &all, &site, &feed).unwrap();
        same(&once, &in_any_order(&publics, picks, size, &site, &feed), &site, &feed)?;
    }
    Ok(())
}

#[test]
fn a_full_feed_is_the_same_in_whatever_order_releases_arrive() {
    let window = (1..4_usize, 0..50_u32, prop_oneof![Just(1 << 20), 10_000..60_000_usize]);
    let window = window.prop_map(|(items, hours, bytes)| Window { items, hours, bytes });
    let input = (vec((0..DATES.len(), spec()), 1..9), vec(any::<Index>(), 0..12), 1..5_usize, window);
    let property = |(specs, picks, size, window): (Vec<(usize, Spec)>, Vec<Index>, usize, Window)| {
        a_full_feed_is_the_same(&specs, &picks, size, window)
    };
    runner(150).run(&input, property).unwrap_or_else(|e| panic!("{e}"));
}

/// A release that stays as it is.
fn plain(languages: u8, topics: u8, paragraphs: usize) -> Spec {
    Spec {
        languages,
        topics,
        withdrawn: false,
        paragraphs,
    }
}

#[test]
fn a_release_that_was_too_long_for_one_state_is_so_for_the_next_one() {
    let window = Window {
        items: 2,
        hours: 0,
        bytes: 11_514,
    };
    let oldest = Spec {
        withdrawn: true,
        ..plain(1, 0, 1)
    };
    a_full_feed_is_the_same(&[(0, oldest), (1, plain(1, 0, 3)), (2, plain(1, 0, 29))], &[], 1, window).unwrap();
}

#[test]
fn a_release_that_had_no_room_leaves_none_to_an_older_one() {
    let window = Window {
        items: 1,
        hours: 24,
        bytes: 22_402,
    };
    let specs = [(2, plain(1, 0, 1)), (3, plain(3, 3, 8)), (3, plain(3, 1, 1)), (3, plain(1, 0, 7))];
    a_full_feed_is_the_same(&specs, &[], 1, window).unwrap();
}
