//! HTML documents and fragments.

use scraper::{ElementRef, Html, Node, Selector};

use super::Paste;
use crate::{Format, date::is_date_line};

/// Elements that are furniture of a page, never part of a text.
const FURNITURE: &str = "script, style, nav, header nav, noscript, template, title, meta, link";

/// An HTML document or fragment: the first `h1` is the title (else `title`), a date alone after it the date.
pub fn html(text: &str) -> Paste {
    let mut paste = Paste::empty(Format::Html);
    if crate::check_body(text, Format::Html).is_err() {
        // Too large or too deep to be parsed in time: handed on as it is, so that the check of the body says so.
        text.clone_into(&mut paste.body);
        return paste;
    }
    let mut document = Html::parse_document(text.trim_start_matches('\u{feff}'));
    paste.language = find(&document, "html")
        .and_then(|html| html.attr("lang"))
        .map(str::to_owned)
        .filter(|lang| !lang.is_empty());
    meant(&mut document);
    let heading = find(&document, "h1").or_else(|| find(&document, "title"));
    paste.title = heading.map(words).unwrap_or_default();
    let mut remove: Vec<_> = select(&document, FURNITURE).map(|element| element.id()).collect();
    if let Some(heading) = find(&document, "h1") {
        remove.push(heading.id());
        let next = heading.next_siblings().find_map(ElementRef::wrap);
        if let Some(next) = next {
            let stamp = if next.value().name() == "time" {
                Some(next)
            } else {
                next.select(&selector("time")).next()
            };
            let machine = stamp.and_then(|time| time.attr("datetime")).map(str::to_owned);
            let alone = stamp.is_none_or(|time| words(time) == words(next));
            let date = machine
                .filter(|_| alone)
                .or_else(|| Some(words(next)).filter(|line| is_date_line(line)));
            if date.is_some() {
                paste.date = date;
                remove.push(next.id());
            }
        }
    }
    for id in remove {
        if let Some(mut node) = document.tree.get_mut(id) {
            node.detach();
        }
    }
    let root = ["article", "main", "body"].into_iter().find_map(|name| find(&document, name));
    paste.body = root.map(|root| root.inner_html().trim().to_owned()).unwrap_or_default();
    paste
}

/// Says by elements what a word processor says by styles: Google Docs writes bold words as `span`, and around all a `b` that is none.
fn meant(document: &mut Html) {
    let styled = select(document, "b[style], strong[style], i[style], em[style], span[style]").filter_map(|element| {
        let style: String = element.attr("style")?.chars().filter(|c| !c.is_whitespace()).collect();
        let says = |words: &[&str]| {
            words
                .iter()
                .any(|word| style.split(';').any(|part| part.eq_ignore_ascii_case(word)))
        };
        let name = match element.value().name() {
            "b" | "strong" if says(&["font-weight:normal", "font-weight:400"]) => "span",
            "i" | "em" if says(&["font-style:normal"]) => "span",
            "span" if says(&["font-weight:bold", "font-weight:700"]) => "b",
            "span" if says(&["font-style:italic"]) => "i",
            _ => return None,
        };
        Some((element.id(), name))
    });
    for (id, name) in styled.collect::<Vec<_>>() {
        if let Some(mut node) = document.tree.get_mut(id)
            && let Node::Element(element) = node.value()
        {
            element.name.local = name.into();
        }
    }
}

fn selector(css: &str) -> Selector {
    // Every selector here is a constant and the tests use each.
    Selector::parse(css).unwrap_or_else(|_| unreachable!("a constant selector is wrong"))
}

fn select<'a>(document: &'a Html, css: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let found: Vec<_> = document.select(&selector(css)).collect();
    found.into_iter()
}

fn find<'a>(document: &'a Html, css: &str) -> Option<ElementRef<'a>> {
    select(document, css).next()
}

/// The text of an element, white space folded; entities are decoded once.
fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(non_snake_case)]
    fn B8_a_title_in_html_is_decoded_once() {
        let paste = html(
            "<html lang=fr><head><title>x</title></head><body><h1>Customs&#8217; <em>r&eacute;sum&eacute;</em> &amp;amp; more</h1><p>9 juin 2016</p><p>Texte.</p><script>1</script></body></html>",
        );
        assert_eq!(paste.title, "Customs’ résumé &amp; more");
        assert_eq!(paste.date.as_deref(), Some("9 juin 2016"));
        assert_eq!(paste.body, "<p>Texte.</p>");
        assert_eq!(paste.language.as_deref(), Some("fr"));
    }

    #[test]
    #[expect(non_snake_case)]
    fn B11_a_title_with_markup_is_its_plain_text() {
        assert_eq!(html("<h1><em>Salmonella</em> alert</h1><p>x</p>").title, "Salmonella alert");
        assert_eq!(html("<title>New &lt;col&gt; rule</title><p>x</p>").title, "New <col> rule");
    }

    #[test]
    fn what_a_word_processor_says_by_styles_is_said_by_elements() {
        let docs = "<b style=\"font-weight:normal;\" id=\"docs-internal-guid-1\"><p dir=\"ltr\"><span style=\"font-size:11pt;font-weight:700\">Fees</span><span> fall \
                    </span><span style=\"font-style: italic\">again</span></p></b>";
        let base = url::Url::parse("https://press.example.org/").unwrap();
        let clean = crate::to_html(&html(docs).body, Format::Html, &base);
        assert_eq!(clean, "<span><p dir=\"ltr\"><b>Fees</b><span> fall </span><i>again</i></p></span>");
    }

    #[test]
    fn a_fragment_without_heading_takes_the_title_element_or_none() {
        assert_eq!(html("<title>News</title><p>Text</p>").title, "News");
        let paste = html("<h1>News</h1><p><time datetime=\"2016-06-09\">9 June</time></p><p>Text</p>");
        assert_eq!((paste.date.as_deref(), paste.body.as_str()), (Some("2016-06-09"), "<p>Text</p>"));
    }
}
