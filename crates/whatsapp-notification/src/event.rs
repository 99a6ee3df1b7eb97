//! [`Event`]: one thing that happened, and the way to its view.
//!
//! ```
//! use whatsapp_notification::{AnyMessage, Notification};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "text":{"body":"Hi"},"type":"text"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<AnyMessage>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!((event.kind().name(), event.path().as_str()), ("text", "/messages/0"));
//! std::thread::spawn(move || event.raw().len()); // it owns its share of the body
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{
    Any, Kind, Notification, Payload, Timestamp,
    json::{Cursor, Raw, Str, Untyped, Value},
    party::{ContactAt, Ids, Party},
    path,
    scan::join::text_at,
    table::{Flags, Index, Row},
    view::{Metadata, members},
};
use serde::Deserialize;
use std::{fmt, marker::PhantomData};

/// One event of a notification: a message, a status, an error, a change …
///
/// It owns a share of the notification, so it can be kept, sent and spawned; it is 16 bytes.
/// [`get`](Self::get) lends the typed view; bind it once, for each call reads the event's JSON.
///
/// ```
/// use whatsapp_notification::{Event, Notification, Text};
///
/// fn handle(event: Event<Text>) {
///     let text = event.get();
///     println!("{} wrote {} bytes", event.sender().name().unwrap_or_default(),
///         text.body.unwrap_or_default().to_cow().len());
/// }
///
/// let body = r#"{"messages":[{"from":"15550001","id":"A","text":{"body":"Hi"},"type":"text"}]}"#;
/// for event in &Notification::parse(body)? {
///     if let Ok(event) = event.narrow::<Text>() {
///         handle(event);
///     }
/// }
/// # Ok::<(), whatsapp_notification::ParseError>(())
/// ```
pub struct Event<P = Any> {
    notification: Notification,
    row: Index,
    payload: PhantomData<fn() -> P>,
}

impl<P> Event<P> {
    #[inline]
    pub(crate) fn new(notification: Notification, row: Index) -> Self {
        Event { notification, row, payload: PhantomData }
    }

    /// The notification that it is part of.
    #[inline]
    #[must_use]
    pub fn notification(&self) -> &Notification {
        &self.notification
    }

    #[inline]
    fn row(&self) -> &Row {
        self.notification.row(self.row)
    }

