//! Golden files: real documents under `tests/golden`, at the path a reader finds them, which a person can open.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use similar::TextDiff;

use crate::harness::top;

/// Lines of a diff that a person still reads.
const LINES: usize = 60;

const ACCEPT: &str = "\nLook at the difference: readers will see it. To accept it, run\n    GOLDEN=write cargo test -p tests --test stories golden\nand commit the changed files.";

/// Where the golden files are.
pub(super) fn folder() -> PathBuf {
    top().join("tests/golden")
}

/// The golden files by path.
pub(super) fn read() -> BTreeMap<String, Bytes> {
    let mut files = BTreeMap::new();
    walk(&folder(), "", &mut files);
    files
}

fn walk(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Bytes>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        // Pictures for the README, which no reader gets.
        if name == "screens" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap().into());
        }
    }
}

/// Compares public files with the golden ones, or writes those when `GOLDEN=write` says so.
pub(super) fn check(found: &BTreeMap<String, Bytes>) {
    if std::env::var("GOLDEN").as_deref() == Ok("write") {
        assert!(std::env::var_os("CI").is_none(), "golden files are accepted by people, not in CI");
        write(found);
    }
    let faults = differences(&read(), found);
    assert!(faults.is_empty(), "{}{ACCEPT}", faults.join("\n"));
}

/// One text for each file that is not as expected.
pub(super) fn differences(expected: &BTreeMap<String, Bytes>, found: &BTreeMap<String, Bytes>) -> Vec<String> {
    let paths: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let fault = |path: &String| match (expected.get(path), found.get(path)) {
        (Some(expected), Some(found)) if expected == found => None,
        (Some(expected), Some(found)) => Some(diff(path, expected, found)),
        (Some(_), None) => Some(format!("{path}: expected this file, found none")),
        (None, _) => Some(format!("{path}: expected no such file, found one")),
    };
    paths.into_iter().filter_map(fault).collect()
}

fn diff(path: &str, expected: &[u8], found: &[u8]) -> String {
    let (expected, found) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(found));
    let diff = TextDiff::from_lines(&expected, &found)
        .unified_diff()
        .header(&format!("expected {path}"), &format!("found {path}"))
        .to_string();
    let mut lines: Vec<&str> = diff.lines().take(LINES).collect();
    if lines.len() == LINES {
        lines.push("…");
    }
    lines.join("\n")
}

fn write(found: &BTreeMap<String, Bytes>) {
    for path in read().keys().filter(|path| !found.contains_key(*path)) {
        fs::remove_file(folder().join(path)).unwrap();
    }
    for (path, bytes) in found {
        let file = folder().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
}
