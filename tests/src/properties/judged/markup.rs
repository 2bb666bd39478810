//! Any Markdown and HTML, well-formed or not: harmless, and the same in every format.

use proptest::{collection::vec, prelude::*, sample::select};
use release::Faults;
use serde_json::{Value, json};

use super::{FEEDS, documents, lenient, refused, runner};
use crate::{
    newsroom::{self, Saved},
    properties::text::any_text,
    wire::Wire,
};

const NAMES: [&str; 40] = [
    "p",
    "div",
    "span",
    "a",
    "img",
    "b",
    "h1",
    "h2",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "caption",
    "pre",
    "code",
    "blockquote",
    "q",
    "del",
    "time",
    "br",
    "script",
    "style",
    "iframe",
    "svg",
    "math",
    "video",
    "source",
    "object",
    "embed",
    "form",
    "input",
    "select",
    "option",
    "title",
    "template",
    "details",
    "x-y",
    "plaintext",
];

const ATTRIBUTES: [&str; 18] = [
    "href",
    "src",
    "cite",
    "alt",
    "title",
    "style",
    "onclick",
    "id",
    "class",
    "lang",
    "dir",
    "srcset",
    "width",
    "colspan",
    "datetime",
    "hreflang",
    "data",
    "xlink:href",
];

const VALUES: [&str; 22] = [
    "https://a.example/",
    "http://a.example/b c",
    "https://user:pw@a.example/",
    "//evil.example/x",
    "/path",
    "../up",
    "?q=1",
    "#top",
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:x",
    "data:text/html,x",
    "mailto:a@example.org",
    "tel:+32",
    "https://bücher.example/闭?x=[1]|2",
    "https:\\\\evil.example",
    "rtl",
    "fr",
    "1",
    "position:fixed",
    "a.jpg 1x, //b.example/c 2x",
    "",
];

const MARKDOWN: [&str; 26] = [
    "# ",
    "\n## ",
    "\n* ",
    "\n1. ",
    "\n> ",
    "\n```\n",
    "`",
    "**",
    "_",
    "[x](https://a.example/ \"t\")",
    "[x](javascript:alert(1))",
    "![alt](pic.jpg)",
    "![](//a.example/b.png)",
    "<https://a.example/?a=b&c>",
    "<javascript:x>",
    "<mail@example.org>",
    "\n|a|b|\n|-|:-:|\n|1|2|\n",
    "\n\n    code\n",
    "\n---\n",
    "\\",
    "\n\n[r]: <../x y> 'z'\n",
    "[r]",
    "&copy;",
    "&#1;",
    "&#xD800;",
    "  \n",
];

fn tag() -> impl Strategy<Value = String> {
    let attribute = (select(ATTRIBUTES.to_vec()), select(VALUES.to_vec()), select(vec!["\"", "'", ""]));
    let attribute = attribute.prop_map(|(name, value, quote)| format!(" {name}={quote}{value}{quote}"));
    let open = (select(NAMES.to_vec()), vec(attribute, 0..3), select(vec![">", ">", ">", "/>", ""]));
    let open = open.prop_map(|(name, attributes, end)| format!("<{name}{}{end}", attributes.concat()));
    prop_oneof![3 => open, 2 => select(NAMES.to_vec()).prop_map(|name| format!("</{name}>"))]
}

/// A body and how it is written.
fn body() -> impl Strategy<Value = (String, &'static str)> {
    let html = vec(prop_oneof![3 => tag(), 2 => any_text(1..3)], 1..14);
    let html = html.prop_map(|parts| (parts.concat(), "html"));
    let markdown = vec(
        prop_oneof![3 => select(MARKDOWN.to_vec()).prop_map(str::to_owned), 2 => any_text(1..3), 1 => tag()],
        1..14,
    );
    let markdown = markdown.prop_map(|parts| (parts.concat(), "markdown"));
    prop_oneof![html, markdown]
}

fn public(draft: &Value) -> Result<feed::Public, Faults> {
    let saved = Saved::first("T");
    let site = newsroom::site();
    Ok(feed::Public::of(&newsroom::revision(draft, &site, saved)?, &site).unwrap())
}

fn harmless(wire: &mut Wire, body: &str, format: &str) -> Result<(), TestCaseError> {
    let site = newsroom::site();
    let draft = json!({"language": "fr", "texts": {"fr": {"title": "T", "body": body, "format": format}}});
    let public = match public(&draft) {
        Ok(public) => public,
        Err(found) => return refused(&found, &["/texts/fr/body"]),
    };
    for language in FEEDS {
        let mut first = None;
        for (kind, document) in documents(&public, &site, language) {
            let answer = wire.judge(kind, &document, json!({"lint": true}));
            prop_assert_eq!(&answer.findings, &Vec::<String>::new(), "{} {}:\n{}", language, kind, document);
            let entry = &answer.entries[0];
            prop_assert_eq!(&first.get_or_insert_with(|| entry.clone()).content, &entry.content, "{}", kind);
            for (reader, table) in answer.readers.each() {
                lenient(wire, &table[0], entry).map_err(|e| TestCaseError::fail(format!("{reader} {kind}: {e}")))?;
            }
        }
    }
    Ok(())
}

#[test]
fn any_markup_is_harmless_and_the_same_in_every_format() {
    let wire = std::cell::RefCell::new(Wire::open());
    let property = |(body, format): (String, &str)| harmless(&mut wire.borrow_mut(), &body, format);
    runner(100).run(&body(), property).unwrap_or_else(|e| panic!("{e}"));
}
