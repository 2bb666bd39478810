//! Build script of `accept`: it is linked as all functions are, and the desk's words become Rust.
//!
//! A language that lacks a text, or has one that nobody shows, does not build.

#[path = "../lean.rs"]
mod lean;

use std::{collections::BTreeMap, fs, path::Path, process::exit};

/// One file each under `templates/desk/words/`; the first one says which texts there are.
const LANGUAGES: [&str; 6] = ["en", "ar", "es", "fr", "ru", "zh"];

fn main() {
    lean::main();
    let folder = format!(
        "{}/../../templates/desk/words",
        std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default()
    );
    println!("cargo:rerun-if-changed={folder}");
    match words(&folder) {
        Ok(source) => {
            let out = std::env::var("OUT_DIR").unwrap_or_default();
            if let Err(reason) = fs::write(Path::new(&out).join("words.rs"), source) {
                eprintln!("{out}/words.rs: {reason}");
                exit(1);
            }
        }
        Err(faults) => {
            eprintln!("{faults}");
            exit(1);
        }
    }
}

/// The source of the struct and of one constant for each language.
fn words(folder: &str) -> Result<String, String> {
    let mut all = Vec::new();
    for language in LANGUAGES {
        let path = format!("{folder}/{language}.toml");
        let text = fs::read_to_string(&path).map_err(|reason| format!("{path}: {reason}"))?;
        let texts: BTreeMap<String, String> = toml::from_str(&text).map_err(|reason| format!("{path}: {reason}"))?;
        all.push((language, texts));
    }
    let (_, english) = &all[0];
    let mut faults = String::new();
    for (language, texts) in &all {
        let mut fault = |told: String| faults.push_str(&format!("{folder}/{language}.toml: {told}\n"));
        for (key, text) in english {
            match texts.get(key) {
                None => fault(format!("`{key}` is missing; in English it is {text:?}")),
                Some(own) if own.trim().is_empty() => fault(format!("`{key}` is empty")),
                Some(own) if holes(own) != holes(text) => {
                    let (expected, found) = (holes(text), holes(own));
                    fault(format!("`{key}` has the places {found:?}, expected {expected:?}"));
                }
                Some(_) => {}
            }
        }
        for key in texts.keys().filter(|key| !english.contains_key(*key)) {
            fault(format!("`{key}` is no text of the desk; take it out"));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut source = String::from("/// The texts of the desk in one language.\npub(crate) struct Words {\n");
    for (key, text) in english {
        source.push_str(&format!(
            "    // {}\n    pub(crate) {key}: &'static str,\n",
            text.replace('\n', " ")
        ));
    }
    source.push_str("}\n\n/// By language.\npub(crate) static ALL: [(&str, Words); 6] = [\n");
    for (language, texts) in &all {
        source.push_str(&format!("    ({language:?}, Words {{\n"));
        for (key, text) in texts {
            source.push_str(&format!("        {key}: {text:?},\n"));
        }
        source.push_str("    }),\n");
    }
    source.push_str("];\n");
    Ok(source)
}

/// The places of a text that are filled in, in order of their names.
fn holes(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect();
    found.sort_unstable();
    found
}
