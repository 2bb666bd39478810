//! Dates as people write them, in the languages of press offices. Never today by mistake.

pub(crate) mod words;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, Offset, TimeZone},
};

/// Years that every feed format can say (RFC 5322 begins at 1900, RFC 3339 ends at 9999).
pub(crate) const YEARS: std::ops::RangeInclusive<i16> = 1900..=9999;

/// What a date text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day without time: midnight in the office's zone.
    Day(Date),
    /// An instant.
    Instant(Timestamp),
}

impl Moment {
    /// The instant it stands for in the office's zone. Where midnight does not exist, the day begins later.
    pub fn in_zone(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => day.to_zoned_datetime(zone.clone()).map(|z| z.timestamp()).unwrap_or_default(),
            Self::Instant(at) => at,
        }
    }
}

/// Reads a text that is a date and nothing else: `2016-06-09`, RFC 3339 with an offset, or words such as `9 juin 2016`
/// and `09 六月 2016`.
///
/// # Errors
/// Says what was expected and found; names both readings of an ambiguous one.
pub fn parse_date(input: &str) -> Result<Moment, String> {
    let text = words::ascii_digits(input.trim());
    let refused = || format!("expected a date such as 2016-06-09 or 9 June 2016, found `{}`", shorten(input));
    if let Some(moment) = machine(&text)? {
        return Ok(moment);
    }
    let tokens = words::tokens(&text).ok_or_else(refused)?;
    let numbers: Vec<i64> = tokens.iter().filter_map(words::Token::number).collect();
    let months: Vec<i8> = tokens.iter().filter_map(words::Token::month).collect();
    match (months.as_slice(), numbers.as_slice()) {
        ([month], [a, b]) => {
            let (day, year) = if tokens[0].number().is_some_and(|n| n > 31) || *a > 31 {
                (*b, *a)
            } else {
                (*a, *b)
            };
            day_of(year, i64::from(*month), day).ok_or_else(refused)
        }
        ([], [a, b, c]) => numeric(*a, *b, *c, input),
        _ => Err(refused()),
    }
}

/// Reads a time of day with its offset from UTC: RFC 3339.
///
/// # Errors
/// Says what was expected and found. Of a time without an offset it names the readings there are in `zone`: one on most days, two in the hour
/// that comes twice in autumn, and none in the hour that is left out in spring.
pub(crate) fn parse_time(input: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    const EXAMPLE: &str = "such as 2016-06-09T10:00:00+02:00";
    let text = words::ascii_digits(input.trim());
    if let Ok(found) = text.parse::<DateTime>()
        && text.len() > 10
        && text.parse::<Timestamp>().is_err()
    {
        let readings = |offsets: &[Offset]| {
            let one = |offset: &Offset| {
                let fixed = TimeZone::fixed(*offset);
                let at = found
                    .to_zoned_datetime(fixed)
                    .map(|zoned| zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
                at.unwrap_or_default()
            };
            offsets.iter().map(one).collect::<Vec<_>>().join(" or ")
        };
        let place = zone.iana_name().unwrap_or("the office's zone");
        let without = format!(
            "expected a time with an offset from UTC, {EXAMPLE}; found none in `{}`",
            shorten(input)
        );
        return Err(match zone.to_ambiguous_timestamp(found).offset() {
            AmbiguousOffset::Unambiguous { offset } => format!("{without}; in {place} it is {}", readings(&[offset])),
            AmbiguousOffset::Fold { before, after } => {
                format!("{without}; in {place} it comes twice: {}", readings(&[before, after]))
            }
            AmbiguousOffset::Gap { before, after } => format!(
                "{without}; in {place} clocks leave it out that day: it may be meant as {}",
                readings(&[before, after])
            ),
        });
    }
    match parse_date(input)? {
        Moment::Instant(at) => Ok(at),
        Moment::Day(_) => Err(format!(
            "expected a time with an offset from UTC, {EXAMPLE}; found the day `{}`",
            shorten(input)
        )),
    }
}

/// True for a line that is a date, also when it is an ambiguous one.
pub(crate) fn is_date_line(line: &str) -> bool {
    let text = words::ascii_digits(line.trim());
    if text.chars().count() > 60 {
        return false;
    }
    if matches!(machine(&text), Ok(Some(_)) | Err(_)) {
        return true;
    }
    let Some(tokens) = words::tokens(&text) else { return false };
    let numbers: Vec<i64> = tokens.iter().filter_map(words::Token::number).collect();
    let months = tokens.iter().filter(|token| token.month().is_some()).count();
    let has_year = numbers.iter().any(|n| *n >= 1000);
    has_year && matches!((months, numbers.len()), (1, 2) | (0, 3))
}

/// The forms machines write; `Ok(None)` for something else.
fn machine(text: &str) -> Result<Option<Moment>, String> {
    let bytes = text.as_bytes();
    let iso = bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit);
    if !iso {
        return Ok(None);
    }
    if bytes.len() == 10 {
        let day: Date = text.parse().map_err(|_| format!("expected a day that exists, found `{text}`"))?;
        return in_years(day.year(), text).map(|()| Some(Moment::Day(day)));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return in_years(at.to_zoned_datetime(TimeZone::UTC).year(), text).map(|()| Some(Moment::Instant(at)));
    }
    if text.parse::<DateTime>().is_ok() {
        return Err(format!(
            "expected a time with an offset such as {text}+02:00, found none in `{text}`; the same hour is another moment elsewhere"
        ));
    }
    Err(format!(
        "expected RFC 3339 such as 2016-06-09T14:00:00+02:00, found `{}`",
        shorten(text)
    ))
}

