//! The script of one client: seeded, so that a seed brings the same faults at the same requests.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, LazyLock, Mutex, MutexGuard},
    time::Duration,
};

use fastrand::Rng;
use local::s3::{Attempt, Fault, Faults, Verdict};
use tokio::sync::Notify;

use super::{observe::Observer, stats::Stats};

/// Longer than a client waits for an attempt.
const HANG: Duration = Duration::from_secs(7);
/// What to print while one seed is replayed.
static TRACED: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("PRESSROOM_TRACE").ok());
/// Requests of a publication: a crash point is one of them.
const CRASH_WITHIN: u32 = 110;

/// How bad it is for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    Calm,
    /// A fault in 25 requests.
    Rain,
    /// One in 5.
    Storm,
    /// Nearly nothing works.
    Outage,
}

impl Weather {
    fn any(rng: &mut Rng) -> Self {
        match rng.u32(0..100) {
            0..40 => Self::Calm,
            40..75 => Self::Rain,
            75..95 => Self::Storm,
            _ => Self::Outage,
        }
    }

    fn chance(self) -> f64 {
        match self {
            Self::Calm => 0.0,
            Self::Rain => 0.04,
            Self::Storm => 0.2,
            Self::Outage => 0.85,
        }
    }
}

/// Decides what becomes of the requests of one client, and tells the observer what was carried out.
#[derive(Debug)]
pub(super) struct Script {
    who: usize,
    slow: bool,
    state: Mutex<State>,
    died: Notify,
    observer: Arc<Observer>,
    stats: Arc<Stats>,
}

#[derive(Debug)]
struct State {
    rng: Rng,
    weather: Weather,
    /// Requests until the process dies.
    left: Option<u32>,
    dead: bool,
    trace: DefaultHasher,
}

impl Script {
    pub(super) fn new(who: usize, slow: bool, seed: u64, observer: Arc<Observer>, stats: Arc<Stats>) -> Self {
        let state = State {
            rng: Rng::with_seed(seed),
            weather: Weather::Calm,
            left: None,
            dead: false,
            trace: DefaultHasher::new(),
        };
        Self {
            who,
            slow,
            state: Mutex::new(state),
            died: Notify::new(),
            observer,
            stats,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A new process, or a new batch of the same: what may happen to it. Without `faults`, nothing.
    pub(super) fn begin(&self, faults: bool) {
        self.observer.begins(self.who);
        let mut state = self.state();
        state.dead = false;
        state.weather = Weather::Calm;
        state.left = None;
        if faults {
            state.weather = Weather::any(&mut state.rng);
            let dies = state.rng.u32(0..100) < 12;
            state.left = dies.then(|| state.rng.u32(0..CRASH_WITHIN));
        }
    }

    /// From now on nothing goes wrong.
    pub(super) fn calm(&self) {
        let mut state = self.state();
        state.weather = Weather::Calm;
        state.left = None;
    }

    /// Ends when the process dies: then whatever it was about is dropped.
    pub(super) async fn death(&self) {
        while !self.state().dead {
            self.died.notified().await;
        }
        self.stats.count("crash");
    }

    /// Prints what becomes of requests whose keys hold one of the words of `PRESSROOM_TRACE`, which commas part.
    fn tell(&self, attempt: &Attempt, outcome: &str) {
        let Some(words) = &*TRACED else { return };
        if words.split(',').any(|word| attempt.key.contains(word)) {
            let view = serde_json::from_slice::<feed::FeedView>(&attempt.body).ok();
            let one =
                |mark: &str, id: uuid::Uuid, n: u32, date: feed::Stamp| format!("{mark}{}/{n}@{}", id.as_u128() & 0xffff, date.rfc3339());
            let items: Vec<String> = view
                .iter()
                .flat_map(|view| {
                    let items = view
                        .items
                        .iter()
                        .map(|item| one("", item.more.release, item.more.revision, item.date_published));
                    let left = view
                        .more
                        .left
                        .iter()
                        .map(|left| one("-", left.release, left.revision, left.date_published));
                    items.chain(left).collect::<Vec<_>>()
                })
                .collect();
            println!(
                "{} {} {}/{}: {outcome} {}",
                self.who,
                attempt.method,
                attempt.bucket,
                attempt.key,
                items.join(" ")
            );
        }
    }

    /// Everything that was asked, and what became of it.
    pub(super) fn trace(&self) -> u64 {
        self.state().trace.finish()
    }
}

impl State {
    fn delay(&mut self, slow: bool) -> Duration {
        let most: u64 = if slow { 250 } else { 5 };
        Duration::from_micros(self.rng.u64(500..most * 1_000))
    }

    fn fault(&mut self, attempt: &Attempt) -> Fault {
        if self.weather == Weather::Calm || self.rng.f64() >= self.weather.chance() {
            return Fault::None;
        }
        let write = attempt.method == "PUT";
        let mut possible = vec![
            Fault::Reset,
            Fault::Lost,
            Fault::Refused(500),
            Fault::Refused(503),
            Fault::Disowned(500),
            Fault::Disowned(503),
        ];
        if write && (attempt.matches || attempt.none_match) {
            // Conditional writes lose to rivals that nobody else sees.
            possible.extend([Fault::Refused(409), Fault::Refused(409), Fault::Refused(412)]);
        }
        if write && attempt.matches {
            possible.push(Fault::Refused(404));
        }
        if attempt.method == "GET" {
            possible.extend([Fault::Truncated, Fault::Truncated]);
        }
        possible[self.rng.usize(0..possible.len())]
    }
}

impl Faults for Script {
    fn judge(&self, attempt: &Attempt) -> Verdict {
        let mut state = self.state();
        if !state.dead && state.left == Some(0) {
            state.dead = true;
            self.died.notify_one();
        }
        state.left = state.left.map(|left| left.saturating_sub(1));
        let mut verdict = Verdict {
            before: state.delay(self.slow),
            fault: if state.dead { Fault::Silence } else { state.fault(attempt) },
            after: state.delay(self.slow),
        };
        if state.weather != Weather::Calm && state.rng.u32(0..400) == 0 {
            self.stats.count("hang");
            if state.rng.bool() {
                verdict.before += HANG;
            } else {
                verdict.after += HANG;
            }
        }
        self.stats.count("request");
        self.tell(attempt, &format!("{:?}", verdict.fault));
        self.stats.fault(verdict.fault);
        (&attempt.method, &attempt.key, &attempt.body, verdict.before, verdict.after).hash(&mut state.trace);
        format!("{:?}", verdict.fault).hash(&mut state.trace);
        verdict
    }

    fn carried_out(&self, attempt: &Attempt, status: u16) {
        status.hash(&mut self.state().trace);
        self.tell(attempt, &status.to_string());
        if (200..300).contains(&status) && attempt.bucket == super::SITE {
            self.observer.saw(self.who, attempt);
        }
    }
}
