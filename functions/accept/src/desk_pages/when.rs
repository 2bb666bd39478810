//! Times as the office reads them: in its own zone, in the words of the desk's language (CLDR).

use icu_datetime::{
    DateTimeFormatter,
    fieldsets::YMDT,
    input::{Date, DateTime, Time},
};
use icu_locale_core::Locale;
use jiff::{Timestamp, civil, tz::TimeZone};
use release::Site;

use super::words::Tongue;

/// A time for people and for machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct When {
    /// RFC 3339.
    pub(super) machine: String,
    pub(super) text: String,
}

impl When {
    /// In the office's zone.
    pub(super) fn of(at: Timestamp, site: &Site, tongue: Tongue) -> Self {
        Self::in_zone(at, &site.zone, tongue)
    }

    /// With the zone's name and its distance from UTC, and the same in UTC.
    pub(super) fn exact(at: Timestamp, site: &Site, tongue: Tongue) -> Self {
        let (local, utc) = (Self::of(at, site, tongue), Self::in_zone(at, &TimeZone::UTC, tongue));
        let offset = at.to_zoned_datetime(site.zone.clone()).offset();
        Self {
            text: format!("{} ({}, UTC{}) = {} UTC", local.text, site.timezone, sign(offset), utc.text),
            machine: local.machine,
        }
    }

    fn in_zone(at: Timestamp, zone: &TimeZone, tongue: Tongue) -> Self {
        let local = at.to_zoned_datetime(zone.clone());
        let plain = local.strftime("%Y-%m-%d %H:%M").to_string();
        Self {
            machine: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            text: words(local.datetime(), tongue).unwrap_or(plain),
        }
    }
}

/// `+02:00`; nothing for UTC itself.
fn sign(offset: jiff::tz::Offset) -> String {
    let minutes = offset.seconds() / 60;
    match minutes {
        0 => String::new(),
        _ => format!(
            "{}{:02}:{:02}",
            if minutes < 0 { '−' } else { '+' },
            minutes.abs() / 60,
            minutes.abs() % 60
        ),
    }
}

fn words(at: civil::DateTime, tongue: Tongue) -> Option<String> {
    let locale: Locale = tongue.tag.parse().ok()?;
    let form = DateTimeFormatter::try_new(
        locale.into(),
        YMDT::medium().with_time_precision(icu_datetime::options::TimePrecision::Minute),
    )
    .ok()?;
    let at = DateTime {
        date: Date::try_new_iso(at.year().into(), at.month().unsigned_abs(), at.day().unsigned_abs()).ok()?,
        time: Time::try_new(at.hour().unsigned_abs(), at.minute().unsigned_abs(), 0, 0).ok()?,
    };
    Some(form.format(&at).to_string())
}

/// Why a day and time of the office is no instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoInstant {
    /// It is not written `YYYY-MM-DDTHH:MM`.
    Unreadable,
    /// Clocks are put forward over it.
    Skipped,
    /// Clocks are put back over it: there are two of them.
    Twice(Timestamp, Timestamp),
}

/// The instant of a day and time in the office's zone, as `datetime-local` sends it.
pub(super) fn instant(written: &str, zone: &TimeZone) -> Result<Timestamp, NoInstant> {
    let local: civil::DateTime = written.trim().replace(' ', "T").parse().map_err(|_| NoInstant::Unreadable)?;
    // A day alone is midnight for `jiff`, and a mistake here.
    if !written.contains(':') {
        return Err(NoInstant::Unreadable);
    }
    match zone.to_ambiguous_timestamp(local).offset() {
        jiff::tz::AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).map_err(|_| NoInstant::Unreadable),
        jiff::tz::AmbiguousOffset::Gap { .. } => Err(NoInstant::Skipped),
        jiff::tz::AmbiguousOffset::Fold { before, after } => {
            let [first, second] = [before, after].map(|offset| offset.to_timestamp(local));
            match (first, second) {
                (Ok(first), Ok(second)) => Err(NoInstant::Twice(first, second)),
                _ => Err(NoInstant::Unreadable),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site::parse(include_str!("../../../local/src/sample/site.toml"), "site.toml").unwrap()
    }

    #[test]
    fn a_time_is_told_in_the_offices_zone_and_in_utc_in_every_language() {
        let at: Timestamp = "2026-06-09T08:05:00Z".parse().unwrap();
        let english = When::exact(at, &site(), Tongue::of("en").unwrap());
        assert_eq!(english.machine, "2026-06-09T08:05:00Z");
        assert!(
            english.text.contains("Jun 9, 2026") && english.text.contains("10:05"),
            "{}",
            english.text
        );
        assert!(
            english.text.contains("(Europe/Brussels, UTC+02:00)") && english.text.contains("8:05"),
            "{}",
            english.text
        );
        let mut told: Vec<String> = Tongue::all().map(|tongue| When::of(at, &site(), tongue).text).collect();
        told.sort();
        told.dedup();
        assert_eq!(told.len(), 6, "{told:?}");
    }

    #[test]
    fn a_time_that_clocks_skip_or_repeat_is_no_instant() {
        let zone = site().zone;
        assert_eq!(instant("2026-12-09T10:00", &zone), Ok("2026-12-09T09:00:00Z".parse().unwrap()));
        assert_eq!(instant("2026-12-09 10:00", &zone), Ok("2026-12-09T09:00:00Z".parse().unwrap()));
        assert_eq!(instant("2026-03-29T02:30", &zone), Err(NoInstant::Skipped));
        let twice = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"].map(|at| at.parse().unwrap());
        assert_eq!(instant("2026-10-25T02:30", &zone), Err(NoInstant::Twice(twice[0], twice[1])));
        for bad in ["", "tomorrow", "2026-12-09", "2026-13-09T10:00", "10:00"] {
            assert_eq!(instant(bad, &zone), Err(NoInstant::Unreadable), "{bad}");
        }
    }
}
