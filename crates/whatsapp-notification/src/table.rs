//! The event table: one row an event, and one row a `value` that its events share.

use crate::Kind;

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
