//! A pasted text: no word is lost, and what was taken for a date is one.

use bolero::check;
use release::{Draft, Format, html_to_text, to_html};
use scraper::Html;
use url::Url;

use super::{corpus, spelled};
use crate::{
    newsroom,
    properties::{
        paste::{characters, kept},
        text::{line, squashed},
    },
};

const PIECES: [&str; 48] = [
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    " ",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\0",
    "\u{1}",
    "The conference closed today.",
    "Harbours join the network",
    "A second short line",
    "9 June 2016",
    "09/06/2016",
    "12 六月 2026",
    "2016-06-09",
    "2016-06-09T10:00:00+02:00",
    "2016-06-31",
    "Photos",
    "Фото:",
    "图片",
    "Chinese : 中文 English : English",
    "https://a.example/x?a=1&b=<c>",
    "www.b.example/c.",
    "(press@example.org)",
    "ftp://c.example/",
    "//evil",
    "<b>bold</b>",
    "&amp;",
    "&",
    "# Heading",
    "* item",
    "|a|b|",
    "闭幕。",
    "مرحبا",
    "👩\u{200d}👧",
    "e\u{301}",
    "\u{202e}",
    "]]>",
    "\"",
    "'",
    "…",
    "x",
];

fn judge(text: &str) {
    let paste = release::plain(text);
    assert_eq!(paste.format, Format::Text);
    for one in [&paste.title, &paste.subtitle] {
        assert!(!one.contains('\n'), "{text:?}: more than one line in {one:?}");
    }
    assert_eq!(characters(&kept(&paste)), characters(text), "a word was lost or found: {paste:?}");
    let site = newsroom::site();
    let dated = paste.date.clone();
    match Draft::from_paste(paste, site.default_language(), &site) {
        Ok(draft) => {
            assert_eq!(draft.date, dated.map(|written| release::parse_date(&line(&written)).unwrap()));
            let body = &draft.texts[site.default_language()].body;
            let base = Url::parse("https://press.example.org/en/2016/06/closing/").unwrap();
            let html = to_html(body, Format::Text, &base);
            // Another parser of HTML shows the words of the body, and no element but paragraphs, line ends and links.
            let fragment = Html::parse_fragment(&html);
            let shown: String = fragment.root_element().text().collect();
            assert_eq!(squashed(&shown), squashed(body), "{text:?}: {html}");
            assert_eq!(squashed(&html_to_text(&html)), squashed(body));
            let elements = fragment.root_element().descendants().filter_map(|node| node.value().as_element());
            assert!(
                elements.skip(1).all(|element| matches!(element.name(), "p" | "br" | "a" | "wbr")),
                "{text:?}: {html}"
            );
        }
        Err(found) => {
            let known = ["/texts/en/title", "/texts/en/body", "/texts/en/subtitle", "/date", ""];
            for fault in &found.0 {
                assert!(
                    known.contains(&fault.pointer.as_str()) && !fault.message.is_empty(),
                    "{text:?}: {fault:?}"
                );
            }
        }
    }
}

#[test]
fn no_word_of_a_pasted_text_is_lost_and_every_word_is_shown() {
    check!(name = "plain")
        .with_iterations(2_000)
        .with_max_len(40)
        .for_each(|bytes: &[u8]| judge(&spelled(bytes, &PIECES)));
}

#[test]
fn the_corpus_of_pasted_texts_has_titles_subtitles_dates_and_notes() {
    let pastes: Vec<_> = corpus("plain").values().map(|text| release::plain(text)).collect();
    let count = |wanted: fn(&release::Paste) -> bool| pastes.iter().filter(|paste| wanted(paste)).count();
    assert!(count(|paste| !paste.subtitle.is_empty()) >= 5);
    assert!(count(|paste| paste.date.is_some()) >= 8);
    assert!(count(|paste| !paste.notes.is_empty()) >= 4);
    assert!(count(|paste| paste.title.is_empty()) >= 2);
}
