//! One item of an array: a message, a status, a contact, an error.
//!
//! Only what routing needs is noted. What lacks it is `Malformed`, and its siblings go on.

use super::{Scan, value::Value};
use crate::{
    AnyMedia, Kind, Payload,
    json::{List, Str},
    table::{Flags, NONE, Row},
    view::{
        ButtonContent, ContactCard, Conversation, ErrorView, InteractiveContent, LocationContent,
        MediaContent, OrderContent, Pricing, Profile, ReactionContent, SystemContent, TextContent,
        members,
    },
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
            "text" => self.content(Kind::Text, &mut body),
            "image" => self.content(Kind::Image, &mut body),
            "type" => kind = self.cursor.text_or_number().map(message_kind),
            _(key) => {
                match Kind::of_message_type(key.among(Kind::MESSAGE_TYPES)) {
                    Some(kind) => self.content(kind, &mut body),
                    None => {
                        // Turn.io's name for the business-scoped user id.
                        if key == "from_bsuid" {
                            item.flags.set(Flags::USER_ID);
                        }
                        self.cursor.skip_value();
                    }
                }
            },
        });
        match kind.or(body) {
            Some(kind) => self.push_item(kind, start, item, value),
            None => self.push_span(Kind::Malformed, start, self.cursor.offset32(), value.scope),
        }
    }

    /// Passes over a message's content with the reader of its view; notes the first one.
    #[inline]
    fn content(&mut self, kind: Kind, body: &mut Option<Kind>) {
        if self.is_there() {
            body.get_or_insert(kind);
        }
        match kind {
            Kind::Text => self.pass_over::<Option<TextContent<'_>>>(),
            Kind::Location => self.pass_over::<Option<LocationContent<'_>>>(),
            Kind::Contacts => self.pass_over::<List<'_, ContactCard<'_>>>(),
            Kind::Button => self.pass_over::<Option<ButtonContent<'_>>>(),
            Kind::Interactive => self.pass_over::<Option<InteractiveContent<'_>>>(),
            Kind::Order => self.pass_over::<Option<OrderContent<'_>>>(),
            Kind::Reaction => self.pass_over::<Option<ReactionContent<'_>>>(),
            Kind::System => self.pass_over::<Option<SystemContent<'_>>>(),
            kind if AnyMedia::KINDS.contains(kind) => self.pass_over::<Option<MediaContent<'_>>>(),
            _ => self.cursor.skip_value(),
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
            "conversation" => self.pass_over::<Option<Conversation<'_>>>(),
            "pricing" => self.pass_over::<Option<Pricing<'_>>>(),
            "errors" => self.pass_over::<List<'_, ErrorView<'_>>>(),
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
                self.pass_over::<Option<Profile<'_>>>();
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
