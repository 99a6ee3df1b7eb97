//! The callbacks: the queue, and how settings rule it.

use super::{State, filter::filter, settings::get, stats::Type};
use crate::{
    Answer, Report, Schedule, request,
    senders::{Next, Outbox, Outcome, PATIENCE, Pool, Target, Ticket},
};
use bytes::Bytes;
use serde_json::Value;
use std::{error::Error, fmt, time::Duration};
use tokio::time::Instant;

/// The queue of callbacks is full: error 1016 of the client's API, "system overloaded".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFull;

impl QueueFull {
    /// The error's code.
    pub const CODE: u16 = 1016;
}

impl fmt::Display for QueueFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}: the queue of callbacks is full", QueueFull::CODE)
    }
}

impl Error for QueueFull {}

/// What waits to be posted, and how it is.
pub(super) struct Callbacks {
    pool: Pool<Callback>,
    pub(super) target: Option<Target>,
    pub(super) patience: Duration,
    pub(super) give_up: Option<Duration>,
    pub(super) limit: usize,
    pub(super) report: Report,
    began: Instant,
    /// Which run of the client it is; a crash ends one.
    life: usize,
}

struct Callback {
    body: Bytes,
    kind: Type,
    /// In the database, as `callback_persist` was when it came.
    persisted: bool,
    failures: u32,
    first: Option<Instant>,
}

impl Callbacks {
    pub(super) fn new() -> Self {
        Callbacks {
            pool: Pool::new(),
            target: None,
            patience: PATIENCE,
            give_up: None,
            limit: 100_000,
            report: Report::default(),
            began: Instant::now(),
            life: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.pool.len()
    }

    pub(super) fn crash(&mut self) {
        self.life += 1;
        let now = Instant::now();
        for callback in self.pool.drain() {
            if callback.persisted {
                self.pool.push(now, Callback { failures: 0, ..callback });
            }
        }
    }
}

impl State {
    pub(super) fn send(&mut self, body: Bytes) -> Result<bool, QueueFull> {
        let settings = self.settings.in_force();
        let Some((body, kind)) = filter(settings, body) else { return Ok(false) };
        if self.callbacks.len() >= self.callbacks.limit {
            return Err(QueueFull);
        }
        let persisted = settings["callback_persist"] == true;
        let callback = Callback { body, kind, persisted, failures: 0, first: None };
        self.callbacks.pool.push(Instant::now(), callback);
        Ok(true)
    }

    /// As the settings in force have it.
    fn schedule(&self) -> Schedule {
        let millis = |name| {
            let millis = get(self.settings.in_force(), name).and_then(Value::as_u64);
            Duration::from_millis(millis.unwrap_or_default())
        };
        let schedule = Schedule::linear(
            millis("callback_backoff_delay_ms"),
            millis("max_callback_backoff_delay_ms"),
        );
        match self.callbacks.give_up {
            Some(after) => schedule.give_up_after(after),
            None => schedule,
        }
    }

    fn concurrency(&self) -> usize {
        let most = get(self.settings.in_force(), "webhooks.max_concurrent_requests");
        most.and_then(Value::as_u64).and_then(|most| most.try_into().ok()).unwrap_or(6)
    }
}

impl Outbox for State {
    fn begin(&mut self) {
        self.callbacks.pool.call_back(Instant::now());
    }

    fn next(&mut self, now: Instant) -> Next {
        let url = get(self.settings.in_force(), "webhooks.url").and_then(Value::as_str);
        let (Some(url), Some(target)) = (url, &self.callbacks.target) else { return Next::Nothing };
        if self.callbacks.pool.under_way() >= self.concurrency() {
            return Next::Wait;
        }
        if let Some(mut callback) = self.callbacks.pool.take_due(now, |_| 0) {
            callback.first.get_or_insert(now);
            let request = request::unsigned(url, callback.body.clone());
            let post = target.post(request, self.callbacks.patience);
            return Next::Post((self.callbacks.pool.start(callback), 0), post);
        }
        self.callbacks.pool.next_due().map_or(Next::Nothing, Next::At)
    }

    fn done(&mut self, (ticket, app): Ticket, outcome: Outcome) {
        let Some(mut callback) = self.callbacks.pool.finish(ticket) else { return };
        callback.failures += 1;
        let (now, body) = (Instant::now(), callback.body.clone());
        let attempt = outcome.attempt(self.callbacks.began, callback.failures, app, body);
        self.callbacks.report.attempts.push(attempt);
        let result = match outcome.answer {
            answer if answer.is_success() => "success".to_owned(),
            Answer::Status(status) => status.as_u16().to_string(),
            _ => "1".to_owned(),
        };
        self.stats.count(callback.kind, result, outcome.took);
        if outcome.answer.is_success() {
            self.callbacks.report.delivered.push(callback.body);
            return;
        }
        let first = callback.first.unwrap_or(now);
        match self.schedule().next(callback.failures, first, now) {
            Some(due) => self.callbacks.pool.push(due, callback),
            None => self.callbacks.report.given_up.push(callback.body),
        }
    }

    fn life(&self) -> usize {
        self.callbacks.life
    }
}

#[cfg(test)]
mod tests;
