//! A small durable queue with the habits of SQS: at least once, no order promised, poison set aside.
//! It never drops a message that `send` has acknowledged; a restart makes everything undeleted visible again.

mod files;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::OpenError;
use files::Files;

/// As in the template's redrive policy: five tries cover a deploy or a throttled minute, more only burn money.
const MAX_RECEIVES: u32 = 5;

/// One delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Stable over redeliveries; hand it back to `delete` or `release`.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// 1 on the first delivery; survives a restart, so that a message that kills the process is set aside too.
    pub receive_count: u32,
}

/// A handle; clones share the queue.
#[derive(Debug, Clone)]
pub struct Queue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    files: Option<Files>,
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    ready: VecDeque<Message>,
    delayed: BTreeMap<(Instant, u64), Message>,
    in_flight: HashMap<String, Message>,
    dead: Vec<Message>,
}

/// A message that is durable but not yet delivered: dropped unless published.
#[derive(Debug)]
pub(crate) struct Held {
    queue: Queue,
    message: Option<Message>,
}

impl Queue {
    /// Opens `{data}/queue` and `{data}/dead-letters`, creating both; undeleted messages are ready again.
    pub fn open(data: &Path) -> Result<Self, OpenError> {
        let (files, waiting, dead) = Files::open(data)?;
        let queue = Self::with(Some(files));
        {
            let mut state = queue.state();
            // Ids grow over restarts, so that a late delete cannot hit another message.
            state.next = state
                .next
                .max(waiting.iter().chain(&dead).filter_map(number).max().map_or(0, |last| last + 1));
            state.dead = dead;
            for message in waiting {
                queue.settle(&mut state, message);
            }
        }
        Ok(queue)
    }

    /// The same queue without files, for tests and simulations.
    pub fn in_memory() -> Self {
        Self::with(None)
    }

    fn with(files: Option<Files>) -> Self {
        let next = u64::try_from(jiff::Timestamp::now().as_microsecond()).unwrap_or(0);
        let state = State { next, ..State::default() };
        Self(Arc::new(Inner {
            files,
            state: Mutex::new(state),
            arrived: Notify::new(),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues `body`; it is on disk when this returns.
    pub async fn send(&self, body: impl Into<String>) -> io::Result<()> {
        let (queue, body) = (self.clone(), body.into());
        let write = move || queue.hold(body)?.publish();
        tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
    }

    /// Writes `body` durably without delivering it yet: whoever acknowledges something else first cannot lose the message.
    pub(crate) fn hold(&self, body: String) -> io::Result<Held> {
        let id = {
            let mut state = self.state();
            state.next += 1;
            format!("{:020}", state.next)
        };
        let message = Message {
            id,
            body,
            receive_count: 0,
        };
        if let Some(files) = &self.0.files {
            files.hold(&message)?;
        }
        Ok(Held {
            queue: self.clone(),
            message: Some(message),
        })
    }

    /// Up to `max` messages, waiting up to `wait` for the first. They stay invisible until deleted, released, or a restart.
    pub async fn receive(&self, max: usize, wait: Duration) -> Vec<Message> {
        let deadline = Instant::now() + wait;
        loop {
            let arrived = self.0.arrived.notified();
            tokio::pin!(arrived);
            // Registered before looking, so that a send in between is not missed.
            arrived.as_mut().enable();
            let next_due = match self.take(max) {
                Ok(messages) => return messages,
                Err(next_due) => next_due,
            };
            let until = next_due.map_or(deadline, |due| due.min(deadline));
            tokio::select! {
                () = &mut arrived => {}
                () = tokio::time::sleep_until(until) => {}
            }
            if Instant::now() >= deadline {
                return self.take(max).unwrap_or_default();
            }
        }
    }

    fn take(&self, max: usize) -> Result<Vec<Message>, Option<Instant>> {
        let mut state = self.state();
        let now = Instant::now();
        while let Some(entry) = state.delayed.first_entry().filter(|entry| entry.key().0 <= now) {
            let message = entry.remove();
            state.ready.push_back(message);
        }
        let mut taken = Vec::new();
        while taken.len() < max {
            let Some(mut message) = state.ready.pop_front() else { break };
            if let Some(files) = &self.0.files {
                files.count(&message, message.receive_count + 1);
            }
            message.receive_count += 1;
            state.in_flight.insert(message.id.clone(), message.clone());
            taken.push(message);
        }
        if !state.ready.is_empty() {
            self.0.arrived.notify_one();
        }
        if taken.is_empty() {
            Err(state.delayed.first_key_value().map(|(key, _)| key.0))
        } else {
            Ok(taken)
        }
    }

    /// Done with it: the message is gone for good. Unknown ids are ignored, as a second delete is.
    pub fn delete(&self, id: &str) {
        let message = self.state().in_flight.remove(id);
        if let (Some(message), Some(files)) = (message, &self.0.files) {
            files.delete(&message);
        }
    }

    /// Not done: visible again after `delay`, or among the dead letters when it had its tries.
    pub fn release(&self, id: &str, delay: Duration) {
        let mut state = self.state();
        let Some(message) = state.in_flight.remove(id) else { return };
        if delay.is_zero() || message.receive_count >= MAX_RECEIVES {
            self.settle(&mut state, message);
        } else {
            state.next += 1;
            let key = (Instant::now() + delay, state.next);
            state.delayed.insert(key, message);
        }
        self.0.arrived.notify_one();
    }

    fn settle(&self, state: &mut State, message: Message) {
        if message.receive_count < MAX_RECEIVES {
            state.ready.push_back(message);
            return;
        }
        if let Some(files) = &self.0.files {
            files.bury(&message);
        }
        tracing::error!(message.id = %message.id, receives = message.receive_count, "set aside as a dead letter");
        state.dead.push(message);
    }

    /// Messages not yet deleted: ready, delayed and in flight.
    pub fn depth(&self) -> usize {
        let state = self.state();
        state.ready.len() + state.delayed.len() + state.in_flight.len()
    }

    /// Messages that had their tries.
    pub fn dead_letters(&self) -> Vec<Message> {
        self.state().dead.clone()
    }
}

impl Held {
    /// Delivers the message.
    pub(crate) fn publish(mut self) -> io::Result<()> {
        let Some(message) = self.message.take() else { return Ok(()) };
        if let Some(files) = &self.queue.0.files
            && let Err(error) = files.publish(&message)
        {
            self.message = Some(message);
            return Err(error);
        }
        self.queue.state().ready.push_back(message);
        self.queue.0.arrived.notify_one();
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let (Some(message), Some(files)) = (&self.message, &self.queue.0.files) {
            files.forget(message);
        }
    }
}

fn number(message: &Message) -> Option<u64> {
    message.id.parse().ok()
}

#[cfg(test)]
mod tests;
