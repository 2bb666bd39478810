//! Any text, and what must be left of it: written down from the standards, sharing no code with the product.

use icu_normalizer::ComposingNormalizerBorrowed;
use proptest::{char, collection::vec, prelude::*, sample::select};

/// What broke some feed once.
const PIECES: [&str; 36] = [
    "]]>",
    "<![CDATA[",
    "&",
    "&amp;",
    "&lt;b&gt;",
    "&#0;",
    "&#x1d;",
    "&#128;",
    "&bogus;",
    "<col>",
    "<script>alert(1)</script>",
    "<!--",
    "-->",
    "<?xml?>",
    "<b",
    "\"><img src=x onerror=1>",
    "'",
    "\r\n",
    "\r",
    "\n\n",
    "\t",
    "e\u{301}",
    "\u{338}",
    "👩\u{200d}👩\u{200d}👧",
    "🇫🇷",
    "❤\u{fe0f}",
    "مرحبا",
    "\u{200f}",
    "闭幕",
    "http://a.example/b?c=1&d=<e>",
    "www.example",
    "mail@example.org",
    "%00",
    "..",
    "\\",
    "{{",
];

/// Characters that mean something to a parser, or that XML, HTML or readers cannot carry.
fn odd() -> impl Strategy<Value = char> {
    prop_oneof![
        char::range('\u{1}', '\u{9f}'),
        select(vec![
            '\u{a0}', '\u{ad}', '\u{200b}', '\u{2007}', '\u{2028}', '\u{2029}', '\u{202f}', '\u{3000}', '\u{feff}', '\u{fffd}'
        ]),
        char::range('\u{202a}', '\u{202e}'),
        char::range('\u{2066}', '\u{2069}'),
        char::range('\u{fdd0}', '\u{fdef}'),
        select(vec![
            '\u{d7ff}',
            '\u{e000}',
            '\u{fffe}',
            '\u{ffff}',
            '\u{1fffe}',
            '\u{10000}',
            '\u{10fffd}',
            '\u{10ffff}',
            '\u{e0001}'
        ]),
        char::range('\u{300}', '\u{345}'),
    ]
}

/// Any text: words, marks, odd characters and any other ones.
pub(super) fn any_text(pieces: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-zA-Zéя ]{1,8}",
        4 => select(PIECES.to_vec()).prop_map(str::to_owned),
        4 => odd().prop_map(String::from),
        2 => any::<char>().prop_map(String::from),
    ];
    vec(piece, pieces).prop_map(|pieces| pieces.concat())
}

/// `Char` of XML 1.0 (production 2).
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// Discouraged in the same section, and refused by feed validators: controls beyond ASCII and noncharacters.
fn is_discouraged(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}') || matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff)
}

/// `White_Space` of the Unicode Character Database (`PropList.txt`).
pub(super) fn is_white(c: char) -> bool {
    matches!(
        c,
        '\u{9}'..='\u{d}' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Spaces that typographers set on purpose (Unicode line breaking class GL).
fn is_glue(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// Bidirectional embeddings, overrides and isolates (rule G7 of the conformance list).
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Normalization Form C, by another implementation than the product's.
pub(super) fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// A text of several lines as a reader may have it: every kind of line end is one, what no feed can carry is gone.
pub(crate) fn clean(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}'], "\n");
    let kept: String = lines
        .chars()
        .filter(|c| is_xml(*c) && !is_discouraged(*c) && *c != '\u{feff}')
        .collect();
    composed(&kept)
}

/// A text of one line as a reader may have it: white space is collapsed, nothing turns the direction of what follows.
pub(crate) fn line(text: &str) -> String {
    let kept: String = clean(text).chars().filter(|c| !is_bidi(*c)).collect();
    let mut line = String::new();
    let mut gap = false;
    for c in composed(&kept).chars() {
        let breaks = is_white(c) && !is_glue(c);
        if !breaks {
            line.push(c);
        } else if !gap {
            line.push(' ');
        }
        gap = breaks;
    }
    composed(line.trim_matches(is_white))
}

/// What is left when white space does not matter: readers of HTML fold it, each in its own way.
pub(crate) fn squashed(text: &str) -> String {
    composed(&text.chars().filter(|c| !is_white(*c)).collect::<String>())
}

#[test]
fn the_expectation_says_what_the_standards_say() {
    assert_eq!(line(" Deux\u{2028}lignes\t\r\n :\u{b}5\u{a0}% \u{a0}"), "Deux lignes : 5\u{a0}%");
    assert_eq!(
        line("a\u{0}b\u{1d}c\u{fffe}d\u{1ffff}e\u{fdd0}f\u{9d}g\u{feff}h\u{202e}i"),
        "abcdefghi"
    );
    assert_eq!(line("cafe\u{202a}\u{301} 👩\u{200d}👧"), "café 👩\u{200d}👧");
    assert_eq!(clean("a\r\nb\rc\u{85}d\te"), "a\nb\nc\nd\te");
    assert_eq!(squashed(" e \u{301}\u{3000}x\u{a0}"), "éx");
}
