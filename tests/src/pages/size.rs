//! How much a reader loads.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::{pages, releases_of, rich};
use crate::memory::Memory;

/// A page with its style sheet, compressed, without photos. Contract of the public pages.
const MOST: usize = 30_000;

fn packed(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_of_ordinary_length_is_one_page_and_one_style_sheet_below_30_kb() {
    let room = Memory::open(local::sample::SITE).await;
    let mut revision = rich(7, "2026-05-06T22:30:00Z");
    revision.media.clear();
    // Twenty paragraphs, no two alike: twice what a press office writes.
    for text in revision.texts.values_mut() {
        let paragraph = |n: u32| {
            (0..60)
                .map(|w| format!("word{} ", (n * 7_919 + w * 104_729) % 1_009))
                .collect::<String>()
                + "\n\n"
        };
        text.body = (0..20).map(paragraph).collect();
    }
    room.publish(&[revision]).await;
    let site = room.site().await;
    let sheet = packed(&site["style.css"]);
    assert!(sheet < 5_000, "the style sheet takes {sheet} bytes");
    let all = pages(&site);
    for page in releases_of(&all) {
        let size = packed(&site[&page.path]) + sheet;
        assert!(size < MOST, "{} takes {size} bytes", page.path);
        assert_eq!(page.all("link[rel='stylesheet']").len(), 1);
        assert_eq!(
            page.all("script:not([type='application/ld+json'])").len(),
            0,
            "{} needs a script",
            page.path
        );
    }
}
