//! Tokens: random, only their hashes in the store. The local one is the same at every start; others are made and revoked by command.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use accept::{TokenFile, TokenRecord, hash_token};
use anyhow::{Context as _, bail};
use release::Role;
use serde_json::json;
use store::{Created, Key, Store};
use uuid::Uuid;

use crate::Source;

/// The name of the local editor.
const NAME: &str = "local";
/// Others who change tokens in between.
const RIVALS: usize = 10;

/// The token to print: the one given, the one of the last start, or a new random one; its hash is in the store afterwards.
pub(crate) async fn local(store: &Store, data: &Path, given: Option<&str>) -> anyhow::Result<String> {
    let file = data.join("token");
    let token = match given {
        Some(token) => token.to_owned(),
        None => match fs::read_to_string(&file) {
            Ok(token) => token.trim().to_owned(),
            Err(_) => fresh(),
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
    let hash = hash_token(&token);
    change(store, |tokens| {
        if tokens.iter().any(|known| known.sha256 == hash) {
            return Ok(false);
        }
        tokens.retain(|known| known.name != NAME);
        tokens.push(TokenRecord {
            name: NAME.to_owned(),
            role: Role::Admin,
            sha256: hash.clone(),
            created: None,
        });
        Ok(true)
    })
    .await?;
    Ok(token)
}

/// Two `UUIDv4` hold 244 random bits.
fn fresh() -> String {
    format!("pr_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// Changes the tokens on condition that nobody else did in between; `with` answers false when there is nothing to do.
async fn change(store: &Store, with: impl Fn(&mut Vec<TokenRecord>) -> anyhow::Result<bool>) -> anyhow::Result<()> {
    for _ in 0..RIVALS {
        let found = store.get(&Key::Tokens).await?;
        let mut tokens = read(found.as_ref().map(|found| &found.bytes[..]))?;
        if !with(&mut tokens.tokens)? {
            return Ok(());
        }
        let bytes = feed::to_json(&tokens);
        let done = match &found {
            Some(found) => store.replace(&Key::Tokens, &found.etag, bytes).await?,
            None => store.create(&Key::Tokens, bytes).await? == Created::New,
        };
        if done {
            return Ok(());
        }
    }
    bail!("config/tokens.json is changed by others again and again; try again")
}

fn read(bytes: Option<&[u8]>) -> anyhow::Result<TokenFile> {
    let damaged = "config/tokens.json is damaged; restore its last version, or remove it and make new tokens";
    bytes.map_or(Ok(TokenFile::default()), |bytes| serde_json::from_slice(bytes).context(damaged))
}

/// What is to be done with tokens.
#[derive(Debug, Clone)]
pub enum TokenChange {
    /// A new one, for a person or a program.
    Create {
        /// Whose; it stands in the history of what is saved with it.
        name: String,
        /// What it may do.
        role: Role,
    },
    /// Nobody comes in with it any more.
    Revoke {
        /// Whose.
        name: String,
    },
    /// Names and roles; the tokens themselves are known to nobody.
    List,
}

/// Makes, lists and revokes tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Where.
    pub source: Source,
    /// What.
    pub change: TokenChange,
    /// JSON lines instead of sentences.
    pub json: bool,
}

impl Tokens {
    /// Does it.
    ///
    /// # Errors
    /// When a name is taken or unknown, or the bucket cannot be read or written.
    #[allow(clippy::disallowed_methods, reason = "when a token was made")]
    pub async fn run(&self) -> anyhow::Result<()> {
        let opened = self.source.open().await?;
        let store = &opened.store;
        match &self.change {
            TokenChange::Create { name, role } => {
                let plain = |c: char| c.is_alphanumeric() || " .-_@".contains(c);
                if name.trim() != name || name.is_empty() || name.chars().count() > 100 || !name.chars().all(plain) {
                    bail!("expected a name of 1 to 100 letters, digits, spaces and .-_@, found {name:?}");
                }
                let token = fresh();
                let created = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second())?;
                change(store, |tokens| {
                    if tokens.iter().any(|known| known.name == *name) {
                        bail!("there is a token for {name} already; revoke it first, or choose another name");
                    }
                    tokens.push(TokenRecord {
                        name: name.clone(),
                        role: *role,
                        sha256: hash_token(&token),
                        created: Some(created),
                    });
                    Ok(true)
                })
                .await?;
                if self.json {
                    println!("{}", json!({"name": name, "role": role, "token": token}));
                } else {
                    println!("{token}");
                    eprintln!(
                        "This is the token of {name} ({}). It is shown once: only its hash is kept.",
                        role.as_str()
                    );
                }
            }
            TokenChange::Revoke { name } => {
                change(store, |tokens| {
                    let before = tokens.len();
                    tokens.retain(|known| known.name != *name);
                    if tokens.len() == before {
                        bail!("there is no token for {name}; `pressroom token list` shows all");
                    }
                    Ok(true)
                })
                .await?;
                if self.json {
                    println!("{}", json!({"name": name, "revoked": true}));
                } else {
                    println!("The token of {name} is revoked. A function that knows it lets it in for a minute at most.");
                }
            }
            TokenChange::List => {
                let found = store.get(&Key::Tokens).await?;
                for known in read(found.as_ref().map(|found| &found.bytes[..]))?.tokens {
                    let created = known.created.map(|at| at.to_string());
                    if self.json {
                        println!("{}", json!({"name": known.name, "role": known.role, "created": created}));
                    } else {
                        println!("{:8} {:22} {}", known.role.as_str(), created.unwrap_or_default(), known.name);
                    }
                }
            }
        }
        Ok(())
    }
}
