//! Stores the next revision of a release: what the API's calls and the desk's forms have in common.

use release::{By, Draft, Fault, Remark, Revision, Status, Step, log_name};
use serde_json::Value;
use store::{Created, Key, Store};
use tracing::info;
use uuid::Uuid;

use crate::{
    Desk, check, idempotency,
    problem::Problem,
    revisions::{before, highest, read},
    save::{self, Saving},
    steps::{self, Standing},
};

/// A stored revision, and what a person should look at.
pub(crate) type Kept = Result<(Revision, Vec<Fault>), Problem>;

/// What is there before a revision is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Nothing.
    New,
    /// This revision is the latest one.
    After(u32),
}

/// A change of status that somebody asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) step: Step,
    pub(crate) id: Uuid,
    /// Refused when another revision is the latest one.
    pub(crate) expected: Option<u32>,
    /// What is said besides.
    pub(crate) body: &'a Value,
    /// Calls with one key are one call.
    pub(crate) key: Option<&'a str>,
}

/// Brings a release on, so that what is wrong with it stops it.
pub(crate) fn held(step: Step) -> bool {
    matches!(step, Step::Submit | Step::Publish | Step::Schedule)
}

/// Stores a draft as the next revision.
pub(crate) async fn replace(desk: &Desk, by: By, id: Uuid, expected: Condition, draft: Draft, overriding: Option<String>) -> Kept {
    let previous = match expected {
        Condition::New if id.get_version_num() != 7 => return Err(Problem::fault("/id", "expected a fresh UUIDv7 for a new release")),
        Condition::New => None,
        Condition::After(n) => match read(&desk.store, id, n).await? {
            Some(previous) => Some(previous),
            None => {
                return Err(highest(&desk.store, id)
                    .await?
                    .map_or_else(|| Problem::unknown("this release"), Problem::stale));
            }
        },
    };
    let mut warnings = draft.warnings.clone();
    let saving = Saving {
        id,
        at: (desk.now)(),
        by,
        previous: previous.as_ref(),
    };
    let mut revision = save::next(draft, saving, &desk.site)?;
    warnings.extend(check::hold(&mut revision, previous.as_ref(), overriding, desk).await?);
    let key = Key::Revision(id, revision.revision);
    // A stale edit must not reserve an address.
    if revision.path.is_none() && save::has_address(revision.status) && desk.store.head(&key).await?.is_some() {
        return Err(stale(&desk.store, id).await);
    }
    announce_and_reserve(&mut revision, desk).await?;
    if desk.store.create(&key, revision.to_bytes()).await? != Created::New {
        return Err(stale(&desk.store, id).await);
    }
    info!(
        release.digest = log_name(id),
        revision = revision.revision,
        status = revision.status.as_str(),
        by = revision.by.name,
        "saved"
    );
    Ok((revision, warnings))
}

/// Takes a step with the latest revision.
pub(crate) async fn take(desk: &Desk, by: By, call: Call<'_>) -> Kept {
    let Call {
        step,
        id,
        expected,
        body,
        key,
    } = call;
    let unknown = || Problem::unknown("this release");
    let found = highest(&desk.store, id).await?.ok_or_else(unknown)?;
    let latest = read(&desk.store, id, found).await?.ok_or_else(unknown)?;
    let mut remark = Remark::from_json(body, step, &latest.language, &desk.site)?;
    let mut warnings = std::mem::take(&mut remark.warnings);
    let mut at = (desk.now)();
    if let Some(key) = key {
        let fingerprint = feed::sha256(format!("{} {id} {expected:?} {body}", step.as_str()).as_bytes());
        let (_, first) = idempotency::settle(&desk.store, &by.name, key, fingerprint, id, at).await?;
        if first != at {
            at = first;
            // The first attempt may have come all the way: the answer is what it stored.
            if let Some(done) = before(&desk.store, &latest, |one| one.at == first && one.by == by).await? {
                if held(step) {
                    warnings.extend(check::look(&done, desk).await?.warnings);
                }
                return Ok((done, warnings));
            }
        }
    }
    if expected.is_some_and(|expected| expected != found) {
        return Err(Problem::stale(found));
    }
    let public = before(&desk.store, &latest, |one| one.status.is_public()).await?;
    let overriding = remark.overriding.take();
    let standing = Standing {
        latest: latest.clone(),
        public,
    };
    let mut revision = steps::next(step, remark, standing, at, by, &desk.site)?;
    if held(step) {
        warnings.extend(check::hold(&mut revision, Some(&latest), overriding, desk).await?);
    }
    announce_and_reserve(&mut revision, desk).await?;
    let key = Key::Revision(id, revision.revision);
    if desk.store.create(&key, revision.to_bytes()).await? != Created::New {
        return Err(stale(&desk.store, id).await);
    }
    let (status, by) = (revision.status.as_str(), &revision.by.name);
    info!(
        release.digest = log_name(id),
        revision = revision.revision,
        status,
        by,
        step = step.as_str(),
        "a step was taken"
    );
    Ok((revision, warnings))
}

/// Before a public revision is stored, a marker says that it will be: should its event get lost, the sweeper finds the marker. The marker of
/// a scheduled one is what the clock finds.
pub(crate) async fn announce_and_reserve(revision: &mut Revision, desk: &Desk) -> Result<(), Problem> {
    let marker = match (revision.status, revision.publish_at) {
        (Status::Scheduled, Some(at)) => Key::Due(at, revision.id, revision.revision),
        (status, _) if status.is_public() => Key::Pending(revision.id, revision.revision),
        _ => return Ok(()),
    };
    let at = revision.at.to_string();
    let announce = desk.store.put(&marker, at.into_bytes());
    let (announced, reserved) = futures::future::join(announce, save::reserve(revision, &desk.store, &desk.site)).await;
    announced?;
    reserved
}

async fn stale(store: &Store, id: Uuid) -> Problem {
    match highest(store, id).await {
        Ok(current) => Problem::stale(current.unwrap_or(1)),
        Err(problem) => problem,
    }
}
