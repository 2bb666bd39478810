//! Reads `site.toml`: each key with the place where it stands, so that a fault is told with its line.

use std::{
    collections::BTreeSet,
    hash::{Hash as _, Hasher as _},
};

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::{
    Contact, Language, Site, SiteError, Topic, Window,
    brand::{RawBrand, RawLegal},
};
use crate::{Lang, Localised, markup::web_address};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    base_url: Spanned<String>,
    organisation: Spanned<String>,
    email: Spanned<String>,
    timezone: Spanned<String>,
    languages: Spanned<Vec<RawLanguage>>,
    #[serde(default)]
    topics: Vec<RawTopic>,
    #[serde(default)]
    contacts: Vec<RawContact>,
    #[serde(default)]
    boilerplates: Vec<RawContact>,
    #[serde(default)]
    window: Option<Spanned<Window>>,
    #[serde(default)]
    four_eyes: bool,
    #[serde(default)]
    brand: Option<RawBrand>,
    #[serde(default)]
    hubs: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLanguage {
    tag: Spanned<Lang>,
    title: Spanned<String>,
    description: Spanned<String>,
    fallback: Option<Vec<Spanned<Lang>>>,
    footer: Option<Spanned<String>>,
    #[serde(default)]
    legal: Vec<RawLegal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTopic {
    id: Spanned<String>,
    label: Spanned<Localised>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawContact {
    id: Spanned<String>,
    text: Spanned<Localised>,
}

/// Checks values against the text they came from, so that a fault has a line.
pub(super) struct Check<'a> {
    file: &'a str,
    text: &'a str,
}

impl Check<'_> {
    pub(super) fn fault(&self, start: usize, reason: String) -> SiteError {
        let before = self.text.get(..start.min(self.text.len())).unwrap_or(self.text);
        SiteError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            reason,
        }
    }

    pub(super) fn that(&self, holds: bool, start: usize, reason: impl FnOnce() -> String) -> Result<(), SiteError> {
        if holds { Ok(()) } else { Err(self.fault(start, reason())) }
    }

    pub(super) fn line(&self, value: &Spanned<String>, key: &str) -> Result<String, SiteError> {
        let cleaned = crate::clean_line(value.get_ref()).text;
        self.that(!cleaned.is_empty(), value.span().start, || format!("{key} is empty; write a text"))?;
        Ok(cleaned)
    }

    /// A URL in the form that every feed carries: punycoded, encoded once.
    pub(super) fn http_url(&self, value: &Spanned<String>, key: &str) -> Result<Url, SiteError> {
        let found = value.get_ref();
        let written = web_address(found).ok().and_then(|found| Url::parse(&found).ok());
        written.ok_or_else(|| {
            self.fault(
                value.span().start,
                format!("{key} is an absolute http(s) URL such as https://press.example.org; found `{found}`"),
            )
        })
    }

    fn ids(&self, id: &Spanned<String>, seen: &mut BTreeSet<String>, key: &str) -> Result<String, SiteError> {
        let found = id.get_ref();
        let plain =
            !found.is_empty() && found.len() <= 80 && found.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        self.that(plain, id.span().start, || {
            format!("{key} is 1 to 80 of a-z, 0-9 and `-`; found `{found}`")
        })?;
        self.that(seen.insert(found.clone()), id.span().start, || {
            format!("{key} `{found}` stands twice; give each its own")
        })?;
        Ok(found.clone())
    }

    fn localised(&self, value: &Spanned<Localised>, languages: &BTreeSet<Lang>, key: &str, lines: bool) -> Result<Localised, SiteError> {
        for tag in value.get_ref().keys() {
            self.that(languages.contains(tag), value.span().start, || {
                format!("{key} has a text in `{tag}`, which is no language of this site")
            })?;
        }
        let clean = |text: &String| {
            if lines {
                crate::clean_text(text).text
            } else {
                crate::clean_line(text).text
            }
        };
        let texts: Localised = value.get_ref().iter().map(|(tag, text)| (tag.clone(), clean(text))).collect();
        let empty = texts.iter().find(|(_, text)| text.trim().is_empty());
        self.that(empty.is_none(), value.span().start, || {
            let tag = empty.map_or("", |(tag, _)| tag.as_str());
            format!("{key} in `{tag}` is empty; write a text or leave it out")
        })?;
        Ok(texts)
    }
}

