//! [`Outcome`]: what became of an event.
//!
//! ```
//! use std::time::Duration;
//! use whatsapp_router::Outcome;
//!
//! assert_eq!(Outcome::from(()), Outcome::Done);
//! assert_eq!(Outcome::retry_after(Duration::from_secs(5)), Outcome::Retry(Duration::from_secs(5)));
//! assert_eq!(Outcome::dead("no such order").name(), "dead");
//! ```

use std::{borrow::Cow, time::Duration};

/// What became of an event. A verdict travels here, in the response; an `Err` of a handler is a
/// retry after the default delay of whoever drives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Handled. `()` says the same.
    #[default]
    Done,
    /// Not handled: try again, after this time if who drives it keeps a clock. Over HTTP it is
    /// WhatsApp that tries again, when it will. An inbox waits a day at most.
    Retry(Duration),
    /// It cannot be handled, now or later, for this reason. The reason is logged: put no content
    /// into it.
    Dead(Cow<'static, str>),
}

impl Outcome {
    /// Not handled: try again after this time.
    #[must_use]
    pub fn retry_after(delay: Duration) -> Self {
        Outcome::Retry(delay)
    }

    /// It cannot be handled, now or later. The reason is logged: put no content into it.
    #[must_use]
    pub fn dead(reason: impl Into<Cow<'static, str>>) -> Self {
        Outcome::Dead(reason.into())
    }

    /// `done`, `retry` or `dead`: as it stands in metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Retry(_) => "retry",
            Outcome::Dead(_) => "dead",
        }
    }
}

impl From<()> for Outcome {
    fn from((): ()) -> Self {
        Outcome::Done
    }
}
