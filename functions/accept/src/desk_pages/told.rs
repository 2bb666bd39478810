//! What is wrong, beside the field that it is about and in the user's language.
//!
//! The rules speak English, and only they decide. Here their sentences are known again and said in the desk's language; one that is not
//! known is shown as it is, marked as English.

use release::{Fault, Lang};

use super::{
    changes::language_name,
    form::Form,
    words::{Tongue, Words},
};

/// One sentence about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// The field's name; empty when it is about the whole.
    pub(super) field: String,
    pub(super) message: String,
    /// The message's language, when it is not the desk's.
    pub(super) lang: Option<&'static str>,
}

type Said = (&'static str, fn(&Words) -> &'static str);

/// Sentences of the rules, with `{}` where they differ, and the desk's own. The most particular come first.
const SAID: [Said; 65] = [
    ("texts.{}.title is missing; {}", |w| w.fault_title_empty),
    ("texts.{}.title is empty; {}", |w| w.fault_title_empty),
    ("texts.{}.body is missing; {}", |w| w.fault_body_empty),
    ("texts.{}.body is empty; {}", |w| w.fault_body_empty),
    ("`texts` is empty; write at least one text", |w| w.fault_no_text),
    ("a title has at most {0} characters, found {1}; shorten it", |w| w.fault_too_long),
    ("at most {0} characters, found {1}; shorten it", |w| w.fault_too_long),
    (
        "a text has at most {0} bytes, found {1}; shorten it or attach the long version as a file",
        |w| w.fault_body_long,
    ),
    ("formatting that is left open {}", |w| w.fault_formatting),
    ("the original language `{0}` has no text; there are texts in: {}", |w| {
        w.fault_original
    }),
    ("expected a date such as 2016-06-09 or 9 June 2016, found `{0}`", |w| w.fault_date),
    ("expected a day that exists, found `{0}`", |w| w.fault_date),
    ("expected a year from 1900 to 9999, found `{0}`", |w| w.fault_date),
    ("`{0}` may be {1} or {2}; {}", |w| w.fault_date_ambiguous),
    ("expected a date that has come when the release becomes public, at {}; {}", |w| {
        w.fault_date_to_come
    }),
    ("expected a day written YYYY-MM-DD such as 2016-06-01, found `{0}`", |w| w.fault_day),
    ("the event ends on {0}, before it starts on {1}", |w| w.fault_event_order),
    ("expected an absolute http(s) URL such as {}", |w| w.fault_url),
    ("the URL holds a user name or password; leave it out", |w| w.fault_url_secret),
    ("`{}` is missing", |w| w.fault_missing),
    ("expected a text, found an empty one", |w| w.fault_missing),
    ("the text holds the character NUL (U+0000); take it out", |w| w.fault_nul),
    ("took out {0} character{} that no feed can carry: {1}", |w| w.warn_taken_out),
    ("no file with this SHA-256 has arrived; {}", |w| w.fault_file_missing),
    (
        "expected the picture of {0} by {1} pixels in fewer pixels {}; found {2} by {3}",
        |w| w.fault_rendition,
    ),
    ("expected {0}, as announced; by its content the file is {1}", |w| w.fault_file_kind),
    ("expected one of {}; found {0}; SVG and HTML can carry programs", |w| {
        w.fault_file_refused
    }),
    ("expected a name that ends in {0} for {}", |w| w.fault_file_name),
    ("expected 1 to {} bytes (64 MiB), found {0}", |w| w.fault_file_size),
    ("`{0}` stands where something is still to be filled in", |w| w.lint_placeholder),
    ("`{0}`: is something still to be filled in?", |w| w.lint_doubtful),
    ("no place is named where the release is issued", |w| w.lint_no_place),
    ("{0} characters; search engines and feed readers cut a title after about {1}", |w| {
        w.lint_long_title
    }),
    ("the text speaks of an embargo, and the release is not scheduled: `{0}`", |w| {
        w.lint_embargo_unscheduled
    }),
    ("the text speaks of an embargo: `{0}`; it is scheduled for {1}", |w| w.lint_embargo),
    ("`{0}` is another time than {1}, for which the release is scheduled", |w| {
        w.lint_embargo_other
    }),
    ("nobody is named whom a journalist may ask", |w| w.lint_no_contact),
    ("`{0}` has no text in {1} for those who cannot see it", |w| w.lint_no_alt),
    ("`{0}` is large: {1} by {2} pixels, {3} MB; {}", |w| w.lint_large_picture),
    ("expected a text in {0}, in {}; found mostly {}: is it in the wrong place?", |w| {
        w.lint_language
    }),
    ("expected a text in {0}; it reads like {}: is it in the wrong place?", |w| {
        w.lint_language
    }),
    ("figures or dates differ: {0}", |w| w.lint_figures),
    ("a link leads to `#{0}`, and nothing in the text has that name", |w| w.lint_fragment),
    ("a withdrawal needs a public reason, {}", |w| w.fault_reason),
    ("expected a public reason, {}", |w| w.fault_reason),
    ("the store does not answer at the moment; {}", |w| w.trouble_store),
    ("something is wrong on our side; the log says what", |w| w.trouble_log),
    ("{0} wrote it last; with four eyes {}", |w| w.fault_own),
    ("{0} submitted it; with four eyes {}", |w| w.fault_own),
    ("{0} published it; with four eyes {}", |w| w.fault_own),
    ("expected an approval of exactly this content, {}", |w| w.fault_not_approved),
    ("revision {0} is public already", |w| w.fault_public_already),
    ("it was withdrawn in public; {}", |w| w.fault_withdrawn),
    ("it was withdrawn in revision {}", |w| w.fault_withdrawn),
    ("it was never public; {}", |w| w.fault_never_public),
    ("this release was never public", |w| w.fault_never_public),
    ("expected a draft, found status {}", |w| w.fault_no_draft),
    ("expected a submitted release, {}", |w| w.fault_not_submitted),
    ("expected a withdrawn release, {}", |w| w.fault_not_withdrawn),
    ("to {} needs the role {}", |w| w.fault_role),
    ("status {} needs the role {}", |w| w.fault_role),
    ("expected a form of this desk; {}", |w| w.fault_foreign),
    ("expected at most {} bytes (5 MiB); {}", |w| w.fault_too_large),
    ("expected If-Match: {}, the latest revision; {}", |w| w.fault_stale),
    ("{} is not here", |w| w.fault_not_here),
];

