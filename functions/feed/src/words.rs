//! The interface's own texts: one file per language under `templates/words/`, which a translator can edit.
//!
//! `build.rs` has read each of them before: what is missing stops the build.

mod texts;

use std::{collections::BTreeMap, sync::LazyLock};

use release::Lang;

pub use texts::Words;

static ALL: LazyLock<BTreeMap<&'static str, Words>> = LazyLock::new(|| {
    [
        ("ar", include_str!("../../../templates/words/ar.toml")),
        ("en", include_str!("../../../templates/words/en.toml")),
        ("es", include_str!("../../../templates/words/es.toml")),
        ("fr", include_str!("../../../templates/words/fr.toml")),
        ("ru", include_str!("../../../templates/words/ru.toml")),
        ("zh", include_str!("../../../templates/words/zh.toml")),
    ]
    .into_iter()
    .filter_map(|(tag, file)| toml::from_str(file).ok().map(|words| (tag, words)))
    .collect()
});

impl Words {
    /// The texts of a language; English for one that nobody has translated yet.
    pub fn of(language: &Lang) -> &'static Self {
        ALL.get(language.as_str())
            .or_else(|| ALL.get(language.primary()))
            .unwrap_or_else(|| &ALL["en"])
    }

    /// The name of `language` in this one; its tag when nobody has translated it yet.
    pub fn name<'a>(&'a self, language: &'a Lang) -> &'a str {
        let names = &self.names;
        names
            .get(language.as_str())
            .or_else(|| names.get(language.primary()))
            .map_or(language.as_str(), String::as_str)
    }

    /// The notice that a release lacks this language, and which one is shown.
    pub fn notice(&self, shown: &Lang) -> String {
        format!("{} {} {}", self.not_available, self.shown_in, self.name(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_translation_is_whole() {
        assert_eq!(ALL.keys().copied().collect::<Vec<_>>(), ["ar", "en", "es", "fr", "ru", "zh"]);
        for words in ALL.values() {
            assert_eq!(words.names.len(), ALL.len());
        }
    }
}
