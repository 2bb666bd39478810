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
    let unsigned = "has no authentication: anyone may do anything";
    match (server, check) {
        (Kind::Seaweedfs, "put_if_match_on_a_missing_key_is_404") => differs("answers 412", "left: 412\n right: 404"),
        (Kind::Seaweedfs, "a_streamed_upload_is_stored_without_its_framing") => {
            differs("returns Content-Encoding: aws-chunked", "the framing is not part of the object")
        }
        (Kind::Seaweedfs, "empty_segments_make_other_keys") => {
            differs("folds `d//e` into `d/e`, and takes `t/` for a folder", "ExistingObjectIsFile")
        }
        (Kind::Seaweedfs, "keys_as_long_as_allowed_come_back") => differs("refuses a segment longer than a file name", "KeyTooLongError"),
        (Kind::Ministack, "anonymous_requests_are_refused") => differs(unsigned, "an anonymous GET"),
        (Kind::Ministack, "a_wrong_secret_is_refused") => differs(unsigned, "a wrong secret"),
        (Kind::Ministack, "keys_with_dot_segments_are_refused") => differs(unsigned, "got 200"),
        _ => None,
    }
}
