//! [`Party`]: the customer on the other side, whichever of their ids a notification has.
//!
//! ```
//! use whatsapp_notification::{Notification, PartyId};
//!
//! let body = r#"{"contacts":[{"profile":{"name":"Ada","username":"@ada"},"user_id":"US.1"}],
//!     "messages":[{"from_user_id":"US.1","id":"A","type":"text","text":{"body":"Hi"}}]}"#;
//! let notification = Notification::parse(body)?;
//! let event = notification.events().next().ok_or("no event")?;
//! let sender = event.sender();
//! assert!(sender.name().is_some_and(|name| name == "Ada"));
//! assert!(sender.username().is_some_and(|name| name == "ada"));
//! assert!(sender.phone().is_none()); // not shared
//! let Some(PartyId::UserId(id)) = sender.id() else { return Err("no user id".into()) };
//! assert!(id == "US.1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{
    json::{Cursor, Str, Value},
    scan::join::text_at,
    view::{ContactView, PreviousAndCurrent, members},
};
use bytestring::ByteString;
use std::fmt;

/// The customer whom an event is from or about: a message's sender, a status's recipient, the other
/// side of a call.
///
/// Which ids are there depends on what the customer shares and on the API: each is looked for in
/// the event itself and in the contact that belongs to it. `Debug` shows lengths only.
#[derive(Clone, Copy, Default)]
pub struct Party<'a> {
    pub(crate) address: Option<Str<'a>>,
    /// What stands in the event itself beside the address; most events have nothing there.
    pub(crate) ids: Option<Ids<'a>>,
    /// The joined contact; it is read when it is asked for.
    pub(crate) contact: Option<ContactAt<'a>>,
}

/// Where a contact stands, and its ids in it (zero if it has none): whoever asks for an id alone
/// need not read all of it.
#[derive(Clone, Copy)]
pub(crate) struct ContactAt<'a> {
    pub(crate) text: &'a ByteString,
    pub(crate) start: u32,
    pub(crate) user_id: u32,
    pub(crate) wa_id: u32,
}

impl<'a> ContactAt<'a> {
    fn user_id(self) -> Option<Str<'a>> {
        full(text_at(self.text, self.user_id))
    }

    fn wa_id(self) -> Option<Str<'a>> {
        full(text_at(self.text, self.wa_id))
    }
}

