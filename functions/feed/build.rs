//! Reads each file of words as the program will: a missing key, an unknown one or an empty text stops the build, with the file's name.

// It is the program's own module; here nobody outside sees it.
#[allow(unreachable_pub, dead_code)]
#[path = "src/words/texts.rs"]
mod texts;

use std::{collections::BTreeSet, error::Error, fs, path::Path};

/// The program includes these files by name.
const LANGUAGES: [&str; 6] = ["ar", "en", "es", "fr", "ru", "zh"];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("../../templates/words");
    println!("cargo:rerun-if-changed={}", folder.display());
    println!("cargo:rerun-if-changed=src/words/texts.rs");
    for language in LANGUAGES {
        let file = folder.join(format!("{language}.toml"));
        let told = |reason: String| format!("templates/words/{language}.toml: {reason}");
        let text = fs::read_to_string(&file).map_err(|e| told(e.to_string()))?;
        let words: texts::Words =
            toml::from_str(&text).map_err(|e| told(format!("{e}; functions/feed/src/words/texts.rs says what each key is")))?;
        let named: BTreeSet<&str> = words.names.keys().map(String::as_str).collect();
        if named != BTreeSet::from(LANGUAGES) {
            return Err(told(format!("[names] must name the languages {LANGUAGES:?}; found {named:?}")).into());
        }
        let table: toml::Table = toml::from_str(&text)?;
        let empty = table
            .iter()
            .find(|(_, value)| value.as_str().is_some_and(|text| text.trim().is_empty()));
        if let Some((key, _)) = empty {
            return Err(told(format!("`{key}` is empty; write a text")).into());
        }
    }
    Ok(())
}
