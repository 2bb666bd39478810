//! Plain text and Markdown (contract, section 3, *Plain text*).

use super::Paste;
use crate::{Format, date::is_date_line, language::NAMES};

/// Longer second lines are paragraphs.
const SUBTITLE_CHARS: usize = 160;

/// Labels of a gallery that web pages leave at the end of a copied text.
const LABELS: [&str; 22] = [
    "photos",
    "photo",
    "images",
    "image",
    "gallery",
    "photo gallery",
    "videos",
    "video",
    "fotos",
    "galerie",
    "galerie photos",
    "galería",
    "imágenes",
    "vidéos",
    "фото",
    "фотографии",
    "фотогалерея",
    "图片",
    "照片",
    "图片库",
    "صور",
    "الصور",
];

/// Plain text: the first line is the title; a line holding only a date is the date; a second short line before the
/// paragraphs is the subtitle; blank lines separate paragraphs.
pub fn plain(text: &str) -> Paste {
    let mut paste = Paste::empty(Format::Text);
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut blocks = blocks(&text);
    while let Some(line) = blocks
        .first()
        .and_then(|block| block.first())
        .filter(|line| is_language_notice(line))
        .cloned()
    {
        paste
            .notes
            .push(format!("left out, a notice of the page it was copied from: {line}"));
        drop_first_line(&mut blocks);
    }
    take_date(&mut blocks, &mut paste);
    if let Some(title) = blocks.first().and_then(|block| block.first()).cloned() {
        paste.title = title;
        drop_first_line(&mut blocks);
    }
    take_date(&mut blocks, &mut paste);
    if let [first, _, ..] = blocks.as_slice()
        && let [line] = first.as_slice()
        && is_subtitle(line)
    {
        paste.subtitle.clone_from(line);
        blocks.remove(0);
    }
    take_date(&mut blocks, &mut paste);
    if let Some([line]) = blocks.last().map(Vec::as_slice)
        && blocks.len() > 1
        && is_label(line)
    {
        paste.notes.push(format!("left out, a label without a text: {line}"));
        blocks.pop();
    }
    paste.body = blocks.iter().map(|block| block.join("\n")).collect::<Vec<_>>().join("\n\n");
    paste
}

/// `CommonMark`: the first heading is the title, a date alone under it the date.
pub fn markdown(text: &str) -> Paste {
    let mut paste = Paste::empty(Format::Markdown);
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut rest = text.trim_start_matches('\n');
    let mut line = next_line(&mut rest);
    if is_date_line(line) {
        paste.date = Some(line.trim().to_owned());
        rest = rest.trim_start_matches('\n');
        line = next_line(&mut rest);
    }
    line.trim()
        .trim_start_matches('#')
        .trim_end_matches('#')
        .trim()
        .clone_into(&mut paste.title);
    let mut after = rest;
    let underline = next_line(&mut after).trim();
    if !line.trim_start().starts_with('#')
        && underline.len() >= 2
        && (underline.bytes().all(|b| b == b'=') || underline.bytes().all(|b| b == b'-'))
    {
        rest = after;
    }
    let mut after = rest.trim_start_matches('\n');
    let second = next_line(&mut after);
    if paste.date.is_none() && is_date_line(second) {
        paste.date = Some(second.trim().to_owned());
        rest = after;
    }
    rest.trim_matches('\n').clone_into(&mut paste.body);
    paste
}

fn next_line<'a>(rest: &mut &'a str) -> &'a str {
    let (line, left) = rest.split_once('\n').unwrap_or((rest, ""));
    *rest = left;
    line
}

