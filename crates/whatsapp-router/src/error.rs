//! What can go wrong: a router that cannot be built, an event that nobody takes, a notification of
//! which some events failed.
//!
//! ```
//! use whatsapp_notification::{Event, Text};
//! use whatsapp_router::EventRouter;
//!
//! async fn on_text(_: Event<Text>) -> Result<(), std::io::Error> {
//!     Ok(())
//! }
//!
//! let error = EventRouter::builder().on(on_text).on(on_text).build().unwrap_err();
//! assert_eq!(error.to_string(), "two routes for text: remove one");
//! ```

use std::{error, fmt};
use whatsapp_notification::{Kind, Kinds};

/// Any error, as it leaves a handler.
pub type BoxError = Box<dyn error::Error + Send + Sync>;

/// Two routes for the same kinds: which one was meant cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub(crate) conflicts: Vec<Kinds>,
}

impl ConfigError {
    /// The kinds that have two routes, a set for each pair.
    #[must_use]
    pub fn conflicts(&self) -> &[Kinds] {
        &self.conflicts
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("two routes for ")?;
        for (at, kinds) in self.conflicts.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { "; two for " })?;
            if *kinds == Kinds::ALL {
                f.write_str("any event (the fallback is one, too)")?;
                continue;
            }
            for (at, kind) in kinds.iter().enumerate() {
                write!(f, "{}{kind}", if at == 0 { "" } else { ", " })?;
            }
        }
        f.write_str(": remove one")
    }
}

impl error::Error for ConfigError {}

/// An event that must not be dropped has no route: [`Unparseable`](whatsapp_notification::Unparseable).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unrouted {
    pub(crate) kind: Kind,
}

impl Unrouted {
    /// The event's kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Unrouted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no route takes an event of kind {}: add one, or a fallback", self.kind)
    }
}

impl error::Error for Unrouted {}

/// Some events of a notification were not handled. Says how many, nothing of what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DispatchError {
    pub(crate) failed: usize,
    pub(crate) total: usize,
}

impl DispatchError {
    /// How many events were not handled.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// How many events the notification has.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }
}

impl fmt::Display for DispatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} events were not handled", self.failed, self.total)
    }
}

impl error::Error for DispatchError {}
