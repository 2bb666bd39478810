//! Stories end to end: the real programs, the real SDK client, real readers and validators.
//!
//! A test whose module is named `judged` or `browser` starts foreign tools that `tests/run` installs.
#![allow(clippy::unwrap_used)]
#![allow(non_snake_case, reason = "a test is named after the number of its fault or entry")]

mod api;
mod archive;
mod attacks;
mod changes;
mod connections;
mod damaged;
mod depth;
mod desk;
mod editorial;
mod embargo;
mod faults;
mod fuzz;
mod golden;
mod harness;
mod input;
mod judged;
mod killed;
mod known_failures;
mod lambda;
mod leaks;
mod memory;
mod newsroom;
mod one_release;
mod pages;
mod post;
mod properties;
mod rebuild;
mod releases;
mod requests;
mod rivals;
mod s3_conformance;
mod simulation;
mod site;
mod stack;
mod walkthrough;
mod wire;
