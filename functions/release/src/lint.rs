//! What is probably wrong with a release before it goes out.
//!
//! Errors stop a publication unless somebody says why they should not; warnings never do. All of it is a guess from the texts: a rule that
//! would often be wrong is a warning.

mod figures;
mod language;
mod phrases;

use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};
use serde::Serialize;
use url::Url;

use crate::date::words;
use crate::markup::html_to_text;
use crate::reader::below;
use crate::{Fault, Lang, Moment, Revision, Site, Text, parse_date, to_html};

/// Longer titles are cut by readers and search engines.
const TITLE_CHARS: usize = 110;

/// Pixels and bytes of a picture that every reader loads whole, and sees on a screen of two or eight million pixels.
const PICTURE_PIXELS: u64 = 12_000_000;
const PICTURE_BYTES: u64 = 4_000_000;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Lint {
    /// Stop a publication.
    pub errors: Vec<Fault>,
    /// For a person to look at.
    pub warnings: Vec<Fault>,
}

impl Lint {
    fn error(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.errors.push(fault(pointer, message));
    }

    fn warn(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.warnings.push(fault(pointer, message));
    }
}

fn fault(pointer: impl Into<String>, message: impl Into<String>) -> Fault {
    Fault {
        pointer: pointer.into(),
        message: message.into(),
    }
}

/// A text as its readers see it.
struct Shown<'a> {
    language: &'a Lang,
    pointer: String,
    text: &'a Text,
    html: String,
    body: String,
}

impl Shown<'_> {
    /// Its parts with their pointers.
    fn parts(&self) -> [(String, &str); 5] {
        let at = |name: &str| below(&self.pointer, name);
        [
            (at("title"), &self.text.title),
            (at("subtitle"), &self.text.subtitle),
            (at("dateline"), &self.text.dateline),
            (at("summary"), &self.text.summary),
            (at("body"), &self.body),
        ]
    }
}

/// Looks at a release as it would be published.
pub fn lint(revision: &Revision, site: &Site) -> Lint {
    let mut lint = Lint::default();
    let Ok(base) = Url::parse(&site.url("/page/")) else { return lint };
    let shown: Vec<Shown<'_>> = revision
        .texts
        .iter()
        .map(|(language, text)| {
            let html = to_html(&text.body, text.format, &base);
            Shown {
                language,
                pointer: below("/texts", language.as_str()),
                text,
                body: html_to_text(&html),
                html,
            }
        })
        .collect();
    for one in &shown {
        placeholders(one, &mut lint);
        missing(one, &mut lint);
        embargo(one, revision.publish_at, &site.zone, &mut lint);
        if let Some(found) = language::mismatch(one.language, &format!("{}\n{}", one.text.title, one.body)) {
            lint.error(&one.pointer, found);
        }
        fragments(one, &base, &mut lint);
    }
    if revision.contacts.is_empty() && !site.contacts.is_empty() {
        lint.warn("/contacts", "nobody is named whom a journalist may ask");
    }
    for (n, file) in revision
        .media
        .iter()
        .enumerate()
        .filter(|(_, file)| file.kind.starts_with("image/"))
    {
        if let Some((width, height)) = file.width.zip(file.height)
            && file.renditions.is_empty()
            && (u64::from(width) * u64::from(height) > PICTURE_PIXELS || file.size > PICTURE_BYTES)
        {
            let (name, megabytes) = (&file.name, (file.size as f64 / 1e5).round() / 10.0);
            lint.warn(
                format!("/media/{n}/size"),
                format!("`{name}` is large: {width} by {height} pixels, {megabytes} MB; every reader loads all of it, and about 2,000 pixels are enough"),
            );
        }
        for language in revision.texts.keys().filter(|language| !file.alt.contains_key(*language)) {
            let pointer = format!("/media/{n}/alt/{language}");
            lint.warn(
                pointer,
                format!("`{}` has no text in {language} for those who cannot see it", file.name),
            );
        }
    }
    if let Some(original) = shown.iter().find(|one| *one.language == revision.language) {
        for other in shown.iter().filter(|one| one.language != original.language) {
            let text = |one: &Shown<'_>| format!("{}\n{}\n{}", one.text.title, one.text.subtitle, one.body);
            if let Some(told) = figures::differ(original.language, &text(original), other.language, &text(other)) {
                lint.warn(&other.pointer, told);
            }
        }
    }
    lint
}

fn placeholders(one: &Shown<'_>, lint: &mut Lint) {
    for (pointer, text) in one.parts() {
        if let Some(found) = phrases::placeholder(text) {
            lint.error(pointer, format!("`{found}` stands where something is still to be filled in"));
        } else if let Some(found) = phrases::doubtful(text) {
            lint.warn(pointer, format!("`{found}`: is something still to be filled in?"));
        }
    }
}

