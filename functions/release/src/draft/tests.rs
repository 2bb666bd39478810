#![allow(non_snake_case)]

use super::*;
use crate::{Format, plain};

fn site() -> Site {
    Site::parse(
        r#"base_url = "https://press.example.org"
organisation = "Tidewater Council"
email = "press@example.org"
timezone = "Europe/Brussels"
languages = [
    { tag = "en", title = "News", description = "All news." },
    { tag = "fr", title = "Actualités", description = "Toutes les actualités." },
    { tag = "zh-Hans", title = "新闻", description = "所有新闻。" },
]
topics = [{ id = "technology", label = { en = "Technology" } }, { id = "trade", label = { en = "Trade" } }]
contacts = [{ id = "press", text = { en = "Press office" } }]
boilerplates = [{ id = "about", text = { en = "About us" } }]
"#,
        "site.toml",
    )
    .expect("a good site")
}

fn one() -> Value {
    json!({"texts": {"en": {"title": "Forum closes", "body": "It closed."}}})
}

/// `one` with some fields set.
fn with(fields: Value) -> Value {
    let mut value = one();
    for (name, field) in fields.as_object().expect("an object") {
        value[name] = field.clone();
    }
    value
}

fn good(value: &Value) -> Draft {
    Draft::from_json(value, &site()).expect("a good release")
}

fn faults(value: &Value) -> Vec<(String, String)> {
    let faults = Draft::from_json(value, &site()).expect_err("faults").0;
    faults.into_iter().map(|fault| (fault.pointer, fault.message)).collect()
}

