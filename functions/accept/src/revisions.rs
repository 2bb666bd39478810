//! The stored revisions of a release.

use http::StatusCode;
use release::{Revision, log_name};
use store::{Key, Store};
use uuid::Uuid;

use crate::problem::Problem;

/// One revision; `None` when it is not there.
pub(crate) async fn read(store: &Store, id: Uuid, n: u32) -> Result<Option<Revision>, Problem> {
    let damaged = |damage: &dyn std::fmt::Display| {
        tracing::error!(release.digest = log_name(id), revision = n, %damage, "a revision is damaged");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "this revision is damaged in the store; restore it from its last version",
        )
    };
    match store.get(&Key::Revision(id, n)).await {
        Ok(None) => Ok(None),
        Ok(Some(found)) => Revision::read(&found.bytes, id, n).map(Some).map_err(|damage| damaged(&damage)),
        Err(damage @ store::Error::Corrupt { .. }) => Err(damaged(&damage)),
        Err(failure) => Err(failure.into()),
    }
}

/// The number of the latest; `None` of a release that is not there.
pub(crate) async fn highest(store: &Store, id: Uuid) -> Result<Option<u32>, Problem> {
    Ok(store.revisions(id).await?.last().copied())
}

/// The latest revision up to this one that is so.
pub(crate) async fn before(store: &Store, latest: &Revision, wanted: impl Fn(&Revision) -> bool) -> Result<Option<Revision>, Problem> {
    if wanted(latest) {
        return Ok(Some(latest.clone()));
    }
    for n in (1..latest.revision).rev() {
        if let Some(found) = read(store, latest.id, n).await?.filter(&wanted) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
