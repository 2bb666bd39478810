//! Stories end to end: the real programs, the real SDK client, real readers and validators.
//!
//! A test whose module is named `judged` starts foreign tools that `tests/run` installs.
#![allow(clippy::unwrap_used)]

mod harness;
mod input;
mod judged;
mod lambda;
mod one_release;
mod rebuild;
mod requests;
mod s3_conformance;
mod site;
mod walkthrough;
