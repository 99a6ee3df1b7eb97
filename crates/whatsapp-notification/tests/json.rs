//! What is JSON here is what `serde_json` takes for JSON: over generated documents, over damaged
//! ones, and over `JSONTestSuite` where `JSON_TEST_SUITE` names its folder.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use proptest::prelude::*;
use serde_json::value::RawValue;
use std::{env, fs, path::PathBuf};
use whatsapp_notification::{Kind, Notification, ParseErrorKind};

/// True if the body is JSON to us; going beyond a limit does not say.
fn ours(body: &[u8]) -> Option<bool> {
    match Notification::parse(body.to_vec()) {
        Ok(_) => Some(true),
        Err(error) if error.is_limit() => None,
        Err(error) => {
            assert!(matches!(error.kind(), ParseErrorKind::Syntax | ParseErrorKind::Utf8));
            assert!(error.offset() <= body.len());
            Some(false)
        }
    }
}

fn theirs(body: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(body).is_ok()
}

fn agree(body: &[u8]) {
    if let Some(ours) = ours(body) {
        assert_eq!(ours, theirs(body), "{:?}", String::from_utf8_lossy(body));
    }
}

/// A document out of pieces that matter to the scan, right and wrong.
fn document() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("-0.5e-3".to_owned()),
        Just("01".to_owned()),
        Just("1.".to_owned()),
        Just("\"\"".to_owned()),
        Just("\"text\"".to_owned()),
        Just("\"messages\"".to_owned()),
        Just("\"\\u00e9\\/\"".to_owned()),
        Just("\"\\ud800\"".to_owned()),
        Just("\"\\x\"".to_owned()),
        Just("\"a\tb\"".to_owned()),
        "[0-9]{1,12}",
        "\"[a-zé😀 ]{0,20}\"",
    ];
    let key = prop::sample::select(vec![
        "object",
        "entry",
        "id",
        "time",
        "changes",
        "field",
        "value",
        "metadata",
        "contacts",
        "messages",
        "statuses",
        "errors",
        "type",
        "text",
        "from",
        "status",
        "wa_id",
        "user_id",
        "recipient_id",
        "timestamp",
        "context",
        "m\\u0065ssages",
        "odd",
        "",
    ]);
    let space = prop::sample::select(vec!["", "", "", " ", "\n\t"]);
    scalar.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..5), space.clone())
                .prop_map(|(items, space)| format!("[{space}{}{space}]", items.join(","))),
            (prop::collection::vec((key.clone(), inner), 0..6), space.clone()).prop_map(
                |(members, space)| {
                    let members: Vec<_> = members
                        .into_iter()
                        .map(|(key, value)| {
                            format!("{space}\"{key}\"{space}:{space}{value}{space}")
                        })
                        .collect();
                    format!("{{{}}}", members.join(","))
                }
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn generated_documents_are_judged_alike(document in document()) {
        agree(document.as_bytes());
    }

    #[test]
    fn every_event_of_what_parses_can_be_read(document in document()) {
        if let Ok(notification) = Notification::parse(document) {
            let paths = notification.paths();
            let _ = notification.untyped();
            for (event, path) in notification.events().zip(&paths) {
                // Readers cannot fail: what they find, serde_json can write, and its own JSON is valid.
                serde_json::to_string(&event.get()).expect("a view");
                serde_json::from_str::<&RawValue>(event.raw()).expect("an event's JSON");
                let pointer = event.path();
                prop_assert_eq!(&pointer, path);
                // A lone surrogate is JSON, but no value to serde_json; and of two unknown members
                // with one name both are kept.
                let body = serde_json::from_slice::<serde_json::Value>(notification.body());
                if let (Ok(body), true) = (body, event.kind() != Kind::Unknown) {
                    prop_assert!(body.pointer(&pointer).is_some(), "{}", pointer);
                }
                let _ = (event.id(), event.timestamp(), event.sender().key(), event.recipient().key());
                let _ = (event.conversation(), event.field(), event.entry_id(), event.metadata());
                let _ = (event.untyped(), event.key().map(|key| key.parts().count()));
                let detached = event.detach();
                prop_assert_eq!(detached.notification().len(), 1);
                prop_assert_eq!((detached.kind(), detached.raw()), (event.kind(), event.raw()));
            }
        }
    }
}

const SAMPLE: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"9","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"1","phone_number_id":"2"},"contacts":[{"profile":{"name":"\u00e9\ud83d\ude00"},"wa_id":"3"}],"messages":[{"from":"3","id":"wamid.A==","timestamp":"1750000000","location":{"latitude":-1.5e1,"longitude":0},"type":"location"}],"statuses":[{"id":"x","status":"sent","errors":[{"code":1,"x":null}]}]},"field":"messages"}]}]}"#;

#[test]
fn every_damage_by_one_byte_is_judged_alike() {
    assert_eq!(ours(SAMPLE.as_bytes()), Some(true));
    for at in 0..SAMPLE.len() {
        agree(&SAMPLE.as_bytes()[..at]);
        for byte in [b'"', b'\\', b'{', b'}', b'[', b']', b',', b':', b'0', b'u', b' ', 0x1f, 0xff]
        {
            let mut body = SAMPLE.as_bytes().to_vec();
            body[at] = byte;
            agree(&body);
            body.remove(at);
            agree(&body);
        }
    }
}

/// The folder that the environment names; without it the test is skipped, and says so.
fn folder(variable: &str) -> Option<PathBuf> {
    let folder = env::var_os(variable).map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: set {variable} to the folder to run this test over it");
    }
    // Tests run in the crate's folder, the variable is relative to the workspace's.
    folder.map(|folder| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder))
}

#[test]
fn the_json_test_suite_is_judged_as_it_says() {
    let Some(folder) = folder("JSON_TEST_SUITE") else { return };
    let mut seen = [0; 3];
    for file in
        fs::read_dir(&folder).expect("JSON_TEST_SUITE").map(|file| file.expect("a file").path())
    {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if !name.ends_with(".json") {
            continue;
        }
        let body = fs::read(&file).expect("readable");
        agree(&body);
        let result = Notification::parse(body);
        match name.get(..2) {
            Some("y_") => {
                assert!(result.is_ok(), "{name}");
                seen[0] += 1;
            }
            Some("n_") => {
                assert!(result.is_err(), "{name}");
                seen[1] += 1;
            }
            _ => seen[2] += 1,
        }
    }
    assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
    println!("JSONTestSuite: {} accepted, {} refused, {} either", seen[0], seen[1], seen[2]);
}
