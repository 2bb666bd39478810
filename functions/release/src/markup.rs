//! Bodies become sanitised HTML.
//!
//! Whatever comes in, what goes out is balanced, has absolute URLs only, and is what it becomes when sanitised again.

mod address;
mod allowed;
mod cost;
mod lex;
mod markdown;
mod plain;
mod sanitise;

use pulldown_cmark::{Options, Parser};
use url::Url;

pub(crate) use address::{shown, web_address};
pub(crate) use lex::{Token, lex};
pub use markdown::to_markdown;

use crate::{Format, Limits};

/// Converted Markdown may be longer than its source, but not without end.
const CONVERTED_BYTES: usize = 4 * Limits::BODY_BYTES;

/// Refuses a body that is too large or too deep to be rendered.
///
/// # Errors
/// Says which limit and what was found.
pub fn check_body(body: &str, format: Format) -> Result<(), String> {
    if body.len() > Limits::BODY_BYTES {
        return Err(format!(
            "a text has at most {} bytes, found {}; shorten it or attach the long version as a file",
            Limits::BODY_BYTES,
            body.len()
        ));
    }
    let converted;
    let html = match format {
        Format::Text => return Ok(()),
        Format::Html => body,
        Format::Markdown => {
            converted = commonmark(body)
                .ok_or_else(|| format!("as HTML the text has more than {CONVERTED_BYTES} bytes; it repeats links or tables too often"))?;
            &converted
        }
    };
    sanitise::prepare(html).cost.bounded()
}

/// Sanitised HTML with absolute URLs; `base` is the page the body stands on.
pub fn to_html(body: &str, format: Format, base: &Url) -> String {
    match format {
        Format::Html => sanitise::sanitise(body, base),
        Format::Text => sanitise::sanitise(&plain::paragraphs(body), base),
        Format::Markdown => match commonmark(body) {
            Some(html) => sanitise::sanitise(&html, base),
            None => sanitise::sanitise(&plain::paragraphs(body), base),
        },
    }
}

/// The text of sanitised HTML: one line per block, white space folded, entities decoded.
pub fn html_to_text(html: &str) -> String {
    let mut flat = String::with_capacity(html.len());
    for token in lex(html) {
        match token {
            Token::Text(text) => flat.push_str(&text.replace('\n', " ")),
            Token::Open { name, .. } | Token::Close { name } => match name.as_str() {
                "td" | "th" | "dd" | "rt" => flat.push(' '),
                name if allowed::is_block(name) => flat.push('\n'),
                _ => {}
            },
        }
    }
    let text = lex::decode(&flat);
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// `CommonMark` (and tables) as HTML; nothing when it grows beyond all bounds.
fn commonmark(body: &str) -> Option<String> {
    let mut html = String::with_capacity(body.len() * 3 / 2);
    let parser = Parser::new_ext(body, Options::ENABLE_TABLES);
    pulldown_cmark::html::write_html_fmt(Bounded(&mut html), parser).ok()?;
    Some(html)
}

struct Bounded<'a>(&'a mut String);

impl std::fmt::Write for Bounded<'_> {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        if self.0.len() + part.len() > CONVERTED_BYTES {
            return Err(std::fmt::Error);
        }
        self.0.push_str(part);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
