//! `interactive`: replies to buttons, lists, flows and call permissions.
//!
//! ```
//! use whatsapp_notification::{Interactive, Notification, view::InteractiveReply};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"{\"seat\":4}"}},
//!     "type":"interactive"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Interactive>().ok());
//! let event = event.ok_or("no such event")?;
//! let Some(InteractiveReply::Nfm(reply)) = event.get().reply() else { return Err("no flow".into()) };
//! let answers: std::collections::BTreeMap<String, u8> = reply.response()?;
//! assert_eq!(answers["seat"], 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::{Number, Raw, Str};
use crate::view::object;
use serde::Deserialize;

object! {
    /// The content of an interactive reply. [`reply`](Self::reply) gives the one that is there.
    pub struct InteractiveContent<'a> {
        /// `button_reply`, `list_reply`, `nfm_reply`, `call_permission_reply`, or a later one.
        pub kind: Option<Str<'a>> = "type",
        /// A pressed button.
        pub button_reply: Option<ButtonReply<'a>> = "button_reply",
        /// A chosen row.
        pub list_reply: Option<ListReply<'a>> = "list_reply",
        /// A completed flow or address.
        pub nfm_reply: Option<NfmReply<'a>> = "nfm_reply",
        /// A permission to call, or its refusal.
        pub call_permission_reply: Option<CallPermissionReply<'a>> = "call_permission_reply",
    }
}

/// The reply that an interactive message holds.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum InteractiveReply<'a> {
    /// A pressed button.
    Button(ButtonReply<'a>),
    /// A chosen row.
    List(ListReply<'a>),
    /// A completed flow or address.
    Nfm(NfmReply<'a>),
    /// A permission to call, or its refusal.
    CallPermission(CallPermissionReply<'a>),
}

impl<'a> InteractiveContent<'a> {
    /// The reply that is there; `None` for a kind that this version does not know.
    #[must_use]
    pub fn reply(&self) -> Option<InteractiveReply<'a>> {
        None.or(self.button_reply.map(InteractiveReply::Button))
            .or(self.list_reply.map(InteractiveReply::List))
            .or(self.nfm_reply.map(InteractiveReply::Nfm))
            .or(self.call_permission_reply.map(InteractiveReply::CallPermission))
    }
}

object! {
    /// A pressed button.
    pub struct ButtonReply<'a> {
        /// The button's id, as the business set it.
        pub id: Option<Str<'a>> = "id",
        /// The button's label.
        pub title: Option<Str<'a>> = "title",
    }
}

object! {
    /// A chosen row of a list.
    pub struct ListReply<'a> {
        /// The row's id, as the business set it.
        pub id: Option<Str<'a>> = "id",
        /// The row's title.
        pub title: Option<Str<'a>> = "title",
        /// The row's description.
        pub description: Option<Str<'a>> = "description",
    }
}

object! {
    /// A completed flow (`flow`), address (`address_message`), or the like.
    pub struct NfmReply<'a> {
        /// The answers: JSON inside a string, not always an object.
        pub response_json: Option<Str<'a>> = "response_json",
        /// What the customer sees: `Sent`.
        pub body: Option<Str<'a>> = "body",
        /// `flow`, `address_message`, …
        pub name: Option<Str<'a>> = "name",
    }
}

impl NfmReply<'_> {
    /// Reads the answers into your own type. Allocates for the decoded string.
    ///
    /// # Errors
    /// What `serde_json` says if there are no answers or they do not fit the type.
    pub fn response<T: for<'de> Deserialize<'de>>(&self) -> serde_json::Result<T> {
        let json = self.response_json.unwrap_or_default().to_cow();
        Raw::new(&json).deserialize()
    }
}

object! {
    /// A customer's answer to the request for permission to call.
    pub struct CallPermissionReply<'a> {
        /// `accept` or `reject`.
        pub response: Option<Str<'a>> = "response",
        /// True if it does not expire.
        pub is_permanent: Option<bool> = "is_permanent",
        /// Until when, in seconds.
        pub expiration_timestamp: Option<Number<'a>> = "expiration_timestamp",
        /// `user_action` or `automatic`.
        pub response_source: Option<Str<'a>> = "response_source",
    }
}
