//! The `value` of a change, or the body of an On-Premises notification: metadata, contacts and the
//! arrays of items, in any order and any mixture.

use super::{
    Rows, Scan,
    field::{Items, MESSAGE_MEMBERS, MOST_MEMBERS, Member, Shape},
};
use crate::{
    Kind,
    json::Str,
    table::{Index, NONE, Row},
    view::{Metadata, members},
};

/// What has been read of one `value`.
pub(super) struct Value {
    pub(super) scope: Index,
    /// The rows of the members, in the order of the field's table.
    members: [Rows; MOST_MEMBERS],
    /// There was a member other than contacts.
    has_items: bool,
    /// The contact that the next item most likely belongs to.
    pub(super) next_contact: u32,
    /// Some item has an identity, and the contact at hand was not its own.
    pub(super) unjoined: bool,
    /// What items had been joined with has been replaced.
    pub(super) rejoin: bool,
}

/// The places of `contacts`, `messages`, `statuses` and `errors` in [`MESSAGE_MEMBERS`], which an
/// On-Premises body has at its top.
const FLAT: usize = 4;
const CONTACTS: usize = 0;

/// The place of the member of this name at the top of an On-Premises body.
pub(super) fn flat_member(key: Str<'_>) -> Option<usize> {
    find(MESSAGE_MEMBERS, key).filter(|at| *at < FLAT)
}

fn find(members: &[Member], key: Str<'_>) -> Option<usize> {
    members.iter().position(|member| key == member.key)
}

impl Value {
    #[inline]
    pub(super) fn new(scope: Index) -> Self {
        let members = [Rows::NONE; MOST_MEMBERS];
        Value { scope, members, has_items: false, next_contact: 0, unjoined: false, rejoin: false }
    }

    /// True if there was more than contacts.
    pub(super) fn has_items(&self) -> bool {
        self.has_items
    }

    /// Notes the rows of the contacts.
    pub(super) fn set_contacts(&mut self, rows: Rows) {
        self.members[CONTACTS] = rows;
        self.next_contact = rows.start;
    }

    /// The rows of the contacts.
    #[inline]
    pub(super) fn contacts(&self) -> Rows {
        self.members[CONTACTS]
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
    pub(super) fn value(&mut self, value: &mut Value, shape: &'static Shape) {
        match shape {
            Shape::Members(members) if std::ptr::eq(*members, MESSAGE_MEMBERS) => {
                self.messages_value(value);
            }
            Shape::Members(members) => self.members_of(value, members),
            Shape::Under(key, members) => self.value_under(value, key, members),
            Shape::Whole(kind) => self.object(*kind, value),
        }
        self.close_value(value);
    }

    /// The value of a field whose members stand under `key`.
    fn value_under(&mut self, value: &mut Value, key: &str, members: &'static [Member]) {
        let mut under = Rows::NONE;
        members!(self.cursor, {
            "messaging_product" => self.cursor.skip_value(),
            "metadata" => self.metadata(value.scope),
            _(name) => {
                if name == key {
                    self.replace(under);
                    *value = Value::new(value.scope);
                    under = self.rows_of(|scan| match scan.cursor.peek() {
                        Some(b'{') => scan.members_of(value, members),
                        Some(b'n') => scan.cursor.skip_value(),
                        _ => scan.whole(Kind::Malformed, value.scope),
                    });
                } else {
                    self.unknown(value.scope);
                }
            },
        });
    }

    /// The value of the field `messages`, by far the most usual one.
    fn messages_value(&mut self, value: &mut Value) {
        members!(self.cursor, {
            "messaging_product" => self.cursor.skip_value(),
            "metadata" => self.metadata(value.scope),
            "contacts" => self.value_member(value, MESSAGE_MEMBERS, 0),
            "messages" => self.value_member(value, MESSAGE_MEMBERS, 1),
            "statuses" => self.value_member(value, MESSAGE_MEMBERS, 2),
            "errors" => self.value_member(value, MESSAGE_MEMBERS, 3),
            _(key) => match find(MESSAGE_MEMBERS, key) {
                Some(at) => self.listed_member(value, MESSAGE_MEMBERS, at),
                None => self.unknown(value.scope),
            },
        });
    }

    /// The value of a field with these members.
    fn members_of(&mut self, value: &mut Value, members: &'static [Member]) {
        members!(self.cursor, {
            "messaging_product" => self.cursor.skip_value(),
            "metadata" => self.metadata(value.scope),
            _(key) => match find(members, key) {
                Some(at) => self.listed_member(value, members, at),
                None => self.unknown(value.scope),
            },
        });
    }

    /// At the end of a value: joins what the scan could not, and takes an empty scope back.
    #[inline]
    pub(super) fn close_value(&mut self, value: &mut Value) {
        if value.unjoined || value.rejoin {
            self.join(value);
        }
        if value.scope != NONE && value.scope as usize + 1 == self.rows.len() {
            self.rows.pop();
        }
    }

    #[inline]
    fn metadata(&mut self, scope: Index) {
        match self.cursor.peek() {
            Some(b'{') => {
                let place = self.cursor.offset();
                if let Some(Row::Scope { metadata, .. }) = self.rows.get_mut(scope as usize) {
                    *metadata = place;
                }
                self.pass_over::<Metadata<'_>>();
            }
            Some(b'n') => self.cursor.skip_value(),
            _ => self.whole(Kind::Malformed, scope),
        }
    }

    /// The member at this place of the field's table.
    #[inline(never)]
    pub(super) fn listed_member(&mut self, value: &mut Value, members: &[Member], at: usize) {
        self.value_member(value, members, at);
    }

    /// The same, made for one place where that is a constant.
    #[inline(always)]
    fn value_member(&mut self, value: &mut Value, members: &[Member], at: usize) {
        let (Some(member), Some(earlier)) = (members.get(at), value.members.get(at)) else {
            return;
        };
        let (items, earlier) = (member.items, *earlier);
        if !earlier.is_empty() {
            self.hide(earlier);
            value.rejoin = true;
        }
        value.has_items |= at != CONTACTS;
        let scope = value.scope;
        let start = self.rows.len() as u32;
        match items {
            Items::Contacts => self.array(scope, |scan| scan.contact(scope)),
            Items::Messages(kind) => self.array(scope, |scan| scan.message(kind, value)),
            Items::Statuses(kind) => self.array(scope, |scan| scan.status(kind, value)),
            Items::Errors => self.array(scope, |scan| scan.error(scope)),
            Items::Calls => self.array(scope, |scan| scan.call(value)),
            Items::Objects(kind) => self.array(scope, |scan| scan.object(kind, value)),
            Items::Itself(kind) if self.is_there() => self.object(kind, value),
            Items::Itself(_) => self.cursor.skip_value(),
        }
        let rows = Rows { start, end: self.rows.len() as u32 };
        if let Some(slot) = value.members.get_mut(at) {
            *slot = rows;
        }
        if at == CONTACTS {
            value.next_contact = start;
        }
    }
}
