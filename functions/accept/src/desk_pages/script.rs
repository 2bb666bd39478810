//! What the desk's script asks for: the look at a form while it is written, the cleaning of a paste, the announcement of a file.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Request, State},
};
use http::StatusCode;
use release::{Fault, Status, Upload};
use serde::Serialize;
use serde_json::json;
use url::Url;

use super::{
    Page,
    changes::label,
    editor::{base, saving, understood},
    field::id as field_id,
    form::Form,
    frame::sentences,
    guard::Visit,
    parse_id,
    told::{Told, tell},
};
use crate::{
    Desk, check, files,
    intake::{small_json, whole},
    problem::Problem,
    routes::json as answer,
    save,
};

/// What was found in a form.
#[derive(Serialize)]
struct Found {
    errors: Vec<Line>,
    warnings: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    /// The field's element; empty when it is about the whole.
    id: String,
    label: String,
    message: String,
    lang: Option<&'static str>,
}

/// `POST /desk/releases/{id}/check`: as the editor would show it after saving, without saving.
pub(super) async fn check(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Extension(visit): Extension<Visit>,
    request: Request,
) -> Page {
    let id = parse_id(&id)?;
    let form = Form::read(whole(request.into_body()).await?);
    let base = base(&desk, id, &form).await?;
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    match understood(&desk, &form, Status::Draft, None).await {
        Ok(draft) => {
            warnings.extend(draft.warnings.clone());
            let mut revision = save::next(draft, saving(&desk, &visit, id, base.as_ref()), &desk.site)?;
            // What its time says against the text is known while it is scheduled.
            revision.publish_at = base.as_ref().and_then(|base| base.publish_at);
            errors.extend(files::inspect(&mut revision, base.as_ref(), &desk.store).await?);
            let found = check::look(&revision, &desk).await?;
            errors.extend(found.errors);
            warnings.extend(found.warnings);
        }
        Err(problem) if !problem.errors.is_empty() => errors = problem.errors,
        Err(problem) => return Err(problem.into()),
    }
    let tongue = visit.visitor.tongue;
    let lines = |faults: Vec<Fault>| {
        let told = faults.iter().map(|fault| tell(fault, &form, tongue));
        told.map(|told: Told| Line {
            id: field_id(&told.field),
            label: label(&told.field, tongue.words, &desk.site).0,
            message: told.message,
            lang: told.lang,
        })
        .collect()
    };
    let found = Found {
        errors: lines(errors),
        warnings: lines(warnings),
    };
    Ok(answer(StatusCode::OK, &found))
}

/// `POST /desk/paste`: what a browser has on its clipboard becomes clean text, as HTML and, when it can be had, as Markdown.
pub(super) async fn paste(State(desk): State<Arc<Desk>>, request: Request) -> Page {
    let form = Form::read(whole(request.into_body()).await?);
    let (html, site) = (form.get("html").to_owned(), Arc::clone(&desk.site));
    let work = tokio::task::spawn_blocking(move || cleaned(&html, &site.url("/")));
    let cleaned = work
        .await
        .map_err(|_| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "this text cannot be read"))?;
    let Cleaned { title, html, markdown } = cleaned.map_err(|reason| Problem::fault("/body", reason))?;
    Ok(answer(StatusCode::OK, &json!({"title": title, "html": html, "markdown": markdown})))
}

/// What a pasted text keeps: what it says and how it is divided, nothing of how it looked.
const KEPT: [&str; 29] = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "div",
    "em",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// What became of a paste.
struct Cleaned {
    title: String,
    html: String,
    markdown: Option<String>,
}

/// Title and text. White space of its source means nothing; paragraphs stand apart, so that a person can read it.
fn cleaned(html: &str, base: &str) -> Result<Cleaned, String> {
    release::check_body(html, release::Format::Html)?;
    let paste = release::html(html);
    let base = Url::parse(base).map_err(|reason| reason.to_string())?;
    let safe = |html: &str| release::to_html(html, release::Format::Html, &base);
    let mut builder = ammonia::Builder::empty();
    builder.add_tags(KEPT).add_tag_attributes("a", ["href"]).link_rel(None);
    builder.add_url_schemes(["https", "http", "mailto", "tel"]);
    let bare = builder.clean(&safe(&paste.body)).to_string();
    // Web pages divide with `div` what a text divides into paragraphs. Whatever does not fit together then is put right.
    let whole = tight(&safe(&without_anchors(&bare).replace("<div>", "<p>").replace("</div>", "</p>")));
    let mut apart = whole.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    for end in [
        "</p>",
        "</h2>",
        "</h3>",
        "</h4>",
        "</h5>",
        "</h6>",
        "</ul>",
        "</ol>",
        "</blockquote>",
        "</table>",
    ] {
        apart = apart.replace(end, &format!("{end}\n\n"));
    }
    for end in ["</li>", "<ul>", "<ol>", "</tr>"] {
        apart = apart.replace(end, &format!("{end}\n"));
    }
    let filled = |line: &&str| !matches!(*line, "" | "<p></p>" | "<p> </p>" | "<p>&nbsp;</p>" | "<p>\u{a0}</p>");
    let mut clean = String::new();
    for line in apart.lines().map(str::trim).filter(filled) {
        // A paragraph ends with an empty line, a part of a list does not.
        let part = ["</li>", "<ul>", "<ol>", "</tr>"].iter().any(|end| line.ends_with(end));
        clean.push_str(line);
        clean.push_str(if part { "\n" } else { "\n\n" });
    }
    Ok(Cleaned {
        title: paste.title,
        html: clean.trim_end().to_owned(),
        markdown: release::to_markdown(&whole, &base),
    })
}

