//! Views that cover several kinds: any message, and any event at all.
//!
//! ```
//! use whatsapp_notification::{Any, Notification, view::{AnyContent, AnyView}};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "image":{"id":"99"},"type":"image"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Any>().ok());
//! let event = event.ok_or("no such event")?;
//! let AnyView::Message(message) = event.get() else { return Err("no message".into()) };
//! assert!(matches!(message.content, AnyContent::Image(image) if image.id.is_some()));
//! assert!(message.content.media().is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::*;
use crate::{
    Kind,
    catalog::catalog,
    json::{Cursor, List, Raw, Str, Untyped, Value},
};
use serde::{Serialize, Serializer};

/// Declares [`AnyContent`] and [`AnyView`] from the table of the [catalog](crate::catalog).
macro_rules! views {
    (
        $a:lifetime;
        messages { $($(#[$message_meta:meta])* $Message:ident = $type:literal $(| $or:literal)?: $Content:ty;)* }
        systems { $($(#[$system_meta:meta])* $System:ident = $system:literal;)* }
        others { $($(#[$other_meta:meta])* $Other:ident = $name:literal $(by $by:literal)?: $View:ty;)* }
    ) => {
        /// The content of a message of any type.
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub enum AnyContent<$a> {
            $($(#[$message_meta])* $Message($Content),)*
            /// A type that has no view in this version: read the event's raw JSON.
            #[default]
            Other,
        }

        /// What any event holds.
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "a view lives on the stack for one handler's look")]
        pub enum AnyView<$a> {
            /// A message.
            Message(Message<$a, AnyContent<$a>>),
            $($(#[$other_meta])* $Other($View),)*
            /// A body that is not JSON: read the notification's bytes.
            Unparseable,
        }

        impl<$a> Message<$a, AnyContent<$a>> {
            /// Reads the message at the cursor, which is of this kind.
            pub(crate) fn read_kind(cursor: &mut Cursor<$a>, kind: Kind) -> Self {
                match kind {
                    $(Kind::$Message => {
                        let message = Message::read(cursor, $type, None$(.or(Some($or)))?);
                        Message::map(message, AnyContent::$Message)
                    })*
                    $(Kind::$System)|* => {
                        Message::map(Message::read(cursor, "system", None), AnyContent::System)
                    }
                    _ => Message::map(Message::read(cursor, "", None), |NoContent| AnyContent::Other),
                }
            }

            /// Passes over the message at the cursor, of this kind, and lists what no field holds.
            pub(crate) fn untyped_kind(cursor: &mut Cursor<$a>, kind: Kind, found: &mut Untyped) {
                match kind {
                    $(Kind::$Message => {
                        Message::<$Content>::untyped_under(cursor, $type, None$(.or(Some($or)))?, found);
                    })*
                    $(Kind::$System)|* => {
                        Message::<SystemContent<$a>>::untyped_under(cursor, "system", None, found);
                    }
                    _ => Message::<NoContent>::untyped_under(cursor, "", None, found),
                }
            }
        }

        impl Serialize for AnyContent<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(AnyContent::$Message(content) => content.serialize(serializer),)*
                    AnyContent::Other => serializer.serialize_unit(),
                }
            }
        }

        impl Serialize for AnyView<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    AnyView::Message(view) => view.serialize(serializer),
                    $(AnyView::$Other(view) => view.serialize(serializer),)*
                    AnyView::Unparseable => serializer.serialize_unit(),
                }
            }
        }

        /// True for the kinds whose view has fields of its own.
        #[expect(clippy::extra_unused_lifetimes, reason = "the table's types name it")]
        pub(crate) const fn is_typed<$a>(kind: Kind) -> bool {
            match kind {
                $(Kind::$Other => !<$View as Value<$a>>::IS_RAW,)*
                kind => kind.is_message(),
            }
        }

        /// Passes over the event at the cursor, of this kind, and lists what no field holds.
        pub(crate) fn untyped<$a>(cursor: &mut Cursor<$a>, kind: Kind, found: &mut Untyped) {
            match kind {
                $(Kind::$Other => <$View as Value<$a>>::untyped(cursor, found),)*
                Kind::Unparseable => found.here(),
                kind => Message::untyped_kind(cursor, kind, found),
            }
        }
    };
}

catalog!(views, 'a);

impl<'a> AnyContent<'a> {
    /// The content of an image, audio, voice message, video, document or sticker.
    #[must_use]
    pub fn media(&self) -> Option<MediaContent<'a>> {
        match self {
            AnyContent::Image(media)
            | AnyContent::Audio(media)
            | AnyContent::Voice(media)
            | AnyContent::Video(media)
            | AnyContent::Document(media)
            | AnyContent::Sticker(media) => Some(*media),
            _ => None,
        }
    }
}

/// The kind of the message at the cursor: by its `type`, or else by the first body that it has.
pub(crate) fn message_kind(mut cursor: Cursor<'_>) -> Kind {
    let (mut kind, mut body) = (None, None);
    members!(cursor, {
        "type" => kind = cursor.text_or_number().map(Kind::of_type),
        _(key) => {
            let under = Kind::of_message_type(key.among(Kind::MESSAGE_TYPES));
            body = body.or(under.filter(|_| cursor.peek() != Some(b'n')));
            cursor.skip_value();
        },
    });
    kind.or(body).unwrap_or(Kind::OtherMessage)
}

/// A message among others, of whichever type: in a history, an echo.
impl<'a> Value<'a> for Message<'a, AnyContent<'a>> {
    fn read_value(cursor: &mut Cursor<'a>) -> Option<Self> {
        if cursor.peek() != Some(b'{') {
            cursor.skip_value();
            return None;
        }
        Some(Message::read_kind(cursor, message_kind(*cursor)))
    }

    fn untyped(cursor: &mut Cursor<'a>, found: &mut Untyped) {
        if cursor.peek() != Some(b'{') {
            return found.whole(cursor);
        }
        Message::untyped_kind(cursor, message_kind(*cursor), found);
    }
}