/// What to know a customer by: the most stable id that a notification has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartyId<'a> {
    /// The business-scoped user id: on every new notification of the Cloud API since 2026, whether
    /// or not the number is shared. It changes when the customer changes number, and then an
    /// [`IdChange`](crate::IdChange) tells.
    UserId(Str<'a>),
    /// The WhatsApp id, mostly the number's digits. Missing where the customer does not share the
    /// number; it may go to someone else.
    WaId(Str<'a>),
    /// What the event itself names: a number, in whichever way it is written.
    Address(Str<'a>),
}

impl<'a> PartyId<'a> {
    /// True for an id that stays when the customer hides the number or shows it again.
    #[must_use]
    pub fn is_stable(&self) -> bool {
        matches!(self, PartyId::UserId(_))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> Str<'a> {
        match self {
            PartyId::UserId(id) | PartyId::WaId(id) | PartyId::Address(id) => *id,
        }
    }
}

impl<'a> Party<'a> {
    /// The message's `from`, the status's recipient, the number that was called: as it is written.
    #[inline]
    #[must_use]
    pub fn address(&self) -> Option<Str<'a>> {
        full(self.address)
    }

    /// The number, where it is shared: the WhatsApp id if it is one, else the address if it is one.
    #[must_use]
    pub fn phone(&self) -> Option<Str<'a>> {
        let is_number = |id: &Str<'a>| {
            id.chars().all(|char| matches!(char, '0'..='9' | '+' | ' ' | '-' | '(' | ')'))
        };
        self.wa_id().filter(is_number).or_else(|| self.address().filter(is_number))
    }

    /// The WhatsApp id. It may differ from [`address`](Self::address).
    #[must_use]
    pub fn wa_id(&self) -> Option<Str<'a>> {
        self.own(|ids| ids.wa_id).or_else(|| self.contact?.wa_id()).filter(|id| !is_user_id(*id))
    }

    /// The business-scoped user id (Cloud, since 2026), such as `US.1349…`.
    ///
    /// Some hosts put it where a number is usual; it is found there by its dot.
    #[must_use]
    pub fn user_id(&self) -> Option<Str<'a>> {
        self.own(|ids| ids.user_id)
            .or_else(|| self.contact?.user_id())
            .or_else(|| self.address().filter(|id| is_user_id(*id)))
            .or_else(|| self.contact?.wa_id().filter(|id| is_user_id(*id)))
    }

    /// The user id in the scope of the parent portfolio, such as `US.ENT.1349…`.
    #[must_use]
    pub fn parent_user_id(&self) -> Option<Str<'a>> {
        self.own(|ids| ids.parent_user_id).or_else(|| full(self.contact()?.parent_user_id))
    }

    /// The user name, without the `@` that some notifications put before it.
    #[must_use]
    pub fn username(&self) -> Option<Str<'a>> {
        let profile = || self.contact().and_then(|contact| contact.profile);
        self.own(|ids| ids.username).or_else(|| full(profile()?.username)).map(Str::without_at)
    }

    /// The name that the customer shows.
    #[must_use]
    pub fn name(&self) -> Option<Str<'a>> {
        self.contact()?.profile?.name
    }

    /// The group in which it happened.
    #[must_use]
    pub fn group_id(&self) -> Option<Str<'a>> {
        self.own(|ids| ids.group)
    }

    /// The member of the group whom a status is about, by number.
    #[must_use]
    pub fn participant(&self) -> Option<Str<'a>> {
        self.own(|ids| ids.participant)
    }

    /// An id of the event's own.
    fn own(&self, id: impl FnOnce(&Ids<'a>) -> Option<Str<'a>>) -> Option<Str<'a>> {
        full(self.ids.as_ref().and_then(id))
    }

    /// The contact of the notification that belongs to this party.
    #[must_use]
    pub fn contact(&self) -> Option<ContactView<'a>> {
        let contact = self.contact?;
        ContactView::read_value(&mut Cursor::at(contact.text, contact.start))
    }

    /// What to know the customer by: the user id, else the WhatsApp id, else the address.
    #[must_use]
    pub fn id(&self) -> Option<PartyId<'a>> {
        None.or_else(|| self.user_id().map(PartyId::UserId))
            .or_else(|| self.wa_id().map(PartyId::WaId))
            .or_else(|| self.participant().or_else(|| self.address()).map(PartyId::Address))
    }

    /// The text of [`id`](Self::id).
    #[must_use]
    pub fn key(&self) -> Option<Str<'a>> {
        self.id().map(|id| id.as_str())
    }
}

/// WhatsApp leaves ids out; some hosts send them empty instead.
fn full(id: Option<Str<'_>>) -> Option<Str<'_>> {
    id.filter(|id| !id.is_empty())
}

/// A user id is `CC.` and up to 128 letters and digits; a number has no dot.
fn is_user_id(id: Str<'_>) -> bool {
    let raw = id.raw().as_bytes();
    raw.get(2) == Some(&b'.') && raw.iter().take(2).all(u8::is_ascii_uppercase)
}

impl fmt::Debug for Party<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Party")
            .field("address", &self.address)
            .field("ids", &self.ids)
            .field("has_contact", &self.contact.is_some())
            .finish()
    }
}

/// The ids that an event has, of all the names that they go by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ids<'a> {
    pub(crate) address: Option<Str<'a>>,
    pub(crate) wa_id: Option<Str<'a>>,
    pub(crate) user_id: Option<Str<'a>>,
    pub(crate) parent_user_id: Option<Str<'a>>,
    pub(crate) username: Option<Str<'a>>,
    pub(crate) group: Option<Str<'a>>,
    pub(crate) participant: Option<Str<'a>>,
}

