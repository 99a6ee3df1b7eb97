//! A broken item never costs its siblings: of every kind, [good, broken, good] is three events, two
//! of them good.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::fixtures;
use whatsapp_notification::{Event, Kind, Notification};

/// The array that holds the event, or the change or entry that it is in; and the event's index.
fn array(event: &Event) -> (String, usize) {
    let path = event.path();
    let mut outer = path.as_str();
    loop {
        let (rest, token) = outer.rsplit_once('/').expect("every event is in an array");
        if let Ok(index) = token.parse() {
            return (rest.to_owned(), index);
        }
        outer = rest;
    }
}

/// The kinds of the events in an array.
fn kinds(body: &Value, array: &str) -> Vec<Kind> {
    let notification = Notification::parse(body.to_string()).unwrap();
    let inside = notification.events().filter(|event| event.path().starts_with(array));
    inside.map(|event| event.kind()).collect()
}

#[test]
fn a_broken_item_never_costs_its_siblings() {
    let mut tested = BTreeSet::new();
    for document in fixtures() {
        let body: Value = serde_json::from_str(&document.text).unwrap();
        let notification = Notification::parse(document.text).unwrap();
        for event in &notification {
            let kind = event.kind();
            if matches!(kind, Kind::Malformed | Kind::Unknown) || event.path().starts_with("/value")
            {
                continue;
            }
            let count = |kinds: &[Kind], kind| kinds.iter().filter(|other| **other == kind).count();
            let (pointer, index) = array(&event);
            for broken in [json!(7), json!("x"), json!({}), json!([]), json!(null)] {
                let mut batch = body.clone();
                let items = batch.pointer_mut(&pointer).unwrap().as_array_mut().unwrap();
                let good = items.get(index).unwrap().clone();
                *items = vec![good.clone(), broken.clone(), good.clone()];
                let found = kinds(&batch, &pointer);
                let items = batch.pointer_mut(&pointer).unwrap().as_array_mut().unwrap();
                *items = vec![good];
                let alone = kinds(&batch, &pointer);
                let place = format!("{} {pointer}: {broken}", document.name);
                assert_eq!(count(&found, kind), 2 * count(&alone, kind), "{place}: {found:?}");
                let malformed = count(&found, Kind::Malformed) - 2 * count(&alone, Kind::Malformed);
                assert_eq!(malformed, 1, "{place}: {found:?}");
            }
            tested.insert(kind);
        }
    }
    let untested: Vec<_> = Kind::ALL.iter().filter(|kind| !tested.contains(kind)).collect();
    assert_eq!(untested, [&Kind::Unknown, &Kind::Malformed, &Kind::Unparseable]);
}
