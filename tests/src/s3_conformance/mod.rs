//! What we depend on in S3, asked of our embedded one and of two independent servers in the same words.
//!
//! Every check runs against every server. Where a peer is known to differ, `known.rs` says how, and the test asserts that
//! very difference: so it is noticed when a peer learns it, and nothing is skipped in silence.

mod checks;
mod crash;
mod embedded_only;
mod known;
mod peers;
mod raw;
mod server;

use checks::{conditions, integrity, lists, objects, races, signatures};
use server::{Kind, run};

macro_rules! conformance {
    ($($group:ident: $($check:ident),+ $(,)?;)+) => {
        conformance!(@server embedded, Embedded, $($($group $check)+)+);
        conformance!(@server seaweedfs, Seaweedfs, $($($group $check)+)+);
        conformance!(@server ministack, Ministack, $($($group $check)+)+);
    };
    (@server $server:ident, $kind:ident, $($group:ident $check:ident)+) => {
        mod $server {
            use super::*;
            $(
                #[tokio::test]
                async fn $check() {
                    run(Kind::$kind, stringify!($check), async |server| $group::$check(&server).await).await;
                }
            )+
        }
    };
}

conformance! {
    conditions:
        put_if_none_match_refuses_a_second_writer,
        put_if_match_replaces_only_what_was_read,
        put_if_match_on_a_missing_key_is_404,
        delete_if_match_removes_only_what_was_read,
        get_and_head_answer_304_with_the_etag,
        get_and_head_answer_412_when_the_etag_differs,
        get_answers_304_to_a_later_date;
    objects:
        the_etag_is_the_md5_of_the_body,
        headers_and_metadata_come_back,
        odd_keys_are_apart_and_come_back,
        empty_segments_make_other_keys,
        keys_as_long_as_allowed_come_back,
        ranges_and_suffixes_are_cut_right,
        a_range_past_the_end_is_416,
        an_empty_object_is_an_object,
        a_missing_key_is_404_on_get_and_head,
        delete_is_repeatable_and_many_go_at_once,
        copies_keep_or_replace_metadata;
    integrity:
        a_wrong_crc32_header_leaves_the_old_object,
        a_wrong_crc32_trailer_leaves_the_old_object,
        a_wrong_content_md5_leaves_the_old_object,
        a_streamed_upload_is_stored_without_its_framing,
        crc32_comes_back_when_asked_for;
    lists:
        pages_follow_each_other_through_odd_keys,
        start_after_and_prefix_narrow_a_list,
        a_delimiter_groups_keys,
        inserts_between_pages_disturb_nothing,
        url_encoding_of_listed_keys_can_be_undone;
    races:
        one_of_many_creators_wins,
        one_of_many_replacers_wins,
        readers_never_see_a_torn_object;
    signatures:
        anonymous_requests_are_refused,
        a_wrong_secret_is_refused,
        a_presigned_put_binds_its_content_type,
        a_tampered_presigned_url_is_refused,
        an_expired_presigned_url_is_refused,
        keys_with_dot_segments_are_refused;
}
