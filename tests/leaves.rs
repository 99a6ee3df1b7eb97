//! What becomes of every value of a body, and all that an event tells.

use serde_json::Value;
use whatsapp_notification::{Event, Form, Notification};

/// All that an event tells, but for where it stands.
#[must_use]
pub fn facts(event: &Event) -> Value {
    let party = event.party();
    serde_json::json!([
        event.kind().name(),
        event.raw(),
        event.get(),
        event.untyped(),
        event.id(),
        event.timestamp(),
        event.field(),
        event.entry_id(),
        event.entry_time(),
        event.metadata(),
        event.conversation(),
        event.sender().key(),
        party.contact(),
        party.group_id(),
        event.key().map(|key| key.parts().collect::<Vec<_>>()),
    ])
}

/// The values of a body that nothing accounts for, by pointer: they are neither in the envelope's
/// typed members, nor in an event's view under the same name, nor below a pointer that `untyped`
/// gives.
///
/// # Panics
/// If the body is not JSON that `serde_json` takes, or a view cannot be serialized.
#[must_use]
pub fn lost(notification: &Notification) -> Vec<String> {
    let body: Value = serde_json::from_slice(notification.body()).expect("JSON");
    let mut leaves = Vec::new();
    walk(&body, String::new(), &mut |pointer, value| leaves.push((pointer, value.clone())));
    let mut typed = Vec::new();
    let mut untyped: Vec<String> = notification.untyped();
    for event in notification {
        let path = event.path();
        untyped.extend(event.untyped().iter().map(|pointer| format!("{path}{pointer}")));
        let view = serde_json::to_value(event.get()).expect("a view");
        walk(&view, path, &mut |pointer, value| typed.push((pointer, value.clone())));
        if let Some(contact) = event.party().contact() {
            // Its place is not told; it stands among the contacts of its value.
            let contact = serde_json::to_value(contact).expect("a view");
            walk(&contact, String::new(), &mut |pointer, value| {
                typed.push((format!("contact{pointer}"), value.clone()));
            });
        }
    }
    leaves
        .into_iter()
        .filter(|(pointer, value)| {
            let held = typed.iter().any(|(place, held)| place == pointer && same(held, value));
            let of_contact = || {
                let (_, member) = pointer.split_once("/contacts/").unwrap_or_default();
                let member = member.trim_start_matches(|char: char| char.is_ascii_digit());
                typed
                    .iter()
                    .any(|(place, held)| *place == format!("contact{member}") && held == value)
            };
            let told = || untyped.iter().any(|place| below(pointer, place));
            !(value.is_null()
                || held
                || of_contact()
                || told()
                || is_envelope(pointer, notification.form()))
        })
        .map(|(pointer, _)| pointer)
        .collect()
}

/// Every value that is no object and no array, and every empty one.
fn walk(value: &Value, pointer: String, leaf: &mut impl FnMut(String, &Value)) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                walk(value, format!("{pointer}/{name}"), leaf);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                walk(value, format!("{pointer}/{index}"), leaf);
            }
        }
        // What is empty tells nothing.
        Value::Object(_) | Value::Array(_) => {}
        value => leaf(pointer, value),
    }
}

fn below(pointer: &str, place: &str) -> bool {
    pointer.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A number and its string form count as the same, and so do `true` and `"true"`, and the seconds
/// of a date.
fn same(held: &Value, value: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (held_text, value_text) = (text(held), text(value));
    let date = || value_text.parse::<jiff::Timestamp>().ok();
    // `serde_json` reads a fraction to within its last digit only.
    let close = || {
        let (held, value) = (held_text.parse::<f64>().ok()?, value_text.parse::<f64>().ok()?);
        let fraction = value_text.contains(['.', 'e', 'E']);
        (fraction && (held - value).abs() <= value.abs() * 1e-14).then_some(())
    };
    held_text == value_text
        || close().is_some()
        || date().is_some_and(|date| held.as_i64() == Some(date.as_second()))
}

/// The typed members around the events of a Cloud body.
fn is_envelope(pointer: &str, form: Form) -> bool {
    let members = [
        "/object",
        "/entry/*/id",
        "/entry/*/time",
        // Of a change, which may come without its envelope.
        "/field",
        "/value/messaging_product",
        "/value/metadata/display_phone_number",
        "/value/metadata/phone_number_id",
    ];
    let general: String = pointer
        .split('/')
        .skip(1)
        .map(|token| if token.bytes().all(|byte| byte.is_ascii_digit()) { "/*" } else { token })
        .map(|token| if token.starts_with('/') { token.to_owned() } else { format!("/{token}") })
        .collect();
    let general = general.strip_prefix("/entry/*/changes/*").unwrap_or(&general);
    form == Form::Cloud && members.contains(&general)
}
