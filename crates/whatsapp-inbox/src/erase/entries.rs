//! What stands about somebody in a body beside its events: entries of `contacts`, and the conversations
//! (`threads`) of a history.

use super::contact::Contact;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::{fmt, ops::Range};

/// Members of which each item is an event. In a message `contacts` are cards that somebody shares.
const EVENTS: [&str; 5] = ["messages", "message_echoes", "statuses", "calls", "errors"];

/// Where the entries of a contact stand; none in what is not JSON.
pub(super) fn of(body: &[u8], contact: &Contact) -> Vec<Range<usize>> {
    let Ok(body) = str::from_utf8(body) else { return Vec::new() };
    let mut walk = Walk { body, contact, found: Vec::new() };
    walk.value(body.trim_ascii_start());
    walk.found
}

struct Walk<'a> {
    body: &'a str,
    contact: &'a Contact,
    found: Vec<Range<usize>>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, json: &'a str) {
        for (name, value) in members(json) {
            match name.as_str() {
                "contacts" | "threads" => self.entries(value),
                name if EVENTS.contains(&name) => {}
                _ => self.value(value),
            }
        }
        items(json).into_iter().for_each(|item| self.value(item));
    }

    fn entries(&mut self, json: &'a str) {
        for entry in items(json) {
            if is_theirs(entry, self.contact) {
                // Both are of one allocation: this is the entry's place.
                let start = entry.as_ptr() as usize - self.body.as_ptr() as usize;
                self.found.push(start..start + entry.len());
            }
        }
    }
}

fn is_theirs(entry: &str, contact: &Contact) -> bool {
    members(entry).iter().any(|(name, value)| match name.as_str() {
        "id" | "wa_id" | "user_id" | "parent_user_id" | "username" | "input" => {
            let text = serde_json::from_str::<String>(value);
            contact.is(text.as_deref().unwrap_or(value))
        }
        "profile" | "context" => is_theirs(value, contact),
        _ => false,
    })
}

/// The members of an object, with repeated ones; none of anything else.
fn members(json: &str) -> Vec<(String, &str)> {
    struct Members;

    impl<'a> Visitor<'a> for Members {
        type Value = Vec<(String, &'a str)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some((name, value)) = map.next_entry::<String, &'a RawValue>()? {
                members.push((name, value.get()));
            }
            Ok(members)
        }
    }

    if !json.starts_with('{') {
        return Vec::new();
    }
    serde_json::Deserializer::from_str(json).deserialize_map(Members).unwrap_or_default()
}

/// The items of an array; none of anything else.
fn items(json: &str) -> Vec<&str> {
    if !json.starts_with('[') {
        return Vec::new();
    }
    let items: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
    items.into_iter().map(RawValue::get).collect()
}
