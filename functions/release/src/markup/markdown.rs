//! Sanitised HTML as Markdown, for whoever goes on writing a text that was pasted.
//!
//! Nothing here has to be believed: what Markdown makes of it again is compared with what was there. A block that comes out otherwise stays HTML, which
//! Markdown takes (`CommonMark` 0.31.2, section 4.6).

use scraper::{ElementRef, Html, Node, node::Element};
use url::Url;

use super::{allowed::is_block, html_to_text, plain, to_html};
use crate::Format;

/// Markdown that says what sanitised HTML says: the same elements, the same words. Nothing when that cannot be had.
pub fn to_markdown(html: &str, base: &Url) -> Option<String> {
    let fragment = Html::parse_fragment(html);
    let mut wanted = String::new();
    let mut blocks: Vec<Block> = Vec::new();
    for (html, markdown, kind) in top(fragment.root_element()) {
        if html_to_text(&html).is_empty() && !html.contains("<img") && !html.contains("<hr") {
            continue;
        }
        let twin = blocks.last().is_some_and(|last| last.kind == kind && !last.twin);
        let markdown = markdown.map(|markdown| if twin { other_marks(&markdown, kind) } else { markdown });
        let markdown = markdown.filter(|markdown| same(&to_html(markdown, Format::Markdown, base), &html));
        blocks.push(Block {
            text: markdown.unwrap_or_else(|| lines(&html)),
            kind: kind.to_owned(),
            twin,
        });
        wanted.push_str(&html);
    }
    let markdown = blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n\n");
    same(&to_html(&markdown, Format::Markdown, base), &wanted).then_some(markdown)
}

struct Block {
    text: String,
    /// The element's name.
    kind: String,
    /// It follows a list of its own kind, and has the other marks.
    twin: bool,
}

/// The blocks of a fragment: their HTML, their Markdown if they have one, and the element. Text that stands alone is a paragraph.
fn top(root: ElementRef<'_>) -> Vec<(String, Option<String>, &str)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    let end = |open: &mut Option<(String, String)>, found: &mut Vec<_>| {
        if let Some((html, text)) = open.take() {
            found.push((format!("<p>{html}</p>"), paragraph(&text), "p"));
        }
    };
    for child in root.children() {
        match ElementRef::wrap(child) {
            Some(element) if is_block(element.value().name()) && element.value().name() != "br" => {
                end(&mut open, &mut found);
                found.push((element.html(), block(element), element.value().name()));
            }
            Some(element) if holds_blocks(element) => {
                end(&mut open, &mut found);
                // Its start tag alone on a line begins HTML (CommonMark, section 4.6, condition 7).
                found.push((element.html().replacen('>', ">\n", 1), None, ""));
            }
            Some(element) => {
                let (html, text) = open.get_or_insert_default();
                html.push_str(&element.html());
                inline(element, text);
            }
            None => {
                if let Node::Text(words) = child.value() {
                    let (html, text) = open.get_or_insert_default();
                    html.push_str(&plain::escape(words));
                    say(words, text);
                }
            }
        }
    }
    end(&mut open, &mut found);
    found
}

/// True for formatting around paragraphs or lists, which HTML has and Markdown has not.
fn holds_blocks(element: ElementRef<'_>) -> bool {
    let mut inside = element.descendent_elements().map(|inside| inside.value().name());
    inside.any(|name| is_block(name) && name != "br")
}

/// The same elements and the same words. White space between words may stand on the other side of a tag.
fn same(one: &str, other: &str) -> bool {
    bare(one) == bare(other) && html_to_text(one).split_whitespace().eq(html_to_text(other).split_whitespace())
}

/// Without white space, and with the names that Markdown gives.
fn bare(html: &str) -> String {
    let mut bare: String = html.chars().filter(|c| !c.is_whitespace()).collect();
    for (word, place) in [
        ("&nbsp;", ""),
        ("<b>", "<strong>"),
        ("</b>", "</strong>"),
        ("<i>", "<em>"),
        ("</i>", "</em>"),
    ] {
        bare = bare.replace(word, place);
    }
    bare
}

