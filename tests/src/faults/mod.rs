//! What must be survived, by number (`faults.md`): each fault is a test, or there is a reason why it is none.
//!
//! Tests whose names begin with a number are in this folder and in `rebuild`. The others:
//!
//! | fault | test or reason |
//! |---|---|
//! | F08 | `archive::the_sweeper_publishes_what_an_event_left_undone`, `one_release::what_was_acknowledged_survives_a_kill_and_becomes_public` |
//! | F10 | `killed::the_press_room_is_killed_fifty_times_under_load_and_loses_nothing`: each change is in the log once; pings come with the hubs |
//! | F13 | `archive::the_sweeper_publishes_what_an_event_left_undone`, `simulation::every_view_survives_faults_and_equals_the_model_when_they_end` |
//! | F14 | `rivals::who_is_slow_brings_no_older_revision_back_into_a_feed_that_forgot_the_release` |
//! | F15 | `lambda::publish::a_message_that_cannot_be_decoded_fails_alone`, `queue::tests::five_failed_receives_make_a_dead_letter_that_stays_one` |
//! | F17 | `lambda::publish::the_function_is_killed_fifty_times_in_its_work_and_every_view_is_whole`; F18 for the key of a post |
//! | F19 | `save::tests::published_stays_and_updated_rises_with_every_edit_but_a_minor_one`, `simulation::every_view_survives_faults_and_equals_the_model_when_they_end` (its instances have clocks of their own); an embargo is lifted by its own clock, which is not held against that of S3 yet |
//! | F20 | `embargo::what_is_late_goes_at_once_and_what_is_far_away_is_not_even_read`, `embargo::two_clocks_at_once_make_one_revision_and_not_before_its_instant`, `embargo::an_editor_who_was_faster_makes_the_marker_void` |
//! | F21 | `date::tests::a_time_without_an_offset_is_refused_with_its_readings`, `editorial::a_time_that_has_come_publishes_at_once_and_one_that_is_unclear_is_refused` |
//! | F22 | no test: there is no CDN on one machine; how long each document may be stale is in `key::tests::every_key_with_its_headers` |
//! | F24 | `damaged::objects_that_were_made_by_hand_are_set_aside_with_a_reason`, `damaged::files_that_were_damaged_on_disk_are_set_aside_and_every_other_release_publishes` |
//! | F25 | `input::a_request_over_the_limit_is_told_the_limit_and_the_way_for_files`; events carry keys only: `key::tests::a_revision_is_known_by_its_key_and_nothing_else_is` |
//! | F26 | `lambda::publish::an_odd_key_is_named_as_it_is_and_not_retried`; the site is another bucket, which sends no events |
//! | F27 | `requests::a_warm_publication_reads_its_revision_and_writes_what_changes_once` (ten releases, each shared document once); `tests/bench` posts a thousand at once |
//! | F28 | no test: no hub is pinged yet |
//! | F29 | `s3_conformance::crash::a_full_disk_is_an_error_and_nothing_else`, `s3_conformance::embedded_only::a_second_opener_is_told_which_directory_and_what_to_do`, `s3_conformance::embedded_only::leftovers_of_a_crash_are_finished_or_undone` |

mod office;
mod publication;
mod script;

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::functions;

/// The table above.
fn listed() -> BTreeMap<String, String> {
    let rows = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("//! | F"));
    rows.filter_map(|row| row.split_once(" | "))
        .map(|(fault, text)| (format!("F{fault}"), text.to_owned()))
        .collect()
}

#[test]
fn every_fault_is_tested_or_listed() {
    let found = functions();
    let numbered: BTreeSet<&str> = found
        .iter()
        .flat_map(|name| name.split('_').take_while(|part| part.starts_with('F')))
        .collect();
    let listed = listed();
    for n in 1..=32 {
        let fault = format!("F{n:02}");
        let (named, line) = (numbered.contains(&*fault), listed.get(&fault));
        assert!(
            named != line.is_some(),
            "{fault}: a test of its name: {named}, a line in the table: {line:?}"
        );
    }
    // What the table names is there.
    for (fault, text) in &listed {
        let names = text.split('`').skip(1).step_by(2).filter(|name| name.contains("::"));
        for name in names {
            let function = name.rsplit("::").next().unwrap_or_default();
            assert!(found.contains(function), "{fault}: there is no test {name}");
        }
    }
    println!("32 faults: {} listed", listed.len());
}
