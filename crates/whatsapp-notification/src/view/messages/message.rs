//! [`Message`]: what all messages have, around the content of one type.
//!
//! ```
//! use whatsapp_notification::{Notification, Text};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "text":{"body":"Hi"},"type":"text"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Text>().ok());
//! let event = event.ok_or("no such event")?;
//! let message = event.get();
//! assert!(message.header.from.is_some_and(|from| from == "15550001"));
//! assert!(message.content.body == message.body);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{
    Timestamp,
    json::{Bet, Cursor, List, Nested, Str, Untyped, Value},
    usual,
    view::*,
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::{cell::Cell, ops::Deref};

object! {
    /// What all messages have. Everything may be missing: a customer without a shared number has
    /// no `from`.
    pub struct MessageHeader<'a> {
        /// What it replies to; whether it was forwarded.
        pub context: Nested<'a, Context<'a>> = "context",
        /// The sender's number.
        pub from: Option<Str<'a>> = "from",
        /// The sender's business-scoped user id (Cloud, since 2026).
        pub from_user_id: Option<Str<'a>> = "from_user_id",
        /// The sender's user id in the scope of the parent portfolio.
        pub from_parent_user_id: Option<Str<'a>> = rare "from_parent_user_id",
        /// The sender's business-scoped user id, as Turn.io names it.
        pub from_bsuid: Option<Str<'a>> = rare "from_bsuid",
        /// Whom an echo or a message of a history was sent to: a number.
        pub to: Option<Str<'a>> = rare "to",
        /// The same, by the business-scoped user id.
        pub to_user_id: Option<Str<'a>> = rare "to_user_id",
        /// The same, in the scope of the parent portfolio.
        pub to_parent_user_id: Option<Str<'a>> = rare "to_parent_user_id",
        /// The group that it was sent to.
        pub group_id: Option<Str<'a>> = rare "group_id",
        /// The message's id, opaque.
        pub id: Option<Str<'a>> = "id",
        /// When it was sent, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// The type: names the key of the content.
        pub kind: Option<Str<'a>> = "type",
        /// The advertisement or post from which the customer came.
        pub referral: Nested<'a, Referral<'a>> = rare "referral",
        /// The state of the customer's security code.
        pub identity: Nested<'a, Identity<'a>> = rare "identity",
        /// Why it is unsupported, or what went wrong.
        pub errors: List<'a, ErrorView<'a>> = rare "errors",
        /// What had become of it (history).
        pub history_context: Option<HistoryContext<'a>> = rare "history_context",
        /// What wrote it: `created_by_1p_bot` (echoes).
        pub message_creation_type: Option<Str<'a>> = rare "message_creation_type",
    }
}

/// A message: its header, and the content that its type names.
///
/// It dereferences to the content, so that `message.body` reads a text's body and
/// `message.header.from` its sender. A content that is missing has all its fields absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Message<'a, C> {
    /// What all messages have.
    pub header: MessageHeader<'a>,
    /// What this type has.
    pub content: C,
    /// The key under which the content stands; empty if there is none.
    key: &'static str,
}

