use release::Lang;
use serde_json::json;

use super::*;
use crate::{FeedId, Kind};

const BYTES: usize = 40_000;

/// A feed of items with contents of so many bytes, newest first.
fn feed(contents: &[usize]) -> FeedView {
    let site = Site::parse(
        "base_url='https://press.example.org'\norganisation='O'\nemail='a@example.org'\ntimezone='UTC'\n[[languages]]\ntag='en'\ntitle='N'\ndescription='D'\n",
        "site.toml",
    )
    .unwrap();
    let mut view = FeedView::empty(&site, &FeedId::new(&Lang::parse("en").unwrap(), Kind::Filled));
    let item = |(n, bytes): (usize, &usize)| {
        let release = uuid::Uuid::from_u128(u128::try_from(n).unwrap());
        serde_json::from_value(json!({
            "id": "urn:uuid:x", "url": "https://press.example.org/en/x/", "title": "T", "content_html": "x".repeat(*bytes), "summary": "S",
            "date_published": "2024-06-06T00:00:00Z", "date_modified": "2024-06-06T00:00:00Z", "language": "en",
            "_pressroom": {"release": release, "revision": 1, "status": "published", "fallback": false, "translations": {},
                "json": "https://press.example.org/x.json"}
        }))
        .unwrap()
    };
    view.items = contents.iter().enumerate().map(item).collect();
    view
}

fn capped(mut view: FeedView) -> FeedView {
    view.cap_bytes(BYTES, HEAD);
    view
}

fn shortened(view: &FeedView) -> Vec<bool> {
    view.items.iter().map(|item| item.more.shortened).collect()
}

#[test]
fn the_newest_contents_stay_whole_and_the_rest_is_shortened_from_there_on() {
    assert_eq!(shortened(&capped(feed(&[12_000, 9_000, 100]))), [false, true, true]);
    assert_eq!(shortened(&capped(feed(&[12_000, 8_000]))), [false, false]);
}

#[test]
fn a_new_release_never_makes_room_for_an_old_one() {
    let at_once = capped(feed(&[9_000, 12_000, 9_000]));
    let mut later = capped(feed(&[12_000, 9_000]));
    later.items.insert(0, feed(&[9_000]).items.remove(0));
    assert_eq!(shortened(&capped(later)), shortened(&at_once));
}

#[test]
fn the_newest_item_is_there_even_when_it_is_too_large() {
    let view = capped(feed(&[100_000, 100]));
    assert_eq!(shortened(&view), [true, true]);
    let mut large = feed(&[100, 100]);
    large.items[0].title = "T".repeat(BYTES);
    let view = capped(large);
    assert_eq!((view.items.len(), view.more.cut.is_some()), (1, true));
}

#[test]
fn every_character_counts_as_in_the_format_that_escapes_it_most() {
    assert_eq!(written("a&\"'<>\n\\闭"), 1 + 5 + 6 + 6 + 4 + 4 + 4 + 2 + 3);
}
