//! Work on many documents at once, on every processor that the function has, and as much of it as its memory allows.

use futures::{StreamExt as _, stream};
use tokio::task::JoinSet;

use crate::{PARALLEL, config::PROCESSOR};

/// How much is done at once.
///
/// A request takes about 60 KB while it is under way, and its connection half of that afterwards. A function with little memory has
/// little of a processor too: more at once would not make it faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crew {
    /// Requests of one kind. S3 takes thousands; a small function has sockets for about a thousand.
    pub requests: usize,
    /// Releases whose documents are written; each has a version document, and a page for every language.
    pub releases: usize,
    /// Feeds; each has three more documents.
    pub feeds: usize,
    /// Renderings of months; each may have megabytes.
    pub renderings: usize,
}

impl Default for Crew {
    fn default() -> Self {
        Self {
            requests: PARALLEL,
            releases: 64,
            feeds: 16,
            renderings: 16,
        }
    }
}

impl Crew {
    /// Of a function with so many megabytes.
    pub fn of(megabytes: usize) -> Self {
        let most = Self::default();
        // A share of what is done at once with `all` megabytes and more.
        let share = |most: usize, all: usize| (most * megabytes / all).clamp(2, most);
        Self {
            requests: share(most.requests, 1_024),
            releases: share(most.releases, PROCESSOR),
            feeds: share(most.feeds, 1_024),
            renderings: share(most.renderings, PROCESSOR),
        }
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
            [crew.requests, crew.releases, crew.feeds, crew.renderings]
        };
        assert_eq!(of(128), [16, 4, 2, 2]);
        assert_eq!(of(256), [32, 9, 4, 2]);
        assert_eq!(of(512), [64, 18, 8, 4]);
        assert_eq!(of(1_769), [128, 64, 16, 16]);
        assert_eq!(Crew::of(10_240), Crew::default());
    }
}
