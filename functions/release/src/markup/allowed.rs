//! What readers get of HTML: elements, attributes and their values.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use url::Url;

use super::address;
use crate::clean::carries;

/// Elements that readers get. `div` and `span` only carry `lang` and `dir`.
const TAGS: [&str; 59] = [
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
    "col",
    "colgroup",
];
/// Containers that mean no more to a feed reader than a block.
const BLOCKS: [&str; 16] = [
    "address", "article", "aside", "center", "details", "dialog", "dir", "fieldset", "footer", "form", "header", "main", "nav", "section",
    "summary", "hgroup",
];
/// Left out with what they hold. All other unknown elements only lose their tags.
pub(super) const DROPPED: [&str; 9] = ["svg", "math", "select", "video", "audio", "object", "canvas", "head", "map"];
/// Formatting that readers do not get; a pasted page is parsed with it.
pub(super) const LEFT_OUT: [&str; 3] = ["big", "font", "nobr"];
pub(super) const WEB: [&str; 4] = ["http", "https", "mailto", "tel"];
pub(super) fn attributes(tag: &str) -> &'static [&'static str] {
    match tag {
        "a" => &["href", "title", "hreflang"],
        "abbr" => &["title"],
        "blockquote" | "q" => &["cite"],
        "del" | "ins" => &["cite", "datetime"],
        "img" => &["src", "alt", "width", "height"],
        "li" => &["value"],
        "ol" => &["start", "reversed", "type"],
        "td" => &["colspan", "rowspan"],
        "th" => &["colspan", "rowspan", "scope", "abbr"],
        "col" | "colgroup" => &["span"],
        "time" => &["datetime"],
        _ => &[],
    }
}

/// True for elements that begin a new line.
pub(super) fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
        || matches!(
            name,
            "p" | "div"
                | "br"
                | "hr"
                | "li"
                | "ul"
                | "ol"
                | "dl"
                | "dt"
                | "tr"
                | "table"
                | "caption"
                | "pre"
                | "blockquote"
                | "figure"
                | "figcaption"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "body"
                | "title"
                | "head"
        )
}

/// How an element is written, of those that readers get.
pub(super) fn written(name: &str) -> Option<&str> {
    match name {
        "h1" => Some("h2"),
        "tt" => Some("code"),
        "strike" => Some("s"),
        name if BLOCKS.contains(&name) => Some("div"),
        name if TAGS.contains(&name) => Some(name),
        _ => None,
    }
}

/// A value as it may be written, or nothing.
pub(super) fn value(tag: &str, attribute: &str, value: &str, base: &Url) -> Option<String> {
    let short = |plain: fn(char) -> bool| {
        let value = value.trim();
        (!value.is_empty() && value.len() <= 40 && value.chars().all(plain)).then(|| value.to_owned())
    };
    match attribute {
        "href" => address::absolute(value, base, &WEB),
        "src" | "cite" => address::absolute(value, base, &["http", "https"]),
        "width" | "height" | "colspan" | "rowspan" | "span" => short(|c| c.is_ascii_digit()),
        "start" | "value" => short(|c| c.is_ascii_digit() || c == '-'),
        "dir" => matches!(value, "ltr" | "rtl" | "auto").then(|| value.to_owned()),
        "lang" | "hreflang" | "scope" => short(|c| c.is_ascii_alphanumeric() || c == '-'),
        "type" => (tag == "ol" && matches!(value, "1" | "a" | "A" | "i" | "I")).then(|| value.to_owned()),
        "reversed" => Some(String::new()),
        "datetime" => short(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.' | '+' | ' ')),
        _ => Some(apart(&value.chars().filter(|c| carries(*c)).collect::<String>())),
    }
}

/// Words of an attribute that would end what a program may take them to stand in (a comment, an element without markup), with a space in
/// between: such programs leave the whole attribute out.
fn apart(words: &str) -> String {
    if !words.contains(['<', '>']) {
        return words.to_owned();
    }
    let words = words.replace("</", "< /").replace("-->", "-- >");
    words.replace("--!>", "--! >").replace("]>", "] >")
}

/// Tags, and the attributes of each.
type Policy = (HashSet<&'static str>, HashMap<&'static str, HashSet<&'static str>>);

pub(super) static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let tags: HashSet<&str> = TAGS.into_iter().collect();
    let allowed = TAGS
        .into_iter()
        .map(|tag| (tag, attributes(tag).iter().copied().collect()))
        .collect();
    (tags, allowed)
});