/// HTML that stands in Markdown: no empty line in it, which would end it, and a line for each row.
fn lines(html: &str) -> String {
    if html.contains("<pre") {
        return html.to_owned();
    }
    let (start, html) = match html.split_once(">\n") {
        Some((start, rest)) if !start.contains('>') => (format!("{start}>\n"), rest),
        _ => (String::new(), html),
    };
    let mut lines = html.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    for tag in ["</li>", "<ul>", "<ol>", "</tr>", "<table>", "<thead>", "</thead>", "<tbody>"] {
        lines = lines.replace(&format!("{tag} "), tag).replace(tag, &format!("{tag}\n"));
    }
    start + lines.trim_end()
}

/// A list that follows one of its kind is one of its own only with other marks.
fn other_marks(list: &str, kind: &str) -> String {
    let (mark, other) = if kind == "ol" { (". ", ") ") } else { ("- ", "* ") };
    let marked = |line: &str| {
        let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
        if !line.starts_with(' ') && digits.starts_with(mark) {
            line.replacen(mark, other, 1)
        } else {
            line.to_owned()
        }
    };
    list.lines().map(marked).collect::<Vec<_>>().join("\n")
}

/// A block as Markdown; nothing when Markdown has none.
fn block(element: ElementRef<'_>) -> Option<String> {
    match element.value().name() {
        "p" => paragraph(&spoken(element)),
        name @ ("h2" | "h3" | "h4" | "h5" | "h6") => {
            let level = usize::from(name.as_bytes()[1] - b'0');
            let text = spoken(element);
            let text = text.trim();
            // A number sign at the end would be taken for its end.
            let closed = text.strip_suffix('#').map_or_else(|| text.to_owned(), |text| format!("{text}\\#"));
            Some(format!("{} {closed}", "#".repeat(level)))
        }
        "ul" => list(element, |_| "- ".to_owned()),
        "ol" => {
            let first = element.attr("start").map_or(Some(1), |start| start.parse::<usize>().ok())?;
            list(element, |n| format!("{}. ", first + n))
        }
        "blockquote" => {
            let inside = joined(element, "\n\n")?;
            Some(prefixed(&inside, "> ", "> "))
        }
        "hr" => Some("---".to_owned()),
        "table" => table(element),
        _ => None,
    }
}

/// The blocks of an element.
fn joined(element: ElementRef<'_>, between: &str) -> Option<String> {
    let blocks: Option<Vec<String>> = top(element).into_iter().map(|(_, markdown, _)| markdown).collect();
    let blocks: Vec<String> = blocks?.into_iter().filter(|block| !block.is_empty()).collect();
    Some(blocks.join(between))
}

fn list(element: ElementRef<'_>, mark: impl Fn(usize) -> String) -> Option<String> {
    let items: Vec<ElementRef<'_>> = element.child_elements().collect();
    // With paragraphs in it, its parts stand apart.
    let loose = items
        .iter()
        .any(|item| item.child_elements().any(|child| child.value().name() == "p"));
    let between = if loose { "\n\n" } else { "\n" };
    let written = items.iter().enumerate().map(|(n, item)| {
        let (mark, inside) = (mark(n), joined(*item, between)?);
        Some(prefixed(&inside, &mark, &" ".repeat(mark.len())))
    });
    Some(written.collect::<Option<Vec<_>>>()?.join(between))
}

