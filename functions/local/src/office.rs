//! `pressroom release`: the press office's calls from the terminal.

use anyhow::{Context as _, bail};
use release::Step;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::post::described;

/// A call of the editorial API.
#[derive(Debug, Clone)]
pub enum Call {
    /// The board.
    List {
        /// Only of this status.
        status: Option<String>,
        /// Lines at most.
        limit: u32,
        /// The `next` of an earlier answer.
        cursor: Option<String>,
    },
    /// One revision, the latest when none is named.
    Show {
        /// The release.
        id: String,
        /// Its revision.
        revision: Option<u32>,
    },
    /// Who did what and when.
    History {
        /// The release.
        id: String,
    },
    /// A change of status.
    Step {
        /// Which.
        step: Step,
        /// The release.
        id: String,
        /// The revision it is of; the latest when none is named.
        revision: Option<u32>,
        /// What it says besides.
        body: Value,
    },
}

/// Calls of a press office to a running press room.
#[derive(Debug, Clone)]
pub struct Office {
    /// Root of the API.
    pub url: String,
    /// A token of the press office.
    pub token: String,
    /// JSON instead of sentences.
    pub json: bool,
}

impl Office {
    /// Calls and tells the answer.
    ///
    /// # Errors
    /// When the call is refused or nobody answers.
    pub async fn run(&self, call: &Call) -> anyhow::Result<()> {
        let answer = match call {
            Call::List { status, limit, cursor } => {
                let mut query = vec![("limit", limit.to_string())];
                query.extend(status.clone().map(|status| ("status", status)));
                query.extend(cursor.clone().map(|cursor| ("cursor", cursor)));
                self.call(self.request(Method::GET, "").query(&query), "the board").await?
            }
            Call::Show { id, revision } => {
                let tail = revision.map(|n| format!("/revisions/{n}")).unwrap_or_default();
                self.call(self.request(Method::GET, &format!("/{id}{tail}")), id).await?
            }
            Call::History { id } => self.call(self.request(Method::GET, &format!("/{id}/revisions")), id).await?,
            Call::Step { step, id, revision, body } => {
                let mut request = self.request(Method::POST, &format!("/{id}/{}", step.as_str())).json(body);
                if let Some(n) = revision {
                    request = request.header("if-match", format!("\"{n}\""));
                }
                self.call(request, id).await?
            }
        };
        if self.json {
            println!("{answer}");
            return Ok(());
        }
        match call {
            Call::List { .. } => print!("{}", board(&answer)),
            Call::History { .. } => print!("{}", history(&answer)),
            Call::Show { .. } | Call::Step { .. } => print!("{}", described(&answer)),
        }
        Ok(())
    }

    fn request(&self, method: Method, tail: &str) -> RequestBuilder {
        let root = self.url.trim_end_matches('/');
        Client::new()
            .request(method, format!("{root}/v1/releases{tail}"))
            .bearer_auth(&self.token)
    }

    async fn call(&self, request: RequestBuilder, what: &str) -> anyhow::Result<Value> {
        answer(request, &self.url, what).await
    }
}

/// The answer to a call about `what`.
pub(crate) async fn answer(request: RequestBuilder, url: &str, what: &str) -> anyhow::Result<Value> {
    let answer = request
        .send()
        .await
        .with_context(|| format!("nobody answers at {url}; start the press room with `cargo run`"))?;
    let status = answer.status();
    let body: Value = answer.json().await.context("the answer is no JSON; is this a press room?")?;
    if status.is_success() {
        return Ok(body);
    }
    let faults = body["errors"].as_array().into_iter().flatten().map(|fault| {
        format!(
            "\n  {}: {}",
            fault["pointer"].as_str().unwrap_or(""),
            fault["message"].as_str().unwrap_or("")
        )
    });
    bail!(
        "{what} was refused ({status}): {}{}",
        body["detail"].as_str().unwrap_or_default(),
        faults.collect::<String>()
    );
}

fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn board(answer: &Value) -> String {
    let mut lines = String::new();
    for line in answer["releases"].as_array().into_iter().flatten() {
        let titles = line["titles"].as_object();
        let title = titles.and_then(|titles| titles.get(word(line, "language")).or_else(|| titles.values().next()));
        let title = title.and_then(Value::as_str).unwrap_or_default();
        let waits = if line["emergency"].is_object() {
            "  (published in an emergency, not approved yet)"
        } else {
            ""
        };
        lines.push_str(&format!(
            "{}  {:9}  {:3}  {}  {title}{waits}\n",
            word(line, "id"),
            word(line, "status"),
            line["revision"],
            word(line, "at"),
        ));
    }
    if let Some(next) = answer["next"].as_str() {
        lines.push_str(&format!("older ones: --cursor {next}\n"));
    }
    lines
}

fn history(answer: &Value) -> String {
    let mut lines = String::new();
    for line in answer["revisions"].as_array().into_iter().flatten() {
        let note = line["note"].as_str().map(|note| format!("  {note}")).unwrap_or_default();
        let approved = line["approval"]["at"] == line["at"] && line["at"].is_string();
        let did = if approved { "approved" } else { word(line, "status") };
        lines.push_str(&format!(
            "{:3}  {}  {did:9}  {}{note}\n",
            line["revision"],
            word(line, "at"),
            word(&line["by"], "name")
        ));
    }
    lines
}

/// The body of a step, without what was not said.
pub fn said(fields: &[(&str, Option<Value>)]) -> Value {
    let said = fields.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)));
    json!(said.collect::<serde_json::Map<String, Value>>())
}
