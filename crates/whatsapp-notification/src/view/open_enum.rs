//! The macro behind the enums of the views: `open_enum!`.

/// Declares an open enum: the values that WhatsApp documents, and whatever else it sends.
///
/// ```text
/// open_enum! {
///     /// Who started.
///     pub enum Origin<'a> {
///         /// The business.
///         Business = "business_initiated",
///     }
/// }
/// // expands to
/// pub enum Origin<'a> { Business, Other(Str<'a>) }
/// impl Origin<'_> { pub fn as_wire(&self) -> Cow<'_, str> { … } }
/// // with Display, Serialize (the wire's spelling) and PartialEq<&str>
/// ```
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $Enum:ident<$a:lifetime> {
            $(
                $(#[$variant_meta:meta])*
                $Variant:ident = $wire:literal,
            )*
        }
    ) => {
        $(#[$meta])*
        ///
        /// Open: a value this version does not know is `Other`, with its text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Enum<$a> {
            $(
                $(#[$variant_meta])*
                $Variant,
            )*
            /// A value that this version does not know.
            Other($crate::Str<$a>),
        }

        impl<$a> $Enum<$a> {
            pub(crate) fn of(text: $crate::Str<$a>) -> Self {
                match text.among(&[$($wire),*]) {
                    $($wire => $Enum::$Variant,)*
                    _ => $Enum::Other(text),
                }
            }

            /// The value as WhatsApp spells it.
            #[must_use]
            pub fn as_wire(&self) -> std::borrow::Cow<$a, str> {
                match self {
                    $($Enum::$Variant => std::borrow::Cow::Borrowed($wire),)*
                    $Enum::Other(text) => text.to_cow(),
                }
            }
        }

        impl<$a> $crate::json::Value<$a> for $Enum<$a> {
            #[inline]
            fn read_value(
                cursor: &mut $crate::json::Cursor<$a>,
            ) -> Option<Self> {
                cursor.text_or_number().map(Self::of)
            }

            #[inline(always)]
            fn bet(bet: &mut $crate::json::Bet<$a>) -> Option<Self> {
                bet.whole_string().map(Self::of)
            }
        }

        impl std::fmt::Display for $Enum<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $($Enum::$Variant => f.pad($wire),)*
                    $Enum::Other(text) => std::fmt::Display::fmt(text, f),
                }
            }
        }

        impl PartialEq<&str> for $Enum<'_> {
            fn eq(&self, other: &&str) -> bool {
                self.as_wire() == *other
            }
        }

        impl serde::Serialize for $Enum<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $($Enum::$Variant => serializer.serialize_str($wire),)*
                    $Enum::Other(text) => text.serialize(serializer),
                }
            }
        }
    };
}

pub(crate) use open_enum;
