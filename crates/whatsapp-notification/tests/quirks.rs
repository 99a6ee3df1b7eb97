//! The quirks of WhatsApp's notifications, each as it was seen: numbers in quotes and without, two
//! spellings, one value for many.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use whatsapp_notification::{
    AccountUpdate, AutomaticEvent, BusinessCapability, BusinessUsername, Call, Error, Event, Flow,
    History, Interactive, Notification, Order, Payload, PaymentConfiguration, PhoneNumberName,
    Reaction, Status, TemplateStatus, Text, Timestamp, UserPreference, Voice,
    view::{AnyContent, CallDirection, TemplateEvent},
};

/// The one event of a change, as this payload.
fn event<P: Payload>(field: &str, value: &str) -> Event<P> {
    let body =
        format!(r#"{{"entry":[{{"id":"9","changes":[{{"value":{value},"field":"{field}"}}]}}]}}"#);
    of(&body)
}

/// The one event of a body, as this payload.
fn of<P: Payload>(body: &str) -> Event<P> {
    let mut events = Notification::parse(body.to_owned()).expect("JSON").into_iter();
    let event = events.next().expect("an event").narrow().expect("of this payload");
    assert!(events.next().is_none() && event.untyped().is_empty(), "{body}");
    event
}

fn message<P: Payload>(members: &str) -> Event<P> {
    of(&format!(r#"{{"messages":[{{"from":"1","id":"A",{members}}}]}}"#))
}

fn status(members: &str) -> Event<Status> {
    of(&format!(r#"{{"statuses":[{{"id":"A","recipient_id":"1",{members}}}]}}"#))
}

#[test]
fn times_are_strings_or_numbers() {
    let time = Some(Timestamp::from_secs(1_750_000_000));
    for json in ["1750000000", "\"1750000000\""] {
        assert_eq!(
            message::<Text>(&format!(r#""type":"text","timestamp":{json}"#)).timestamp(),
            time
        );
        assert_eq!(status(&format!(r#""status":"sent","timestamp":{json}"#)).timestamp(), time);
        let preference =
            format!(r#"{{"user_preferences":[{{"value":"stop","timestamp":{json}}}]}}"#);
        assert_eq!(event::<UserPreference>("user_preferences", &preference).timestamp(), time);
        let found = format!(r#"{{"automatic_events":[{{"id":"A","timestamp":{json}}}]}}"#);
        assert_eq!(event::<AutomaticEvent>("automatic_events", &found).timestamp(), time);
        let configured = format!(r#"{{"created_timestamp":{json}}}"#);
        let configured = event::<PaymentConfiguration>("payment_configuration_update", &configured);
        assert_eq!(configured.get().created_timestamp, time);
        let disabled =
            format!(r#"{{"event":"DISABLED","disable_info":{{"disable_date":{json}}}}}"#);
        let disabled = event::<TemplateStatus>("message_template_status_update", &disabled);
        assert_eq!(disabled.get().disable_info.unwrap().disable_date, time);
        let sent =
            status(&format!(r#""status":"sent","conversation":{{"expiration_timestamp":{json}}}"#));
        assert_eq!(sent.get().conversation.unwrap().expiration_timestamp, time);
    }
}

#[test]
fn an_expiration_may_be_an_iso_date() {
    let update = r#"{"event":"ACCOUNT_RESTRICTION","restriction_info":[{"expiration":"2025-06-15T15:06:40+0000"}]}"#;
    let update = event::<AccountUpdate>("account_update", update);
    let until = update.get().restriction_info.first().unwrap().expiration;
    assert_eq!(until, Some(Timestamp::from_secs(1_750_000_000)));
}

#[test]
fn an_identity_is_in_milliseconds_beside_a_message_in_seconds() {
    let text = message::<Text>(
        r#""timestamp":"1602532300","type":"text","identity":{"created_timestamp":1602532300000}"#,
    );
    let since = text.get().header.identity.get().unwrap().created_timestamp;
    assert_eq!(since, text.timestamp());
}

#[test]
fn codes_prices_and_quantities_are_numbers_or_strings() {
    for json in ["131049", "\"131049\""] {
        let error = of::<Error>(&format!(r#"{{"errors":[{{"code":{json}}}]}}"#));
        assert_eq!(error.get().code.unwrap().as_u64(), Some(131_049));
    }
    for (json, text) in [("7.99", "7.99"), ("\"7.990\"", "7.990"), ("8", "8")] {
        let order = message::<Order>(&format!(
            r#""type":"order","order":{{"product_items":[{{"item_price":{json},"quantity":"2"}}]}}"#
        ));
        let item = order.get().product_items.first().unwrap();
        assert_eq!(item.item_price.unwrap().as_str(), text); // the price's own digits
        assert_eq!(item.quantity.unwrap().as_i64(), Some(2));
    }
    let flow = event::<Flow>(
        "flows",
        r#"{"event":"CLIENT_ERROR_RATE","error_rate":14.28,"threshold":10}"#,
    );
    assert!((flow.get().error_rate.unwrap().as_f64() - 14.28).abs() < 1e-9);
}

#[test]
fn billable_may_be_quoted() {
    for json in ["true", "\"true\""] {
        let sent = status(&format!(r#""status":"sent","pricing":{{"billable":{json}}}"#));
        assert_eq!(sent.get().pricing.unwrap().billable, Some(true));
    }
}

#[test]
fn the_id_of_a_template_keeps_all_its_digits() {
    let update = r#"{"event":"APPROVED","message_template_id":12345678901234567890,"reason":null}"#;
    let update = event::<TemplateStatus>("message_template_status_update", update);
    assert!(update.get().message_template_id.unwrap() == "12345678901234567890");
    assert_eq!(update.get().event, Some(TemplateEvent::Approved));
    assert!(update.get().reason.is_none());
}

#[test]
fn a_quality_may_come_under_the_name_of_the_status() {
    let update = r#"{"previous_quality_score":"GREEN","new_quality_score":"YELLOW"}"#;
    let update = event::<TemplateStatus>("message_template_status_update", update);
    assert!(update.get().event.is_none() && update.get().new_quality_score.is_some());
}

#[test]
fn a_limit_is_a_number_or_a_tier() {
    for (json, text) in [("2000", "2000"), ("\"TIER_2K\"", "TIER_2K")] {
        let value = format!(r#"{{"max_daily_conversations_per_business":{json}}}"#);
        let update = event::<BusinessCapability>("business_capability_update", &value);
        assert!(update.get().max_daily_conversations_per_business.unwrap() == text);
    }
    let unlimited = r#"{"max_daily_conversation_per_phone":-1}"#;
    let unlimited = event::<BusinessCapability>("business_capability_update", unlimited);
    assert_eq!(unlimited.get().max_daily_conversation_per_phone.unwrap().as_i64(), Some(-1));
}

#[test]
fn a_ban_state_is_one_or_many() {
    for (json, count) in [("\"DISABLE\"", 1), (r#"["DISABLE","REINSTATE"]"#, 2)] {
        let value =
            format!(r#"{{"event":"DISABLED_UPDATE","ban_info":{{"waba_ban_state":{json}}}}}"#);
        let update = event::<AccountUpdate>("account_update", &value);
        assert_eq!(update.get().ban_info.get().unwrap().waba_ban_state.iter().count(), count);
    }
}

#[test]
fn a_field_has_two_spellings() {
    for field in ["business_username_updates", "business_username_update"] {
        let update =
            event::<BusinessUsername>(field, r#"{"username":"a.shop","status":"approved"}"#);
        assert!(update.field().unwrap() == field);
    }
}

#[test]
fn a_rejection_reason_is_null_unless_there_is_one() {
    for (json, there) in [("null", false), ("\"NAME_NOT_CONSISTENT\"", true)] {
        let value = format!(r#"{{"decision":"REJECTED","rejection_reason":{json}}}"#);
        let update = event::<PhoneNumberName>("phone_number_name_update", &value);
        assert_eq!(update.get().rejection_reason.is_some(), there);
    }
}

#[test]
fn a_reaction_is_removed_by_an_empty_emoji_or_none() {
    for (emoji, removed) in [("", true), (r#","emoji":"""#, true), (r#","emoji":"👍""#, false)] {
        let reaction = message::<Reaction>(&format!(
            r#""type":"reaction","reaction":{{"message_id":"Z"{emoji}}}"#
        ));
        assert_eq!(reaction.get().is_removal(), removed);
    }
}

#[test]
fn a_voice_message_may_stand_under_audio() {
    for key in ["voice", "audio"] {
        let voice = message::<Voice>(&format!(r#""type":"voice","{key}":{{"id":"99"}}"#));
        assert!(voice.get().id.unwrap() == "99");
    }
}

#[test]
fn the_answers_of_a_flow_may_be_no_object() {
    let reply = r#""type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"[1, 2]"}}"#;
    let reply = message::<Interactive>(reply);
    let answers: Vec<u32> = reply.get().nfm_reply.unwrap().response().unwrap();
    assert_eq!(answers, [1, 2]);
}

#[test]
fn a_recording_tells_no_direction() {
    let call = r#"{"calls":[{"id":"A","event":"call_recording_available"}]}"#;
    assert!(event::<Call>("calls", call).get().direction.is_none());
    let call = r#"{"calls":[{"id":"A","event":"connect","direction":"SIDEWAYS"}]}"#;
    assert!(matches!(event::<Call>("calls", call).get().direction, Some(CallDirection::Other(_))));
}

#[test]
fn a_history_may_be_declined() {
    let history = event::<History>("history", r#"{"history":[{"errors":[{"code":2593109}]}]}"#);
    assert!(history.get().threads.is_empty());
    assert_eq!(history.get().errors.first().unwrap().code.unwrap().as_u64(), Some(2_593_109));
    let told =
        r#"{"history":[{"threads":[{"messages":[{"type":"media_placeholder","id":"A"}]}]}]}"#;
    let told = event::<History>("history", told);
    let first = told.get().threads.first().unwrap().messages.first().unwrap();
    assert!(matches!(first.content, AnyContent::MediaPlaceholder(_)));
}

#[test]
fn a_recipient_may_stand_inside_outside_both_or_nowhere() {
    let recipient = |members: &str| {
        let body = format!(r#"{{"statuses":[{{"id":"A","status":"read"{members}}}]}}"#);
        of::<Status>(&body).recipient().key().map(String::from)
    };
    assert_eq!(recipient(r#","recipient_id":"1""#).as_deref(), Some("1"));
    assert_eq!(recipient(r#","message":{"recipient_id":"1"}"#).as_deref(), Some("1"));
    assert_eq!(
        recipient(r#","recipient_id":"1","message":{"recipient_id":"+1"}"#).as_deref(),
        Some("1")
    );
    assert_eq!(recipient(""), None);
}
