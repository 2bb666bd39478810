//! Tokens: random, stored only as hashes, compared in constant time.

use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode, header};
use release::{By, Role};
use serde::{Deserialize, Serialize};
use store::{Key, Store};
use subtle::ConstantTimeEq as _;
use tokio::sync::Mutex;

use crate::problem::Problem;

/// A revoked token works at most this long.
const KEEP: Duration = Duration::from_secs(60);
/// A stranger's guesses must not become reads of the store.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// `config/tokens.json`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TokenFile {
    /// Every token that may be used.
    pub tokens: Vec<TokenRecord>,
}

/// What is known of a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Recorded with each revision.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of the token, lower-case hex. Tokens are random, so one round is enough.
    pub sha256: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<jiff::Timestamp>,
}

/// The hash under which a token is stored.
pub fn hash_token(token: &str) -> String {
    feed::sha256(token.as_bytes())
}

/// The tokens as last read.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<Option<(Instant, TokenFile)>>);

impl Tokens {
    /// Who a request is from.
    pub(crate) async fn who(&self, store: &Store, headers: &HeaderMap) -> Result<By, Problem> {
        let token = bearer(headers).ok_or_else(unknown)?;
        self.whose(store, token).await
    }

    /// Whose token it is.
    pub(crate) async fn whose(&self, store: &Store, token: &str) -> Result<By, Problem> {
        let hash = hash_token(token);
        let mut cached = self.0.lock().await;
        if let Some((read, file)) = cached.as_ref() {
            let found = lookup(file, &hash);
            let age = read.elapsed();
            if (found.is_some() && age < KEEP) || age < LOOK_AGAIN {
                return found.ok_or_else(unknown);
            }
        }
        let file = match store.get(&Key::Tokens).await? {
            Some(found) => serde_json::from_slice(&found.bytes).map_err(|e| {
                tracing::error!(%e, "config/tokens.json is damaged; nobody can sign in");
                Problem::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "something is wrong on our side; the log says what",
                )
            })?,
            None => TokenFile::default(),
        };
        let found = lookup(&file, &hash);
        #[allow(clippy::disallowed_methods, reason = "the age of a cache, never part of a document")]
        let now = Instant::now();
        *cached = Some((now, file));
        found.ok_or_else(unknown)
    }
}

/// Looks at every record, whatever it finds on the way.
fn lookup(file: &TokenFile, hash: &str) -> Option<By> {
    let mut found = None;
    for record in &file.tokens {
        if bool::from(record.sha256.as_bytes().ct_eq(hash.as_bytes())) {
            found = Some(record);
        }
    }
    found.map(|record| By {
        name: record.name.clone(),
        role: record.role,
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && !token.contains(' ')).then_some(token)
}

fn unknown() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "expected the header Authorization: Bearer TOKEN with a token of the press office",
    )
    .with(header::WWW_AUTHENTICATE, "Bearer realm=\"pressroom\"")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_one_bearer_token_counts() {
        let headers = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            headers
        };
        assert_eq!(bearer(&headers(&["Bearer abc"])), Some("abc"));
        assert_eq!(bearer(&headers(&["bearer abc"])), Some("abc"));
        for bad in [
            &[][..],
            &["Bearer "],
            &["Basic abc"],
            &["abc"],
            &["Bearer a b"],
            &["Bearer a", "Bearer b"],
        ] {
            assert_eq!(bearer(&headers(bad)), None, "{bad:?}");
        }
    }

    /// `subtle` compares bytes of equal length in constant time and answers at once when lengths differ: only hashes come to it.
    #[test]
    #[allow(non_snake_case)]
    fn S14_tokens_of_any_length_are_compared_as_hashes_of_one_length() {
        let hashed = |token: &str| TokenRecord {
            name: token.chars().take(8).collect(),
            role: Role::Editor,
            sha256: hash_token(token),
            created: None,
        };
        let long = "x".repeat(100_000);
        let tokens = ["a", "ab", "abc", long.as_str()];
        let mut file = TokenFile {
            tokens: tokens.iter().map(|token| hashed(token)).collect(),
        };
        for token in ["", "a", "ab", "\u{e9}", "Bearer", long.as_str()] {
            assert_eq!(hash_token(token).len(), 64);
        }
        for token in tokens {
            // Wherever its record stands.
            for _ in 0..file.tokens.len() {
                file.tokens.rotate_left(1);
                let found = lookup(&file, &hash_token(token)).map(|by| by.name);
                assert_eq!(found, Some(token.chars().take(8).collect()));
            }
            // The hash is no token, and neither is a part of either.
            for wrong in [hash_token(token), format!("{token}x"), token[1..].to_owned() + "\0"] {
                assert_eq!(lookup(&file, &hash_token(&wrong)), None);
            }
        }
        // A damaged record opens nothing.
        for damaged in ["", &hash_token("a")[..63], "A", &hash_token("a").to_uppercase()] {
            file.tokens[0].sha256 = damaged.to_owned();
            file.tokens.truncate(1);
            assert_eq!(lookup(&file, &hash_token("a")), None, "{damaged}");
        }
    }
}
