//! Changes of status: submit, approve, publish, schedule, withdraw, restore. Each makes a revision of the content that is there.
//!
//! A release may be public in one revision while a later one is written: who withdraws or restores acts on what the public sees, everybody
//! else on the latest revision.

use http::StatusCode;
use jiff::Timestamp;
use release::{Approval, By, Emergency, Remark, Revision, Site, Status, Step};

use crate::{
    problem::Problem,
    save::{self, whole_seconds},
};

/// Where a release stands when somebody takes a step.
pub(crate) struct Standing {
    /// The latest revision.
    pub(crate) latest: Revision,
    /// The latest public one; often the same.
    pub(crate) public: Option<Revision>,
}

/// The revision that a step makes. It is not stored yet and has no path when it needs a new one.
pub(crate) fn next(step: Step, remark: Remark, standing: Standing, at: Timestamp, by: By, site: &Site) -> Result<Revision, Problem> {
    let Standing { latest, public } = standing;
    let number = latest.revision + 1;
    let now = whole_seconds(at);
    let mut next = match step {
        Step::Submit => submit(latest, &by)?,
        Step::Approve => approve(latest, at, &by, site)?,
        Step::Publish => publish(latest, remark.emergency, None, (at, now), &by, site)?,
        Step::Schedule => publish(latest, remark.emergency, remark.at, (at, now), &by, site)?,
        Step::Withdraw => withdraw(latest, public, now)?,
        Step::Restore => restore(latest, public, now)?,
    };
    if step == Step::Withdraw {
        next.reason = remark.reason;
    }
    // Of the step, never of the content.
    next.editor = Some(next.editor().clone()).filter(|editor| *editor != by);
    (next.revision, next.at, next.by, next.note) = (number, at, by, remark.note);
    Ok(next)
}

fn conflict(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::CONFLICT, detail)
}

fn submit(latest: Revision, by: &By) -> Result<Revision, Problem> {
    if latest.status != Status::Draft {
        return Err(conflict(format!(
            "expected a draft, found status {} in revision {}; save it as a draft first",
            latest.status.as_str(),
            latest.revision
        )));
    }
    Ok(Revision {
        status: Status::Submitted,
        submitter: Some(by.clone()),
        ..latest
    })
}

/// An approval is of the content, so it lasts as long as nobody changes that.
fn approve(latest: Revision, at: Timestamp, by: &By, site: &Site) -> Result<Revision, Problem> {
    let afterwards = latest.status == Status::Published && latest.emergency.is_some();
    if latest.status != Status::Submitted && !afterwards {
        return Err(conflict(format!(
            "expected a submitted release, or one that was published in an emergency; found status {} in revision {}",
            latest.status.as_str(),
            latest.revision
        )));
    }
    if site.four_eyes {
        let mut own = vec![("wrote it last", latest.editor())];
        own.extend(latest.submitter.as_ref().map(|submitter| ("submitted it", submitter)));
        let published = latest.emergency.as_ref().filter(|_| afterwards);
        own.extend(published.map(|emergency| ("published it", &emergency.by)));
        if let Some((what, _)) = own.iter().find(|(_, who)| who.name == by.name) {
            let detail = format!("{} {what}; with four eyes somebody else approves", by.name);
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
    }
    let approval = Approval {
        by: by.clone(),
        at,
        content: digest(&latest),
    };
    Ok(Revision {
        approval: Some(approval),
        // What is public without approval is another content than that of a draft.
        emergency: latest.emergency.clone().filter(|_| !afterwards),
        ..latest
    })
}

/// Now, or at `due`; a time that has come is now.
fn publish(
    latest: Revision,
    emergency: Option<String>,
    due: Option<Timestamp>,
    (at, now): (Timestamp, Timestamp),
    by: &By,
    site: &Site,
) -> Result<Revision, Problem> {
    match latest.status {
        Status::Draft | Status::Submitted | Status::Scheduled => {}
        Status::Published => return Err(conflict(format!("revision {} is public already", latest.revision))),
        Status::Withdrawn => return Err(conflict("it was withdrawn in public; restore it, or save a new revision")),
    }
    let emergency = emergency.map(|reason| Emergency {
        by: by.clone(),
        at,
        reason,
    });
    let emergency = approved(&latest, emergency, site)?;
    let given = save::given(&latest, site)?;
    let dates = save::dates(given, Some(&latest), due, now)?;
    let mut next = Revision {
        status: Status::Scheduled,
        publish_at: dates.publish_at,
        published: dates.published,
        emergency,
        reason: release::Localised::new(),
        ..latest
    };
    if next.publish_at.is_none() {
        next.status = Status::Published;
        next.updated = next.updated_at(now);
    }
    Ok(next)
}

/// With four eyes, what becomes public has an approval of exactly this content, or an emergency with a reason.
pub(crate) fn approved(revision: &Revision, emergency: Option<Emergency>, site: &Site) -> Result<Option<Emergency>, Problem> {
    let content = digest(revision);
    let approval = revision.approval.as_ref();
    if !site.four_eyes || approval.is_some_and(|approval| approval.content == content) {
        return Ok(None);
    }
    if emergency.is_some() {
        return Ok(emergency);
    }
    let found = if approval.is_some() {
        "it was changed after its approval"
    } else {
        "nobody has approved it"
    };
    Err(conflict(format!(
        "expected an approval of exactly this content, {found}; submit it and let somebody else approve it, or publish it with {{\"emergency\": \"why\"}}"
    )))
}

fn withdraw(latest: Revision, public: Option<Revision>, now: Timestamp) -> Result<Revision, Problem> {
    let Some(public) = public else {
        // A notice would tell the public of something that it never saw.
        if latest.status == Status::Scheduled {
            return Ok(Revision {
                status: Status::Draft,
                publish_at: None,
                ..latest
            });
        }
        return Err(conflict("it was never public; there is nothing to withdraw"));
    };
    if public.status == Status::Withdrawn {
        return Err(conflict(format!("it was withdrawn in revision {}", public.revision)));
    }
    Ok(Revision {
        status: Status::Withdrawn,
        updated: Some(public.moved(now)),
        ..public
    })
}

fn restore(latest: Revision, public: Option<Revision>, now: Timestamp) -> Result<Revision, Problem> {
    match public {
        Some(public) if public.status == Status::Withdrawn => Ok(Revision {
            status: Status::Published,
            updated: Some(public.moved(now)),
            reason: release::Localised::new(),
            ..public
        }),
        _ => Err(conflict(format!(
            "expected a withdrawn release, found status {} in revision {}",
            latest.status.as_str(),
            latest.revision
        ))),
    }
}

/// What an approval is of.
pub(crate) fn digest(revision: &Revision) -> String {
    feed::sha256(&revision.content())
}
