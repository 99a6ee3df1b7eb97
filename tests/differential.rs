//! Documents that something happened to: what is JSON here is what `serde_json` takes for JSON, no
//! value is lost or changed, and every event can be detached.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json, value::RawValue};
use std::sync::LazyLock;
use tests::{Document, corpus, facts, fixtures, lost};
use whatsapp_notification::Notification;

static DOCUMENTS: LazyLock<Vec<Document>> =
    LazyLock::new(|| corpus().into_iter().chain(fixtures()).collect());

/// What happens to one value of a document.
#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    /// Becomes an item of an array, or the value of a member.
    Wrap(bool),
    /// A member gets another name.
    Rename(&'static str),
    Remove,
    Repeat,
}

fn change() -> impl Strategy<Value = Change> {
    let value = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!("true"),
        json!(7),
        json!(-1.5),
        json!(1e300),
        json!(0),
        json!("0"),
        json!("007"),
        json!("1750000000"),
        json!(1_750_000_000_000_i64),
        json!(18_446_744_073_709_551_615_u64),
        json!(""),
        json!("text"),
        json!("US.1"),
        json!("messages"),
        json!("2025-04-17T00:00:00Z"),
        json!("\u{1f600} / \""),
        json!([]),
        json!([[]]),
        json!({}),
        json!([{}]),
        json!([null, 1]),
        json!({ "type": "text", "id": "Z" }),
        json!({ "~/": { "a": 1 } }),
    ]);
    let name = prop::sample::select(vec![
        "id",
        "type",
        "from",
        "text",
        "entry",
        "messages",
        "value",
        "field",
        "contacts",
        "status",
        "errors",
        "standby",
        "metadata",
        "timestamp",
        "odd",
        "",
    ]);
    prop_oneof![
        5 => value.prop_map(Change::Replace),
        1 => any::<bool>().prop_map(Change::Wrap),
        2 => name.prop_map(Change::Rename),
        1 => Just(Change::Remove),
        1 => Just(Change::Repeat),
    ]
}

/// The pointers to all values of a document.
fn places(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                self::places(value, format!("{place}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                self::places(value, format!("{place}/{index}"), places);
            }
        }
        _ => {}
    }
    places.push(place);
}

fn apply(document: &mut Value, at: &Index, change: Change) {
    let mut all = Vec::new();
    places(document, String::new(), &mut all);
    let place = at.get(&all);
    match change {
        Change::Replace(value) => *document.pointer_mut(place).unwrap() = value,
        Change::Wrap(array) => {
            let value = document.pointer_mut(place).unwrap();
            let inner = value.take();
            *value = if array { json!([inner]) } else { json!({ "inner": inner }) };
        }
        change => {
            let Some((outer, name)) = place.rsplit_once('/') else { return };
            match (document.pointer_mut(outer).unwrap(), change) {
                (Value::Object(members), Change::Rename(to)) => {
                    let value = members.remove(&name.replace("~1", "/").replace("~0", "~"));
                    members.insert(to.to_owned(), value.unwrap());
                }
                (Value::Object(members), Change::Remove) => {
                    members.remove(&name.replace("~1", "/").replace("~0", "~"));
                }
                (Value::Array(items), Change::Remove) => {
                    items.remove(name.parse().unwrap());
                }
                (Value::Array(items), Change::Repeat) => {
                    let item = items[name.parse::<usize>().unwrap()].clone();
                    items.push(item);
                }
                _ => {}
            }
        }
    }
}

/// Bytes that mean something to a JSON parser.
const SPECIAL: &[u8] = b"\"\\{}[],:0-. \n\x1f\xffu";

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_value_of_a_changed_document_is_lost(
        document in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), change()), 1..4),
    ) {
        let document = document.get(&DOCUMENTS);
        let mut body: Value = serde_json::from_str(&document.text).unwrap();
        for (at, change) in changes {
            apply(&mut body, &at, change);
        }
        let notification = Notification::parse(body.to_string()).unwrap();
        prop_assert_eq!(lost(&notification), Vec::<String>::new(), "{}", body);
        for event in &notification {
            let detached = event.detach();
            prop_assert_eq!(detached.notification().len(), 1, "{}", body);
            prop_assert_eq!(facts(&detached), facts(&event), "{}", body);
        }
    }

    #[test]
    fn a_damaged_document_is_judged_as_serde_json_judges_it(
        document in any::<Index>(),
        damage in prop::collection::vec((any::<Index>(), any::<Index>(), 0..4_usize, any::<u8>()), 1..3),
    ) {
        let mut body = document.get(&DOCUMENTS).text.clone().into_bytes();
        for (from, to, what, byte) in damage {
            let (from, to) = (from.index(body.len()), to.index(body.len().min(40)));
            let to = (from + to).min(body.len());
            match what {
                0 => body[from] = byte,
                1 => body.insert(from, SPECIAL[usize::from(byte) % SPECIAL.len()]),
                2 => { body.drain(from..to); }
                _ => { let copy = body[from..to].to_vec(); body.splice(from..from, copy); }
            }
        }
        let theirs = serde_json::from_slice::<&RawValue>(&body).is_ok();
        match Notification::parse(body.clone()) {
            Ok(_) => prop_assert!(theirs, "{}", String::from_utf8_lossy(&body)),
            Err(error) => {
                prop_assert!(!theirs || error.is_limit(), "{}: {error}", String::from_utf8_lossy(&body));
            }
        }
    }
}