fn missing(one: &Shown<'_>, lint: &mut Lint) {
    if one.text.dateline.is_empty() {
        lint.warn(below(&one.pointer, "dateline"), "no place is named where the release is issued");
    }
    let length = one.text.title.chars().count();
    if length > TITLE_CHARS {
        lint.warn(
            below(&one.pointer, "title"),
            format!("{length} characters; search engines and feed readers cut a title after about {TITLE_CHARS}"),
        );
    }
}

/// A sentence that speaks of an embargo, held against the time at which the release becomes public.
fn embargo(one: &Shown<'_>, publish_at: Option<Timestamp>, zone: &TimeZone, lint: &mut Lint) {
    for (pointer, text) in one.parts() {
        let Some(sentence) = phrases::embargo(text) else { continue };
        let Some(at) = publish_at else {
            lint.error(
                pointer,
                format!("the text speaks of an embargo, and the release is not scheduled: `{sentence}`"),
            );
            continue;
        };
        let readings = [at.to_zoned_datetime(zone.clone()), at.to_zoned_datetime(TimeZone::UTC)];
        let told = told_times(&sentence);
        if told.days.is_empty() && told.times.is_empty() {
            lint.warn(
                pointer,
                format!("the text speaks of an embargo: `{sentence}`; it is scheduled for {}", readings[0]),
            );
        } else if !readings.iter().any(|reading| told.fits(reading)) {
            lint.error(
                pointer,
                format!(
                    "`{sentence}` is another time than {}, for which the release is scheduled",
                    readings[0]
                ),
            );
        }
    }
}

/// The days and times of day that a sentence names.
#[derive(Debug, Default)]
struct Told {
    days: Vec<jiff::civil::Date>,
    times: Vec<(i8, i8)>,
}

impl Told {
    fn fits(&self, reading: &ZonedDateTime) -> bool {
        let day = self.days.is_empty() || self.days.contains(&reading.date());
        let time = (reading.hour(), reading.minute());
        day && (self.times.is_empty() || self.times.contains(&time))
    }
}

fn told_times(sentence: &str) -> Told {
    let plain = words::ascii_digits(sentence);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut told = Told::default();
    for from in 0..words.len() {
        for length in 1..=4 {
            let Some(some) = words.get(from..from + length) else { break };
            let text = some.join(" ");
            let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
            match parse_date(bare) {
                Ok(Moment::Day(day)) if !told.days.contains(&day) => told.days.push(day),
                Ok(Moment::Instant(at)) => {
                    let at = at.to_zoned_datetime(TimeZone::UTC);
                    told.days.push(at.date());
                    told.times.push((at.hour(), at.minute()));
                }
                _ => {}
            }
        }
    }
    for (n, word) in words.iter().enumerate() {
        if let Some(time) = time_of_day(word, words.get(n + 1).copied().unwrap_or_default()) {
            told.times.push(time);
        }
    }
    told
}

/// `10:00`, `10.00`, `10h00`, `10 a.m.`, `10am`.
fn time_of_day(word: &str, next: &str) -> Option<(i8, i8)> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let half = |text: &str| {
        let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
        match letters.to_lowercase().as_str() {
            "am" => Some(0),
            "pm" => Some(12),
            _ => None,
        }
    };
    let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (hour, rest) = word.split_at(digits);
    let hour: i8 = hour.parse().ok().filter(|hour| (0..24).contains(hour))?;
    let twelve = |half: i8, minute: i8| (hour <= 12).then_some((hour % 12 + half, minute));
    if rest.is_empty() {
        return half(next).and_then(|half| twelve(half, 0));
    }
    if let Some(half) = half(rest).filter(|_| !rest.starts_with([':', '.'])) {
        return twelve(half, 0);
    }
    let minutes = rest.strip_prefix([':', '.', 'h'])?;
    let end = minutes.find(|c: char| !c.is_ascii_digit()).unwrap_or(minutes.len());
    let (minute, tail) = minutes.split_at(end);
    if minute.len() != 2 {
        return (rest == "h").then_some((hour, 0));
    }
    let minute: i8 = minute.parse().ok().filter(|minute| *minute < 60)?;
    match half(tail).or_else(|| half(next)) {
        Some(half) => twelve(half, minute),
        None => Some((hour, minute)),
    }
}

/// Links within the page that lead nowhere.
fn fragments(one: &Shown<'_>, base: &Url, lint: &mut Lint) {
    let within = format!("{base}#");
    let tokens = crate::markup::lex(&one.html);
    let named: Vec<&str> = tokens
        .iter()
        .flat_map(|tag| [tag.attribute("id"), tag.attribute("name")])
        .flatten()
        .collect();
    for href in tokens.iter().filter_map(|tag| tag.attribute("href")) {
        let fragment = href.strip_prefix(&within).or(href.strip_prefix('#'));
        if let Some(fragment) = fragment.filter(|fragment| !named.contains(fragment)) {
            lint.warn(
                below(&one.pointer, "body"),
                format!("a link leads to `#{fragment}`, and nothing in the text has that name"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