/// Paragraphs: runs of lines between blank ones.
fn blocks(text: &str) -> Vec<Vec<String>> {
    let mut blocks: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.lines().map(str::trim) {
        match blocks.last_mut() {
            Some(block) if !line.is_empty() => block.push(line.to_owned()),
            Some(block) if !block.is_empty() => blocks.push(Vec::new()),
            _ => {}
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

fn drop_first_line(blocks: &mut Vec<Vec<String>>) {
    if let Some(block) = blocks.first_mut() {
        block.remove(0);
        if block.is_empty() {
            blocks.remove(0);
        }
    }
}

fn take_date(blocks: &mut Vec<Vec<String>>, paste: &mut Paste) {
    let line = blocks
        .first()
        .and_then(|block| block.first())
        .filter(|line| paste.date.is_none() && is_date_line(line));
    if let Some(line) = line.cloned() {
        paste.date = Some(line);
        drop_first_line(blocks);
    }
}

fn is_subtitle(line: &str) -> bool {
    let ends = line.ends_with(['.', '!', '?', ':', ';', '。', '！', '？', '：', '؟', '…']);
    line.chars().count() <= SUBTITLE_CHARS && !ends && !line.contains("://") && !line.starts_with("www.")
}

fn is_label(line: &str) -> bool {
    let line = line.trim_end_matches([':', '：', ' ']).to_lowercase();
    LABELS.contains(&line.as_str())
}

/// `Chinese : 中文 … English : English`: what a multilingual CMS puts above a text that stands in for a missing one.
fn is_language_notice(line: &str) -> bool {
    let pair = |english: &str, autonym: &str| {
        let lower = line.to_lowercase();
        [" : ", ": ", " :", ":"]
            .iter()
            .any(|colon| lower.contains(&format!("{}{colon}{}", english.to_lowercase(), autonym.to_lowercase())))
    };
    NAMES.iter().filter(|(_, english, autonym)| pair(english, autonym)).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASTED: &str = "该语言无内容 Chinese : 中文 因此返回到 English : English\n\nTide & Coast Data Conference, 10-12 June, Valparaíso\n\n12 六月 2026\n\nOpen Water – Open Data\n\nThe conference closed today.\nIt was long.\n\nMore at https://conference.tidewater.example/2026 today.\n\nPhotos";

    #[test]
    fn a_pasted_summary_is_understood() {
        let paste = plain(PASTED);
        assert_eq!(paste.title, "Tide & Coast Data Conference, 10-12 June, Valparaíso");
        assert_eq!(paste.date.as_deref(), Some("12 六月 2026"));
        assert_eq!(paste.subtitle, "Open Water – Open Data");
        assert_eq!(
            paste.body,
            "The conference closed today.\nIt was long.\n\nMore at https://conference.tidewater.example/2026 today."
        );
        assert_eq!(paste.notes.len(), 2);
        assert_eq!(plain(&PASTED.replace('\n', "\r\n")), paste);
    }

    #[test]
    fn the_real_closing_summary_is_understood() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/cases/closing-summary.txt");
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: {path} is not on this machine");
            return;
        };
        let paste = plain(&text);
        assert_eq!(paste.title, "2016 WCO IT Conference & Exhibition, 1-3 June, Dakar, Senegal");
        assert_eq!(
            crate::parse_date(paste.date.as_deref().unwrap()),
            Ok(crate::Moment::Day(jiff::civil::date(2016, 6, 9)))
        );
        assert_eq!(paste.subtitle, "Digital Customs: Accelerating Connectivity – Bridging the Divide");
        assert_eq!(paste.body.split("\n\n").count(), 11);
        assert!(!paste.body.contains("Photos"));
    }

    #[test]
    fn a_short_text_keeps_its_only_paragraph() {
        let paste = plain("Office closed\n\nThe office is closed on Monday");
        assert_eq!(
            (paste.subtitle.as_str(), paste.body.as_str()),
            ("", "The office is closed on Monday")
        );
        assert_eq!(plain("").title, "");
        assert_eq!(plain("Photos").title, "Photos");
    }

    #[test]
    fn markdown_has_its_title_in_the_first_heading() {
        let paste = markdown("# Council closes #\n\n9 June 2016\n\nText with **weight**.\n\n## More\n\nEnd.");
        assert_eq!(
            (paste.title.as_str(), paste.date.as_deref()),
            ("Council closes", Some("9 June 2016"))
        );
        assert_eq!(paste.body, "Text with **weight**.\n\n## More\n\nEnd.");
        assert_eq!(markdown("Council\n=======\n\nText").body, "Text");
        assert_eq!(markdown("Council\n\nText").title, "Council");
    }
}