/// Lines with something before the first and the others.
fn prefixed(text: &str, first: &str, others: &str) -> String {
    let line = |(n, line): (usize, &str)| format!("{}{line}", if n == 0 { first } else { others }).trim_end().to_owned();
    text.lines().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// Of a table only what has one head and cells that are alike (GitHub Flavored Markdown 0.29, section 4.10).
fn table(element: ElementRef<'_>) -> Option<String> {
    let rows: Vec<ElementRef<'_>> = element
        .descendent_elements()
        .filter(|inside| inside.value().name() == "tr")
        .collect();
    let line = |row: &ElementRef<'_>| {
        let cells = row.child_elements().map(|cell| spoken(cell).trim().replace('|', "\\|"));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let columns = rows.first()?.child_elements().count();
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    lines.insert(1, format!("|{}", " --- |".repeat(columns)));
    Some(lines.join("\n"))
}

/// A paragraph whose lines begin no list, heading, quotation or rule.
fn paragraph(text: &str) -> Option<String> {
    let line = |line: &str| {
        let line = line.trim_matches(|c: char| c.is_ascii_whitespace());
        let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
        if line.starts_with(['#', '>', '-', '+', '=', '~', ':', '|']) {
            format!("\\{line}")
        } else if number.len() < line.len() && number.starts_with(['.', ')']) {
            format!("{}\\{number}", &line[..line.len() - number.len()])
        } else {
            line.to_owned()
        }
    };
    Some(text.trim().lines().map(line).collect::<Vec<_>>().join("\n"))
}

/// What stands in an element, as Markdown in a line.
fn spoken(element: ElementRef<'_>) -> String {
    let mut out = String::new();
    inside(element, &mut out);
    out
}

fn inside(element: ElementRef<'_>, out: &mut String) {
    for child in element.children() {
        match (ElementRef::wrap(child), child.value()) {
            (Some(element), _) => inline(element, out),
            (None, Node::Text(words)) => say(words, out),
            _ => {}
        }
    }
}

fn inline(element: ElementRef<'_>, out: &mut String) {
    match element.value().name() {
        "br" => {
            out.truncate(out.trim_end_matches(' ').len());
            out.push_str("\\\n");
        }
        "strong" | "b" => around("**", "**", &spoken(element), out),
        "em" | "i" => around("*", "*", &spoken(element), out),
        "a" if element.value().attrs().count() == 1 => {
            let target = element.attr("href").unwrap_or_default();
            let target = if target.contains(['(', ')', ' ', '\\']) {
                format!("<{target}>")
            } else {
                target.to_owned()
            };
            around("[", &format!("]({target})"), &spoken(element), out);
        }
        "code" => {
            let code: String = element.text().collect();
            let tick = if code.contains('`') { "`` " } else { "`" };
            let end: String = tick.chars().rev().collect();
            out.push_str(&format!("{tick}{code}{end}"));
        }
        "img" | "wbr" => out.push_str(&element.html()),
        name => {
            out.push_str(&start_tag(element.value()));
            inside(element, out);
            out.push_str(&format!("</{name}>"));
        }
    }
}

fn start_tag(element: &Element) -> String {
    let attributes = element.attrs().map(|(name, value)| format!(" {name}=\"{}\"", plain::escape(value)));
    format!("<{}{}>", element.name(), attributes.collect::<String>())
}

/// Marks stand at words: white space goes outside.
fn around(before: &str, after: &str, inside: &str, out: &mut String) {
    let words = inside.trim();
    let start = &inside[..inside.len() - inside.trim_start().len()];
    push(start, out);
    if !words.is_empty() {
        out.push_str(before);
        out.push_str(words);
        out.push_str(after);
        push(&inside[inside.trim_end().len()..], out);
    }
}

/// White space of the source, of which one is enough.
fn push(space: &str, out: &mut String) {
    for c in space.chars() {
        if !c.is_ascii_whitespace() {
            out.push(c);
        } else if c == '\n' && out.ends_with('\\') {
            out.push('\n');
        } else if !out.is_empty() && !out.ends_with(|last: char| last.is_ascii_whitespace()) {
            out.push(' ');
        }
    }
}

/// Words, so that none of their signs is taken for a mark.
fn say(words: &str, out: &mut String) {
    let alone = |side: Option<char>| side.is_none_or(|side| !side.is_alphanumeric());
    let reference = |rest: &str| {
        rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#')
            .starts_with(';')
    };
    let mut before = None;
    for (at, c) in words.char_indices() {
        let rest = &words[at + c.len_utf8()..];
        match c {
            c if c.is_ascii_whitespace() => push(" ", out),
            '\\' | '`' | '*' | '[' | ']' | '<' => out.extend(['\\', c]),
            '_' if alone(before) || alone(rest.chars().next()) => out.push_str("\\_"),
            '&' if reference(rest) => out.push_str("\\&"),
            c => out.push(c),
        }
        before = Some(c);
    }
}

#[cfg(test)]
mod tests;
