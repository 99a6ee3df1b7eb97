//! Over the corpus: every document parses, every message and status in it is an event of its right
//! kind, and what the views say is what the document says, in each byte form.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use serde_json::Value;
use std::collections::BTreeMap;
use tests::corpus;
use whatsapp_notification::{Form, Kind, Notification};
use whatsapp_testkit::escape_json;

/// What a reader that builds the whole tree finds: kind and JSON of every event.
fn expected(body: &Value) -> Vec<(Kind, &Value)> {
    let mut found = Vec::new();
    if let Some(entries) = body.get("entry") {
        for entry in items(entries) {
            for change in items(&entry["changes"]) {
                match change["field"].as_str() {
                    Some(field) => of_field(field, &change["value"], &mut found),
                    None => found.push((Kind::Unknown, change)),
                }
            }
        }
    } else if body.get("data").is_some() {
        found.push((Kind::Unknown, body));
    } else {
        arrays(body, &mut found);
    }
    found
}

/// What stands in the value of a field, as the reference tells it.
fn of_field<'a>(field: &str, value: &'a Value, found: &mut Vec<(Kind, &'a Value)>) {
    let lists: &[(&str, Kind)] = match field {
        "messages" => return arrays(value, found),
        "calls" => &[("calls", Kind::Call), ("statuses", Kind::CallStatus)],
        "history" => &[
            ("history", Kind::History),
            ("messages", Kind::HistoryMessage),
            ("message_echoes", Kind::HistoryMessage),
        ],
        "smb_message_echoes" => &[("message_echoes", Kind::Echo)],
        "smb_app_state_sync" => &[("state_sync", Kind::StateSync)],
        "standby" => &[
            ("messages", Kind::StandbyMessage),
            ("statuses", Kind::StandbyStatus),
            ("message_echoes", Kind::StandbyEcho),
        ],
        "group_lifecycle_update" => &[("groups", Kind::GroupLifecycle)],
        "group_participants_update" => &[("groups", Kind::GroupParticipants)],
        "group_settings_update" => &[("groups", Kind::GroupSettings)],
        "group_status_update" => &[("groups", Kind::GroupStatus)],
        "user_preferences" => &[("user_preferences", Kind::UserPreference)],
        "user_id_update" => &[("user_id_update", Kind::UserIdUpdate)],
        "automatic_events" => &[("automatic_events", Kind::AutomaticEvent)],
        // The others are one event each, whose kind goes by the field's name, but for the plural
        // of one.
        field => {
            let name = field.replace("username_updates", "username_update");
            let kind = Kind::ALL.iter().find(|kind| kind.name() == name).expect("a known field");
            return found.push((*kind, value));
        }
    };
    let value = if field == "standby" { &value["standby"] } else { value };
    for (list, kind) in lists {
        found.extend(items(&value[*list]).map(|item| (*kind, item)));
    }
    // A contact that nothing else names by an id is an event.
    let rest: String = lists.iter().map(|(list, _)| value[*list].to_string()).collect();
    let unused = items(&value["contacts"]).filter(|contact| {
        let ids = [&contact["user_id"], &contact["wa_id"]];
        !ids.iter().filter_map(|id| id.as_str()).any(|id| rest.contains(&format!("\"{id}\"")))
    });
    found.extend(unused.map(|contact| (Kind::Contact, contact)));
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn arrays<'a>(value: &'a Value, found: &mut Vec<(Kind, &'a Value)>) {
    for (name, member) in value.as_object().into_iter().flatten() {
        match name.as_str() {
            "messages" => {
                found.extend(items(member).map(|message| (message_kind(message), message)));
            }
            "statuses" => found.extend(items(member).map(|status| (Kind::Status, status))),
            "errors" => found.extend(items(member).map(|error| (Kind::Error, error))),
            "contacts" => {
                let unused = items(member).filter(|contact| !is_used(contact, value));
                found.extend(unused.map(|contact| (Kind::Contact, contact)));
            }
            "messaging_product" | "metadata" => {}
            "user_actions" => found.extend(items(member).map(|item| (Kind::UserAction, item))),
            "conversation_context" => found.push((Kind::ConversationContext, member)),
            _ => found.push((Kind::Unknown, member)),
        }
    }
}

fn message_kind(message: &Value) -> Kind {
    let by_name = |name: &str| match name {
        "unknown" => Some(Kind::Unsupported),
        name => Kind::ALL.iter().copied().find(|kind| kind.is_message() && kind.name() == name),
    };
    if message["type"] == "system" {
        // Two system messages have kinds of their own.
        return by_name(message["system"]["type"].as_str().unwrap_or_default())
            .unwrap_or(Kind::System);
    }
    match message["type"].as_str() {
        Some(name) => by_name(name).unwrap_or(Kind::OtherMessage),
        None => message.as_object().unwrap().keys().find_map(|key| by_name(key)).expect("a kind"),
    }
}

/// True if a message or status names the contact by any of its ids.
fn is_used(contact: &Value, value: &Value) -> bool {
    let ids = [&contact["user_id"], &contact["wa_id"]];
    let ids: Vec<_> = ids.iter().filter_map(|id| id.as_str()).filter(|id| !id.is_empty()).collect();
    let names = [
        "from",
        "from_user_id",
        "recipient_id",
        "recipient_user_id",
        "recipient_participant_id",
        "participant_recipient_id",
        "recipient_participant_user_id",
    ];
    let messages = items(&value["messages"]).chain(items(&value["statuses"]));
    let mut used = messages.flat_map(|item| {
        let inner = item["message"]["recipient_id"].as_str();
        names.iter().filter_map(|name| item[*name].as_str()).chain(inner)
    });
    used.any(|id| ids.contains(&id))
}

#[test]
fn every_message_and_status_is_an_event_of_its_right_kind() {
    let mut counts = BTreeMap::new();
    for document in corpus() {
        let notification = Notification::parse(document.text.clone()).expect(&document.name);
        let body: Value = serde_json::from_str(&document.text).unwrap();
        let form = if document.name.starts_with("cloud") {
            Form::Cloud
        } else if body.get("data").is_some() {
            Form::Other // One document of the Conversions API wraps the body in `data`.
        } else {
            Form::OnPremises
        };
        assert_eq!(notification.form(), form, "{}", document.name);
        let mut expected = expected(&body);
        for event in &notification {
            let json: Value = event.deserialize().unwrap();
            assert_eq!(
                body.pointer(&event.path()),
                Some(&json),
                "{} {}",
                document.name,
                event.path()
            );
            let at =
                expected.iter().position(|(kind, value)| *kind == event.kind() && **value == json);
            let at =
                at.unwrap_or_else(|| panic!("{}: {:?} {}", document.name, event, event.path()));
            expected.remove(at);
            *counts.entry(event.kind()).or_insert(0) += 1;
        }
        assert!(expected.is_empty(), "{}: not found: {expected:?}", document.name);
    }
    println!("{counts:?}");
}

#[test]
fn views_say_what_the_document_says() {
    let mut leaves = 0;
    for document in corpus() {
        let notification = Notification::parse(document.text.clone()).unwrap();
        for event in &notification {
            let json: Value = event.deserialize().unwrap();
            let view = serde_json::to_value(event.get()).unwrap();
            leaves += within(&view, &json, &format!("{} {}", document.name, event.path()));
            if let Some(id) = event.id() {
                assert_eq!(json["id"].as_str(), Some(&*id.to_cow()));
            }
            if event.kind().is_message() || event.kind() == Kind::Status {
                // Some documents have `TIMESTAMP` where a time belongs.
                let time = event.timestamp().map(whatsapp_notification::Timestamp::as_secs);
                assert_eq!(number(&json["timestamp"]), time, "{}", document.name);
                assert!(event.id().is_some(), "{}", document.name);
            }
        }
    }
    println!("{leaves} values are alike");
}

/// Every value of the view stands in the document, under the same name; counts them.
fn within(view: &Value, json: &Value, place: &str) -> usize {
    match (view, json) {
        (Value::Object(view), Value::Object(json)) => view
            .iter()
            .map(|(name, value)| {
                let member = json.get(name).unwrap_or_else(|| panic!("{place}: no {name}"));
                within(value, member, &format!("{place}/{name}"))
            })
            .sum(),
        (Value::Array(view), Value::Array(json)) => {
            assert_eq!(view.len(), json.len(), "{place}");
            view.iter().zip(json).map(|(view, json)| within(view, json, place)).sum()
        }
        (view, json) if view == json => 1,
        // Times are numbers in a view.
        (view, json) => {
            assert!(
                number(view).is_some() && number(view) == number(json),
                "{place}: {view} {json}"
            );
            1
        }
    }
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

#[test]
fn every_byte_form_reads_the_same() {
    for document in corpus() {
        let json: Value = serde_json::from_str(&document.text).unwrap();
        let forms = [
            escape_json(&json.to_string()),
            json.to_string(),
            serde_json::to_string_pretty(&json).unwrap(),
        ];
        let notification = Notification::parse(document.text.clone()).unwrap();
        for form in forms {
            let other = Notification::parse(form).unwrap();
            let mut others: Vec<_> = other.events().collect();
            assert_eq!(others.len(), notification.len(), "{}", document.name);
            for event in &notification {
                let alike = others.iter().position(|other| {
                    other.path() == event.path()
                        && other.kind() == event.kind()
                        && other.id() == event.id()
                        && other.conversation() == event.conversation()
                        && other.sender().name() == event.sender().name()
                        && serde_json::to_value(other.get()).unwrap()
                            == serde_json::to_value(event.get()).unwrap()
                });
                others
                    .remove(alike.unwrap_or_else(|| panic!("{} {}", document.name, event.path())));
            }
        }
    }
}
