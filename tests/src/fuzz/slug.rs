//! A slug is `[a-z0-9-]{1,80}`, whatever the title is.

use std::collections::BTreeSet;

use bolero::check;
use release::slug;

use super::{corpus, spelled};
use crate::properties::text::line;

const PIECES: [&str; 40] = [
    "a",
    "B",
    "7",
    " ",
    " ",
    "-",
    "--",
    "_",
    ".",
    "..",
    "/",
    "\\",
    "\0",
    "\r\n",
    "%2e",
    "%2F",
    "é",
    "e\u{301}",
    "ß",
    "Æ",
    "闭幕",
    "知识",
    "ข่าว",
    "محمد",
    "שלום",
    "новости",
    "🎉",
    "\u{200d}",
    "\u{202e}",
    "\u{feff}",
    "CON",
    "nul",
    "'",
    "’",
    "&amp;",
    "<b>",
    "\u{10ffff}",
    "\u{e000}",
    "ǅ",
    "conference",
];

fn judge(title: &str) {
    let made = slug(title);
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    assert!((1..=80).contains(&made.len()) && made.bytes().all(known), "{title:?}: {made}");
    assert!(
        !made.starts_with('-') && !made.ends_with('-') && !made.contains("--"),
        "{title:?}: {made}"
    );
    assert_eq!(slug(&made), made, "the slug of a slug, of {title:?}");
    assert_eq!(slug(title), made);
    // A title as it is stored has the slug of the title as it was sent, when both are one line.
    let stored = line(title);
    assert_eq!(slug(&stored), slug(&line(&stored)), "{title:?}");
}

#[test]
fn any_title_has_a_slug_of_few_letters_that_is_its_own_slug() {
    check!(name = "slug")
        .with_iterations(10_000)
        .with_max_len(48)
        .for_each(|bytes: &[u8]| judge(&spelled(bytes, &PIECES)));
}

#[test]
fn the_corpus_of_titles_gives_many_slugs() {
    let slugs: BTreeSet<String> = corpus("slug").values().map(|title| slug(title)).collect();
    assert!(
        slugs.len() >= 15 && slugs.contains("release") && slugs.iter().any(|one| one.len() >= 70),
        "{slugs:?}"
    );
}
