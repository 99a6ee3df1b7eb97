//! Nothing is lost on the way: every value of a body is in the envelope's typed members, or in an
//! event's view under the same name, or below a pointer that `untyped` gives.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use serde_json::Value;
use std::collections::BTreeSet;
use tests::{corpus, fixtures};
use whatsapp_notification::{Form, Kind, Notification};

/// The values of a body that nothing accounts for, by pointer.
fn lost(notification: &Notification) -> Vec<String> {
    let body: Value = serde_json::from_slice(notification.body()).unwrap();
    let mut leaves = Vec::new();
    walk(&body, String::new(), &mut |pointer, value| leaves.push((pointer, value.clone())));
    let mut typed = Vec::new();
    let mut untyped: Vec<String> = notification.untyped();
    for event in notification {
        let path = event.path();
        untyped.extend(event.untyped().iter().map(|pointer| format!("{path}{pointer}")));
        let view = serde_json::to_value(event.get()).unwrap();
        walk(&view, path, &mut |pointer, value| typed.push((pointer, value.clone())));
        if let Some(contact) = event.party().contact() {
            // Its place is not told; it stands among the contacts of its value.
            let contact = serde_json::to_value(contact).unwrap();
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

/// A number and its string form count as the same, and so do `true` and `"true"`.
fn same(held: &Value, value: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text(held) == text(value)
}

/// The typed members around the events of a Cloud body.
fn is_envelope(pointer: &str, form: Form) -> bool {
    let members = [
        "/object",
        "/entry/*/id",
        "/entry/*/time",
        "/entry/*/changes/*/field",
        "/entry/*/changes/*/value/messaging_product",
        "/entry/*/changes/*/value/metadata/display_phone_number",
        "/entry/*/changes/*/value/metadata/phone_number_id",
    ];
    let general: String = pointer
        .split('/')
        .skip(1)
        .map(|token| if token.bytes().all(|byte| byte.is_ascii_digit()) { "/*" } else { token })
        .map(|token| if token.starts_with('/') { token.to_owned() } else { format!("/{token}") })
        .collect();
    form == Form::Cloud && members.contains(&general.as_str())
}

const PLACEHOLDERS: &str = "placeholders of Meta's page instead of values, such as TIMESTAMP";

/// Documents that are not typed to the last value, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("cloud/docs_malformed-", "a slip of Meta's pages: `field` stands inside `value`"),
    ("cloud/calls-terminate-business.json", "a slip of Meta's page: `status` lists its values"),
    ("cloud/calls-terminate-user.json", "a slip of Meta's page: `status` lists its values"),
    ("cloud/group_lifecycle_update-group_create.json", PLACEHOLDERS),
    ("cloud/group_lifecycle_update-group_delete", PLACEHOLDERS),
    ("cloud/group_participants_update-group_request_type.json", PLACEHOLDERS),
    ("cloud/group_settings_update-group_settings_update-errors.json", PLACEHOLDERS),
    ("cloud/group_status_update-group_suspend", PLACEHOLDERS),
    ("cloud/status-read-group.json", PLACEHOLDERS),
    ("cloud/messages-button-2.json", "`from_logical_id` is documented nowhere"),
    ("cloud/messages-text-referral.json", "`ref` is documented nowhere; the time is no number"),
    ("onprem/message-text-referral-ctwa-clid-wrapped-in-data.json", "wrapped once more in `data`"),
];

#[test]
fn no_value_is_lost() {
    for document in corpus().into_iter().chain(fixtures()) {
        let notification = Notification::parse(document.text).expect("JSON");
        assert_eq!(lost(&notification), Vec::<String>::new(), "{}", document.name);
    }
}

#[test]
fn the_views_hold_the_whole_corpus_but_for_what_is_told_here() {
    let mut excused = BTreeSet::new();
    for document in corpus() {
        let notification = Notification::parse(document.text).expect("JSON");
        let mut findings = notification.untyped();
        for event in &notification {
            let path = event.path();
            findings.extend(event.untyped().iter().map(|pointer| format!("{path}{pointer}")));
            if matches!(event.kind(), Kind::Unknown | Kind::Malformed | Kind::OtherMessage) {
                findings.push(format!("{path} is {}", event.kind()));
            }
        }
        if findings.is_empty() {
            continue;
        }
        let exception = EXCEPTIONS.iter().find(|(name, _)| document.name.starts_with(name));
        let (name, _) = exception.unwrap_or_else(|| panic!("{}: {findings:?}", document.name));
        excused.insert(*name);
    }
    // An exception that is no longer needed goes.
    if std::env::var_os("WHATSAPP_CORPUS").is_some() {
        assert_eq!(excused.len(), EXCEPTIONS.len(), "{excused:?}");
    }
}
