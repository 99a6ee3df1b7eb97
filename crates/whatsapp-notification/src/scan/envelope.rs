//! Entries and changes: the envelope of the Cloud API.

use super::{Rows, Scan, value::Value};
use crate::{
    Kind,
    json::{Cursor, Str},
    table::{Index, NONE, Row},
    view::members,
};

impl<'a> Scan<'a, '_> {
    /// The array `entry`.
    pub(super) fn entries(&mut self) {
        self.array(NONE, Self::entry);
    }

    /// Runs `item` at each element. Something else than an array is one malformed event, and
    /// `null` is nothing.
    #[inline]
    pub(super) fn array(&mut self, scope: Index, mut item: impl FnMut(&mut Self)) {
        match self.cursor.peek() {
            Some(b'[') => {
                let mut more = self.cursor.enter_array();
                while more {
                    item(self);
                    more = self.cursor.next_element();
                }
            }
            Some(b'n') => self.cursor.skip_value(),
            _ => self.whole(Kind::Malformed, scope),
        }
    }

    fn entry(&mut self) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, NONE);
        }
        (self.entry_id, self.entry_time) = (0, 0);
        let first = self.rows.len();
        let start = self.cursor.offset32();
        let mut changes = Rows::NONE;
        // `id` or `time` came after `changes`.
        let mut late = false;
        let mut empty = true;
        members!(self.cursor, {
            "id" => {
                self.entry_id = self.place();
                late |= self.rows.len() > first;
            },
            "time" => {
                self.entry_time = self.place();
                late |= self.rows.len() > first;
            },
            "changes" => {
                empty = false;
                self.replace(changes);
                changes = self.rows_of(|scan| scan.array(NONE, Self::change));
            },
            _(_key) => {
                empty = false;
                self.unknown(NONE);
            },
        });
        if late {
            self.date_scopes(first);
        }
        // `[{}]`, or an entry of which nothing but its id is left.
        if empty {
            self.push_span(Kind::Malformed, start, self.cursor.offset32(), NONE);
        }
    }

    /// Tells the scopes of this entry its `id` and `time`, once both are known.
    #[cold]
    fn date_scopes(&mut self, first: usize) {
        let (id, time) = (self.entry_id, self.entry_time);
        for row in self.rows.get_mut(first..).unwrap_or_default() {
            if let Row::Scope { entry_id, entry_time, .. } = row {
                (*entry_id, *entry_time) = (id, time);
            }
        }
    }

    fn change(&mut self) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, NONE);
        }
        let start = self.cursor.offset32();
        let mut field = Field::Missing;
        let mut value = Value::new(NONE);
        let mut rows = Rows::NONE;
        // The span of `value`, and its first byte.
        let (mut first, mut from, mut to) = (None, 0, 0);
        members!(self.cursor, {
            "value" => {
                first = self.cursor.peek();
                from = self.cursor.offset32();
                self.replace(rows);
                value = Value::new(NONE);
                rows = self.rows_of(|scan| {
                    if first == Some(b'{') && !matches!(field, Field::Other(_)) {
                        scan.open_scope(&mut value);
                        scan.value(&mut value);
                    } else {
                        scan.cursor.skip_value();
                    }
                });
                to = self.cursor.offset32();
            },
            "field" => field = self.field(),
            _(_key) => self.unknown(NONE),
        });
        let is_messages = first == Some(b'{')
            && match field {
                Field::Messages(_) => true,
                Field::Other(_) => false,
                // Without the name of its field, it is what it holds.
                Field::Missing => value.has_items(),
            };
        if is_messages && value.scope != NONE {
            return self.name_field(value.scope, field);
        }
        self.replace(rows);
        match field {
            // Passed over under a `field` that a later one has replaced.
            Field::Messages(_) if is_messages => self.reread(field, from),
            Field::Other(_) if first.is_some() => {
                let scope = self.scope();
                self.name_field(scope, field);
                self.push_span(Kind::Change, from, to, scope);
            }
            Field::Missing if first.is_some() => {
                self.push_span(Kind::Unknown, start, self.cursor.offset32(), NONE);
            }
            _ => self.push_span(Kind::Malformed, start, self.cursor.offset32(), NONE),
        }
    }

    /// The name of a change's field.
    #[inline]
    fn field(&mut self) -> Field<'a> {
        self.cursor.peek();
        let place = self.cursor.offset32();
        if self.cursor.literal(b"\"messages\"") {
            return Field::Messages(place);
        }
        match self.cursor.text_or_number() {
            Some(field) if field == "messages" => Field::Messages(place),
            Some(field) => Field::Other(field),
            None => Field::Missing,
        }
    }

    /// Adds a scope row and gives its index.
    pub(super) fn scope(&mut self) -> Index {
        let (entry_id, entry_time) = (self.entry_id, self.entry_time);
        let index = self.rows.len() as Index;
        self.rows.push(Row::Scope { entry_id, entry_time, field: 0, metadata: 0 });
        index
    }

    /// Notes the name of the change's field in its scope; nothing if the scope was empty.
    #[inline]
    fn name_field(&mut self, scope: Index, name: Field<'a>) {
        if let Some(Row::Scope { field, .. }) = self.rows.get_mut(scope as usize) {
            *field = match name {
                Field::Messages(place) => place,
                Field::Other(name) => name.value_offset(),
                Field::Missing => 0,
            };
        }
    }

    /// Reads the messages at `from`, behind which the cursor already is.
    #[cold]
    fn reread(&mut self, field: Field<'a>, from: u32) {
        let behind = self.cursor;
        self.cursor = Cursor::at(behind.text(), from as usize);
        let mut value = Value::new(NONE);
        self.open_scope(&mut value);
        self.value(&mut value);
        self.name_field(value.scope, field);
        // A fault would be kept by the cursor that met it.
        if self.cursor.fault().is_none() {
            self.cursor = behind;
        }
    }
}

/// What the `field` of a change says.
#[derive(Clone, Copy)]
enum Field<'a> {
    /// `messages`, and the place where it stands.
    Messages(u32),
    Other(Str<'a>),
    Missing,
}
