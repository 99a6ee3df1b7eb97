//! The typed views: what an event holds, one payload a file, named as WhatsApp names it.
//!
//! A view borrows from the notification's body and holds places, not copies. Every field that
//! WhatsApp may leave out, rename or mistype is an `Option`; lists are empty instead. Views are
//! `serde::Serialize` under the wire's names.
//!
//! ```
//! use whatsapp_notification::{Notification, Status};
//!
//! let body = r#"{"statuses":[{"id":"gBEG1","status":"failed","timestamp":"1750000000",
//!     "errors":[{"code":470,"title":"Re-engagement message"}]}]}"#;
//! let notification = Notification::parse(body)?;
//! for event in notification.events().filter_map(|event| event.narrow::<Status>().ok()) {
//!     let status = event.get();
//!     assert_eq!(status.status.to_string(), "failed");
//!     assert_eq!(status.errors.first().and_then(|error| error.code?.as_u64()), Some(470));
//! }
//! # Ok::<(), whatsapp_notification::ParseError>(())
//! ```

mod macros;

mod any;
mod button;
mod contact;
mod contacts;
mod context;
mod error;
mod identity;
mod interactive;
mod location;
mod media;
mod message;
mod metadata;
mod order;
mod reaction;
mod referral;
mod status;
mod system;
mod text;
mod unsupported;

pub(crate) use macros::{members, object, open_enum, read_field};

pub use any::{AnyContent, AnyView};
pub use button::ButtonContent;
pub use contact::{ContactView, Profile};
pub use contacts::{
    ContactAddress, ContactCard, ContactEmail, ContactIm, ContactName, ContactOrg, ContactPhone,
    ContactUrl,
};
pub use context::{Context, ReferredProduct};
pub use error::{ErrorData, ErrorView};
pub use identity::Identity;
pub use interactive::{
    ButtonReply, CallPermissionReply, InteractiveContent, InteractiveReply, ListReply, NfmReply,
};
pub use location::LocationContent;
pub use media::{MediaContent, StickerMetadata};
pub use message::{
    ButtonMessage, ContactsMessage, InteractiveMessage, LocationMessage, MediaMessage, Message,
    MessageHeader, OrderMessage, ReactionMessage, SystemMessage, TextMessage, UnsupportedMessage,
};
pub use metadata::Metadata;
pub use order::{OrderContent, ProductItem};
pub use reaction::ReactionContent;
pub use referral::{Referral, WelcomeMessage};
pub use status::{Conversation, ConversationOrigin, Delivery, Pricing, StatusMessage, StatusView};
pub use system::SystemContent;
pub use text::TextContent;
pub use unsupported::UnsupportedContent;
