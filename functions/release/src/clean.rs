//! Makes text safe for XML once, where it enters.

/// Cleaned text and what was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The text without what no feed can carry.
    pub text: String,
    /// Characters removed, in order.
    pub removed: Vec<char>,
}

/// A text of several lines.
pub fn clean_text(text: &str) -> Cleaned {
    Cleaned {
        text: text.to_owned(),
        removed: Vec::new(),
    }
}

/// A text of one line: a title, a label, a name.
pub fn clean_line(text: &str) -> Cleaned {
    Cleaned {
        text: text.split_whitespace().collect::<Vec<_>>().join(" "),
        removed: Vec::new(),
    }
}
