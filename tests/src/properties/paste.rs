//! Whatever is pasted: no word is lost without a note.

use std::cell::Cell;

use icu_normalizer::DecomposingNormalizerBorrowed;
use proptest::prelude::*;
use release::{Format, Paste, to_html, to_markdown};
use scraper::{Html, Selector};

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

/// What a word processor or a web page puts on a clipboard, in any order.
const PIECES: [&str; 52] = [
    "<p>",
    "</p>",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<strong>",
    "</strong>",
    "<i>",
    "</i>",
    "<em>",
    "</em>",
    "<ul>",
    "</ul>",
    "<ol>",
    "</ol>",
    "<li>",
    "</li>",
    "<li>",
    "<h2>",
    "</h2>",
    "<blockquote>",
    "</blockquote>",
    "<table><thead><tr><th>",
    "</th></tr></thead><tbody><tr><td>",
    "<td>",
    "</table>",
    "<br>",
    "<hr>",
    "<a href=\"https://a.example/?b=1&amp;c=(2)\">",
    "</a>",
    "<code>",
    "</code>",
    "<pre>",
    "</pre>",
    "<sub>",
    "</sub>",
    "<p lang=\"fr\">",
    "Tide",
    "gauge ",
    " at 5",
    "&nbsp;",
    "* ",
    "# ",
    "1. ",
    "- ",
    "_",
    "[x](y)",
    "&amp;lt;",
    "|",
    "مرحبا",
    "\n",
];

/// The elements of a text and its words, as a browser's parser has them.
fn parsed(html: &str) -> (Vec<String>, Vec<String>) {
    let parsed = Html::parse_fragment(html);
    let every = Selector::parse("*").unwrap();
    let names = parsed.select(&every).filter_map(|element| {
        let name = element.value().name();
        let empty = element.text().all(|text| text.trim().is_empty());
        // Markdown has one name for each of these, and paragraphs are where text stands alone.
        match name {
            name if empty && !["br", "hr"].contains(&name) => None,
            "b" => Some("strong"),
            "i" => Some("em"),
            "p" => None,
            name => Some(name),
        }
        .map(str::to_owned)
    });
    let names = names.collect();
    let words = parsed.root_element().text().collect::<Vec<_>>().join(" ");
    let words: String = words.split_whitespace().collect();
    (names, words.chars().map(String::from).collect())
}

#[test]
fn what_was_pasted_says_the_same_as_markdown() {
    let base = url::Url::parse("https://press.example.org/").unwrap();
    let pasted = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..24).prop_map(|pieces| pieces.concat());
    let (tried, written, as_html) = (Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_u32));
    let property = |pasted: String| {
        let html = to_html(&pasted, Format::Html, &base);
        tried.set(tried.get() + 1);
        let Some(markdown) = to_markdown(&html, &base) else {
            return Ok(());
        };
        written.set(written.get() + 1);
        as_html.set(as_html.get() + u32::from(markdown.lines().any(|line| line.starts_with('<'))));
        let again = to_html(&markdown, Format::Markdown, &base);
        let ((names, words), (wanted, wanted_words)) = (parsed(&again), parsed(&html));
        prop_assert_eq!(&words, &wanted_words, "{}", &markdown);
        let count = |names: &[String]| names.iter().filter(|name| name.as_str() != "br").count();
        prop_assert_eq!(count(&names), count(&wanted), "{} became {}", html, markdown);
        prop_assert_eq!(release::check_body(&markdown, Format::Markdown), Ok(()));
        Ok(())
    };
    runner(600).run(&pasted, property).unwrap_or_else(|e| panic!("{e}"));
    println!(
        "{} tried, {} written, {} of them with HTML in it",
        tried.get(),
        written.get(),
        as_html.get()
    );
    assert!(
        written.get() * 10 > tried.get() * 9,
        "{} of {} could not be written",
        tried.get() - written.get(),
        tried.get()
    );
}
