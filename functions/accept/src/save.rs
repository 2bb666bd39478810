//! The rules by which a draft becomes the next revision.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use release::{By, Draft, Moment, Path, Revision, Role, Site, Status, parse_date, slug};
use store::{Created, Key, Store};
use uuid::Uuid;

use crate::{files, problem::Problem, steps};

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
    let due = draft.publish_at.filter(|_| status == Status::Scheduled);
    let dates = if matches!(status, Status::Scheduled | Status::Published) {
        dates(given, before, due, now)?
    } else {
        Dates {
            publish_at: None,
            published: before.and_then(|before| before.published),
        }
    };
    let status = match status {
        // Its time has come.
        Status::Scheduled if dates.publish_at.is_none() => Status::Published,
        status => status,
    };
    let language = draft.language.clone().unwrap_or_else(|| site.default_language().clone());
    let submitter = Some(&saving.by).filter(|_| status == Status::Submitted).cloned();
    let mut next = Revision {
        schema: Revision::SCHEMA,
        id: saving.id,
        revision: before.map_or(1, |p| p.revision + 1),
        at: saving.at,
        by: saving.by,
        status,
        language,
        publish_at: dates.publish_at,
        published: dates.published,
        updated: before.and_then(|before| before.updated),
        path: before.and_then(|p| p.path.clone()),
        date: draft.date.map(as_given),
        texts: draft.texts,
        topics: draft.topics,
        event: draft.event,
        media: files::measured(draft.media, before),
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
        overridden: None,
    };
    // Whoever sends the content that is there has written nothing: its approval stays, and its editor.
    if let Some(before) = before.filter(|before| before.content() == next.content()) {
        next.editor = Some(before.editor().clone()).filter(|editor| *editor != next.by);
        next.submitter = next.submitter.or_else(|| before.submitter.clone());
        next.approval.clone_from(&before.approval);
    }
    if next.status == Status::Published {
        next.updated = next.updated_at(now);
    }
    if matches!(next.status, Status::Published | Status::Scheduled) {
        steps::approved(&next, None, site)?;
    } else {
        // It is on the list until somebody has approved what is public.
        next.emergency = before.and_then(|before| before.emergency.clone());
    }
    Ok(next)
}

/// The dates of a revision that becomes public, now or later.
pub(crate) struct Dates {
    /// When it becomes public; nothing when that is now.
    pub(crate) publish_at: Option<Timestamp>,
    /// What readers see.
    pub(crate) published: Option<Timestamp>,
}

/// `given` is what the office wrote as date, `due` when it is to become public. Whole seconds, as feeds have them; never early.
pub(crate) fn dates(given: Option<Timestamp>, before: Option<&Revision>, due: Option<Timestamp>, now: Timestamp) -> Result<Dates, Problem> {
    let due = due.map(|due| match whole_seconds(due) {
        whole if whole < due => whole + SignedDuration::from_secs(1),
        whole => whole,
    });
    let publish_at = due.filter(|due| *due > now);
    let public = publish_at.unwrap_or(now);
    if given.is_some_and(|given| given > public) {
        return Err(Problem::fault(
            "/date",
            format!(
                "expected a date that has come when the release becomes public, at {public}; schedule it for its date, or leave the date out"
            ),
        ));
    }
    // A release that was public keeps its date; one that was only scheduled does not.
    let kept = before.filter(|before| before.updated.is_some()).and_then(|before| before.published);
    let published = given.or(kept).or(publish_at).or(Some(now));
    Ok(Dates { publish_at, published })
}

/// Its address is fixed when a release is first scheduled or published.
pub(crate) fn has_address(status: Status) -> bool {
    status.is_public() || status == Status::Scheduled
}

/// The address that a revision asks for; another release may have it.
pub(crate) fn address(revision: &Revision, published: Timestamp, site: &Site) -> Path {
    let day = published.to_zoned_datetime(site.zone.clone()).date();
    let title = revision.texts.get(&revision.language).map_or("", |text| text.title.as_str());
    Path {
        year: day.year(),
        month: day.month(),
        slug: slug(title),
    }
}

/// What the office gave as date of a stored revision, as an instant.
pub(crate) fn given(revision: &Revision, site: &Site) -> Result<Option<Timestamp>, Problem> {
    let date = revision.date.as_deref().map(parse_date).transpose();
    let date = date.map_err(|reason| Problem::fault("/date", reason))?;
    Ok(date.map(|date| whole_seconds(date.in_zone(&site.zone))))
}

/// Gives a public revision without a path its own, and holds it against every other release.
pub(crate) async fn reserve(revision: &mut Revision, store: &Store, site: &Site) -> Result<(), Problem> {
    if !has_address(revision.status) || revision.path.is_some() {
        return Ok(());
    }
    let first = address(revision, revision.published.unwrap_or(revision.at), site);
    for n in 1..SAME_TITLE {
        let path = Path {
            slug: numbered(&first.slug, n),
            ..first
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
