//! [`Report`]: what a sender did.

use super::target::Answer;
use bytes::Bytes;
use std::{collections::BTreeMap, fmt, time::Duration};

/// One POST.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// When it was sent, since the sender began, on tokio's clock.
    pub at: Duration,
    /// How long the answer took, or until it was waited for no longer.
    pub took: Duration,
    /// What became of it.
    pub answer: Answer,
    /// Its number among the attempts to deliver the same, from 1.
    pub number: u32,
    /// To which of a sender's apps it went, from 0.
    pub app: usize,
    /// What was posted.
    pub body: Bytes,
}

/// Shows the length of the body only.
impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("at", &self.at)
            .field("took", &self.took)
            .field("answer", &self.answer)
            .field("number", &self.number)
            .field("app", &self.app)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// What a sender did: every attempt, and how each POST ended.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Every attempt, in the order in which they were answered.
    pub attempts: Vec<Attempt>,
    /// The bodies that were answered with 200, by every app if there are several.
    pub delivered: Vec<Bytes>,
    /// The bodies that were given up.
    pub given_up: Vec<Bytes>,
}

impl Report {
    /// How often there was each answer.
    #[must_use]
    pub fn answers(&self) -> BTreeMap<Answer, usize> {
        let mut answers = BTreeMap::new();
        for attempt in &self.attempts {
            *answers.entry(attempt.answer).or_insert(0) += 1;
        }
        answers
    }
}

/// Shows attempts, and numbers of bodies.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("attempts", &self.attempts)
            .field("delivered", &self.delivered.len())
            .field("given_up", &self.given_up.len())
            .finish()
    }
}
