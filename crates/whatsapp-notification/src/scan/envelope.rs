//! Entries and changes: the envelope of the Cloud API.

use super::{
    Rows, Scan,
    field::{MESSAGES, Shape, shape},
    value::Value,
};
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
        let start = self.cursor.offset();
        let mut changes = Rows::NONE;
        // `id` or `time` came after `changes`.
        let mut late = false;
        let (mut known, mut stray) = (false, false);
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
                known = true;
                self.replace(changes);
                changes = self.rows_of(|scan| scan.array(NONE, Self::change));
            },
            _(key) => {
                if key == "changed_fields" {
                    known = true;
                    self.changed_fields();
                } else {
                    stray |= self.pass();
                }
            },
        });
        if late {
            self.date_scopes(first);
        }
        // An entry that tells something else, and one of which nothing but its id is left.
        if !known {
            let kind = if stray { Kind::Unknown } else { Kind::Malformed };
            self.push_span(kind, start, self.cursor.offset(), NONE);
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

    /// The names of what changed, where the application does not ask for values.
    #[cold]
    fn changed_fields(&mut self) {
        match self.cursor.peek() {
            Some(b'[') => {
                let scope = self.scope();
                self.whole(Kind::ChangedFields, scope);
            }
            Some(b'n') => self.cursor.skip_value(),
            _ => self.whole(Kind::Malformed, NONE),
        }
    }

    pub(super) fn change(&mut self) {
        if self.usual_change().is_none() {
            self.any_change();
        }
    }

    #[inline(never)]
    pub(super) fn any_change(&mut self) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, NONE);
        }
        let start = self.cursor.offset();
        let mut field = Field::Missing;
        let mut value = Value::new(NONE);
        let mut rows = Rows::NONE;
        // The span of `value`, its first byte, and what it was read as.
        let (mut first, mut from, mut to, mut read_as) = (None, 0, 0, None);
        members!(self.cursor, {
            "value" => {
                first = self.cursor.peek();
                from = self.cursor.offset();
                self.replace(rows);
                value = Value::new(NONE);
                // Until its name is known, a field is most likely `messages`.
                read_as = if field.is_missing() { Some(&MESSAGES) } else { field.shape() };
                rows = self.rows_of(|scan| match read_as {
                    Some(shape) if first == Some(b'{') => {
                        scan.open_scope(&mut value);
                        scan.value(&mut value, shape);
                    }
                    _ => scan.cursor.skip_value(),
                });
                to = self.cursor.offset();
            },
            "field" => field = self.field(),
            _(_key) => self.cursor.skip_value(),
        });
        let shape = match field {
            // Without the name of its field, it is what it holds.
            Field::Missing if value.has_items() => Some(&MESSAGES),
            field => field.shape(),
        };
        match shape {
            Some(shape) if first == Some(b'{') => {
                if read_as.is_none_or(|read_as| !std::ptr::eq(read_as, shape)) {
                    self.replace(rows);
                    value = self.reread(shape, from);
                }
                self.name_field(value.scope, field);
            }
            _ => {
                self.replace(rows);
                match field {
                    Field::Unheard(_) if first.is_some() => {
                        let scope = self.scope();
                        self.name_field(scope, field);
                        self.push_span(Kind::Change, from, to, scope);
                    }
                    Field::Missing if first.is_some() => {
                        self.push_span(Kind::Unknown, start, self.cursor.offset(), NONE);
                    }
                    _ => self.push_span(Kind::Malformed, start, self.cursor.offset(), NONE),
                }
            }
        }
    }

    /// The name of a change's field.
    #[inline]
    fn field(&mut self) -> Field<'a> {
        self.cursor.peek();
        let place = self.cursor.offset();
        if self.cursor.literal(b"\"messages\"") {
            return Field::Messages(place);
        }
        match self.cursor.text_or_number() {
            Some(name) if name == "messages" => Field::Messages(place),
            Some(name) => match shape(name) {
                Some(shape) => Field::Known(name, shape),
                None => Field::Unheard(name),
            },
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
                Field::Known(name, _) | Field::Unheard(name) => name.value_offset(),
                Field::Missing => 0,
            };
        }
    }

    /// Reads the value at `from`, behind which the cursor already is, as what it turned out to be.
    #[cold]
    fn reread(&mut self, shape: &'static Shape, from: u32) -> Value {
        let behind = self.cursor;
        self.cursor = Cursor::at(behind.text(), from);
        let mut value = Value::new(NONE);
        self.open_scope(&mut value);
        self.value(&mut value, shape);
        // A fault would be kept by the cursor that met it.
        if self.cursor.fault().is_none() {
            self.cursor = behind;
        }
        value
    }
}

/// What the `field` of a change says.
#[derive(Clone, Copy)]
enum Field<'a> {
    /// `messages`, and the place where it stands.
    Messages(u32),
    /// Another one that has a shape.
    Known(Str<'a>, &'static Shape),
    /// One that nobody has heard of.
    Unheard(Str<'a>),
    Missing,
}

impl Field<'_> {
    fn is_missing(self) -> bool {
        matches!(self, Field::Missing)
    }

    fn shape(self) -> Option<&'static Shape> {
        match self {
            Field::Messages(_) => Some(&MESSAGES),
            Field::Known(_, shape) => Some(shape),
            Field::Unheard(_) | Field::Missing => None,
        }
    }
}
