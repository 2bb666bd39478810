//! Tables that are wider than a phone.

use crate::content::escape;

/// `html` with a frame around each outermost table. A frame moves sideways, by keyboard as well (WCAG 2.2, criterion 2.1.1), and is called `label`.
///
/// Expects what `release::to_html` answers: balanced, every value in double quotes, and no `<` in a text.
pub(super) fn framed(html: &str, label: &str) -> String {
    let mut out = String::with_capacity(html.len() + 128);
    let mut depth = 0_usize;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = start + tag_length(&rest[start..]);
        let tag = &rest[start..end];
        out.push_str(&rest[..start]);
        rest = &rest[end..];
        match name(tag) {
            "table" => {
                if depth == 0 {
                    out.push_str(&format!(
                        "<div class=\"wide\" role=\"group\" aria-label=\"{}\" tabindex=\"0\">",
                        escape(label)
                    ));
                }
                depth += 1;
                out.push_str(tag);
            }
            "/table" => {
                out.push_str(tag);
                if depth == 1 {
                    out.push_str("</div>");
                }
                depth = depth.saturating_sub(1);
            }
            _ => out.push_str(tag),
        }
    }
    out.push_str(rest);
    out
}

/// Bytes up to the `>` that ends a tag: not one in a value.
fn tag_length(tag: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    tag.len()
}

/// The name of a tag; of an end tag with its slash.
fn name(tag: &str) -> &str {
    let inside = &tag[1..];
    let end = inside.find(|c: char| c == '>' || c.is_ascii_whitespace()).unwrap_or(inside.len());
    &inside[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: &str = "<div class=\"wide\" role=\"group\" aria-label=\"Table\" tabindex=\"0\">";

    /// As a body comes to a page.
    fn page(body: &str) -> (String, String) {
        let base = url::Url::parse("https://press.example.org/en/").unwrap();
        let html = release::to_html(body, release::Format::Html, &base);
        (framed(&html, "Table"), html)
    }

    #[test]
    fn each_outermost_table_stands_in_a_frame() {
        let (framed, _) = page(
            "<p>a</p><table><tr><td>1<table lang=\"fr\"><tr><td>2</td></tr></table></td></tr></table><table><tr><td>3</td></tr></table>z",
        );
        let without = framed.replace(FRAME, "[").replace("</table></div>", "</table>]");
        assert_eq!(
            without,
            "<p>a</p>[<table><tbody><tr><td>1<table lang=\"fr\"><tbody><tr><td>2</td></tr></tbody></table></td></tr></tbody></table>]\
             [<table><tbody><tr><td>3</td></tr></tbody></table>]z"
        );
    }

    #[test]
    fn what_only_looks_like_a_table_is_none() {
        for body in [
            "<p title=\"<table>\"><abbr title=\"a > b <table x='\">&lt;table&gt; \"<b>x</b></abbr></p>",
            "<a href=\"https://a.example/?<table>\" title='\"><table>'>x</a>",
            "<p>&lt;table&gt;</p><img src=\"https://a.example/a.png\" alt='\"&gt;<table>'>",
            "<pre>&lt;table></pre><tablet>y</tablet>",
        ] {
            let (framed, html) = page(body);
            assert_eq!(framed, html);
        }
        // Sanitised HTML has no such signs in a value today: what reads it does not depend on that.
        let odd = "<p title=\"a > b <table>\">x</p>";
        assert_eq!(super::framed(odd, "Table"), odd);
    }

    #[test]
    fn a_label_stays_in_its_quotes() {
        assert!(framed("<table></table>", "\"><b>").starts_with("<div class=\"wide\" role=\"group\" aria-label=\"&quot;&gt;&lt;b&gt;\""));
    }
}
