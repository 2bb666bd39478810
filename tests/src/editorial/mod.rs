//! The press office's day, through HTTP with the running program.

mod board;
mod desk;
mod files;
mod four_eyes;
mod judged;
mod languages;
mod lint;
mod renditions;
mod routes;
mod schedule;
mod status;
mod terminal;

use std::path::Path;

use accept::{TokenFile, TokenRecord, hash_token};
use release::Role;
use serde_json::{Value, json};
use store::Key;

use crate::harness::{Room, answer};

/// An editor, the one of the program's own token, and an author.
pub(crate) const OTHER: &str = "a-token-of-another-editor";
pub(crate) const AUTHOR: &str = "a-token-of-an-author";

/// A press room in which two more people have tokens.
pub(crate) async fn office(four_eyes: bool, folder: &Path) -> Room {
    let eyes = format!("four_eyes = {four_eyes}");
    office_with(folder, |site| site.replacen("four_eyes = false", &eyes, 1)).await
}

/// The same with another configuration.
async fn office_with(folder: &Path, site: impl FnOnce(String) -> String) -> Room {
    let site = site(local::sample::SITE.to_owned());
    if crate::stack::here().is_some() {
        assert_eq!(
            site,
            local::sample::SITE,
            "a stack has the sample's configuration, and the tokens of everybody"
        );
        return Room::open(&["--no-sample"]);
    }
    let file = folder.join("site.toml");
    std::fs::write(&file, site).unwrap();
    let room = Room::open(&["--no-sample", "--site", file.to_str().unwrap()]);
    let store = room.store();
    let found = store.get(&Key::Tokens).await.unwrap().unwrap();
    let mut tokens: TokenFile = serde_json::from_slice(&found.bytes).unwrap();
    for (name, role, token) in [("second", Role::Editor, OTHER), ("author", Role::Author, AUTHOR)] {
        tokens.tokens.push(TokenRecord {
            name: name.to_owned(),
            role,
            sha256: hash_token(token),
            created: None,
        });
    }
    store.put(&Key::Tokens, serde_json::to_vec(&tokens).unwrap()).await.unwrap();
    room
}

fn text(title: &str) -> Value {
    json!({"topics": ["research"], "texts": {
        "en": {"title": title, "body": "The council met, and **agreed**."},
        "fr": {"title": format!("{title} (fr)"), "body": "Le conseil s'est réuni."},
    }})
}

struct Desk<'a> {
    room: &'a Room,
    token: String,
}

impl<'a> Desk<'a> {
    fn of(room: &'a Room, token: &str) -> Self {
        Self {
            room,
            token: token.to_owned(),
        }
    }

    async fn create(&self, release: &Value) -> (u16, Value) {
        answer(self.room.request("POST", "/v1/releases").bearer_auth(&self.token).json(release)).await
    }

    async fn save(&self, id: &str, after: u32, release: &Value) -> (u16, Value) {
        let request = self.room.request("PUT", &format!("/v1/releases/{id}")).bearer_auth(&self.token);
        answer(request.header("if-match", format!("\"{after}\"")).json(release)).await
    }

    async fn step(&self, id: &str, step: &str, body: &Value) -> (u16, Value) {
        let request = self.room.request("POST", &format!("/v1/releases/{id}/{step}"));
        answer(request.bearer_auth(&self.token).json(body)).await
    }

    async fn see(&self, path: &str) -> Value {
        answer(self.room.request("GET", path).bearer_auth(&self.token)).await.1
    }
}

fn id(release: &Value) -> String {
    release["id"].as_str().unwrap().to_owned()
}
