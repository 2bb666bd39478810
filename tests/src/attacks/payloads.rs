//! The list of hostile bodies, what the product makes of them, and another eye on it than the sanitiser's.

use std::collections::{BTreeMap, BTreeSet};

use release::{Draft, Format, Status};
use scraper::{ElementRef, Html};
use serde_json::{Value, json};
use url::Url;

use crate::{
    harness::top,
    memory::Memory,
    newsroom::{self, Saved},
};

/// Languages of one release, and how the body is written in each.
pub(super) const WRITTEN: [(&str, &str, Format); 3] = [
    ("en", "html", Format::Html),
    ("fr", "markdown", Format::Markdown),
    ("es", "text", Format::Text),
];
/// Releases of one batch.
const BATCH: usize = 50;

/// Every body of `tests/judges/payloads.txt`.
pub(super) fn payloads() -> Vec<String> {
    let text = std::fs::read_to_string(top().join("tests/judges/payloads.txt")).unwrap();
    let (_, list) = text.split_once("\n== ").unwrap();
    let lines = list.lines().skip(1);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("== "))
        .map(unescaped)
        .collect()
}

/// The escapes that the head of the list explains.
fn unescaped(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        let braced = |escape: &str| {
            let (inside, behind) = escape[2..].split_once('}').unwrap_or_else(|| panic!("an open brace in {line}"));
            (inside.to_owned(), behind.len())
        };
        let used = match escape.chars().next() {
            Some('n') => {
                out.push('\n');
                1
            }
            Some('t') => {
                out.push('\t');
                1
            }
            Some('r') => {
                out.push('\r');
                1
            }
            Some('u') => {
                let (hex, behind) = braced(escape);
                out.push(char::from_u32(u32::from_str_radix(&hex, 16).unwrap()).unwrap());
                escape.len() - behind
            }
            Some('*') => {
                let (inside, behind) = braced(escape);
                let (count, part) = inside.split_once(' ').unwrap();
                out.push_str(&part.repeat(count.parse().unwrap()));
                escape.len() - behind
            }
            _ => {
                out.push('\\');
                usize::from(escape.starts_with('\\'))
            }
        };
        rest = &escape[used..];
    }
    out + rest
}

/// A body as readers get it.
pub(super) struct Published {
    pub(super) sent: String,
    pub(super) format: &'static str,
    pub(super) html: String,
    /// The page on which it stands.
    pub(super) base: Url,
}

fn draft(texts: &BTreeMap<&str, Value>) -> Value {
    json!({"language": texts.keys().next(), "texts": texts})
}

/// Sends every payload in every format, publishes what is taken, and reads it back out of the site bucket.
pub(super) async fn published() -> Vec<Published> {
    let site = newsroom::site();
    let mut releases = Vec::new();
    let mut sent = Vec::new();
    for (n, payload) in (1..).zip(payloads()) {
        let mut texts = BTreeMap::new();
        for (language, format, _) in WRITTEN {
            let text = json!({"title": "T", "body": payload, "format": format});
            match Draft::from_json(&draft(&[(language, text.clone())].into()), &site) {
                Ok(_) => drop(texts.insert(language, text)),
                // Only what no reader could show anyway may be refused.
                Err(found) => {
                    let found = found.to_string();
                    assert!(
                        found.contains("stand inside each other") || found.contains("NUL"),
                        "{payload}: {found}"
                    );
                }
            }
        }
        if texts.is_empty() {
            continue;
        }
        let slug = format!("payload {n}");
        let saved = Saved {
            number: n,
            revision: 1,
            status: Status::Published,
            at: "2024-06-06T15:00:00Z",
            published: "2024-06-06T15:00:00Z",
            first_title: &slug,
        };
        releases.push(newsroom::revision(&draft(&texts), &site, saved).unwrap());
        sent.push((payload, texts));
    }
    let room = Memory::open(&newsroom::site_toml()).await;
    for batch in releases.chunks(BATCH) {
        room.publish(batch).await;
    }
    let mut found = Vec::new();
    for (revision, (payload, texts)) in releases.iter().zip(sent) {
        let document = room.json(&format!("releases/{}.json", revision.id)).await;
        for (language, format, _) in WRITTEN {
            if !texts.contains_key(language) {
                continue;
            }
            let text = &document["texts"][language];
            let html = text["content_html"].as_str().unwrap().to_owned();
            let base = Url::parse(text["url"].as_str().unwrap()).unwrap();
            let page = room.text(&format!("{}index.html", base.path())).await;
            assert!(
                without_frames(&page).contains(&without_frames(&html)),
                "the page shows something else than the JSON: {page}"
            );
            found.push(Published {
                sent: payload.clone(),
                format,
                html,
                base,
            });
        }
    }
    found
}

