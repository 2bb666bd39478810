//! What a reader sees of a release in one feed: notice, correction, subtitle, text, closing texts.

use std::collections::BTreeMap;

use release::{Direction, Lang, Localised, Revision, Site, Topic};

use crate::{
    Words,
    public::{Public, PublicMedia},
};

/// Escapes text for HTML content and attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// One segment of a path, percent-encoded (RFC 3986, section 3.3).
pub(crate) fn path_segment(name: &str) -> String {
    use std::fmt::Write as _;
    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// The text in `language`, else in a language that stands in for it, else any.
pub(crate) fn localised<'a>(texts: &'a Localised, site: &Site, language: &Lang) -> Option<(&'a Lang, &'a str)> {
    std::iter::once(language)
        .chain(site.fallback(language))
        .find_map(|candidate| texts.get_key_value(candidate))
        .or_else(|| texts.iter().next())
        .map(|(lang, text)| (lang, text.as_str()))
}

/// The closing texts (boilerplates, then contacts) of a release in each of its languages.
pub(crate) fn closing(revision: &Revision, site: &Site) -> BTreeMap<Lang, Vec<String>> {
    let chosen = revision
        .boilerplates
        .iter()
        .filter_map(|id| site.boilerplates.iter().find(|entry| entry.id == *id))
        .chain(
            revision
                .contacts
                .iter()
                .filter_map(|id| site.contacts.iter().find(|entry| entry.id == *id)),
        );
    let chosen: Vec<_> = chosen.collect();
    revision
        .texts
        .keys()
        .map(|lang| {
            let texts = chosen
                .iter()
                .filter_map(|entry| localised(&entry.text, site, lang))
                .map(|(_, text)| text.to_owned());
            (lang.clone(), texts.collect::<Vec<_>>())
        })
        .filter(|(_, texts)| !texts.is_empty())
        .collect()
}

/// Plain text of several lines as HTML paragraphs.
pub(crate) fn paragraphs(text: &str) -> String {
    text.split("\n\n")
        .filter(|part| !part.trim().is_empty())
        .map(|part| format!("<p>{}</p>", escape(part.trim()).replace('\n', "<br>")))
        .collect()
}

/// HTML that stands among text of `around`, with its language when that is another.
pub(crate) fn within(around: &Lang, (lang, html): (&Lang, &str)) -> String {
    if lang == around {
        return html.to_owned();
    }
    format!("<span lang=\"{lang}\" dir=\"{}\">{html}</span>", lang.direction().as_str())
}

/// The label of a topic on a page of `language`, as HTML.
pub(crate) fn topic_html(topic: &Topic, site: &Site, language: &Lang) -> String {
    let (lang, label) = topic.label_and_language(site, language);
    within(language, (lang, &escape(label)))
}

/// The closing texts of a release that is shown in `shown`, as HTML.
pub(crate) fn closing_html(public: &Public, site: &Site, shown: &Lang) -> String {
    let texts = public.closing.get(shown).map_or(&[][..], Vec::as_slice);
    let one = |text: &String| match closing_language(text, site, shown) {
        lang if lang == shown => paragraphs(text),
        lang => block(lang, &paragraphs(text)),
    };
    texts.iter().map(one).collect()
}

/// The language of a closing text that is shown among text of `shown`: a release holds the text alone, and the site says whose it is.
fn closing_language<'a>(text: &str, site: &'a Site, shown: &'a Lang) -> &'a Lang {
    let entries = || site.boilerplates.iter().chain(&site.contacts);
    if entries().any(|entry| entry.text.get(shown).is_some_and(|own| own == text)) {
        return shown;
    }
    let mut texts = entries().flat_map(|entry| &entry.text);
    texts.find(|(_, own)| *own == text).map_or(shown, |(lang, _)| lang)
}

/// An element with the language and direction of what stands in it.
fn block(lang: &Lang, html: &str) -> String {
    format!("<div lang=\"{lang}\" dir=\"{}\">{html}</div>", lang.direction().as_str())
}

