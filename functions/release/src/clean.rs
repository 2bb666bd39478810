//! Makes text safe for XML once, where it enters.
//!
//! It never changes what a reader sees: only characters that no feed can carry are taken out.

use unicode_normalization::UnicodeNormalization;

/// Cleaned text and what was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The text without what no feed can carry.
    pub text: String,
    /// Characters removed that the author should know about, in order.
    pub removed: Vec<char>,
}

/// True for characters that XML 1.0 can carry and that mean something in a text.
pub(crate) fn carries(c: char) -> bool {
    match c {
        '\t' | '\n' => true,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}' => false,
        _ => u32::from(c) & 0xfffe != 0xfffe,
    }
}

/// Embedding, override and isolate characters make a line read other than it is written.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Spaces at which a line never breaks: French and Russian writing needs them.
fn holds(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

/// A text of several lines: CR becomes LF, tabs and line feeds stay.
pub fn clean_text(text: &str) -> Cleaned {
    let mut removed = Vec::new();
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            // Vertical tab, form feed and next line: what word processors paste for a line break.
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' => kept.push('\n'),
            '\u{feff}' => {}
            c if carries(c) => kept.push(c),
            c => removed.push(c),
        }
    }
    Cleaned {
        text: composed(&kept),
        removed,
    }
}

/// NFC, except that a character of markup stays one: with a stroke behind it, `<p>` would become `<p≯`.
fn composed(text: &str) -> String {
    let parts = text.split_inclusive(['<', '=', '>']);
    parts.flat_map(UnicodeNormalization::nfc).collect()
}

/// A text of one line (a title, a label, a name): white space is folded, control of direction taken out.
pub fn clean_line(text: &str) -> Cleaned {
    let Cleaned { text, removed } = clean_text(text);
    let mut removed = removed;
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if turns(c) {
            removed.push(c);
        } else if c.is_whitespace() && !holds(c) {
            if !line.ends_with(' ') {
                line.push(' ');
            }
        } else {
            line.push(c);
        }
    }
    // Taking a character out may bring a base and its accent together.
    Cleaned {
        text: line.trim().nfc().collect(),
        removed,
    }
}

#[cfg(test)]
#[allow(non_snake_case)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn B1_a_control_character_leaves_the_title_and_is_told() {
        let cleaned = clean_line("Council\u{1d} closes its session");
        assert_eq!(cleaned.text, "Council closes its session");
        assert_eq!(cleaned.removed, ['\u{1d}']);
    }

    #[test]
    fn B2_control_characters_leave_a_text_and_tabs_and_line_feeds_stay() {
        let cleaned = clean_text("duties \u{10}— \u{b}tariffs\u{8}\r\n\tnext\rlast");
        assert_eq!(cleaned.text, "duties — \ntariffs\n\tnext\nlast");
        assert_eq!(cleaned.removed, ['\u{10}', '\u{8}']);
    }

    #[test]
    fn S06_noncharacters_and_c1_controls_are_taken_out() {
        let cleaned = clean_text("a\u{fffe}b\u{ffff}c\u{9d}d\u{1ffff}e\u{fdd0}f\u{feff}g");
        assert_eq!(cleaned.text, "abcdefg");
        assert_eq!(cleaned.removed.len(), 5);
    }

    #[test]
    fn S29_a_title_keeps_its_marks_and_loses_overrides() {
        let cleaned = clean_line("annual\u{202e}fdp.exe \u{2067}x\u{2069} \u{200f}ok");
        assert_eq!(cleaned.text, "annualfdp.exe x \u{200f}ok");
        assert_eq!(cleaned.removed, ['\u{202e}', '\u{2067}', '\u{2069}']);
    }

    #[test]
    fn S10_decomposed_and_composed_letters_become_the_same() {
        assert_eq!(clean_line("cafe\u{301}"), clean_line("café"));
    }

    #[test]
    fn a_stroke_behind_a_tag_does_not_break_the_tag() {
        assert_eq!(clean_text("<p>\u{338}e\u{301}</p>").text, "<p>\u{338}é</p>");
        assert_eq!(clean_text("<i\u{327}\u{338}").text, clean_text("<i\u{338}\u{327}").text);
        assert_eq!(clean_line("a <\u{338} b").text, "a ≮ b");
    }

    #[test]
    fn a_line_is_one_line_and_no_break_spaces_stay() {
        assert_eq!(
            clean_line(" \u{feff}Deux\u{2028}lignes\t\n : 5\u{a0}% ").text,
            "Deux lignes : 5\u{a0}%"
        );
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in "\\PC*|[\\x00-\\u{ff}\\u{2028}\\u{202e}e\u{301}\u{308}]*|.*") {
            let once = clean_text(&text);
            prop_assert!(once.text.chars().all(carries));
            prop_assert_eq!(clean_text(&once.text), Cleaned { text: once.text.clone(), removed: vec![] });
            let line = clean_line(&text);
            prop_assert!(!line.text.contains('\n'));
            prop_assert_eq!(clean_line(&line.text), Cleaned { text: line.text.clone(), removed: vec![] });
        }
    }
}
