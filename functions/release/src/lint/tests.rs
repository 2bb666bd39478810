use serde_json::{Value, json};

use super::*;

const SITE: &str = include_str!("../../../local/src/sample/site.toml");

fn looked(release: &Value) -> Lint {
    let site = Site::parse(SITE, "site.toml").unwrap();
    let mut revision = json!({
        "schema": 1, "id": "018f0000-0000-7000-8000-000000000001", "revision": 1, "at": "2026-06-01T00:00:00Z",
        "by": {"name": "t", "role": "editor"}, "status": "draft", "language": "en"
    });
    for (name, value) in release.as_object().unwrap() {
        revision[name] = value.clone();
    }
    lint(&serde_json::from_value(revision).unwrap(), &site)
}

fn pointers(faults: &[Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.pointer.as_str()).collect()
}

fn english(title: &str, body: &str) -> Value {
    json!({"contacts": ["press"], "texts": {"en": {"title": title, "dateline": "Dakar", "body": body, "format": "markdown"}}})
}

#[test]
fn a_plain_release_is_clean() {
    let release = english(
        "Harbour summit closes",
        "The summit closed on 9 June 2026. [Programme](https://example.org/). The XX Congress lifted a trade embargo, and meets in box 14.",
    );
    assert_eq!(looked(&release), Lint::default());
}

#[test]
fn a_picture_larger_than_any_screen_is_told_by_its_pixels_or_its_bytes() {
    let with = |width: u32, height: u32, size: u64| {
        let mut release = english("Harbour summit closes", "The summit closed on 9 June 2026.");
        let alt = json!({"en": "A quay"});
        release["media"] = json!([{"sha256": "a".repeat(64), "name": "quay.jpg", "type": "image/jpeg", "size": size, "alt": alt, "width": width, "height": height}]);
        looked(&release)
    };
    assert_eq!(with(4_000, 3_000, 4_000_000), Lint::default());
    let told = with(7_300, 5_480, 11_560_000).warnings;
    assert_eq!(pointers(&told), ["/media/0/size"]);
    assert!(
        told[0].message.starts_with("`quay.jpg` is large: 7300 by 5480 pixels, 11.6 MB;"),
        "{told:?}"
    );
    assert_eq!(pointers(&with(800, 600, 4_000_001).warnings), ["/media/0/size"]);
    // Readers load a rendition then.
    let mut release = english("Harbour summit closes", "The summit closed on 9 June 2026.");
    release["media"] = json!([{"sha256": "a".repeat(64), "name": "quay.jpg", "type": "image/jpeg", "size": 11_560_000, "alt": {"en": "A quay"},
        "width": 7_300, "height": 5_480, "renditions": [{"sha256": "b".repeat(64), "size": 90_000, "width": 1_440, "height": 1_081}]}]);
    assert_eq!(looked(&release), Lint::default());
}

#[test]
fn what_is_still_to_be_filled_in_is_an_error_in_any_language() {
    for body in [
        "On xx June the council meets.",
        "The speaker is TBC.",
        "Delegates: XXXX",
        "Contact [NAME] at the office.",
        "Lorem ipsum dolor sit amet.",
        "Lieu : à confirmer.",
        "The speaker (to be confirmed) comes from the port.",
        "Место: подлежит уточнению",
        "地点：待定。",
        "联系人【姓名】。",
        "المكان: يحدد لاحقا.",
        "Speaker\n\nto be confirmed\n\nThe council meets.",
    ] {
        let errors = looked(&english("Title", body)).errors;
        // A few words in another script are in the wrong place besides.
        assert!(pointers(&errors).contains(&"/texts/en/body"), "{body}: {errors:?}");
    }
    // In a sentence they may be meant.
    for body in [
        "The date of the next council is to be confirmed by the members.",
        "Le lieu est à confirmer.",
        "地点待定。",
    ] {
        let found = looked(&english("Title", body));
        assert!(
            found.warnings.iter().any(|fault| fault.pointer == "/texts/en/body"),
            "{body}: {found:?}"
        );
        assert!(!pointers(&found.errors).contains(&"/texts/en/body"), "{body}: {found:?}");
    }
    for body in [
        "See [the list](https://example.org).",
        "A [NATO] note",
        "To do: nothing",
        "Exxon [1]",
    ] {
        let found = looked(&english("Title", body));
        let nato = body.contains("NATO");
        assert_eq!(found.errors.len(), usize::from(nato), "{body}: {found:?}");
    }
    let titled = looked(&english("Summit in [TOWN]", "It closed."));
    assert_eq!(pointers(&titled.errors), ["/texts/en/title"]);
}

