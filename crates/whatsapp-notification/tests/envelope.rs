//! The envelope in every order and condition: nothing is lost, nothing fails its siblings.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use whatsapp_notification::{Form, Kind, Notification, ParseErrorKind, Parser, Text};

/// Kind and path of every event.
fn events(body: &str) -> Vec<(Kind, String)> {
    let notification = Notification::parse(body.to_owned()).expect("JSON");
    let events: Vec<_> = notification.events().map(|event| (event.kind(), event.path())).collect();
    assert_eq!(events.len(), notification.len());
    events
}

fn expect(body: &str, expected: &[(Kind, &str)]) {
    let found = events(body);
    let found: Vec<_> = found.iter().map(|(kind, path)| (*kind, path.as_str())).collect();
    assert_eq!(found, expected, "{body}");
}

const TEXT: &str =
    r#"{"from":"1","id":"A","timestamp":"1750000000","text":{"body":"Hi"},"type":"text"}"#;
const STATUS: &str = r#"{"id":"B","status":"sent","timestamp":"1750000000","recipient_id":"1"}"#;

fn cloud(changes: &str) -> String {
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"9","changes":[{changes}]}}]}}"#
    )
}

#[test]
fn everything_of_a_batch_is_read() {
    let change = format!(
        r#"{{"value":{{"messages":[{TEXT},{TEXT}],"statuses":[{STATUS}],"errors":[{{"code":1}}]}},"field":"messages"}}"#
    );
    let entry = format!(r#"{{"id":"9","changes":[{change},{change}]}}"#);
    let body = format!(r#"{{"object":"x","entry":[{entry},{entry}]}}"#);
    let events = events(&body);
    assert_eq!(events.len(), 16);
    assert_eq!(events[15], (Kind::Error, "/entry/1/changes/1/value/errors/0".into()));
}

#[test]
fn the_order_of_keys_does_not_matter() {
    let path = "/entry/0/changes/0/value/messages/0";
    for change in [
        format!(
            r#"{{"value":{{"messages":[{TEXT}],"metadata":{{"phone_number_id":"7"}}}},"field":"messages"}}"#
        ),
        format!(
            r#"{{"field":"messages","value":{{"metadata":{{"phone_number_id":"7"}},"messages":[{TEXT}]}}}}"#
        ),
    ] {
        for body in [
            format!(r#"{{"entry":[{{"changes":[{change}],"time":5,"id":"9"}}],"object":"x"}}"#),
            format!(r#"{{"object":"x","entry":[{{"id":"9","time":5,"changes":[{change}]}}]}}"#),
        ] {
            expect(&body, &[(Kind::Text, path)]);
            let notification = Notification::parse(body).unwrap();
            let event = notification.events().next().unwrap();
            assert!(event.entry_id().unwrap() == "9");
            assert_eq!(event.entry_time().unwrap().as_secs(), 5);
            assert!(event.field().unwrap() == "messages");
            assert!(event.metadata().unwrap().phone_number_id.unwrap() == "7");
        }
    }
}

#[test]
fn another_field_is_one_change_wherever_its_name_stands() {
    let value = format!(r#"{{"history":[],"messages":[{TEXT}],"odd":1}}"#);
    let whole = "/entry/0/changes/0/value";
    for (field, expected) in [
        ("tomorrow", &[(Kind::Change, whole)][..]),
        ("account_update", &[(Kind::AccountUpdate, whole)]),
        (
            "history",
            &[
                (Kind::HistoryMessage, "/entry/0/changes/0/value/messages/0"),
                (Kind::Unknown, "/entry/0/changes/0/value/odd"),
            ],
        ),
    ] {
        for change in [
            format!(r#"{{"value":{value},"field":"{field}"}}"#),
            format!(r#"{{"field":"{field}","value":{value}}}"#),
        ] {
            expect(&cloud(&change), expected);
        }
    }
    // What is no object holds nothing that is known, but a field that is not known may be anything.
    expect(
        &cloud(r#"{"field":"flows","value":"text"}"#),
        &[(Kind::Malformed, "/entry/0/changes/0")],
    );
    expect(&cloud(r#"{"field":"tomorrow","value":"text"}"#), &[(Kind::Change, whole)]);
}

#[test]
fn a_change_without_its_envelope_is_read_as_one() {
    let value = format!(r#"{{"messages":[{TEXT}]}}"#);
    for body in [
        format!(r#"{{"field":"messages","value":{value}}}"#),
        format!(r#"{{"value":{value},"field":"messages"}}"#),
    ] {
        expect(&body, &[(Kind::Text, "/value/messages/0")]);
        assert_eq!(Notification::parse(body).unwrap().form(), Form::Cloud);
    }
    let update = r#"{"field":"account_update","value":{"event":"VERIFIED_ACCOUNT"}}"#;
    expect(update, &[(Kind::AccountUpdate, "/value")]);
    let event = Notification::parse(update).unwrap().into_iter().next().unwrap();
    assert!(event.field().unwrap() == "account_update");
}

#[test]
fn what_stands_by_is_one_level_deeper() {
    let inner = format!(r#"{{"messages":[{TEXT}],"statuses":[{STATUS}],"odd":1}}"#);
    let value = format!(r#"{{"standby":{inner},"odder":2}}"#);
    expect(
        &cloud(&format!(r#"{{"value":{value},"field":"standby"}}"#)),
        &[
            (Kind::StandbyMessage, "/entry/0/changes/0/value/standby/messages/0"),
            (Kind::StandbyStatus, "/entry/0/changes/0/value/standby/statuses/0"),
            (Kind::Unknown, "/entry/0/changes/0/value/standby/odd"),
            (Kind::Unknown, "/entry/0/changes/0/value/odder"),
        ],
    );
    // Of a repeated key the last one wins here, too.
    let twice = format!(r#"{{"standby":{inner},"standby":{{"messages":[{TEXT}]}}}}"#);
    let kinds: Vec<_> = events(&cloud(&format!(r#"{{"value":{twice},"field":"standby"}}"#)))
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(kinds, [Kind::StandbyMessage]);
    expect(
        &cloud(r#"{"field":"standby","value":{"standby":7}}"#),
        &[(Kind::Malformed, "/entry/0/changes/0/value/standby")],
    );
}

#[test]
fn messages_without_the_name_of_their_field_are_messages() {
    let change = format!(r#"{{"value":{{"messages":[{TEXT}]}}}}"#);
    expect(&cloud(&change), &[(Kind::Text, "/entry/0/changes/0/value/messages/0")]);
    // Printed so in Meta's own documents.
    expect(
        &cloud(r#"{"value":{"event":"PARTNER_APP_UNINSTALLED"}}"#),
        &[(Kind::Unknown, "/entry/0/changes/0")],
    );
}

#[test]
fn a_broken_item_costs_no_sibling() {
    let items = format!(r#"{TEXT},3,null,[],{{}},{{"id":"x"}},{{"type":[],"id":"x"}},{TEXT}"#);
    let base = "/entry/0/changes/0/value/messages/";
    let expected: Vec<_> = (0..8)
        .map(|at| {
            let kind = if at == 0 || at == 7 { Kind::Text } else { Kind::Malformed };
            (kind, format!("{base}{at}"))
        })
        .collect();
    let change = format!(r#"{{"value":{{"messages":[{items}]}},"field":"messages"}}"#);
    assert_eq!(events(&cloud(&change)), expected);

    expect(
        &format!(r#"{{"statuses":[{{}},{STATUS},{{"id":"B"}},{{"status":{{}}}}]}}"#),
        &[
            (Kind::Malformed, "/statuses/0"),
            (Kind::Status, "/statuses/1"),
            (Kind::Malformed, "/statuses/2"),
            (Kind::Malformed, "/statuses/3"),
        ],
    );
    expect(
        r#"{"errors":[{},{"code":1},"x"],"contacts":[{},{"wa_id":"1"},7]}"#,
        &[
            (Kind::Malformed, "/errors/0"),
            (Kind::Error, "/errors/1"),
            (Kind::Malformed, "/errors/2"),
            (Kind::Malformed, "/contacts/0"),
            (Kind::Contact, "/contacts/1"),
            (Kind::Malformed, "/contacts/2"),
        ],
    );
}

#[test]
fn a_broken_envelope_member_costs_no_sibling() {
    let change = format!(
        r#"{{"value":{{"metadata":null,"contacts":null,"messages":[{TEXT}]}},"field":"messages"}}"#
    );
    expect(
        &format!(
            r#"{{"object":null,"entry":[3,{{"changes":[{change}]}},null,{{}},{{"changes":7}}]}}"#
        ),
        &[
            (Kind::Malformed, "/entry/0"),
            (Kind::Text, "/entry/1/changes/0/value/messages/0"),
            (Kind::Malformed, "/entry/2"),
            (Kind::Malformed, "/entry/3"),
            (Kind::Malformed, "/entry/4/changes"),
        ],
    );
    expect(r#"{"object":"x","entry":"y"}"#, &[(Kind::Malformed, "/entry")]);
    expect(&cloud("[]"), &[(Kind::Malformed, "/entry/0/changes/0")]);
    expect(&cloud("{}"), &[(Kind::Malformed, "/entry/0/changes/0")]);
    for value in ["null", "3", "[]"] {
        let change = format!(r#"{{"value":{value},"field":"messages"}}"#);
        expect(&cloud(&change), &[(Kind::Malformed, "/entry/0/changes/0")]);
    }
    let change = format!(
        r#"{{"value":{{"metadata":5,"messages":{{}},"statuses":[{STATUS}]}},"field":"messages"}}"#
    );
    let base = "/entry/0/changes/0/value/";
    expect(
        &cloud(&change),
        &[
            (Kind::Malformed, &format!("{base}metadata")),
            (Kind::Malformed, &format!("{base}messages")),
            (Kind::Status, &format!("{base}statuses/0")),
        ],
    );
}

#[test]
fn unknown_members_are_events_unless_they_are_null() {
    let change = format!(
        r#"{{"value":{{"messages":[{TEXT}],"user_actions":[1],"no":null,"odd":3}},"field":"messages","x":1}}"#
    );
    let body = format!(
        r#"{{"object":"x","entry":[{{"id":"9","changes":[{change}],"changed_fields":["a"]}}],"y":2}}"#
    );
    expect(
        &body,
        &[
            (Kind::Text, "/entry/0/changes/0/value/messages/0"),
            (Kind::Malformed, "/entry/0/changes/0/value/user_actions/0"),
            (Kind::Unknown, "/entry/0/changes/0/value/odd"),
            (Kind::ChangedFields, "/entry/0/changed_fields"),
        ],
    );
    // Around the values they are told of, but are no events.
    let notification = Notification::parse(body).unwrap();
    assert_eq!(notification.untyped(), ["/entry/0/changes/0/x", "/y"]);
    // Unless nothing else is there.
    expect(r#"{"entry":[{"id":"1","odd":{}}]}"#, &[(Kind::Unknown, "/entry/0")]);
    expect(
        &format!(r#"{{"messages":[{TEXT}],"z":{{}}}}"#),
        &[(Kind::Text, "/messages/0"), (Kind::Unknown, "/z")],
    );
}

#[test]
fn empty_arrays_hold_no_events() {
    for body in [
        r#"{"statuses":[]}"#,
        r#"{"messages":[],"contacts":[]}"#,
        r#"{"object":"x","entry":[]}"#,
        r#"{"entry":[{"id":"1","changes":[]}]}"#,
        r#"{"entry":[{"id":"1","changes":[{"value":{"messages":[]},"field":"messages"}]}]}"#,
    ] {
        expect(body, &[]);
    }
}

#[test]
fn the_form_is_told_by_the_members_at_the_top() {
    let form = |body: &str| Notification::parse(body.to_owned()).unwrap().form();
    assert_eq!(form(r#"{"object":"x"}"#), Form::Cloud);
    assert_eq!(form(r#"{"entry":[]}"#), Form::Cloud);
    assert_eq!(form(r#"{"statuses":[]}"#), Form::OnPremises);
    assert_eq!(form(r#"{"object":null,"entry":null,"messages":[]}"#), Form::OnPremises);
    assert_eq!(form(r#"{"field":"messages","value":{}}"#), Form::Cloud);
    for body in [
        "{}",
        "[]",
        "3",
        r#""x""#,
        r#"{"field":"messages"}"#,
        r#"{"messages":null}"#,
        r#"{"errors":null}"#,
    ] {
        assert_eq!(form(body), Form::Other, "{body}");
        expect(body, &[(Kind::Unknown, "")]);
    }
}

#[test]
fn a_body_of_both_forms_is_a_cloud_body() {
    for body in [
        format!(
            r#"{{"messages":[{TEXT}],"entry":[{{"changes":[{{"value":{{"messages":[{TEXT}]}},"field":"messages"}}]}}]}}"#
        ),
        format!(
            r#"{{"entry":[{{"changes":[{{"value":{{"messages":[{TEXT}]}},"field":"messages"}}]}}],"messages":[{TEXT}]}}"#
        ),
    ] {
        assert_eq!(Notification::parse(body.clone()).unwrap().form(), Form::Cloud);
        let mut found = events(&body);
        found.sort();
        assert_eq!(
            found,
            [
                (Kind::Text, "/entry/0/changes/0/value/messages/0".into()),
                (Kind::Unknown, "/messages".into()),
            ]
        );
    }
}

#[test]
fn of_a_repeated_key_the_last_one_wins() {
    let other = TEXT.replace("\"A\"", "\"Z\"").replace("Hi", "last");
    let ids = |body: &str| -> Vec<String> {
        let notification = Notification::parse(body.to_owned()).unwrap();
        notification
            .events()
            .map(|event| event.id().map(String::from).unwrap_or_default())
            .collect()
    };
    let value = |items: &str| format!(r#"{{"value":{{{items}}},"field":"messages"}}"#);
    // Messages with statuses between them: only the rows of the first array go.
    let twice = format!(r#""messages":[{TEXT},{TEXT}],"statuses":[{STATUS}],"messages":[{other}]"#);
    assert_eq!(ids(&cloud(&value(&twice))), ["B", "Z"]);
    assert_eq!(ids(&format!("{{{twice}}}")), ["B", "Z"]);
    let first = value(&format!(r#""messages":[{TEXT}]"#));
    let last = value(&format!(r#""messages":[{other}]"#));
    // changes, entry, value, field
    assert_eq!(ids(&format!(r#"{{"entry":[{{"changes":[{first}],"changes":[{last}]}}]}}"#)), ["Z"]);
    assert_eq!(
        ids(&format!(r#"{{"entry":[{{"changes":[{first}]}}],"entry":[{{"changes":[{last}]}}]}}"#)),
        ["Z"]
    );
    assert_eq!(
        ids(&cloud(&format!(
            r#"{{"value":{{"messages":[{TEXT}]}},"value":{{"messages":[{other}]}},"field":"messages"}}"#
        ))),
        ["Z"]
    );
    assert_eq!(ids(&format!(r#"{{"messages":[{TEXT}],"messages":null}}"#)), Vec::<String>::new());
    let renamed =
        format!(r#"{{"field":"history","value":{{"messages":[{TEXT}]}},"field":"messages"}}"#);
    expect(&cloud(&renamed), &[(Kind::Text, "/entry/0/changes/0/value/messages/0")]);
    let renamed =
        format!(r#"{{"field":"messages","value":{{"messages":[{TEXT}]}},"field":"history"}}"#);
    expect(&cloud(&renamed), &[(Kind::HistoryMessage, "/entry/0/changes/0/value/messages/0")]);
    // Inside an item: routing and view agree.
    let body = r#"{"messages":[{"type":"image","id":"1","id":"2","type":"text","text":{"body":"a"},"text":{"body":"b","body":"c"}}]}"#;
    let notification = Notification::parse(body).unwrap();
    let event = notification.events().next().unwrap().narrow::<Text>().unwrap();
    assert!(event.id().unwrap() == "2" && event.get().header.id.unwrap() == "2");
    assert!(event.get().body.unwrap() == "c");
}

#[test]
fn keys_written_with_escapes_are_the_same_keys() {
    let body = r#"{"\u006fbject":"x","\u0065ntry":[{"ch\u0061nges":[{"v\u0061lue":{"mess\u0061ges":[
        {"fr\u006fm":"1","\u0069d":"A","t\u0079pe":"te\u0078t","te\u0078t":{"b\u006fdy":"Hi"}}
    ]},"fi\u0065ld":"mess\u0061ges"}]}]}"#;
    expect(body, &[(Kind::Text, "/entry/0/changes/0/value/messages/0")]);
    let notification = Notification::parse(body).unwrap();
    let event = notification.events().next().unwrap().narrow::<Text>().unwrap();
    assert!(event.id().unwrap() == "A" && event.get().body.unwrap() == "Hi");
    assert!(event.sender().address().unwrap() == "1");
}

#[test]
fn limits_have_their_own_errors() {
    let kind = |parser: Parser, body: String| {
        parser.parse(body, Default::default()).err().map(|error| error.kind())
    };
    let errors = |n: usize| format!(r#"{{"errors":[{}]}}"#, vec![r#"{"code":1}"#; n].join(","));
    let parser = Parser::new().max_events(3);
    assert_eq!(kind(parser, errors(3)), None);
    assert_eq!(kind(parser, errors(4)), Some(ParseErrorKind::TooManyEvents));
    // What is replaced does not count.
    let twice = format!(r#"{{"errors":[{{"code":1}},{{"code":1}}],{}"#, &errors(3)[1..]);
    assert_eq!(kind(parser, twice), None);
    let deep = |n: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(n), "]".repeat(n));
    assert_eq!(kind(Parser::new(), deep(127)), None);
    assert_eq!(kind(Parser::new(), deep(128)), Some(ParseErrorKind::TooDeep));
    assert_eq!(kind(Parser::new().max_depth(3), deep(3)), Some(ParseErrorKind::TooDeep));
    assert_eq!(kind(Parser::new(), deep(2_000_000)), Some(ParseErrorKind::TooDeep));
    // The offset tells where the limit was met.
    for open in ["[", "{\"a\":"] {
        let error = Notification::parse(open.repeat(100_000)).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ParseErrorKind::TooDeep, 128 * open.len()));
    }
    let error = Notification::parse(&b"{\"a\":\"\xff\"}"[..]).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ParseErrorKind::Utf8, 6));
}

#[test]
fn a_lone_surrogate_in_a_text_does_not_refuse_the_batch() {
    let half = TEXT.replace("Hi", "a\\ud83d b");
    let body = cloud(&format!(r#"{{"value":{{"messages":[{half},{TEXT}]}},"field":"messages"}}"#));
    let notification = Notification::parse(body).unwrap();
    let texts: Vec<_> =
        notification.events().map(|event| event.narrow::<Text>().unwrap()).collect();
    let text = texts[0].get().body.unwrap();
    assert_eq!(text.to_cow(), "a\u{fffd} b");
    assert!(text.try_to_cow().is_err());
    assert_eq!(texts.len(), 2);
}

#[test]
fn an_authentic_body_that_is_not_json_is_kept_whole() {
    let notification = Notification::unparseable(&b"\xffoops"[..], Default::default());
    let event = notification.events().next().unwrap();
    assert_eq!((event.kind(), event.raw(), event.path().as_str()), (Kind::Unparseable, "", ""));
    let event = event.narrow::<whatsapp_notification::Unparseable>().unwrap();
    assert_eq!(event.get(), b"\xffoops");
    assert!(event.id().is_none() && event.timestamp().is_none() && event.conversation().is_none());
}
