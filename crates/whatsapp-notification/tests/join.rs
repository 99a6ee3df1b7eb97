//! Contacts: joined by user id, then by WhatsApp id, never by index.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use whatsapp_notification::{Kind, Notification};

fn contact(wa_id: &str, user_id: &str, name: &str) -> String {
    let ids = [("wa_id", wa_id), ("user_id", user_id)];
    let ids: String = ids
        .iter()
        .filter(|(_, id)| !id.is_empty())
        .map(|(key, id)| format!(r#","{key}":"{id}""#))
        .collect();
    format!(r#"{{"profile":{{"name":"{name}"}}{ids}}}"#)
}

fn message(from: &str, user_id: &str) -> String {
    let user_id =
        if user_id.is_empty() { String::new() } else { format!(r#""from_user_id":"{user_id}","#) };
    let from = if from.is_empty() { String::new() } else { format!(r#""from":"{from}","#) };
    format!(r#"{{{from}{user_id}"id":"A","type":"text","text":{{"body":"Hi"}}}}"#)
}

/// The names joined to each message or status, and the names of contacts that are left.
fn joined(contacts: &[String], items: &[String], last: bool) -> (Vec<String>, Vec<String>) {
    let kind =
        if items.iter().any(|item| item.contains("\"status\"")) { "statuses" } else { "messages" };
    let contacts = format!(r#""contacts":[{}]"#, contacts.join(","));
    let items = format!(r#""{kind}":[{}]"#, items.join(","));
    let body =
        if last { format!("{{{items},{contacts}}}") } else { format!("{{{contacts},{items}}}") };
    let notification = Notification::parse(body).expect("JSON");
    let (mut names, mut left) = (Vec::new(), Vec::new());
    for event in &notification {
        let name =
            |name: Option<whatsapp_notification::Str<'_>>| name.unwrap_or_default().to_string();
        match event.kind() {
            Kind::Contact => {
                let event = event.narrow::<whatsapp_notification::Contact>().unwrap();
                left.push(name(event.get().profile.and_then(|profile| profile.name)));
            }
            Kind::Status => names.push(name(event.recipient().name())),
            _ => names.push(name(event.sender().name())),
        }
    }
    (names, left)
}

#[test]
fn contacts_are_joined_in_any_order_and_before_or_behind() {
    let contacts = [contact("1", "", "one"), contact("2", "", "two"), contact("3", "", "three")];
    for last in [false, true] {
        for (from, names) in [
            (["1", "2", "3"], ["one", "two", "three"]),
            (["3", "1", "2"], ["three", "one", "two"]),
            (["2", "2", "9"], ["two", "two", ""]),
        ] {
            let messages: Vec<_> = from.iter().map(|from| message(from, "")).collect();
            let (found, left) = joined(&contacts, &messages, last);
            assert_eq!(found, names);
            let unused: Vec<_> =
                ["one", "two", "three"].into_iter().filter(|n| !names.contains(n)).collect();
            assert_eq!(left, unused, "a contact of no message is an event");
        }
    }
}

#[test]
fn the_user_id_comes_before_the_whatsapp_id() {
    let contacts = [contact("1", "US.b", "by number"), contact("2", "US.a", "by id")];
    let (found, left) = joined(&contacts, &[message("1", "US.a")], false);
    assert_eq!(found, ["by id"]);
    assert_eq!(left, ["by number"]);
    // Without a match by user id, the number decides.
    let (found, _) = joined(&[contact("1", "", "number only")], &[message("1", "US.a")], false);
    assert_eq!(found, ["number only"]);
    let (found, _) = joined(&[contact("1", "US.z", "both")], &[message("1", "")], false);
    assert_eq!(found, ["both"]);
}

#[test]
fn an_empty_id_joins_nothing() {
    let contact = r#"{"profile":{"name":"x"},"wa_id":"","user_id":""}"#.to_owned();
    let message = r#"{"from":"","id":"A","type":"text"}"#.to_owned();
    assert_eq!(joined(&[contact], &[message], false), (vec![String::new()], vec!["x".into()]));
}

#[test]
fn a_status_is_joined_by_participant_then_recipient() {
    let status = r#"{"id":"A","status":"read","recipient_id":"GROUP","recipient_type":"group",
        "recipient_participant_id":"2"}"#
        .to_owned();
    let contacts = [contact("1", "", "one"), contact("2", "", "two")];
    let (found, left) = joined(&contacts, std::slice::from_ref(&status), false);
    assert_eq!((found, left), (vec!["two".into()], vec!["one".into()]));
    let inner = r#"{"id":"A","status":"sent","message":{"recipient_id":"1"}}"#.to_owned();
    assert_eq!(joined(&contacts, &[inner], true).0, ["one"]);
    let notification = Notification::parse(format!(r#"{{"statuses":[{status}]}}"#)).unwrap();
    let event = notification.events().next().unwrap();
    assert!(event.conversation().unwrap() == "GROUP");
    assert!(event.recipient().address().unwrap() == "GROUP");
}

#[test]
fn many_contacts_are_joined_as_few_are() {
    let n = 300;
    let contacts: Vec<_> =
        (0..n).map(|i| contact(&format!("{i}"), &format!("US.{i}"), &format!("n{i}"))).collect();
    let order: Vec<usize> = (0..n).map(|i| (i * 7 + 3) % n).collect();
    let messages: Vec<_> = order
        .iter()
        .map(|i| {
            if i % 2 == 0 { message(&format!("{i}"), "") } else { message("", &format!("US.{i}")) }
        })
        .collect();
    let names: Vec<_> = order.iter().map(|i| format!("n{i}")).collect();
    for last in [false, true] {
        assert_eq!(joined(&contacts, &messages, last), (names.clone(), vec![]));
    }
}

#[test]
fn what_a_repeated_key_replaces_is_joined_anew() {
    let body = format!(
        r#"{{"contacts":[{}],"messages":[{}],"messages":[{}]}}"#,
        [contact("1", "", "one"), contact("2", "", "two")].join(","),
        message("1", ""),
        message("2", "")
    );
    let notification = Notification::parse(body).unwrap();
    let events: Vec<_> = notification.events().collect();
    assert_eq!(
        events.iter().map(|event| event.kind()).collect::<Vec<_>>(),
        [Kind::Contact, Kind::Text]
    );
    assert!(events[1].sender().name().unwrap() == "two");
}

#[test]
fn the_conversation_is_group_then_user_then_number() {
    let conversation = |message: &str| {
        let notification = Notification::parse(format!(r#"{{"messages":[{message}]}}"#)).unwrap();
        notification.events().next().unwrap().conversation().map(String::from)
    };
    let text = |ids: &str| format!(r#"{{{ids},"id":"A","type":"text"}}"#);
    assert_eq!(
        conversation(&text(r#""from":"1","from_user_id":"US.1","group_id":"G""#)).unwrap(),
        "G"
    );
    assert_eq!(conversation(&text(r#""from":"1","from_user_id":"US.1""#)).unwrap(), "US.1");
    assert_eq!(conversation(&text(r#""from":"1","from_bsuid":"US.2""#)).unwrap(), "US.2");
    assert_eq!(conversation(&text(r#""from":"1""#)).unwrap(), "1");
    assert_eq!(conversation(r#"{"id":"A","type":"system"}"#), None);
}
