//! [`StoreError`]: why a store could not do what it was asked.
//!
//! ```
//! use whatsapp_inbox::{StoreError, StoreErrorKind};
//!
//! let error = StoreError::new(StoreErrorKind::Busy);
//! assert_eq!(error.to_string(), "the store has more to do than it may have in hand");
//! ```

use std::{error::Error, fmt};
use whatsapp_router::BoxError;

/// A store could not do what it was asked: nothing has been kept or changed, or nobody knows. Over
/// HTTP it is a 503, and the notification comes again.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Option<BoxError>,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// It has more to do than it may have in hand.
    Busy,
    /// There is too little free space.
    Full,
    /// It takes nothing more: it is being drained.
    Draining,
    /// What was written may not be on the disk: it takes nothing until it is opened anew.
    Closed,
    /// Something else: the [source](Error::source) tells what.
    Other,
}

impl StoreError {
    /// An error of this kind.
    #[must_use]
    pub fn new(kind: StoreErrorKind) -> Self {
        StoreError { kind, source: None }
    }

    /// An error with the one behind it, which holds no content.
    #[must_use]
    pub fn because(kind: StoreErrorKind, source: impl Into<BoxError>) -> Self {
        StoreError { kind, source: Some(source.into()) }
    }

    /// Why.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl StoreErrorKind {
    /// The name as it stands in logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            StoreErrorKind::Busy => "busy",
            StoreErrorKind::Full => "full",
            StoreErrorKind::Draining => "draining",
            StoreErrorKind::Closed => "closed",
            StoreErrorKind::Other => "other",
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::Busy => "the store has more to do than it may have in hand",
            StoreErrorKind::Full => "the store has too little free space: make some",
            StoreErrorKind::Draining => "the store is being drained",
            StoreErrorKind::Closed => "the store is closed after a failed write: open it anew",
            StoreErrorKind::Other => "the store failed",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
