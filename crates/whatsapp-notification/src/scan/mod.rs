//! The scan: one pass over the body that checks the JSON and fills the event table.
//!
//! `mod.rs` knows the body, `envelope` the entries and changes of the Cloud API, `field` what each
//! field holds, `value` the arrays of messages, statuses, errors and contacts that both APIs share,
//! `item` what stands in them, and `join` finds the contact of each item. `bets` goes before all of
//! them, through what is as usual.

mod bets;
mod envelope;
mod field;
mod item;
pub(crate) mod join;
mod value;

use crate::{
    Form, Kind,
    json::{Cursor, Fault},
    table::{Index, NONE, Noted, Row},
    view::members,
};
use bytestring::ByteString;
use field::MESSAGE_MEMBERS;
pub(crate) use field::fields;
use value::Value;

/// A scan under way.
pub(crate) struct Scan<'a, 'r> {
    cursor: Cursor<'a>,
    rows: &'r mut Vec<Row>,
    events: usize,
    max_events: usize,
    /// Offsets of `id` and `time` of the entry under way.
    entry_id: u32,
    entry_time: u32,
}

/// The rows of one member, so that a later member of its name can replace them.
#[derive(Clone, Copy)]
struct Rows {
    start: u32,
    end: u32,
}

impl Rows {
    const NONE: Rows = Rows { start: 0, end: 0 };

    fn is_empty(self) -> bool {
        self.start == self.end
    }

    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Which forms' members a body has.
#[derive(Clone, Copy, Default)]
struct Seen {
    cloud: bool,
    onprem: bool,
    field: bool,
    value: bool,
    /// A member of neither form.
    stray: bool,
}

/// What the members of the other form, and of neither, are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Top {
    /// Not yet known.
    Open,
    /// Those of the On-Premises form are unknown; `untyped` lists the rest.
    Cloud,
    /// Those of neither form are unknown.
    OnPremises,
}

impl<'a, 'r> Scan<'a, 'r> {
    pub(crate) fn new(
        text: &'a ByteString,
        rows: &'r mut Vec<Row>,
        max_depth: u32,
        max_events: usize,
    ) -> Self {
        let cursor = Cursor::new(text, max_depth);
        Scan { cursor, rows, events: 0, max_events, entry_id: 0, entry_time: 0 }
    }

    /// Scans the whole body.
    ///
    /// # Errors
    /// The first fault and its offset.
    pub(crate) fn body(&mut self) -> Result<Form, (Fault, usize)> {
        self.usual_body().map_or_else(|| self.any_body(), Ok)
    }

    fn any_body(&mut self) -> Result<Form, (Fault, usize)> {
        let begin = self.cursor;
        let mut seen = self.members(Top::Open);
        // Rare: what stands at the top has another meaning than it seemed. Once more.
        let again = match seen {
            Seen { cloud: true, onprem: true, .. } => Some(Top::Cloud),
            Seen { cloud: false, onprem: true, stray: true, .. } => Some(Top::OnPremises),
            _ => None,
        };
        if let Some(top) = again {
            self.restart(begin);
            seen = Seen { onprem: seen.onprem, ..self.members(top) };
        }
        self.cursor.end();
        if let Some(fault) = self.cursor.fault() {
            return Err(fault);
        }
        if seen.cloud {
            return Ok(Form::Cloud);
        }
        if seen.onprem {
            return Ok(Form::OnPremises);
        }
        self.restart(begin);
        let form = if seen.field && seen.value {
            // The dashboard's test: one change without its envelope.
            self.change();
            Form::Cloud
        } else {
            // Neither API's: one event that holds the body.
            self.whole(Kind::Unknown, NONE);
            Form::Other
        };
        self.cursor.fault().map_or(Ok(form), Err)
    }

    #[cold]
    fn restart(&mut self, begin: Cursor<'a>) {
        self.cursor = begin;
        self.rows.clear();
        self.events = 0;
        (self.entry_id, self.entry_time) = (0, 0);
    }

