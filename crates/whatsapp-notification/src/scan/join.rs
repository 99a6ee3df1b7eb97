//! Joining contacts with messages and statuses: by `user_id`, then by `wa_id`, never by index.
//!
//! The usual body has its contacts first and in the order of its items, so the next contact is
//! tried as soon as an item has been read. What that leaves is joined at the end of the value, by
//! the ends of the ids; over sorted ones where there are many, so that a large body of strangers
//! costs n log n and not n².

use super::{Scan, value::Value};
use crate::{
    Kind,
    json::{Cursor, Str},
    party::Ids,
    table::{Flags, Index, NONE, Row},
};
use bytestring::ByteString;
use std::ops::Range;

/// Up to this many contacts are searched one by one, without a sorted list and its allocation.
const FEW: usize = 32;

impl<'a> Scan<'a, '_> {
    /// The row of the contact at hand, if its id is written as this item's is. Ids that are equal
    /// and written otherwise are found in the end.
    #[inline]
    pub(super) fn likely_contact(
        &mut self,
        wa_id: Option<Str<'a>>,
        user_id: Option<Str<'a>>,
        flags: Flags,
        value: &mut Value,
    ) -> Index {
        if wa_id.is_none() && user_id.is_none() && !flags.has(Flags::USER_ID) {
            return NONE;
        }
        let contacts = value.contacts();
        if contacts.is_empty() {
            value.unjoined = true; // They may come behind.
            return NONE;
        }
        let at = value.next_contact as usize;
        if let Some(Row::Event { id, party, flags: contact, .. }) = self.rows.get_mut(at) {
            // Zero is "not there".
            let same = match (user_id, *id) {
                (Some(ours), theirs @ 1..) => ours.stands_at(theirs),
                (None, 0) if flags.has(Flags::USER_ID) => false,
                // One has a user id, the other not: another contact may fit better.
                (None, 1..) | (Some(_), 0) if contacts.range().len() != 1 => false,
                _ => wa_id.is_some_and(|id| id.stands_at(*party)),
            };
            if same {
                contact.set(Flags::JOINED);
                let next = value.next_contact + 1;
                value.next_contact = if next < contacts.end { next } else { contacts.start };
                return at as Index;
            }
        }
        value.unjoined = true;
        NONE
    }

    /// Joins the items of a value that are not joined yet, or all of them anew.
    #[cold]
    pub(super) fn join(&mut self, value: &Value) {
        let contacts = value.contacts().range();
        if contacts.is_empty() {
            return;
        }
        let text = self.cursor.text();
        let rows = &mut *self.rows;
        if value.rejoin {
            for row in rows.get_mut(contacts.clone()).unwrap_or_default() {
                if let Row::Event { flags, .. } = row {
                    *flags = Flags::default();
                }
            }
        }
        let by_user_id = Contacts::by(|id, _| id, text, rows, contacts.clone());
        let by_wa_id = Contacts::by(|_, party| party, text, rows, contacts);
        for at in value.scope as usize..rows.len() {
            let Some(Row::Event { start, kind, party, flags, contact, .. }) = rows.get(at) else {
                continue;
            };
            if *kind == Kind::Contact || (*contact != NONE && !value.rejoin) {
                continue;
            }
            let (user_id, wa_id) = if flags.has(Flags::USER_ID) || flags.has(Flags::GROUP) {
                // Some id is not in the row.
                let outbound = flags.has(Flags::OUTBOUND);
                let ids = Ids::read(&mut Cursor::at(text, *start), outbound);
                (ids.user_id, ids.address)
            } else {
                (None, text_at(text, *party))
            };
            let found = by_user_id.find(user_id).or_else(|| by_wa_id.find(wa_id));
            if let Some(Row::Event { flags, .. }) = found.and_then(|found| rows.get_mut(found)) {
                flags.set(Flags::JOINED);
            }
            if let Some(Row::Event { contact, .. }) = rows.get_mut(at) {
                *contact = found.map_or(NONE, |found| found as Index);
            }
        }
    }
}

/// Contacts by one sort of their ids.
struct Contacts<'a> {
    first: usize,
    /// A few of them: each one's rank and id, in their order.
    few: [(u64, Option<Str<'a>>); FEW],
    /// More than a few: sorted by rank, then by text; each with its row.
    many: Vec<(u64, Str<'a>, usize)>,
}

impl<'a> Contacts<'a> {
    /// The contacts in these rows; `place` picks the one of `id` and `party`.
    fn by(
        place: fn(u32, u32) -> u32,
        text: &'a ByteString,
        rows: &[Row],
        contacts: Range<usize>,
    ) -> Self {
        let first = contacts.start;
        let (mut few, mut many) = ([(0, None); FEW], Vec::new());
        let are_few = contacts.len() <= FEW;
        let places = rows.get(contacts).unwrap_or_default().iter().map(|row| match row {
            Row::Event { id, party, .. } => place(*id, *party),
            _ => 0,
        });
        if are_few {
            for (slot, place) in few.iter_mut().zip(places) {
                let id = full_at(text, place);
                *slot = (id.map_or(0, rank), id);
            }
        } else {
            let ranked = |(at, place)| full_at(text, place).map(|id| (rank(id), id, first + at));
            many.extend(places.enumerate().filter_map(ranked));
            many.sort_unstable();
        }
        Contacts { first, few, many }
    }

    /// The row of the first contact with this id.
    fn find(&self, id: Option<Str<'_>>) -> Option<usize> {
        let id = id.filter(|id| !id.is_empty())?;
        let wanted = rank(id);
        if self.many.is_empty() {
            let same = |(rank, other): &(u64, Option<Str<'_>>)| {
                *rank == wanted && other.is_some_and(|other| other == id)
            };
            return self.few.iter().position(same).map(|at| self.first + at);
        }
        let before = |(rank, other, _): &(u64, Str<'_>, usize)| (*rank, *other) < (wanted, id);
        let (rank, other, row) = self.many.get(self.many.partition_point(before))?;
        ((*rank, *other) == (wanted, id)).then_some(*row)
    }
}

fn full_at(text: &ByteString, place: u32) -> Option<Str<'_>> {
    text_at(text, place).filter(|id| !id.is_empty())
}

/// The last bytes of an id, where numbers differ most: ids are sorted by it, and by their texts
/// only where that is the same.
#[inline]
fn rank(id: Str<'_>) -> u64 {
    let last = |text: &[u8]| text.last_chunk().map_or(0, |tail| u64::from_le_bytes(*tail));
    if id.is_escaped() { last(id.to_cow().as_bytes()) } else { last(id.raw_bytes()) }
}

/// The string or number at a place that the scan has noted.
#[inline]
pub(crate) fn text_at(text: &ByteString, place: u32) -> Option<Str<'_>> {
    if place == 0 {
        return None;
    }
    let mut cursor = Cursor::at(text, place);
    cursor.text_or_number()
}
