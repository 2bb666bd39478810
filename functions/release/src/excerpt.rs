//! Short texts from long ones.

/// At most `max` characters, cut between words.
pub fn excerpt(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}
