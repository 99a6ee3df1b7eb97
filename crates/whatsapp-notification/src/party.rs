//! [`Party`]: the customer on the other side, whichever of their ids a notification has.
//!
//! ```
//! use whatsapp_notification::Notification;
//!
//! let body = r#"{"contacts":[{"profile":{"name":"Ada"},"wa_id":"15550001"}],
//!     "messages":[{"from":"15550001","id":"A","type":"text","text":{"body":"Hi"}}]}"#;
//! let notification = Notification::parse(body)?;
//! let event = notification.events().next().ok_or("no event")?;
//! let sender = event.sender();
//! assert!(sender.key().is_some_and(|key| key == "15550001"));
//! assert!(sender.name().is_some_and(|name| name == "Ada"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{
    json::{Cursor, Str, Value},
    view::{ContactView, members},
};
use bytestring::ByteString;
use std::fmt;

/// The customer whom a message is from or a status is about.
///
/// `Debug` shows lengths only.
#[derive(Clone, Copy, Default)]
pub struct Party<'a> {
    pub(crate) address: Option<Str<'a>>,
    pub(crate) user_id: Option<Str<'a>>,
    /// Where the joined contact stands; it is read when it is asked for.
    pub(crate) contact: Option<(&'a ByteString, u32)>,
}

impl<'a> Party<'a> {
    /// The message's `from`, or the status's recipient: a number, or the id of a group.
    #[must_use]
    pub fn address(&self) -> Option<Str<'a>> {
        self.address.filter(|id| !id.is_empty())
    }

    /// The business-scoped user id (Cloud, since 2026).
    #[must_use]
    pub fn user_id(&self) -> Option<Str<'a>> {
        let contact = || self.contact().and_then(|contact| contact.user_id);
        self.user_id.or_else(contact).filter(|id| !id.is_empty())
    }

    /// The WhatsApp id of the joined contact. It may differ from [`address`](Self::address).
    #[must_use]
    pub fn wa_id(&self) -> Option<Str<'a>> {
        self.contact().and_then(|contact| contact.wa_id).filter(|id| !id.is_empty())
    }

    /// The name that the customer shows.
    #[must_use]
    pub fn name(&self) -> Option<Str<'a>> {
        self.contact()?.profile?.name
    }

    /// The contact of the notification that belongs to this party.
    #[must_use]
    pub fn contact(&self) -> Option<ContactView<'a>> {
        let (text, at) = self.contact?;
        ContactView::read_value(&mut Cursor::at(text, at as usize))
    }

    /// What to know the customer by: the user id, else the WhatsApp id, else the address. The user
    /// id is the most stable; it changes when the customer changes number.
    #[must_use]
    pub fn key(&self) -> Option<Str<'a>> {
        self.user_id().or_else(|| self.wa_id()).or_else(|| self.address())
    }
}

impl fmt::Debug for Party<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Party")
            .field("address", &self.address)
            .field("user_id", &self.user_id)
            .field("has_contact", &self.contact.is_some())
            .finish()
    }
}

/// The ids that a message or a status has, of all the names that they go by.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ids<'a> {
    pub(crate) group: Option<Str<'a>>,
    pub(crate) user_id: Option<Str<'a>>,
    pub(crate) address: Option<Str<'a>>,
}

impl<'a> Ids<'a> {
    /// `user_id` and `wa_id` by which the contact is found.
    pub(crate) fn contact(self) -> (Option<Str<'a>>, Option<Str<'a>>) {
        (self.user_id, self.address)
    }
}

impl<'a> Value<'a> for Ids<'a> {
    #[cold]
    fn read_value(cursor: &mut Cursor<'a>) -> Option<Self> {
        let mut ids = Ids::default();
        let (mut recipient, mut inner, mut participant) = (None, None, None);
        let (mut recipient_user, mut participant_user, mut is_group) = (None, None, false);
        members!(cursor, {
            "from" => ids.address = cursor.text_or_number(),
            "from_user_id" => ids.user_id = cursor.text_or_number(),
            "from_bsuid" => ids.user_id = cursor.text_or_number(),
            "group_id" => ids.group = cursor.text_or_number(),
            "recipient_id" => recipient = cursor.text_or_number(),
            "recipient_user_id" => recipient_user = cursor.text_or_number(),
            "recipient_type" => {
                is_group = cursor.text_or_number().is_some_and(|kind| kind == "group");
            },
            "recipient_participant_id" => participant = cursor.text_or_number(),
            "participant_recipient_id" => participant = cursor.text_or_number(),
            "recipient_participant_user_id" => participant_user = cursor.text_or_number(),
            "message" => inner = crate::view::StatusMessage::read_value(cursor),
            _(_key) => cursor.skip_value(),
        });
        let recipient = recipient.or(inner.and_then(|message| message.recipient_id));
        if is_group {
            ids.group = recipient;
        }
        ids.address = ids.address.or(participant).or(recipient);
        ids.user_id = ids.user_id.or(participant_user).or(recipient_user);
        Some(ids)
    }
}
