//! `pressroom release`: the press office's calls from the terminal.

use anyhow::{Context as _, bail};
use release::{FIELDS, Step};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::{
    post::{Document, described},
    renditions,
};

/// A photo or file of a release.
#[derive(Debug, Clone)]
pub struct File {
    /// Where it is.
    pub path: std::path::PathBuf,
    /// What a picture shows, by language; or nothing.
    pub alt: Value,
    /// The line under it, by language; or nothing.
    pub caption: Value,
    /// Who made it.
    pub credit: Option<String>,
}

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
    /// The next revision, from a file.
    Edit {
        /// The release.
        id: String,
        /// The one that was edited; the latest when none is named.
        revision: Option<u32>,
        /// What is saved.
        document: Document,
    },
    /// What is probably wrong with the latest revision.
    Check {
        /// The release.
        id: String,
    },
    /// What is probably wrong with a file that is not posted yet.
    CheckFile(Document),
    /// The page as it will look.
    Preview {
        /// The release.
        id: String,
        /// A language of the site.
        lang: Option<String>,
        /// Its revision, the latest when none is named.
        revision: Option<u32>,
    },
    /// A file is sent and put into the release.
    Attach {
        /// The release.
        id: String,
        /// What is sent.
        file: File,
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
    /// So many lines of the board. A page of it may have fewer while there are more: whoever sits at a terminal need not know.
    async fn list(&self, status: Option<&str>, limit: u32, mut cursor: Option<String>) -> anyhow::Result<Value> {
        let mut lines = Vec::new();
        loop {
            let left = usize::try_from(limit)?.saturating_sub(lines.len());
            let mut query = vec![("limit", left.to_string())];
            query.extend(status.map(|status| ("status", status.to_owned())));
            query.extend(cursor.clone().map(|cursor| ("cursor", cursor)));
            let page = self.call(self.request(Method::GET, "").query(&query), "the board").await?;
            lines.extend(page["releases"].as_array().into_iter().flatten().cloned());
            cursor = page["next"].as_str().map(str::to_owned);
            if cursor.is_none() || lines.len() >= usize::try_from(limit)? {
                return Ok(json!({"releases": lines, "next": cursor}));
            }
        }
    }

    /// Calls and tells the answer; false when a check found what would stop the release.
    ///
    /// # Errors
    /// When the call is refused or nobody answers.
    pub async fn run(&self, call: &Call) -> anyhow::Result<bool> {
        let answer = match call {
            Call::Preview { id, lang, revision } => {
                print!("{}", self.preview(id, lang.as_deref(), *revision).await?);
                return Ok(true);
            }
            Call::Edit { id, revision, document } => self.edit(id, *revision, document).await?,
            Call::Check { id } => self.call(self.request(Method::POST, &format!("/{id}/check")), id).await?,
            Call::CheckFile(document) => {
                let request = document.carried_by(self.request(Method::POST, "/check"))?;
                self.call(request, &document.file.display().to_string()).await?
            }
            Call::Attach { id, file } => self.attach(id, file).await?,
            Call::List { status, limit, cursor } => self.list(status.as_deref(), *limit, cursor.clone()).await?,
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
            return Ok(right(call, &answer));
        }
        match call {
            Call::Check { .. } | Call::CheckFile(_) => print!("{}", checked(&answer)),
            Call::List { .. } => print!("{}", board(&answer)),
            Call::History { .. } => print!("{}", history(&answer)),
            Call::Show { .. } | Call::Step { .. } | Call::Edit { .. } | Call::Attach { .. } => print!("{}", described(&answer)),
            Call::Preview { .. } => {}
        }
        Ok(right(call, &answer))
    }

    async fn preview(&self, id: &str, lang: Option<&str>, revision: Option<u32>) -> anyhow::Result<String> {
        let mut query = Vec::new();
        query.extend(lang.map(|lang| ("lang", lang.to_owned())));
        query.extend(revision.map(|n| ("revision", n.to_string())));
        let request = self.request(Method::GET, &format!("/{id}/preview")).query(&query);
        let answer = sent(request, &self.url).await?;
        if answer.status().is_success() {
            return Ok(answer.text().await?);
        }
        read(answer, id).await.map(|_| String::new())
    }

    async fn edit(&self, id: &str, revision: Option<u32>, document: &Document) -> anyhow::Result<Value> {
        let n = match revision {
            Some(n) => Value::from(n),
            None => self.call(self.request(Method::GET, &format!("/{id}")), id).await?["revision"].clone(),
        };
        let request = self.request(Method::PUT, &format!("/{id}")).header("if-match", format!("\"{n}\""));
        self.call(document.carried_by(request)?, id).await
    }

    /// Announces a file and sends it.
    async fn send(&self, id: &str, file: &Value, bytes: Vec<u8>) -> anyhow::Result<()> {
        let name = word(file, "name");
        let told = self
            .call(self.request(Method::POST, &format!("/{id}/media")).json(file), name)
            .await?;
        let Some(upload) = told["upload"].as_object() else {
            return Ok(());
        };
        let mut request = Client::new().put(upload["url"].as_str().unwrap_or_default());
        for (header, value) in upload["headers"].as_object().into_iter().flatten() {
            request = request.header(header, value.as_str().unwrap_or_default());
        }
        // The URL is a secret: it must not stand in an error.
        let sent = request.body(bytes).send().await.map_err(reqwest::Error::without_url);
        let status = sent.with_context(|| format!("{name} could not be sent; try again"))?.status();
        if !status.is_success() {
            bail!("{name} was refused by the store ({status}); is the file still the same? Try again");
        }
        Ok(())
    }

    /// Sends a file, a photo with its renditions, and saves the release with it.
    async fn attach(&self, id: &str, file: &File) -> anyhow::Result<Value> {
        let name = file.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let bytes = std::fs::read(&file.path).with_context(|| format!("{} cannot be read", file.path.display()))?;
        let kind = release::kind_of(name).with_context(|| format!("{name}: expected a file that ends in {}", release::file_ends()))?;
        let mut entry = json!({"sha256": feed::sha256(&bytes), "name": name, "type": kind, "size": bytes.len()});
        let latest = self.call(self.request(Method::GET, &format!("/{id}")), id).await?;
        let smaller = renditions::of(&bytes, kind);
        self.send(id, &entry, bytes).await?;
        let mut sent = Vec::new();
        for bytes in smaller {
            let rendition = json!({"sha256": feed::sha256(&bytes), "name": name, "type": kind, "size": bytes.len()});
            sent.push(json!({"sha256": rendition["sha256"], "size": rendition["size"]}));
            self.send(id, &rendition, bytes).await?;
        }
        if !sent.is_empty() {
            entry["renditions"] = sent.into();
        }
        for (field, value) in [
            ("alt", &file.alt),
            ("caption", &file.caption),
            ("credit", &file.credit.clone().into()),
        ] {
            if !value.is_null() {
                entry[field] = value.clone();
            }
        }
        let mut release = sendable(&latest);
        match release["media"].as_array_mut() {
            Some(files) => files.push(entry),
            None => release["media"] = json!([entry]),
        }
        let request = self
            .request(Method::PUT, &format!("/{id}"))
            .header("if-match", format!("\"{}\"", latest["revision"]));
        self.call(request.json(&release), id).await
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
    read(sent(request, url).await?, what).await
}

async fn sent(request: RequestBuilder, url: &str) -> anyhow::Result<Response> {
    let answer = request.send().await;
    answer.with_context(|| format!("nobody answers at {url}; start the press room with `cargo run`"))
}

async fn read(answer: Response, what: &str) -> anyhow::Result<Value> {
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

/// False when a check found what would stop the release.
fn right(call: &Call, answer: &Value) -> bool {
    !matches!(call, Call::Check { .. } | Call::CheckFile(_)) || answer["errors"].as_array().is_none_or(Vec::is_empty)
}

/// What somebody may send of a stored revision: as a draft, so that it is looked at before it goes out.
fn sendable(revision: &Value) -> Value {
    let fields = FIELDS.iter().filter(|name| !["status", "publish_at"].contains(name));
    let kept = fields.filter_map(|name| Some(((*name).to_owned(), revision.get(*name)?.clone())));
    json!(kept.collect::<serde_json::Map<String, Value>>())
}

fn checked(answer: &Value) -> String {
    let mut lines = String::new();
    for (kind, list) in [("error", &answer["errors"]), ("warning", &answer["warnings"])] {
        for fault in list.as_array().into_iter().flatten() {
            lines.push_str(&format!("{kind:7}  {}: {}\n", word(fault, "pointer"), word(fault, "message")));
        }
    }
    if lines.is_empty() {
        lines.push_str("nothing to say\n");
    }
    lines
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
