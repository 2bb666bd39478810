#![allow(non_snake_case)]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use scraper::{Html, Selector};
use url::Url;

use super::*;

fn base() -> Url {
    Url::parse("https://press.example.org/en/2016/06/closing/").unwrap()
}

fn html(body: &str) -> String {
    to_html(body, Format::Html, &base())
}

fn text(body: &str) -> String {
    to_html(body, Format::Text, &base())
}

/// Looks at the result with another eye than the sanitiser's.
fn harmless(out: &str) {
    let fragment = Html::parse_fragment(out);
    for element in fragment.select(&Selector::parse("*").unwrap()) {
        let name = element.value().name();
        assert!(
            !matches!(
                name,
                "script"
                    | "style"
                    | "svg"
                    | "math"
                    | "iframe"
                    | "object"
                    | "embed"
                    | "form"
                    | "template"
                    | "noscript"
                    | "base"
                    | "meta"
                    | "link"
            ),
            "{out}"
        );
        for (key, value) in element.value().attrs() {
            assert!(
                !key.starts_with("on") && !matches!(key, "style" | "id" | "class" | "name" | "srcset" | "poster" | "formaction"),
                "{out}"
            );
            if matches!(key, "href" | "src" | "cite") {
                let url = Url::parse(value).expect("an absolute URL");
                assert!(matches!(url.scheme(), "http" | "https" | "mailto" | "tel"), "{out}");
                assert!(url.username().is_empty() && url.password().is_none(), "{out}");
                assert!(value.is_ascii() && !value.contains(' '), "{out}");
            }
        }
    }
    assert!(out.chars().all(crate::clean::carries), "{out:?}");
}

const HOSTILE: [&str; 44] = [
    "<script>alert(1)</script>x",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>x</svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\">x</a></svg>",
    "<details ontoggle=x open>y</details>",
    "<iframe srcdoc=\"<script>x</script>\"></iframe>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<select><template><img src=x onerror=alert(1)></template></select>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"JaVa&#9;Script:alert(1)\">x</a>",
    "<a href=\"java&#10;script:alert(1)\">x</a>",
    "<a href=\"&#1;javascript:alert(1)\">x</a>",
    "<a href=\" jAvaScript&#58;x\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"vbscript:x\">x</a>",
    "<a href=\"data:text/html,<script>x</script>\">x</a>",
    "<img src=\"data:image/png;base64,AAAA\">",
    "<a href=\"blob:https://a/1\">x</a>",
    "<a href=\"feed:javascript:x\">x</a>",
    "<a href=\"//evil.example/\">x</a>",
    "<a href=\"https:\\\\evil.example\">x</a>",
    "<a href=\"https://user:pass@host.example/\">x</a>",
    "<img srcset=\"x 2x\" src=\"/a.png\">",
    "<video poster=\"javascript:x\" src=\"/v.mp4\">old</video>",
    "<button formaction=\"javascript:x\">y</button>",
    "<p style=\"position:fixed;background:url(x)\" class=a id=cookie>y",
    "<style>@import 'x'</style>y",
    "<xmp><a href=\"</xmp><img src=x onerror=alert(1)>\">",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<title><img title=\"</title><img src=x onerror=alert(1)>\">",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--x--!><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<scr<script></script>ipt>alert(1)</script>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<base href=\"https://evil.example/\"><a href=x>y</a>",
    "<meta http-equiv=refresh content=\"0;url=//evil\">y",
    "<p><b><p></b><table><b><tr><td></b><a><a>x",
    "<table><div><p><a href=1><table><a href=2>x",
    "<pre>\n\n\nx</pre><listing>\n\ny</listing>",
    "&#1;&#xFFFE;&#0;&#13;x<p title='&#1;'>&#x80;",
];

#[test]
fn S01_S02_S03_S04_hostile_markup_is_made_harmless() {
    for payload in HOSTILE {
        for format in [Format::Html, Format::Markdown, Format::Text] {
            let out = to_html(payload, format, &base());
            harmless(&out);
            assert_eq!(html(&out), out, "sanitised again, of {payload}");
        }
    }
}

#[test]
fn B12_plain_text_loses_nothing() {
    let out = text("values <10 kg & >2 kg, a <rant> and <b>so</b> on\nnext line\n\nlast");
    assert_eq!(
        out,
        "<p>values &lt;10 kg &amp; &gt;2 kg, a &lt;rant&gt; and &lt;b&gt;so&lt;/b&gt; on<br>\nnext line</p>\n<p>last</p>\n"
    );
    assert_eq!(
        html_to_text(&out),
        "values <10 kg & >2 kg, a <rant> and <b>so</b> on\nnext line\nlast"
    );
}