    /// The members of the body.
    fn members(&mut self, top: Top) -> Seen {
        let mut seen = Seen::default();
        if self.cursor.peek() != Some(b'{') {
            self.cursor.skip_value();
            return seen;
        }
        let mut entries = Rows::NONE;
        let mut value = Value::new(NONE);
        members!(self.cursor, {
            "object" => {
                seen.cloud |= self.is_there();
                self.cursor.skip_value();
            },
            "entry" => {
                seen.cloud |= self.is_there();
                self.replace(entries);
                entries = self.rows_of(Self::entries);
            },
            _(key) => {
                match value::flat_member(key) {
                    Some(_) if top == Top::Cloud => self.unknown(NONE),
                    Some(at) => {
                        if self.is_there() {
                            seen.onprem = true;
                            self.open_scope(&mut value);
                        }
                        self.listed_member(&mut value, MESSAGE_MEMBERS, at);
                    }
                    None if top == Top::OnPremises => self.unknown(value.scope),
                    None => {
                        seen.field |= key == "field";
                        seen.value |= key == "value";
                        seen.stray |= self.pass();
                    }
                }
            },
        });
        self.close_value(&mut value);
        seen
    }

    /// True if the value here is not `null`: a `null` member is one that is not there.
    #[inline(always)]
    fn is_there(&mut self) -> bool {
        self.cursor.peek() != Some(b'n')
    }

    /// Passes over a value and tells if it was there.
    fn pass(&mut self) -> bool {
        let there = self.is_there();
        self.cursor.skip_value();
        there
    }

    /// Passes over a value with the reader of the view that mostly stands here: it knows the usual
    /// keys, which is faster than passing over any value.
    #[inline(always)]
    fn pass_over<V: crate::json::Value<'a>>(&mut self) {
        V::pass(&mut self.cursor);
    }

    /// Passes over a string or number and gives its offset, or zero if it is something else.
    #[inline(always)]
    fn place(&mut self) -> u32 {
        self.cursor.text_or_number().map_or(0, |text| text.value_offset())
    }

    /// The rows that a piece of the scan adds.
    #[inline(always)]
    fn rows_of(&mut self, scan: impl FnOnce(&mut Self)) -> Rows {
        let start = self.rows.len() as u32;
        scan(self);
        Rows { start, end: self.rows.len() as u32 }
    }

    /// Of a repeated key the last one wins: hides the rows of the one before.
    #[inline(always)]
    fn replace(&mut self, earlier: Rows) {
        if !earlier.is_empty() {
            self.hide(earlier);
        }
    }

    #[cold]
    #[inline(never)]
    fn hide(&mut self, rows: Rows) {
        for row in self.rows.get_mut(rows.range()).unwrap_or_default() {
            self.events -= usize::from(matches!(row, Row::Event { .. }));
            *row = Row::Hidden;
        }
        if rows.end as usize == self.rows.len() {
            self.rows.truncate(rows.start as usize);
        }
    }

    /// The value here, whole, as one event.
    #[cold]
    fn whole(&mut self, kind: Kind, scope: Index) {
        self.cursor.peek();
        let start = self.cursor.offset();
        self.cursor.skip_value();
        self.push_span(kind, start, self.cursor.offset(), scope);
    }

    /// A member that no code knows: an event of its own, unless it is `null`.
    #[cold]
    fn unknown(&mut self, scope: Index) {
        if self.is_there() {
            self.whole(Kind::Unknown, scope);
        } else {
            self.cursor.skip_value();
        }
    }

    /// Adds an event of which only the span is known.
    fn push_span(&mut self, kind: Kind, start: u32, end: u32, scope: Index) {
        self.push(Row::event(kind, start..end, scope, Noted::NOTHING));
    }

    #[inline]
    fn push(&mut self, row: Row) {
        if self.events >= self.max_events {
            return self.cursor.fail(Fault::TooManyEvents);
        }
        self.events += 1;
        self.rows.push(row);
    }
}
