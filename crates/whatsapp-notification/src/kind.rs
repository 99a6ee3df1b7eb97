//! [`Kind`]: what an event is, apart from what it holds.
//!
//! ```
//! use whatsapp_notification::{Kind, Notification};
//!
//! let body = r#"{"statuses":[{"id":"A","status":"read","timestamp":"1750000000"}]}"#;
//! let notification = Notification::parse(body)?;
//! let kinds: Vec<Kind> = notification.events().map(|event| event.kind()).collect();
//! assert_eq!(kinds, [Kind::Status]);
//! assert_eq!(kinds[0].name(), "status");
//! # Ok::<(), whatsapp_notification::ParseError>(())
//! ```

use std::fmt;

/// Declares [`Kind`] with a name for each, and the table of the message types.
macro_rules! kinds {
    (
        messages { $($(#[$message_meta:meta])* $Message:ident = $type:literal,)* }
        others { $($(#[$other_meta:meta])* $Other:ident = $name:literal,)* }
    ) => {
        /// What an event is. Names are stable: they stand in logs and metrics.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Kind {
            $($(#[$message_meta])* $Message,)*
            $($(#[$other_meta])* $Other,)*
        }

        impl Kind {
            /// Every kind of this version.
            pub const ALL: &'static [Kind] = &[$(Kind::$Message,)* $(Kind::$Other,)*];

            /// The name as it stands in logs and metrics: a message's type, or what else it is.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Kind::$Message => $type,)*
                    $(Kind::$Other => $name,)*
                }
            }

            /// The kind of a message with this `type`, or with a body under this key.
            #[inline]
            pub(crate) fn of_message_type(name: &str) -> Option<Kind> {
                match name {
                    $($type => Some(Kind::$Message),)*
                    // The spelling of 2022 for the same.
                    "unknown" => Some(Kind::Unsupported),
                    _ => None,
                }
            }

            /// The `type`s of [`of_message_type`](Self::of_message_type).
            pub(crate) const MESSAGE_TYPES: &'static [&'static str] = &[$($type,)* "unknown"];
        }
    };
}

kinds! {
    messages {
        /// A text message.
        Text = "text",
        /// An image.
        Image = "image",
        /// A reply to interactive buttons, lists or flows.
        Interactive = "interactive",
        /// A quick reply to a template.
        Button = "button",
        /// An audio file, or a voice message of the Cloud API.
        Audio = "audio",
        /// A voice message of the On-Premises API.
        Voice = "voice",
        /// A video.
        Video = "video",
        /// A document.
        Document = "document",
        /// A sticker.
        Sticker = "sticker",
        /// A place.
        Location = "location",
        /// Contact cards.
        Contacts = "contacts",
        /// An order from a catalog.
        Order = "order",
        /// A reaction to a message, or its removal.
        Reaction = "reaction",
        /// A system message: a changed number, a changed identity, a group event.
        System = "system",
        /// A message that WhatsApp itself cannot pass on (`unsupported`, formerly `unknown`).
        Unsupported = "unsupported",
    }
    others {
        /// A message of a type that has no view in this version.
        OtherMessage = "other_message",
        /// What became of a message that the business sent.
        Status = "status",
        /// An error beside messages and statuses.
        Error = "error",
        /// A contact that belongs to no message and no status.
        Contact = "contact",
        /// A change of another field than `messages`.
        Change = "change",
        /// A member that this version does not know, or a body of neither API's form.
        Unknown = "unknown",
        /// An item that is not an object, or lacks what routing needs.
        Malformed = "malformed",
        /// A body that is not JSON.
        Unparseable = "unparseable",
    }
}

impl Kind {
    /// The place in [`ALL`](Self::ALL), for tables by kind.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// True for the kinds that an item of `messages` can be.
    #[inline]
    #[must_use]
    pub const fn is_message(self) -> bool {
        self as u8 <= Kind::OtherMessage as u8
    }
}

/// Prints the [name](Kind::name).
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of kinds: what a [`Payload`](crate::Payload) covers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kinds(u32);

impl Kinds {
    /// Every kind, later ones too.
    pub const ALL: Kinds = Kinds(u32::MAX);

    /// Exactly these kinds.
    #[must_use]
    pub const fn of(kinds: &[Kind]) -> Self {
        let mut set = 0;
        let mut at = 0;
        while at < kinds.len() {
            set |= 1 << kinds[at] as u8;
            at += 1;
        }
        Kinds(set)
    }

    /// The kinds of messages.
    pub(crate) const MESSAGES: Kinds = {
        let mut set = 0;
        let mut at = 0;
        while at < Kind::ALL.len() {
            if Kind::ALL[at].is_message() {
                set |= 1 << Kind::ALL[at] as u8;
            }
            at += 1;
        }
        Kinds(set)
    };

    /// True if `kind` is one of them.
    #[inline]
    #[must_use]
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// How many kinds there are: the fewer, the narrower.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// True for the empty set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds of this version that are in the set.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_kind_has_a_bit() {
        let names: std::collections::BTreeSet<_> =
            Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        assert!(Kind::ALL.len() <= 32);
        for (at, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(kind.index(), at);
        }
    }

    #[test]
    fn messages_are_the_message_types_and_the_other_message() {
        let types =
            Kind::ALL.iter().filter(|k| Kind::of_message_type(k.name()) == Some(**k)).count();
        assert_eq!(Kinds::MESSAGES.len() as usize, types + 1);
        assert!(Kinds::MESSAGES.contains(Kind::OtherMessage));
        assert!(!Kinds::MESSAGES.contains(Kind::Status));
    }
}
