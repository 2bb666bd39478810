//! Language tags (BCP 47, RFC 5646), normalised where they enter.

use std::fmt;

use oxilangtag::LanguageTag;
use serde::{Deserialize, Deserializer, Serialize};

/// A normalised BCP 47 language tag: `en`, `zh-Hans`, `pt-BR`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Lang(String);

/// Which way a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// The value of HTML's `dir` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// Scripts and languages written from right to left (CLDR `characterOrder`).
const RTL_SCRIPTS: [&str; 8] = ["Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Syrc", "Thaa"];
const RTL_LANGUAGES: [&str; 12] = ["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi", "ks"];

impl Lang {
    /// Reads a tag and normalises its case and separators (`zh_hans` becomes `zh-Hans`).
    ///
    /// # Errors
    /// Says what was found when it is no well-formed tag of a language (RFC 5646, section 2.1).
    pub fn parse(tag: &str) -> Result<Self, String> {
        let dashed = tag.trim().replace('_', "-");
        let refused = || format!("expected a language tag such as `en` or `zh-Hans` (BCP 47), found `{tag}`");
        let parsed = LanguageTag::parse_and_normalize(&dashed).map_err(|_| refused())?;
        let primary = parsed.primary_language();
        if !(2..=3).contains(&primary.len()) || parsed.private_use().is_some() {
            return Err(refused());
        }
        Ok(Self(parsed.into_inner()))
    }

    /// The tag itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary language: `zh` of `zh-Hans`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// Which way this language is written.
    pub fn direction(&self) -> Direction {
        let script = self
            .0
            .split('-')
            .find(|part| part.len() == 4 && part.chars().all(|c| c.is_ascii_alphabetic()));
        let rtl = match script {
            Some(script) => RTL_SCRIPTS.contains(&script),
            None => RTL_LANGUAGES.contains(&self.primary()),
        };
        if rtl { Direction::Rtl } else { Direction::Ltr }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = String::deserialize(deserializer)?;
        Self::parse(&tag).map_err(serde::de::Error::custom)
    }
}

impl std::borrow::Borrow<str> for Lang {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Languages that press offices write in: tag, English name, own name.
pub(crate) const NAMES: [(&str, &str, &str); 30] = [
    ("ar", "Arabic", "العربية"),
    ("bg", "Bulgarian", "български"),
    ("cs", "Czech", "čeština"),
    ("da", "Danish", "dansk"),
    ("de", "German", "Deutsch"),
    ("el", "Greek", "Ελληνικά"),
    ("en", "English", "English"),
    ("es", "Spanish", "español"),
    ("fa", "Persian", "فارسی"),
    ("fi", "Finnish", "suomi"),
    ("fr", "French", "français"),
    ("he", "Hebrew", "עברית"),
    ("hi", "Hindi", "हिन्दी"),
    ("hu", "Hungarian", "magyar"),
    ("id", "Indonesian", "Bahasa Indonesia"),
    ("it", "Italian", "italiano"),
    ("ja", "Japanese", "日本語"),
    ("ko", "Korean", "한국어"),
    ("nl", "Dutch", "Nederlands"),
    ("pl", "Polish", "polski"),
    ("pt", "Portuguese", "português"),
    ("ro", "Romanian", "română"),
    ("ru", "Russian", "русский"),
    ("sv", "Swedish", "svenska"),
    ("sw", "Swahili", "Kiswahili"),
    ("th", "Thai", "ไทย"),
    ("tr", "Turkish", "Türkçe"),
    ("uk", "Ukrainian", "українська"),
    ("vi", "Vietnamese", "Tiếng Việt"),
    ("zh", "Chinese", "中文"),
];

/// The English name of a language, else its tag.
pub(crate) fn name(language: &Lang) -> &str {
    let known = NAMES.iter().find(|(tag, ..)| *tag == language.as_str());
    known.map_or(language.as_str(), |(_, english, _)| english)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(non_snake_case)]
    fn B105_a_language_tag_is_normalised_or_refused() {
        let normal = |tag: &str| Lang::parse(tag).map(|l| l.to_string());
        assert_eq!(normal("zh_CN").as_deref(), Ok("zh-CN"));
        assert_eq!(normal("EN").as_deref(), Ok("en"));
        assert_eq!(normal("ar-001").as_deref(), Ok("ar-001"));
        assert_eq!(normal("zh-hans").as_deref(), Ok("zh-Hans"));
        for bad in ["x", "", "x-foo", "english language", "e", "en--us", "日本"] {
            assert!(normal(bad).is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn arabic_reads_from_right_to_left_and_its_latin_transcription_does_not() {
        let direction = |tag| Lang::parse(tag).map(|l| l.direction());
        assert_eq!(direction("ar"), Ok(Direction::Rtl));
        assert_eq!(direction("ar-Latn"), Ok(Direction::Ltr));
        assert_eq!(direction("uz-Arab"), Ok(Direction::Rtl));
        assert_eq!(direction("en"), Ok(Direction::Ltr));
    }
}
