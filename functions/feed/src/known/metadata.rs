//! Section 8: what a feed must say of itself.

use serde_json::json;

use super::*;

fn one(tag: &str) -> Formats {
    let site = site();
    formats(&site, &feed(&site, tag, &[revision(1, json!({}))]))
}

#[test]
#[expect(non_snake_case)]
fn B96_B97_B98_a_feed_links_to_itself_at_its_public_address() {
    let site = site();
    for language in &site.languages {
        let tag = &language.tag;
        for kind in [Kind::Filled, Kind::Only, Kind::Topic("trade".to_owned())] {
            let feed = FeedId::new(tag, kind);
            let view = FeedView::empty(&site, &feed);
            let rss = String::from_utf8(view.to_rss(&site, &feed).unwrap().to_vec()).unwrap();
            let atom = String::from_utf8(view.to_atom(&site, &feed).unwrap().to_vec()).unwrap();
            let (to_rss, to_atom) = (site.url(&feed.rss()), site.url(&feed.atom()));
            assert!(to_rss.starts_with(&format!("https://press.tidewater.example/{tag}/")), "{to_rss}");
            let link = between(&rss, "<atom:link ", "/>")
                .into_iter()
                .find(|link| link.contains("rel=\"self\""))
                .unwrap();
            assert!(
                link.contains(&format!("href=\"{to_rss}\"")) && link.contains("type=\"application/rss+xml\""),
                "{link}"
            );
            let link = between(&atom, "<link ", "/>")
                .into_iter()
                .find(|link| link.contains("rel=\"self\""))
                .unwrap();
            assert!(
                link.contains(&format!("href=\"{to_atom}\"")) && link.contains("type=\"application/atom+xml\""),
                "{link}"
            );
            assert_eq!(view.feed_url, site.url(&feed.json()));
            // Without the prefix it would be a second link of the channel.
            assert!(!rss.contains("<link ") && !rss.contains("<link/"), "{rss}");
        }
    }
}

#[test]
#[expect(non_snake_case)]
fn B101_B102_the_organisation_is_the_author_and_no_item_has_an_author_without_mail() {
    let text = one("en");
    let author = between(&text.atom, "<author>", "</author>");
    assert_eq!(between(author[0], "<name>", "</name>"), ["Tidewater Council"]);
    assert_eq!(between(author[0], "<email>", "</email>"), ["press@tidewater.example"]);
    let json: Value = serde_json::from_str(&text.json).unwrap();
    assert_eq!(json["authors"][0]["name"], "Tidewater Council");
    assert_eq!(between(&text.rss, "<dc:creator>", "</dc:creator>"), ["Tidewater Council"]);
    assert!(
        text.rss
            .contains("<managingEditor>press@tidewater.example (Tidewater Council)</managingEditor>"),
        "{}",
        text.rss
    );
    assert!(!text.rss.contains("<author>"), "{}", text.rss);
    assert!(Site::parse("organisation = ' '", "site.toml").is_err());
}

#[test]
#[expect(non_snake_case)]
fn B103_an_enclosure_has_url_length_and_type_also_at_size_0() {
    let site = site();
    let file = |size: u64| json!({"sha256": "ab".repeat(32), "name": "a & b.pdf", "type": "application/pdf", "size": size});
    for size in [0, 123_456_789_012] {
        let release = revision(1, json!({"media": [file(size), file(7)]}));
        let text = formats(&site, &feed(&site, "en", &[release]));
        let url = format!("https://press.tidewater.example/media/{}/a%20%26%20b.pdf", "ab".repeat(32));
        let enclosures = between(&text.rss, "<enclosure ", "/>");
        // A second one is against the profile: `media:content` names them all.
        assert_eq!(enclosures, [format!("url=\"{url}\" length=\"{size}\" type=\"application/pdf\"")]);
        assert_eq!(text.rss.matches("<media:content ").count(), 2);
        let links: Vec<&str> = between(&text.atom, "<link ", "/>")
            .into_iter()
            .filter(|link| link.contains("rel=\"enclosure\""))
            .collect();
        assert_eq!(links.len(), 2);
        for part in [
            format!("href=\"{url}\""),
            format!("length=\"{size}\""),
            "type=\"application/pdf\"".to_owned(),
        ] {
            assert!(links[0].contains(&part), "{links:?}");
        }
        let json: Value = serde_json::from_str(&text.json).unwrap();
        assert_eq!(json["items"][0]["attachments"][0]["size_in_bytes"], size);
        assert_eq!(json["items"][0]["attachments"][0]["mime_type"], "application/pdf");
    }
}

#[test]
#[expect(non_snake_case)]
fn B106_the_french_feed_says_everything_of_itself_in_french() {
    let text = one("fr");
    let channel = text.rss.split("<item>").next().unwrap();
    for part in [
        "<title>Actualités</title>",
        "<link>https://press.tidewater.example/fr/</link>",
        "<description>Toutes les actualités.</description>",
        "<language>fr</language>",
        "href=\"https://press.tidewater.example/fr/rss.xml\"",
    ] {
        assert!(channel.contains(part), "{part} is missing in {channel}");
    }
    let envelope = text.atom.split("<entry").next().unwrap();
    assert!(envelope.contains("xml:lang=\"fr\""), "{envelope}");
    assert_eq!(between(envelope, "<title>", "</title>"), ["Actualités"]);
    let json: Value = serde_json::from_str(&text.json).unwrap();
    assert_eq!(json["language"], "fr");
    assert_eq!(json["title"], "Actualités");
    assert_eq!(json["home_page_url"], "https://press.tidewater.example/fr/");
    assert_eq!(json["feed_url"], "https://press.tidewater.example/fr/feed.json");
    let topic = FeedId::new(&lang("fr"), Kind::Topic("trade".to_owned()));
    assert_eq!(FeedView::empty(&site(), &topic).title, "Actualités – Commerce");
}
