//! Sitemaps name each page that is really in its language once, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::{BASE, pages, releases_of, room};

/// What stands between two marks, each time.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).map(|rest| rest.split(close).next().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_page_that_is_really_in_its_language_is_in_one_sitemap_with_its_translations() {
    let site = room().await.site().await;
    let index = &site["sitemap.xml"];
    let mut named: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    let maps = between(index, "<loc>", "</loc>");
    assert_eq!(maps.len(), 5 * 6, "five months, six languages: {index}");
    for map in maps {
        let map = &site[map.strip_prefix(&format!("{BASE}/")).unwrap()];
        for url in between(map, "<url>", "</url>") {
            let loc = between(url, "<loc>", "</loc>")[0].to_owned();
            let links = between(url, "<xhtml:link ", "/>");
            let links = links.iter().map(|link| {
                (
                    between(link, "hreflang=\"", "\"")[0].to_owned(),
                    between(link, "href=\"", "\"")[0].to_owned(),
                )
            });
            assert!(named.insert(loc.clone(), links.collect()).is_none(), "{loc} stands twice");
        }
    }
    let pages = pages(&site);
    let mut expected = BTreeMap::new();
    for page in pages.iter().filter(|page| page.path.contains("/archive/20")) {
        expected.insert(page.url(), BTreeSet::new());
    }
    for page in releases_of(&pages) {
        let real = page.one("link[rel='canonical']", "href") == page.url() && page.all("meta[name='robots']").is_empty();
        if real {
            let css = "link[rel='alternate'][hreflang]:not([type])";
            let links: BTreeSet<_> = page.values(css, "hreflang").into_iter().zip(page.values(css, "href")).collect();
            // A page that is not translated says so by naming none.
            let alone = links.iter().filter(|(language, _)| language != "x-default").count() == 1;
            expected.insert(page.url(), if alone { BTreeSet::new() } else { links });
        }
    }
    assert_eq!(named, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn crawlers_are_told_where_the_sitemaps_are_and_may_read_all() {
    let site = room().await.site().await;
    let robots = &site["robots.txt"];
    assert_eq!(
        robots,
        &format!("User-agent: *\nAllow: /\n\nSitemap: {BASE}/sitemap.xml\nSitemap: {BASE}/news-sitemap.xml\n")
    );
    for map in between(robots, &format!("Sitemap: {BASE}/"), "\n") {
        assert!(site.contains_key(map), "{map}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_comes_back_to_what_it_listed_has_another_sitemap() {
    let room = crate::memory::Memory::open(local::sample::SITE).await;
    let path = "en/archive/2026/05/sitemap.xml";
    let first = crate::releases::release(1, "2026-05-02T09:00:00Z");
    let second = crate::releases::release(2, "2026-05-03T09:00:00Z");
    room.publish(&[first]).await;
    let before = room.text(path).await;
    room.publish(std::slice::from_ref(&second)).await;
    let mut moved = crate::releases::next(&second, release::Status::Published);
    moved.published = Some("2026-06-03T09:00:00Z".parse().unwrap());
    room.publish(&[moved]).await;
    let after = room.text(path).await;
    let listed = |text: &str| text.split_once("<urlset").unwrap().1.to_owned();
    assert_eq!(listed(&before), listed(&after));
    // Who is slow writes on condition of these bytes: they must not be those of an earlier state.
    assert_ne!(before, after);
}
