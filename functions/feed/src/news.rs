//! The news sitemap: what was published in the last 48 hours, for search engines that show news.
//! (<https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap>)
//!
//! It is the one public document that a clock decides about: of two that were made from the same releases, the later one may show fewer.

use std::collections::BTreeSet;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use release::{Lang, Site, Status};

use crate::{
    Kept, Month, MonthView, Stamp,
    history::Card,
    path, sha256,
    sitemap::{DECLARATION, SITEMAP},
    xml::Xml,
};

const NEWS: &str = "http://www.google.com/schemas/sitemap-news/0.9";
/// What is older is no news.
const FRESH: SignedDuration = SignedDuration::from_hours(48);
/// A file that was right a day ago has not been judged again since. An hour for the judge's own delay.
const PATIENCE: SignedDuration = SignedDuration::from_hours(25);
/// Pages in a file; newer ones push older ones out.
const PAGES: usize = 1_000;

/// What a news sitemap shows at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    since: Timestamp,
    months: BTreeSet<Month>,
}

impl News {
    /// What is news at `now`.
    pub fn at(now: Timestamp, site: &Site) -> Self {
        let since = back(now, FRESH);
        Self {
            since,
            months: [since, now].map(|at| Month::of(Stamp::new(at, &site.zone))).into(),
        }
    }

    /// The months that hold such releases: one or two.
    pub fn months(&self) -> impl Iterator<Item = Month> + '_ {
        self.months.iter().copied()
    }

    /// True when a release of the month may be news.
    pub fn concerns(&self, month: Month) -> bool {
        self.months.contains(&month)
    }

    /// The document. It always names a page: the home page, which is no news, when nothing else is. So it is a sitemap at any time, and
    /// there is always one at the address that `robots.txt` gives.
    ///
    /// `views` are the months of [`News::months`], as far as they exist, in any language.
    pub fn render<'a>(&self, views: impl IntoIterator<Item = &'a MonthView>, site: &Site) -> Bytes {
        render(&shown(views, self.since), site)
    }

    /// Every document that is right for these months at `now`: it was judged then or up to a day ago, and nothing came since. What would
    /// be judged now comes first.
    pub fn right<'a>(views: Vec<&'a MonthView>, site: &'a Site, now: Timestamp) -> impl Iterator<Item = Bytes> + use<'a> {
        let all = shown(views, back(now, FRESH + PATIENCE));
        let since = back(now, FRESH);
        let least = all.iter().take_while(|card| card.published.at() > since).count();
        (least..=all.len()).map(move |count| render(all.get(..count).unwrap_or_default(), site))
    }

    /// The months of every document that is right at `now`.
    pub fn months_of_right(site: &Site, now: Timestamp) -> BTreeSet<Month> {
        [back(now, FRESH + PATIENCE), back(now, FRESH), now]
            .map(|at| Month::of(Stamp::new(at, &site.zone)))
            .into()
    }
}

fn back(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// Releases of these months that are newer than `since`, newest first.
fn shown<'a>(views: impl IntoIterator<Item = &'a MonthView>, since: Timestamp) -> Vec<&'a Kept<Card>> {
    let all = views.into_iter().flat_map(|view| &view.releases);
    let mut shown: Vec<_> = all.filter(|card| card.published.at() > since).collect();
    shown.sort_by_key(|card| (std::cmp::Reverse(card.published.at()), card.id));
    // Each is a page at least, or nothing.
    shown.truncate(PAGES);
    shown
}

fn render(shown: &[&Kept<Card>], site: &Site) -> Bytes {
    let mut out = Vec::new();
    let mut xml = Xml::new(&mut out, "");
    xml.raw(DECLARATION);
    xml.begin("urlset", &[("xmlns", Some(SITEMAP)), ("xmlns:news", Some(NEWS))]);
    let mut pages = 0;
    let published = shown.iter().filter(|card| card.status == Status::Published);
    let each = published.flat_map(|card| card.url.iter().map(move |(language, url)| (card, language, url)));
    for (card, language, url) in each.take(PAGES) {
        let title = card.title.get(language).map_or("", String::as_str);
        xml.begin("url", &[]);
        xml.text("loc", &[], url);
        xml.begin("news:news", &[]);
        xml.begin("news:publication", &[]);
        xml.text("news:name", &[], &site.organisation);
        xml.text("news:language", &[], &code(language));
        xml.close("news:publication");
        xml.text("news:publication_date", &[], &card.published.rfc3339());
        xml.text("news:title", &[], title);
        xml.close("news:news");
        xml.close("url");
        pages += 1;
    }
    if pages == 0 {
        xml.begin("url", &[]);
        xml.text("loc", &[], &site.url(&path::home(site.default_language())));
        xml.close("url");
    }
    xml.close("urlset");
    // Tells states apart that name the same pages, as in feeds.
    let state: String = shown.iter().map(|card| format!("{}:{};", card.id, card.revision)).collect();
    xml.raw(&format!("<!-- view {} -->\n", &sha256(state.as_bytes())[..16]));
    Bytes::from(out)
}

