//! Plain text as a press officer types it.

use linkify::{LinkFinder, LinkKind};

/// Marks that end a sentence in scripts without spaces; no address holds them unencoded.
const FULL_WIDTH: [char; 22] = [
    '，', '。', '；', '：', '！', '？', '、', '）', '（', '」', '「', '』', '『', '》', '《', '”', '“', '’', '،', '؛', '؟', '»',
];

/// Text escaped for HTML.
pub(super) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
    html
}

/// Blank lines separate paragraphs, line ends stay, addresses become links.
pub(super) fn paragraphs(text: &str) -> String {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut html = String::with_capacity(text.len() * 5 / 4);
    let mut open = false;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            if std::mem::take(&mut open) {
                html.push_str("</p>\n");
            }
            continue;
        }
        html.push_str(if open { "<br>\n" } else { "<p>" });
        open = true;
        linked(line, &finder, &mut html);
    }
    if open {
        html.push_str("</p>\n");
    }
    html
}

fn linked(line: &str, finder: &LinkFinder, html: &mut String) {
    let mut done = 0;
    // An address needs a dot or a colon: most lines need no search.
    for link in finder.links(line) {
        let found = link.as_str();
        let found = found.split(FULL_WIDTH).next().unwrap_or(found);
        let lower: String = found.chars().take(8).collect::<String>().to_ascii_lowercase();
        let href = match link.kind() {
            LinkKind::Email => format!("mailto:{found}"),
            LinkKind::Url if lower.starts_with("http://") || lower.starts_with("https://") => found.to_owned(),
            LinkKind::Url if lower.starts_with("www.") && found.len() > 4 => format!("https://{found}"),
            _ => continue,
        };
        if url::Url::parse(&href).is_err() {
            continue;
        }
        html.push_str(&escape(&line[done..link.start()]));
        html.push_str(&format!("<a href=\"{}\">{}</a>", escape(&href), escape(found)));
        done = link.start() + found.len();
    }
    html.push_str(&escape(&line[done..]));
}
