//! Bytes that only a parser of somebody else's can judge: libxml2, expat and Python's strict JSON through `tests/judges/wire.py`.

use feed::Public;
use release::{Draft, Revision, Site};
use serde_json::{Value, json};

use super::{
    press::{formats, revision, sent, site},
    wire::{accepted, judge},
};
use crate::harness::PUBLIC;

/// The entries of the English feed as foreign parsers see them, in RSS, Atom and JSON; all three must be accepted.
fn seen(site: &Site, revisions: &[Revision], lint: bool) -> [Vec<Value>; 3] {
    let formats = formats(site, "en", revisions);
    let documents: Vec<(&str, &str)> = formats.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
    let answers = judge(&documents, lint);
    accepted(&answers);
    let entries = |n: usize| answers[n]["entries"].as_array().unwrap().clone();
    [entries(0), entries(1), entries(2)]
}

/// A field of the only entry, which must be the same in every format.
fn same(seen: &[Vec<Value>; 3], field: &str) -> Value {
    let [rss, ..] = seen;
    let mut first = rss[0][field].clone();
    if field == "summary" {
        // In RSS a description is HTML; in the other formats a summary is plain text.
        let html = first.as_str().unwrap();
        first = html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").into();
    }
    for (n, entries) in seen.iter().enumerate() {
        assert_eq!(entries.len(), 1);
        assert!(
            n == 0 || entries[0][field] == first,
            "{field} differs: {} and {first}",
            entries[0][field]
        );
    }
    first
}

#[test]
#[expect(non_snake_case)]
fn B1_B2_control_characters_leave_every_format_alike_and_the_author_is_told() {
    let site = site(&[]);
    let sent = sent(
        "Council\u{1d} closes its session",
        "duties \u{10}— \u{b}tariffs\u{8}\u{fffe}\n\tnext\u{9d}",
        "text",
    );
    let warnings = Draft::from_json(&sent, &site).unwrap().warnings;
    assert!(
        warnings[0].pointer == "/texts/en/title" && warnings[0].message.contains("U+001D"),
        "{warnings:?}"
    );
    let release = revision(&site, 1, &sent);
    let seen = seen(&site, std::slice::from_ref(&release), true);
    assert_eq!(same(&seen, "title"), "Council closes its session");
    assert_eq!(same(&seen, "content"), "<p>duties —<br>\ntariffs<br>\nnext</p>\n");
    let document: Value = serde_json::from_slice(&Public::of(&release, &site).unwrap().document()).unwrap();
    assert_eq!(document["texts"]["en"]["content_html"], same(&seen, "content"));
    let kept = super::press::sent("t", "<pre>a\tb\nc</pre>", "html");
    assert_eq!(
        same(&self::seen(&site, &[revision(&site, 1, &kept)], true), "content"),
        "<pre>a\tb\nc</pre>"
    );
}

#[test]
#[expect(non_snake_case)]
fn B4_a_cdata_end_comes_back_as_it_was() {
    let site = site(&[]);
    let mut sent = sent("x ]]> y & <item>", "<pre>if (a[b[0]]>1) ]]&gt;</pre>", "html");
    sent["texts"]["en"]["summary"] = json!("]]> at first, ]]]]>> inside and at last ]]>");
    let release = revision(&site, 1, &sent);
    // A literal `<` in a title is a known, accepted warning of linters.
    let seen = seen(&site, std::slice::from_ref(&release), false);
    assert_eq!(same(&seen, "title"), "x ]]> y & <item>");
    assert_eq!(same(&seen, "summary"), "]]> at first, ]]]]>> inside and at last ]]>");
    assert_eq!(same(&seen, "content"), "<pre>if (a[b[0]]&gt;1) ]]&gt;</pre>");
    assert!(!formats(&site, "en", &[release])[0].1.contains("<title><![CDATA["));
}

#[test]
#[expect(non_snake_case)]
fn B5_one_item_never_breaks_the_feed_of_the_others() {
    let site = site(&[]);
    let mut releases: Vec<Revision> = (0..20)
        .map(|n| revision(&site, n, &sent(&format!("Release {n}"), "b", "text")))
        .collect();
    let odd = "a\u{1d}]]>\u{b}<script>&\u{ffff}\u{8}\u{202e}";
    let mut sent = sent(odd, odd, "html");
    sent["media"] = json!([{"sha256": "0".repeat(64), "name": "a ]]>.jpg", "type": "image/jpeg", "size": 1, "alt": {"en": odd}, "caption": {"en": odd}, "credit": odd}]);
    sent["links"] = json!([{"url": "https://a.example/]]>", "label": {"en": odd}}]);
    sent["texts"]["en"]["dateline"] = json!(odd);
    releases.push(revision(&site, 20, &sent));
    for entries in seen(&site, &releases, false) {
        assert_eq!(entries.len(), 21);
        assert_eq!(entries[0]["title"], "a]]> <script>&");
        assert_eq!(entries[20]["title"], "Release 0");
    }
}

