//! Reads the revisions that events name. What the object says counts, never what the event says.

use feed::ReleaseView;
use futures::{StreamExt as _, future, stream};
use release::Revision;
use store::{Error, Key, Store};
use tracing::{error, warn};
use uuid::Uuid;

use crate::Desk;

/// A public revision as it was read.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) revision: Revision,
    /// The release was not public when it was read, or cannot have been.
    pub(crate) fresh: bool,
}

pub(crate) enum Read {
    Public(Box<Intake>),
    NotPublic,
    /// Removed by hand since: nothing to publish.
    Gone,
    /// Damaged; the record's key.
    SetAside(String),
}

pub(crate) async fn read(desk: &Desk, keys: Vec<(Uuid, u32)>) -> Vec<((Uuid, u32), Result<Read, Error>)> {
    let one = |(id, n): (Uuid, u32)| async move { ((id, n), read_one(&desk.store, id, n).await) };
    stream::iter(keys).map(one).buffered(desk.crew.requests).collect().await
}

async fn read_one(store: &Store, id: Uuid, n: u32) -> Result<Read, Error> {
    let key = Key::Revision(id, n);
    // What an edit changes is fetched along with it: a round trip less.
    let before = async {
        if n > 1 {
            store
                .load::<ReleaseView>(&Key::Release(id))
                .await
                .is_ok_and(|known| known.is_none())
        } else {
            true
        }
    };
    let (found, fresh) = future::join(store.get(&key), before).await;
    let found = match found {
        Ok(Some(found)) => found,
        Ok(None) => {
            warn!(%key, "an event names a revision that is not there");
            return Ok(Read::Gone);
        }
        Err(Error::Corrupt { reason, .. }) => return set_aside(store, &key, id, n, &reason).await,
        Err(error) => return Err(error),
    };
    match Revision::read(&found.bytes, id, n) {
        Ok(revision) if revision.status.is_public() => Ok(Read::Public(Box::new(Intake { revision, fresh }))),
        Ok(_) => Ok(Read::NotPublic),
        Err(damage) => set_aside(store, &key, id, n, &damage.to_string()).await,
    }
}

/// Repeating would never help: a record says what is wrong with which object, and the rest of the batch goes on.
pub(crate) async fn set_aside(store: &Store, key: &Key, id: Uuid, n: u32, damage: &str) -> Result<Read, Error> {
    error!(%key, damage, "a revision is damaged and was set aside");
    let record = serde_json::json!({"key": key.path(), "reason": damage});
    let place = Key::SetAside(id, n);
    store.put_changed(&place, feed::to_json(&record)).await?;
    Ok(Read::SetAside(key.path()))
}
