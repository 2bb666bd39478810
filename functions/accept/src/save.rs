//! The rules by which a draft becomes the next revision.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use release::{By, Draft, Moment, Path, Revision, Role, Site, Status, slug};
use store::{Created, Key, Store};
use uuid::Uuid;

use crate::{problem::Problem, steps};

/// Other releases of the same month with the same title; nobody writes more.
const SAME_TITLE: u32 = 10_000;

/// What a revision is made from besides the draft.
pub(crate) struct Saving<'a> {
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    pub(crate) by: By,
    /// The revision before, if any.
    pub(crate) previous: Option<&'a Revision>,
}

/// Makes the next revision; it is not stored yet and has no path when it needs a new one.
pub(crate) fn next(draft: Draft, saving: Saving<'_>, site: &Site) -> Result<Revision, Problem> {
    let status = draft.status.unwrap_or_default();
    if matches!(status, Status::Scheduled | Status::Published) && saving.by.role < Role::Editor {
        let detail = format!(
            "status {} needs the role editor; this token's role is author: send it as submitted",
            status.as_str()
        );
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    let now = whole_seconds(saving.at);
    let given = draft.date.map(|date| whole_seconds(date.in_zone(&site.zone)));
    let before = saving.previous;
    let mut published = before.and_then(|p| p.published);
    let mut updated = before.and_then(|p| p.updated);
    if matches!(status, Status::Scheduled | Status::Published) {
        let due = if status == Status::Scheduled { draft.publish_at } else { given };
        if due.is_some_and(|due| due > now) {
            return Err(not_yet(if status == Status::Scheduled { "/publish_at" } else { "/date" }));
        }
        published = given.or(published).or(Some(now));
        let minor = draft.correction.as_ref().is_some_and(|correction| correction.minor);
        updated = self::updated(updated, minor, now);
    }
    let language = draft.language.clone().unwrap_or_else(|| site.default_language().clone());
    let submitter = Some(&saving.by).filter(|_| status == Status::Submitted).cloned();
    let mut next = Revision {
        schema: Revision::SCHEMA,
        id: saving.id,
        revision: before.map_or(1, |p| p.revision + 1),
        at: saving.at,
        by: saving.by,
        status: if status == Status::Scheduled { Status::Published } else { status },
        language,
        publish_at: None,
        published,
        updated,
        path: before.and_then(|p| p.path.clone()),
        date: draft.date.map(as_given),
        texts: draft.texts,
        topics: draft.topics,
        event: draft.event,
        media: draft.media,
        links: draft.links,
        contacts: draft.contacts,
        boilerplates: draft.boilerplates,
        correction: draft.correction,
        reason: release::Localised::new(),
        guid: before.and_then(|p| p.guid.clone()),
        note: None,
        editor: None,
        submitter,
        approval: None,
        emergency: None,
    };
    // Whoever sends the content that is there has written nothing: its approval stays, and its editor.
    if let Some(before) = before.filter(|before| before.content() == next.content()) {
        next.editor = Some(before.editor().clone()).filter(|editor| *editor != next.by);
        next.submitter = next.submitter.or_else(|| before.submitter.clone());
        next.approval.clone_from(&before.approval);
    }
    if next.status == Status::Published {
        steps::approved(&next, None, site)?;
    } else {
        // It is on the list until somebody has approved what is public.
        next.emergency = before.and_then(|before| before.emergency.clone());
    }
    Ok(next)
}

/// Of a revision that becomes public at `now`: never backwards, and not at all by a minor one.
pub(crate) fn updated(last: Option<Timestamp>, minor: bool, now: Timestamp) -> Option<Timestamp> {
    match last {
        None => Some(now),
        Some(last) if minor => Some(last),
        Some(last) => Some(now.max(last + SignedDuration::from_secs(1))),
    }
}

/// A date to come.
pub(crate) fn not_yet(pointer: &str) -> Problem {
    Problem::fault(
        pointer,
        "expected a date that has come: scheduling is not there yet; keep a draft and publish it when it is time",
    )
}

/// Gives a public revision without a path its own, and holds it against every other release.
pub(crate) async fn reserve(revision: &mut Revision, store: &Store, site: &Site) -> Result<(), Problem> {
    if !revision.status.is_public() || revision.path.is_some() {
        return Ok(());
    }
    let published = revision.published.unwrap_or(revision.at);
    let day = published.to_zoned_datetime(site.zone.clone()).date();
    let title = revision
        .texts
        .get(&revision.language)
        .map(|text| text.title.as_str())
        .unwrap_or_default();
    let stem = slug(title);
    for n in 1..SAME_TITLE {
        let path = Path {
            year: day.year(),
            month: day.month(),
            slug: numbered(&stem, n),
        };
        let owner = revision.id.to_string();
        match store.create(&Key::Slug(path.clone()), owner.clone().into_bytes()).await? {
            Created::Exists(other) if other != owner.as_bytes() => {}
            _ => {
                revision.path = Some(path);
                return Ok(());
            }
        }
    }
    Err(Problem::fault(
        "/texts",
        "expected a title that is not taken thousands of times this month; change it",
    ))
}

/// `closing`, `closing-2`, …, never longer than a slug may be.
fn numbered(stem: &str, n: u32) -> String {
    if n == 1 {
        return stem.to_owned();
    }
    let suffix = format!("-{n}");
    let room = 80 - suffix.len();
    format!("{}{suffix}", stem.get(..stem.len().min(room)).unwrap_or(stem).trim_end_matches('-'))
}

/// Feeds have whole seconds; so do the dates they come from.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

fn as_given(date: Moment) -> String {
    match date {
        Moment::Day(day) => day.to_string(),
        Moment::Instant(at) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use release::{Correction, Lang, Text};

    use super::*;

    fn site() -> Site {
        Site::parse(
            "base_url='https://press.example.org'\norganisation='O'\nemail='a@example.org'\ntimezone='Europe/Brussels'\n[[languages]]\ntag='en'\ntitle='N'\ndescription='D'\n",
            "site.toml",
        )
        .unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn draft(status: Status) -> Draft {
        let en = Lang::parse("en").unwrap();
        let text = Text {
            title: "Closing".to_owned(),
            body: "Text".to_owned(),
            ..Text::default()
        };
        Draft {
            status: Some(status),
            texts: [(en, text)].into(),
            ..Draft::default()
        }
    }

    fn save(draft: Draft, now: &str, role: Role, previous: Option<&Revision>) -> Result<Revision, Problem> {
        let saving = Saving {
            id: Uuid::nil(),
            at: at(now),
            by: By {
                name: "t".to_owned(),
                role,
            },
            previous,
        };
        next(draft, saving, &site())
    }

    #[test]
    fn a_date_only_release_is_published_at_midnight_of_the_office() {
        let mut draft = draft(Status::Published);
        draft.date = Some(Moment::Day(jiff::civil::date(2016, 6, 9)));
        let saved = save(draft, "2026-01-01T10:00:00.5Z", Role::Editor, None).unwrap();
        assert_eq!(saved.published, Some(at("2016-06-08T22:00:00Z")));
        assert_eq!(saved.updated, Some(at("2026-01-01T10:00:00Z")));
        assert_eq!(saved.date.as_deref(), Some("2016-06-09"));
    }

    #[test]
    fn published_stays_and_updated_rises_with_every_edit_but_a_minor_one() {
        let first = save(draft(Status::Published), "2026-01-01T10:00:00Z", Role::Editor, None).unwrap();
        let second = save(draft(Status::Published), "2026-01-01T10:00:00Z", Role::Editor, Some(&first)).unwrap();
        assert_eq!((second.revision, second.published), (2, first.published));
        assert_eq!(second.updated, Some(at("2026-01-01T10:00:01Z")));
        let mut minor = draft(Status::Published);
        minor.correction = Some(Correction {
            minor: true,
            ..Correction::default()
        });
        let third = save(minor, "2026-01-02T10:00:00Z", Role::Editor, Some(&second)).unwrap();
        assert_eq!(third.updated, second.updated);
        let draft = save(draft(Status::Draft), "2026-01-03T10:00:00Z", Role::Author, Some(&third)).unwrap();
        assert_eq!(
            (draft.published, draft.updated, draft.status),
            (third.published, third.updated, Status::Draft)
        );
    }

    #[test]
    fn an_author_cannot_publish_and_nobody_publishes_tomorrows_date_today() {
        assert!(save(draft(Status::Published), "2026-01-01T10:00:00Z", Role::Author, None).is_err());
        let mut tomorrow = draft(Status::Published);
        tomorrow.date = Some(Moment::Day(jiff::civil::date(2026, 1, 2)));
        assert!(save(tomorrow, "2026-01-01T10:00:00Z", Role::Editor, None).is_err());
    }

    #[test]
    fn a_numbered_slug_is_no_longer_than_a_slug() {
        assert_eq!(numbered("closing", 1), "closing");
        assert_eq!(numbered("closing", 2), "closing-2");
        assert_eq!(numbered(&"a".repeat(80), 12).len(), 80);
    }
}
