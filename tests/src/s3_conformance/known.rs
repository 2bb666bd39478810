//! Where a peer differs from AWS. Each entry is asserted, so that an update which changes it is noticed.

use super::server::Kind;

/// `If-Match` on a missing key: AWS answers 404.
pub(super) fn if_match_on_missing(kind: Kind) -> u16 {
    if kind == Kind::Seaweedfs { 412 } else { 404 }
}

/// What `Content-Encoding` a streamed upload gets: AWS drops the `aws-chunked` of its framing.
pub(super) fn encoding_of_streamed(kind: Kind) -> Option<&'static str> {
    (kind == Kind::Seaweedfs).then_some("aws-chunked")
}

/// Whether a request with a bad signature, or none, is refused. Ministack looks only at the signatures of presigned URLs.
pub(super) fn authenticates(kind: Kind) -> bool {
    kind != Kind::Ministack
}

/// Writers and rounds of a race: those who lose on seaweedfs queue for a lock, seconds each.
pub(super) fn race(kind: Kind) -> (usize, usize) {
    if kind == Kind::Seaweedfs { (4, 5) } else { (32, 50) }
}
