//! WhatsApp notifications, parsed in one pass and read without copying.
//!
//! A [`Notification`] is one POST body of the Cloud API or of the On-Premises API, with the table of
//! the [`Event`]s found in it: messages, statuses, calls, account changes and all else that WhatsApp
//! sends. There is no HTTP here and no async; the crate `tower-whatsapp` puts it behind a web server.
//!
//! # Read the events of a body
//! One POST may hold entries of several accounts, many changes, messages and statuses side by side.
//! All of them are events, in the body's order:
//! ```
//! use whatsapp_notification::{AnyMessage, Kind, Notification, Status};
//!
//! let body = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{
//!     "messaging_product":"whatsapp","metadata":{"phone_number_id":"7"},
//!     "messages":[{"from":"15550001","id":"A","timestamp":"1750000000","type":"text","text":{"body":"Hi"}}],
//!     "statuses":[{"id":"B","status":"read","timestamp":"1750000001","recipient_id":"15550002"}]},
//!     "field":"messages"}]}]}"#;
//! let notification = Notification::parse(body)?;
//! let kinds: Vec<Kind> = notification.events().map(|event| event.kind()).collect();
//! assert_eq!(kinds, [Kind::Text, Kind::Status]);
//! # Ok::<(), whatsapp_notification::ParseError>(())
//! ```
//!
//! # Take an event for what it is
//! [`Event::narrow`] turns an event of any kind into one of a [`Payload`], whose typed view
//! [`Event::get`] lends. A payload may cover several kinds: [`AnyMedia`], [`AnyMessage`], [`Any`].
//! ```
//! use whatsapp_notification::{AnyMessage, Notification, view::AnyContent};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","type":"image","image":{"id":"99"}}]}"#;
//! for event in &Notification::parse(body)? {
//!     let Ok(event) = event.narrow::<AnyMessage>() else { continue };
//!     match event.get().content {
//!         AnyContent::Text(text) => println!("a text of {} bytes", text.body.unwrap_or_default().raw().len()),
//!         AnyContent::Image(media) => assert!(media.id.is_some_and(|id| id == "99")),
//!         _ => println!("a message of kind {}", event.kind()),
//!     }
//! }
//! # Ok::<(), whatsapp_notification::ParseError>(())
//! ```
//!
//! # Everything may be missing
//! WhatsApp leaves fields out, adds fields, turns numbers into strings and back, and names things
//! that nobody has heard of. So each field of a view is an `Option`, a [`List`] that may be empty,
//! or a [`Nested`] object that may be absent; enums are open; numbers are taken in quotes and
//! without. A field of another type than expected reads as absent, and the event arrives all the
//! same.
//!
//! # Nothing is lost
//! | what stands in the body | becomes |
//! |---|---|
//! | a message of a type without a view here | [`OtherMessage`], with its header and raw JSON |
//! | a change of a field that nobody has heard of | [`Change`], with its `field` and raw JSON |
//! | a member of a `value` that nobody knows, a body of neither form | [`Unknown`] |
//! | an item that is no object, or lacks its type or status | [`Malformed`] |
//! | a body that is not JSON, though authentic | [`Unparseable`], by [`Notification::unparseable`] |
//!
//! [`Event::raw`] is the JSON of every event, [`Event::deserialize`] reads it into your own serde
//! type, borrowed, and [`Event::path`] tells where it stood. What of it no typed field holds,
//! [`Event::untyped`] lists by JSON pointers, and [`Notification::untyped`] what of the envelope.
//!
//! # Who it is from
//! A customer goes by a number, a WhatsApp id, a business-scoped user id, a user name; which of them
//! an event has depends on what the customer shares and on the API. [`Event::sender`] and
//! [`Event::recipient`] give a [`Party`] that has them all, from the event and from the contact that
//! belongs to it. When a number or a user id changes, an [`IdChange`] tells the old and the new:
//! ```
//! use whatsapp_notification::{IdChange, Notification};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"user_id_update","value":{
//!     "user_id_update":[{"user_id":{"previous":"US.1","current":"US.2"},"timestamp":"1750000000"}]}}]}]}"#;
//! for event in &Notification::parse(body)? {
//!     let Ok(event) = event.narrow::<IdChange>() else { continue };
//!     let ids = event.get().user_id;
//!     assert!(ids.previous.is_some_and(|id| id == "US.1") && ids.current.is_some_and(|id| id == "US.2"));
//! }
//! # Ok::<(), whatsapp_notification::ParseError>(())
//! ```
//!
//! # Echoes, histories and standby are not messages
//! What the business itself has sent by other means ([`Echo`]), what was said before it came to the
//! API ([`History`]) and what another application is to answer ([`StandbyMessage`]) look like
//! messages, but a handler of `Event<Text>` never gets them: it would answer its own echo.
//!
//! # What it costs
//! A parse is one pass that checks the JSON completely, as `serde_json` would, and one allocation.
//! (What is not written as usual may be passed again, up to four times at the end of a broken body.)
//! Reading fields allocates nothing until a string with escapes is decoded; each [`Event::get`] reads the event's span again, so bind its
//! result once. An event that is kept keeps the whole body.

mod catalog;
mod detach;
mod error;
mod event;
mod json;
mod key;
mod kind;
mod notification;
mod origin;
mod party;
mod path;
mod payload;
mod scan;
mod table;
mod timestamp;
mod untyped;
mod usual;
pub mod view;

pub use error::{ParseError, ParseErrorKind};
pub use event::Event;
pub use json::{Chars, List, ListIter, LoneSurrogate, Nested, Number, Raw, Str};
pub use key::EventKey;
pub use kind::{Kind, Kinds};
pub use notification::{Events, Form, IntoEvents, Notification, Parser};
pub use origin::{Origin, Proof};
pub use party::{Party, PartyId};
pub use payload::*;
pub use timestamp::{Timestamp, TimestampOutOfRange};

/// The README's example runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
