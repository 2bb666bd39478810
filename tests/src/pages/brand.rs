//! What a site looks like, and what becomes of old pages when that changes.

use std::sync::Arc;

use release::Site;
use store::{Bucket, Expect, Key};

use super::{pages, room};
use crate::{memory::Memory, releases::release};

const BRAND: &str =
    "[brand]\nlogo = { path = \"/media/brand/logo.svg\", width = 160, height = 40 }\nband = { paper = \"#0b2a4a\", ink = \"#ffffff\" }\n";

fn branded() -> String {
    local::sample::SITE.replacen("[brand]\n", BRAND, 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_shows_its_logo_colours_footer_and_legal_links_in_each_language() {
    let room = Memory::open(&branded()).await;
    room.publish(&[release(1, "2026-05-02T09:00:00Z")]).await;
    let site = room.site().await;
    let sheet = &site["style.css"];
    for rule in ["--link: #0b57a4", "--link: #8cc0ff", "--band: #0b2a4a", "--band-ink: #ffffff"] {
        assert!(sheet.contains(rule), "{rule}");
    }
    for page in pages(&site).iter().filter(|page| page.path.contains('/')) {
        // With its size, so that nothing moves when it comes. The title beside it says what it is.
        let logo = ["src", "width", "height", "alt"].map(|name| page.one("a.brand img", name));
        assert_eq!(logo, ["http://127.0.0.1:8080/media/brand/logo.svg", "160", "40", ""]);
        let (language, _) = page.path.split_once('/').unwrap();
        let legal = ["legal", "privacy"].map(|name| format!("https://tidewater.example/{language}/{name}"));
        assert_eq!(page.values("footer nav a", "href"), legal, "{}", page.path);
    }
    assert!(site["fr/index.html"].contains("Quai 41, Bruxelles") && site["fr/index.html"].contains("Mentions légales"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_gives_old_pages_the_new_brand_and_the_new_template() {
    let room = room().await;
    let store = &room.desk.store;
    let before = room.site().await;
    // As a program of another day wrote them: each page has another head.
    let (keys, _) = store.list(Bucket::Site, "", None, 1_000).await.unwrap();
    let html: Vec<Key> = keys
        .iter()
        .filter(|key| key.ends_with(".html"))
        .map(|key| Key::public_of(key).unwrap())
        .collect();
    for key in &html {
        let old = before[&key.path()]
            .replace("<header>", "<header class=\"of-old\">")
            .replace("<h1>", "<h1 class=\"of-old\">");
        let version = store.head(key).await.unwrap().unwrap().version;
        store.delete(key).await.unwrap();
        store.derive(key, version, old, || Expect::Absent).await.unwrap();
    }
    let report = publish::rebuild(&room.desk, &|_| {}).await.unwrap();
    assert_eq!((report.different, report.wrong()), (html.len() as u64, 0));
    assert_eq!(room.site().await, before);
    // Another site.toml.
    let mut desk = publish::Desk::clone(&room.desk);
    desk.site = Site::parse(&branded(), "site.toml").unwrap().into();
    let report = publish::rebuild(&Arc::new(desk), &|_| {}).await.unwrap();
    assert_eq!(report.wrong(), 0);
    let after = room.site().await;
    for page in pages(&after).iter().filter(|page| page.path.contains('/')) {
        assert_eq!(page.all("a.brand img").len(), 1, "{}", page.path);
    }
    assert!(after["style.css"].contains("--band: #0b2a4a"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_the_site_has_no_more_loses_its_page() {
    let room = room().await;
    let at = local::sample::SITE.find("[[topics]]\nid = \"technology\"").unwrap();
    let end = at + 2 + local::sample::SITE[at + 2..].find("[[topics]]").unwrap();
    let fewer = format!("{}{}", &local::sample::SITE[..at], &local::sample::SITE[end..]);
    let mut desk = publish::Desk::clone(&room.desk);
    desk.site = Site::parse(&fewer, "site.toml").unwrap().into();
    publish::rebuild(&Arc::new(desk), &|_| {}).await.unwrap();
    let site = room.site().await;
    assert!(!site.contains_key("en/topics/technology/index.html") && site.contains_key("en/topics/research/index.html"));
}
