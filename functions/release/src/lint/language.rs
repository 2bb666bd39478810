//! Is a text in the language of its slot?

use crate::Lang;

/// Fewer letters say nothing of a script.
const LETTERS: usize = 20;
/// Fewer say nothing of a language.
const ENOUGH: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Han,
    Other,
}

impl Script {
    fn of(letter: char) -> Self {
        match u32::from(letter) {
            0x41..=0x24f | 0x1e00..=0x1eff => Self::Latin,
            0x400..=0x52f => Self::Cyrillic,
            0x600..=0x6ff | 0x750..=0x77f | 0x8a0..=0x8ff | 0xfb50..=0xfdff | 0xfe70..=0xfeff => Self::Arabic,
            0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff => Self::Han,
            _ => Self::Other,
        }
    }

    /// In which a language is written; `None` when this module does not know.
    fn of_language(language: &Lang) -> Option<Self> {
        let tag = language.as_str();
        if tag.split('-').any(|part| part == "Latn") {
            return Some(Self::Latin);
        }
        Some(match language.primary() {
            "zh" => Self::Han,
            "ru" | "uk" | "bg" => Self::Cyrillic,
            "ar" | "fa" | "ur" => Self::Arabic,
            "en" | "fr" | "es" | "de" | "pt" | "it" | "nl" | "pl" | "sv" | "da" | "fi" | "cs" | "hu" | "ro" | "tr" | "vi" | "id" | "sw" => {
                Self::Latin
            }
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Latin => "Latin letters",
            Self::Cyrillic => "Cyrillic letters",
            Self::Arabic => "Arabic letters",
            Self::Han => "Chinese characters",
            Self::Other => "another script",
        }
    }
}

/// What is said when a text is not in the language of its slot.
pub(super) fn mismatch(language: &Lang, text: &str) -> Option<String> {
    let expected = Script::of_language(language)?;
    let mut counts = [0_usize; 5];
    for letter in text.chars().filter(|c| c.is_alphabetic()) {
        // A Chinese character is a word, more or less.
        let script = Script::of(letter);
        counts[script as usize] += if script == Script::Han { 4 } else { 1 };
    }
    let all: usize = counts.iter().sum();
    let own = counts[expected as usize];
    if all >= LETTERS && own * 5 < all * 2 {
        let scripts = [Script::Latin, Script::Cyrillic, Script::Arabic, Script::Han, Script::Other];
        let most = scripts.into_iter().max_by_key(|script| counts[*script as usize])?;
        let (expected, most) = (expected.name(), most.name());
        return Some(format!(
            "expected a text in {language}, in {expected}; found mostly {most}: is it in the wrong place?"
        ));
    }
    let own = known(language.primary())?;
    let found = whatlang::detect(text).filter(whatlang::Info::is_reliable)?;
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= ENOUGH && found.lang() != own).then(|| {
        format!(
            "expected a text in {language}; it reads like {}: is it in the wrong place?",
            found.lang().eng_name()
        )
    })
}

fn known(primary: &str) -> Option<whatlang::Lang> {
    Some(match primary {
        "ar" => whatlang::Lang::Ara,
        "de" => whatlang::Lang::Deu,
        "en" => whatlang::Lang::Eng,
        "es" => whatlang::Lang::Spa,
        "fr" => whatlang::Lang::Fra,
        "it" => whatlang::Lang::Ita,
        "nl" => whatlang::Lang::Nld,
        "pt" => whatlang::Lang::Por,
        "ru" => whatlang::Lang::Rus,
        "zh" => whatlang::Lang::Cmn,
        _ => return None,
    })
}