/// ISO 639, but for Chinese, of which the format has two.
fn code(language: &Lang) -> String {
    let traditional = |part: &str| matches!(part, "Hant" | "TW" | "HK" | "MO");
    match language.primary() {
        "zh" if language.as_str().split('-').any(traditional) => "zh-tw".to_owned(),
        "zh" => "zh-cn".to_owned(),
        primary => primary.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::{cards, site};

    /// Three releases: at ten o'clock on the 8th, 9th and 10th of June.
    fn june(site: &Site) -> MonthView {
        let mut view = MonthView::empty(site, Month { year: 2016, month: 6 });
        let mut all = cards(site, 3);
        for (card, day) in all.iter_mut().zip(8..) {
            card.published = Stamp::new(format!("2016-06-{day:02}T10:00:00Z").parse().unwrap(), &site.zone);
        }
        view.releases = all.into_iter().map(Kept::new).collect();
        view
    }

    fn pages(bytes: &Bytes) -> usize {
        std::str::from_utf8(bytes).unwrap().matches("<news:news>").count()
    }

    #[test]
    fn what_is_older_than_48_hours_is_no_news_and_without_any_the_home_page_stands_there() {
        let site = site();
        let view = june(&site);
        let at = |now: &str| News::at(now.parse().unwrap(), &site).render([&view], &site);
        for (now, count) in [
            ("2016-06-10T09:59:59Z", 3),
            ("2016-06-10T10:00:00Z", 2),
            ("2016-06-12T09:59:59Z", 1),
            ("2016-06-12T10:00:00Z", 0),
        ] {
            assert_eq!(pages(&at(now)), count, "{now}");
        }
        let empty = String::from_utf8(at("2016-07-01T00:00:00Z").to_vec()).unwrap();
        assert_eq!(empty.matches("<url>").count(), 1);
        assert!(empty.contains("<loc>https://press.tidewater.example/en/</loc>"), "{empty}");
    }

    #[test]
    fn a_document_is_right_for_a_day_and_an_hour() {
        let site = site();
        let view = june(&site);
        let judged = News::at("2016-06-10T09:00:00Z".parse().unwrap(), &site).render([&view], &site);
        let right = |now: &str| News::right(vec![&view], &site, now.parse().unwrap()).collect::<Vec<_>>();
        assert!(right("2016-06-10T09:00:00Z").contains(&judged));
        assert!(right("2016-06-11T10:59:00Z").contains(&judged));
        assert!(!right("2016-06-11T11:00:00Z").contains(&judged));
        // What is still news must be there.
        let fewer = News::at("2016-06-10T12:00:00Z".parse().unwrap(), &site).render([&view], &site);
        assert!(!right("2016-06-10T09:00:00Z").contains(&fewer));
    }

    #[test]
    fn it_names_each_language_that_a_release_really_has_and_a_thousand_pages_at_most() {
        let site = site();
        let mut view = june(&site);
        let mut card = Card::clone(&view.releases[0]);
        let zh = Lang::parse("zh").unwrap();
        card.url.insert(zh.clone(), "https://press.tidewater.example/zh/x/".to_owned());
        card.title.insert(zh, "潮汐 & <海岸>".to_owned());
        view.releases = vec![Kept::new(card)];
        let now: Timestamp = "2016-06-08T12:00:00Z".parse().unwrap();
        let text = String::from_utf8(News::at(now, &site).render([&view], &site).to_vec()).unwrap();
        assert!(
            text.contains("<news:language>zh-cn</news:language>") && text.contains("潮汐 &amp; &lt;海岸&gt;"),
            "{text}"
        );
        assert!(
            text.contains("<news:publication_date>2016-06-08T12:00:00+02:00</news:publication_date>"),
            "{text}"
        );
        let mut many = cards(&site, 1_200);
        for card in &mut many {
            card.published = Stamp::new(now, &site.zone);
        }
        view.releases = many.into_iter().map(Kept::new).collect();
        assert_eq!(pages(&News::at(now, &site).render([&view], &site)), PAGES);
        assert_eq!(News::right(vec![&view], &site, now).count(), 1);
    }
}
