//! Dates as people write them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// What a date text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day without time: midnight in the office's zone.
    Day(Date),
    /// An instant.
    Instant(Timestamp),
}

impl Moment {
    /// The instant it stands for in the office's zone.
    pub fn in_zone(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => day.to_zoned_datetime(zone.clone()).map(|z| z.timestamp()).unwrap_or_default(),
            Self::Instant(at) => at,
        }
    }
}

/// Reads a date.
///
/// # Errors
/// Says what was expected and found.
pub fn parse_date(input: &str) -> Result<Moment, String> {
    input.parse().map(Moment::Day).map_err(|e: jiff::Error| e.to_string())
}
