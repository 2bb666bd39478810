//! Bodies that cost a parser of HTML or Markdown most, of any size. `tests/figures` measures them, too.

use release::Format;

/// `before`, then `part` as often as it fits into `size` bytes.
fn filled(before: &str, part: &str, size: usize) -> String {
    let times = size.saturating_sub(before.len()) / part.len();
    format!("{before}{}", part.repeat(times))
}

/// Half of the bytes open, half of them close.
fn both(open: &str, close: &str, size: usize) -> String {
    let times = size / (open.len() + close.len());
    format!("{}{}", open.repeat(times), close.repeat(times))
}

/// `count` different elements of one name: parsers of HTML keep only three alike.
fn different(name: &str, count: usize) -> String {
    (0..count).map(|n| format!("<{name} lang=x{n}>")).collect()
}

/// Bodies of about `size` bytes, by what is repeated in them.
pub(crate) fn worst(size: usize) -> Vec<(String, Format, String)> {
    let mut found = Vec::new();
    let mut add = |format: Format, name: &str, body: String| found.push((name.to_owned(), format, body));
    for part in [
        "<b>",
        "<div>",
        "<p>",
        "<li>",
        "<table><tr><td>",
        "<table>x",
        "<a href=/x>",
        "<a href=/x><div>",
        "<b><i><p></b></i>",
        "<b><p></b>",
        "<a><b><div></a>",
        "<p><i></p></i>",
        "</p>",
        "<svg><math>",
        "<svg><style><div></style>",
        "<math><mtext><table><mglyph>",
        "<select><option>",
        "<ruby><rt>",
        "<dl><dd>",
        "<!--",
        "<!-- -->",
        "<![CDATA[",
        "<",
        "</",
        "<a \"",
        "<p title=\"",
        "<p a=1 ",
        "&",
        "&amp",
        "&NotEqualTilde;",
        "&#x41;",
        "<iframe>",
        "<video><source src=x>",
        "<div><script></div></script>",
        "<pre>\n",
        "<h1></h2>",
        "<tr><td><caption>",
        "<q cite=/x>x</q>",
    ] {
        add(Format::Html, part, filled("", part, size));
    }
    // The same below the greatest depth that is taken.
    for (open, close) in [
        ("<div>", "</div>"),
        ("<b>", "</b>"),
        ("<blockquote><p>", "</blockquote>"),
        ("<ul><li>", "</ul>"),
    ] {
        add(Format::Html, &format!("{open}…{close}"), both(open, close, size));
        let part = both(open, close, 90 * (open.len() + close.len()));
        add(
            Format::Html,
            &format!("90 times {open}…{close}, again and again"),
            filled("", &part, size),
        );
    }
    for before in ["<table>", "<table><tr>", "<table><tbody>", "<ul>", "<p>"] {
        for part in ["<p>x", "<b>x</b>", "x<tr>", "<div>x</div>", "<br>"] {
            add(Format::Html, &format!("{before} and {part}"), filled(before, part, size));
        }
    }
    // What is left open in a paragraph is opened again in each that follows.
    let open = format!("<p>{}</p>", different("b", 90));
    for part in ["<p>x", "<li>x", "<div>x</div>", "<table><td>x</table>", "<b></b>x"] {
        add(
            Format::Html,
            &format!("90 times <b lang>, left open, and {part}"),
            filled(&open, part, size),
        );
    }
    let both_kinds = format!("{}{}{}", different("b", 45), different("i", 45), "</b>x".repeat(45)) + &"</i>".repeat(45);
    add(
        Format::Html,
        "45 times <b lang>, 45 times <i lang>, closed in turn",
        filled("", &both_kinds, size),
    );
    let hidden = format!("<p>{}<table><td>{}</table></p>", different("b", 90), "</b>".repeat(90));
    add(
        Format::Html,
        "90 times <b lang>, closed where it does not count, and <p>x",
        filled(&hidden, "<p>x", size),
    );
    let title = format!("<p><a href=/x title=\"{}\"></p>", "y".repeat(size / 2));
    add(Format::Html, "<a title=long>, left open, and <p>x", filled(&title, "<p>x", size));
    let many: String = (0..).map(|n| format!(" a{n}=1")).take(size / 10).collect();
    add(Format::Html, "different attributes", format!("<p{many}>x"));
    for part in [
        ">",
        "> - ",
        "- ",
        "[",
        "[a](",
        "[a][",
        "![",
        "*",
        "**a ",
        "*a **a ",
        "_",
        "`",
        "``` ",
        "~~~\n",
        "<",
        "<!--",
        "<?",
        "|",
        "|-",
        "a|\n",
        "\\",
        "&",
        "a@",
        "http://",
        "[a]: /x\n",
        "[x]: /y \"",
        "1. ",
        "# ",
        "\t",
        "    x\n",
        "x  \n",
        "<b>\n\n",
        "***",
        "((",
        "<a@b>",
    ] {
        add(Format::Markdown, part, filled("", part, size));
    }
    add(Format::Markdown, "|-| and |a|", filled("|a|\n|-|\n", "|a|\n", size));
    add(Format::Markdown, "a wide table", {
        let columns = size / 8 - 8;
        format!(
            "|{}\n|{}\n{}",
            "a|".repeat(columns),
            "-|".repeat(columns),
            filled("", "|\n", size / 2)
        )
    });
    add(Format::Markdown, "a long reference, used often", {
        let target = format!("[a]: /{} \"t\"\n\n", "x".repeat(size / 2));
        filled(&target, "[a] ", size)
    });
    for part in [
        "<",
        "&",
        "a@",
        "http://",
        "www.",
        "http://a.example/ ",
        "x\n",
        "\n\nx",
        "a@b.c ",
        "://",
        "http://a.example/(",
    ] {
        add(Format::Text, part, filled("", part, size));
    }
    found
}
