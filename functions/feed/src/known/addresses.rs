//! Sections 1 and 3: the first byte, what is cut, and addresses.

use serde_json::json;

use super::*;

#[test]
#[expect(non_snake_case)]
fn B22_the_first_byte_is_the_one_that_counts() {
    let site = site();
    for releases in [vec![], vec![revision(1, json!({}))]] {
        let text = formats(&site, &feed(&site, "en", &releases));
        assert!(text.rss.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"), "{}", text.rss);
        assert!(text.atom.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"), "{}", text.atom);
        assert!(text.json.starts_with('{'), "{}", text.json);
    }
    let public = Public::of(&revision(1, json!({})), &site).unwrap();
    assert!(
        crate::release_page(&public, &site, &lang("en"))
            .unwrap()
            .starts_with(b"<!doctype html>")
    );
}

#[test]
#[expect(non_snake_case)]
fn B17_a_summary_is_cut_before_it_is_escaped() {
    let site = site();
    // The 300th character is in the middle of what the body writes as `&quot;`.
    let body = format!("<p>{}&amp; more, {}</p>", "&quot;ab&quot; ".repeat(60), "so on ".repeat(50));
    let release = revision(1, json!({"texts": {"en": {"title": "t", "body": body, "format": "html"}}}));
    let view = feed(&site, "en", &[release]);
    let summary = &view.items[0].summary;
    let kept = summary.strip_suffix('…').unwrap();
    assert!("\"ab\" ".repeat(60).starts_with(kept), "{summary}");
    assert!((290..=299).contains(&kept.chars().count()), "{summary}");
    let text = formats(&site, &view);
    let whole = format!("<summary>{}</summary>", summary.replace('"', "&quot;"));
    assert!(text.atom.contains(&whole), "{}", text.atom);
    assert!(
        text.rss.contains(&format!("<description><![CDATA[{summary}]]></description>")),
        "{}",
        text.rss
    );
}

#[test]
#[expect(non_snake_case)]
fn B54_no_white_space_stands_in_or_behind_an_address() {
    let site = site();
    // What a release says must not be taken for an element.
    let texts = json!({"en": {"title": "a <link>b</link> c", "summary": "<link>x</link> <guid y>z</guid> end", "body": "<pre>&lt;link&gt;\n</pre>", "format": "html"}});
    let view = feed(&site, "en", &[revision(1, json!({})), revision(2, json!({"texts": texts}))]);
    let text = formats(&site, &view);
    for (open, close, count) in [("<link>", "</link>", 3), ("<guid isPermaLink=\"false\">", "</guid>", 2)] {
        let mut found = 0;
        for part in text.rss.split(open).skip(1) {
            let (inside, behind) = part.split_once(close).unwrap();
            found += 1;
            assert!(!inside.contains(char::is_whitespace), "{inside:?}");
            assert!(behind.starts_with('<'), "{:?}", &behind[..20]);
        }
        assert_eq!(found, count, "{}", text.rss);
    }
    let summary = "<![CDATA[&lt;link&gt;x&lt;/link&gt; &lt;guid y&gt;z&lt;/guid&gt; end]]>";
    assert!(text.rss.contains(summary), "{}", text.rss);
    for href in between(&text.atom, "href=\"", "\"") {
        assert!(!href.contains(char::is_whitespace), "{href:?}");
    }
}

#[test]
#[expect(non_snake_case)]
fn B47_B49_B51_every_address_is_absolute_without_a_base() {
    let site = site();
    let body = "<img src=\"/media/a.png\"><a href=\"#annex\">x</a><a href=\"b.html\">y</a><a href=\"//c.example/d\">z</a>";
    let file = json!([{"sha256": "ab".repeat(32), "name": "Résumé 1.pdf", "type": "application/pdf", "size": 1}]);
    let release = revision(
        1,
        json!({"texts": {"en": {"title": "t", "body": body, "format": "html"}}, "media": file}),
    );
    let view = feed(&site, "fr", &[release]);
    let content = &view.items[0].content_html;
    for absolute in [
        "src=\"https://press.tidewater.example/media/a.png\"",
        "href=\"https://press.tidewater.example/en/2016/06/release-1/#annex\"",
        "href=\"https://press.tidewater.example/en/2016/06/release-1/b.html\"",
        "href=\"https://c.example/d\"",
    ] {
        assert!(content.contains(absolute), "{content}");
    }
    let text = formats(&site, &view);
    let attributes =
        [" href=\"", " src=\"", " url=\""].map(|open| [between(&text.atom, open, "\""), between(&text.rss, open, "\"")].concat());
    let elements = [("<link>", "</link>"), ("<id>", "</id>"), ("<uri>", "</uri>")]
        .map(|(open, close)| [between(&text.atom, open, close), between(&text.rss, open, close)].concat());
    let all: Vec<&str> = attributes.into_iter().chain(elements).flatten().collect();
    assert!(all.len() > 20, "{all:?}");
    for url in all {
        assert!(url.starts_with("https://") || url.starts_with("urn:uuid:"), "{url}");
        assert!(url.is_ascii(), "{url}");
    }
    assert!(text.rss.contains("/R%C3%A9sum%C3%A9%201.pdf\""), "{}", text.rss);
    assert!(!text.atom.contains("xml:base") && !text.rss.contains("xml:base"));
}

#[test]
#[expect(non_snake_case)]
fn B57_a_host_with_an_umlaut_is_punycoded_in_links_and_enclosures() {
    let site = site_with(&[("press.tidewater.example", "bücher.example")]);
    let file = json!([{"sha256": "ab".repeat(32), "name": "a.pdf", "type": "application/pdf", "size": 1}]);
    let text = formats(&site, &feed(&site, "en", &[revision(1, json!({"media": file}))]));
    for format in [text.rss, text.atom, text.json] {
        assert!(
            !format.contains("bücher") && format.contains("https://xn--bcher-kva.example/media/"),
            "{format}"
        );
    }
}
