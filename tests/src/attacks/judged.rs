//! What `DOMPurify`, a sanitiser that is not ours, finds in what readers get: nothing.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use super::payloads::{payloads, published};
use crate::harness::top;

/// What `tests/judges/purify.mjs` says of each text.
fn purified(texts: &[&str]) -> Vec<Vec<String>> {
    assert!(
        top().join("target/tools/node/node_modules/dompurify").exists(),
        "DOMPurify is missing; run tests/run once, which installs it"
    );
    let mut child = Command::new("node")
        .arg(top().join("tests/judges/purify.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    to.write_all(serde_json::to_string(texts).unwrap().as_bytes()).unwrap();
    drop(to);
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn S01_S02_dompurify_takes_nothing_out_of_what_is_published_and_no_script_runs_in_it() {
    let all = published().await;
    assert!(all.len() > 2 * payloads().len(), "only {} were taken", all.len());
    let texts: Vec<&str> = all.iter().map(|one| one.html.as_str()).collect();
    let said = purified(&texts);
    assert_eq!(said.len(), all.len());
    for (one, findings) in all.iter().zip(said) {
        assert_eq!(findings, Vec::<String>::new(), "{} {:?}: {}", one.format, one.sent, one.html);
    }
}

#[test]
fn dompurify_finds_much_in_the_payloads_themselves() {
    let all = payloads();
    let texts: Vec<&str> = all.iter().map(String::as_str).collect();
    let found = purified(&texts).iter().filter(|findings| !findings.is_empty()).count();
    assert!(found > 150, "of {} payloads it finds something in {found}", all.len());
}
