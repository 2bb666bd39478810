//! What people see in a real browser: `tests/browser`, told file by file.

use std::process::Command;

use crate::harness::{program, top};

fn told(story: &str) {
    let out = Command::new(top().join("tests/browser/run"))
        .arg(story)
        .env("PRESSROOM_PROGRAM", program("pressroom"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    // The summary alone would hide what was found.
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn each_check_finds_what_it_is_there_for() {
    told("flawed");
}

#[test]
fn every_page_keeps_every_promise_in_all_languages() {
    told("pages");
}

#[test]
fn readers_get_from_the_start_to_a_release_and_its_feeds() {
    told("reader");
}

#[test]
fn no_payload_does_anything_in_a_browser() {
    told("payloads");
}

#[test]
fn press_officers_get_from_sign_in_to_publication_correction_and_withdrawal() {
    told("desk");
}

#[test]
fn every_screen_of_the_desk_keeps_the_same_promises() {
    told("screens");
}

#[test]
fn each_file_of_tests_has_its_story() {
    let files = std::fs::read_dir(top().join("tests/browser")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let source = include_str!("browser.rs");
    for name in names.filter_map(|name| name.strip_suffix(".test.mjs").map(str::to_owned)) {
        assert!(source.contains(&format!("told(\"{name}\")")), "no story tells {name}.test.mjs");
    }
}
