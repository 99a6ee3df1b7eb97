//! However a document's keys are ordered and spaced, its events are the same.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use fastrand::Rng;
use serde_json::Value;
use tests::{corpus, fixtures};
use whatsapp_notification::Notification;
use whatsapp_testkit::Samples;

/// Writes JSON with its keys in random order, some of them escaped, and white space at random.
fn shuffled(json: &Value, rng: &mut Rng) -> String {
    let space = |rng: &mut Rng| ["", "", " ", "\n\t"][rng.usize(..4)];
    match json {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            rng.shuffle(&mut members);
            let members: Vec<_> = members
                .into_iter()
                .map(|(key, value)| {
                    let mut key = key.clone();
                    if rng.u8(..4) == 0 && !key.is_empty() && key.is_ascii() {
                        let first = format!("\\u{:04x}", key.as_bytes()[0]);
                        key.replace_range(..1, &first);
                    }
                    let (before, behind) = (space(rng), space(rng));
                    format!("{before}\"{key}\"{behind}:{before}{}{behind}", shuffled(value, rng))
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| shuffled(item, rng)).collect();
            format!("[{}{}]", space(rng), items.join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// Place, kind, ids and view of every event, in the order of places.
fn events(body: String) -> Vec<String> {
    let notification = Notification::parse(body).unwrap();
    let mut events: Vec<_> = notification
        .events()
        .map(|event| {
            let view = serde_json::to_value(event.get()).unwrap();
            let text = |text: Option<whatsapp_notification::Str<'_>>| text.map(String::from);
            format!(
                "{} {} {:?} {:?} {:?} {:?} {:?} {:?} {view}",
                event.path(),
                event.kind(),
                text(event.id()),
                event.timestamp(),
                text(event.conversation()),
                text(event.sender().name()),
                text(event.entry_id()),
                event.metadata().map(|metadata| text(metadata.phone_number_id)),
            )
        })
        .collect();
    events.sort();
    events
}

#[test]
fn the_order_of_keys_and_the_spacing_change_nothing() {
    let mut samples = Samples::new(13);
    let mut bodies: Vec<_> = samples.mixed(64).into_iter().map(|sample| sample.body).collect();
    bodies.extend(samples.onprem_mixed(14).into_iter().map(|sample| sample.body));
    bodies.extend([samples.broken().body, samples.mixed_batch(20_000).body]);
    bodies.extend(corpus().into_iter().chain(fixtures()).map(|document| document.text.into()));
    let mut rng = Rng::with_seed(17);
    for body in bodies {
        let json: Value = serde_json::from_slice(&body).unwrap();
        let expected = events(String::from_utf8(body.to_vec()).unwrap());
        for _ in 0..4 {
            let text = shuffled(&json, &mut rng);
            assert_eq!(events(text.clone()), expected, "{text}");
        }
    }
}
