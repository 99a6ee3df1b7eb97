//! Nothing is lost on the way: every value of a body is in the envelope's typed members, or in an
//! event's view under the same name, or below a pointer that `untyped` gives.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use serde_json::Value;
use std::collections::BTreeSet;
use tests::{corpus, facts, fixtures, lost};
use whatsapp_notification::{Kind, Notification};

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
fn an_event_that_is_detached_is_the_same_event() {
    for document in corpus().into_iter().chain(fixtures()) {
        let notification = Notification::parse(document.text).expect("JSON");
        for event in &notification {
            let detached = event.detach();
            assert_eq!(detached.notification().len(), 1, "{} {}", document.name, event.path());
            assert_eq!(detached.notification().form(), notification.form());
            assert_eq!(facts(&detached), facts(&event), "{} {}", document.name, event.path());
        }
    }
}

#[test]
fn every_kind_stands_in_a_fixture() {
    let mut missing: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    for document in fixtures() {
        for event in &Notification::parse(document.text).expect("JSON") {
            missing.remove(event.kind().name());
        }
    }
    // It is no JSON.
    assert_eq!(missing.into_iter().collect::<Vec<_>>(), [Kind::Unparseable.name()]);
}

#[test]
fn every_member_of_every_view_stands_in_a_fixture() {
    let mut found = BTreeSet::new();
    for document in fixtures() {
        let body: Value = serde_json::from_str(&document.text).expect("JSON");
        members(&body, &mut found);
    }
    let missing: Vec<_> =
        tests::view_members().into_iter().filter(|name| !found.contains(name)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

fn members(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.insert(name.clone());
                members(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, found)),
        _ => {}
    }
}

/// What of a document is unknown, malformed or untyped.
fn findings(notification: &Notification) -> Vec<String> {
    let mut findings = notification.untyped();
    for event in notification {
        let path = event.path();
        findings.extend(event.untyped().iter().map(|pointer| format!("{path}{pointer}")));
        if matches!(
            event.kind(),
            Kind::Unknown | Kind::Malformed | Kind::OtherMessage | Kind::Change
        ) {
            findings.push(format!("{path} is {}", event.kind()));
        }
    }
    findings
}

#[test]
fn the_views_hold_the_whole_corpus_but_for_what_is_told_here() {
    let mut excused = BTreeSet::new();
    for document in corpus() {
        let findings = findings(&Notification::parse(document.text).expect("JSON"));
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

#[test]
fn the_views_hold_all_fixtures_but_those_that_say_so_in_their_names() {
    let odd = ["unheard", "unknown-members", "malformed-items", "empty-items"];
    for document in fixtures() {
        let findings = findings(&Notification::parse(document.text).expect("JSON"));
        let is_odd = odd.iter().any(|name| document.name.contains(name));
        // An enum's unheard value is typed all the same.
        if !is_odd || document.name.contains("unheard-event") {
            assert_eq!(findings, Vec::<String>::new(), "{}", document.name);
        }
    }
}