impl Site {
    /// Reads `site.toml`.
    ///
    /// # Errors
    /// The first fault with its line.
    pub fn parse(text: &str, file: &str) -> Result<Self, SiteError> {
        let check = Check { file, text };
        let raw: Raw = toml::from_str(text).map_err(|e| check.fault(e.span().map_or(0, |span| span.start), e.message().to_owned()))?;

        let url = check.http_url(&raw.base_url, "base_url")?;
        let found = raw.base_url.get_ref();
        let plain = !found.ends_with('/') && url.query().is_none() && url.fragment().is_none();
        check.that(plain, raw.base_url.span().start, || {
            format!("base_url has no trailing slash, query or fragment; found `{found}`")
        })?;
        let base_url = url.as_str().trim_end_matches('/').to_owned();
        let email = check.line(&raw.email, "email")?;
        let mail = email
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
            && !email.contains(char::is_whitespace);
        check.that(mail, raw.email.span().start, || {
            format!("email is an address such as press@example.org; found `{email}`")
        })?;
        let timezone = raw.timezone.get_ref().clone();
        let zone = TimeZone::get(&timezone).map_err(|_| {
            check.fault(
                raw.timezone.span().start,
                format!("timezone is an IANA name such as Europe/Brussels; found `{timezone}`"),
            )
        })?;

        let tags: BTreeSet<Lang> = raw.languages.get_ref().iter().map(|l| l.tag.get_ref().clone()).collect();
        check.that(!tags.is_empty(), raw.languages.span().start, || {
            "languages is empty; list at least one".to_owned()
        })?;
        let mut languages = Vec::new();
        let mut seen = BTreeSet::new();
        for language in raw.languages.into_inner() {
            let tag = language.tag.get_ref().clone();
            check.that(seen.insert(tag.clone()), language.tag.span().start, || {
                format!("language `{tag}` stands twice")
            })?;
            let mut fallback = Vec::new();
            for next in language.fallback.into_iter().flatten() {
                let known = tags.contains(next.get_ref()) && *next.get_ref() != tag;
                check.that(known, next.span().start, || {
                    format!(
                        "fallback of `{tag}` names `{}`, which is no other language of this site",
                        next.get_ref()
                    )
                })?;
                fallback.push(next.into_inner());
            }
            languages.push(Language {
                tag,
                title: check.line(&language.title, "title")?,
                description: check.line(&language.description, "description")?,
                fallback,
                footer: language
                    .footer
                    .map(|footer| check.line(&footer, "footer"))
                    .transpose()?
                    .unwrap_or_default(),
                legal: language.legal.into_iter().map(|link| link.read(&check)).collect::<Result<_, _>>()?,
            });
        }

        let mut seen = BTreeSet::new();
        let mut topics = Vec::new();
        for topic in raw.topics {
            topics.push(Topic {
                id: check.ids(&topic.id, &mut seen, "a topic's id")?,
                label: check.localised(&topic.label, &tags, "label", false)?,
            });
        }
        let texts = |list: Vec<RawContact>, key: &str| -> Result<Vec<Contact>, SiteError> {
            let mut seen = BTreeSet::new();
            let mut texts = Vec::new();
            for entry in list {
                texts.push(Contact {
                    id: check.ids(&entry.id, &mut seen, key)?,
                    text: check.localised(&entry.text, &tags, "text", true)?,
                });
            }
            Ok(texts)
        };
        let contacts = texts(raw.contacts, "a contact's id")?;
        let boilerplates = texts(raw.boilerplates, "a boilerplate's id")?;

        let window = match raw.window {
            Some(window) => {
                let found = *window.get_ref();
                check.that(found.items > 0 && found.bytes >= 16 * 1024, window.span().start, || {
                    format!(
                        "window has at least 1 item and 16384 bytes; found {} items and {} bytes",
                        found.items, found.bytes
                    )
                })?;
                found
            }
            None => Window::default(),
        };
        let mut hubs = Vec::new();
        for hub in &raw.hubs {
            hubs.push(check.http_url(hub, "a hub")?.to_string());
        }
        let brand = raw.brand.map(|brand| brand.read(&check)).transpose()?.unwrap_or_default();
        let organisation = check.line(&raw.organisation, "organisation")?;
        Ok(Self {
            base_url,
            organisation,
            email,
            timezone,
            zone,
            languages,
            topics,
            contacts,
            boilerplates,
            window,
            four_eyes: raw.four_eyes,
            brand,
            hubs,
            digest: digest(text),
        })
    }
}

