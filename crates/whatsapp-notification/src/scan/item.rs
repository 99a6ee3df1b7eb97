//! One item of an array: a message, a status, a contact, an error.
//!
//! Only what routing needs is noted. What lacks it is `Malformed`, and its siblings go on.

use super::{Scan, value::Value};
use crate::{
    Kind,
    catalog::catalog,
    json::{Bet, List, Str, Value as _},
    table::{Flags, Noted, Row},
    usual,
    view::*,
};
use std::ops::Range;

/// What the scan notes of an item.
#[derive(Clone, Copy, Default)]
pub(super) struct Item<'a> {
    id: Option<Str<'a>>,
    timestamp: u32,
    /// The customer's address: a number, or the id of a group.
    party: Option<Str<'a>>,
    user_id: Option<Str<'a>>,
    flags: Flags,
}

impl<'a> Item<'a> {
    #[inline(always)]
    pub(super) fn of(head: usual::Head<'a>, flags: Flags) -> Self {
        let usual::Head { party, party_user_id: user_id, id, timestamp } = head;
        let timestamp = timestamp.value_offset();
        Item { id: Some(id), timestamp, party: Some(party), user_id, flags }
    }
}

/// Declares how the content of each kind of message is passed over, from the table of the
/// [catalog](crate::catalog).
macro_rules! contents {
    (
        $a:lifetime;
        messages { $($(#[$message_meta:meta])* $Message:ident = $type:literal $(| $or:literal)?: $Content:ty;)* }
        systems { $($(#[$system_meta:meta])* $System:ident = $system:literal;)* }
        others { $($(#[$other_meta:meta])* $Other:ident = $name:literal $(by $by:literal)?: $View:ty;)* }
    ) => {
        impl<$a> Scan<$a, '_> {
            /// Passes over a message's content with the reader of its view.
            #[inline]
            fn pass_over_content(&mut self, kind: Kind) {
                match kind {
                    $(Kind::$Message => <$Content>::pass(&mut self.cursor),)*
                    _ => self.cursor.skip_value(),
                }
            }
        }
    };
}

catalog!(contents, 'a);

impl<'a> Scan<'a, '_> {
    /// A message, of its own kind, or of the one that messages here are.
    pub(super) fn message(&mut self, all: Option<Kind>, value: &mut Value) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, value.scope);
        }
        let start = self.cursor.offset();
        let mut item = Item::default();
        let mut kind = None;
        // The kind of the first body that stands there, for a message without a `type`.
        let mut body = None;
        let mut system = Kind::System;
        let (mut to, mut to_user_id) = (None, None);
        members!(self.cursor, {
            [self.usual_head(usual::message) => |head| item = Item::of(head, item.flags)] {
                "context" => self.cursor.skip_value(),
                "from" => item.party = self.cursor.text_or_number(),
                "from_user_id" => item.user_id = self.cursor.text_or_number(),
                "group_id" => { self.cursor.skip_value(); item.flags.set(Flags::GROUP); },
                "id" => item.id = self.cursor.text_or_number(),
                "timestamp" => item.timestamp = self.place(),
            }
            "text" => self.content(Kind::Text, &mut body),
            "image" => self.content(Kind::Image, &mut body),
            "type" => kind = self.cursor.text_or_number().map(Kind::of_type),
            _(key) => match Kind::of_message_type(key.among(Kind::MESSAGE_TYPES)) {
                Some(Kind::System) => {
                    let there = self.is_there();
                    let content = SystemContent::read_value(&mut self.cursor);
                    system = content.and_then(|content| content.kind).map_or(system, Kind::of_system_type);
                    body = body.or(there.then_some(Kind::System));
                }
                Some(kind) => self.content(kind, &mut body),
                None => match key.among(&["to", "to_user_id", "from_bsuid", "from_parent_user_id"]) {
                    "to" => to = self.cursor.text_or_number(),
                    "to_user_id" => to_user_id = self.cursor.text_or_number(),
                    "" => self.cursor.skip_value(),
                    // Other names of the user id, or another one beside it.
                    _ => { self.cursor.skip_value(); item.flags.set(Flags::USER_ID); }
                },
            },
        });
        let Some(kind) = kind.or(body) else {
            return self.push_span(Kind::Malformed, start, self.cursor.offset(), value.scope);
        };
        let kind = match all {
            None if kind == Kind::System => system,
            None => kind,
            Some(all) => {
                // An echo is from the business, and so is a message of a history that has a `to`.
                if all == Kind::Echo || to.is_some() || to_user_id.is_some() {
                    item.flags.set(Flags::OUTBOUND);
                    (item.party, item.user_id) = (to, to_user_id);
                }
                all
            }
        };
        self.push_item(kind, start..self.cursor.offset(), item, value);
    }

    /// Passes over a message's content; notes the first one.
    #[inline]
    fn content(&mut self, kind: Kind, body: &mut Option<Kind>) {
        if self.is_there() {
            body.get_or_insert(kind);
        }
        self.pass_over_content(kind);
    }

    /// A status of a message or of a call.
    pub(super) fn status(&mut self, kind: Kind, value: &mut Value) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, value.scope);
        }
        let start = self.cursor.offset();
        let mut item = Item::default();
        item.flags.set(Flags::OUTBOUND);
        let mut status = false;
        let (mut recipient, mut inner, mut participant) = (None, None, None);
        let (mut user_id, mut participant_user_id) = (None, None);
        members!(self.cursor, {
            [self.usual_head(|bet| usual::status_head(bet).map(|(head, _)| head)) => |head| {
                status = true;
                (recipient, user_id) = (Some(head.party), head.party_user_id);
                item = Item::of(head, item.flags);
            }] {
                "id" => item.id = self.cursor.text_or_number(),
                "status" => status = self.cursor.text_or_number().is_some(),
                "timestamp" => item.timestamp = self.place(),
                "recipient_id" => recipient = self.cursor.text_or_number(),
                "recipient_user_id" => user_id = self.cursor.text_or_number(),
            }
            "conversation" => self.pass_over::<Conversation<'_>>(),
            "pricing" => self.pass_over::<Pricing<'_>>(),
            "errors" => self.pass_over::<List<'_, ErrorView<'_>>>(),
            "message" => inner = self.inner_recipient(),
            rare "recipient_type" => {
                if self.cursor.text_or_number().is_some_and(|kind| kind == "group") {
                    item.flags.set(Flags::GROUP);
                }
            },
            rare "recipient_participant_id" => participant = self.cursor.text_or_number(),
            rare "participant_recipient_id" => participant = self.cursor.text_or_number(),
            rare "recipient_participant_user_id" => {
                participant_user_id = self.cursor.text_or_number();
            },
            _(_key) => self.cursor.skip_value(),
        });
        if !status {
            return self.push_span(Kind::Malformed, start, self.cursor.offset(), value.scope);
        }
        item.party = recipient.or(inner);
        item.user_id = participant_user_id.or(user_id);
        let place = item.party.map_or(0, |party| party.value_offset());
        // In a group the contact is the participant's, while the recipient stays the group.
        item.party = participant.or(item.party);
        self.push_item_at(kind, start..self.cursor.offset(), item, place, value);
    }

    pub(super) fn call(&mut self, value: &mut Value) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, value.scope);
        }
        let start = self.cursor.offset();
        let mut item = Item::default();
        let (mut event, mut by_business) = (false, false);
        let (mut to, mut to_user_id) = (None, None);
        members!(self.cursor, {
            "id" => item.id = self.cursor.text_or_number(),
            "from" => item.party = self.cursor.text_or_number(),
            "from_user_id" => item.user_id = self.cursor.text_or_number(),
            "to" => to = self.cursor.text_or_number(),
            "to_user_id" => to_user_id = self.cursor.text_or_number(),
            "event" => event = self.cursor.text_or_number().is_some(),
            "timestamp" => item.timestamp = self.place(),
            "direction" => {
                by_business =
                    self.cursor.text_or_number().is_some_and(|by| by == "BUSINESS_INITIATED");
            },
            _(_key) => self.cursor.skip_value(),
        });
        if !event {
            return self.push_span(Kind::Malformed, start, self.cursor.offset(), value.scope);
        }
        if by_business {
            item.flags.set(Flags::OUTBOUND);
            (item.party, item.user_id) = (to, to_user_id);
        }
        self.push_item(Kind::Call, start..self.cursor.offset(), item, value);
    }

    /// An object that is one event of this kind; an empty one is malformed.
    pub(super) fn object(&mut self, kind: Kind, value: &mut Value) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, value.scope);
        }
        let start = self.cursor.offset();
        let mut item = Item::default();
        let mut empty = true;
        members!(self.cursor, {
            "id" => { item.id = self.cursor.text_or_number(); empty = false; },
            "timestamp" => { item.timestamp = self.place(); empty = false; },
            "wa_id" => { item.party = self.cursor.text_or_number(); empty = false; },
            "group_id" => { self.cursor.skip_value(); item.flags.set(Flags::GROUP); empty = false; },
            _(key) => {
                // Ids of the customer's that are read when they are asked for.
                if key == "user_id" || key == "parent_user_id" {
                    item.flags.set(Flags::USER_ID);
                }
                self.cursor.skip_value();
                empty = false;
            },
        });
        match kind {
            // Their customer stands one level deeper.
            Kind::Handover | Kind::StateSync => item.flags.set(Flags::USER_ID),
            Kind::StandbyEcho => {
                item.flags.set(Flags::USER_ID);
                item.flags.set(Flags::OUTBOUND);
            }
            _ => {}
        }
        if empty {
            return self.push_span(Kind::Malformed, start, self.cursor.offset(), value.scope);
        }
        self.push_item(kind, start..self.cursor.offset(), item, value);
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
        let start = self.cursor.offset();
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
            return self.push_span(Kind::Malformed, start, self.cursor.offset(), scope);
        }
        self.push_contact(start..self.cursor.offset(), wa_id, user_id, scope);
    }

    #[inline]
    pub(super) fn push_contact(&mut self, span: Range<u32>, wa_id: u32, user_id: u32, scope: u32) {
        let noted = Noted { id: user_id, party: wa_id, ..Noted::NOTHING };
        self.push(Row::event(Kind::Contact, span, scope, noted));
    }

    pub(super) fn error(&mut self, scope: u32) {
        if self.cursor.peek() != Some(b'{') {
            return self.whole(Kind::Malformed, scope);
        }
        let start = self.cursor.offset();
        let mut there = false;
        members!(self.cursor, {
            "code" => there |= self.pass(),
            "title" => there |= self.pass(),
            "message" => there |= self.pass(),
            _(_key) => self.cursor.skip_value(),
        });
        let kind = if there { Kind::Error } else { Kind::Malformed };
        self.push_span(kind, start, self.cursor.offset(), scope);
    }

    /// The first members of an item, if they are as usual: the cursor is behind them then.
    #[inline(always)]
    fn usual_head(
        &mut self,
        head: impl FnOnce(&mut Bet<'a>) -> Option<usual::Head<'a>>,
    ) -> Option<usual::Head<'a>> {
        let mut bet = self.cursor.bet(1)?;
        let head = head(&mut bet)?;
        self.cursor.take(&bet);
        Some(head)
    }

    #[inline(always)]
    pub(super) fn push_item(
        &mut self,
        kind: Kind,
        span: Range<u32>,
        item: Item<'a>,
        value: &mut Value,
    ) {
        let place = item.party.map_or(0, |party| party.value_offset());
        self.push_item_at(kind, span, item, place, value);
    }

    #[inline(always)]
    fn push_item_at(
        &mut self,
        kind: Kind,
        span: Range<u32>,
        item: Item<'a>,
        party: u32,
        value: &mut Value,
    ) {
        let Item { timestamp, mut flags, user_id, .. } = item;
        let id = item.id.map_or(0, |id| id.value_offset());
        let id_len = item.id.map_or(0, |id| id.plain_len());
        if user_id.is_some() {
            flags.set(Flags::USER_ID);
        }
        let contact = self.likely_contact(item.party, user_id, flags, value);
        let noted = Noted { id, id_len, timestamp, party, contact, flags };
        self.push(Row::event(kind, span, value.scope, noted));
    }
}