/// A message of each type, as [`Event::get`](crate::Event::get) lends it.
macro_rules! messages {
    ($($(#[$meta:meta])* $Message:ident: $Content:ty;)*) => {
        $($(#[$meta])* pub type $Message<'a> = Message<'a, $Content>;)*
    };
}

messages! {
    /// A text message.
    TextMessage: TextContent<'a>;
    /// An image, audio, voice message, video, document or sticker.
    MediaMessage: MediaContent<'a>;
    /// A place.
    LocationMessage: LocationContent<'a>;
    /// Contact cards.
    ContactsMessage: List<'a, ContactCard<'a>>;
    /// A quick reply to a template.
    ButtonMessage: ButtonContent<'a>;
    /// A reply to buttons, lists, flows or call permissions.
    InteractiveMessage: InteractiveContent<'a>;
    /// An order.
    OrderMessage: OrderContent<'a>;
    /// A reaction.
    ReactionMessage: ReactionContent<'a>;
    /// A system message.
    SystemMessage: SystemContent<'a>;
    /// A message that WhatsApp itself cannot pass on.
    UnsupportedMessage: UnsupportedContent<'a>;
    /// An edit.
    EditMessage: EditContent<'a>;
    /// A revocation.
    RevokeMessage: RevokeContent<'a>;
}

impl<'a, C: Default> Message<'a, C> {
    /// Reads the message at the cursor; its content stands under `key`, or else under `or_key`.
    pub(crate) fn read(
        cursor: &mut Cursor<'a>,
        key: &'static str,
        or_key: Option<&'static str>,
    ) -> Self
    where
        C: Value<'a>,
    {
        let mut message = Self::default();
        if message.usual(cursor, key).is_some() {
            return message;
        }
        let content = Cell::from_mut(&mut message.content);
        let found = Cell::from_mut(&mut message.key);
        let usual = |bet: &mut Bet<'a>| {
            let usual = bet.bare_key(key).then(|| C::bet(bet)).flatten()?;
            content.set(usual);
            found.set(key);
            Some(())
        };
        message.header.read_with(cursor, usual, |name, cursor| {
            let fits = |key: &&'static str| name == **key;
            // Content under the type's own key wins over content under the other one.
            let under =
                Some(key).filter(fits).or(or_key.filter(|_| found.get() != key).filter(fits));
            match under {
                Some(under) => {
                    let read = C::read_value(cursor);
                    found.set(if read.is_some() { under } else { "" });
                    content.set(read.unwrap_or_default());
                }
                None => cursor.skip_value(),
            }
        });
        message
    }

    /// Bets on a message that has nothing else than its first members, its type and its content.
    #[inline(always)]
    fn usual(&mut self, cursor: &mut Cursor<'a>, key: &'static str) -> Option<()>
    where
        C: Value<'a>,
    {
        let mut bet = cursor.bet(1)?;
        let usual::Head { party, party_user_id, id, timestamp } = usual::message(&mut bet)?;
        let first = usual::message_type(&mut bet);
        if bet.byte() != Some(b',') || !bet.bare_key(key) {
            return None;
        }
        let content = C::bet(&mut bet)?;
        let kind = first.or_else(|| usual::message_type(&mut bet));
        bet.literal(b"}")?;
        bet.deepen(-1);
        cursor.take(&bet);
        let header = &mut self.header;
        (header.from, header.from_user_id) = (Some(party), party_user_id);
        header.id = Some(id);
        (header.timestamp, header.kind) = (Timestamp::of(timestamp), kind);
        (self.content, self.key) = (content, key);
        Some(())
    }

    /// Passes over the message at the cursor and lists what no field of [`read`](Self::read) holds.
    pub(crate) fn untyped_under(
        cursor: &mut Cursor<'a>,
        key: &'static str,
        or_key: Option<&'static str>,
        found: &mut Untyped,
    ) where
        C: Value<'a>,
    {
        let read = Self::read(&mut { *cursor }, key, or_key);
        // Where the content cannot be read, its own key is the one to tell of.
        let content = if read.key.is_empty() { key } else { read.key };
        MessageHeader::untyped_with(cursor, found, |name, cursor, found| {
            if name == content {
                C::untyped(cursor, found);
            } else {
                found.whole(cursor);
            }
        });
    }

    /// The same message with its content as part of something wider.
    pub(crate) fn map<D>(this: Self, wider: impl FnOnce(C) -> D) -> Message<'a, D> {
        Message { header: this.header, content: wider(this.content), key: this.key }
    }
}

impl<C> Deref for Message<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.content
    }
}

/// The header's members, and the content under its key.
impl<C: Serialize> Serialize for Message<'_, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.header.serialize_members(&mut map)?;
        if !self.key.is_empty() {
            map.serialize_entry(self.key, &self.content)?;
        }
        map.end()
    }
}

/// The content of a message whose type alone says all: `request_welcome`, `ephemeral`,
/// `media_placeholder`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoContent;

impl<'a> Value<'a> for NoContent {
    fn read_value(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.skip_value();
        None
    }
}

impl Serialize for NoContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
