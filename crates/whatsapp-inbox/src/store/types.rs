//! What goes into a store, and what comes out of it.

use bytes::Bytes;
use std::{
    fmt,
    time::{Duration, SystemTime},
};
use whatsapp_notification::{Form, Notification, Origin, Parser, Proof};
use whatsapp_router::dedup::DedupKey;

/// A time, in milliseconds since 1970-01-01T00:00:00Z.
///
/// ```
/// use std::time::SystemTime;
/// use whatsapp_inbox::store::Millis;
///
/// assert!(Millis::from(SystemTime::now()) > Millis(1_750_000_000_000));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

/// What is before 1970 is 1970.
impl From<SystemTime> for Millis {
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// The place of an event in the order in which events were kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

/// A body in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyId(pub u64);

/// Events of one lane are handled one after the other: a hash of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub u64);

/// Who has the events in hand: a number that each process draws at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner(pub u64);

/// What an owner shows for its steps: greater than any before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub u64);

/// A notification to be kept. `Debug` shows no content.
#[derive(Clone)]
#[non_exhaustive]
pub struct Incoming {
    /// The body, as it was received.
    pub body: Bytes,
    /// Where it came from.
    pub origin: StoredOrigin,
    /// When it was received.
    pub received: Millis,
    /// Until when its events' keys are remembered.
    pub remember_until: Millis,
    /// Its events, in the order of the body.
    pub events: Vec<NewEvent>,
}

impl Incoming {
    /// A body without events yet.
    #[must_use]
    pub fn new(
        body: Bytes,
        origin: StoredOrigin,
        received: Millis,
        remember_until: Millis,
    ) -> Self {
        Incoming { body, origin, received, remember_until, events: Vec::new() }
    }
}

/// An event of an [`Incoming`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewEvent {
    /// What it is known by; `None` if it is never a duplicate.
    pub key: Option<DedupKey>,
    /// Which events it waits for.
    pub lane: Lane,
    /// Where it stands in the body, in bytes: by this it is found again, also by another version of the
    /// parser, unless that sees other events there.
    pub offset: u32,
    /// If it is a dead letter from the first: why.
    pub dead: Option<&'static str>,
}

impl NewEvent {
    /// An event that stands there.
    #[must_use]
    pub fn new(key: Option<DedupKey>, lane: Lane, offset: u32) -> Self {
        NewEvent { key, lane, offset, dead: None }
    }
}

/// Where a notification came from, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredOrigin {
    /// Which API's form it has.
    pub form: Form,
    /// The endpoint's label.
    pub label: String,
    /// The scheme that proved its sender, and the name of the secret; `None` if it is unverified.
    pub proof: Option<(String, String)>,
}

impl StoredOrigin {
    /// An unverified origin.
    #[must_use]
    pub fn new(form: Form, label: impl Into<String>) -> Self {
        StoredOrigin { form, label: label.into(), proof: None }
    }
}

/// What of a notification was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// How many events are new.
    pub new: usize,
    /// How many were kept before, or stand a second time in the same notification.
    pub duplicates: usize,
}

/// Which pending events are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    /// All behind this one.
    After(Seq),
    /// Those of one lane, behind this one.
    Lane(Lane, Seq),
}

/// An event that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pending {
    /// Its place in the order.
    pub seq: Seq,
    /// Its body.
    pub body: BodyId,
    /// Where it stands in the body, in bytes.
    pub offset: u32,
    /// Its lane.
    pub lane: Lane,
    /// When it was received.
    pub received: Millis,
    /// How often it was tried.
    pub attempts: u32,
    /// When it may be tried again.
    pub due: Millis,
}

impl Pending {
    /// An event as it is when it is kept: without attempts, and due. For stores.
    ///
    /// ```
    /// use whatsapp_inbox::store::{BodyId, Lane, Millis, Pending, Seq};
    ///
    /// let mut pending = Pending::new(Seq(7), BodyId(7), 81, Lane(1), Millis(1_750_000_000_000));
    /// (pending.attempts, pending.due) = (2, Millis(1_750_000_004_000));
    /// ```
    #[must_use]
    pub fn new(seq: Seq, body: BodyId, offset: u32, lane: Lane, received: Millis) -> Self {
        Pending { seq, body, offset, lane, received, attempts: 0, due: received }
    }
}