/// Places in which the rules have the tag of a language, and people its name.
const LANGUAGES: [(&str, &str); 3] = [
    ("`{0}` has no text in {1} for those who cannot see it", "1"),
    ("expected a text in {0}, in {}; found mostly {}: is it in the wrong place?", "0"),
    ("expected a text in {0}; it reads like {}: is it in the wrong place?", "0"),
];

/// One fault of a posted form.
pub(super) fn tell(fault: &Fault, form: &Form, tongue: Tongue) -> Told {
    let (message, lang) = say(&fault.message, tongue);
    Told {
        field: form.field(&fault.pointer),
        message,
        lang,
    }
}

/// A sentence of the rules in the desk's language, and its own language when that is another.
pub(super) fn say(message: &str, tongue: Tongue) -> (String, Option<&'static str>) {
    for (pattern, own) in SAID {
        if let Some(mut found) = matched(pattern, message) {
            for (name, value) in &mut found {
                if LANGUAGES.contains(&(pattern, *name))
                    && let Ok(lang) = Lang::parse(value)
                {
                    *value = language_name(&lang, tongue.words);
                }
            }
            let places: Vec<(&str, &str)> = found.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return (super::words::fill(own(tongue.words), &places), None);
        }
    }
    (message.to_owned(), Some("en").filter(|english| *english != tongue.tag))
}