/// Without the frames in which the tables of a page move. A text has none: nothing of them may stand in it.
fn without_frames(html: &str) -> String {
    let start = "<div class=\"wide\" role=\"group\" aria-label=\"";
    let mut parts = html.split(start);
    let first = parts.next().unwrap().to_owned();
    let whole = parts.fold(first, |whole, part| {
        let (_, inside) = part.split_once("\" tabindex=\"0\"><table").unwrap();
        whole + "<table" + inside
    });
    whole.replace("</table></div>", "</table>")
}

/// What readers may get of a body, and nothing else.
const ELEMENTS: &str = "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i \
                        img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead time tr u ul var wbr";
const ATTRIBUTES: &str =
    "abbr alt cite colspan datetime dir height href hreflang lang reversed rowspan scope span src start title type value width";

/// What is wrong with HTML that readers get, as html5ever parses it.
pub(super) fn faults(html: &str) -> Vec<String> {
    let elements: BTreeSet<&str> = ELEMENTS.split_whitespace().collect();
    let attributes: BTreeSet<&str> = ATTRIBUTES.split_whitespace().collect();
    let fragment = Html::parse_fragment(html);
    let mut faults = Vec::new();
    for element in fragment.root_element().descendants().filter_map(ElementRef::wrap).skip(1) {
        let name = element.value().name();
        if !elements.contains(name) {
            faults.push(format!("the element {name}"));
        }
        for (key, value) in element.value().attrs() {
            if !attributes.contains(key) {
                faults.push(format!("the attribute {key} of {name}"));
            }
            if matches!(key, "href" | "src" | "cite") {
                let url = Url::parse(value);
                let good = url.is_ok_and(|url| {
                    let known = matches!(url.scheme(), "http" | "https") || (key == "href" && matches!(url.scheme(), "mailto" | "tel"));
                    known && url.username().is_empty() && url.password().is_none()
                });
                if !good || !value.is_ascii() || value.contains([' ', '\\', '<', '"']) {
                    faults.push(format!("the address {value:?}"));
                }
            }
        }
    }
    let odd = |node: &scraper::Node| node.is_comment() || node.is_doctype() || node.as_processing_instruction().is_some();
    if fragment.tree.nodes().any(|node| odd(node.value())) {
        faults.push("a comment or a declaration".to_owned());
    }
    faults
}

#[test]
fn the_list_of_payloads_is_long_and_its_escapes_are_read() {
    let all = payloads();
    let different: BTreeSet<&String> = all.iter().collect();
    assert!(
        different.len() == all.len() && all.len() >= 150,
        "{} of {}",
        different.len(),
        all.len()
    );
    assert_eq!(unescaped("a\\n\\\\b\\u{2028}\\*{3 xy }c"), "a\n\\b\u{2028}xy xy xy c");
    assert!(all.iter().any(|one| one.len() > 9_000) && all.iter().any(|one| one.contains('\0')));
}

#[test]
fn S01_S02_S03_S04_B116_B118_of_every_payload_only_known_elements_attributes_and_addresses_are_left() {
    // The eye sees what it looks for.
    for bad in [
        "<p onclick=x>",
        "<script>x</script>",
        "<a href=javascript:x>",
        "<a href=/x>",
        "<a href='https://a@b.example/'>",
        "<p id=x>",
        "<!-- x -->",
        "<svg><a/></svg>",
        "<img src='mailto:x@a.example'>",
    ] {
        assert_ne!(faults(bad), Vec::<String>::new(), "{bad}");
    }
    let base = Url::parse("https://press.example.org/en/2016/06/closing/").unwrap();
    for payload in payloads() {
        for (_, name, format) in WRITTEN {
            let once = release::to_html(&payload, format, &base);
            assert_eq!(faults(&once), Vec::<String>::new(), "{name} {payload:?}: {once}");
            let twice = release::to_html(&once, Format::Html, &base);
            assert_eq!(twice, once, "sanitised again, {name} of {payload:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn S01_S02_every_payload_that_is_published_is_harmless_where_it_is_stored_and_sanitised_for_good() {
    let all = published().await;
    assert!(all.len() > 2 * payloads().len(), "only {} were taken", all.len());
    for one in &all {
        assert_eq!(
            faults(&one.html),
            Vec::<String>::new(),
            "{} {:?}: {}",
            one.format,
            one.sent,
            one.html
        );
        assert_eq!(
            release::to_html(&one.html, Format::Html, &one.base),
            one.html,
            "{} {:?}",
            one.format,
            one.sent
        );
    }
}
