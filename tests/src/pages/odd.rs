//! Pages of what is hard to show: nothing at all, a language without releases, endless words and paragraphs.

use release::{Lang, Text};

use super::{pages, releases_of};
use crate::{memory::Memory, releases::release};

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_newsroom_says_so_in_each_language_on_each_page() {
    let room = Memory::open(local::sample::SITE).await;
    let site = room.site().await;
    let all = pages(&site);
    let own: Vec<_> = all.iter().filter(|page| page.path.contains('/')).collect();
    assert_eq!(own.len(), 6 * (1 + 3 + 1 + 1), "home, topics, archive and feeds");
    for page in own.iter().filter(|page| !page.path.ends_with("/feeds/index.html")) {
        assert_eq!(page.all("main p").len(), 1, "{} says nothing", page.path);
        // A list without entries is none (ARIA, `list`).
        assert_eq!(page.all("main ul").len(), 0, "{}", page.path);
    }
    assert!(site["en/index.html"].contains("No releases yet.") && site["ru/index.html"].contains("Сообщений пока нет."));
    assert!(site["sitemap.xml"].contains("<urlset"), "{}", site["sitemap.xml"]);
    assert!(site["news-sitemap.xml"].contains("<loc>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_without_a_release_shows_the_others_with_their_own_language() {
    let room = Memory::open(local::sample::SITE).await;
    room.publish(&[release(1, "2026-05-02T09:00:00Z")]).await;
    let site = room.site().await;
    let all = pages(&site);
    let arabic = all.iter().find(|page| page.path == "ar/index.html").unwrap();
    assert_eq!(arabic.values(".releases h2", "lang"), ["en"]);
    assert_eq!(arabic.values(".releases h2", "dir"), ["ltr"]);
    assert!(arabic.text(".releases .quiet").contains("الإنجليزية"));
    let page = all.iter().find(|page| page.path == "ar/2026/05/release-1/index.html").unwrap();
    assert_eq!(
        (page.one("html", "dir"), page.one("article", "dir")),
        ("rtl".to_owned(), "ltr".to_owned())
    );
    assert!(page.text("p.notice").contains("غير متاح"));
    // The date under the headline is in the words of the page.
    assert_eq!(page.one("article p.quiet", "lang"), "ar");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_without_a_space_and_a_paragraph_of_100_kb_are_on_their_page_whole() {
    let room = Memory::open(local::sample::SITE).await;
    let mut revision = release(1, "2026-05-02T09:00:00Z");
    let title = "x".repeat(300);
    let body = "Tide gauges report. ".repeat(5_000);
    let text = Text {
        title: title.clone(),
        body: body.clone(),
        ..Text::default()
    };
    revision.texts = [(Lang::parse("en").unwrap(), text)].into();
    room.publish(&[revision]).await;
    let site = room.site().await;
    for page in releases_of(&pages(&site)) {
        assert_eq!(page.text("h1"), title);
        assert!(page.text("article").contains(body.trim_end()), "{}", page.path);
        let description = page.one("meta[name='description']", "content");
        assert!(description.chars().count() <= 301, "{} characters", description.chars().count());
    }
    // No word is wider than its column, whatever it is in.
    assert!(site["style.css"].contains("overflow-wrap: anywhere"));
    for path in [
        "en/index.html",
        "en/archive/2026/05/index.html",
        "en/topics/research/index.html",
        "en/feeds/index.html",
    ] {
        assert!(site[path].contains(&title), "{path}");
    }
}