/// Tells texts apart within one program.
fn digest(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"base_url = "https://press.example.org"
organisation = "Tidewater Council"
email = "press@example.org"
timezone = "Europe/Brussels"

[[languages]]
tag = "en"
title = "News"
description = "All news."

[[languages]]
tag = "fr"
title = "Actualités"
description = "Toutes les actualités."
fallback = ["en"]

[[topics]]
id = "technology"
label = { en = "Technology", fr = "Technologie" }
"#;

    #[test]
    fn a_good_file_is_read_with_its_defaults() {
        let site = Site::parse(GOOD, "site.toml").unwrap();
        assert_eq!(site.default_language().as_str(), "en");
        assert_eq!(
            site.window,
            Window {
                items: 50,
                hours: 72,
                bytes: 524_288
            }
        );
        assert_eq!(site.url("/en/"), "https://press.example.org/en/");
    }

    #[test]
    #[expect(non_snake_case)]
    fn B55_B57_the_base_of_every_address_is_encoded_once() {
        for (written, base) in [
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            (
                "https://Press.example.org:443/café/caf%C3%A9",
                "https://press.example.org/caf%C3%A9/caf%C3%A9",
            ),
            ("https://press.example.org/a b", "https://press.example.org/a%20b"),
        ] {
            let site = Site::parse(&GOOD.replacen("https://press.example.org", written, 1), "site.toml").unwrap();
            assert_eq!(site.url("/en/"), format!("{base}/en/"));
        }
        let hubs = GOOD.replacen("timezone", "hubs = [\"https://bücher.example/hub\"]\ntimezone", 1);
        assert_eq!(Site::parse(&hubs, "site.toml").unwrap().hubs, ["https://xn--bcher-kva.example/hub"]);
    }

    #[test]
    fn a_fault_is_told_with_file_line_and_reason() {
        for (from, to, says) in [
            (
                "https://press.example.org",
                "press.example.org",
                "site.toml:1: base_url is an absolute",
            ),
            (
                "example.org\"\norg",
                "example.org/\"\norg",
                "site.toml:1: base_url has no trailing slash",
            ),
            ("Europe/Brussels", "Europe/Bruxelles", "site.toml:4: timezone is an IANA name"),
            ("[\"en\"]", "[\"de\"]", "site.toml:15: fallback of `fr` names `de`"),
            ("fr = \"Technologie\"", "fr = \" \"", "site.toml:19: label in `fr` is empty"),
            ("id = \"technology\"", "id = \"Tech nology\"", "site.toml:18: a topic's id is"),
            ("timezone", "time_zone", "site.toml:"),
            ("tag = \"fr\"", "tag = \"en\"", "site.toml:12: language `en` stands twice"),
            ("press@example.org", "press", "site.toml:3: email is an address"),
        ] {
            let error = Site::parse(&GOOD.replacen(from, to, 1), "site.toml").unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
