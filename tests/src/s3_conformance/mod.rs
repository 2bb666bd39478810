//! One list of checks for every S3 that stands in for AWS: the embedded one, and two peers nobody here wrote.

mod checks;
mod known;
mod only_embedded;
mod server;

use server::{Kind, World};

/// Writes the checks once and runs them against every server.
macro_rules! conformance {
    ($($name:ident),* $(,)?) => {
        conformance!(@server embedded, Kind::Embedded, $($name),*);
        conformance!(@server seaweedfs, Kind::Seaweedfs, $($name),*);
        conformance!(@server ministack, Kind::Ministack, $($name),*);
    };
    (@server $module:ident, $kind:expr, $($name:ident),*) => {
        mod $module {
            use super::{Kind, World, checks};
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    checks::$name(&World::of($kind).await).await;
                }
            )*
        }
    };
}

conformance! {
    a_second_put_if_none_match_is_refused,
    if_match_writes_only_over_what_it_names,
    one_of_many_first_writers_wins,
    one_of_many_replacing_writers_wins,
    readers_never_see_a_torn_object,
    an_unchanged_object_is_answered_304,
    a_range_is_cut_and_one_beyond_the_end_refused,
    listings_page_and_start_after_odd_keys,
    headers_come_back_as_they_were_sent,
    a_streamed_body_has_no_content_encoding,
    a_presigned_put_binds_its_type,
    strangers_are_refused,
}
