//! [`Setting`]: what may be the value of a setting, and how it is read and written.

use serde_json::Value;
use std::fmt;

/// The value of a setting.
pub(crate) trait Setting: Sized {
    /// What is asked for, in words.
    const MUST_BE: &'static str;

    /// `None` if it is of another type.
    fn read(value: &Value) -> Option<Self>;

    /// As requests have it.
    fn write(&self) -> Value;

    /// Without what may be secret.
    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Lists what does not fit, below `path`.
    fn misfits(&self, path: &str, found: &mut Vec<Misfit>) {
        let _ = (path, found);
    }
}

/// A setting that has no field, or whose value is of another type than its field.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub(crate) path: String,
    /// `None` for a name that is not known.
    pub(crate) must_be: Option<&'static str>,
}

/// The path of a member: `webhooks.url`.
pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// `Debug` of a setting.
pub(crate) struct Shown<'a, T>(pub(crate) &'a T);

impl<T: Setting> fmt::Debug for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug(f)
    }
}

impl Setting for bool {
    const MUST_BE: &'static str = "true or false";

    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }

    fn write(&self) -> Value {
        (*self).into()
    }

    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A count, or seconds.
impl Setting for u32 {
    const MUST_BE: &'static str = "a whole number";

    fn read(value: &Value) -> Option<Self> {
        number(value)?.try_into().ok()
    }

    fn write(&self) -> Value {
        (*self).into()
    }

    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Milliseconds: a string in requests, a number in answers (Meta, application settings).
impl Setting for u64 {
    const MUST_BE: &'static str = "a whole number of milliseconds";

    fn read(value: &Value) -> Option<Self> {
        number(value)
    }

    fn write(&self) -> Value {
        self.to_string().into()
    }

    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Setting for String {
    const MUST_BE: &'static str = "a text";

    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }

    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl Setting for Vec<String> {
    const MUST_BE: &'static str = "a list of texts";

    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(String::read).collect()
    }

    fn write(&self) -> Value {
        self.as_slice().into()
    }

    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// A number, or its digits in a string.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}
