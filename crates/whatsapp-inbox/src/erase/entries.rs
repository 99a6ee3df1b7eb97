//! What stands about somebody in a body beside its events: entries of `contacts`, and the conversations
//! (`threads`) of a history.

use super::contact::Contact;
use serde::{
    Deserialize,
    de::{Deserializer, Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{fmt, ops::Range};

/// Members of which each item is an event. In a message `contacts` are cards that somebody shares.
const EVENTS: [&[u8]; 5] = [b"messages", b"message_echoes", b"statuses", b"calls", b"errors"];

/// Where the entries of a contact stand; none in what is not JSON. It is for bodies that were parsed, and
/// so are not nested deeper than a parser allows.
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
            match &name.0[..] {
                b"contacts" | b"threads" => self.entries(value),
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
    members(entry).iter().any(|(name, value)| match &name.0[..] {
        b"id" | b"wa_id" | b"user_id" | b"parent_user_id" | b"username" | b"input" => {
            let text = serde_json::from_str::<String>(value);
            contact.is(text.as_deref().unwrap_or(value))
        }
        b"profile" | b"context" => is_theirs(value, contact),
        _ => false,
    })
}

/// A member's name, as bytes: half of a surrogate pair is no text, and an object may have such a name.
struct Name(Vec<u8>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(name: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<Name, E> {
                Ok(Name(name.to_vec()))
            }
        }

        name.deserialize_bytes(Bytes)
    }
}

/// The members of an object, with repeated ones; none of anything else.
fn members(json: &str) -> Vec<(Name, &str)> {
    struct Members;

    impl<'a> Visitor<'a> for Members {
        type Value = Vec<(Name, &'a str)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some((name, value)) = map.next_entry::<Name, &'a RawValue>()? {
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
