//! Documents judged by parsers of somebody else: one process of `tests/judges/wire.py` a call.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::harness::top;

/// The answers to documents of a kind, in order. `lint` asks the format's own rules too.
pub(super) fn judge(documents: &[(&str, &str)], lint: bool) -> Vec<Value> {
    let python = top().join("target/tools/judges/bin/python");
    assert!(python.exists(), "{} is missing; run tests/tools once", python.display());
    let mut judge = Command::new(python)
        .arg(top().join("tests/judges/wire.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = String::new();
    for (kind, text) in documents {
        lines.push_str(&json!({"kind": kind, "text": text, "lint": lint, "readers": false}).to_string());
        lines.push('\n');
    }
    let mut stdin = judge.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
    let out = judge.wait_with_output().unwrap();
    writer.join().unwrap();
    let answers: Vec<Value> = String::from_utf8(out.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), documents.len());
    answers
}

pub(super) fn accepted(answers: &[Value]) {
    for answer in answers {
        assert_eq!(answer["findings"], json!([]), "{answer}");
    }
}
