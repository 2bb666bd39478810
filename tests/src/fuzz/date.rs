//! A date that is read is the date that was written, and never today.

use bolero::check;
use jiff::{Timestamp, civil::Date};
use release::{Moment, parse_date};

use super::{corpus, spelled};

const PIECES: [&str; 64] = [
    " ",
    " ",
    " ",
    " ",
    ", ",
    ".",
    "/",
    "-",
    ":",
    "T",
    "Z",
    "+02:00",
    "\u{a0}",
    "\u{200f}",
    "\n",
    "de ",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "19",
    "20",
    "2016",
    "2026",
    "1899",
    "10000",
    "06",
    "09",
    "31",
    "29",
    "30",
    "00",
    "1st",
    "9th",
    "June",
    "juin",
    "Mai",
    "may",
    "Sept.",
    "septiembre",
    "февраля",
    "марта",
    "六月",
    "12月",
    "年",
    "月",
    "日",
    "يونيو",
    "كانون الثاني",
    "تموز",
    "٢٠١٦",
    "٩",
    "２０１６",
    "Thursday ",
    "jeudi ",
    "today",
    "now",
    "June 9, 2016",
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The numbers that stand in a text, in the digits of whatever script (Unicode, general category Nd).
fn numbers(text: &str) -> Vec<i64> {
    let zeros = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];
    let digit = |c: char| {
        zeros
            .iter()
            .find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|n| *n < 10))
    };
    let plain: String = text
        .chars()
        .map(|c| digit(c).map_or(' ', |n| char::from_digit(n, 10).unwrap()))
        .collect();
    plain.split(' ').filter_map(|number| number.parse().ok()).collect()
}

fn holds(text: &str, day: Date) {
    let found = numbers(text);
    for number in [i64::from(day.year()), i64::from(day.day())] {
        assert!(found.contains(&number), "{text:?} was read as {day}, but nowhere in it is {number}");
    }
}

fn judge(text: &str) {
    match parse_date(text) {
        Ok(Moment::Day(day)) => {
            assert!((1900..=9999).contains(&day.year()), "{text:?}: {day}");
            holds(text, day);
            let month = MONTHS[usize::from(day.month().unsigned_abs()) - 1];
            for again in [
                day.to_string(),
                format!("{} {month} {}", day.day(), day.year()),
                format!("{month} {}, {}", day.day(), day.year()),
                format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            ] {
                assert_eq!(parse_date(&again), Ok(Moment::Day(day)), "{text:?}, written again as {again:?}");
            }
        }
        Ok(Moment::Instant(at)) => {
            // RFC 3339 has its date in the first ten characters, and the offset moves it by a day at most.
            let written = text.trim();
            assert!(written.chars().count() > 15 && written.contains(['T', 't', ' ']), "{text:?}: {at}");
            assert_eq!(parse_date(&at.to_string()), Ok(Moment::Instant(at)));
            assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
            assert!(
                numbers(text)
                    .iter()
                    .any(|n| (n - i64::from(at.to_zoned_datetime(jiff::tz::TimeZone::UTC).year())).abs() <= 1),
                "{text:?}: {at}"
            );
        }
        Err(message) => {
            assert!(!message.is_empty() && message.chars().count() < 400, "{text:?}: {message}");
        }
    }
}

#[test]
fn a_date_that_is_read_is_written_again_as_the_same_and_stands_in_the_text() {
    check!(name = "date")
        .with_iterations(20_000)
        .with_max_len(12)
        .for_each(|bytes: &[u8]| judge(&spelled(bytes, &PIECES)));
}

#[test]
fn the_corpus_of_dates_has_days_instants_and_refusals() {
    let all = corpus("date");
    let count = |wanted: fn(&Result<Moment, String>) -> bool| all.values().filter(|text| wanted(&parse_date(text))).count();
    let days = count(|read| matches!(read, Ok(Moment::Day(_))));
    let instants = count(|read| matches!(read, Ok(Moment::Instant(_))));
    let refused = count(Result::is_err);
    assert!(
        days >= 12 && instants >= 3 && refused >= 12,
        "{days} days, {instants} instants, {refused} refusals"
    );
}