/// Without links that lead nowhere, such as Word's bookmarks. None stands in another, so each ends with the next end tag.
fn without_anchors(html: &str) -> String {
    let mut parts = html.split("<a>");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| whole + &part.replacen("</a>", "", 1))
}

/// Without the paragraph that is all an item of a list says: Google Docs makes one of each.
fn tight(html: &str) -> String {
    let mut parts = html.split("<li><p>");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| match part.split_once("</p>") {
        Some((words, rest)) if ["</li>", "<ul>", "<ol>"].iter().any(|tag| rest.trim_start().starts_with(tag)) => {
            whole + "<li>" + words + rest
        }
        _ => whole + "<li><p>" + part,
    })
}

/// `POST /desk/releases/{id}/files`: how to send a file, as `POST /v1/releases/{id}/media` says it. Of a release that is not saved yet, too:
/// the file belongs to nobody until a revision names it.
pub(super) async fn announce(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Extension(visit): Extension<Visit>,
    request: Request,
) -> Page {
    let id = parse_id(&id)?;
    let (parts, body) = request.into_parts();
    let announced = async {
        let body = small_json(&parts.headers, body).await?;
        let file = Upload::from_json(&body, &desk.site)?;
        files::announce(&desk, id, file).await
    };
    match announced.await {
        Ok(told) => Ok(told),
        Err(problem) => {
            let told: Vec<String> = sentences(&problem, visit.visitor.tongue)
                .into_iter()
                .map(|told| told.message)
                .collect();
            Ok(answer(problem.status, &json!({"message": told.join(" ")})))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_word_and_web_pages_leave_on_the_clipboard_becomes_clean_text() {
        let word = "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><style>p.MsoNormal{margin:0}</style></head><body lang=EN-GB>\
                    <!--StartFragment--><p class=MsoNormal style='margin:0cm;mso-pagination:none'><b><span lang=EN-US style='font-family:\"Calibri\"'>\
                    Harbour\n   fees</span></b> fall<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><ul><li>One</li><li>Two</li></ul><!--EndFragment--></body></html>";
        let clean = cleaned(word, "https://press.example.org/").unwrap();
        assert_eq!(
            clean.html,
            "<p><b>Harbour fees</b> fall</p>\n\n<ul>\n<li>One</li>\n<li>Two</li>\n</ul>"
        );
        assert_eq!(clean.markdown.unwrap(), "**Harbour fees** fall\n\n- One\n- Two");
        let docs = "<b style=\"font-weight:normal;\" id=\"docs-internal-guid-1\"><p><span style=\"font-weight:700\">Fees</span><span> fall</span></p>\
                    <ul><li><p>One</p></li><li><p>Two</p><ul><li><p>Three</p></li></ul></li><li><p>a</p><p>b</p></li></ul></b>";
        let clean = cleaned(docs, "https://press.example.org/").unwrap();
        assert_eq!(
            clean.html,
            "<p><b>Fees</b> fall</p>\n\n<ul>\n<li>One</li>\n<li>Two<ul>\n<li>Three</li>\n</ul>\n\n</li>\n<li><p>a</p>\n\n<p>b</p>\n\n</li>\n</ul>"
        );
        let clean = cleaned("<ul><li><p>One</p></li><li><p>Two</p></li></ul>", "https://press.example.org/").unwrap();
        assert_eq!(clean.markdown.unwrap(), "- One\n- Two");
        let page = "<nav>Menu</nav><article><h1>Ferry delayed</h1><p>It was <a href=\"javascript:alert(1)\" onclick=x>late</a>.</p><script>alert(1)</script></article>";
        let Cleaned { title, html, markdown } = cleaned(page, "https://press.example.org/").unwrap();
        assert_eq!((title.as_str(), markdown.as_deref()), ("Ferry delayed", Some("It was late.")));
        assert_eq!(html, "<p>It was late.</p>");
        let clean = cleaned("<div><div>One</div><div>Two<br>three</div></div>", "https://press.example.org/").unwrap();
        assert_eq!(clean.html, "<p>One</p>\n\n<p>Two<br>three</p>");
        assert_eq!(clean.markdown.unwrap(), "One\n\nTwo\\\nthree");
        assert!(cleaned(&"<div>".repeat(500), "https://press.example.org/").is_err());
    }
}
