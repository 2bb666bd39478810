//! The local token: random, the same at every start, only its hash in the store.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use accept::{TokenFile, TokenRecord, hash_token};
use anyhow::Context as _;
use release::Role;
use store::{Key, Store};
use uuid::Uuid;

/// The name of the local editor.
const NAME: &str = "local";

/// The token to print: the one given, the one of the last start, or a new random one; its hash is in the store afterwards.
pub(crate) async fn local(store: &Store, data: &Path, given: Option<&str>) -> anyhow::Result<String> {
    let file = data.join("token");
    let token = match given {
        Some(token) => token.to_owned(),
        None => match fs::read_to_string(&file) {
            Ok(token) => token.trim().to_owned(),
            // Two UUIDv4 hold 244 random bits.
            Err(_) => format!("pr_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()),
        },
    };
    if given.is_none() && !file.exists() {
        let mut out = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&file)
            .with_context(|| format!("{} cannot be written", file.display()))?;
        writeln!(out, "{token}")?;
        out.sync_all()?;
    }
    let mut tokens: TokenFile = match store.get(&Key::Tokens).await? {
        Some(found) => serde_json::from_slice(&found.bytes).context("config/tokens.json is damaged; remove it and make new tokens")?,
        None => TokenFile::default(),
    };
    let hash = hash_token(&token);
    if !tokens.tokens.iter().any(|known| known.sha256 == hash) {
        tokens.tokens.retain(|known| known.name != NAME);
        tokens.tokens.push(TokenRecord {
            name: NAME.to_owned(),
            role: Role::Admin,
            sha256: hash,
            created: None,
        });
        store.put(&Key::Tokens, feed::to_json(&tokens)).await?;
    }
    Ok(token)
}
