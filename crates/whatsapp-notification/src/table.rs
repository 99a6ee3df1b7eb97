//! The event table: one row an event, and one row a `value` that its events share.

use crate::Kind;
use std::ops::Range;

/// Index of a row. Offsets and indices are `u32`; an offset of zero is "not there", since no
/// member of a body can stand at its first byte.
pub(crate) type Index = u32;

/// No scope, no contact.
pub(crate) const NONE: Index = Index::MAX;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Row {
    /// What the events of one `value` (or of one On-Premises body) share.
    Scope {
        /// Offset of `entry.id`.
        entry_id: u32,
        /// Offset of `entry.time`.
        entry_time: u32,
        /// Offset of the change's `field`.
        field: u32,
        /// Offset of `metadata`.
        metadata: u32,
    },
    Event {
        /// The span of the item in the body.
        start: u32,
        end: u32,
        scope: Index,
        /// Offset of `id`; of `user_id` in a contact.
        id: u32,
        timestamp: u32,
        /// Offset of the customer's address: `from`, the recipient's id, `wa_id` …
        party: u32,
        /// The row of the contact that this message or status belongs to.
        contact: Index,
        kind: Kind,
        flags: Flags,
        /// The length of `id`, if it is a short string without escapes; zero otherwise.
        id_len: u8,
    },
    /// An item that a repeated key has replaced, or a contact that has been joined to an item.
    Hidden,
}

/// What an event's row notes beside its kind and its span.
#[derive(Clone, Copy)]
pub(crate) struct Noted {
    pub(crate) id: u32,
    pub(crate) id_len: u8,
    pub(crate) timestamp: u32,
    pub(crate) party: u32,
    pub(crate) contact: Index,
    pub(crate) flags: Flags,
}

impl Noted {
    pub(crate) const NOTHING: Noted =
        Noted { id: 0, id_len: 0, timestamp: 0, party: 0, contact: NONE, flags: Flags(0) };
}

/// Members that are read again only if they are known to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(u8);

impl Flags {
    /// `from_user_id`, `recipient_user_id` or the like: it is not in the row.
    pub(crate) const USER_ID: Flags = Flags(1);
    /// `group_id`, or a recipient that is a group.
    pub(crate) const GROUP: Flags = Flags(2);
    /// A contact that belongs to a message or a status: no event of its own.
    pub(crate) const JOINED: Flags = Flags(4);
    /// From the business to the customer, or about what is: a status, an echo.
    pub(crate) const OUTBOUND: Flags = Flags(8);

    #[inline]
    pub(crate) fn has(self, flag: Flags) -> bool {
        self.0 & flag.0 != 0
    }

    #[inline]
    pub(crate) fn set(&mut self, flag: Flags) {
        self.0 |= flag.0;
    }
}

impl Row {
    #[inline(always)]
    pub(crate) fn event(kind: Kind, span: Range<u32>, scope: Index, noted: Noted) -> Self {
        let Range { start, end } = span;
        let Noted { id, id_len, timestamp, party, contact, flags } = noted;
        Row::Event { start, end, scope, id, timestamp, party, contact, kind, flags, id_len }
    }

    /// Where the item stands.
    #[inline]
    pub(crate) fn start(&self) -> Option<u32> {
        match self {
            Row::Event { start, .. } => Some(*start),
            _ => None,
        }
    }

    /// True for the rows that are events of their own.
    #[inline]
    pub(crate) fn is_event(&self) -> bool {
        matches!(self, Row::Event { flags, .. } if !flags.has(Flags::JOINED))
    }
}

// 32 bytes a row, so that 1000 statuses take 32 kB.
const _: () = assert!(size_of::<Row>() == 32);
