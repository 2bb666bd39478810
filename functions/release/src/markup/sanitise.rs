//! What of a body's HTML readers get.
//!
//! Two passes: ours keeps known tags and attributes and counts the depth in linear time; then `ammonia` balances
//! them and judges every value once more. Both are repeated until nothing changes.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::UrlRelative;
use url::Url;

use super::{address, cost::Cost, lex::Token, lex::decode, lex::lex, plain};
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
const DROPPED: [&str; 9] = ["svg", "math", "select", "video", "audio", "object", "canvas", "head", "map"];
/// Formatting that readers do not get; a pasted page is parsed with it.
const LEFT_OUT: [&str; 3] = ["big", "font", "nobr"];
const WEB: [&str; 4] = ["http", "https", "mailto", "tel"];
/// A text with more of them is given a place where lines may break, which nobody sees.
const AMPERSANDS: usize = 4_096;
/// Sanitised twice is nearly always sanitised for good; the rest is given up as text.
const PASSES: usize = 6;

/// HTML made of known tags, and what it costs to balance them.
pub(super) struct Prepared {
    html: String,
    pub(super) cost: Cost,
}

fn attributes(tag: &str) -> &'static [&'static str] {
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

/// A link to what a reader's program cannot show in place.
fn source_link(source: &str) -> Option<String> {
    let shown = decode(source);
    let shown = shown.trim();
    let scheme = shown.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    if shown.is_empty() || (scheme.contains(':') && !matches!(scheme.as_str(), "http:" | "https:")) {
        return None;
    }
    let text = plain::escape(shown);
    Some(format!("<a href=\"{text}\">{text}</a>"))
}

/// Our pass: known tags and attributes only, in linear time.
pub(super) fn prepare(html: &str) -> Prepared {
    let tokens = lex(html);
    let mut last_close: HashMap<&str, usize> = HashMap::new();
    for (at, token) in tokens.iter().enumerate() {
        if let Token::Close { name } = token {
            last_close.insert(name, at);
        }
    }
    let mut out = Out::default();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        at += 1;
        match token {
            Token::Text(text) => out.text(text),
            Token::Close { name } => out.close(name),
            Token::Open { name, .. } if name == "iframe" || name == "embed" => {
                out.link(token.attribute("src"));
            }
            Token::Open { name, .. } if DROPPED.contains(&name.as_str()) => {
                let linked = out.link(token.attribute("src").or_else(|| token.attribute("data")));
                // Without an end tag nothing is known to stand inside.
                if last_close.get(name.as_str()).is_some_and(|close| *close >= at) {
                    let mut linked = linked || !matches!(name.as_str(), "video" | "audio");
                    let mut depth = 1;
                    while depth > 0 && at < tokens.len() {
                        match &tokens[at] {
                            Token::Open { name: inner, .. } if inner == name => depth += 1,
                            Token::Close { name: inner } if inner == name => depth -= 1,
                            source @ Token::Open { name: inner, .. } if inner == "source" && !linked => {
                                linked = out.link(source.attribute("src"));
                            }
                            _ => {}
                        }
                        at += 1;
                    }
                }
            }
            Token::Open { name, .. } => out.open(name, token),
        }
    }
    Prepared {
        html: out.html,
        cost: out.cost,
    }
}

#[derive(Default)]
struct Out {
    html: String,
    cost: Cost,
    /// Since the last tag, and in the text before it.
    ampersands: usize,
    ampersands_before: usize,
}

/// How an element is written, of those that readers get.
fn written(name: &str) -> Option<&str> {
    match name {
        "h1" => Some("h2"),
        "tt" => Some("code"),
        "strike" => Some("s"),
        name if BLOCKS.contains(&name) => Some("div"),
        name if TAGS.contains(&name) => Some(name),
        _ => None,
    }
}

impl Out {
    fn text(&mut self, text: &str) {
        // A line end behind `<pre>` is not kept by parsers: leave it out for good.
        let text = if self.html.ends_with("<pre>") {
            text.trim_start_matches(['\n', '\r'])
        } else {
            text
        };
        self.cost.text(text);
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        // Whoever writes HTML looks, at each of them, through all of the text behind it.
        let mut rest = text.as_str();
        while let Some(at) = rest
            .match_indices('&')
            .nth(AMPERSANDS - self.ampersands.min(AMPERSANDS))
            .map(|(at, _)| at)
        {
            self.html.push_str(&rest[..at]);
            self.html.push_str("<wbr>");
            self.ampersands = 0;
            rest = &rest[at..];
        }
        self.ampersands += rest.matches('&').count();
        self.html.push_str(rest);
    }

