//! The interface's own texts: one file per language under `templates/words/`, which a translator can edit.

use std::{collections::BTreeMap, sync::LazyLock};

use release::Lang;
use serde::Deserialize;

/// All texts of one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The language's own name.
    pub autonym: String,
    /// Shown first where a release lacks this language.
    pub not_available: String,
    /// Before the name of the language shown instead.
    pub shown_in: String,
    /// Put before the title of a withdrawn release.
    pub withdrawn: String,
    /// Shown on its page.
    pub withdrawn_notice: String,
    /// Heading of a correction note.
    pub correction: String,
    /// Heading of the list on the home page.
    pub latest: String,
    /// Where there is none yet.
    pub nothing_yet: String,
    /// Label of feed links.
    pub feeds: String,
    /// Label of the link home.
    pub home: String,
    /// Label of the list of languages.
    pub languages: String,
    /// Before the date.
    pub published: String,
    /// Before the date of the last change.
    pub updated: String,
    /// Before the event that a release reports on.
    pub event: String,
    /// Heading of further links.
    pub links: String,
    /// Heading of files.
    pub files: String,
    /// Heading of a page that does not exist.
    pub not_found: String,
    /// What to do there.
    pub not_found_help: String,
    /// Names of other languages in this one.
    pub names: BTreeMap<String, String>,
}

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
