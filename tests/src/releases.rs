//! Revisions for tests, made by number.

use jiff::{SignedDuration, Timestamp};
use release::{By, Lang, Path, Revision, Role, Status, Text};
use uuid::Uuid;

/// Release number `n`, published in its first revision.
pub(crate) fn release(n: u32, published: &str) -> Revision {
    let published: Timestamp = published.parse().unwrap();
    let at: Timestamp = "2026-11-01T09:00:00Z".parse().unwrap();
    let day = published
        .to_zoned_datetime(jiff::tz::TimeZone::get("Europe/Brussels").unwrap())
        .date();
    let mut revision: Revision = serde_json::from_value(serde_json::json!({
        "schema": Revision::SCHEMA, "id": Uuid::from_u128(0x019d_0000_0000_7000_8000_0000_0000_0000 + u128::from(n)), "revision": 1,
        "at": at + SignedDuration::from_secs(i64::from(n)), "by": By { name: "t".to_owned(), role: Role::Editor },
        "status": Status::Published, "language": "en", "published": published, "updated": published, "texts": {}, "topics": ["research"]
    }))
    .unwrap();
    let text = |title: String| Text {
        title,
        body: format!("Harbour {n} reports."),
        ..Text::default()
    };
    revision.texts = [(Lang::parse("en").unwrap(), text(format!("Release {n}")))].into();
    if n.is_multiple_of(3) {
        revision.texts.insert(Lang::parse("fr").unwrap(), text(format!("Communiqué {n}")));
    }
    revision.path = Some(Path {
        year: day.year(),
        month: day.month(),
        slug: format!("release-{n}"),
    });
    revision
}

/// The revision after one, an hour later.
pub(crate) fn next(revision: &Revision, status: Status) -> Revision {
    let mut next = revision.clone();
    next.revision += 1;
    next.status = status;
    next.at = revision.at + SignedDuration::from_hours(1);
    next.updated = revision.updated.map(|updated| updated + SignedDuration::from_hours(1));
    if status == Status::Withdrawn {
        next.reason = [(Lang::parse("en").unwrap(), "It was sent too early.".to_owned())].into();
    }
    next
}
