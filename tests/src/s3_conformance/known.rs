//! Where the peers differ from AWS, all in one place. Each entry is asserted, so it cannot outlive its truth.

use super::server::Kind;

pub(super) struct Difference {
    /// What the server does, for people.
    pub(super) instead: &'static str,
    /// Part of the failing assertion's message.
    pub(super) says: &'static str,
}

const fn differs(instead: &'static str, says: &'static str) -> Option<Difference> {
    Some(Difference { instead, says })
}

pub(super) fn difference(server: Kind, check: &str) -> Option<Difference> {
    match (server, check) {
        _ => differs("", "").filter(|_| false),
    }
}
