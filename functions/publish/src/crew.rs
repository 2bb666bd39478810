//! Work on many documents at once, on every processor that the function has, and as much of it as its memory allows.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::JoinSet,
};

use crate::{PARALLEL, config::PROCESSOR};

/// How much is done at once.
///
/// A request takes about 60 KB while it is under way, and its connection half of that afterwards. A function with little memory has
/// little of a processor too: more at once would not make it faster.
#[derive(Debug, Clone)]
pub struct Crew {
    /// Requests of one kind. S3 takes thousands; a small function has sockets for about a thousand.
    pub requests: usize,
    /// Releases whose documents are written; each has a version document, and a page for every language.
    pub releases: usize,
    /// Kilobytes of documents that are rendered and on their way: sixteen small feeds, or two or three full ones.
    room: Arc<Semaphore>,
    all: u32,
}

impl Default for Crew {
    fn default() -> Self {
        Self::with(PARALLEL, 64, 1 << 20)
    }
}

impl Crew {
    fn with(requests: usize, releases: usize, kilobytes: u32) -> Self {
        Self {
            requests,
            releases,
            room: Arc::new(Semaphore::new(kilobytes as usize)),
            all: kilobytes,
        }
    }

    /// Of a function with so many megabytes.
    pub fn of(megabytes: usize) -> Self {
        // A share of what is done at once with `all` megabytes and more.
        let share = |most: usize, all: usize| (most * megabytes / all).clamp(4, most);
        let kilobytes = u32::try_from(12 * megabytes).unwrap_or(u32::MAX).min(1 << 20);
        Self::with(share(PARALLEL, 1_536), share(32, PROCESSOR), kilobytes)
    }

    /// Waits until there is room for so many bytes, or for nothing else.
    pub(crate) async fn room(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        let kilobytes = u32::try_from(bytes >> 10).unwrap_or(u32::MAX).clamp(1, self.all);
        // Nobody closes it.
        self.room.acquire_many(kilobytes).await.ok()
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_function_does_less_at_once_and_none_does_more_than_all() {
        let of = |megabytes| {
            let crew = Crew::of(megabytes);
            (crew.requests, crew.releases, crew.all)
        };
        assert_eq!(of(128), (10, 4, 1_536));
        assert_eq!(of(256), (21, 4, 3_072));
        assert_eq!(of(512), (42, 9, 6_144));
        assert_eq!(of(1_769), (128, 32, 21_228));
        assert_eq!(of(1_000_000), (128, 32, 1 << 20));
    }

    #[tokio::test]
    async fn many_small_documents_are_under_way_or_few_large_ones() {
        let crew = Crew::of(256);
        let mut small = Vec::new();
        for _ in 0..16 {
            small.push(crew.room(40_000).await);
        }
        let large = crew.room(usize::MAX);
        let mut large = std::pin::pin!(large);
        assert!(futures::poll!(large.as_mut()).is_pending());
        small.clear();
        let large = large.await;
        assert!(futures::poll!(std::pin::pin!(crew.room(0))).is_pending());
        drop(large);
        assert!(futures::poll!(std::pin::pin!(crew.room(0))).is_ready());
    }
}
