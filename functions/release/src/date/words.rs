//! The words of dates: names of months and weekdays by CLDR, and what may stand around them.
//!
//! CLDR is the list of Unicode that `icu` carries; a page's date is written with it, and every date that it writes is read here.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::LazyLock,
};

use icu_calendar::{Date, Gregorian};
use icu_datetime::{
    DateTimeFormatter,
    fieldsets::{YMDE, enums::DateFieldSet},
    pattern::{DateTimePattern, FixedCalendarDateTimeNames},
};
use icu_locale_core::Locale;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use writeable::TryWriteable as _;

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A day or year.
    Number(i64),
    /// A month by name.
    Month(i8),
}

impl Token {
    pub(super) fn number(&self) -> Option<i64> {
        if let Self::Number(n) = self { Some(*n) } else { None }
    }

    pub(super) fn month(&self) -> Option<i8> {
        if let Self::Month(n) = self { Some(*n) } else { None }
    }
}

/// Languages whose dates are read. Of Arabic the names of Egypt and the Gulf, of the Levant, of Algeria, Tunisia and Morocco; of Spanish,
/// Portuguese and German those that countries write otherwise.
const LOCALES: [&str; 21] = [
    "en", "en-GB", "fr", "fr-CA", "es", "es-MX", "es-PE", "ru", "zh", "zh-Hant", "ar", "ar-LB", "ar-DZ", "ar-TN", "ar-MA", "de", "de-AT",
    "pt", "pt-PT", "it", "nl",
];

/// Patterns of UTS 35 for a month (in a date, alone) and a weekday, with whether the name is whole.
const MONTHS: [(&str, bool); 4] = [("MMMM", true), ("LLLL", true), ("MMM", false), ("LLL", false)];
const WEEKDAYS: [&str; 4] = ["EEEE", "cccc", "EEE", "ccc"];

/// Small words that CLDR's patterns do not have: articles, ordinal endings, "of", "year", another Sunday.
const SMALL: [&str; 16] = [
    "of",
    "the",
    "le",
    "el",
    "del",
    "il",
    "den",
    "года",
    "год",
    "er",
    "st",
    "nd",
    "rd",
    "th",
    "го",
    "星期天",
];

/// What a word may mean in a date.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Meaning {
    /// By this month, and by no other.
    month: Option<i8>,
    /// The month's name is whole.
    whole: bool,
    /// A weekday, or a word that says nothing.
    filler: bool,
}

/// The words of all languages, small and without marks (`fevrier`, `اغسطس`), and the names of months that have a space in them.
struct Names {
    words: HashMap<String, Meaning>,
    spaced: Vec<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(Names::of_cldr);

impl Names {
    fn of_cldr() -> Self {
        let mut words: HashMap<String, Meaning> = HashMap::new();
        let mut torn: HashSet<String> = HashSet::new();
        for locale in LOCALES {
            for (pattern, whole) in MONTHS {
                for month in 1..=12_i8 {
                    let Some(name) = written(locale, pattern, 2016, month, 1) else {
                        continue;
                    };
                    let meaning = words.entry(name.clone()).or_default();
                    if *meaning.month.get_or_insert(month) != month {
                        torn.insert(name);
                    }
                    meaning.whole |= whole;
                }
            }
            for pattern in WEEKDAYS {
                for day in 1..=7 {
                    if let Some(name) = written(locale, pattern, 2016, 6, day) {
                        words.entry(name).or_default().filler = true;
                    }
                }
            }
        }
        // Two languages mean two months by it.
        for name in torn {
            words.entry(name).or_default().month = None;
        }
        let known: HashSet<String> = words.keys().cloned().collect();
        let around = LOCALES.iter().filter_map(|locale| long(locale)).collect::<Vec<_>>();
        let around = around.iter().flat_map(|text| parts(text)).filter(|part| {
            let word = part.chars().all(char::is_alphabetic);
            word && !known.contains(*part)
        });
        for word in around.chain(SMALL) {
            words.entry(fold(word)).or_default().filler = true;
        }
        let spaced = words.iter().filter(|(name, meaning)| meaning.month.is_some() && name.contains(' '));
        let spaced = spaced.map(|(name, _)| name.clone()).collect();
        Self { words, spaced }
    }

    /// The month that a name means, when it is written out.
    fn whole_month(&self, name: &str) -> Option<i8> {
        self.words.get(name).filter(|meaning| meaning.whole)?.month
    }

