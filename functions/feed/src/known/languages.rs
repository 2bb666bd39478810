//! Section 9: which language an entry is in, and where its others are.

use std::collections::BTreeSet;

use release::entry_id;
use serde_json::json;

use super::*;

fn text(title: &str) -> Value {
    json!({"title": title, "body": "b"})
}

#[test]
#[expect(non_snake_case)]
fn B107_a_language_without_texts_shows_the_stand_ins_until_the_translation_comes() {
    let site = site();
    let at = |day: u32| json!({"published": format!("2016-06-0{day}T10:00:00Z")});
    let releases = [1, 2, 3].map(|n| revision(n, at(u32::try_from(n).unwrap())));
    for tag in ["fr", "ar"] {
        let view = feed(&site, tag, &releases);
        assert_eq!(view.items.len(), 3);
        for item in &view.items {
            assert_eq!((item.language.as_str(), item.more.fallback), ("en", true));
            let notice = crate::Words::of(&lang(tag)).notice(&lang("en"));
            assert!(
                item.content_html.starts_with(&format!("<div lang=\"{tag}\"")),
                "{}",
                item.content_html
            );
            assert!(item.content_html.contains(&notice), "{}", item.content_html);
        }
        let mut fields = at(2);
        fields["revision"] = json!(2);
        fields["texts"] = json!({"en": text("Release 2"), tag: text("translated")});
        let public = Public::of(&revision(2, fields), &site).unwrap();
        let id = FeedId::new(&lang(tag), Kind::Filled);
        let after = FeedView::with(Some(&view), &[&public], &site, &id).unwrap();
        let item = &after.items[1];
        assert_eq!(
            (item.title.as_str(), item.language.as_str(), item.more.fallback),
            ("translated", tag, false)
        );
        assert_eq!((&item.id, &item.date_published), (&view.items[1].id, &view.items[1].date_published));
    }
}

#[test]
#[expect(non_snake_case)]
fn B108_a_page_names_the_feeds_of_its_language_first() {
    let site = site();
    let public = Public::of(&revision(1, json!({"texts": {"en": text("a"), "fr": text("b")}})), &site).unwrap();
    for tag in ["en", "fr", "ar"] {
        let release = crate::release_page(&public, &site, &lang(tag)).unwrap();
        let home = crate::home_page(&feed(&site, tag, &[]), &site).unwrap();
        for page in [release, home] {
            let page = String::from_utf8(page).unwrap();
            let links = between(&page, "<link rel=\"alternate\" type=\"application/", ">");
            let feeds: Vec<&str> = links
                .iter()
                .filter(|link| !link.starts_with("json"))
                .flat_map(|link| between(link, "href=\"", "\""))
                .collect();
            let expected = ["rss.xml", "atom.xml", "feed.json"].map(|name| format!("https://press.tidewater.example/{tag}/{name}"));
            let others = ["en", "fr", "zh", "ar"].into_iter().filter(|other| *other != tag);
            let others = others.map(|other| format!("https://press.tidewater.example/{other}/rss.xml"));
            let expected: Vec<String> = expected.into_iter().chain(others).collect();
            assert_eq!(feeds, expected, "{page}");
        }
    }
}

/// The last link is the page again, without a language: some readers take the last `alternate` for the entry's own.
#[test]
#[expect(non_snake_case)]
fn B110_an_entry_links_its_own_page_first_and_no_two_alike() {
    let site = site();
    let release = revision(
        1,
        json!({"language": "zh", "texts": {"en": text("a"), "fr": text("b"), "zh": text("c")}}),
    );
    for tag in ["en", "fr", "zh", "ar"] {
        let formats = formats(&site, &feed(&site, tag, std::slice::from_ref(&release)));
        let own = format!("https://press.tidewater.example/{tag}/2016/06/release-1/");
        for (entry, element) in [
            (entries(&formats.atom, "<entry"), "<link "),
            (entries(&formats.rss, "<item>"), "<atom:link "),
        ] {
            let links: Vec<&str> = between(entry, element, "/>")
                .into_iter()
                .filter(|link| link.contains("rel=\"alternate\""))
                .collect();
            let attribute = |link: &str, name: &str| between(link, &format!("{name}=\""), "\"").first().copied().map(str::to_owned);
            assert_eq!(attribute(links[0], "href").as_deref(), Some(own.as_str()), "{links:?}");
            let shown = if tag == "ar" { "en" } else { tag };
            assert_eq!(attribute(links[0], "hreflang").as_deref(), Some(shown), "{links:?}");
            let kinds: BTreeSet<_> = links
                .iter()
                .map(|link| (attribute(link, "type"), attribute(link, "hreflang")))
                .collect();
            assert_eq!(kinds.len(), links.len(), "{links:?}");
            let (last, others) = links.split_last().unwrap();
            assert_eq!(
                (attribute(last, "href").as_deref(), attribute(last, "hreflang")),
                (Some(own.as_str()), None)
            );
            assert!(others.iter().all(|link| attribute(link, "hreflang").is_some()), "{links:?}");
            for other in ["en", "fr", "zh"].into_iter().filter(|other| *other != shown) {
                let page = format!("href=\"https://press.tidewater.example/{other}/2016/06/release-1/\"");
                assert!(
                    others
                        .iter()
                        .any(|link| link.contains(&page) && link.contains(&format!("hreflang=\"{other}\""))),
                    "{links:?}"
                );
            }
        }
    }
}

#[test]
#[expect(non_snake_case)]
fn B111_an_entry_says_the_language_its_text_is_in() {
    let site = site();
    let release = revision(1, json!({"texts": {"en": text("a"), "ar": text("ب")}}));
    for (tag, shown) in [("en", "en"), ("ar", "ar"), ("fr", "en"), ("zh", "en")] {
        let formats = formats(&site, &feed(&site, tag, std::slice::from_ref(&release)));
        assert!(formats.atom.contains(&format!("<entry xml:lang=\"{shown}\"")), "{}", formats.atom);
        assert_eq!(between(&formats.rss, "<dc:language>", "</dc:language>"), [shown]);
        let json: Value = serde_json::from_str(&formats.json).unwrap();
        assert_eq!(json["items"][0]["language"], shown);
    }
}

#[test]
#[expect(non_snake_case)]
fn B112_a_partner_can_tell_a_stand_in_and_leave_it_out() {
    let site = site();
    let french = revision(1, json!({"language": "fr", "texts": {"fr": text("Clôture")}}));
    let public = Public::of(&french, &site).unwrap();
    for (tag, fallback) in [("fr", false), ("en", true), ("ar", true)] {
        let item = feed(&site, tag, std::slice::from_ref(&french)).items.remove(0);
        assert_eq!((item.more.fallback, item.language.as_str()), (fallback, "fr"), "{tag}");
        assert_eq!(item.id, entry_id(id(1), &lang(tag)));
        let only = FeedId::new(&lang(tag), Kind::Only);
        assert_eq!(FeedView::belongs(&public, &only), !fallback);
    }
}
