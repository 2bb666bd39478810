//! What a site has before its first release: the index, schemas, style sheet, chooser, every feed and its page, the list of
//! months, sitemaps and the change log, empty.

use feed::{FeedId, Index, SCRIPT, chooser, not_found, robots, schema, style};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use release::Site;
use store::Key;

use crate::{Desk, Failure, feeds, log, months, news};

/// Feeds looked at at once.
const FEEDS: usize = 16;

/// Writes what depends on `site.toml` alone, and makes sure that every feed of the index exists. Unchanged files are not written again.
///
/// # Errors
/// When a document cannot be rendered or stored.
pub async fn furnish(desk: &Desk) -> Result<(), Failure> {
    let (store, site) = (&desk.store, &desk.site);
    let mut documents = documents(site)?;
    let index = documents.pop();
    for (key, bytes) in documents {
        store.put_changed(&key, bytes).await?;
    }
    let all = FeedId::all(site);
    let one = |feed: FeedId| async move { feeds::refresh_one(desk, &feed, Vec::new(), false, None).await };
    stream::iter(all).map(one).buffer_unordered(FEEDS).try_collect::<Vec<()>>().await?;
    months::list(desk, &[]).await?;
    news::judge(desk).await?;
    log::show(desk, &log::append(desk, &[]).await?).await?;
    // Last: the index leads to nothing that is not there.
    if let Some((key, bytes)) = index {
        store.put_changed(&key, bytes).await?;
    }
    Ok(())
}

/// What depends on `site.toml` alone; the index last.
pub(crate) fn documents(site: &Site) -> Result<Vec<(Key, Vec<u8>)>, Failure> {
    let schemas = schema::NAMES
        .iter()
        .filter_map(|name| Some((Key::Schema(name), feed::to_json(&schema::of(name, site)?))));
    let fixed = [
        (Key::Chooser, chooser(site).map_err(Failure::render)?),
        (Key::NotFound, not_found(site).map_err(Failure::render)?),
        (Key::Style, style(site).into_bytes()),
        (Key::Script, SCRIPT.as_bytes().to_vec()),
        (Key::Robots, robots(site).into_bytes()),
        (Key::Index, feed::to_json(&Index::of(site))),
    ];
    Ok(schemas.chain(fixed).collect())
}
