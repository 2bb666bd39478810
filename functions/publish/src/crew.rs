//! Work on many documents at once, on every processor that the function has.

use futures::{StreamExt as _, stream};
use tokio::task::JoinSet;

/// Does all of `work`, at most `most` of it at once, and answers in no particular order. When the caller is gone, so is the work.
pub(crate) async fn all<F>(most: usize, work: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let alone = |one: F| async {
        // A set of one: unlike a plain task, it ends with its owner.
        let mut set = JoinSet::new();
        set.spawn(one);
        match set.join_next().await {
            Some(Ok(done)) => done,
            Some(Err(ended)) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
            // The runtime ends, and with it whoever waits. An answer that is left out would look like work that was done.
            _ => std::future::pending().await,
        }
    };
    stream::iter(work).map(alone).buffer_unordered(most).collect().await
}
