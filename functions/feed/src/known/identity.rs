//! Section 2: an entry's id is the same in every format and feed of a language, for ever.

use release::entry_id;
use serde_json::json;

use super::*;

fn ids(site: &Site, tag: &str, revisions: &[Revision]) -> Vec<String> {
    let view = feed(site, tag, revisions);
    view.items.iter().map(|item| item.id.clone()).collect()
}

#[test]
#[expect(non_snake_case)]
fn B36_B44_an_id_is_the_same_in_every_format_and_no_permalink() {
    let site = site();
    let releases = [
        revision(1, json!({})),
        revision(2, json!({"published": "2016-06-10T00:00:00Z", "updated": "2016-06-10T00:00:00Z"})),
    ];
    let view = feed(&site, "en", &releases);
    let expected = [entry_id(id(2), &lang("en")), entry_id(id(1), &lang("en"))];
    let text = formats(&site, &view);
    assert_eq!(between(&text.rss, "<guid isPermaLink=\"false\">", "</guid>"), expected);
    assert_eq!(text.rss.matches("<guid").count(), 2);
    assert_eq!(between(entries(&text.atom, "<entry"), "<id>", "</id>"), expected);
    let json: Value = serde_json::from_str(&text.json).unwrap();
    assert_eq!(json["items"][0]["id"], expected[0]);
    assert_eq!(json["items"][1]["id"], expected[1]);
}

#[test]
#[expect(non_snake_case)]
fn B37_a_kept_guid_that_is_an_address_is_no_permalink() {
    let site = site();
    let kept = revision(1, json!({"guid": "https://old.tidewater.example/?p=17"}));
    let text = formats(&site, &feed(&site, "en", &[kept]));
    assert!(
        text.rss
            .contains("<guid isPermaLink=\"false\">https://old.tidewater.example/?p=17</guid>"),
        "{}",
        text.rss
    );
    assert!(text.atom.contains("<id>https://old.tidewater.example/?p=17</id>"), "{}", text.atom);
}

#[test]
#[expect(non_snake_case)]
fn B32_another_address_is_a_new_link_under_the_same_id() {
    let site = site();
    let moved = revision(1, json!({"revision": 2, "path": {"year": 2016, "month": 7, "slug": "moved"}}));
    let (before, after) = (feed(&site, "en", &[revision(1, json!({}))]), feed(&site, "en", &[moved]));
    assert_eq!(before.items[0].id, after.items[0].id);
    assert_eq!(after.items[0].url, "https://press.tidewater.example/en/2016/07/moved/");
}

#[test]
#[expect(non_snake_case)]
fn B33_a_site_that_moves_keeps_every_id() {
    let (here, there) = (site(), site_with(&[("https://press.tidewater.example", "https://news.example")]));
    let releases = [revision(1, json!({})), revision(2, json!({}))];
    let all = |site: &Site| {
        let text = formats(site, &feed(site, "fr", &releases));
        let ids = [
            between(&text.rss, "<guid isPermaLink=\"false\">", "</guid>"),
            between(&text.atom, "<id>", "</id>"),
        ];
        ids.concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(all(&here).len(), 2 + 1 + 2);
    assert_eq!(all(&here), all(&there));
    assert!(
        formats(&there, &feed(&there, "fr", &releases))
            .rss
            .contains("<link>https://news.example/fr/2016/06/release-1/</link>")
    );
}

#[test]
#[expect(non_snake_case)]
fn B35_new_topics_files_and_sizes_keep_the_id() {
    let site = site();
    let file = |size: u64| json!([{"sha256": "ab".repeat(32), "name": "a.pdf", "type": "application/pdf", "size": size}]);
    let edits = [
        json!({"revision": 2, "topics": ["trade"]}),
        json!({"revision": 3, "topics": ["research", "trade"], "media": file(1)}),
        json!({"revision": 4, "media": file(2)}),
        json!({"revision": 5, "texts": {"en": {"title": "Quite another title", "body": "Another text."}}}),
    ];
    let first = ids(&site, "en", &[revision(1, json!({}))]);
    for edit in edits {
        assert_eq!(ids(&site, "en", &[revision(1, edit)]), first);
    }
}

#[test]
#[expect(non_snake_case)]
fn B40_releases_of_one_event_have_ids_of_their_own() {
    let site = site();
    let event = json!({"event": {"name": "Coast Summit", "start": "2016-06-01"}, "texts": {"en": {"title": "Coast Summit", "body": "b"}}});
    let mut found = ids(&site, "en", &[1, 2, 3].map(|n| revision(n, event.clone())));
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 3);
}

#[test]
#[expect(non_snake_case)]
fn B43_B45_an_id_is_opaque_whatever_the_title_says() {
    let site = site();
    for title in [
        "новости-2016",
        "Nyheter om ø",
        "2016-06-09 Coast Summit closes",
        "闭幕",
        "a\"b<c>&d",
    ] {
        let release = revision(1, json!({"texts": {"en": {"title": title, "body": "b"}}}));
        for id in ids(&site, "zh", &[release]) {
            let digits = id.strip_prefix("urn:uuid:").unwrap();
            assert_eq!(Uuid::try_parse(digits).unwrap().to_string(), digits);
        }
    }
}

#[test]
#[expect(non_snake_case)]
fn B42_the_ids_of_feeds_are_the_same_char_by_char() {
    let site = site();
    let feed_id = |tag: &str| {
        let text = formats(&site, &feed(&site, tag, &[]));
        between(&text.atom, "<id>", "</id>")[0].to_owned()
    };
    assert_eq!(feed_id("en"), "urn:uuid:c43e6afc-2013-5866-b446-ab11eefe509b");
    assert_eq!(feed_id("ar"), "urn:uuid:d4bc6b90-a168-5b54-9c43-8b72d13491a9");
}

/// The contract wins over the entry: a stand-in has the id of the feed's language, so that the translation replaces it.
#[test]
#[expect(non_snake_case)]
fn B46_translations_share_a_release_and_have_ids_of_their_own() {
    let site = site();
    let text = |title: &str| json!({"title": title, "body": "b"});
    let release = revision(
        1,
        json!({"texts": {"en": text("Closing"), "fr": text("Clôture"), "zh": text("闭幕")}}),
    );
    let items: Vec<_> = ["en", "fr", "zh", "ar"]
        .map(|tag| feed(&site, tag, std::slice::from_ref(&release)).items.remove(0))
        .into();
    for (item, tag) in items.iter().zip(["en", "fr", "zh", "ar"]) {
        assert_eq!(item.id, entry_id(id(1), &lang(tag)));
        assert_eq!(item.more.release, id(1));
        let languages: Vec<&str> = item.more.translations.keys().map(Lang::as_str).collect();
        assert_eq!(languages, ["en", "fr", "zh"]);
    }
    let translated = revision(1, json!({"revision": 2, "texts": {"en": text("Closing"), "ar": text("اختتام")}}));
    assert_eq!(ids(&site, "ar", &[translated]), [items[3].id.clone()]);
}
