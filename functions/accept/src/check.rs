//! Whether a release may go on: what is probably wrong with it stops it, unless somebody answers for it.

use std::{collections::BTreeMap, sync::Arc};

use http::StatusCode;
use release::{Fault, Lint, Overridden, Revision, Role, Status, lint};

use crate::{Desk, files, problem::Problem};

/// As long as a note may be that is worth reading.
const REASON_CHARS: usize = 1_000;

/// Why errors are to be overridden, from the query of a call whose body is a release.
pub(crate) fn overriding(params: &BTreeMap<String, String>) -> Result<Option<String>, Problem> {
    let Some(reason) = params.get("override") else { return Ok(None) };
    let reason = reason.trim();
    let length = reason.chars().count();
    if length == 0 || length > REASON_CHARS || reason.contains(char::is_control) {
        let expected = format!("expected one line that says why the errors do not matter, of 1 to {REASON_CHARS} characters");
        return Err(Problem::fault("/override", format!("{expected}; found {length}")));
    }
    Ok(Some(reason.to_owned()))
}

/// Looks at a release; on a thread of its own, since a long one takes a while.
pub(crate) async fn look(revision: &Revision, desk: &Desk) -> Result<Lint, Problem> {
    let (revision, site) = (revision.clone(), Arc::clone(&desk.site));
    let work = tokio::task::spawn_blocking(move || lint(&revision, &site));
    work.await.map_err(|failure| {
        tracing::error!(%failure, "a check ended early");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "something is wrong on our side; the log says what",
        )
    })
}

/// Stops a revision that goes on with errors nobody answers for; returns what a person should look at. What is only being written goes
/// on as it is.
pub(crate) async fn hold(
    revision: &mut Revision,
    before: Option<&Revision>,
    overriding: Option<String>,
    desk: &Desk,
) -> Result<Vec<Fault>, Problem> {
    let needs = match revision.status {
        Status::Draft | Status::Withdrawn => return Ok(Vec::new()),
        Status::Submitted => Role::Author,
        Status::Scheduled | Status::Published => Role::Editor,
    };
    let files = files::inspect(revision, before, &desk.store).await?;
    let Lint { errors, warnings } = look(revision, desk).await?;
    if !files.is_empty() {
        // Nobody can answer for a file that is not there.
        return Err(Problem::stopped([files, errors].concat(), "mend them"));
    }
    revision.overridden = None;
    if errors.is_empty() {
        return Ok(warnings);
    }
    // Whoever answered for the same errors of the same content need not say so again.
    let known = before.filter(|before| before.content() == revision.content());
    let known = known.and_then(|before| before.overridden.as_ref()).filter(|known| {
        let all = errors.iter().all(|error| known.errors.contains(error));
        all && known.by.role >= needs
    });
    revision.overridden = match (overriding, known) {
        (Some(reason), _) => Some(Overridden {
            by: revision.by.clone(),
            at: revision.at,
            reason,
            errors,
        }),
        (None, Some(known)) => Some(known.clone()),
        (None, None) => {
            let advice = "mend them, or send `override` with a reason, which is recorded";
            return Err(Problem::stopped(errors, advice));
        }
    };
    Ok(warnings)
}