fn in_years(year: i16, text: &str) -> Result<(), String> {
    if YEARS.contains(&year) {
        Ok(())
    } else {
        Err(format!("expected a year from 1900 to 9999, found `{}`", shorten(text)))
    }
}

fn day_of(year: i64, month: i64, day: i64) -> Option<Moment> {
    let (year, month, day) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    YEARS
        .contains(&year)
        .then(|| Date::new(year, month, day).ok())
        .flatten()
        .map(Moment::Day)
}

/// Three numbers: the year stands first or last; the other two may be ambiguous.
fn numeric(a: i64, b: i64, c: i64, input: &str) -> Result<Moment, String> {
    let refused = || format!("expected a date such as 2016-06-09 or 9 June 2016, found `{}`", shorten(input));
    if a > 31 {
        return day_of(a, b, c).ok_or_else(refused);
    }
    let (day_first, month_first) = (day_of(c, b, a), day_of(c, a, b));
    match (day_first, month_first) {
        (Some(one), Some(other)) if one != other => {
            let iso = |moment: Moment| {
                if let Moment::Day(day) = moment {
                    day.to_string()
                } else {
                    String::new()
                }
            };
            Err(format!(
                "`{}` may be {} or {}; write one of them",
                shorten(input),
                iso(one),
                iso(other)
            ))
        }
        (Some(one), _) | (None, Some(one)) => Ok(one),
        (None, None) => Err(refused()),
    }
}

