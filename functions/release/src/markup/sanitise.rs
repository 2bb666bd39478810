//! What of a body's HTML readers get.
//!
//! Two passes: ours keeps known tags and attributes and counts the depth in linear time; then `ammonia` balances
//! them and judges every value once more. Both are repeated until nothing changes.

use std::collections::{HashMap, HashSet};

use ammonia::UrlRelative;
use url::Url;

use super::{
    allowed::{DROPPED, LEFT_OUT, POLICY, WEB, attributes, value, written},
    cost::Cost,
    lex::{Token, decode, lex},
    plain,
};
use crate::clean::carries;

/// A text with more of them is given a place where lines may break, which nobody sees.
const AMPERSANDS: usize = 4_096;
/// Sanitised twice is nearly always sanitised for good; the rest is given up as text.
const PASSES: usize = 6;

/// HTML made of known tags, and what it costs to balance them.
pub(super) struct Prepared {
    html: String,
    pub(super) cost: Cost,
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
