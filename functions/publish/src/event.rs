//! S3 event notifications, as they arrive through SQS.

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use store::Key;
use uuid::Uuid;

/// What a record of an event names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A revision of a release.
    Revision(Uuid, u32),
    /// An object under `releases/` that is no revision.
    Alien(String),
    /// Anything else: a function ignores what it did not ask for.
    Other,
}

/// A message that is no S3 event. It goes to the dead-letter queue, where a person looks at it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an S3 event notification as JSON, found {0}")]
pub struct Undecodable(String);

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "Records")]
    records: Option<Vec<Record>>,
    #[serde(rename = "Event")]
    event: Option<String>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "eventName", default)]
    name: String,
    s3: Entity,
}

#[derive(Deserialize)]
struct Entity {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

/// The keys that a message names. S3 sends `s3:TestEvent` when a notification is configured: it names none.
///
/// # Errors
/// [`Undecodable`] when the body is no S3 event.
pub fn keys(body: &str) -> Result<Vec<Named>, Undecodable> {
    let event: Event = serde_json::from_str(body).map_err(|e| Undecodable(e.to_string()))?;
    let Some(records) = event.records else {
        return match event.event.as_deref() {
            Some("s3:TestEvent") => Ok(Vec::new()),
            other => Err(Undecodable(format!("no Records and Event {other:?}"))),
        };
    };
    records.iter().filter(|record| record.name.is_empty() || record.name.starts_with("ObjectCreated:")).map(named).collect()
}

fn named(record: &Record) -> Result<Named, Undecodable> {
    let key = decode(&record.s3.object.key)?;
    Ok(match Key::revision_of(&key) {
        Some((id, n)) => Named::Revision(id, n),
        None if key.starts_with("releases/") => Named::Alien(key),
        None => Named::Other,
    })
}

/// `+` is a space, then percent-decoding, once.
fn decode(key: &str) -> Result<String, Undecodable> {
    let spaced = key.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| Undecodable(format!("the key `{key}`, which is not UTF-8")))?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(key: &str) -> String {
        serde_json::json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]}).to_string()
    }

    #[test]
    #[allow(non_snake_case)]
    fn B137_an_event_key_is_decoded_once() {
        let named = keys(&event("releases/zh/%E9%97%AD%E5%B9%95+C%2B%2B+%281%29.json")).unwrap();
        assert_eq!(named, [Named::Alien("releases/zh/闭幕 C++ (1).json".to_owned())]);
        assert_eq!(keys(&event("releases/a%2525.json")).unwrap(), [Named::Alien("releases/a%25.json".to_owned())]);
    }

    #[test]
    #[allow(non_snake_case)]
    fn B140_what_the_function_writes_itself_is_no_reason_to_run() {
        assert_eq!(keys(&event("en/rss.xml")).unwrap(), [Named::Other]);
        assert_eq!(keys(&event("set-aside/x.json")).unwrap(), [Named::Other]);
    }

    #[test]
    fn a_test_event_names_nothing_and_a_stranger_is_refused() {
        assert_eq!(keys(r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"content"}"#), Ok(Vec::new()));
        assert!(keys(r#"{"hello":"world"}"#).is_err());
        assert!(keys("not json").is_err());
        assert!(keys(&event("releases/%FF")).is_err());
    }
}