/// A body, with where it came from. `Debug` shows no content.
#[derive(Clone)]
#[non_exhaustive]
pub struct StoredBody {
    /// The body, as it was received, but for what was [erased](crate::Store::erase).
    pub body: Bytes,
    /// Where it came from.
    pub origin: StoredOrigin,
}

impl StoredBody {
    /// A body that came from there. For stores.
    #[must_use]
    pub fn new(body: Bytes, origin: StoredOrigin) -> Self {
        StoredBody { body, origin }
    }

    /// The notification as it was received, for its events; of a body that is not JSON, one of a single
    /// [`Unparseable`](whatsapp_notification::Unparseable) event.
    #[must_use]
    pub fn notification(&self) -> Notification {
        let mut origin = Origin::new(self.origin.label.as_str());
        if let Some((scheme, secret)) = &self.origin.proof {
            origin = origin.proven(Proof::new(scheme.clone(), secret.as_str()));
        }
        // What was kept went through the limits of the endpoint; they are not ours to know.
        let parser = Parser::new().max_events(usize::MAX);
        let parsed = parser.parse(self.body.clone(), origin.clone());
        parsed.unwrap_or_else(|_| Notification::unparseable(self.body.clone(), origin))
    }
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It is done.
    Done,
    /// It is to be tried again.
    Retry {
        /// How often it was tried by now.
        attempts: u32,
        /// When it may be tried again.
        due: Millis,
    },
    /// It was given up.
    Dead {
        /// How often it was tried by now.
        attempts: u32,
        /// Why, without content.
        reason: String,
    },
}

/// An event that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Its place in the order.
    pub seq: Seq,
    /// Its body.
    pub body: BodyId,
    /// Where it stands in the body, in bytes.
    pub offset: u32,
    /// When it was received.
    pub received: Millis,
    /// When it was given up.
    pub died: Millis,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was given up.
    pub reason: String,
}

impl DeadLetter {
    /// What this event is when it is given up. For stores.
    ///
    /// ```
    /// use whatsapp_inbox::store::{BodyId, DeadLetter, Lane, Millis, Pending, Seq};
    ///
    /// let pending = Pending::new(Seq(7), BodyId(7), 81, Lane(1), Millis(1_750_000_000_000));
    /// let letter = DeadLetter::of(&pending, Millis(1_750_000_090_000), 20, "no such order".into());
    /// assert_eq!((letter.seq, letter.attempts), (Seq(7), 20));
    /// ```
    #[must_use]
    pub fn of(pending: &Pending, died: Millis, attempts: u32, reason: String) -> Self {
        let Pending { seq, body, offset, received, .. } = *pending;
        DeadLetter { seq, body, offset, received, died, attempts, reason }
    }
}

/// How long what has ended is kept. For no time at all is until the next sweep, whatever the clock said
/// when it ended: it may have been ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// A body, after the last of its events was done.
    pub bodies: Duration,
    /// A dead letter, after it was given up.
    pub dead: Duration,
}

impl Retention {
    /// Bodies for so long, and dead letters.
    #[must_use]
    pub const fn new(bodies: Duration, dead: Duration) -> Self {
        Retention { bodies, dead }
    }
}

/// What a sweep has removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Swept {
    /// Bodies.
    pub bodies: u64,
    /// Dead letters.
    pub dead: u64,
    /// Keys; a store that drops many at once may tell none.
    pub keys: u64,
}

/// What is in a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Events that have not ended.
    pub pending: u64,
    /// When the oldest of them was received: the one with the first place.
    pub oldest: Option<Millis>,
    /// Dead letters.
    pub dead: u64,
    /// Bodies.
    pub bodies: u64,
    /// Keys that are remembered, as far as the store counts them.
    pub keys: Option<u64>,
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("bytes", &self.body.len())
            .field("origin", &self.origin)
            .field("events", &self.events.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StoredBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredBody")
            .field("bytes", &self.body.len())
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
