//! Joining contacts with messages and statuses: by `user_id`, then by `wa_id`, never by index.
//!
//! The usual body has its contacts first and in the order of its items, so the next contact is
//! tried as soon as an item has been read. What that leaves is joined at the end of the value,
//! over sorted ids, so that a large body of strangers costs n log n and not n².

use super::{Scan, value::Value};
use crate::{
    Kind,
    json::{Cursor, Str},
    party::Ids,
    table::{Flags, Index, NONE, Row},
};
use bytestring::ByteString;

/// Up to this many contacts are searched one by one, without a sorted list (and its allocation).
const FEW: usize = 8;

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
        let (mut by_user_id, mut by_wa_id) = (Vec::new(), Vec::new());
        let many = contacts.len() > FEW;
        if many {
            let each = contacts.clone().filter_map(|at| contact_ids(text, rows.get(at)?, at));
            for (user_id, wa_id, at) in each {
                by_user_id.extend(user_id.map(|id| (rank(id), id, at)));
                by_wa_id.extend(wa_id.map(|id| (rank(id), id, at)));
            }
            by_user_id.sort_unstable();
            by_wa_id.sort_unstable();
        }
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
            let found = if many {
                look_up(&by_user_id, user_id).or_else(|| look_up(&by_wa_id, wa_id))
            } else {
                let find = |wanted: Option<Str<'a>>, by_user_id: bool| {
                    let wanted = wanted.filter(|id| !id.is_empty())?;
                    contacts.clone().find(|at| {
                        rows.get(*at).and_then(|row| contact_ids(text, row, *at)).is_some_and(
                            |(user_id, wa_id, _)| {
                                (if by_user_id { user_id } else { wa_id }) == Some(wanted)
                            },
                        )
                    })
                };
                find(user_id, true).or_else(|| find(wa_id, false))
            };
            if let Some(Row::Event { flags, .. }) = found.and_then(|found| rows.get_mut(found)) {
                flags.set(Flags::JOINED);
            }
            if let Some(Row::Event { contact, .. }) = rows.get_mut(at) {
                *contact = found.map_or(NONE, |found| found as Index);
            }
        }
    }
}

/// The `user_id` and `wa_id` of a contact's row.
type ContactIds<'a> = (Option<Str<'a>>, Option<Str<'a>>, usize);

fn contact_ids<'a>(text: &'a ByteString, row: &Row, at: usize) -> Option<ContactIds<'a>> {
    match row {
        Row::Event { id, party, .. } => {
            let full = |place| text_at(text, place).filter(|id| !id.is_empty());
            Some((full(*id), full(*party), at))
        }
        _ => None,
    }
}

/// An id with its rank, and the row of its contact.
type Ranked<'a> = (u64, Str<'a>, usize);

fn look_up(sorted: &[Ranked<'_>], id: Option<Str<'_>>) -> Option<usize> {
    let id = id.filter(|id| !id.is_empty())?;
    let wanted = (rank(id), id);
    let at = sorted.partition_point(|(rank, other, _)| (*rank, *other) < wanted);
    sorted.get(at).filter(|(rank, other, _)| (*rank, *other) == wanted).map(|(_, _, row)| *row)
}

/// The last bytes of an id, where numbers differ most: ids are sorted by it, and by their texts
/// only where that is the same.
fn rank(id: Str<'_>) -> u64 {
    let text = id.to_cow();
    let (_, tail) = text.as_bytes().as_rchunks::<8>();
    tail.last().map_or(0, |tail| u64::from_le_bytes(*tail))
}

/// The string or number at a place that the scan has noted.
#[inline]
pub(crate) fn text_at(text: &ByteString, place: u32) -> Option<Str<'_>> {
    if place == 0 {
        return None;
    }
    let mut cursor = Cursor::at(text, place);
    cursor.plain_string().or_else(|| cursor.text_or_number())
}
