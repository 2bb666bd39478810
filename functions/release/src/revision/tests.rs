use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Draft, Site};

const ID: Uuid = Uuid::from_u128(0x0155_3c1d_9c00_7000_8000_0000_0000_0001);

fn good() -> Value {
    json!({
        "schema": 1, "id": ID, "revision": 1, "at": "2016-06-09T10:00:00Z", "by": {"name": "desk", "role": "editor"},
        "status": "published", "language": "en", "published": "2016-06-08T22:00:00Z", "updated": "2016-06-09T10:00:00Z",
        "path": {"year": 2016, "month": 6, "slug": "forum-closes"}, "date": "2016-06-09",
        "texts": {"en": {"title": "Forum closes", "body": "It closed.", "format": "markdown"}},
        "topics": ["trade"],
        "event": {"name": "Forum", "start": "2016-06-01", "end": "2016-06-03", "url": "https://a.example/"},
        "media": [{"sha256": "ab".repeat(32), "name": "a.jpg", "type": "image/jpeg", "size": 0, "alt": {"en": "Hall"}}],
        "links": [{"url": "https://a.example/x", "label": {"en": "X"}}],
        "guid": "https://old.example/?p=7"
    })
}

/// `good` with one value at a pointer replaced, or added to the object above it.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = good();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Array(list) => list[name.parse::<usize>().unwrap()] = value,
        object => object[name] = value,
    }
    document
}

fn read(document: &Value) -> Result<Revision, Damaged> {
    Revision::read(document.to_string().as_bytes(), ID, 1)
}

#[test]
fn a_good_revision_is_read_and_written_back_as_it_was() {
    let revision = read(&good()).unwrap();
    assert_eq!(Revision::read(&revision.to_bytes(), ID, 1), Ok(revision));
}

#[test]
#[expect(non_snake_case)]
fn B1_B2_B5_a_hand_made_revision_with_a_poisonous_character_is_damaged_wherever_it_stands() {
    for pointer in [
        "/texts/en/title",
        "/texts/en/subtitle",
        "/texts/en/summary",
        "/texts/en/body",
        "/topics/0",
        "/event/name",
        "/event/place",
        "/media/0/name",
        "/media/0/alt/en",
        "/media/0/credit",
        "/links/0/label/en",
        "/correction",
        "/reason",
        "/guid",
        "/date",
    ] {
        for odd in [
            '\u{1}', '\u{8}', '\u{b}', '\u{1d}', '\u{7f}', '\u{9d}', '\u{fffe}', '\u{ffff}', '\r', '\0',
        ] {
            let text = json!(format!("a{odd}b"));
            let (value, at) = match pointer {
                "/correction" => (json!({"note": {"en": text}, "minor": false}), "/correction/note/en"),
                "/reason" => (json!({"en": text}), "/reason/en"),
                pointer => (text, pointer),
            };
            let Err(Damaged::Unsound(faults)) = read(&with(pointer, value)) else {
                panic!("U+{:04X} was taken at {pointer}", u32::from(odd));
            };
            let named = |fault: &crate::Fault| fault.pointer == at && fault.message.contains(&format!("U+{:04X}", u32::from(odd)));
            assert!(faults.0.iter().any(named), "{faults}");
        }
    }
    // The name of a token is for the press office only.
    assert!(read(&with("/by/name", json!("a\u{1}b"))).is_ok());
    assert!(read(&with("/texts/en/body", json!("a\n\tb \u{202f}🗳"))).is_ok());
}

#[test]
fn what_a_format_relies_on_is_there() {
    for (pointer, value, at) in [
        ("/texts/en/title", json!(" \u{a0}"), "/texts/en/title"),
        ("/texts/en/title", json!("two\nlines"), "/texts/en/title"),
        ("/texts/en/title", json!("x".repeat(301)), "/texts/en/title"),
        ("/texts/en/summary", json!("x".repeat(2_001)), "/texts/en/summary"),
        ("/texts/en/body", json!(""), "/texts/en/body"),
        ("/texts/en/body", json!("x".repeat(262_145)), "/texts/en/body"),
        ("/texts", json!({}), "/texts"),
        ("/texts/EN", json!({"title": "a", "body": "b"}), "/texts"),
        ("/language", json!("fr"), "/language"),
        ("/at", json!("1850-01-01T00:00:00Z"), "/at"),
        ("/published", json!("0000-06-09T00:00:00Z"), "/published"),
        ("/updated", json!("-000044-03-15T00:00:00Z"), "/updated"),
        ("/publish_at", json!("0001-01-01T00:00:00Z"), "/publish_at"),
        ("/path/year", json!(10_000), "/path"),
        ("/path/month", json!(13), "/path"),
        ("/path/slug", json!("../../index"), "/path/slug"),
        ("/path/slug", json!(""), "/path/slug"),
        ("/media/0/sha256", json!("../x"), "/media/0/sha256"),
        ("/media/0/name", json!(".."), "/media/0/name"),
        ("/media/0/name", json!(""), "/media/0/name"),
        ("/media/0/type", json!("image"), "/media/0/type"),
        ("/links/0/url", json!("javascript:alert(1)"), "/links/0/url"),
        ("/links/0/url", json!("https://a.example/a b"), "/links/0/url"),
        ("/event/url", json!("/relative"), "/event/url"),
        ("/event/start", json!("June"), "/event/start"),
        ("/topics/0", json!(""), "/topics/0"),
        ("/guid", json!("2016 forum"), "/guid"),
    ] {
        let document = with(pointer, value);
        let Err(Damaged::Unsound(faults)) = read(&document) else {
            panic!("{pointer} was taken");
        };
        let pointers: Vec<&str> = faults.0.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, [at], "{faults}");
    }
}