    /// What it is.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.row() {
            Row::Event { kind, .. } => *kind,
            _ => Kind::Malformed, // No event has such a row.
        }
    }

    /// The id of the message, or of the message that a status is about. Opaque.
    #[inline]
    #[must_use]
    pub fn id(&self) -> Option<Str<'_>> {
        match self.row() {
            Row::Event { kind: Kind::Contact, .. } => None,
            Row::Event { id, id_len: 0, .. } => text_at(self.notification.text(), *id),
            Row::Event { id, id_len, .. } => {
                Some(Str::at(self.notification.text(), id + 1, u32::from(*id_len), false))
            }
            _ => None,
        }
    }

    /// When it happened, by WhatsApp's clock.
    #[inline]
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        match self.row() {
            Row::Event { timestamp, .. } => Timestamp::at(self.notification.text(), *timestamp),
            _ => None,
        }
    }

    /// More than the [kind](Self::kind) says: a message's `type`, the `event` of a call or an
    /// account update, a status. See [`Kind::subtype_key`].
    #[must_use]
    pub fn subtype(&self) -> Option<Str<'_>> {
        self.member(self.kind().subtype_key()?)?.text_or_number()
    }

    /// The value of a member of the event; of a repeated key the last one.
    pub(crate) fn member(&self, name: &str) -> Option<Cursor<'_>> {
        let mut cursor = self.cursor();
        let mut member = None;
        if cursor.peek() == Some(b'{') {
            members!(cursor, {
                _(key) => {
                    cursor.peek();
                    if key == name {
                        member = Some(cursor);
                    }
                    cursor.skip_value();
                },
            });
        }
        member
    }

    /// Whom it is from, if it comes from a customer: a message, a call, a preference. Empty
    /// otherwise.
    #[inline(always)]
    #[must_use]
    pub fn sender(&self) -> Party<'_> {
        if self.is_outbound() { Party::default() } else { self.party() }
    }

    /// Whom it is about, if it goes to a customer: a status, an echo, a call that the business
    /// makes. Empty otherwise.
    #[inline(always)]
    #[must_use]
    pub fn recipient(&self) -> Party<'_> {
        if self.is_outbound() { self.party() } else { Party::default() }
    }

    #[inline]
    fn is_outbound(&self) -> bool {
        matches!(self.row(), Row::Event { flags, .. } if flags.has(Flags::OUTBOUND))
    }

    /// The customer on the other side, whoever began. Empty for what is about no customer.
    // Inlined with its two sides, so that whoever asks for the address alone makes no whole party.
    #[inline(always)]
    #[must_use]
    pub fn party(&self) -> Party<'_> {
        let Row::Event { party, contact, flags, kind, .. } = self.row() else {
            return Party::default();
        };
        let text = self.notification.text();
        let contact = match self.notification.row(*contact) {
            Row::Event { start, id, party, .. } => {
                Some(ContactAt { text, start: *start, user_id: *id, wa_id: *party })
            }
            _ => None,
        };
        let address = text_at(text, *party);
        // The row says whether there is more to read.
        if flags.has(Flags::USER_ID) || flags.has(Flags::GROUP) {
            self.party_of_ids(address, contact, flags.has(Flags::OUTBOUND))
        } else if *kind == Kind::UserPreference || *kind == Kind::UserIdUpdate {
            Party { address, ids: Some(Ids { wa_id: address, ..Ids::default() }), contact }
        } else {
            Party { address, ids: None, contact }
        }
    }

    #[inline(never)]
    fn party_of_ids<'a>(
        &'a self,
        address: Option<Str<'a>>,
        contact: Option<ContactAt<'a>>,
        outbound: bool,
    ) -> Party<'a> {
        let ids = Ids::read(&mut self.cursor(), outbound);
        Party { address: address.or(ids.address), ids: Some(ids), contact }
    }

    /// What the event belongs to, for handling in order: the group, else the user id, else the
    /// WhatsApp id, sender or recipient. `None` for what belongs to no customer.
    #[must_use]
    pub fn conversation(&self) -> Option<Str<'_>> {
        let party = self.party();
        party.group_id().or_else(|| party.key())
    }

    /// The change's `field`, such as `messages` (Cloud).
    #[must_use]
    pub fn field(&self) -> Option<Str<'_>> {
        match self.scope() {
            Row::Scope { field, .. } => text_at(self.notification.text(), *field),
            _ => None,
        }
    }

    /// The id of the entry: mostly the WhatsApp Business Account's (Cloud).
    #[must_use]
    pub fn entry_id(&self) -> Option<Str<'_>> {
        match self.scope() {
            Row::Scope { entry_id, .. } => text_at(self.notification.text(), *entry_id),
            _ => None,
        }
    }

    /// When the entry was sent (Cloud); not when its events happened. Missing for messages.
    #[must_use]
    pub fn entry_time(&self) -> Option<Timestamp> {
        match self.scope() {
            Row::Scope { entry_time, .. } => Timestamp::at(self.notification.text(), *entry_time),
            _ => None,
        }
    }

    /// The JSON of the entry's time.
    pub(crate) fn entry_time_raw(&self) -> Option<&str> {
        match self.scope() {
            Row::Scope { entry_time: at @ 1.., .. } => {
                let mut cursor = Cursor::at(self.notification.text(), *at);
                Raw::read_value(&mut cursor).map(|time| time.as_str())
            }
            _ => None,
        }
    }

    /// The business's own number (Cloud). An On-Premises body names none: use the
    /// [origin](Notification::origin)'s label.
    #[must_use]
    pub fn metadata(&self) -> Option<Metadata<'_>> {
        match self.scope() {
            Row::Scope { metadata: at @ 1.., .. } => {
                let mut cursor = Cursor::at(self.notification.text(), *at);
                Metadata::read_value(&mut cursor)
            }
            _ => None,
        }
    }

    /// Where the contact stands that belongs to it.
    pub(crate) fn contact_start(&self) -> Option<u32> {
        match self.row() {
            Row::Event { contact, .. } => self.notification.start(*contact),
            _ => None,
        }
    }

    pub(crate) fn scope(&self) -> &Row {
        match self.row() {
            Row::Event { scope, .. } => self.notification.row(*scope),
            _ => &Row::Hidden,
        }
    }

    /// The event's JSON, as it stands in the body; empty for a body that is not JSON.
    #[must_use]
    pub fn raw(&self) -> &str {
        match self.row() {
            Row::Event { start, end, .. } => {
                self.notification.text().get(*start as usize..*end as usize).unwrap_or_default()
            }
            _ => "",
        }
    }

    /// Reads the event's JSON into your own serde type, which may borrow from the body.
    ///
    /// ```
    /// use whatsapp_notification::{Change, Notification};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Review<'a> {
    ///     decision: &'a str,
    /// }
    ///
    /// let body = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[
    ///     {"value":{"decision":"APPROVED"},"field":"account_review_update"}]}]}"#;
    /// let notification = Notification::parse(body)?;
    /// let event = notification.events().next().ok_or("no event")?;
    /// assert!(event.field().is_some_and(|field| field == "account_review_update"));
    /// let review: Review<'_> = event.deserialize()?;
    /// assert_eq!(review.decision, "APPROVED");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What `serde_json` says when the event does not fit the type.
    pub fn deserialize<'a, T: Deserialize<'a>>(&'a self) -> serde_json::Result<T> {
        Raw::new(self.raw()).deserialize()
    }

    /// JSON pointers (RFC 6901), relative to the event, to what no field of its view holds: members
    /// that this version does not know, and values of another type than expected. Empty when all
    /// of it is typed.
    ///
    /// ```
    /// use whatsapp_notification::Notification;
    ///
    /// let body = r#"{"messages":[{"from":"15550001","id":"A","type":"text",
    ///     "text":{"body":"Hi","mood":"fine"},"referral":7}]}"#;
    /// let notification = Notification::parse(body)?;
    /// let event = notification.events().next().ok_or("no event")?;
    /// assert_eq!(event.untyped(), ["/text/mood", "/referral"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn untyped(&self) -> Vec<String> {
        let mut found = Untyped::default();
        crate::view::untyped(&mut self.cursor(), self.kind(), &mut found);
        found.into_pointers()
    }

    /// Where its JSON begins in the body, in bytes.
    #[must_use]
    pub fn offset(&self) -> usize {
        match self.row() {
            Row::Event { start, .. } => *start as usize,
            _ => 0,
        }
    }

    /// Where it stands in the body, as a JSON pointer (RFC 6901).
    ///
    /// # Complexity
    /// Walks the body up to there: for each of many events of a large body, take
    /// [`offset`](Self::offset).
    #[must_use]
    pub fn path(&self) -> String {
        match self.row() {
            Row::Event { start, .. } => path::pointer(self.notification.text(), *start),
            _ => String::new(),
        }
    }

    /// The same event as one of any payload.
    #[must_use]
    pub fn widen(self) -> Event<Any> {
        Event::new(self.notification, self.row)
    }

    /// The same event as one of this payload.
    ///
    /// # Errors
    /// The event itself, if its kind is none of the payload's.
    pub fn narrow<Q: Payload>(self) -> Result<Event<Q>, Self> {
        if Q::KINDS.contains(self.kind()) {
            Ok(Event::new(self.notification, self.row))
        } else {
            Err(self)
        }
    }

    #[inline]
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        let text = self.notification.text();
        let start = self.notification.start(self.row);
        Cursor::at(text, start.unwrap_or(text.len() as u32)) // No event has no start.
    }
}

impl<P: Payload> Event<P> {
    /// The typed view of what the event holds, borrowed from the body. It cannot fail: the scan
    /// has passed over it, and a field of another type than expected reads as absent.
    #[inline]
    #[must_use]
    pub fn get(&self) -> P::View<'_> {
        P::view(self)
    }
}

impl<P> Clone for Event<P> {
    fn clone(&self) -> Self {
        Event::new(self.notification.clone(), self.row)
    }
}

/// Shows kind and length, never content.
impl<P> fmt::Debug for Event<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("kind", &self.kind())
            .field("bytes", &self.raw().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    #[test]
    fn an_event_is_16_bytes_and_can_go_anywhere() {
        fn anywhere<T: Send + Sync + Clone + 'static>() {}
        anywhere::<Event<Text>>();
        assert_eq!(size_of::<Event<Text>>(), 16);
    }
}
