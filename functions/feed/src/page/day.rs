//! Dates in the words of a language, by CLDR.

use std::{cell::RefCell, collections::BTreeMap};

use icu_calendar::{Date, Iso};
use icu_datetime::{
    DateTimeFormatter,
    fieldsets::{YM, YMD},
};
use icu_locale_core::Locale;
use release::Lang;

use crate::{Month, Stamp};

/// A date for people and for machines.
pub(super) struct Day {
    pub(super) iso: String,
    pub(super) text: String,
}

impl Day {
    /// In the words of `language`.
    pub(super) fn new(stamp: Stamp, language: &Lang) -> Self {
        Self {
            iso: stamp.rfc3339(),
            text: in_words(stamp.day(), language),
        }
    }

    /// A day without a time, of a release.
    pub(super) fn of(day: jiff::civil::Date, language: &Lang) -> Self {
        Self {
            iso: day.to_string(),
            text: in_words(day, language),
        }
    }

    /// A day without a time, of an event.
    pub(super) fn of_event(day: &str, language: &Lang) -> Self {
        let text = day.parse().map_or_else(|_| day.to_owned(), |day| in_words(day, language));
        Self { iso: day.to_owned(), text }
    }
}

/// How a language writes dates.
struct Forms {
    day: Option<DateTimeFormatter<YMD>>,
    month: Option<DateTimeFormatter<YM>>,
}

impl Forms {
    fn of(language: &Lang) -> Self {
        let locale = Locale::try_from_str(language.as_str()).unwrap_or(Locale::UNKNOWN);
        Self {
            day: DateTimeFormatter::try_new(locale.clone().into(), YMD::long()).ok(),
            month: DateTimeFormatter::try_new(locale.into(), YM::long()).ok(),
        }
    }
}

thread_local! {
    /// It takes longer to look up how a language writes dates than to write one.
    static FORMS: RefCell<BTreeMap<Lang, Forms>> = const { RefCell::new(BTreeMap::new()) };
}

fn with<T>(language: &Lang, write: impl FnOnce(&Forms) -> Option<T>) -> Option<T> {
    FORMS.with_borrow_mut(|forms| {
        if !forms.contains_key(language) {
            forms.insert(language.clone(), Forms::of(language));
        }
        forms.get(language).and_then(write)
    })
}

fn in_words(day: jiff::civil::Date, language: &Lang) -> String {
    let date: Option<Date<Iso>> = Date::try_new_iso(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs()).ok();
    let text = date.and_then(|date| with(language, |forms| Some(forms.day.as_ref()?.format(&date).to_string())));
    text.unwrap_or_else(|| day.to_string())
}

/// A month with its year: `June 2024`.
pub(super) fn month(month: Month, language: &Lang) -> String {
    let date: Option<Date<Iso>> = Date::try_new_iso(month.year.into(), month.month.unsigned_abs(), 1).ok();
    let text = date.and_then(|date| with(language, |forms| Some(forms.month.as_ref()?.format(&date).to_string())));
    text.unwrap_or_else(|| format!("{:04}-{:02}", month.year, month.month))
}
