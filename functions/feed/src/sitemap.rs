//! Sitemaps (<https://www.sitemaps.org/protocol.html>): one for each month and language, their index, and what is said to crawlers.
//!
//! A sitemap names pages that are really in its language, with their translations. A page that shows a stand-in is named by none: it
//! points to the page in its real language itself.

use bytes::Bytes;
use release::{Lang, Site, Status};

use crate::{MonthLine, MonthView, MonthsView, history::Card, path, xml::Xml};

pub(crate) const SITEMAP: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
pub(crate) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
/// Bytes of an ordinary page with two translations.
const PAGE: usize = 700;

/// What a file may hold at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) pages: usize,
    pub(crate) bytes: usize,
}

/// Of sitemaps.org: 50,000 pages, 50 MB.
const LIMITS: Limits = Limits {
    pages: 50_000,
    bytes: 50 * 1024 * 1024,
};

/// The end of each list of pages.
const END: &str = "</urlset>\n";

impl MonthView {
    /// The sitemap of the month in this view's language: the month's own page, then its releases, newest first. It always names a page:
    /// an empty list is no sitemap. It says which state of the month it shows: a month that comes back to what it listed gives other bytes,
    /// so that nobody who is slow takes one for the other. What is too much for a file is left out, oldest first; the month's page leads there.
    pub fn to_sitemap(&self, site: &Site) -> Bytes {
        self.sitemap_within(site, LIMITS)
    }

    fn sitemap_within(&self, site: &Site, limits: Limits) -> Bytes {
        let language = &self.language;
        let mut out = Vec::with_capacity(1_024 + self.releases.len() * PAGE);
        let mut xml = Xml::new(&mut out, "");
        xml.raw(DECLARATION);
        xml.raw(&format!("<!-- view {} -->\n", self.line(site).weight));
        xml.begin("urlset", &[("xmlns", Some(SITEMAP)), ("xmlns:xhtml", Some(XHTML))]);
        xml.begin("url", &[]);
        xml.text("loc", &[], &site.url(&self.of().page(language)));
        xml.close("url");
        let real = |card: &&crate::Kept<Card>| card.status == Status::Published && card.url.contains_key(language);
        for card in self.releases.iter().filter(real).take(limits.pages - 1) {
            let before = out.len();
            page(card, site, language, &mut out);
            if out.len() + END.len() > limits.bytes {
                out.truncate(before);
                break;
            }
        }
        out.extend_from_slice(END.as_bytes());
        Bytes::from(out)
    }
}

fn page(card: &Card, site: &Site, language: &Lang, out: &mut Vec<u8>) {
    let Some(url) = card.url.get(language) else { return };
    let mut xml = Xml::new(out, "");
    xml.begin("url", &[]);
    xml.text("loc", &[], url);
    xml.text("lastmod", &[], &card.updated.rfc3339());
    // One that is not translated has nothing to say about it.
    if card.url.len() > 1 {
        let mut link = |tag: &str, url: &str| {
            let attributes = [("rel", Some("alternate")), ("hreflang", Some(tag)), ("href", Some(url))];
            xml.empty("xhtml:link", &attributes);
        };
        for (language, url) in &card.url {
            link(language.as_str(), url);
        }
        let default = card.shown_for(site, site.default_language());
        if let Some(url) = card.url.get(&default) {
            link("x-default", url);
        }
    }
    xml.close("url");
}

impl MonthsView {
    /// The index of the sitemaps of each month and language. Of a site without months it is a sitemap itself, of the home pages: an
    /// empty index is none.
    pub fn to_sitemap(&self, site: &Site) -> Bytes {
        let languages = || site.languages.iter().map(|language| &language.tag);
        let (list, entry) = if self.months.is_empty() {
            ("urlset", "url")
        } else {
            ("sitemapindex", "sitemap")
        };
        let pages: Vec<String> = if self.months.is_empty() {
            languages().map(path::home).collect()
        } else {
            let months = self.months.iter().map(MonthLine::of);
            months
                .flat_map(|month| languages().map(move |language| month.sitemap(language)))
                .collect()
        };
        let mut out = Vec::new();
        let mut xml = Xml::new(&mut out, "");
        xml.raw(DECLARATION);
        xml.begin(list, &[("xmlns", Some(SITEMAP))]);
        // More than a file may hold are eighty years of fifty languages.
        for path in pages.iter().take(LIMITS.pages) {
            xml.begin(entry, &[]);
            xml.text("loc", &[], &site.url(path));
            xml.close(entry);
        }
        xml.close(list);
        Bytes::from(out)
    }
}

/// What is said to crawlers: all of it may be read, and where the sitemaps are.
pub fn robots(site: &Site) -> String {
    let (sitemap, news) = (site.url(path::SITEMAP), site.url(path::NEWS_SITEMAP));
    format!("User-agent: *\nAllow: /\n\nSitemap: {sitemap}\nSitemap: {news}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kept, Month, known::cards};

    fn month(site: &Site, count: usize) -> MonthView {
        let mut view = MonthView::empty(site, Month { year: 2016, month: 6 });
        view.releases = cards(site, count).into_iter().map(Kept::new).collect();
        view
    }

    #[test]
    fn a_file_holds_no_more_than_sitemaps_may_and_leaves_out_the_oldest() {
        let site = crate::known::site();
        let view = month(&site, 9);
        let text = |limits| String::from_utf8(view.sitemap_within(&site, limits).to_vec()).unwrap();
        let whole = text(LIMITS);
        assert_eq!(whole.matches("<url>").count(), 10);
        let fewer = text(Limits { pages: 4, ..LIMITS });
        assert_eq!(fewer.matches("<url>").count(), 4);
        for bytes in [whole.len() - 1, whole.len() / 2, 600] {
            let some = text(Limits { bytes, ..LIMITS });
            assert!(some.len() <= bytes, "{} of {bytes}", some.len());
            let kept = some.strip_suffix(END).unwrap();
            assert!(whole.starts_with(kept) && some.matches("<url>").count() < 10);
        }
        assert_eq!(
            text(Limits {
                bytes: whole.len(),
                ..LIMITS
            }),
            whole
        );
    }

    #[test]
    fn a_site_without_months_has_a_sitemap_of_its_home_pages() {
        let site = crate::known::site();
        let empty = String::from_utf8(MonthsView::empty(&site).to_sitemap(&site).to_vec()).unwrap();
        assert_eq!(empty.matches("<url>").count(), site.languages.len());
        assert!(
            empty.contains("<urlset") && empty.contains("<loc>https://press.tidewater.example/ar/</loc>"),
            "{empty}"
        );
        let lines = [MonthLine::new(
            Month { year: 2016, month: 6 },
            [1, 0],
            1,
            site.default_language(),
            &site,
        )];
        let list = MonthsView::admit(None, &lines, &site).unwrap();
        let index = String::from_utf8(list.to_sitemap(&site).to_vec()).unwrap();
        assert!(index.contains("<sitemapindex"), "{index}");
        for language in &site.languages {
            assert!(index.contains(&format!(
                "<loc>https://press.tidewater.example/{}/archive/2016/06/sitemap.xml</loc>",
                language.tag
            )));
        }
    }
}
