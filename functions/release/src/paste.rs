//! Understands what a press officer pastes: plain text, Markdown or HTML.

mod document;
mod text;

use crate::Format;

pub use document::html;
pub use text::{markdown, plain};

/// What was understood of a pasted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paste {
    /// Headline.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// The date as written.
    pub date: Option<String>,
    /// What remains.
    pub body: String,
    /// How the body is written.
    pub format: Format,
    /// Language of an HTML document that says so.
    pub language: Option<String>,
    /// What was left out or noticed, for a person to check.
    pub notes: Vec<String>,
}

impl Paste {
    fn empty(format: Format) -> Self {
        Self {
            title: String::new(),
            subtitle: String::new(),
            date: None,
            body: String::new(),
            format,
            language: None,
            notes: Vec::new(),
        }
    }
}
