//! What happened: a simulation that never met a fault proves nothing.

use std::{collections::BTreeMap, sync::Mutex};

use local::s3::Fault;

/// Counts by name.
#[derive(Debug, Default)]
pub(super) struct Stats(Mutex<BTreeMap<&'static str, u64>>);

impl Stats {
    pub(super) fn count(&self, what: &'static str) {
        self.add(what, 1);
    }

    pub(super) fn add(&self, what: &'static str, n: u64) {
        *self.0.lock().unwrap().entry(what).or_default() += n;
    }

    pub(super) fn fault(&self, fault: Fault) {
        self.count(match fault {
            Fault::None => return,
            Fault::Reset => "reset",
            Fault::Lost => "lost answer",
            Fault::Refused(404) => "404",
            Fault::Refused(409) => "409",
            Fault::Refused(412) => "412",
            Fault::Refused(500) => "500",
            Fault::Refused(_) => "503",
            Fault::Disowned(_) => "disowned",
            Fault::Truncated => "truncated",
            Fault::Silence => "silence",
        });
    }

    pub(super) fn take_in(&self, other: &Self) {
        for (what, n) in other.0.lock().unwrap().iter() {
            self.add(what, *n);
        }
    }

    pub(super) fn row(&self) -> String {
        serde_json::to_string(&*self.0.lock().unwrap()).unwrap()
    }
}
