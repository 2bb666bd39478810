//! The API, held against its own description by a program that has never seen it.

use std::process::Command;

use super::{Desk, OTHER, office, text};
use crate::harness::top;

/// Cases of each call in the phase that makes them up; the others have as many as they have.
const EXAMPLES: &str = "30";

#[tokio::test(flavor = "multi_thread")]
async fn the_api_keeps_what_its_openapi_document_says() {
    let folder = tempfile::tempdir().unwrap();
    let room = office(false, folder.path()).await;
    // Something is there to be found.
    Desk::of(&room, OTHER).create(&text("Harbour fees fall")).await;
    let tools = top().join("target/tools/schemathesis/bin/schemathesis");
    assert!(tools.exists(), "expected {}; run tests/tools", tools.display());
    let mut command = Command::new(tools);
    command
        .current_dir(folder.path())
        .arg("--config-file")
        .arg(top().join("tests/judges/schemathesis.toml"));
    command.args(["run", &format!("{}/v1/openapi.json", room.url)]);
    command.args(["--header", &format!("Authorization: Bearer {OTHER}")]);
    command.args(["--max-examples", EXAMPLES, "--seed", "1"]);
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    assert!(said.contains("Tested: 17"), "not every call was tested: {said}");
}
