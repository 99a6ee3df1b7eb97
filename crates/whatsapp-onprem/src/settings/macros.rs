//! `settings!`: an object of settings, from the list of its members.

/// Writes a struct whose members are all `Option`, with `new` and a setter for each member, and how
/// it is read and written. Of
/// ```text
/// settings! {
///     /// Which statuses …
///     pub struct MessageFilter {
///         /// `sent` …
///         sent: bool => bool,
///     }
/// }
/// ```
/// it makes `pub struct MessageFilter { pub sent: Option<bool>, pub other: Map<String, Value> }`
/// with `fn sent(self, value: bool) -> Self`; behind `=>` is the setter's argument.
macro_rules! settings {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $($(#[$doc:meta])* $field:ident: $Type:ty => $Arg:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $Name {
            $($(#[$doc])* pub $field: Option<$Type>,)*
            /// What this version has no field for, and settings of another type than is documented:
            /// kept, and sent as they are.
            pub other: serde_json::Map<String, serde_json::Value>,
        }

        impl $Name {
            /// Sets nothing.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, value: $Arg) -> Self {
                    self.other.remove(stringify!($field));
                    self.$field = Some(value.into());
                    self
                }
            )*
        }

        impl $crate::settings::value::Setting for $Name {
            const MUST_BE: &'static str = "an object";

            fn read(value: &serde_json::Value) -> Option<Self> {
                let mut this = Self::default();
                for (name, value) in value.as_object()? {
                    match name.as_str() {
                        $(stringify!($field) => this.$field = $crate::settings::value::Setting::read(value),)*
                        _ => {}
                    }
                    let known = match name.as_str() {
                        $(stringify!($field) => this.$field.is_some(),)*
                        _ => false,
                    };
                    if !known {
                        this.other.insert(name.clone(), value.clone());
                    }
                }
                Some(this)
            }

            fn write(&self) -> serde_json::Value {
                let mut members = self.other.clone();
                $(
                    if let Some(value) = &self.$field {
                        let value = $crate::settings::value::Setting::write(value);
                        members.insert(stringify!($field).to_owned(), value);
                    }
                )*
                serde_json::Value::Object(members)
            }

            fn debug(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut debug = f.debug_struct(stringify!($Name));
                $(
                    if let Some(value) = &self.$field {
                        debug.field(stringify!($field), &$crate::settings::value::Shown(value));
                    }
                )*
                for name in self.other.keys() {
                    debug.field(name, &format_args!(".."));
                }
                debug.finish()
            }

            fn misfits(&self, path: &str, found: &mut Vec<$crate::settings::value::Misfit>) {
                use $crate::settings::value::{Misfit, Setting, join};
                $(
                    if let Some(value) = &self.$field {
                        value.misfits(&join(path, stringify!($field)), found);
                    }
                )*
                for name in self.other.keys() {
                    let must_be = match name.as_str() {
                        $(stringify!($field) => Some(<$Type as Setting>::MUST_BE),)*
                        _ => None,
                    };
                    found.push(Misfit { path: join(path, name), must_be });
                }
            }
        }

        /// Shows flags and numbers; texts, which may hold secrets, as `..`.
        impl std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::settings::value::Setting::debug(self, f)
            }
        }

        /// Writes what is set, as requests have it.
        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::settings::value::Setting::write(self).serialize(serializer)
            }
        }

        /// Reads any object: what does not fit goes to `other`.
        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Map::deserialize(deserializer)?.into();
                Ok($crate::settings::value::Setting::read(&value).unwrap_or_default())
            }
        }
    };
}

pub(crate) use settings;
