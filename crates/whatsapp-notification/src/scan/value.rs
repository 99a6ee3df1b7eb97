//! A `value` of the field `messages`, or the body of an On-Premises notification: metadata and the
//! arrays of contacts, messages, statuses and errors, in any order and any mixture.

use super::{Rows, Scan};
use crate::{
    Kind,
    json::Str,
    table::{Index, NONE, Row},
    view::{Metadata, members},
};

/// What has been read of one `value`.
pub(super) struct Value {
    pub(super) scope: Index,
    /// The rows of the arrays, in the order of [`Member`].
    arrays: [Rows; 4],
    /// There was an array of messages, statuses or errors.
    has_items: bool,
    /// The contact that the next message or status most likely belongs to.
    pub(super) next_contact: u32,
    /// Some item has an identity, and the contact at hand was not its own.
    pub(super) unjoined: bool,
}

/// The arrays that an On-Premises body has at its top, and a `value` of `messages` too.
#[derive(Clone, Copy)]
pub(super) enum Member {
    Contacts = 0,
    Messages,
    Statuses,
    Errors,
}

/// The array of this name.
pub(super) fn member(key: Str<'_>) -> Option<Member> {
    Some(match key.among(&["contacts", "messages", "statuses", "errors"]) {
        "contacts" => Member::Contacts,
        "messages" => Member::Messages,
        "statuses" => Member::Statuses,
        "errors" => Member::Errors,
        _ => return None,
    })
}

impl Value {
    #[inline]
    pub(super) fn new(scope: Index) -> Self {
        let arrays = [Rows::NONE; 4];
        Value { scope, arrays, has_items: false, next_contact: 0, unjoined: false }
    }

    /// True if there was an array of messages, statuses or errors.
    pub(super) fn has_items(&self) -> bool {
        self.has_items
    }

    /// The rows of the contacts.
    #[inline]
    pub(super) fn contacts(&self) -> Rows {
        self.arrays[Member::Contacts as usize]
    }
}

impl Scan<'_, '_> {
    /// Adds the scope row of this value, once.
    #[inline]
    pub(super) fn open_scope(&mut self, value: &mut Value) {
        if value.scope == NONE {
            value.scope = self.scope();
        }
    }

    /// The object `value` of a change.
    pub(super) fn value(&mut self, value: &mut Value) {
        members!(self.cursor, {
            "messaging_product" => self.cursor.skip_usual(b"\"whatsapp\""),
            "metadata" => self.metadata(value.scope),
            "contacts" => self.value_member(value, Member::Contacts),
            "messages" => self.value_member(value, Member::Messages),
            "statuses" => self.value_member(value, Member::Statuses),
            "errors" => self.value_member(value, Member::Errors),
            _(_key) => self.unknown(value.scope),
        });
        self.close_value(value);
    }

    /// At the end of a value: joins what the scan could not, and takes an empty scope back.
    #[inline]
    pub(super) fn close_value(&mut self, value: &mut Value) {
        if value.unjoined {
            self.join(value);
        }
        if value.scope as usize + 1 == self.rows.len() {
            self.rows.pop();
        }
    }

    #[inline]
    fn metadata(&mut self, scope: Index) {
        match self.cursor.peek() {
            Some(b'{') => {
                let place = self.cursor.offset32();
                if let Some(Row::Scope { metadata, .. }) = self.rows.get_mut(scope as usize) {
                    *metadata = place;
                }
                self.pass_over::<Option<Metadata<'_>>>();
            }
            Some(b'n') => self.cursor.skip_value(),
            _ => self.whole(Kind::Malformed, scope),
        }
    }

    pub(super) fn value_member(&mut self, value: &mut Value, member: Member) {
        let earlier = value.arrays[member as usize];
        self.replace(earlier);
        // What has been joined to replaced rows must be joined anew.
        value.unjoined |= !earlier.is_empty();
        value.has_items |= !matches!(member, Member::Contacts);
        let scope = value.scope;
        let start = self.rows.len() as u32;
        match member {
            Member::Contacts => self.array(scope, |scan| scan.contact(scope)),
            Member::Messages => self.array(scope, |scan| scan.message(value)),
            Member::Statuses => self.array(scope, |scan| scan.status(value)),
            Member::Errors => self.array(scope, |scan| scan.error(scope)),
        }
        value.arrays[member as usize] = Rows { start, end: self.rows.len() as u32 };
        if matches!(member, Member::Contacts) {
            value.next_contact = start;
        }
    }
}