    /// Names of two words become one part of a text.
    fn joined(&self, text: &str) -> String {
        let join = |text: String, name: &String| text.replace(name.as_str(), &name.replace(' ', "_"));
        self.spaced.iter().fold(text.to_owned(), join)
    }
}

/// One field of a day as a language writes it; none when it is a number.
fn written(locale: &str, pattern: &str, year: i32, month: i8, day: u8) -> Option<String> {
    let locale = Locale::try_from_str(locale).ok()?;
    let pattern: DateTimePattern = pattern.parse().ok()?;
    let date = Date::try_new_gregorian(year, u8::try_from(month).ok()?, day).ok()?;
    let mut names = FixedCalendarDateTimeNames::<Gregorian, DateFieldSet>::try_new(locale.into()).ok()?;
    let name = names.include_for_pattern(&pattern).ok()?.format(&date);
    // Errs when a name is missing, and writes something in its place.
    let name = name.try_write_to_string().ok()?;
    let name = fold(name.trim_end_matches('.')).to_lowercase();
    (!name.contains(|c: char| c.is_numeric()) || name.contains('月')).then_some(name)
}

/// A whole date as a language writes it, for the words around its parts.
fn long(locale: &str) -> Option<String> {
    let form = DateTimeFormatter::try_new(Locale::try_from_str(locale).ok()?.into(), YMDE::long()).ok()?;
    let date = Date::try_new_gregorian(2016, 6, 9).ok()?;
    Some(fold(&form.format(&date).to_string()).to_lowercase())
}

/// Without the marks that people leave out: accents, the hamza on an alef.
fn fold(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// Where one part of a date ends.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    // The last three are marks of direction.
    const BETWEEN: [char; 15] = [
        ',', '.', '/', '-', '،', '–', '’', '\'', 'º', 'ª', '°', '\u{200e}', '\u{200f}', '\u{61c}', '‐',
    ];
    text.split(|c: char| c.is_whitespace() || BETWEEN.contains(&c))
        .filter(|part| !part.is_empty())
}

/// Arabic-Indic, Persian and full-width digits as ASCII ones.
pub(crate) fn ascii_digits(text: &str) -> String {
    let digit = |c: char| {
        let base = match c {
            '\u{660}'..='\u{669}' => 0x660,
            '\u{6f0}'..='\u{6f9}' => 0x6f0,
            '\u{ff10}'..='\u{ff19}' => 0xff10,
            _ => return c,
        };
        char::from_digit(u32::from(c) - base, 10).unwrap_or(c)
    };
    text.chars().map(digit).collect()
}

/// The parts of a text that is a date as a whole; `None` when anything else stands in it.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let text = NAMES.joined(&fold(text).to_lowercase());
    let mut tokens = Vec::new();
    // Spanish `mar` is Tuesday, and March; French has the former too.
    let mut either = Vec::new();
    for part in parts(&text) {
        let mut rest = part;
        while !rest.is_empty() {
            let (word, left) = first(rest)?;
            match word {
                Word::Part(token) => tokens.push(token),
                Word::MonthOrNothing(month) => either.push((tokens.len(), Token::Month(month))),
                Word::Nothing => {}
            }
            rest = left;
        }
        if tokens.len() > 3 {
            return None;
        }
    }
    // `mar, 2 mar 1999` has both.
    if let Some((at, month)) = either.pop()
        && either.iter().all(|(_, other)| *other == month)
        && !tokens.iter().any(|token| token.month().is_some())
    {
        tokens.insert(at, month);
    }
    (!tokens.is_empty()).then_some(tokens)
}

/// The months that a text names; its digits are ASCII ones. Abbreviations are left out: too many are words of another language.
pub(crate) fn months_in(text: &str) -> BTreeSet<i8> {
    let text = NAMES.joined(&fold(text));
    let mut found = BTreeSet::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        let word = word.trim_matches(|c: char| c.is_ascii_digit());
        let name = word.to_lowercase().replace('_', " ");
        let sure = match name.as_str() {
            // A verb is small.
            "may" | "march" => word.starts_with(char::is_uppercase),
            "mai" => true,
            name => name.chars().count() > 3 || !name.is_ascii(),
        };
        // Arabic writes "and" as a letter before the word.
        let month = NAMES.whole_month(&name).or_else(|| NAMES.whole_month(name.strip_prefix('و')?));
        found.extend(month.filter(|_| sure));
    }
    // 6月9日 and 六月九日: the number is the month.
    for (at, _) in text.match_indices('月') {
        let before = &text[..at];
        let number = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let month = before[number.len()..].parse::<i8>().ok();
        found.extend(month.filter(|month| (1..=12).contains(month)));
        let number = before.trim_end_matches(|c: char| "一二三四五六七八九十".contains(c));
        found.extend(NAMES.whole_month(&text[number.len()..at + '月'.len_utf8()]));
    }
    found
}

