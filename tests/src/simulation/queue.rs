//! The queue between the buckets and the publishers, with the habits of SQS at their worst: late, twice, in any order, now and then never.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use fastrand::Rng;
use publish::Message;
use tokio::{sync::Notify, time::Instant};

/// As in the template's redrive policy.
const MOST_RECEIVES: u32 = 5;

/// A message that was taken.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) message: Message,
    receives: u32,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<(Instant, Taken)>,
    in_flight: usize,
    sent: u64,
    dead: Vec<Message>,
    closed: bool,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn send(&self, body: String, delay: Duration) {
        let mut state = self.state();
        state.sent += 1;
        let message = Message {
            id: state.sent.to_string(),
            body,
        };
        state.waiting.push((Instant::now() + delay, Taken { message, receives: 0 }));
        drop(state);
        self.changed.notify_waiters();
    }

    /// Up to `most` messages whose time has come, in any order; `None` when there will never be another.
    pub(super) async fn receive(&self, most: usize, rng: &mut Rng) -> Option<Vec<Taken>> {
        loop {
            let changed = self.changed.notified();
            let next = {
                let mut state = self.state();
                let now = Instant::now();
                let mut due: Vec<usize> = (0..state.waiting.len()).filter(|n| state.waiting[*n].0 <= now).collect();
                if !due.is_empty() {
                    rng.shuffle(&mut due);
                    due.truncate(most);
                    due.sort_unstable();
                    let mut taken: Vec<Taken> = due.into_iter().rev().map(|n| state.waiting.remove(n).1).collect();
                    rng.shuffle(&mut taken);
                    for one in &mut taken {
                        one.receives += 1;
                    }
                    state.in_flight += taken.len();
                    return Some(taken);
                }
                if state.closed && state.waiting.is_empty() && state.in_flight == 0 {
                    return None;
                }
                state.waiting.iter().map(|(due, _)| *due).min()
            };
            let later = Instant::now() + Duration::from_secs(3600);
            tokio::select! {
                biased;
                () = changed => {}
                () = tokio::time::sleep_until(next.unwrap_or(later)) => {}
            }
        }
    }

    /// Done with it.
    pub(super) fn delete(&self) {
        self.state().in_flight -= 1;
        self.changed.notify_waiters();
    }

    /// Not done: it comes again, or it is a dead letter when it had its tries.
    pub(super) fn release(&self, taken: Taken, delay: Duration) {
        let mut state = self.state();
        state.in_flight -= 1;
        if taken.receives >= MOST_RECEIVES {
            state.dead.push(taken.message);
        } else {
            state.waiting.push((Instant::now() + delay, taken));
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// No more will be sent.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_waiters();
    }

    pub(super) fn dead(&self) -> Vec<Message> {
        self.state().dead.clone()
    }
}