/// The only fault of a release with these fields.
fn fault(fields: Value) -> (String, String) {
    let mut found = faults(&with(fields));
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn a_whole_release_is_read() {
    let draft = good(&json!({
        "status": "scheduled", "publish_at": "2016-06-09T10:00:00+02:00", "language": "fr", "date": "2016-06-09",
        "texts": {
            "en": {"title": " Forum  closes ", "subtitle": "S", "dateline": "Dakar", "summary": "Sum", "body": "a\r\nb", "format": "text"},
            "fr": {"title": "Clôture", "body": "Fini."}
        },
        "topics": ["trade", "technology", "trade"],
        "event": {"name": "Forum", "start": "2016-06-01", "end": "2016-06-01", "place": "Dakar", "url": "https://a.example"},
        "media": [{"sha256": "ab".repeat(32), "name": "closing.jpg", "type": "image/jpeg", "size": 123,
            "alt": {"en": "Hall"}, "caption": {}, "credit": "K"}],
        "links": [{"url": "https://a.example/x", "label": {"en": "X", "fr": ""}}],
        "contacts": ["press"], "boilerplates": ["about"],
        "correction": {"note": {"en": "Name put right"}, "minor": true}
    }));
    assert_eq!(draft.status, Some(Status::Scheduled));
    assert_eq!(draft.publish_at.map(|at| at.to_string()).as_deref(), Some("2016-06-09T08:00:00Z"));
    assert_eq!(draft.language, Lang::parse("fr").ok());
    assert_eq!(draft.topics, ["trade", "technology"]);
    let text = &draft.texts["en"];
    assert_eq!(
        (text.title.as_str(), text.body.as_str(), text.format),
        ("Forum closes", "a\nb", Format::Text)
    );
    assert_eq!(draft.texts["fr"].format, Format::Markdown);
    assert_eq!(draft.event.and_then(|event| event.url).as_deref(), Some("https://a.example/"));
    assert_eq!((draft.media.len(), draft.links[0].label.len()), (1, 1));
    assert!(draft.correction.is_some_and(|correction| correction.minor));
    assert_eq!(draft.warnings, []);
}

#[test]
fn every_fault_is_told_at_once_with_its_pointer() {
    let found = faults(&json!({
        "titel": 1, "id": "x", "status": 7,
        "texts": {"fr": {"title": "", "body": " ", "a/b~c": 1}, "en": {"title": 5, "body": "b", "format": "docx"}},
        "event": {"start": "2016-06-05", "end": "2016-06-01", "nmae": 1},
        "media": [{"sha256": "AB", "name": "../x", "type": "jpeg", "size": "1"}],
        "correction": {"minor": "no"}
    }));
    let expected = [
        (
            "/titel",
            "`titel` is no field here; known ones are status, language, date, publish_at",
        ),
        ("/id", "`id` is set by the server; leave it out"),
        ("/texts/en/title", "expected a text, found a number"),
        ("/texts/en/format", "expected markdown, html or text, found `docx`"),
        ("/texts/fr/a~1b~0c", "`a/b~c` is no field here; known ones are title, subtitle"),
        (
            "/texts/fr/title",
            "texts.fr.title is empty; write one or leave French out (readers then get English)",
        ),
        ("/texts/fr/body", "texts.fr.body is empty; write one or leave French out"),
        ("/status", "expected a text, found a number"),
        ("/event/nmae", "`nmae` is no field here"),
        ("/event/name", "`name` is missing"),
        ("/event/end", "the event ends on 2016-06-01, before it starts on 2016-06-05"),
        ("/media/0/sha256", "expected 64 lower-case hexadecimal digits, found `AB`"),
        ("/media/0/name", "expected a file name without"),
        ("/media/0/type", "expected a media type"),
        ("/media/0/size", "expected a number, found a text"),
        ("/correction/minor", "expected true or false, found a text"),
    ];
    for (at, message) in expected {
        assert!(found.iter().any(|(p, m)| p == at && m.starts_with(message)), "{at}: {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn a_release_is_an_object_with_at_least_one_text() {
    for (value, pointer) in [
        (json!([]), ""),
        (json!(null), ""),
        (json!({}), "/texts"),
        (json!({"texts": {}}), "/texts"),
        (json!({"texts": []}), "/texts"),
        (json!({"texts": {"en": "x"}}), "/texts/en"),
    ] {
        let found = faults(&value);
        assert_eq!((found.len(), found[0].0.as_str()), (1, pointer), "{found:?}");
    }
    let (_, message) = faults(&json!({"texts": {"en": {"body": "x"}}})).remove(0);
    assert_eq!(message, "texts.en.title is missing; write one");
}

#[test]
fn at_most_a_hundred_faults_are_told_and_the_last_says_so() {
    let many: Vec<Value> = (0..64).map(|n| json!(n)).collect();
    let fields: serde_json::Map<String, Value> = (0..500).map(|n| (format!("x{n}"), json!(1))).collect();
    let mut value = Value::Object(fields);
    value["topics"] = Value::Array(many);
    let found = faults(&value);
    assert_eq!(found.len(), 100);
    assert_eq!(found[99].1, "there are more faults; mend these first");
}

#[test]
fn languages_are_normalised_known_and_single() {
    let text = json!({"title": "t", "body": "b"});
    assert!(good(&json!({"texts": {"ZH_hans": text}})).texts.contains_key("zh-Hans"));
    for (texts, pointer, says) in [
        (json!({"EN": text, "en": text}), "/texts/en", "the language `en` stands twice"),
        (
            json!({"de": text}),
            "/texts/de",
            "`de` is no language of this site; it has en, fr, zh-Hans",
        ),
        (json!({"a/b": text}), "/texts/a~1b", "expected a language tag"),
    ] {
        let (at, message) = fault(json!({"texts": texts}));
        assert!(at == pointer && message.starts_with(says), "{at} {message}");
    }
}

#[test]
fn the_original_language_has_a_text() {
    let text = json!({"title": "t", "body": "b"});
    let original = |texts: Value| good(&json!({"texts": texts})).language.map(|tag| tag.to_string());
    assert_eq!(original(json!({"zh-Hans": text, "en": text})).as_deref(), Some("en"));
    assert_eq!(original(json!({"zh-Hans": text, "fr": text})).as_deref(), Some("fr"));
    let (at, message) = fault(json!({"language": "fr"}));
    assert_eq!(at, "/language");
    assert_eq!(message, "the original language `fr` has no text; there are texts in: en");
}

#[test]
fn limits_are_kept_and_named() {
    let title = |length: usize| json!({"texts": {"en": {"title": "é".repeat(length), "body": "b"}}});
    good(&title(300));
    assert!(fault(title(301)).1.contains("at most 300 characters, found 301"));
    assert_eq!(fault(json!({"topics": vec!["trade"; 65]})).1, "at most 64 entries, found 65");
    let file = json!({"sha256": "0".repeat(64), "name": "a.pdf", "type": "application/pdf", "size": 1});
    assert_eq!(fault(json!({"media": vec![file; 101]})).1, "at most 100 entries, found 101");
    let summary = |length: usize| json!({"texts": {"en": {"title": "t", "summary": "é".repeat(length), "body": "b"}}});
    good(&summary(2_000));
    assert!(fault(summary(2_001)).1.contains("at most 2000 characters, found 2001"));
    let label = json!([{"url": "https://a.example/", "label": {"en": "x".repeat(9_000)}}]);
    assert_eq!(fault(json!({"links": label})).0, "/links/0/label/en");
    let deep = json!({"en": {"title": "t", "body": "<div>".repeat(200), "format": "html"}});
    assert_eq!(fault(json!({"texts": deep})).0, "/texts/en/body");
}

#[test]
fn unknown_topics_and_contacts_are_refused_with_the_known_ones() {
    assert_eq!(
        fault(json!({"topics": ["x"]})),
        (
            "/topics/0".to_owned(),
            "`x` is not one of this site's topics: technology, trade".to_owned()
        )
    );
    assert_eq!(fault(json!({"contacts": ["about"]})).0, "/contacts/0");
    assert_eq!(fault(json!({"boilerplates": "about"})).1, "expected a list, found a text");
}

#[test]
fn a_schedule_needs_a_time_with_offset_and_a_status() {
    let schedule = |at: &str| fault(json!({"status": "scheduled", "publish_at": at}));
    assert_eq!(fault(json!({"status": "scheduled"})).0, "/publish_at");
    assert!(schedule("2016-06-09T10:00:00").1.contains("offset"));
    assert!(schedule("2016-06-09").1.contains("offset"));
    assert_eq!(fault(json!({"publish_at": "2016-06-09T10:00:00Z"})).0, "/publish_at");
    assert!(fault(json!({"status": "withdrawn"})).1.contains("call POST …/withdraw"));
    assert!(fault(json!({"status": "live"})).1.contains("found `live`"));
}

#[test]
fn B1_control_characters_leave_with_a_warning_and_NUL_is_refused() {
    let draft = good(&json!({"texts": {"en": {"title": "Forum\u{1d} closes", "body": "a\u{8}b"}}}));
    assert_eq!(
        (draft.texts["en"].title.as_str(), draft.texts["en"].body.as_str()),
        ("Forum closes", "ab")
    );
    let pointers: Vec<&str> = draft.warnings.iter().map(|warning| warning.pointer.as_str()).collect();
    assert_eq!(pointers, ["/texts/en/title", "/texts/en/body"]);
    assert!(draft.warnings[0].message.contains("U+001D"));
    assert!(fault(json!({"texts": {"en": {"title": "a\0", "body": "b"}}})).1.contains("NUL"));
}

#[test]
fn B8_a_title_keeps_the_entities_that_json_asks_for() {
    let draft = good(&json!({"texts": {"en": {"title": "R&amp;D &#8217; <b>", "body": "b"}}}));
    assert_eq!(draft.texts["en"].title, "R&amp;D &#8217; <b>");
}

#[test]
fn B105_a_text_is_in_a_language_of_the_site_however_it_is_written() {
    let text = json!({"title": "t", "body": "b"});
    assert!(good(&json!({"texts": {"EN": text}})).texts.contains_key("en"));
    assert!(good(&json!({"texts": {"zh_hans": text}})).texts.contains_key("zh-Hans"));
    for bad in ["zh_CN", "cz", "x", "ar-001", "en-EN", "e", ""] {
        let (at, message) = fault(json!({"texts": {bad: text}}));
        assert_eq!(at, format!("/texts/{bad}"), "{message}");
        assert!(message.contains("en, fr, zh-Hans"), "{message}");
    }
}

#[test]
fn B53_B55_B57_links_are_trimmed_and_encoded_once() {
    for (written, url) in [
        (" https://press.example.org/x\n", "https://press.example.org/x"),
        ("https://a.example/café/caf%C3%A9", "https://a.example/caf%C3%A9/caf%C3%A9"),
        ("https://bücher.example/1", "https://xn--bcher-kva.example/1"),
    ] {
        assert_eq!(good(&with(json!({"links": [{"url": written}]}))).links[0].url, url);
    }
}

#[test]
fn B58_links_of_other_schemes_are_refused() {
    for bad in ["javascript:alert(1)", "data:text/html,x", "//a.example", "https://u:p@a.example/"] {
        assert_eq!(fault(json!({"links": [{"url": bad}]})).0, "/links/0/url");
        assert_eq!(fault(json!({"event": {"name": "E", "url": bad}})).0, "/event/url");
    }
}

#[test]
fn B64_a_day_is_midnight_in_the_zone_of_the_office() {
    let site = site();
    let date = good(&with(json!({"date": "2016-06-09"}))).date.expect("a date");
    assert_eq!(date.in_zone(&site.zone).to_string(), "2016-06-08T22:00:00Z");
}

#[test]
fn B69_days_out_of_range_are_refused() {
    for bad in [
        "-0044-03-15T00:00:00Z",
        "+10000-01-01T00:00:00Z",
        "0000-00-00",
        "9999-12-31",
        "2016-02-30",
        "",
    ] {
        assert_eq!(fault(json!({"date": bad})).0, "/date", "{bad}");
    }
    assert_eq!(fault(json!({"event": {"name": "E", "start": "0000-00-00"}})).0, "/event/start");
}

#[test]
fn B12_a_pasted_text_loses_nothing_and_is_checked_the_same_way() {
    let english = Lang::parse("en").expect("a tag");
    let pasted = |text: &str| Draft::from_paste(plain(text), &english, &site());
    let draft = pasted("Forum closes\n\nvalues <10 kg & >2 kg").expect("a good paste");
    assert_eq!(draft.texts["en"].body, "values <10 kg & >2 kg");
    let faults = pasted("").expect_err("faults").0;
    assert_eq!(faults[0].pointer, "/texts/en/title");
    let german = Lang::parse("de").expect("a tag");
    let faults = Draft::from_paste(plain("a\n\nb"), &german, &site()).expect_err("faults").0;
    assert_eq!(faults[0].pointer, "/texts/de");
}
