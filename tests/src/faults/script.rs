//! A script of faults: which of an instance's requests fail, how, and how often.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use local::s3::{Attempt, Fault, Faults, Verdict};
use publish::Desk;
use store::Bucket;

use crate::{
    api::Api,
    memory::{self, Memory},
};

/// Requests that meet a fault.
#[derive(Debug)]
pub(super) struct Rule {
    method: &'static str,
    /// The key begins like this.
    start: String,
    fault: Fault,
    /// How often it is still met.
    times: AtomicU32,
    /// How many requests go well before it.
    skip: AtomicU32,
}

/// The script, and what an instance asked for.
#[derive(Debug, Default)]
pub(super) struct Script {
    rules: Vec<Rule>,
    asked: Mutex<Vec<Attempt>>,
}

impl Script {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The next `times` requests of `method` for keys that begin with `start`, after `skip` others, meet `fault`.
    pub(super) fn then(mut self, method: &'static str, start: &str, fault: Fault, skip: u32, times: u32) -> Self {
        self.rules.push(Rule {
            method,
            start: start.to_owned(),
            fault,
            times: AtomicU32::new(times),
            skip: AtomicU32::new(skip),
        });
        self
    }

    pub(super) fn ready(self) -> Arc<Self> {
        Arc::new(self)
    }

    /// Keys that were asked for with `method`, so far.
    pub(super) fn asked(&self, method: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|one| one.method == method).map(|one| one.key.clone()).collect()
    }

    /// True when every fault was met.
    pub(super) fn over(&self) -> bool {
        self.rules.iter().all(|rule| rule.times.load(Ordering::SeqCst) == 0)
    }
}

/// Counts down to zero; true when there was something to take.
fn take(from: &AtomicU32) -> bool {
    from.try_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
}

impl Faults for Script {
    fn judge(&self, attempt: &Attempt) -> Verdict {
        self.asked.lock().unwrap().push(attempt.clone());
        let concerned = |rule: &&Rule| rule.method == attempt.method && attempt.key.starts_with(&rule.start);
        let met = self
            .rules
            .iter()
            .filter(concerned)
            .find(|rule| !take(&rule.skip) && take(&rule.times));
        Verdict {
            fault: met.map_or(Fault::None, |rule| rule.fault),
            ..Verdict::default()
        }
    }

    fn carried_out(&self, _: &Attempt, _: u16) {}
}

/// Another instance of `publish`, under a script.
pub(super) fn instance(room: &Memory, script: &Arc<Script>) -> Desk {
    memory::desk(room.s3.client_with(Arc::clone(script) as Arc<_>), room.desk.site.clone())
}

/// The API over the same buckets, under a script.
pub(super) async fn api_over(room: &Memory, script: &Arc<Script>) -> Api {
    Api::open(room, room.s3.client_with(Arc::clone(script) as Arc<_>)).await
}

/// Revisions in the content bucket.
pub(super) async fn revisions(room: &Memory) -> Vec<String> {
    room.desk.store.list(Bucket::Content, "releases/", None, 1_000).await.unwrap().0
}