    fn link(&mut self, source: Option<&str>) -> bool {
        let link = source.and_then(source_link);
        if let Some(link) = &link {
            self.html.push_str(link);
            self.ampersands = 0;
            self.cost.open("a", link.len());
            self.cost.close("a");
        }
        link.is_some()
    }

    fn open(&mut self, name: &str, token: &Token) {
        let Some(name) = written(name) else {
            if LEFT_OUT.contains(&name) {
                self.cost.open(name, token.bytes());
            }
            return;
        };
        if name == "img" && token.attribute("src").is_none() {
            return;
        }
        self.ampersands_before = std::mem::take(&mut self.ampersands);
        let start = self.html.len();
        self.html.push('<');
        self.html.push_str(name);
        if let Token::Open { attributes: found, .. } = token {
            for (key, value) in found {
                let known = attributes(name).contains(&key.as_str()) || key == "lang" || key == "dir";
                if known && name != "pre" {
                    self.html.push_str(&format!(" {key}=\"{}\"", value.replace('"', "&quot;")));
                }
            }
        }
        self.html.push('>');
        self.cost.open(name, self.html.len() - start + name.len() + 3);
    }

    fn close(&mut self, name: &str) {
        let Some(name) = written(name) else {
            if LEFT_OUT.contains(&name) {
                self.cost.close(name);
            }
            return;
        };
        self.cost.close(name);
        // An empty paragraph is what is left when a block in it went away.
        if name == "p" && self.html.ends_with("<p>") {
            self.html.truncate(self.html.len() - 3);
            self.ampersands = self.ampersands_before;
            return;
        }
        self.ampersands = 0;
        self.html.push_str("</");
        self.html.push_str(name);
        self.html.push('>');
    }
}

/// A value as it may be written, or nothing.
fn value(tag: &str, attribute: &str, value: &str, base: &Url) -> Option<String> {
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

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let tags: HashSet<&str> = TAGS.into_iter().collect();
    let allowed = TAGS
        .into_iter()
        .map(|tag| (tag, attributes(tag).iter().copied().collect()))
        .collect();
    (tags, allowed)
});

/// One whole pass; nothing when the markup cannot be balanced in good time.
fn pass(html: &str, base: &Url) -> Option<String> {
    let prepared = prepare(html);
    prepared.cost.bounded().ok()?;
    let page = base.clone();
    let clean = ammonia::Builder::default()
        .tags(POLICY.0.clone())
        .tag_attributes(POLICY.1.clone())
        .generic_attributes(HashSet::from(["lang", "dir"]))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .url_schemes(WEB.into_iter().collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .attribute_filter(move |tag, attribute, found| value(tag, attribute, found, &page).map(Into::into))
        .clean(&prepared.html)
        .to_string();
    if clean.chars().all(carries) {
        return Some(clean);
    }
    // `&#1;` became the character itself. CR can only come from `&#13;`.
    Some(clean.chars().filter(|c| carries(*c)).collect())
}

/// Sanitised HTML that sanitising changes no more.
pub(super) fn sanitise(html: &str, base: &Url) -> String {
    let mut found = html.to_owned();
    for _ in 0..PASSES {
        match pass(&found, base) {
            Some(next) if next == found => return found,
            Some(next) => found = next,
            None => break,
        }
    }
    // Too deep or never at rest: the words without the layout.
    let text: String = super::html_to_text(html).chars().filter(|c| carries(*c)).collect();
    let mut paragraphs = String::new();
    for line in text.lines() {
        paragraphs.push_str(&format!("<p>{}</p>", ammonia_text(line)));
    }
    paragraphs
}

/// Escaped as `ammonia` writes it, so that it is its own sanitised form.
fn ammonia_text(line: &str) -> String {
    let mut html = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\u{a0}' => html.push_str("&nbsp;"),
            c => html.push(c),
        }
    }
    html
}