#[test]
fn an_id_is_of_version_7() {
    let id = Uuid::from_u128(0x0155_3c1d_9c00_4000_8000_0000_0000_0001);
    let document = with("/id", json!(id));
    let damage = Revision::read(document.to_string().as_bytes(), id, 1).unwrap_err();
    assert!(damage.to_string().contains("/id: expected a UUIDv7, found version 4"), "{damage}");
}

#[test]
fn what_is_no_revision_is_unreadable() {
    for (pointer, value) in [
        ("/texts/en--us", json!({"title": "a", "body": "b"})),
        ("/texts/english language", json!({"title": "a", "body": "b"})),
        ("/language", json!("x")),
        ("/published", json!("+10000-01-01T00:00:00Z")),
        ("/published", json!("2016-06-09")),
        ("/status", json!("live")),
        ("/texts/en/format", json!("docx")),
        ("/id", json!("pr-1")),
        ("/media/0/size", json!(-1)),
    ] {
        let damage = read(&with(pointer, value)).unwrap_err();
        assert!(matches!(damage, Damaged::Unreadable(_)), "{pointer}: {damage}");
    }
    assert!(matches!(read(&with("/schema", json!(9))), Err(Damaged::Schema(9))));
    assert!(matches!(read(&with("/updated", Value::Null)), Err(Damaged::Incomplete("updated"))));
    for bytes in [&b""[..], b"{\"schema\": 1, \"id\":", b"null", b"\xff"] {
        assert!(Revision::read(bytes, ID, 1).is_err());
    }
    let elsewhere = Revision::read(good().to_string().as_bytes(), ID, 2);
    assert!(matches!(elsewhere, Err(Damaged::Elsewhere { .. })));
}

/// Ids are promised for ever; these were computed with Python's `uuid.uuid5`.
#[test]
#[expect(non_snake_case)]
fn B42_entry_ids_are_the_same_char_by_char() {
    let id = |tag: &str| entry_id(ID, &Lang::parse(tag).unwrap());
    assert_eq!(id("en"), "urn:uuid:497ef4d7-0928-5b8d-b3bb-ffd79b3ac75e");
    assert_eq!(id("zh-Hans"), "urn:uuid:e96c3fd2-208b-5ff0-ae6b-81fe0e99c5c5");
    assert_eq!(id("ar"), "urn:uuid:1e576d59-ef2e-5502-a5d3-b813c42b921f");
}

proptest! {
    /// What `accept` takes and stores must never be set aside: it would be acknowledged and never seen.
    #[test]
    fn whatever_a_press_office_may_send_is_a_sound_revision(words in proptest::collection::vec("\\PC{0,40}|.{0,12}|[\\x00-\\u{ff}]{0,9}", 12)) {
        let site = Site::parse(
            "base_url='https://press.example.org'\norganisation='O'\nemail='a@example.org'\ntimezone='UTC'\n[[languages]]\ntag='en'\ntitle='N'\ndescription='D'\n",
            "site.toml",
        ).unwrap();
        let sent = json!({
            "texts": {"en": {"title": format!("a{}", words[0]), "subtitle": words[1], "dateline": words[2], "summary": words[3], "body": format!("b{}", words[4]), "format": "html"}},
            "event": {"name": format!("e{}", words[5]), "place": words[6], "url": format!("https://a.example/{}", words[10].replace('\\', ""))},
            "media": [{"sha256": "0".repeat(64), "name": format!("f{}", words[7].replace(['/', '\\', '.'], "")), "type": "image/png", "size": 1, "alt": {"en": words[8]}, "credit": words[11]}],
            "links": [{"url": format!("https://a.example/?q={}", words[9].replace('\\', "")), "label": {"en": words[9]}}],
            "correction": {"note": {"en": words[6]}}
        });
        // NUL is the one character that is refused, not taken out.
        let draft = Draft::from_json(&sent, &site);
        prop_assert!(draft.is_ok() || sent.to_string().contains("\\u0000"), "{:?}", draft);
        if let Ok(draft) = draft {
            let revision = Revision {
                texts: draft.texts, event: draft.event, media: draft.media, links: draft.links, correction: draft.correction,
                ..read(&good()).unwrap()
            };
            prop_assert_eq!(Revision::read(&revision.to_bytes(), ID, 1), Ok(revision));
        }
    }
}
