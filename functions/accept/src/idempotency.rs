//! `Idempotency-Key`: the same call twice makes one release, also when the first answer was lost.
//!
//! A record is created before the revision and fixes the release's id and time. Whoever repeats the call finds it, makes
//! the very same revision, and the conditional create tells whether it was there already.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Created, Key, Store};
use uuid::Uuid;

use crate::problem::Problem;

/// How long a key is honoured.
const HOURS: i64 = 24;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    fingerprint: String,
    release: Uuid,
    at: Timestamp,
}

/// The id and time a call works with: its own, or those of its first attempt.
pub(crate) async fn settle(
    store: &Store,
    token: &str,
    key: &str,
    fingerprint: String,
    release: Uuid,
    at: Timestamp,
) -> Result<(Uuid, Timestamp), Problem> {
    if key.is_empty() || key.len() > 255 {
        return Err(Problem::fault(
            "/Idempotency-Key",
            format!("expected 1 to 255 characters, found {}", key.len()),
        ));
    }
    let place = Key::Idempotency(feed::sha256(format!("{token}\n{key}").as_bytes()));
    let mine = Record { fingerprint, release, at };
    let bytes = feed::to_json(&mine);
    let Created::Exists(found) = store.create(&place, bytes.clone()).await? else {
        return Ok((release, at));
    };
    let found: Option<Record> = serde_json::from_slice(&found).ok();
    let theirs = match found {
        Some(theirs) if at.duration_since(theirs.at) < SignedDuration::from_hours(HOURS) => theirs,
        // Expired or unreadable: take its place, unless somebody is quicker.
        _ => {
            let old = store.get(&place).await?;
            let replaced = match &old {
                Some(old) => store.replace(&place, &old.etag, bytes).await?,
                None => store.create(&place, bytes).await? == Created::New,
            };
            if replaced {
                return Ok((release, at));
            }
            let quicker = store.get(&place).await?.and_then(|found| serde_json::from_slice(&found.bytes).ok());
            quicker.ok_or_else(|| Problem::fault("/Idempotency-Key", "another call with this key is under way; send it again"))?
        }
    };
    if theirs.fingerprint != mine.fingerprint {
        return Err(Problem::fault(
            "/Idempotency-Key",
            "this key was used for another call within 24 hours; choose a new key for a new call",
        ));
    }
    Ok((theirs.release, theirs.at))
}
