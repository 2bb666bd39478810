//! What must hold for any input, not only for the releases that somebody thought of.
//!
//! An input that broke something once stands as a named example in the source; `proptest` writes no files.

mod judged;
pub(crate) mod paste;
mod release;
mod size;
pub(crate) mod text;

use proptest::test_runner::{Config, TestRunner};

/// A runner of so many cases. `PROPTEST_CASES` has no say: these tests have a time to keep.
fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    })
}