impl<'a> Ids<'a> {
    /// Reads the ids of the event at the cursor; `outbound` tells on which side the customer is.
    #[cold]
    pub(crate) fn read(cursor: &mut Cursor<'a>, outbound: bool) -> Self {
        let mut ids = Ids::default();
        // The two sides: `from` and `to`, or the recipient.
        let (mut from, mut to) = (Ids::default(), Ids::default());
        // Those of the message in a status or an echo, the sender of a handover, a synced contact.
        let mut inner = Ids::default();
        let (mut participant_user, mut is_group) = (Ids::default(), false);
        members!(cursor, {
            "from" => from.address = cursor.text_or_number(),
            "from_user_id" => from.user_id = cursor.text_or_number(),
            "from_bsuid" => from.user_id = cursor.text_or_number(),
            "from_parent_user_id" => from.parent_user_id = cursor.text_or_number(),
            "group_id" => ids.group = cursor.text_or_number(),
            "to" => to.address = cursor.text_or_number(),
            "to_user_id" => to.user_id = cursor.text_or_number(),
            "to_parent_user_id" => to.parent_user_id = cursor.text_or_number(),
            "recipient_id" => to.address = cursor.text_or_number(),
            "recipient_user_id" => to.user_id = cursor.text_or_number(),
            "recipient_parent_user_id" => to.parent_user_id = cursor.text_or_number(),
            // Its name before 2026-05-05 (Meta, business-scoped user ids).
            "parent_recipient_user_id" => to.parent_user_id = cursor.text_or_number(),
            "recipient_type" => {
                is_group = cursor.text_or_number().is_some_and(|kind| kind == "group");
            },
            "recipient_participant_id" => ids.participant = cursor.text_or_number(),
            "participant_recipient_id" => ids.participant = cursor.text_or_number(),
            "recipient_participant_user_id" => participant_user.user_id = cursor.text_or_number(),
            "recipient_participant_parent_user_id" => {
                participant_user.parent_user_id = cursor.text_or_number();
            },
            "message" => inner = Ids::inner(cursor),
            "sender" => inner = Ids::inner(cursor),
            "contact" => inner = Ids::inner(cursor),
            "wa_id" => ids.wa_id = cursor.text_or_number(),
            "user_id" => ids.user_id = current(cursor),
            "parent_user_id" => ids.parent_user_id = current(cursor),
            "username" => ids.username = cursor.text_or_number(),
            _(_key) => cursor.skip_value(),
        });
        to.address = to.address.or(inner.address);
        if is_group {
            ids.group = to.address;
        }
        let side = if outbound { to } else { from };
        ids.address = ids.participant.or(side.address).or(ids.wa_id).or(inner.address);
        ids.user_id = participant_user.user_id.or(side.user_id).or(ids.user_id).or(inner.user_id);
        ids.parent_user_id = participant_user
            .parent_user_id
            .or(side.parent_user_id)
            .or(ids.parent_user_id)
            .or(inner.parent_user_id);
        ids.username = ids.username.or(inner.username);
        ids
    }

    /// The ids of an object inside the event; none if it is something else.
    fn inner(cursor: &mut Cursor<'a>) -> Self {
        let mut ids = Ids::default();
        if cursor.peek() != Some(b'{') {
            cursor.skip_value();
            return ids;
        }
        members!(cursor, {
            "recipient_id" => ids.address = cursor.text_or_number(),
            "to" => ids.address = cursor.text_or_number(),
            "phone_number" => ids.address = cursor.text_or_number(),
            "user_id" => ids.user_id = cursor.text_or_number(),
            "parent_user_id" => ids.parent_user_id = cursor.text_or_number(),
            "username" => ids.username = cursor.text_or_number(),
            _(_key) => cursor.skip_value(),
        });
        ids
    }
}

/// An id, or the later one of two (`user_id_update`).
fn current<'a>(cursor: &mut Cursor<'a>) -> Option<Str<'a>> {
    if cursor.peek() == Some(b'{') {
        return PreviousAndCurrent::read_value(cursor)?.current;
    }
    cursor.text_or_number()
}
