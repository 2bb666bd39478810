//! What readers get, as real files: a changed golden file in a diff is the change notice to subscribers.

mod files;
mod judged;
mod order;
mod processes;
mod releases;

use std::collections::BTreeMap;

use bytes::Bytes;
use release::Revision;

use crate::newsroom::{Newsroom, site};

/// Public files that are kept as golden ones: every format, four languages, each kind of feed, and the documents behind them.
fn is_golden(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["index.json" | "robots.txt" | "sitemap.xml"] | ["zh", "index.html"] => true,
        ["ar", "feeds", "index.html"] | ["en", "topics", "technology", "index.html"] | ["fr", "archive", "index.html"] => true,
        ["zh", "archive", "2024", "06", "index.html"] | ["fr" | "ar", "archive", "2024", "06", "sitemap.xml"] => true,
        ["en" | "fr" | "ar" | "zh", "rss.xml" | "atom.xml" | "feed.json"] => true,
        ["fr" | "ar" | "zh", "only", _] => true,
        ["en" | "ar", "topics", "technology", _] | ["en", "topics", "research", _] => true,
        ["releases", ..] => true,
        [language, .., slug, "index.html"] => matches!(
            (*language, *slug),
            ("en" | "ar", "eighth-tide-coast-data-conference-closes-in-hobart") | ("fr", "harbour-of-oyster-bay-joins-the-network")
        ),
        _ => false,
    }
}

async fn published(batches: &[Vec<&Revision>], all: &[Revision], cold: bool) -> BTreeMap<String, Bytes> {
    let newsroom = Newsroom::open(site()).await;
    newsroom.store(all).await;
    for batch in batches {
        newsroom.publish(batch, cold).await;
    }
    newsroom.files().await
}

fn golden(mut files: BTreeMap<String, Bytes>) -> BTreeMap<String, Bytes> {
    files.retain(|path, _| is_golden(path));
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_get_the_golden_files_byte_for_byte() {
    let all = releases::all(&site());
    let files = published(&[all.iter().collect()], &all, false).await;
    files::check(&golden(files));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_released_is_in_no_public_file() {
    let all = releases::all(&site());
    assert!(
        all.iter()
            .any(|revision| String::from_utf8_lossy(&revision.to_bytes()).contains(releases::SECRET))
    );
    for (path, bytes) in published(&[all.iter().collect()], &all, false).await {
        assert!(!String::from_utf8_lossy(&bytes).contains(releases::SECRET), "{path}");
        assert!(!path.contains("embargoed"), "{path}");
    }
}
