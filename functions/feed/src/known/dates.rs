//! Section 4: dates as every reader understands them, whatever the language and the zone.

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use serde_json::json;

use super::*;

fn zoned(zone: &str, at: &str) -> (Site, Revision) {
    let site = site_with(&[("Europe/Brussels", zone)]);
    (site, revision(1, json!({"published": at, "updated": at})))
}

#[test]
#[expect(non_snake_case)]
fn B59_B60_rss_dates_are_english_rfc_5322_in_every_language() {
    for (tag, zone) in [
        ("zh", "Europe/Brussels"),
        ("ar", "Asia/Kathmandu"),
        ("fr", "America/St_Johns"),
        ("en", "UTC"),
    ] {
        let (site, release) = zoned(zone, "2016-06-09T10:00:00Z");
        let text = formats(&site, &feed(&site, tag, &[release]));
        let mut dates = between(&text.rss, "<pubDate>", "</pubDate>");
        dates.extend(between(&text.rss, "<lastBuildDate>", "</lastBuildDate>"));
        assert_eq!(dates.len(), 2);
        for date in dates {
            // The parser wants the right weekday; the shape is what old readers know.
            let at = DateTimeParser::new().parse_timestamp(date).unwrap();
            assert_eq!(at, "2016-06-09T10:00:00Z".parse::<Timestamp>().unwrap());
            assert!(
                date.starts_with("Thu, 09 Jun 2016 ") && date.len() == "Thu, 09 Jun 2016 00:00:00 +0200".len(),
                "{date}"
            );
        }
    }
}

#[test]
#[expect(non_snake_case)]
fn B64_B65_a_day_is_the_same_day_in_every_format_and_zone() {
    for (zone, midnight) in [
        ("America/Los_Angeles", "2016-06-09T07:00:00Z"),
        ("Pacific/Kiritimati", "2016-06-08T10:00:00Z"),
        ("Europe/Brussels", "2016-06-08T22:00:00Z"),
    ] {
        let (site, release) = zoned(zone, midnight);
        let view = feed(&site, "en", &[release]);
        let text = formats(&site, &view);
        assert!(text.rss.contains("<pubDate>Thu, 09 Jun 2016 00:00:00 "), "{}", text.rss);
        assert!(text.atom.contains("<published>2016-06-09T00:00:00"), "{}", text.atom);
        assert!(text.json.contains("\"date_published\": \"2016-06-09T00:00:00"), "{}", text.json);
        let home = String::from_utf8(crate::home_page(&view, &site).unwrap()).unwrap();
        assert!(
            home.contains("<time datetime=\"2016-06-09T00:00:00") && home.contains(">June 9, 2016<"),
            "{home}"
        );
    }
}

#[test]
#[expect(non_snake_case)]
fn B64_B68_atom_and_json_have_whole_rfc_3339_moments() {
    let (site, release) = zoned("Asia/Kathmandu", "2016-06-09T10:00:00.123Z");
    let text = formats(&site, &feed(&site, "en", &[release]));
    let json: Value = serde_json::from_str(&text.json).unwrap();
    let item = &json["items"][0];
    let mut dates = vec![item["date_published"].as_str().unwrap(), item["date_modified"].as_str().unwrap()];
    dates.extend(between(&text.atom, "<published>", "</published>"));
    dates.extend(between(&text.atom, "<updated>", "</updated>"));
    assert_eq!(dates, ["2016-06-09T15:45:00+05:45"; 5]);
}

#[test]
#[expect(non_snake_case)]
fn B77_only_what_is_visible_dates_a_feed() {
    let site = site();
    let later = json!({"published": "2026-06-09T10:00:00Z", "updated": "2026-06-09T10:00:00Z"});
    let hidden = |n: u128, status: &str| {
        let mut release = revision(n, later.clone());
        release.status = release::Status::parse(status).unwrap();
        release
    };
    let shown = revision(1, json!({}));
    let alone = formats(&site, &feed(&site, "en", std::slice::from_ref(&shown)));
    let releases = [shown, hidden(2, "scheduled"), hidden(3, "draft"), hidden(4, "submitted")];
    let text = formats(&site, &feed(&site, "en", &releases));
    assert!(
        text.rss.contains("<lastBuildDate>Thu, 09 Jun 2016 12:00:00 +0200</lastBuildDate>"),
        "{}",
        text.rss
    );
    assert_eq!((text.rss, text.atom, text.json), (alone.rss, alone.atom, alone.json));
}