#[test]
fn bare_addresses_in_plain_text_become_links_without_the_mark_behind_them() {
    let out =
        text("See http://a.example/x.aspx?a=1&b=2, (www.b.example/c). Write to press@example.org. Not e.g.this nor ftp://c.example/.");
    assert_eq!(
        out,
        "<p>See <a href=\"http://a.example/x.aspx?a=1&amp;b=2\">http://a.example/x.aspx?a=1&amp;b=2</a>, \
         (<a href=\"https://www.b.example/c\">www.b.example/c</a>). Write to \
         <a href=\"mailto:press@example.org\">press@example.org</a>. Not e.g.this nor ftp://c.example/.</p>\n"
    );
    assert!(text("请访问https://a.example/页面，谢谢").contains("\">https://a.example/页面</a>，谢谢"));
}

#[test]
fn B47_every_relative_address_becomes_absolute() {
    let out = html("<img src=\"/media/a.png\" alt=\"A\"><a href=\"#annex\">x</a><a href=\"//b.example/c\">y</a><q cite=../z>w</q>");
    assert_eq!(
        out,
        "<img src=\"https://press.example.org/media/a.png\" alt=\"A\"><a href=\"https://press.example.org/en/2016/06/closing/#annex\">x</a>\
         <a href=\"https://b.example/c\">y</a><q cite=\"https://press.example.org/en/2016/06/z\">w</q>"
    );
}

#[test]
fn B55_B57_addresses_in_bodies_are_encoded_once() {
    let out = html("<a href=\"https://bücher.example/café/caf%C3%A9/a b\">x</a>");
    assert_eq!(out, "<a href=\"https://xn--bcher-kva.example/caf%C3%A9/caf%C3%A9/a%20b\">x</a>");
}

#[test]
fn B58_a_dangerous_address_goes_and_its_text_stays() {
    assert_eq!(html("<a href=\" jAvaScript&#58;x\">x</a>"), "<a>x</a>");
}

#[test]
fn S02_words_of_an_attribute_end_no_comment_and_no_element() {
    let out = html("<img src=/a.png alt=\"a -> b > c --><b> ]]> --!></title>\">");
    let expected = "a -&gt; b &gt; c -- &gt;&lt;b&gt; ]] &gt; --! &gt;&lt; /title&gt;";
    assert!(out.contains(&format!("alt=\"{expected}\"")), "{out}");
    assert_eq!(html(&out), out);
}

#[test]
fn B116_embedded_players_become_plain_links() {
    assert_eq!(
        html("<iframe src=\"https://v.example/1?a=1&amp;copy=2\">no frames</iframe>"),
        "<a href=\"https://v.example/1?a=1&amp;copy=2\">https://v.example/1?a=1&amp;copy=2</a>"
    );
    assert_eq!(
        html("a<video controls><source src=/v.mp4><source src=/v.ogv>Too old</video>b"),
        "a<a href=\"https://press.example.org/v.mp4\">/v.mp4</a>b"
    );
    assert_eq!(html("<video>never closed <b>text</b>"), "never closed <b>text</b>");
    assert_eq!(html("<form onsubmit=x><p onclick=y>z</p></form>"), "<div><p>z</p></div>");
}

#[test]
fn B118_drawings_with_script_are_left_out() {
    assert_eq!(html("a<svg><a xlink:href=\"javascript:x\"><text>t</text></a></svg>b"), "ab");
}

#[test]
fn B4_a_cdata_end_in_a_body_is_only_text() {
    assert_eq!(html("<pre>if (a[b[0]]>1)</pre>"), "<pre>if (a[b[0]]&gt;1)</pre>");
}

#[test]
fn the_title_stays_the_only_first_heading() {
    assert_eq!(html("<h1 lang=fr>A</h1><h2>B</h2>"), "<h2 lang=\"fr\">A</h2><h2>B</h2>");
    assert_eq!(
        to_html("# A\n\n* b\n", Format::Markdown, &base()),
        "<h2>A</h2>\n<ul>\n<li>b</li>\n</ul>\n"
    );
}

#[test]
fn markdown_may_hold_markup_and_it_is_sanitised() {
    let out = to_html(
        "A *b* <q lang=\"ar\" dir=\"rtl\">c</q> <b onclick=x>d</b>\n\n<script>e</script>",
        Format::Markdown,
        &base(),
    );
    assert_eq!(out.trim_end(), "<p>A <em>b</em> <q lang=\"ar\" dir=\"rtl\">c</q> <b>d</b></p>");
}

