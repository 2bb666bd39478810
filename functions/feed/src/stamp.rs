//! An instant as readers see it: with the press office's offset, so that its calendar day is the same in every format.

use jiff::{
    Timestamp,
    fmt::temporal::DateTimeParser,
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant and the offset it is shown with, whole seconds (RFC 3339).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    at: Timestamp,
    offset: Offset,
}

impl Stamp {
    /// `at` in `zone`, without fractions of a second: feed formats agree on seconds.
    pub fn new(at: Timestamp, zone: &TimeZone) -> Self {
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        let offset = zone.to_offset(at);
        // RFC 3339 knows no seconds in an offset; zones had them before about 1930.
        let offset = if offset.seconds() % 60 == 0 { offset } else { Offset::UTC };
        Self { at, offset }
    }

    /// The instant.
    pub fn at(self) -> Timestamp {
        self.at
    }

    /// RFC 3339, section 5.6.
    pub fn rfc3339(self) -> String {
        self.at.display_with_offset(self.offset).to_string()
    }

    /// RFC 5322, section 3.3, English names and a four-digit year whatever the language of the feed.
    pub fn rfc5322(self) -> String {
        self.at.to_zoned_datetime(TimeZone::fixed(self.offset)).strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
    }

    /// The calendar day in the office's offset.
    pub fn day(self) -> jiff::civil::Date {
        self.at.to_zoned_datetime(TimeZone::fixed(self.offset)).date()
    }
}

impl PartialOrd for Stamp {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Stamp {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.offset.seconds()).cmp(&(other.at, other.offset.seconds()))
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = |e: jiff::Error| serde::de::Error::custom(e);
        let pieces = DateTimeParser::new().parse_pieces(&text).map_err(wrong)?;
        let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
        Ok(Self { at: text.parse().map_err(wrong)?, offset })
    }
}

impl schemars::JsonSchema for Stamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Stamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time", "description": "RFC 3339 with the press office's offset"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(non_snake_case)]
    fn B65_a_day_is_the_same_day_in_every_format() {
        for zone in ["Europe/Brussels", "Pacific/Kiritimati", "America/Los_Angeles", "UTC"] {
            let zone = TimeZone::get(zone).unwrap();
            let midnight = jiff::civil::date(2016, 6, 9).to_zoned_datetime(zone.clone()).unwrap();
            let stamp = Stamp::new(midnight.timestamp(), &zone);
            assert!(stamp.rfc3339().starts_with("2016-06-09T00:00:00"), "{}", stamp.rfc3339());
            assert!(stamp.rfc5322().starts_with("Thu, 09 Jun 2016 00:00:00"), "{}", stamp.rfc5322());
            let json = serde_json::to_string(&stamp).unwrap();
            assert_eq!(serde_json::from_str::<Stamp>(&json).unwrap(), stamp);
        }
    }
}
