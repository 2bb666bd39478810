//! Short texts from long ones: cut first, escaped by whoever writes them.

use unicode_segmentation::UnicodeSegmentation;

/// At most `max` characters of `text` on one line, cut between words and marked with `…`.
///
/// Neither an emoji sequence nor a letter with its accents is ever split.
pub fn excerpt(text: &str, max: usize) -> String {
    // A reader of an excerpt sees one line; white space beyond the cut does not matter.
    let mut line = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
            chars += 1;
        }
        line.push_str(word);
        chars += word.chars().count();
        if chars > max {
            break;
        }
    }
    if chars <= max {
        return line;
    }
    if max == 0 {
        return String::new();
    }
    let mut end = 0;
    let mut taken = 0;
    for (at, grapheme) in line.grapheme_indices(true) {
        taken += grapheme.chars().count();
        if taken > max - 1 {
            break;
        }
        end = at + grapheme.len();
    }
    let mut word_end = 0;
    let mut before = 0;
    for (at, word) in line.split_word_bound_indices() {
        if at > end {
            break;
        }
        // Marks and spaces end a word but do not belong to it.
        if word.chars().any(char::is_alphanumeric) || !word.is_ascii() {
            before = at + word.len();
        }
        word_end = if before <= end { before } else { word_end };
    }
    // A text without words (one long name, an address) is cut where it is.
    let cut = if word_end * 2 > end { word_end } else { end };
    let kept =
        line[..cut].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '(' | '–' | '—' | '،' | '，' | '、'));
    format!("{kept}…")
}

#[cfg(test)]
#[allow(non_snake_case)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_text_stays_whole_and_a_long_one_is_cut_between_words() {
        assert_eq!(excerpt("One  two\nthree.", 20), "One two three.");
        assert_eq!(excerpt("One two three four", 12), "One two…");
        assert_eq!(excerpt("One two, three four", 9), "One two…");
        assert_eq!(excerpt("大会闭幕式在达喀尔举行", 6), "大会闭幕式…");
        assert_eq!(excerpt("abcdefghij", 5), "abcd…");
        assert_eq!(excerpt("abc", 0), "");
    }

    #[test]
    fn B18_an_emoji_at_the_limit_stays_whole() {
        let text = format!("{}🗳 and more", "a".repeat(79));
        let cut = excerpt(&text, 80);
        assert!(cut.chars().count() <= 80);
        assert_eq!(cut, format!("{}…", "a".repeat(79)));
    }

    #[test]
    fn B20_a_family_is_never_torn_apart() {
        let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
        let cut = excerpt(&family.repeat(1000), 80);
        let families = cut.trim_end_matches('…');
        assert!(families.chars().count() <= 79);
        assert_eq!(families.replace(family, ""), "");
        assert!(!families.is_empty());
    }

    proptest! {
        #[test]
        fn an_excerpt_is_never_too_long_and_begins_as_the_text_does(text in ".*", max in 0usize..60) {
            let cut = excerpt(&text, max);
            prop_assert!(cut.chars().count() <= max);
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let kept = if line == cut { cut.as_str() } else { cut.strip_suffix('…').unwrap_or(&cut) };
            prop_assert!(line.starts_with(kept));
        }
    }
}