#[test]
fn S17_bodies_made_to_take_time_are_answered_at_once() {
    let open = "<div>".repeat(20_000);
    let bold = "<b>".repeat(20_000);
    let cases = [
        open.clone(),
        format!("{open}{}", "</div>".repeat(20_000)),
        bold,
        "<svg><style><div></style>".repeat(5_000),
        "<div><script></div></script>".repeat(5_000),
        "<b><i><p></b></i>".repeat(5_000),
        "&amp;".repeat(52_000),
        "&NotEqualTilde;".repeat(17_000),
        "&".repeat(200_000),
        "<".repeat(200_000),
        "<a \"".repeat(50_000),
        "<iframe>".repeat(30_000),
        "<!--".repeat(50_000),
        "</".repeat(100_000),
        "<table><td>".repeat(20_000),
        format!("<p title=\"{}\">x", "y".repeat(250_000)),
        format!("<p {}>x", "a=1 ".repeat(60_000)),
        (0..40_000).map(|n| format!("a{n} ")).fold("<p ".to_owned(), |all, one| all + &one) + ">",
        ">".repeat(100_000),
        "- ".repeat(100_000),
        "[a](".repeat(50_000),
        "a@".repeat(100_000),
        "http://".repeat(30_000),
        "**a ".repeat(50_000),
        "<p>".repeat(60_000),
        "<li>".repeat(60_000),
        "<select><option>".repeat(15_000),
        "<video><source src=x>".repeat(10_000),
    ];
    for case in &cases {
        let head: String = case.chars().take(30).collect();
        for format in [Format::Html, Format::Markdown, Format::Text] {
            let start = Instant::now();
            let checked = check_body(case, format);
            assert!(
                start.elapsed() < Duration::from_secs(1),
                "check {head} {format:?}: {:?}",
                start.elapsed()
            );
            let start = Instant::now();
            let out = to_html(case, format, &base());
            // A debug build is several times slower than what runs in production.
            assert!(
                start.elapsed() < Duration::from_secs(6),
                "{head} {format:?}: {:?} {checked:?}",
                start.elapsed()
            );
            drop(out);
        }
    }
    assert!(check_body(&open, Format::Html).unwrap_err().contains("found 20000"));
    assert!(check_body(&"x".repeat(300_000), Format::Text).unwrap_err().contains("262144"));
}

#[test]
fn a_body_too_deep_for_layout_keeps_its_words() {
    let out = html(&format!("{}a <b>b</b> &amp; c", "<div>".repeat(5000)));
    assert_eq!(out, "<p>a b &amp; c</p>");
    assert_eq!(html(&out), out);
}

#[test]
fn text_is_read_back_from_markup() {
    assert_eq!(
        html_to_text("<p>One&nbsp;two<br>three</p><ul><li>A</li><li>B &lt; C</li></ul><table><tr><td>1</td><td>2</td></tr></table>"),
        "One two\nthree\nA\nB < C\n1 2"
    );
    assert_eq!(html_to_text("Customs&#8217; r&eacute;sum&eacute;"), "Customs’ résumé");
}

fn soup() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[a-z ]{0,6}",
        proptest::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        proptest::sample::select(vec![
            "<p>",
            "</p>",
            "<div>",
            "</div>",
            "<b>",
            "</b>",
            "<i>",
            "</i>",
            "<a href=/x>",
            "</a>",
            "<table>",
            "<tr>",
            "<td>",
            "</td>",
            "</table>",
            "<ul>",
            "<li>",
            "</ul>",
            "<h1>",
            "</h2>",
            "<pre>",
            "\n",
            "</pre>",
            "<svg>",
            "</svg>",
            "<button>",
            "</button>",
            "<br/>",
            "<caption>",
            "<dl>",
            "<dd>",
            "<!--",
            "-->",
            "&amp",
            "&#",
            "\"",
            "<ruby>",
            "<rt>",
            "<blockquote>",
            "<option>",
            "<figure>",
            "</",
            "<",
            "é",
            "\u{1}",
            "<nobr>",
            "<frameset>",
            "<body>",
            "<col>",
            "<thead>",
            "</br>",
            "<hr>",
        ])
        .prop_map(str::to_owned),
        ".{0,4}",
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_body_becomes_harmless_and_stays_as_it_is(body in soup()) {
        for format in [Format::Html, Format::Markdown, Format::Text] {
            let out = to_html(&body, format, &base());
            harmless(&out);
            prop_assert_eq!(html(&out), out);
        }
    }

    #[test]
    fn plain_text_comes_back_as_it_was(body in "[a-z<>&\"';@:/.]{0,30}") {
        prop_assert_eq!(html_to_text(&text(&body)), body);
    }
}
