//! The archive for people.

use release::Revision;

use super::{BASE, Page, pages};
use crate::{memory::Memory, releases::release};

fn page(all: &[Page], path: &str) -> usize {
    all.iter()
        .position(|page| page.path == path)
        .unwrap_or_else(|| panic!("{path} is not there"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_shows_headlines_by_day_newest_first_and_leads_to_its_neighbours() {
    let room = Memory::open(local::sample::SITE).await;
    let dates = [
        "2026-05-02T09:00:00Z",
        "2026-05-02T08:00:00Z",
        // In Brussels that is the third of May.
        "2026-05-02T22:30:00Z",
        "2026-03-31T09:00:00Z",
        "2026-06-01T09:00:00Z",
    ];
    let all: Vec<Revision> = (1..).zip(dates).map(|(n, date)| release(n, date)).collect();
    room.publish(&all).await;
    let site = room.site().await;
    let pages = pages(&site);
    let month = &pages[page(&pages, "en/archive/2026/05/index.html")];
    assert_eq!(month.text("h1"), "May 2026");
    assert_eq!(month.values("main h2 time", "datetime"), ["2026-05-03", "2026-05-02"]);
    let links = month.values("ul.headlines a", "href");
    let expected = [3, 1, 2].map(|n| format!("{BASE}/en/2026/05/release-{n}/"));
    assert_eq!(links, expected);
    let turn = |page: &Page| (page.values("a[rel='prev']", "href"), page.values("a[rel='next']", "href"));
    let of = |month: u32| vec![format!("{BASE}/en/archive/2026/{month:02}/")];
    assert_eq!(turn(month), (of(3), of(6)));
    assert_eq!(turn(&pages[page(&pages, "en/archive/2026/03/index.html")]), (vec![], of(5)));
    assert_eq!(turn(&pages[page(&pages, "en/archive/2026/06/index.html")]), (of(5), vec![]));
    // A stand-in says which language it is in; the Arabic page reads from right to left around it.
    let arabic = &pages[page(&pages, "ar/archive/2026/05/index.html")];
    assert_eq!(arabic.values("ul.headlines a", "lang"), ["en", "en", "en"]);
    assert_eq!(arabic.values("ul.headlines a", "dir"), ["ltr", "ltr", "ltr"]);
    assert!(arabic.text("h1").contains("2026"), "{}", arabic.text("h1"));
    let french = &pages[page(&pages, "fr/archive/2026/05/index.html")];
    assert_eq!(french.text("h1"), "mai 2026");
    assert_eq!(french.values("ul.headlines a", "lang"), ["en", "en"], "the third one is in French");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_months_changes_only_when_a_month_is_new() {
    let room = Memory::open(local::sample::SITE).await;
    room.publish(&[release(1, "2026-05-02T09:00:00Z")]).await;
    let paths = ["en/archive/index.html", "ar/archive/index.html", "sitemap.xml"];
    let version = async |path: &str| {
        let key = store::Key::public_of(path).unwrap();
        room.desk.store.head(&key).await.unwrap().unwrap().version
    };
    let mut before = Vec::new();
    for path in paths {
        before.push((room.text(path).await, version(path).await));
    }
    room.publish(&[release(2, "2026-05-03T09:00:00Z")]).await;
    for (path, before) in paths.iter().zip(&before) {
        assert_eq!(&(room.text(path).await, version(path).await), before, "{path} was written again");
    }
    room.publish(&[release(3, "2025-12-03T09:00:00Z")]).await;
    let site = room.site().await;
    let pages = pages(&site);
    let list = &pages[page(&pages, "en/archive/index.html")];
    let expected = ["2026/05", "2025/12"].map(|month| format!("{BASE}/en/archive/{month}/"));
    assert_eq!(list.values("ul.months a", "href"), expected);
    assert_eq!(list.text("h2"), "20262025");
    assert!(site["sitemap.xml"].contains(&format!("<loc>{BASE}/ru/archive/2025/12/sitemap.xml</loc>")));
}
