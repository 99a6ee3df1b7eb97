//! Joining contacts with messages and statuses: by `user_id`, then by `wa_id`, never by index.
//!
//! The usual body has its contacts first and in the order of its items, so the next contact is
//! tried as soon as an item has been read. What that leaves is joined at the end of the value,
//! over sorted ids, so that a large body of strangers costs n log n and not n².

use super::{Scan, value::Value};
use crate::{
    json::{Cursor, Str},
    party::Ids,
    table::{Flags, Index, NONE, Row},
};
use bytestring::ByteString;

/// Up to this many contacts are searched one by one, without a sorted list (and its allocation).
const FEW: usize = 8;

impl<'a> Scan<'a, '_> {
    /// The row of the contact at hand, if it is the one of this item.
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
        let text = self.cursor.text();
        if let Some(Row::Event { id, party, flags: contact, .. }) = self.rows.get_mut(at) {
            let same = match (user_id, text_at(text, *id)) {
                (Some(ours), Some(theirs)) => ours == theirs,
                (None, None) if !flags.has(Flags::USER_ID) => same_id(wa_id, text_at(text, *party)),
                // One has a user id, the other not: another contact may fit better.
                (None, Some(_)) | (Some(_), None) if contacts.range().len() == 1 => {
                    same_id(wa_id, text_at(text, *party))
                }
                _ => false,
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

    /// Joins all items of a value anew.
    #[cold]
    pub(super) fn join(&mut self, value: &Value) {
        let contacts = value.contacts().range();
        if contacts.is_empty() {
            return;
        }
        let text = self.cursor.text();
        let rows = &mut *self.rows;
        for row in rows.get_mut(contacts.clone()).unwrap_or_default() {
            if let Row::Event { flags, .. } = row {
                *flags = Flags::default();
            }
        }
        let (mut by_user_id, mut by_wa_id) = (Vec::new(), Vec::new());
        let many = contacts.len() > FEW;
        if many {
            let each = contacts.clone().filter_map(|at| contact_ids(text, rows.get(at)?, at));
            for (user_id, wa_id, at) in each {
                by_user_id.extend(user_id.map(|id| (id, at)));
                by_wa_id.extend(wa_id.map(|id| (id, at)));
            }
            by_user_id.sort_unstable();
            by_wa_id.sort_unstable();
        }
        for at in value.scope as usize..rows.len() {
            let Some(Row::Event { start, kind, party, flags, .. }) = rows.get(at) else { continue };
            if *kind == crate::Kind::Contact {
                continue;
            }
            let (user_id, wa_id) = if flags.has(Flags::USER_ID) || flags.has(Flags::GROUP) {
                // Some id is not in the row.
                let outbound = flags.has(Flags::OUTBOUND);
                let ids = Ids::read(&mut Cursor::at(text, *start as usize), outbound);
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

fn look_up(sorted: &[(Str<'_>, usize)], id: Option<Str<'_>>) -> Option<usize> {
    let id = id.filter(|id| !id.is_empty())?;
    let at = sorted.partition_point(|(other, _)| *other < id);
    sorted.get(at).filter(|(other, _)| *other == id).map(|(_, row)| *row)
}

#[inline]
fn same_id(one: Option<Str<'_>>, two: Option<Str<'_>>) -> bool {
    one.is_some_and(|one| !one.is_empty() && Some(one) == two)
}

/// The string or number at a place that the scan has noted.
#[inline]
pub(crate) fn text_at(text: &ByteString, place: u32) -> Option<Str<'_>> {
    if place == 0 {
        return None;
    }
    Cursor::at(text, place as usize).text_or_number()
}
