//! Where pages lead: to each other, to the feeds, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use super::{BASE, Page, pages, releases_of, room};

/// The object that an address of the site leads to.
fn object(url: &str) -> Option<String> {
    let path = url.strip_prefix(BASE)?.strip_prefix('/')?;
    let path = path.split('#').next().unwrap_or(path);
    Some(if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_owned()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_link_of_each_page_leads_to_something_that_is_there() {
    let site = room().await.site().await;
    let mut followed = BTreeSet::new();
    for page in pages(&site) {
        for url in page.values("[href]", "href").into_iter().chain(page.values("[src]", "src")) {
            let Some(object) = object(&url) else { continue };
            let there = site.contains_key(&object) || object.starts_with("media/");
            assert!(there, "{} leads to {url}, where nothing is", page.path);
            followed.insert(object);
        }
    }
    // And each page is found by following links from the chooser.
    for path in site.keys().filter(|path| path.ends_with(".html") && *path != "404.html") {
        assert!(followed.contains(path), "no page leads to {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_leads_home_to_topics_archive_and_feeds_and_says_where_it_stands() {
    let site = room().await.site().await;
    let mut seen = 0;
    for page in pages(&site).iter().filter(|page| page.path.contains('/')) {
        let (language, _) = page.path.split_once('/').unwrap();
        let menu = page.values("nav.menu a", "href");
        let own = |path: &str| format!("{BASE}/{language}/{path}");
        let topics = ["technology", "conferences", "research"].map(|topic| own(&format!("topics/{topic}/")));
        let expected = [vec![own("")], topics.to_vec(), vec![own("archive/"), own("feeds/")]].concat();
        assert_eq!(menu, expected, "{}", page.path);
        let here = page.values("nav.menu [aria-current]", "href");
        let stands = page.path.matches('/').count() < 4 && !page.path.contains("/20");
        assert_eq!(here, if stands { vec![page.url()] } else { vec![] }, "{}", page.path);
        assert_eq!(page.one("html", "lang"), language);
        assert_eq!(page.one("html", "dir"), if language == "ar" { "rtl" } else { "ltr" });
        assert_eq!(page.all("h1").len(), 1, "{}", page.path);
        assert_eq!(page.values(".skip", "href"), ["#text"]);
        assert_eq!(page.one("main", "id"), "text");
        seen += 1;
    }
    assert!(seen > 80, "{seen} pages");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_switch_of_languages_stays_on_the_same_page() {
    let site = room().await.site().await;
    for page in pages(&site).iter().filter(|page| page.path.contains('/')) {
        let (language, tail) = page.path.trim_end_matches("index.html").split_once('/').unwrap();
        let expected = ["en", "fr", "zh", "es", "ru", "ar"].map(|tag| format!("{BASE}/{tag}/{tail}"));
        let css = "ul.languages a[hreflang]";
        assert_eq!(page.values(css, "href"), expected, "{}", page.path);
        assert_eq!(page.values(&format!("{css}[aria-current='true']"), "hreflang"), [language]);
    }
}

fn alternates(page: &Page) -> BTreeMap<String, String> {
    let css = "link[rel='alternate'][hreflang]:not([type])";
    let languages = page.values(css, "hreflang");
    let all: BTreeMap<String, String> = languages.iter().cloned().zip(page.values(css, "href")).collect();
    assert_eq!(all.len(), languages.len(), "{}: a language stands twice", page.path);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn translations_name_each_other_and_a_stand_in_names_the_page_in_its_real_language() {
    let site = room().await.site().await;
    let pages = pages(&site);
    let by_url: BTreeMap<String, &Page> = pages.iter().map(|page| (page.url(), page)).collect();
    let (mut real, mut fallback, mut withdrawn) = (0, 0, 0);
    for page in &pages {
        if page.path == "404.html" {
            continue;
        }
        let canonical = page.one("link[rel='canonical']", "href");
        let others = alternates(page);
        if page.path.contains("/release-4/") {
            assert_eq!((&canonical, others.len()), (&page.url(), 0), "{}", page.path);
            assert_eq!(page.one("meta[name='robots']", "content"), "noindex");
            withdrawn += 1;
        } else if canonical == page.url() {
            assert!(others.values().any(|url| *url == canonical), "{} does not name itself", page.path);
            assert!(others.contains_key("x-default"), "{}", page.path);
            for (language, url) in others.iter().filter(|(language, _)| *language != "x-default") {
                let other = by_url[url];
                if page.path != "index.html" {
                    assert_eq!(other.one("html", "lang"), *language);
                    assert_eq!(other.one("link[rel='canonical']", "href"), *url, "{language} is no translation");
                    assert_eq!(alternates(other), others, "{} and {url} do not say the same", page.path);
                }
            }
            real += 1;
        } else {
            // It shows another language, with a notice, and is no translation of anything.
            assert_eq!(others.len(), 0, "{}", page.path);
            let other = by_url[&canonical];
            assert_eq!(other.one("html", "lang"), page.one("article", "lang"));
            assert_eq!(other.text("h1"), page.text("h1"));
            assert_eq!(page.all("p.notice").len(), 1 + usize::from(page.path.contains("/release-3/")));
            fallback += 1;
        }
    }
    // Releases 1, 2 and 5 in English, 3 and 6 in French too, 7 in Arabic too; the fourth was withdrawn.
    assert_eq!((fallback, withdrawn), (3 * 5 + 2 * 4 + 4, 6));
    assert!(real > 60, "{real} pages");
    assert_eq!(releases_of(&pages).count(), 7 * 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feeds_page_has_every_address_of_its_language_to_copy_and_shows_what_is_in_each_feed() {
    let site = room().await.site().await;
    for page in pages(&site).iter().filter(|page| page.path.ends_with("/feeds/index.html")) {
        let (language, _) = page.path.split_once('/').unwrap();
        let folders = ["", "only/", "topics/technology/", "topics/conferences/", "topics/research/"];
        let formats = ["rss.xml", "atom.xml", "feed.json"];
        let feeds = folders
            .iter()
            .flat_map(|folder| formats.map(|name| format!("{BASE}/{language}/{folder}{name}")));
        let expected: Vec<String> = feeds.chain([format!("{BASE}/index.json")]).collect();
        assert_eq!(page.values("input[readonly]", "value"), expected);
        // Without the script nobody sees a button that does nothing.
        assert_eq!(page.values("button[data-copy][hidden]", "data-copy"), page.values("input", "id"));
        assert_eq!(page.values("label", "for"), page.values("input", "id"));
        assert_eq!(page.values("input", "dir"), vec!["ltr"; expected.len()]);
        assert_eq!(page.one("script", "src"), format!("{BASE}/copy.js"));
        let shown: Vec<usize> = page
            .all("section.feed")
            .iter()
            .map(|section| section.select(&scraper::Selector::parse(".headlines li").unwrap()).count())
            .collect();
        let only = match language {
            "en" => 3,
            "fr" => 2,
            "ar" => 1,
            _ => 0,
        };
        assert_eq!(shown, [3, only, 0, 0, 3, 0], "{language}");
    }
}
