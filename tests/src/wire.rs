//! Foreign parsers as one long-lived process: `tests/judges/wire.py`, JSON lines in and out.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::harness::top;

/// The Python that `tests/run` installs with all judges.
pub(crate) fn python() -> PathBuf {
    let python = top().join("target/tools/judges/bin/python");
    assert!(
        python.exists(),
        "{} is missing; run tests/run once, which installs it",
        python.display()
    );
    python
}

/// An entry of a feed as a foreign parser sees it; nothing is folded or cleaned.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Entry {
    pub(crate) id: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) published: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) enclosures: Vec<Value>,
}

/// What the judges say of one document.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) findings: Vec<String>,
    /// As strict parsers see it: libxml2, or Python's `json`.
    pub(crate) entries: Vec<Entry>,
    pub(crate) readers: Readers,
    /// Of HTML: what a reader would show.
    pub(crate) text: Option<String>,
    /// Of HTML: what stands for its pictures.
    pub(crate) images: Vec<Option<String>>,
}

/// What lenient feed readers see.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Readers {
    pub(crate) feedparser: Option<Vec<Entry>>,
    pub(crate) fastfeedparser: Option<Vec<Entry>>,
}

impl Readers {
    /// Those that read this kind of document, by name.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&'static str, &[Entry])> {
        let all = [("feedparser", &self.feedparser), ("fastfeedparser", &self.fastfeedparser)];
        all.into_iter().filter_map(|(name, table)| Some((name, table.as_deref()?)))
    }
}

/// The process.
pub(crate) struct Wire {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    asked: u64,
}

impl Wire {
    /// Starts it.
    pub(crate) fn open() -> Self {
        let mut child = Command::new(python())
            .arg(top().join("tests/judges/wire.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from, asked: 0 }
    }

    /// Judges one document. `more` are further fields of the request, such as `{"lint": true}`.
    pub(crate) fn judge(&mut self, kind: &str, text: &str, more: Value) -> Answer {
        self.asked += 1;
        let mut request = json!({"id": self.asked, "kind": kind, "text": text});
        for (name, value) in more.as_object().into_iter().flatten() {
            request[name] = value.clone();
        }
        writeln!(self.to, "{request}").unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("wire.py said {line:?}: {e}"));
        assert_eq!(answer["id"], self.asked, "an answer to another question: {line}");
        serde_json::from_value(answer).unwrap()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