/// The full content of a release's entry in a feed of language `language`, shown in language `shown`.
pub(crate) fn entry(public: &Public, site: &Site, language: &Lang, shown: &Lang) -> String {
    let words = Words::of(language);
    let Some(text) = public.texts.get(shown) else {
        return reason(public, site, language);
    };
    let mut html = String::new();
    if let Some((lang, note)) = public.correction.as_ref().and_then(|c| localised(&c.note, site, shown)) {
        let words = Words::of(shown);
        html.push_str(&format!(
            "<p><strong>{}</strong>{}{}</p>",
            escape(&words.correction),
            escape(&words.colon),
            within(shown, (lang, &escape(note)))
        ));
    }
    if !text.subtitle.is_empty() {
        html.push_str(&format!("<h2>{}</h2>", escape(&text.subtitle)));
    }
    if !text.dateline.is_empty() {
        html.push_str(&format!("<p><strong>{}</strong></p>", escape(&text.dateline)));
    }
    html.push_str(&text.content_html);
    for file in &public.media {
        html.push_str(&figure(file, site, shown));
    }
    let links: String = public
        .links
        .iter()
        .map(|link| {
            let label = localised(&link.label, site, shown)
                .map_or_else(|| escape(&link.url), |(lang, label)| within(shown, (lang, &escape(label))));
            format!("<li><a href=\"{}\">{label}</a></li>", escape(&link.url))
        })
        .collect();
    if !links.is_empty() {
        html.push_str(&format!("<ul>{links}</ul>"));
    }
    if public.closing.contains_key(shown) {
        html.push_str("<hr>");
        html.push_str(&closing_html(public, site, shown));
    }
    if shown == language {
        if language.direction() == Direction::Rtl {
            block(language, &html)
        } else {
            html
        }
    } else {
        let notice = format!("<p><em>{}</em></p>", escape(&words.notice(shown)));
        format!("{}{}", block(language, &notice), block(shown, &html))
    }
}

/// A picture with its caption, or a link to any other file, among text of `shown`.
pub(crate) fn figure(file: &PublicMedia, site: &Site, shown: &Lang) -> String {
    if !file.is_picture() {
        return format!("<p><a href=\"{}\">{}</a></p>", escape(&file.url), escape(&file.file.name));
    }
    figure_with(file, site, shown, "", None)
}

/// How wide the text of a page is, in CSS pixels: 44rem of 16 (`templates/style.css`).
const TEXT_WIDTH: u32 = 704;

/// A picture on a page: a browser takes the rendition that is enough for its screen (HTML, section 4.8.4.2.1), and the file itself is one link away.
pub(crate) fn picture(file: &PublicMedia, site: &Site, shown: &Lang) -> String {
    let mut widths: Vec<(u32, &str)> = file
        .file
        .renditions
        .iter()
        .filter_map(|one| Some((one.width?, one.url.as_str())))
        .collect();
    widths.sort_unstable();
    let Some((largest, _)) = widths.last().copied() else {
        return figure_with(file, site, shown, " loading=\"lazy\"", None);
    };
    // More than twice as many pixels in a line are for print.
    widths.extend(
        file.file
            .width
            .filter(|own| *own <= 2 * largest)
            .map(|own| (own, file.url.as_str())),
    );
    let candidates: Vec<String> = widths.iter().map(|(width, url)| format!("{} {width}w", escape(url))).collect();
    let attributes = format!(
        " srcset=\"{}\" sizes=\"(min-width: {}px) {TEXT_WIDTH}px, 100vw\" loading=\"lazy\"",
        candidates.join(", "),
        // With the padding on both sides.
        TEXT_WIDTH + 32
    );
    let words = Words::of(shown);
    let whole = format!("<a href=\"{}\">{}</a>", escape(&file.url), escape(&words.full_size));
    figure_with(file, site, shown, &attributes, Some(whole))
}

/// With further attributes of the picture, and a last part of its caption.
fn figure_with(file: &PublicMedia, site: &Site, shown: &Lang, attributes: &str, last: Option<String>) -> String {
    let url = escape(&file.url);
    let caption = localised(&file.file.caption, site, shown).map(|(lang, text)| within(shown, (lang, &escape(text))));
    let caption: Vec<String> = caption.into_iter().chain(Some(escape(&file.file.credit))).chain(last).collect();
    let caption = caption.iter().map(String::as_str).filter(|part| !part.is_empty());
    let caption = caption.collect::<Vec<_>>().join(" — ");
    let caption = if caption.is_empty() {
        caption
    } else {
        format!("<figcaption>{caption}</figcaption>")
    };
    let (lang, alt) = localised(&file.file.alt, site, shown).unwrap_or((shown, ""));
    let lang = if lang == shown {
        String::new()
    } else {
        format!(" lang=\"{lang}\"")
    };
    let size = file.file.width.zip(file.file.height);
    let size = size
        .map(|(width, height)| format!(" width=\"{width}\" height=\"{height}\""))
        .unwrap_or_default();
    format!(
        "<figure><img src=\"{url}\"{attributes}{size} alt=\"{}\"{lang}>{caption}</figure>",
        escape(alt)
    )
}

/// What stands instead of a withdrawn release: that it was withdrawn, and why.
pub(crate) fn reason(public: &Public, site: &Site, language: &Lang) -> String {
    let words = Words::of(language);
    let mut html = block(language, &format!("<p><strong>{}</strong></p>", escape(&words.withdrawn_notice)));
    if let Some((lang, reason)) = localised(&public.reason, site, language) {
        html.push_str(&block(lang, &paragraphs(reason)));
    }
    html
}
