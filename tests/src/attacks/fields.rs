//! Markup in every field that is no markup: inert in every document.

use scraper::Html;
use serde_json::{Value, json};

use super::payloads::faults;
use crate::{
    memory::Memory,
    newsroom::{self, Saved},
    properties::text::squashed,
};

const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "\"><details open ontoggle=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></script><!--\u{2028}<iframe srcdoc=x>",
    "]]><?xml version=\"1.0\"?>&bogus;\u{fffe}<!DOCTYPE x [<!ENTITY y \"z\">]>",
];

/// The site with a topic of that label.
fn site_toml(label: &str) -> String {
    format!(
        "{}\n[[topics]]\nid = \"hostile\"\nlabel = {{ en = {}, fr = \"x\" }}\n",
        newsroom::site_toml(),
        json!(label)
    )
}

fn release(hostile: &str) -> Value {
    // A file's name cannot hold a slash.
    let name = format!("{}.jpg", hostile.replace(['/', '\\'], ""));
    json!({
        "texts": {"en": {"title": hostile, "subtitle": hostile, "dateline": hostile, "summary": hostile, "body": hostile, "format": "text"}},
        "topics": ["hostile"],
        "event": {"name": hostile, "place": hostile},
        "media": [{"sha256": "0".repeat(64), "name": name, "type": "image/jpeg", "size": 1, "alt": {"en": hostile}, "caption": {"en": hostile}, "credit": hostile}],
        "links": [{"url": "https://a.example/?x=\"><script>alert(1)</script>", "label": {"en": hostile}}],
        "correction": {"note": {"en": hostile}}
    })
}

/// Attributes and elements by which something runs, in a whole page.
fn runs(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let mut found = Vec::new();
    for element in page.tree.nodes().filter_map(|node| node.value().as_element()) {
        let name = element.name();
        // Data never runs, and the script of the site is a file of its own; the menu has a list that opens.
        let ours = match name {
            "script" => {
                element.attr("type") == Some("application/ld+json") || element.attr("src").is_some_and(|src| src.ends_with("/copy.js"))
            }
            "details" => element.attrs().next().is_none(),
            _ => false,
        };
        if ours {
            continue;
        }
        if matches!(
            name,
            "script" | "svg" | "math" | "iframe" | "details" | "object" | "embed" | "form" | "style" | "base"
        ) {
            found.push(format!("<{name}>"));
        }
        for (key, value) in element.attrs() {
            if key.starts_with("on") || key == "style" || value.trim().to_ascii_lowercase().starts_with("javascript:") {
                found.push(format!("{key}={value} of <{name}>"));
            }
        }
    }
    found
}

/// Every text of a JSON document that is HTML.
fn contents(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().flat_map(contents).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value {
                Value::String(text) if name == "content_html" => vec![text.as_str()],
                value => contents(value),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// What stands in content that is ours besides a body: a figure, a notice.
fn checked(path: &str, html: &str) {
    assert_eq!(faults(html), Vec::<String>::new(), "{path}: {html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn S01_S06_S07_B116_B117_markup_in_any_field_is_text_in_every_document() {
    assert_eq!(runs("<p onclick=x><a href=' JavaScript:x'><svg>").len(), 3);
    for hostile in HOSTILE {
        let toml = site_toml(hostile.trim_matches('\u{fffe}'));
        let room = Memory::open(&toml).await;
        let site = release::Site::parse(&toml, "site.toml").unwrap();
        let saved = Saved::first(hostile);
        room.publish(&[newsroom::revision(&release(hostile), &site, saved).unwrap()]).await;
        let expected = squashed(&hostile.replace('\u{fffe}', ""));
        let mut seen = 0;
        for (path, text) in room.site().await {
            if path.ends_with(".html") {
                assert_eq!(runs(&text), Vec::<String>::new(), "{path}: {text}");
                seen += usize::from(squashed(&Html::parse_document(&text).root_element().text().collect::<String>()).contains(&expected));
            } else if path.ends_with("sitemap.xml") {
                // It names pages, not texts; the news one, which does, has no news of that year.
                assert!(!text.contains("alert(") && !text.contains("<script"), "{path}: {text}");
            } else if path.ends_with(".xml") {
                let feed = feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{path}: {e}: {text}"));
                for entry in &feed.entries {
                    checked(
                        &path,
                        entry
                            .content
                            .as_ref()
                            .and_then(|content| content.body.as_deref())
                            .unwrap_or_default(),
                    );
                    assert_eq!(squashed(&entry.title.as_ref().unwrap().content), expected, "{path}");
                    seen += 1;
                }
            } else if path.ends_with(".json") {
                let document: Value = serde_json::from_str(&text).unwrap();
                contents(&document).iter().for_each(|html| checked(&path, html));
                if let Some(title) = document["items"][0]["title"].as_str() {
                    assert_eq!(squashed(title), expected, "{path}");
                    seen += 1;
                }
            }
        }
        // Six languages: pages, homes, filled and strict feeds, a topic, archives.
        assert!(seen > 30, "{hostile} was seen {seen} times");
    }
}