fn shorten(text: &str) -> String {
    crate::excerpt(text, 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<String> {
        match parse_date(text) {
            Ok(Moment::Day(day)) => Some(day.to_string()),
            _ => None,
        }
    }

    #[test]
    #[allow(non_snake_case)]
    fn B71_a_date_in_words_is_understood_or_refused_never_today() {
        for (text, wanted) in [
            ("09 六月 2016", "2016-06-09"),
            ("2016年6月9日", "2016-06-09"),
            ("9 juin 2016", "2016-06-09"),
            ("09 июня 2016", "2016-06-09"),
            ("9 июня 2016 г.", "2016-06-09"),
            ("9 de junio de 2016", "2016-06-09"),
            ("٩ يونيو ٢٠١٦", "2016-06-09"),
            ("٩ حزيران ٢٠١٦", "2016-06-09"),
            ("1er août 2016", "2016-08-01"),
            ("09 十一月 2016", "2016-11-09"),
            ("10 十月 2016", "2016-10-10"),
            ("June 9, 2016", "2016-06-09"),
            ("Thursday, 9th June 2016", "2016-06-09"),
            ("9. Juni 2016", "2016-06-09"),
            ("9 de março de 2016", "2016-03-09"),
            ("14 juillet 2016", "2016-07-14"),
            ("2016/06/09", "2016-06-09"),
            ("2016.06.09", "2016-06-09"),
            ("25/06/2016", "2016-06-25"),
            ("06/25/2016", "2016-06-25"),
            ("06/06/2016", "2016-06-06"),
        ] {
            assert_eq!(day(text).as_deref(), Some(wanted), "{text}");
        }
        for text in [
            "June xx, 2022",
            "9 juin",
            "juin 2016",
            "31 June 2016",
            "today",
            "",
            "9 brumaire 2016",
            "9 June 2016 in Dakar",
            "06/16",
            "9 6 16",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn an_ambiguous_date_is_refused_with_both_readings() {
        let message = parse_date("09/06/2016").unwrap_err();
        assert!(message.contains("2016-06-09") && message.contains("2016-09-06"), "{message}");
        assert!(is_date_line("09/06/2016"));
    }

    #[test]
    #[allow(non_snake_case)]
    fn B69_years_that_no_format_can_say_are_refused() {
        for text in [
            "-0044-03-15T00:00:00Z",
            "+10000-01-01T00:00:00Z",
            "0000-00-00",
            "1899-12-31",
            "0001-01-01T00:00:00Z",
        ] {
            assert!(parse_date(text).is_err(), "{text}");
        }
        assert!(parse_date("1900-01-01").is_ok());
        assert!(parse_date("9999-12-31").is_ok());
    }

    #[test]
    #[allow(non_snake_case)]
    fn B64_a_day_is_midnight_in_the_office_and_a_time_needs_an_offset() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        assert_eq!(parse_date("2016-06-09").unwrap().in_zone(&zone).to_string(), "2016-06-08T22:00:00Z");
        assert_eq!(
            parse_date("2016-06-09T14:00:00+02:00").unwrap().in_zone(&zone).to_string(),
            "2016-06-09T12:00:00Z"
        );
        assert!(parse_date("2016-06-09T14:00").unwrap_err().contains("offset"));
    }

    #[test]
    fn a_time_without_an_offset_is_refused_with_its_readings() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let told = |input: &str| parse_time(input, &zone).unwrap_err();
        for (input, readings) in [
            ("2026-06-09T10:00", "in Europe/Brussels it is 2026-06-09T10:00:00+02:00"),
            ("2026-06-09 10:00:30", "in Europe/Brussels it is 2026-06-09T10:00:30+02:00"),
            (
                "2026-10-25T02:30",
                "it comes twice: 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00",
            ),
            (
                "2026-03-29T02:30",
                "it may be meant as 2026-03-29T02:30:00+01:00 or 2026-03-29T02:30:00+02:00",
            ),
            ("٢٠٢٦-٠٦-٠٩T١٠:٠٠", "in Europe/Brussels it is 2026-06-09T10:00:00+02:00"),
            ("2026-06-09", "found the day `2026-06-09`"),
            ("9 June 2026", "found the day `9 June 2026`"),
            ("2026-06-09T25:00:00+02:00", "expected RFC 3339"),
            ("ten sharp", "expected a date"),
        ] {
            assert!(told(input).contains(readings), "{input}: {}", told(input));
        }
        let found = parse_time("2026-10-25T02:30:00+01:00", &zone).unwrap();
        assert_eq!(found.to_string(), "2026-10-25T01:30:00Z");
    }

    #[test]
    fn a_line_of_text_is_no_date_line() {
        for line in [
            "2016 WCO IT Conference & Exhibition, 1-3 June, Dakar, Senegal",
            "Photos",
            "In 2016 there were 3 of 5",
            "9",
        ] {
            assert!(!is_date_line(line), "{line}");
        }
    }
}
