//! [`EventKey`]: what makes an event the same one when WhatsApp sends it again.
//!
//! ```
//! use whatsapp_notification::Notification;
//!
//! let key = |body: &'static str| -> Option<Vec<String>> {
//!     let event = Notification::parse(body).ok()?.into_iter().next()?;
//!     let key = event.key()?;
//!     Some(key.parts().map(|part| part.into_owned()).collect())
//! };
//! let read = r#"{"statuses":[{"id":"A","status":"read","timestamp":"1750000000","recipient_id":"1"}]}"#;
//! let sent = r#"{"statuses":[{"id":"A","status":"sent","timestamp":"1750000000","recipient_id":"1"}]}"#;
//! assert!(key(read).is_some());
//! assert_ne!(key(read), key(sent));
//! // Two equal errors, an hour apart, are two errors.
//! assert_eq!(key(r#"{"errors":[{"code":1014}]}"#), None);
//! ```

use crate::{
    Event, Form, Kind,
    json::{Raw, Str, Value},
    view::SyncMetadata,
};
use std::{borrow::Cow, fmt};

/// What makes an event the same one, in parts: hash them each with its length.
///
/// | event | parts, beside API, endpoint, account, number, field and kind |
/// |---|---|
/// | message, echo | type, id |
/// | status of a message or a call | id, status, time, recipient, errors |
/// | call | id, event, time |
/// | anything else with a time, what a history tells too | entry's id and time, its JSON |
///
/// When in doubt two events differ: to handle one twice is safe, to take two for one is a loss.
/// `Debug` shows no part.
#[derive(Clone, Copy)]
pub struct EventKey<'a>([Part<'a>; 11]);

#[derive(Clone, Copy)]
enum Part<'a> {
    Text(Option<Str<'a>>),
    Raw(&'a str),
}

impl<'a> EventKey<'a> {
    /// The parts, decoded. Their number and order are the same for every event; what is missing is
    /// empty.
    pub fn parts(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.0.into_iter().map(|part| match part {
            Part::Text(text) => text.map(|text| text.to_cow()).unwrap_or_default(),
            Part::Raw(raw) => Cow::Borrowed(raw),
        })
    }
}

impl fmt::Debug for EventKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventKey").finish_non_exhaustive()
    }
}

impl<P> Event<P> {
    /// What makes this event the same one when it comes again. `None` if it has neither an id nor a
    /// time: then nothing tells a repeat from a second event.
    #[must_use]
    pub fn key(&self) -> Option<EventKey<'_>> {
        let id = self.id().filter(|id| !id.is_empty());
        let own = match (self.kind(), id) {
            // What happened to a message is told by more than its id.
            (Kind::Status | Kind::StandbyStatus | Kind::CallStatus, Some(_)) => [
                Part::Text(id),
                Part::Text(self.subtype()),
                self.part("timestamp"),
                Part::Text(self.party().key()),
                self.part("errors"),
            ],
            (Kind::Call, Some(_)) => {
                [Part::Text(id), Part::Text(self.subtype()), self.part("timestamp"), EMPTY, EMPTY]
            }
            (Kind::Echo | Kind::StandbyMessage | Kind::StandbyEcho, Some(_)) => {
                [Part::Text(id), Part::Text(self.subtype()), EMPTY, EMPTY, EMPTY]
            }
            (kind, Some(_)) if kind.is_message() => {
                [Part::Text(id), Part::Text(self.subtype()), EMPTY, EMPTY, EMPTY]
            }
            _ if self.has_time() => {
                let time = self.entry_time_raw().unwrap_or_default();
                [EMPTY, EMPTY, EMPTY, Part::Raw(time), Part::Raw(self.raw())]
            }
            _ => return None,
        };
        let api = match self.notification().form() {
            Form::Cloud => "cloud",
            Form::OnPremises => "on-premises",
            Form::Other => "other",
        };
        let [a, b, c, d, e] = own;
        Some(EventKey([
            Part::Raw(api),
            Part::Raw(self.notification().origin().label()),
            Part::Text(self.entry_id()),
            Part::Text(self.metadata().and_then(|metadata| metadata.phone_number_id)),
            Part::Text(self.field()),
            Part::Raw(self.kind().name()),
            a,
            b,
            c,
            d,
            e,
        ]))
    }

    /// True if a time is told by it or by its entry. The threads of a history tell the times of their
    /// messages, a synchronized contact one of its own.
    fn has_time(&self) -> bool {
        let tells_within = || match self.kind() {
            Kind::History => self.member("threads").is_some(),
            Kind::StateSync => self
                .member("metadata")
                .and_then(|mut cursor| SyncMetadata::read_value(&mut cursor))
                .is_some_and(|metadata| metadata.timestamp.is_some()),
            _ => false,
        };
        self.timestamp().is_some() || self.entry_time().is_some() || tells_within()
    }

    /// The JSON of a member of the event.
    fn part(&self, name: &str) -> Part<'_> {
        let json = self.member(name).and_then(|mut cursor| Raw::read_value(&mut cursor));
        Part::Raw(json.map(|json| json.as_str()).unwrap_or_default())
    }
}

const EMPTY: Part<'_> = Part::Raw("");
