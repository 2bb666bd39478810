//! Whatever is pasted: no word is lost without a note.

use icu_normalizer::DecomposingNormalizerBorrowed;
use proptest::prelude::*;
use release::Paste;

use super::{
    runner,
    text::{any_text, clean, is_white},
};

/// The characters of a text, sorted: parts of a paste may stand in another order. Letters and accents count apart, for one part
/// may begin with the accent of another one.
pub(crate) fn characters(text: &str) -> Vec<char> {
    let apart = DecomposingNormalizerBorrowed::new_nfd();
    let mut characters: Vec<char> = apart.normalize(&clean(text)).chars().filter(|c| !is_white(*c)).collect();
    characters.sort_unstable();
    characters
}

/// Everything that a paste became, and what its notes say was left out.
pub(crate) fn kept(paste: &Paste) -> String {
    let left_out = paste.notes.iter().filter_map(|note| note.split_once(": ")).map(|(_, line)| line);
    let parts = [&paste.title, &paste.subtitle, &paste.body]
        .into_iter()
        .chain(&paste.date)
        .map(String::as_str);
    parts.chain(left_out).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_word_of_a_pasted_text_is_lost_without_a_note() {
    let line = prop_oneof![
        6 => any_text(0..6),
        1 => Just("9 juin 2016".to_owned()),
        1 => Just("Photos".to_owned()),
        1 => Just("Chinese : 中文 English : English".to_owned()),
        2 => Just(String::new()),
    ];
    let text = proptest::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"));
    let property = |text: String| {
        prop_assert_eq!(characters(&kept(&release::plain(&text))), characters(&text));
        Ok(())
    };
    runner(500).run(&text, property).unwrap_or_else(|e| panic!("{e}"));
}
