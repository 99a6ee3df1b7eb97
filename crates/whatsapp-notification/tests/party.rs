//! Who the customer is, whichever ids an event has, and on whichever side they stand.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use whatsapp_notification::{Event, Notification, PartyId};

/// The first event of a change.
fn event(field: &str, value: &str) -> Event {
    let body =
        format!(r#"{{"entry":[{{"id":"9","changes":[{{"value":{value},"field":"{field}"}}]}}]}}"#);
    Notification::parse(body).expect("JSON").into_iter().next().expect("an event")
}

/// The event's sender and recipient, by what they are best known by.
fn sides(event: &Event) -> (Option<String>, Option<String>) {
    (event.sender().key().map(String::from), event.recipient().key().map(String::from))
}

#[test]
fn the_customer_is_on_one_side() {
    let from = |id: &str| (Some(id.to_owned()), None);
    let to = |id: &str| (None, Some(id.to_owned()));
    for (field, value, expected) in [
        ("messages", r#"{"messages":[{"from":"1","id":"A","type":"text"}]}"#, from("1")),
        ("messages", r#"{"statuses":[{"id":"A","status":"sent","recipient_id":"1"}]}"#, to("1")),
        (
            "smb_message_echoes",
            r#"{"message_echoes":[{"from":"9","to":"1","type":"text"}]}"#,
            to("1"),
        ),
        (
            "message_echoes",
            r#"{"message_echoes":[{"from":"9","to_user_id":"US.1","type":"text"}]}"#,
            to("US.1"),
        ),
        ("history", r#"{"messages":[{"from":"1","type":"image"}]}"#, from("1")),
        ("history", r#"{"message_echoes":[{"from":"9","to":"1","type":"image"}]}"#, to("1")),
        (
            "calls",
            r#"{"calls":[{"from":"1","to":"9","event":"connect","direction":"USER_INITIATED"}]}"#,
            from("1"),
        ),
        (
            "calls",
            r#"{"calls":[{"from":"9","to":"1","event":"connect","direction":"BUSINESS_INITIATED"}]}"#,
            to("1"),
        ),
        ("calls", r#"{"statuses":[{"id":"A","status":"RINGING","recipient_id":"1"}]}"#, to("1")),
        ("standby", r#"{"standby":{"messages":[{"from":"1","type":"text"}]}}"#, from("1")),
        ("standby", r#"{"standby":{"message_echoes":[{"id":"A","message":{"to":"1"}}]}}"#, to("1")),
        ("user_preferences", r#"{"user_preferences":[{"wa_id":"1","value":"stop"}]}"#, from("1")),
        (
            "user_id_update",
            r#"{"user_id_update":[{"user_id":{"previous":"US.1","current":"US.2"}}]}"#,
            from("US.2"),
        ),
        (
            "messaging_handovers",
            r#"{"sender":{"phone_number":"1"},"type":"control_passed"}"#,
            from("1"),
        ),
        ("smb_app_state_sync", r#"{"state_sync":[{"contact":{"phone_number":"1"}}]}"#, from("1")),
        ("account_update", r#"{"event":"ACCOUNT_DELETED"}"#, (None, None)),
    ] {
        assert_eq!(sides(&event(field, value)), expected, "{field} {value}");
    }
}

#[test]
fn the_user_id_is_preferred_and_says_that_it_is_stable() {
    let value = r#"{"contacts":[{"wa_id":"1","user_id":"US.1","parent_user_id":"US.ENT.1",
        "profile":{"name":"A","username":"@a"}}],"messages":[{"from":"1","id":"A","type":"text"}]}"#;
    let event = event("messages", value);
    let sender = event.sender();
    assert!(matches!(sender.id(), Some(id @ PartyId::UserId(_)) if id.is_stable()));
    assert!(sender.key().unwrap() == "US.1" && sender.wa_id().unwrap() == "1");
    assert!(sender.parent_user_id().unwrap() == "US.ENT.1");
    assert!(sender.username().unwrap() == "a" && sender.phone().unwrap() == "1");
}

#[test]
fn a_user_id_where_a_number_is_usual_is_found_by_its_dot() {
    // Reported by integrators.
    for message in
        [r#""from":"US.1""#, r#""from":"2","from_user_id":"US.1""#, r#""from_bsuid":"US.1""#]
    {
        let value = format!(r#"{{"messages":[{{{message},"id":"A","type":"text"}}]}}"#);
        let event = event("messages", &value);
        assert!(
            matches!(event.sender().id(), Some(PartyId::UserId(id)) if id == "US.1"),
            "{message}"
        );
        assert!(event.conversation().unwrap() == "US.1");
    }
    let event = event("messages", r#"{"messages":[{"from":"US.1","id":"A","type":"text"}]}"#);
    assert!(event.sender().phone().is_none());
}

#[test]
fn a_group_is_the_conversation_and_its_member_the_party() {
    let value = r#"{"contacts":[{"wa_id":"1","profile":{"name":"A"}}],"statuses":[{"id":"A","status":"read",
        "recipient_id":"G","recipient_type":"group","recipient_participant_id":"1",
        "recipient_participant_user_id":"US.1"}]}"#;
    let event = event("messages", value);
    let recipient = event.recipient();
    assert!(event.conversation().unwrap() == "G" && recipient.group_id().unwrap() == "G");
    assert!(recipient.participant().unwrap() == "1" && recipient.key().unwrap() == "US.1");
    assert!(recipient.name().unwrap() == "A");
}

#[test]
fn ids_that_are_empty_are_not_there() {
    // As one host sends a message without a number.
    let value = r#"{"contacts":[{"wa_id":"","user_id":"US.1"}],
        "messages":[{"from":"","from_user_id":"US.1","id":"A","type":"text"}]}"#;
    let event = event("messages", value);
    let sender = event.sender();
    assert!(sender.address().is_none() && sender.wa_id().is_none() && sender.phone().is_none());
    assert!(sender.contact().is_some());
}
