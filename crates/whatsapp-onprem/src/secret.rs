//! Secrets that are wiped and never shown, and texts without them.

use serde_json::Value;
use std::{borrow::Cow, fmt};
use zeroize::Zeroizing;

/// A password, token or key. Wiped from memory when dropped.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Secret(Zeroizing::new(text.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// What must not be shown of a call, should the API repeat it.
#[derive(Default)]
pub(crate) struct Secrets<'a>(Vec<Cow<'a, str>>);

impl<'a> Secrets<'a> {
    /// Texts of fewer than four characters hide nothing: they would leave no word whole.
    pub(crate) fn new(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let secrets = secrets.into_iter().filter(|text| text.len() >= 4);
        // In JSON, which may stand in a text, quotes and backslashes have another spelling.
        let spellings = |text: &'a str| [Cow::Borrowed(text), in_json(text).into()];
        let mut secrets: Vec<_> = secrets.flat_map(spellings).collect();
        // The longest first: one may be a part of another.
        secrets.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Secrets(secrets)
    }

    pub(crate) fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.iter().fold(Cow::Borrowed(text), |text, secret| {
            if text.contains(&**secret) { text.replace(&**secret, "[hidden]").into() } else { text }
        })
    }
}

fn in_json(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret::new("canary")), "..");
        let secrets = Secrets::new(["abcd", "abcdef", "a"]);
        assert_eq!(secrets.hide("an abcdef, an abcd"), "an [hidden], an [hidden]");
        let secrets = Secrets::new([r#"ca"na\ry"#]);
        assert_eq!(secrets.hide(r#"{"password":"ca\"na\\ry"}"#), r#"{"password":"[hidden]"}"#);
    }
}
