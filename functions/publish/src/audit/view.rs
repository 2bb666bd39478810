//! What a view should be, by whoever can work it out.

use bytes::Bytes;
use feed::{State, to_json};
use store::{Key, Look, Tag};

use crate::{Desk, Failure};

/// A view as it should be: its state, and what goes with it.
#[derive(Debug)]
pub(super) struct Drawn<T> {
    pub(super) key: Key,
    /// `None`: there should be no such view.
    pub(super) state: Option<T>,
    /// Rendered from the state; they carry its version.
    pub(super) renderings: Vec<(Key, Bytes)>,
    /// Documents without a version.
    pub(super) plain: Vec<(Key, Bytes)>,
    /// What must not be there.
    pub(super) absent: Vec<Key>,
}

impl<T: State> Drawn<T> {
    pub(super) fn nothing(key: Key) -> Self {
        Self {
            key,
            state: None,
            renderings: Vec::new(),
            plain: Vec::new(),
            absent: Vec::new(),
        }
    }

    /// What the site's listing should say.
    pub(super) fn tags(&self) -> Tags {
        let state = self.state.as_ref().map(|state| Tag::of(&to_json(state)));
        let there = self.renderings.iter().chain(&self.plain);
        std::iter::once((self.key.path(), state))
            .chain(there.map(|(key, bytes)| (key.path(), Some(Tag::of(bytes)))))
            .chain(self.absent.iter().map(|key| (key.path(), None)))
            .collect()
    }
}

/// The path of each object of a view and the tag of its bytes; no tag for what must not be there.
pub(super) type Tags = Vec<(String, Option<Tag>)>;

/// A view that can be worked out from the content bucket.
pub(super) trait View {
    type State: State;

    fn key(&self, desk: &Desk) -> Key;

    /// The markers that say that somebody is about to write it.
    fn pending(&self) -> String {
        "pending/".to_owned()
    }

    /// The view as it should be; at least as new as what was found.
    async fn draw(&mut self, desk: &Desk, found: &Look<Self::State>) -> Result<Drawn<Self::State>, Failure>;
}