/// What stands in the places of a pattern that have a name, when the message is of it.
fn matched<'p>(pattern: &'p str, message: &str) -> Option<Vec<(&'p str, String)>> {
    let mut found = Vec::new();
    let (first, mut rest_of_pattern) = pattern.split_once('{').unwrap_or((pattern, ""));
    let mut rest = message.strip_prefix(first)?;
    while let Some((name, after)) = rest_of_pattern.split_once('}') {
        let (literal, next) = after.split_once('{').unwrap_or((after, ""));
        let last = next.is_empty() && !after.contains('{');
        let end = match (literal.is_empty(), last) {
            (true, _) => rest.len(),
            // The last place holds as much as it can.
            (false, true) => rest
                .len()
                .checked_sub(literal.len())
                .filter(|end| rest.get(*end..) == Some(literal))?,
            (false, false) => rest.find(literal)?,
        };
        if !name.is_empty() {
            found.push((name, rest[..end].to_owned()));
        }
        rest = &rest[end + literal.len()..];
        rest_of_pattern = next;
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use release::{Draft, Revision, Site, lint};
    use serde_json::{Value, json};

    use super::*;

    fn site() -> Site {
        Site::parse(include_str!("../../../local/src/sample/site.toml"), "site.toml").unwrap()
    }

    #[test]
    fn a_pattern_takes_what_stands_in_its_places_and_nothing_else() {
        assert_eq!(
            matched(
                "`{0}` is another time than {1}, for which {}",
                "`at `ten`` is another time than x, for which y"
            ),
            Some(vec![("0", "at `ten`".to_owned()), ("1", "x".to_owned())])
        );
        assert_eq!(matched("`{0}`: is it?", "`a`: is it?"), Some(vec![("0", "a".to_owned())]));
        assert_eq!(matched("plain", "plain"), Some(vec![]));
        for (pattern, message) in [
            ("plain", "plainer"),
            ("plain", "plai"),
            ("a {0} b", "a b"),
            ("`{0}`: is it?", "`a`: is it not"),
        ] {
            assert_eq!(matched(pattern, message), None, "{pattern} {message}");
        }
    }

    /// Every sentence that a person can bring about with the editor is said in every language of the desk.
    #[test]
    fn what_the_rules_say_of_a_form_is_said_in_the_language_of_the_desk() {
        let mut messages: Vec<String> = Vec::new();
        let long = "x".repeat(301);
        for release in [
            json!({"texts": {}}),
            json!({"texts": {"en": {"title": "", "body": ""}, "fr": {"summary": "s"}}}),
            json!({"texts": {"en": {"title": long, "body": "b", "summary": "s".repeat(2_001)}}, "language": "fr"}),
            json!({"texts": {"en": {"title": "t", "body": "b".repeat(300_000), "format": "text"}}, "date": "soon"}),
            json!({"texts": {"en": {"title": "t", "body": "b".repeat(300_000), "format": "html"}}, "date": "09/06/2016"}),
            json!({"texts": {"en": {"title": "t\u{1}", "body": "b"}}, "date": "2016-02-31"}),
            json!({"texts": {"en": {"title": "t", "body": "b"}}, "event": {"start": "2016-06-03", "end": "2016-06-01"}}),
            json!({"texts": {"en": {"title": "t", "body": "b"}}, "event": {"name": "n", "start": "June", "url": "x"}}),
            json!({"texts": {"en": {"title": "t", "body": "b"}}, "event": {"name": "n", "start": "2016-06-03", "end": "2016-06-01"}}),
            json!({"texts": {"en": {"title": "t", "body": "b"}}, "links": [{"url": "ftp://a.example/"}, {"url": "https://a:b@c.example/"}]}),
        ] {
            match Draft::from_json(&release, &site()) {
                Ok(draft) => messages.extend(draft.warnings.into_iter().map(|fault| fault.message)),
                Err(faults) => messages.extend(faults.0.into_iter().map(|fault| fault.message)),
            }
        }
        let revision = |publish_at: Option<&str>, title: &str, body: &str| -> Revision {
            let mut revision = json!({
                "schema": 1, "id": "018f0000-0000-7000-8000-000000000001", "revision": 1, "at": "2026-06-01T00:00:00Z", "language": "en",
                "by": {"name": "t", "role": "editor"}, "status": "draft",
                "media": [{"sha256": "a".repeat(64), "name": "a.jpg", "type": "image/jpeg", "size": 1, "width": 8_000, "height": 5_000}],
                "texts": {"en": {"title": title, "body": body, "format": "markdown"}, "fr": {"title": "潮汐观测理事会的新闻与公告潮汐观测理事会", "body": "12345"}},
            });
            if let Some(at) = publish_at {
                revision["publish_at"] = Value::from(at);
            }
            serde_json::from_value(revision).unwrap()
        };
        for revision in [
            revision(
                None,
                &"long ".repeat(30),
                "Embargoed until 9 June 2026. [NAME] said so. See [there](#nowhere).",
            ),
            revision(
                Some("2026-06-09T10:00:00Z"),
                "T",
                "Embargoed until 8 June 2026, 10:00. The place will be to be confirmed by us.",
            ),
            revision(Some("2026-06-09T10:00:00Z"), "T", "This text is under embargo for now."),
            revision(
                None,
                "T",
                &"Le conseil se réunit aujourd'hui pour parler de la mer et des ports de la côte. ".repeat(5),
            ),
        ] {
            let found = lint(&revision, &site());
            messages.extend(found.errors.into_iter().chain(found.warnings).map(|fault| fault.message));
        }
        assert!(messages.len() > 30, "{messages:?}");
        for (pattern, _) in LANGUAGES {
            assert!(SAID.iter().any(|(known, _)| *known == pattern), "{pattern}");
        }
        let alone = say("`a.jpg` has no text in fr for those who cannot see it", Tongue::of("en").unwrap()).0;
        assert_eq!(
            alone,
            "a.jpg: nothing says in French what the picture shows, for those who cannot see it."
        );
        for tongue in Tongue::all() {
            for message in &messages {
                let (said, lang) = say(message, tongue);
                let known = SAID.iter().any(|(pattern, _)| matched(pattern, message).is_some());
                assert!(
                    known && lang.is_none() && !said.contains(['{', '}']),
                    "{}: {message}: {said}",
                    tongue.tag
                );
            }
        }
        assert_eq!(
            say("something new", Tongue::of("fr").unwrap()),
            ("something new".to_owned(), Some("en"))
        );
        assert_eq!(say("something new", Tongue::of("en").unwrap()), ("something new".to_owned(), None));
    }
}
