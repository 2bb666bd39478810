//! `pressroom post`: sends files to a running press room, type by extension.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use reqwest::{Client, RequestBuilder, header};
use serde_json::Value;

use crate::office;

/// What to post where.
pub struct Post {
    /// Files, each a release.
    pub files: Vec<PathBuf>,
    /// Root of the API.
    pub url: String,
    /// A token of the press office.
    pub token: String,
    /// Of text files; JSON says its own.
    pub language: Option<String>,
    /// Of text files; JSON says its own.
    pub status: String,
    /// Why errors that were found do not stop them.
    pub overriding: Option<String>,
    /// JSON lines instead of sentences.
    pub json: bool,
}

/// The media type of a file, by its extension.
fn kind(file: &Path) -> anyhow::Result<&'static str> {
    let extension = file.extension().and_then(|ext| ext.to_str()).map(str::to_ascii_lowercase);
    Ok(match extension.as_deref() {
        Some("json") => "application/json",
        Some("txt" | "text") => "text/plain; charset=utf-8",
        Some("md" | "markdown") => "text/markdown; charset=utf-8",
        Some("html" | "htm") => "text/html; charset=utf-8",
        _ => bail!("{}: expected a file that ends in .json, .txt, .md or .html", file.display()),
    })
}

/// A file with a release.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it is.
    pub file: PathBuf,
    /// Of a text file; JSON says its own.
    pub language: Option<String>,
    /// Of a text file; JSON says its own.
    pub status: Option<String>,
    /// Why errors do not stop it.
    pub overriding: Option<String>,
}

impl Document {
    /// The request with the file as its body.
    pub(crate) fn carried_by(&self, mut request: RequestBuilder) -> anyhow::Result<RequestBuilder> {
        let kind = kind(&self.file)?;
        let body = std::fs::read(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))?;
        if kind != "application/json" {
            request = request.query(&self.status.iter().map(|status| ("status", status)).collect::<Vec<_>>());
            if let Some(language) = &self.language {
                request = request.header(header::CONTENT_LANGUAGE, language);
            }
        }
        if let Some(reason) = &self.overriding {
            request = request.query(&[("override", reason)]);
        }
        Ok(request.header(header::CONTENT_TYPE, kind).body(body))
    }
}

impl Post {
    /// Posts every file; stops at the first that is refused.
    ///
    /// # Errors
    /// When a file cannot be read or is refused, or nobody answers.
    pub async fn run(&self) -> anyhow::Result<()> {
        let client = Client::new();
        for file in &self.files {
            let answer = self.one(&client, file).await?;
            if self.json {
                println!("{answer}");
            } else {
                println!("{}: {}", file.display(), described(&answer));
            }
        }
        Ok(())
    }

    async fn one(&self, client: &Client, file: &Path) -> anyhow::Result<Value> {
        let document = Document {
            file: file.to_owned(),
            language: self.language.clone(),
            status: Some(self.status.clone()),
            overriding: self.overriding.clone(),
        };
        let request = client.post(format!("{}/v1/releases", self.url.trim_end_matches('/')));
        let request = document.carried_by(request.bearer_auth(&self.token))?;
        office::answer(request, &self.url, &file.display().to_string()).await
    }
}

/// What was understood, so that a person can check it.
pub(crate) fn described(answer: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let mut lines = format!(
        "{} {} revision {}\n",
        text(&answer["status"]),
        text(&answer["id"]),
        answer["revision"]
    );
    lines.push_str(&format!("  date      {}\n", text(&answer["published"])));
    for (language, found) in answer["texts"].as_object().into_iter().flatten() {
        lines.push_str(&format!("  title     [{language}] {}\n", text(&found["title"])));
        if found["subtitle"].is_string() {
            lines.push_str(&format!("  subtitle  [{language}] {}\n", text(&found["subtitle"])));
        }
    }
    for warning in answer["warnings"].as_array().into_iter().flatten() {
        lines.push_str(&format!(
            "  note      {}: {}\n",
            text(&warning["pointer"]),
            text(&warning["message"])
        ));
    }
    lines
}
