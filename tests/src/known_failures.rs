//! Known failures of the field: each entry of the list is a test whose name begins with its number, at the cheapest level that shows it.
//!
//! Release rules are in `functions/release`, a feed's bytes in `functions/feed/src/known`, what only a foreign parser or the running
//! program shows is here. Entries that nothing here can fail at:
//!
//! | entry | why it has no test |
//! |---|---|
//! | B23 | import of partner feeds; our own output without a mark is B22 |
//! | B28 | import of partner feeds; our own declaration is B22 |
//! | B29 | import of partner feeds |
//! | B30 | import of partner feeds |
//! | B38 | import of partner feeds; our own spelling is B36 |
//! | B52 | import of partner feeds |
//! | B62 | import of partner feeds; our own months are B59 |
//! | B63 | import of partner feeds; our own zones are B60 |
//! | B73 | import of partner feeds |
//! | B74 | import of partner feeds |
//! | B75 | import of partner feeds; our own weekdays are B60 |
//! | B146 | the S3 conformance suite has it, three servers wide: `put_if_none_match_refuses_a_second_writer` and its neighbours |
//! | B147 | the S3 conformance suite has it: `a_streamed_upload_is_stored_without_its_framing` |

mod judged;
mod partners;
mod press;
mod published;
mod served;
mod wire;

use std::{collections::BTreeSet, fs};

use crate::harness::{functions, top};

/// Sections of the list that speak of what there is.
const SECTIONS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "14"];

/// The entries of those sections.
fn entries(list: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in list.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            inside = SECTIONS.contains(&heading.split('.').next().unwrap_or_default());
        } else if let Some((entry, _)) = line.strip_prefix("**").and_then(|rest| rest.split_once("**"))
            && inside
        {
            found.insert(entry.to_owned());
        }
    }
    found
}

fn is_entry(part: &str) -> bool {
    part.strip_prefix('B')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// `F11`, `S19`: a fault's or an attack's number, which may stand before those of entries.
fn is_fault(part: &str) -> bool {
    part.strip_prefix(['F', 'S'])
        .is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The entries that functions are named after: `B55_B57_…` are two.
fn tested() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in functions() {
        let numbers = name.split('_').skip_while(|part| is_fault(part)).take_while(|part| is_entry(part));
        found.extend(numbers.map(str::to_owned));
    }
    found
}

/// The first column of the table above.
fn listed() -> BTreeSet<String> {
    let rows = include_str!("known_failures.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | "));
    let first = rows.filter_map(|row| row.split(" | ").next());
    first.filter(|cell| is_entry(cell)).map(str::to_owned).collect()
}

#[test]
fn every_entry_is_tested_or_listed() {
    let path = top().join("../shared/cases/known-failures.md");
    let Ok(list) = fs::read_to_string(&path) else {
        println!("skipped: {} is not on this machine", path.display());
        return;
    };
    let (entries, listed) = (entries(&list), listed());
    assert!(entries.len() > 60, "the list has another form: {entries:?}");
    let tested = tested();
    let covered: BTreeSet<String> = tested.union(&listed).cloned().collect();
    let missing: Vec<&String> = entries.difference(&covered).collect();
    assert!(missing.is_empty(), "neither tested nor in the table: {missing:?}");
    let both: Vec<&String> = tested.intersection(&listed).collect();
    assert!(both.is_empty(), "tested and in the table: {both:?}");
    let unknown: Vec<&String> = listed.difference(&entries).collect();
    assert!(unknown.is_empty(), "in the table and not in the list: {unknown:?}");
    println!(
        "{} entries: {} tested, {} listed",
        entries.len(),
        entries.intersection(&tested).count(),
        listed.len()
    );
}
