//! Fuzz targets: whatever bytes come in, and what somebody else's parser must say of what goes out.
//!
//! Each target first replays its stored corpus, `__fuzz__/NAME/corpus` beside this file, then so many inputs of chance. On a failure its seed
//! is printed. Longer, and by the same seed again:
//!
//! ```text
//! BOLERO_RANDOM_ITERATIONS=1000000 cargo test -p tests --test stories fuzz::date
//! BOLERO_RANDOM_SEED=… BOLERO_RANDOM_ITERATIONS=1 cargo test -p tests --test stories fuzz::date
//! ```
//!
//! With `cargo install cargo-bolero`, libFuzzer looks for new paths: `cargo bolero test -p tests fuzz::date::ANY_NAME --rustc-bootstrap -s NONE`.

mod date;
mod key;
mod outputs;
mod plain;
mod slug;

use std::{collections::BTreeMap, fs};

use crate::harness::top;

/// Bytes that are a text are that text; others are a row of pieces, so that chance writes words and not noise.
fn spelled(bytes: &[u8], pieces: &[&str]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| pieces[usize::from(*byte) % pieces.len()]).collect(),
    }
}

/// The stored inputs of a target by their names.
fn corpus(target: &str) -> BTreeMap<String, String> {
    let folder = top().join(format!("tests/src/fuzz/__fuzz__/{target}/corpus"));
    let files = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let files = files.map(|file| file.unwrap().path());
    let read = files.map(|path| {
        (
            path.file_name().unwrap().to_string_lossy().into_owned(),
            fs::read_to_string(&path).unwrap(),
        )
    });
    read.collect()
}

#[test]
fn every_target_has_a_corpus_of_different_texts() {
    for target in ["date", "key", "outputs", "plain", "slug"] {
        let found = corpus(target);
        assert!(found.len() >= 25, "{target} has {} files", found.len());
        let mut texts: Vec<&String> = found.values().collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), found.len(), "{target} holds the same text twice");
    }
}