#[test]
#[expect(non_snake_case)]
fn B6_B13_every_text_field_goes_through_the_same_encoder() {
    let labels = ["<script></script>]]>", "Trade & Facilitation", "A<B", "\"quoted\" 'single'"];
    let list: Vec<String> = labels
        .iter()
        .enumerate()
        .map(|(n, label)| format!("[[topics]]\nid = \"t{n}\"\nlabel = {{ en = {} }}\n", json!(label)))
        .collect();
    let site = site(&[
        ("[[contacts]]", &format!("{}\n[[contacts]]", list.concat())),
        ("Tidewater Observation Council\"", "A ]]> <b> & C\""),
        ("Tidewater Newsroom", "News ]]> <i> & more"),
    ]);
    let mut sent = sent("t", "b", "text");
    sent["topics"] = json!(["t0", "t1", "t2", "t3"]);
    let release = revision(&site, 1, &sent);
    let seen = seen(&site, std::slice::from_ref(&release), false);
    assert_eq!(same(&seen, "categories"), json!(labels));
    let [(_, rss), (_, atom), _] = formats(&site, "en", &[release]);
    for (text, part) in [
        (&rss, "<category>Trade &amp; Facilitation</category>"),
        (&rss, "<title>News ]]&gt; &lt;i&gt; &amp; more</title>"),
        (&rss, "<dc:creator>A ]]&gt; &lt;b&gt; &amp; C</dc:creator>"),
        (&atom, "<category term=\"t1\" label=\"Trade &amp; Facilitation\"/>"),
        (&atom, "<category term=\"t3\" label=\"&quot;quoted&quot; "),
        (&atom, "<name>A ]]&gt; &lt;b&gt; &amp; C</name>"),
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
#[expect(non_snake_case)]
fn B7_B8_B10_B11_a_title_is_plain_text_and_escaped_once() {
    let site = site(&[]);
    let titles = [
        "Fees & Charges: “Phase 2” < Phase 3",
        "R&amp;D, not R&D",
        "The \"green\" lane isn't",
        "New <col> rule for tables",
        "Customs&#8217; &eacute;",
    ];
    let releases: Vec<Revision> = (0..)
        .zip(titles)
        .map(|(n, title)| revision(&site, n, &sent(title, "b", "text")))
        .collect();
    for entries in seen(&site, &releases, false) {
        let found: Vec<&str> = entries.iter().rev().map(|entry| entry["title"].as_str().unwrap()).collect();
        assert_eq!(found, titles);
    }
    // Escaped once means text: an Atom title of type html would be read once more.
    let atom = &formats(&site, "en", &releases)[1].1;
    assert_eq!(atom.matches("<title>").count(), titles.len() + 1);
    assert!(!atom.contains("<title "), "{atom}");
    // Without a tag in a title the linters have nothing to say either.
    let plain = revision(&site, 1, &sent("The \"green\" lane & more isn't", "b", "text"));
    assert_eq!(same(&seen(&site, &[plain], true), "title"), "The \"green\" lane & more isn't");
}

#[test]
#[expect(non_snake_case)]
fn B14_an_ampersand_in_an_address_is_no_entity() {
    let site = site(&[]);
    let url = "https://press.example.org/r?id=7&lang=fr&copy=1";
    let mut sent = sent("t", &format!("See {url} now"), "text");
    sent["links"] = json!([{"url": url}]);
    let seen = seen(&site, &[revision(&site, 1, &sent)], true);
    let content = same(&seen, "content");
    let content = content.as_str().unwrap();
    let href = "href=\"https://press.example.org/r?id=7&amp;lang=fr&amp;copy=1\"";
    assert_eq!(content.matches(href).count(), 2, "{content}");
    let shown = judge(&[("html", content)], true).remove(0);
    accepted(std::slice::from_ref(&shown));
    assert_eq!(shown["text"].as_str().unwrap().matches(url).count(), 2, "{shown}");
}

#[test]
#[expect(non_snake_case)]
fn B15_a_body_with_open_elements_is_escaped_html() {
    let site = site(&[]);
    let release = revision(&site, 1, &sent("t", "<p>a<br>b<hr><img src=\"/c.png\" alt=\"C\"><li>d", "html"));
    // The linter refuses content that is not of type html with one text inside, and a feed without an author.
    let seen = seen(&site, std::slice::from_ref(&release), true);
    let content = same(&seen, "content");
    assert!(
        content.as_str().unwrap().starts_with("<p>a<br>b</p><hr><img src=\"https://"),
        "{content}"
    );
    let atom = &formats(&site, "en", &[release])[1].1;
    assert!(atom.contains("<content type=\"html\">&lt;p&gt;a&lt;br&gt;b"), "{atom}");
}

#[test]
#[expect(non_snake_case)]
fn B18_B20_emoji_are_whole_wherever_a_text_is_cut() {
    let site = site(&[]);
    let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
    for (body, whole) in [
        (family.repeat(1_000), family.to_owned()),
        (format!("{}{}", "a".repeat(298), "🗳".repeat(9)), "🗳".to_owned()),
        (format!("{}{}", "a".repeat(298), "e\u{301}\u{323}".repeat(9)), "ẹ\u{301}".to_owned()),
    ] {
        let summary = same(&seen(&site, &[revision(&site, 1, &sent("t", &body, "text"))], true), "summary");
        let summary = summary.as_str().unwrap();
        let cut = summary.strip_suffix('…').unwrap();
        assert!((290..300).contains(&cut.chars().count()), "{summary}");
        assert_eq!(cut.trim_start_matches('a').replace(&whole, ""), "", "{summary:?}");
    }
}

#[test]
#[expect(non_snake_case)]
fn B24_line_ends_and_script_ends_are_strict_json() {
    let site = site(&[]);
    let seen = seen(
        &site,
        &[revision(
            &site,
            1,
            &sent("t", "one\ntwo\tthree\u{2028}four </script> \"five\" \\six\u{7f}", "text"),
        )],
        true,
    );
    assert_eq!(
        same(&seen, "content"),
        "<p>one<br>\ntwo\tthree\u{2028}four &lt;/script&gt; \"five\" \\six</p>\n"
    );
}

#[test]
#[expect(non_snake_case)]
fn B47_B55_B58_addresses_of_a_body_are_absolute_encoded_and_harmless() {
    let site = site(&[]);
    let body = "<a href=\"#annex\">a</a><img src=\"/media/a.png\" alt=\"A\"><a href=\"https://bücher.example/闭幕/caf%C3%A9\">b</a>\
                <a href=\" jAvaScript&#58;x\">c</a><a href=\"data:text/html,x\">d</a><a href=\"//e.example\">e</a>";
    let content = same(&seen(&site, &[revision(&site, 1, &sent("t", body, "html"))], true), "content");
    accepted(&judge(&[("html", content.as_str().unwrap())], true));
    let page = format!("{PUBLIC}/en/2026/03/release-1/");
    let expected = format!(
        "<a href=\"{page}#annex\">a</a><img src=\"{PUBLIC}/media/a.png\" alt=\"A\">\
         <a href=\"https://xn--bcher-kva.example/%E9%97%AD%E5%B9%95/caf%C3%A9\">b</a><a>c</a><a>d</a><a href=\"https://e.example/\">e</a>"
    );
    assert_eq!(content, expected);
}

#[test]
#[expect(non_snake_case)]
fn B99_B100_every_prefix_is_declared_and_atom_is_the_default_namespace() {
    let site = site(&[("hubs = []", "hubs = [\"https://hub.tidewater.example/\"]")]);
    let mut sent = sent("t", "b", "text");
    sent["media"] = json!([{"sha256": "0".repeat(64), "name": "a.jpg", "type": "image/jpeg", "size": 1, "alt": {"en": "A"}}]);
    let mut withdrawn = revision(&site, 2, &sent);
    withdrawn.status = release::Status::Withdrawn;
    withdrawn.reason = [(withdrawn.language.clone(), "Sent too early.".to_owned())].into();
    let releases = [revision(&site, 1, &sent), withdrawn];
    let formats = formats(&site, "en", &releases);
    let documents: Vec<(&str, &str)> = formats.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
    accepted(&judge(&documents, true));
    let (rss, atom) = (&formats[0].1, &formats[1].1);
    assert!(atom.contains("<feed xmlns=\"http://www.w3.org/2005/Atom\""), "{atom}");
    // The judge sees a missing declaration: without each one a document is refused.
    for (kind, text, prefixes) in [("rss", rss, &["atom", "content", "dc", "media"][..]), ("atom", atom, &["at"])] {
        for prefix in prefixes {
            let declared = format!(" xmlns:{prefix}=");
            assert_eq!(text.matches(&declared).count(), 1, "{text}");
            let bare = text.replace(&declared, " data=");
            assert_ne!(judge(&[(kind, &bare)], false)[0]["findings"], json!([]), "{prefix}");
        }
    }
}
