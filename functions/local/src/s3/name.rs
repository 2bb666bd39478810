//! From an object key to a relative path: readable for ordinary keys, injective and harmless for every key S3 allows.
//!
//! `releases/2026/a.json` stays as it is. A last segment without a dot gets a trailing `%` and a folder's dots become
//! `%2E`, so that no folder name is ever a file name and `a` and `a/b` live side by side. `%` and control characters are
//! percent-encoded, an empty folder is `%=`, and a segment too long for a file system continues below a folder that ends
//! in `%+`. Nothing decodes these names: the key is in the object's metadata. The file system must tell case apart.

use std::fmt::Write;
use std::path::PathBuf;

/// Leaves room for the suffixes of metadata files below the usual limit of 255 bytes.
const SEGMENT: usize = 200;

/// AWS's own limit.
const KEY: usize = 1024;

/// Why a key is refused, for the person who sent it.
pub(super) fn check(key: &str) -> Result<(), &'static str> {
    if key.is_empty() || key.len() > KEY {
        return Err("a key has 1 to 1024 bytes");
    }
    if key.starts_with('/') {
        return Err("a key does not start with `/`");
    }
    if key.contains(['\0', '\\']) {
        return Err("a key holds neither NUL nor `\\`");
    }
    if key.split('/').any(|segment| segment == "." || segment == "..") {
        return Err("a key has no `.` or `..` segment");
    }
    Ok(())
}

/// The path of a checked key, relative to its bucket.
pub(super) fn path(key: &str) -> PathBuf {
    let mut path = PathBuf::new();
    let (folders, file) = key.rsplit_once('/').map_or((None, key), |(folders, file)| (Some(folders), file));
    for folder in folders.into_iter().flat_map(|folders| folders.split('/')) {
        let name = if folder.is_empty() { "%=".to_owned() } else { encode(folder, true) };
        push(&mut path, &name, true);
    }
    let mut name = encode(file, false);
    if !name.contains('.') {
        name.push('%');
    }
    push(&mut path, &name, false);
    path
}

fn encode(segment: &str, folder: bool) -> String {
    let mut name = String::with_capacity(segment.len());
    for character in segment.chars() {
        if character == '%' || character.is_ascii_control() || (folder && character == '.') {
            // Writing to a string cannot fail.
            let _ = write!(name, "%{:02X}", u32::from(character));
        } else {
            name.push(character);
        }
    }
    name
}

fn push(path: &mut PathBuf, mut name: &str, folder: bool) {
    while name.len() > SEGMENT {
        let cut = name.floor_char_boundary(SEGMENT);
        // A chunk is a folder: its dots would make it look like a file.
        path.push(format!("{}%+", name[..cut].replace('.', "%,")));
        name = &name[cut..];
    }
    // What is left of a long file name may have lost its dot to the chunks before.
    if folder || name.contains('.') || name.ends_with('%') {
        path.push(name);
    } else {
        path.push(format!("{name}%"));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn ordinary_keys_are_readable_and_odd_ones_are_apart() {
        let long = "x".repeat(500);
        let dotted = format!("{}.json", "é".repeat(300));
        let keys = [
            "releases/2026/a.json",
            "a",
            "a/b",
            "a%",
            "a.",
            "a./b",
            "a%2E/b",
            "a.b/c",
            "d//e",
            "d/e",
            "d///e",
            "d/=/e",
            "t/",
            "t",
            "T",
            "t/%",
            "%/t",
            "%=/t",
            "/t",
            "新闻/公报 1.html",
            "c++ (1)%20.txt",
            "c++ (1) .txt",
            ".lock",
            "a\u{1}b",
            &long,
            &dotted,
            &format!("{long}/a"),
            &format!("{}/{}", &long[..200], &long[200..]),
            &format!("{}%+/{}", &long[..200], &long[200..]),
        ];
        let mut paths = HashMap::new();
        for key in keys {
            let path = path(key);
            assert!(path.components().all(|part| part.as_os_str().len() <= 240), "{key}");
            if let Some(other) = paths.insert(path, key) {
                panic!("{key} and {other} share a path");
            }
        }
        for file in paths.keys() {
            assert!(
                !paths.keys().any(|other| other != file && other.starts_with(file)),
                "{} is a folder too",
                file.display()
            );
        }
        assert_eq!(path("releases/2026/a.json").to_str(), Some("releases/2026/a.json"));
    }

    #[test]
    fn keys_that_could_leave_the_bucket_are_refused() {
        for key in ["", "..", "a/../b", "./a", "a/.", "/a", "a\\b", "a\0b", &"k".repeat(1025)] {
            assert!(check(key).is_err(), "{key:?}");
        }
        for key in ["a", "a//b", "...", "a/..b", "trailing/", &"k".repeat(1024)] {
            assert!(check(key).is_ok(), "{key:?}");
        }
    }
}