/// What a word of a date is.
enum Word {
    Part(Token),
    /// A month, unless the date has another.
    MonthOrNothing(i8),
    /// A weekday, an article.
    Nothing,
}

/// The first part of a run without separators (`9`, `1er`, `2016年6月9日`) and what is left.
fn first(run: &str) -> Option<(Word, &str)> {
    let digits = run.find(|c: char| !c.is_ascii_digit()).unwrap_or(run.len());
    if digits > 0 {
        let (number, rest) = run.split_at(digits);
        let rest = rest.strip_prefix(['年', '月', '日', '号']).unwrap_or(rest);
        return Some((Word::Part(Token::Number(number.parse().ok()?)), rest));
    }
    let word = run.find(|c: char| c.is_ascii_digit()).map_or(run, |end| &run[..end]);
    let meaning = NAMES.words.get(&word.replace('_', " "))?;
    let word_means = match (meaning.month, meaning.filler) {
        (Some(month), false) => Word::Part(Token::Month(month)),
        (Some(month), true) => Word::MonthOrNothing(month),
        (None, true) => Word::Nothing,
        (None, false) => return None,
    };
    Some((word_means, &run[word.len()..]))
}

#[cfg(test)]
mod tests {
    use icu_calendar::Date;
    use icu_datetime::{
        DateTimeFormatter,
        fieldsets::{YMD, YMDE},
    };
    use icu_locale_core::Locale;
    use jiff::civil;

    use super::*;
    use crate::{Moment, date::parse_date};

    /// Every day of two years, as a language writes it: written out, shortened, with its weekday. What is written in numbers alone may be
    /// refused where it may be another day too.
    #[test]
    fn every_date_that_icu_writes_is_read_back() {
        for locale in LOCALES {
            let preferences = || Locale::try_from_str(locale).unwrap().into();
            let long = DateTimeFormatter::try_new(preferences(), YMD::long()).unwrap();
            let medium = DateTimeFormatter::try_new(preferences(), YMD::medium()).unwrap();
            let weekday = DateTimeFormatter::try_new(preferences(), YMDE::long()).unwrap();
            let short = DateTimeFormatter::try_new(preferences(), YMDE::medium()).unwrap();
            for first in [civil::date(1999, 1, 1), civil::date(2016, 1, 1)] {
                for day in first.series(jiff::ToSpan::days(1)).take_while(|day| day.year() == first.year()) {
                    let date = Date::try_new_iso(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs()).unwrap();
                    for text in [
                        long.format(&date).to_string(),
                        medium.format(&date).to_string(),
                        weekday.format(&date).to_string(),
                        short.format(&date).to_string(),
                    ] {
                        let numbers = |told: &String| told.contains(" may be ") && day.day() <= 12;
                        match parse_date(&text) {
                            Ok(read) => assert_eq!(read, Moment::Day(day), "{locale}: {text}"),
                            Err(told) => assert!(numbers(&told), "{locale}: {text}: {told}"),
                        }
                    }
                    let written = parse_date(&long.format(&date).to_string());
                    assert_eq!(written, Ok(Moment::Day(day)), "{locale}: a date in words");
                }
            }
        }
    }

    #[test]
    fn no_name_of_the_six_languages_is_lost_to_another() {
        for locale in ["en", "fr", "es", "ru", "zh", "ar"] {
            for month in 1..=12 {
                for (pattern, _) in MONTHS {
                    let name = written(locale, pattern, 2016, month, 1);
                    let meaning = name.as_ref().map(|name| NAMES.words[name].month);
                    assert!(meaning.is_none_or(|found| found == Some(month)), "{locale} {pattern}: {name:?}");
                }
            }
        }
    }

    #[test]
    fn a_month_in_a_sentence_is_found_in_each_language() {
        for (text, months) in [
            ("The council met in June and in March; it may march on.", vec![3, 6]),
            ("Le conseil, réuni en aout, siégera en février.", vec![2, 8]),
            ("于六月九日举行，十一月结束，三个月后", vec![6, 11]),
            ("2016年6月9日", vec![6]),
            ("في حزيران وكانون الثاني", vec![1, 6]),
            ("в мае и июне", vec![]),
            ("с 9 мая по 1 июня", vec![5, 6]),
        ] {
            assert_eq!(months_in(text).into_iter().collect::<Vec<_>>(), months, "{text}");
        }
    }
}
