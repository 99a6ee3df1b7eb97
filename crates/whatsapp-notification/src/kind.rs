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

use crate::{catalog::catalog, json::Str};
use std::fmt;

/// Declares [`Kind`] with its names, from the table of the [catalog](crate::catalog).
macro_rules! kinds {
    (
        $a:lifetime;
        messages { $($(#[$message_meta:meta])* $Message:ident = $type:literal $(| $or:literal)?: $Content:ty;)* }
        systems { $($(#[$system_meta:meta])* $System:ident = $system:literal;)* }
        others { $($(#[$other_meta:meta])* $Other:ident = $name:literal $(by $by:literal)?: $View:ty;)* }
    ) => {
        /// What an event is. Names are stable: they stand in logs and metrics.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Kind {
            $($(#[$message_meta])* $Message,)*
            $($(#[$system_meta])* $System,)*
            /// A message of a type that has no view in this version.
            OtherMessage,
            $($(#[$other_meta])* $Other,)*
            /// A body that is not JSON.
            Unparseable,
        }

        impl Kind {
            /// Every kind of this version.
            pub const ALL: &'static [Kind] = &[
                $(Kind::$Message,)*
                $(Kind::$System,)*
                Kind::OtherMessage,
                $(Kind::$Other,)*
                Kind::Unparseable,
            ];

            /// The name as it stands in logs and metrics: a message's type, or what else it is.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Kind::$Message => $type,)*
                    $(Kind::$System => $system,)*
                    Kind::OtherMessage => "other_message",
                    $(Kind::$Other => $name,)*
                    Kind::Unparseable => "unparseable",
                }
            }

            /// The member whose value tells more than the kind: the `event` of an account update.
            #[must_use]
            pub const fn subtype_key(self) -> Option<&'static str> {
                match self {
                    $($(Kind::$Other => Some($by),)?)*
                    kind if kind.is_message() => Some("type"),
                    _ => None,
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

            /// The kind of a system message whose content has this `type`.
            pub(crate) fn of_system_type(name: Str<'_>) -> Kind {
                match name.among(&[$($system),*]) {
                    $($system => Kind::$System,)*
                    _ => Kind::System,
                }
            }
        }
    };
}

catalog!(kinds, 'a);

impl Kind {
    /// The place in [`ALL`](Self::ALL), for tables by kind.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The kind of a message with this `type`.
    pub(crate) fn of_type(name: Str<'_>) -> Kind {
        Kind::of_message_type(name.among(Kind::MESSAGE_TYPES)).unwrap_or(Kind::OtherMessage)
    }

    /// True if its view has typed fields; false where it is raw JSON, for want of a documented
    /// payload.
    ///
    /// ```
    /// use whatsapp_notification::Kind;
    ///
    /// assert!(Kind::AccountUpdate.is_typed());
    /// assert!(!Kind::ConsumerProfile.is_typed());
    /// ```
    #[must_use]
    pub const fn is_typed(self) -> bool {
        crate::view::is_typed(self)
    }

    /// The fields of the Cloud API in whose changes it occurs, besides errors and contacts, which
    /// stand beside the items of many.
    ///
    /// ```
    /// use whatsapp_notification::Kind;
    ///
    /// assert_eq!(Kind::Text.fields().collect::<Vec<_>>(), ["messages"]);
    /// assert_eq!(Kind::Echo.fields().collect::<Vec<_>>(), ["smb_message_echoes", "message_echoes"]);
    /// ```
    pub fn fields(self) -> impl Iterator<Item = &'static str> {
        crate::scan::fields(self)
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
pub struct Kinds(u128);

impl Kinds {
    /// Every kind, later ones too.
    pub const ALL: Kinds = Kinds(u128::MAX);

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
        assert!(Kind::ALL.len() <= 128);
        for (at, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(kind.index(), at);
        }
    }

    #[test]
    fn messages_are_the_message_types_and_the_other_message() {
        let types =
            Kind::ALL.iter().filter(|k| Kind::of_message_type(k.name()) == Some(**k)).count();
        // Beside the types: two changed ids, and all other types.
        assert_eq!(Kinds::MESSAGES.len() as usize, types + 3);
        assert!(Kinds::MESSAGES.contains(Kind::OtherMessage));
        assert!(!Kinds::MESSAGES.contains(Kind::Status));
    }
}
