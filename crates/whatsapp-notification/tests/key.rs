//! What makes two events the same one. When in doubt they differ.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use whatsapp_notification::{Origin, Parser};

type Key = Option<Vec<String>>;

/// The keys of a body's events, as an endpoint of this label receives it.
fn keys_at(label: &str, body: &str) -> Vec<Key> {
    let notification =
        Parser::new().parse(body.to_owned(), Origin::new(label.to_owned())).expect("JSON");
    let keys = notification.events().map(|event| {
        event.key().map(|key| key.parts().map(|part| part.into_owned()).collect::<Vec<_>>())
    });
    keys.collect()
}

fn key(body: &str) -> Key {
    keys_at("", body).swap_remove(0)
}

fn change(field: &str, value: &str) -> String {
    format!(r#"{{"entry":[{{"id":"9","changes":[{{"value":{value},"field":"{field}"}}]}}]}}"#)
}

#[test]
fn a_repeat_has_the_same_key_whatever_stands_around_it() {
    let message =
        r#"{"from":"1","id":"wamid.A\/B","timestamp":"1","type":"text","text":{"body":"Hi"}}"#;
    let alone = change("messages", &format!(r#"{{"messages":[{message}]}}"#));
    let other = message.replace("wamid.A", "wamid.C");
    // In another batch, with other spacing and escapes.
    let spaced = message.replace("\\/", "/").replace(',', " , ");
    let batch = change("messages", &format!(r#"{{"messages":[{other},{spaced}]}}"#));
    assert!(key(&alone).is_some());
    assert_eq!(key(&alone), keys_at("", &batch)[1]);
    assert_ne!(key(&alone), key(&batch));
}

#[test]
fn one_id_is_another_event_elsewhere() {
    let message = r#"{"messages":[{"from":"1","id":"A","timestamp":"1","type":"text"}]}"#;
    let cloud = change("messages", message);
    let keys = [
        keys_at("", &cloud),
        // Another tenant, account, number, field, API, type.
        keys_at("shop-2", &cloud),
        keys_at("", &cloud.replace("\"9\"", "\"8\"")),
        keys_at(
            "",
            &cloud.replace("{\"messages\"", r#"{"metadata":{"phone_number_id":"7"},"messages""#),
        ),
        keys_at("", &cloud.replace("\"field\":\"messages\"", "\"field\":\"history\"")),
        keys_at("", message),
        keys_at("", &cloud.replace("\"text\"", "\"image\"")),
    ];
    for (at, one) in keys.iter().enumerate() {
        assert!(one[0].is_some());
        assert!(keys[at + 1..].iter().all(|other| other != one), "{at}");
    }
}

#[test]
fn each_status_of_a_message_is_an_event_of_its_own() {
    let status =
        r#"{"id":"A","status":"sent","timestamp":"1","recipient_id":"1","errors":[{"code":1}]}"#;
    let body = |status: &str| format!(r#"{{"statuses":[{status}]}}"#);
    let first = key(&body(status));
    assert!(first.is_some());
    assert_eq!(first, key(&body(status)));
    for (from, to) in [
        ("sent", "read"),
        ("\"timestamp\":\"1\"", "\"timestamp\":\"2\""),
        ("\"recipient_id\":\"1\"", "\"recipient_id\":\"2\""),
        ("\"code\":1", "\"code\":2"),
        ("\"id\":\"A\"", "\"id\":\"B\""),
    ] {
        let other = status.replace(from, to);
        assert_ne!(other, status);
        assert_ne!(first, key(&body(&other)), "{other}");
    }
    // Members of a group, of one message and status.
    let group = |who: &str| {
        format!(
            r#"{{"id":"A","status":"read","timestamp":"1","recipient_id":"G","recipient_type":"group","recipient_participant_id":"{who}"}}"#
        )
    };
    assert_ne!(key(&body(&group("1"))), key(&body(&group("2"))));
}

#[test]
fn the_events_of_a_call_differ() {
    let call = |event: &str| {
        key(&change(
            "calls",
            &format!(r#"{{"calls":[{{"id":"A","event":"{event}","timestamp":"1"}}]}}"#),
        ))
    };
    assert!(call("connect").is_some());
    assert_ne!(call("connect"), call("terminate"));
}

#[test]
fn what_has_neither_an_id_nor_a_time_has_no_key() {
    // Two equal errors an hour apart are two errors.
    assert_eq!(key(r#"{"errors":[{"code":1014}]}"#), None);
    assert_eq!(key(r#"{"messages":[{"type":"text"}]}"#), None);
    assert_eq!(key(r#"{"messages":[{"type":"text","id":""}]}"#), None);
    let update = change("account_update", r#"{"event":"ACCOUNT_DELETED"}"#);
    assert_eq!(key(&update), None);
    // With the entry's time there is something to tell two apart by.
    let at =
        |time: u32| key(&update.replace("\"id\":\"9\"", &format!(r#""id":"9","time":{time}"#)));
    assert!(at(1).is_some());
    assert_eq!(at(1), at(1));
    assert_ne!(at(1), at(2));
}

#[test]
fn what_only_might_tell_a_time_has_no_key() {
    // A history that was declined, twice; a contact that was added, removed and added.
    let declined = change("history", r#"{"history":[{"errors":[{"code":2593109}]}]}"#);
    let added = |more: &str| {
        let contact = r#""type":"contact","contact":{"phone_number":"1"},"action":"add""#;
        change("smb_app_state_sync", &format!(r#"{{"state_sync":[{{{contact}{more}}}]}}"#))
    };
    assert_eq!(key(&declined), None);
    assert_eq!(key(&added("")), None);
    assert_eq!(key(&added(r#","metadata":{}"#)), None);
    assert!(key(&added(r#","metadata":{"timestamp":"1739321024"}"#)).is_some());
}

#[test]
fn a_placeholder_and_its_media_are_two_events() {
    let message = r#"{"from":"1","id":"A","timestamp":"1","type":"media_placeholder"}"#;
    let chunk = change(
        "history",
        &format!(r#"{{"history":[{{"threads":[{{"messages":[{message}]}}]}}]}}"#),
    );
    let media = message.replace("media_placeholder", "image");
    let media = change("history", &format!(r#"{{"messages":[{media}]}}"#));
    assert!(key(&chunk).is_some() && key(&media).is_some());
    assert_ne!(key(&chunk), key(&media));
}

#[test]
fn what_a_history_tells_of_one_message_twice_is_two_events_if_it_differs() {
    let media = |time: u32, status: &str| {
        let message = format!(
            r#"{{"from":"1","id":"A","timestamp":"1","type":"image","history_context":{{"status":"{status}"}}}}"#
        );
        let change = change("history", &format!(r#"{{"messages":[{message}]}}"#));
        key(&change.replace("\"id\":\"9\"", &format!(r#""id":"9","time":{time}"#)))
    };
    assert!(media(1, "SENT").is_some());
    assert_eq!(media(1, "SENT"), media(1, "SENT"));
    assert_ne!(media(1, "SENT"), media(1, "READ"));
    // Fetched a second time.
    assert_ne!(media(1, "SENT"), media(2, "SENT"));
}
