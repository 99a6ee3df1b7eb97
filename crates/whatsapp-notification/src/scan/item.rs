//! One item of an array: a message, a status, a contact, an error.
//!
//! Only what routing needs is noted. What lacks it is `Malformed`, and its siblings go on.

use super::{Scan, value::Value};
use crate::{
    Kind,
    json::Str,
    table::{Flags, NONE, Row},
    view::{Conversation, Pricing, Profile, TextContent, members},
};

/// What the scan notes of a message or a status.
#[derive(Clone, Copy, Default)]
struct Item<'a> {
    id: u32,
    timestamp: u32,
    /// `from`, or the recipient.
    party: Option<Str<'a>>,
    user_id: Option<Str<'a>>,
    flags: Flags,
}

impl<'a> Scan<'a, '_> {
    pub(super) fn message(&mut self, value: &mut Value) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, value.scope);
        }
        let start = self.cursor.offset32();
        let mut item = Item::default();
        let mut kind = None;
        // The kind of the first body that stands there, for a message without a `type`.
        let mut body = None;
        members!(self.cursor, {
            "context" => self.cursor.skip_value(),
            "from" => item.party = self.cursor.text_or_number(),
            "from_user_id" => item.user_id = self.cursor.text_or_number(),
            "group_id" => { self.cursor.skip_value(); item.flags.set(Flags::GROUP); },
            "id" => item.id = self.place(),
            "timestamp" => item.timestamp = self.place(),
            "text" => { self.pass_over::<TextContent<'_>>(); body.get_or_insert(Kind::Text); },
            "image" => { self.cursor.skip_value(); body.get_or_insert(Kind::Image); },
            "type" => kind = self.cursor.text_or_number().map(message_kind),
            _(key) => {
                let there = self.pass();
                match key.among(Kind::MESSAGE_TYPES) {
                    // Turn.io's name for the business-scoped user id.
                    _ if key == "from_bsuid" => item.flags.set(Flags::USER_ID),
                    name if there && body.is_none() => body = Kind::of_message_type(name),
                    _ => {}
                }
            },
        });
        match kind.or(body) {
            Some(kind) => self.push_item(kind, start, item, value),
            None => self.push_span(Kind::Malformed, start, self.cursor.offset32(), value.scope),
        }
    }

    pub(super) fn status(&mut self, value: &mut Value) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, value.scope);
        }
        let start = self.cursor.offset32();
        let mut item = Item::default();
        let mut status = false;
        let (mut recipient, mut inner, mut participant) = (None, None, None);
        let (mut user_id, mut participant_user_id) = (None, None);
        members!(self.cursor, {
            "id" => item.id = self.place(),
            "status" => status = self.cursor.text_or_number().is_some(),
            "timestamp" => item.timestamp = self.place(),
            "recipient_id" => recipient = self.cursor.text_or_number(),
            "recipient_user_id" => user_id = self.cursor.text_or_number(),
            "conversation" => self.pass_over::<Conversation<'_>>(),
            "pricing" => self.pass_over::<Pricing<'_>>(),
            "message" => inner = self.inner_recipient(),
            "recipient_type" => {
                if self.cursor.text_or_number().is_some_and(|kind| kind == "group") {
                    item.flags.set(Flags::GROUP);
                }
            },
            "recipient_participant_id" => participant = self.cursor.text_or_number(),
            "participant_recipient_id" => participant = self.cursor.text_or_number(),
            "recipient_participant_user_id" => {
                participant_user_id = self.cursor.text_or_number();
            },
            _(_key) => self.cursor.skip_value(),
        });
        if !status {
            return self.push_span(Kind::Malformed, start, self.cursor.offset32(), value.scope);
        }
        item.party = recipient.or(inner);
        item.user_id = participant_user_id.or(user_id);
        let place = item.party.map_or(0, |party| party.value_offset());
        // In a group the contact is the participant's, while the recipient stays the group.
        item.party = participant.or(item.party);
        self.push_item_at(Kind::Status, start, item, place, value);
    }

    /// `message.recipient_id`, which the On-Premises API sends since 2.39.1.
    fn inner_recipient(&mut self) -> Option<Str<'a>> {
        if self.cursor.peek() != Some(b'{') {
            self.cursor.skip_value();
            return None;
        }
        let mut recipient = None;
        members!(self.cursor, {
            "recipient_id" => recipient = self.cursor.text_or_number(),
            _(_key) => self.cursor.skip_value(),
        });
        recipient
    }

    pub(super) fn contact(&mut self, scope: u32) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, scope);
        }
        let start = self.cursor.offset32();
        let (mut wa_id, mut user_id, mut there) = (0, 0, false);
        members!(self.cursor, {
            "profile" => {
                there |= self.is_there();
                self.pass_over::<Profile<'_>>();
            },
            "wa_id" => { wa_id = self.place(); there = true; },
            "user_id" => { user_id = self.place(); there = true; },
            "input" => there |= self.pass(),
            _(_key) => self.cursor.skip_value(),
        });
        if !there {
            return self.push_span(Kind::Malformed, start, self.cursor.offset32(), scope);
        }
        let (end, flags, kind) = (self.cursor.offset32(), Flags::default(), Kind::Contact);
        let (id, party, timestamp, contact) = (user_id, wa_id, 0, NONE);
        self.push(Row::Event { start, end, scope, id, timestamp, party, contact, kind, flags });
    }

    pub(super) fn error(&mut self, scope: u32) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, scope);
        }
        let start = self.cursor.offset32();
        let mut there = false;
        members!(self.cursor, {
            "code" => there |= self.pass(),
            "title" => there |= self.pass(),
            "message" => there |= self.pass(),
            _(_key) => self.cursor.skip_value(),
        });
        let kind = if there { Kind::Error } else { Kind::Malformed };
        self.push_span(kind, start, self.cursor.offset32(), scope);
    }

    #[inline]
    fn push_item(&mut self, kind: Kind, start: u32, item: Item<'a>, value: &mut Value) {
        let place = item.party.map_or(0, |party| party.value_offset());
        self.push_item_at(kind, start, item, place, value);
    }

    fn push_item_at(
        &mut self,
        kind: Kind,
        start: u32,
        item: Item<'a>,
        party: u32,
        value: &mut Value,
    ) {
        let Item { id, timestamp, mut flags, user_id, .. } = item;
        if user_id.is_some() {
            flags.set(Flags::USER_ID);
        }
        let contact = self.likely_contact(item.party, user_id, flags, value);
        let (end, scope) = (self.cursor.offset32(), value.scope);
        self.push(Row::Event { start, end, scope, id, timestamp, party, contact, kind, flags });
    }
}

fn message_kind(name: Str<'_>) -> Kind {
    Kind::of_message_type(name.among(Kind::MESSAGE_TYPES)).unwrap_or(Kind::OtherMessage)
}
