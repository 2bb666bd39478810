//! The binaries that run on Lambda, as Lambda runs them: processes that ask a Runtime API for events.
//!
//! `tests/events/` holds the events in the shapes of AWS, with `{{placeholders}}` for what a test decides.

mod accept;
mod buckets;
mod embargo;
mod function;
mod outage;
mod publish;
mod same;
mod trouble;

use serde_json::Value;

/// A file of `tests/events/` with its placeholders filled.
fn event(name: &str, fill: &[(&str, &str)]) -> Value {
    let path = crate::harness::top().join("tests/events").join(name);
    let mut text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    for (placeholder, value) in fill {
        text = text.replace(&format!("{{{{{placeholder}}}}}"), value);
    }
    assert!(!text.contains("{{"), "{name} has a placeholder that the test does not fill");
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"))
}
