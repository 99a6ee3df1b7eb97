//! [`diff`]: what differs between two states of the settings.
//!
//! ```
//! use whatsapp_onprem::{ApplicationSettings, diff};
//!
//! let before = ApplicationSettings::new().callback_persist(true).sent_status(false);
//! let after = ApplicationSettings::new().callback_persist(false).sent_status(false);
//! let changes = diff(&before, &after);
//! assert_eq!(changes.len(), 1);
//! assert_eq!(changes[0].to_string(), "callback_persist: true → false");
//! assert!(changes[0].needs_restart());
//! ```

use super::{
    ApplicationSettings,
    value::{Setting as _, join},
};
use serde_json::{Map, Value};
use std::fmt;

/// Settings that take effect after a restart of the Coreapp (Meta, application settings).
const RESTART: [&str; 3] = ["callback_persist", "pass_through", "webhooks.max_concurrent_requests"];

/// A setting that differs. `Display` shows both values, which may hold a secret in `webhooks.url`;
/// `Debug` shows the setting's name alone.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The setting, such as `webhooks.url`.
    pub path: String,
    /// Its value before; `None` if the client did not show it.
    pub before: Option<Value>,
    /// Its value after.
    pub after: Option<Value>,
}

impl Change {
    /// True if it takes effect only after a restart of the Coreapp.
    #[must_use]
    pub fn needs_restart(&self) -> bool {
        RESTART.contains(&self.path.as_str())
    }
}

/// What differs, in the order of the settings' names. Back-off delays are strings, as in requests.
#[must_use]
pub fn diff(before: &ApplicationSettings, after: &ApplicationSettings) -> Vec<Change> {
    let (old, new) = (flat(before), flat(after));
    let mut paths: Vec<_> = old.keys().chain(new.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    let changes = paths.into_iter().map(|path| Change {
        path: path.clone(),
        before: old.get(path).cloned(),
        after: new.get(path).cloned(),
    });
    changes.filter(|change| change.before != change.after).collect()
}

fn flat(settings: &ApplicationSettings) -> Map<String, Value> {
    let mut found = Map::new();
    leaves("", settings.write(), &mut found);
    found
}

/// The values that are no objects, with their paths.
fn leaves(path: &str, value: Value, found: &mut Map<String, Value>) {
    match value {
        Value::Object(members) => {
            members.into_iter().for_each(|(name, value)| leaves(&join(path, &name), value, found));
        }
        value => drop(found.insert(path.to_owned(), value)),
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show =
            |value: &Option<Value>| value.as_ref().map_or("(not shown)".into(), Value::to_string);
        write!(f, "{}: {} → {}", self.path.escape_debug(), show(&self.before), show(&self.after))
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MessageFilter, Webhooks};
    use serde_json::json;

    #[test]
    fn what_differs_is_told_by_setting() {
        let before = ApplicationSettings::of_answer(&json!({
            "callback_backoff_delay_ms": 3000, "verbose_logging": true,
            "webhooks": {"max_concurrent_requests": 6, "message": {"read": true}}, "x": [1]
        }))
        .unwrap();
        let change = ApplicationSettings::new().callback_backoff_delay_ms(3000).webhooks(
            Webhooks::new()
                .url("https://canary.test")
                .max_concurrent_requests(24)
                .message(MessageFilter::new().read(false)),
        );
        let changes = diff(&before, &before.merged(&change));
        let shown: Vec<_> = changes.iter().map(Change::to_string).collect();
        assert_eq!(
            shown,
            [
                "webhooks.max_concurrent_requests: 6 → 24",
                "webhooks.message.read: true → false",
                "webhooks.url: (not shown) → \"https://canary.test\"",
            ]
        );
        let restart: Vec<_> = changes.iter().map(Change::needs_restart).collect();
        assert_eq!(restart, [true, false, false]);
        assert!(!format!("{changes:?}").contains("canary"));
        assert!(diff(&before, &before).is_empty());
        // A name may be the client's own invention.
        let odd = ApplicationSettings::of_answer(&json!({"\u{1b}[2J": "\u{1b}"})).unwrap();
        let shown = diff(&ApplicationSettings::new(), &odd)[0].to_string();
        assert_eq!(shown, r#"\u{1b}[2J: (not shown) → "\u001b""#);
    }

    #[test]
    fn a_name_of_the_clients_cannot_move_the_cursor() {
        let before = ApplicationSettings::of_answer(&json!({"\u{1b}[2J\u{9b}x": 0})).unwrap();
        let changes = diff(&before, &ApplicationSettings::new());
        assert_eq!(changes[0].to_string(), "\\u{1b}[2J\\u{9b}x: 0 → (not shown)");
    }
}
