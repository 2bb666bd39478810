//! The desk's own texts: one file per language under `templates/desk/words/`, which a translator can edit. A text that is missing in one of
//! them is a build error (`build.rs`).

use http::{HeaderMap, header};
use release::Lang;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// A language of the desk itself, whatever the site's languages are.
#[derive(Clone, Copy)]
pub(super) struct Tongue {
    pub(super) tag: &'static str,
    pub(super) words: &'static Words,
}

impl Tongue {
    /// All of them; English first, which stands in for others.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|(tag, words)| Self { tag, words })
    }

    /// The one of a tag: `fr` of `fr-CA`.
    pub(super) fn of(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next()?.trim();
        Self::all().find(|tongue| tongue.tag.eq_ignore_ascii_case(primary))
    }

    fn english() -> Self {
        let (tag, words) = &ALL[0];
        Self { tag, words }
    }

    /// What was chosen, else what the browser asks for, else English.
    pub(super) fn choose(chosen: Option<&str>, headers: &HeaderMap) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        chosen
            .and_then(Self::of)
            .or_else(|| preferred(asked.unwrap_or_default()))
            .unwrap_or_else(Self::english)
    }

    pub(super) fn lang(self) -> Lang {
        Lang::parse(self.tag).unwrap_or_else(|_| unreachable!("the tags of the desk's words are tags"))
    }

    pub(super) fn dir(self) -> &'static str {
        self.lang().direction().as_str()
    }
}

/// The language of ours with the highest weight (RFC 9110, section 12.5.4); of equal ones the first.
fn preferred(asked: &str) -> Option<Tongue> {
    let mut best: Option<(f32, Tongue)> = None;
    for range in asked.split(',').take(32) {
        let mut parts = range.split(';');
        let Some(tongue) = parts.next().and_then(Tongue::of) else {
            continue;
        };
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if weight > 0.0 && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, tongue));
        }
    }
    best.map(|(_, tongue)| tongue)
}

/// A text with its places filled in.
pub(super) fn fill(text: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, behind)) = after.split_once('}') else { break };
        filled.push_str(places.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_desk_speaks_what_was_chosen_then_what_the_browser_asks_for_then_english() {
        let asked = |value: &'static str| HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(value))]);
        assert_eq!(Tongue::choose(Some("ar"), &asked("fr")).tag, "ar");
        assert_eq!(Tongue::choose(Some("xx"), &asked("fr")).tag, "fr");
        for (value, tag) in [
            ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
            ("de, en;q=0.3, zh-Hans;q=0.7", "zh"),
            ("de", "en"),
            ("ru;q=0, es;q=0.1", "es"),
            ("*", "en"),
            ("", "en"),
            ("x;q=x;;,,", "en"),
        ] {
            assert_eq!(Tongue::choose(None, &asked(value)).tag, tag, "{value}");
        }
        assert_eq!(Tongue::choose(None, &HeaderMap::new()).tag, "en");
    }

    #[test]
    fn a_place_is_filled_once_and_an_unknown_one_with_nothing() {
        assert_eq!(fill("{n} of {all}: {x}.", &[("n", "{all}"), ("all", "3")]), "{all} of 3: .");
        assert_eq!(fill("plain", &[]), "plain");
        for (tag, words) in &ALL {
            assert!(!fill(words.signed_in_as, &[("name", "N"), ("role", "R")]).contains('{'), "{tag}");
        }
    }
}
