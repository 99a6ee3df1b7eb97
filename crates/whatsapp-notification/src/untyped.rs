//! What of a body's envelope no typed member holds: the walk behind [`Notification::untyped`].

use crate::{
    Form, Notification, Timestamp,
    json::{Cursor, Field, Str, Untyped, Value},
    table::{Flags, Row},
    view::{ContactView, Metadata},
};

impl Notification {
    /// JSON pointers (RFC 6901) to what neither an event nor a typed member of the envelope holds:
    /// unknown members of the top level, of entries, changes and metadata, and of contacts that
    /// belong to an event. Empty when all of it is typed. What stands *in* an event is
    /// [`Event::untyped`](crate::Event::untyped)'s matter.
    ///
    /// ```
    /// use whatsapp_notification::Notification;
    ///
    /// let body = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","uid":"1","changes":[]}]}"#;
    /// assert_eq!(Notification::parse(body)?.untyped(), ["/entry/0/uid"]);
    /// # Ok::<(), whatsapp_notification::ParseError>(())
    /// ```
    #[must_use]
    pub fn untyped(&self) -> Vec<String> {
        let starts = |joined: bool| {
            let mut starts: Vec<_> =
                self.rows().iter().filter_map(|row| start(row, joined)).collect();
            starts.sort_unstable();
            starts
        };
        let (events, joined) = (starts(false), starts(true));
        let mut walk = Walk { found: Untyped::default(), events, joined };
        let mut cursor = Cursor::at(self.text(), 0);
        match self.form() {
            Form::Cloud => walk.body(&mut cursor),
            Form::OnPremises => walk.flat(&mut cursor),
            Form::Other => {}
        }
        walk.found.into_pointers()
    }
}

/// Where an event stands, or a contact that belongs to one.
fn start(row: &Row, joined: bool) -> Option<u32> {
    match row {
        Row::Event { start, flags, .. } if flags.has(Flags::JOINED) == joined => Some(*start),
        _ => None,
    }
}

struct Walk {
    found: Untyped,
    /// Offsets of the events, and of the contacts that belong to them.
    events: Vec<u32>,
    joined: Vec<u32>,
}

impl Walk {
    fn body(&mut self, cursor: &mut Cursor<'_>) {
        // A change without its envelope has no `entry` and no `object`.
        let mut envelope = false;
        members(&mut { *cursor }, |key, cursor| {
            envelope |= key == "entry" || key == "object";
            cursor.skip_value();
        });
        if !envelope {
            return self.change(cursor);
        }
        members(cursor, |key, cursor| {
            self.found_member(key, |walk| match key.among(&["object", "entry"]) {
                "object" => Option::<Str<'_>>::untyped(cursor, &mut walk.found),
                "entry" => walk.items(cursor, Self::entry),
                _ => walk.found.whole(cursor),
            });
        });
    }

    fn entry(&mut self, cursor: &mut Cursor<'_>) {
        members(cursor, |key, cursor| {
            self.found_member(key, |walk| {
                match key.among(&["id", "time", "changes", "changed_fields"]) {
                    "id" => Option::<Str<'_>>::untyped(cursor, &mut walk.found),
                    "time" => Option::<Timestamp>::untyped(cursor, &mut walk.found),
                    "changes" => walk.items(cursor, Self::change),
                    "changed_fields" => cursor.skip_value(), // An event.
                    _ => walk.found.whole(cursor),
                }
            });
        });
    }

    fn change(&mut self, cursor: &mut Cursor<'_>) {
        members(cursor, |key, cursor| {
            self.found_member(key, |walk| match key.among(&["field", "value"]) {
                "field" => Option::<Str<'_>>::untyped(cursor, &mut walk.found),
                "value" => walk.value(cursor),
                _ => walk.found.whole(cursor),
            });
        });
    }

    /// A `value`, or what stands in `standby`: the rest of it is events.
    fn value(&mut self, cursor: &mut Cursor<'_>) {
        if self.is_event(cursor) {
            return cursor.skip_value();
        }
        members(cursor, |key, cursor| {
            let name = key.among(&["messaging_product", "metadata", "contacts", "standby"]);
            self.found_member(key, |walk| match name {
                _ if walk.is_event(cursor) => cursor.skip_value(),
                "messaging_product" => Option::<Str<'_>>::untyped(cursor, &mut walk.found),
                "metadata" => Metadata::untyped(cursor, &mut walk.found),
                "contacts" => walk.items(cursor, Self::contact),
                "standby" => walk.value(cursor),
                _ => cursor.skip_value(),
            });
        });
    }

    /// The body of an On-Premises notification.
    fn flat(&mut self, cursor: &mut Cursor<'_>) {
        members(cursor, |key, cursor| {
            self.found_member(key, |walk| {
                if key == "contacts" {
                    walk.items(cursor, Self::contact);
                } else {
                    cursor.skip_value();
                }
            });
        });
    }

    fn is_event(&self, cursor: &mut Cursor<'_>) -> bool {
        cursor.peek();
        self.events.binary_search(&cursor.offset()).is_ok()
    }

    fn contact(&mut self, cursor: &mut Cursor<'_>) {
        cursor.peek();
        if self.joined.binary_search(&cursor.offset()).is_ok() {
            ContactView::untyped(cursor, &mut self.found);
        } else {
            cursor.skip_value();
        }
    }

    fn items(&mut self, cursor: &mut Cursor<'_>, item: fn(&mut Self, &mut Cursor<'_>)) {
        if cursor.peek() != Some(b'[') {
            return cursor.skip_value(); // An event of its own.
        }
        let mut more = cursor.enter_array();
        let mut index = 0;
        while more {
            let outer = self.found.enter_item(index);
            item(self, cursor);
            self.found.leave(outer);
            more = cursor.next_element();
            index += 1;
        }
    }

    fn found_member(&mut self, key: Str<'_>, walk: impl FnOnce(&mut Self)) {
        let outer = self.found.enter_member(key);
        walk(self);
        self.found.leave(outer);
    }
}

/// Runs `member` for each member of the object at the cursor; passes over what is none.
fn members<'a>(cursor: &mut Cursor<'a>, mut member: impl FnMut(Str<'a>, &mut Cursor<'a>)) {
    if cursor.peek() != Some(b'{') {
        return cursor.skip_value();
    }
    let mut more = cursor.enter_object();
    while more {
        let key = cursor.key();
        member(key, cursor);
        more = cursor.next_member();
    }
}
