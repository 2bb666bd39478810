//! Understands what a press officer pastes.

use crate::Format;

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

/// Plain text.
pub fn plain(text: &str) -> Paste {
    Paste {
        title: text.lines().next().unwrap_or_default().to_owned(),
        subtitle: String::new(),
        date: None,
        body: text.to_owned(),
        format: Format::Text,
        language: None,
        notes: Vec::new(),
    }
}

/// `CommonMark`.
pub fn markdown(text: &str) -> Paste {
    plain(text)
}

/// An HTML document or fragment.
pub fn html(text: &str) -> Paste {
    plain(text)
}
