use super::*;

fn base() -> Url {
    Url::parse("https://press.example.org/").unwrap()
}

fn written(html: &str) -> String {
    to_markdown(&to_html(html, Format::Html, &base()), &base()).unwrap()
}

#[test]
fn what_markdown_has_is_written_in_it() {
    for (html, markdown) in [
        (
            "<p>Harbour <b>fees </b>fall <i>again</i>.</p>\n<p>Two</p>",
            "Harbour **fees** fall *again*.\n\nTwo",
        ),
        (
            "<h1>One</h1><h3>Two #</h3><p>x<br>y</p><hr>",
            "## One\n\n### Two \\#\n\nx\\\ny\n\n---",
        ),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        (
            "<ol start=3><li><p>a</p><p>b</p></li><li><p>c</p></li></ol>",
            "3. a\n\n   b\n\n4. c",
        ),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("<ol><li>a</li></ol><ol><li>b</li></ol><ol><li>c</li></ol>", "1. a\n\n1) b\n\n1. c"),
        ("<blockquote><p>a</p><ul><li>b</li></ul></blockquote>", "> a\n>\n> - b"),
        (
            "<p><a href=\"https://a.example/x_(y)?a=1&amp;b=2\">the <em>list</em></a>!</p>",
            "[the *list*](<https://a.example/x_(y)?a=1&b=2>)!",
        ),
        (
            "<table><thead><tr><th>a</th><th>b|c</th></tr></thead><tbody><tr><td>1</td><td><b>2</b></td></tr></tbody></table>",
            "| a | b\\|c |\n| --- | --- |\n| 1 | **2** |",
        ),
        ("<p>H<sub>2</sub>O, <code>a_b</code></p>", "H<sub>2</sub>O, `a_b`"),
        ("just words", "just words"),
    ] {
        assert_eq!(written(html), markdown, "{html}");
    }
}

#[test]
fn no_sign_of_a_text_is_taken_for_a_mark() {
    for text in [
        "1. May",
        "2) two",
        "# 5",
        "- dash",
        "+1",
        "* star *",
        "_x_ and a_b_c",
        "`tick`",
        "[a](https://a.example)",
        "&amp; &#42; AT&T",
        "a\\b",
        "> more",
        "===",
        "~~~",
        "| a | b |",
        ": x",
        "!\u{5b}x]",
        "<p>",
        "http://a.example/?a=1&copy=2",
    ] {
        let html = format!("<p>{}</p>", plain::escape(text));
        let markdown = written(&html);
        assert!(!markdown.starts_with("<p>"), "{text}: {markdown}");
        assert_eq!(html_to_text(&to_html(&markdown, Format::Markdown, &base())), text, "{markdown}");
    }
}

#[test]
fn what_markdown_has_not_stays_html_among_the_rest() {
    let html =
        "<p>a</p><table><tbody><tr><td>1</td><td>2</td></tr><tr><td colspan=\"2\">3</td></tr></tbody></table><p lang=\"fr\">b</p><p>c</p>";
    assert_eq!(
        written(html),
        "a\n\n<table>\n<tbody>\n<tr><td>1</td><td>2</td></tr>\n<tr><td colspan=\"2\">3</td></tr>\n</tbody></table>\n\n<p lang=\"fr\">b</p>\n\nc"
    );
    assert_eq!(written("<pre>a\n\nb</pre><p>c</p>"), "<pre>a\n\nb</pre>\n\nc");
    assert_eq!(written("a<em><ul><li>b</li></ul></em>"), "a\n\n<em>\n<ul>\n<li>b</li>\n</ul></em>");
}