#[test]
fn an_embargo_in_the_text_is_held_against_the_schedule() {
    let with = |sentence: &str, at: Option<&str>| {
        let mut release = english("Harbour summit closes", sentence);
        if let Some(at) = at {
            (release["status"], release["publish_at"]) = (json!("scheduled"), json!(at));
        }
        let found = looked(&release);
        (found.errors.len(), found.warnings.len())
    };
    // Ten in Brussels is eight in Greenwich.
    let at = Some("2026-06-09T08:00:00Z");
    for agrees in [
        "Embargoed until 9 June 2026, 10:00.",
        "EMBARGOED UNTIL 10 a.m. on 9 June 2026.",
        "Embargo until 2026-06-09 08:00 GMT.",
        "Sous embargo jusqu'au 9 juin 2026 à 10h00.",
        "Not for release before 9 June 2026",
    ] {
        assert_eq!(with(agrees, at), (0, 0), "{agrees}");
    }
    for differs in [
        "Embargoed until 10 June 2026.",
        "Under embargo until 9 June 2026, 11:00.",
        "Эмбарго до 10 июня 2026",
    ] {
        assert_eq!(with(differs, at).0, 1, "{differs}");
    }
    assert_eq!(with("This text is under embargo.", at), (0, 1));
    assert_eq!(with("Embargoed until 9 June 2026, 10:00.", None), (1, 0));
    assert_eq!(with("The council lifted its embargo on fish.", None), (0, 0));
}

#[test]
fn a_text_in_the_wrong_place_is_an_error() {
    let russian = "Саммит завершился сегодня соглашением об обмене данными между всеми портами региона.";
    let french = "Le sommet s'est achevé aujourd'hui par un accord sur l'échange des données entre tous les ports de la région. Les délégués \
        ont remercié leurs hôtes et se retrouveront l'an prochain pour mesurer les progrès accomplis, dans une ville qui reste à choisir.";
    let slots = |tag: &str, body: &str| {
        let mut release = english("Summit", "The summit closed today.");
        release["texts"][tag] = json!({"title": "Summit", "dateline": "Dakar", "body": body, "format": "text"});
        pointers(&looked(&release).errors)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for (tag, body) in [("fr", russian), ("zh", french), ("ru", french), ("es", french), ("ar", russian)] {
        assert_eq!(slots(tag, body), [format!("/texts/{tag}")], "{tag}: {body}");
    }
    for (tag, body) in [
        ("fr", french),
        ("ru", russian),
        ("zh", "峰会今天闭幕，各方同意 APEC 与 WCO 交换数据。"),
    ] {
        assert_eq!(slots(tag, body), Vec::<String>::new(), "{tag}: {body}");
    }
}

#[test]
fn warnings_name_what_a_person_should_look_at() {
    let release = json!({
        "texts": {
            "en": {"title": "x ".repeat(56).trim(), "body": "In 2016, [180](#members) members met.", "format": "markdown"},
            "fr": {"title": "Titre", "dateline": "Dakar", "body": "En 2016, 108 membres se sont réunis.", "format": "text"},
        },
        "media": [{"sha256": "0", "name": "a.jpg", "type": "image/jpeg", "size": 1, "alt": {"en": "A harbour"}, "caption": {}}],
    });
    let found = looked(&release);
    assert_eq!(found.errors, []);
    assert_eq!(
        pointers(&found.warnings),
        [
            "/texts/en/dateline",
            "/texts/en/title",
            "/texts/en/body",
            "/contacts",
            "/media/0/alt/fr",
            "/texts/fr"
        ],
        "{found:?}"
    );
    assert!(
        found.warnings[5]
            .message
            .contains("180 in en and not in fr; 108 in fr and not in en"),
        "{found:?}"
    );
}
