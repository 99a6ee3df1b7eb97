//! Views that cover several kinds: any message, and any event at all.
//!
//! ```
//! use whatsapp_notification::{Any, AnyContent, AnyView, Notification};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "image":{"id":"99"},"type":"image"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Any>().ok());
//! let event = event.ok_or("no such event")?;
//! let AnyView::Message(message) = event.get() else { return Err("no message".into()) };
//! assert!(matches!(message.content, AnyContent::Media(media) if media.id.is_some()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{
    ButtonContent, ContactCard, ContactView, ErrorView, InteractiveContent, LocationContent,
    MediaContent, Message, OrderContent, ReactionContent, StatusView, SystemContent, TextContent,
    UnsupportedContent,
};
use crate::json::{List, Raw};
use serde::{Serialize, Serializer};

/// The content of a message of any type.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum AnyContent<'a> {
    /// `text`
    Text(TextContent<'a>),
    /// `image`, `audio`, `voice`, `video`, `document` or `sticker`: the event's kind tells which.
    Media(MediaContent<'a>),
    /// `location`
    Location(LocationContent<'a>),
    /// `contacts`
    Contacts(List<'a, ContactCard<'a>>),
    /// `button`
    Button(ButtonContent<'a>),
    /// `interactive`
    Interactive(InteractiveContent<'a>),
    /// `order`
    Order(OrderContent<'a>),
    /// `reaction`
    Reaction(ReactionContent<'a>),
    /// `system`
    System(SystemContent<'a>),
    /// `unsupported`, `unknown`
    Unsupported(UnsupportedContent<'a>),
    /// A type that has no view in this version: read the event's raw JSON.
    #[default]
    Other,
}

/// What any event holds.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "a view lives on the stack for one handler's look")]
pub enum AnyView<'a> {
    /// A message.
    Message(Message<'a, AnyContent<'a>>),
    /// A status.
    Status(StatusView<'a>),
    /// An error.
    Error(ErrorView<'a>),
    /// A contact.
    Contact(ContactView<'a>),
    /// A change of another field, an unknown member, or a malformed item: its JSON.
    Raw(Raw<'a>),
    /// A body that is not JSON: read the notification's bytes.
    Unparseable,
}

impl Serialize for AnyContent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            AnyContent::Text(content) => content.serialize(serializer),
            AnyContent::Media(content) => content.serialize(serializer),
            AnyContent::Location(content) => content.serialize(serializer),
            AnyContent::Contacts(content) => content.serialize(serializer),
            AnyContent::Button(content) => content.serialize(serializer),
            AnyContent::Interactive(content) => content.serialize(serializer),
            AnyContent::Order(content) => content.serialize(serializer),
            AnyContent::Reaction(content) => content.serialize(serializer),
            AnyContent::System(content) => content.serialize(serializer),
            AnyContent::Unsupported(content) => content.serialize(serializer),
            AnyContent::Other => serializer.serialize_unit(),
        }
    }
}

impl Serialize for AnyView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            AnyView::Message(view) => view.serialize(serializer),
            AnyView::Status(view) => view.serialize(serializer),
            AnyView::Error(view) => view.serialize(serializer),
            AnyView::Contact(view) => view.serialize(serializer),
            AnyView::Raw(raw) => raw.serialize(serializer),
            AnyView::Unparseable => serializer.serialize_unit(),
        }
    }
}
