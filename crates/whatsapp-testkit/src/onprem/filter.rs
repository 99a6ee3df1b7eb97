//! Which statuses the settings let through.

use super::{settings::get, stats::Type};
use bytes::Bytes;
use serde_json::{Value, value::RawValue};
use std::collections::BTreeMap;

/// The body without the statuses that are switched off, and what it is about; `None` if nothing is
/// left. A body that loses none stays as it is, byte for byte.
pub(super) fn filter(settings: &Value, body: Bytes) -> Option<(Bytes, Type)> {
    let Ok(mut members) = serde_json::from_slice::<BTreeMap<String, Box<RawValue>>>(&body) else {
        return Some((body, Type::Other));
    };
    let messages = members.contains_key("messages");
    let kind = match members.get("statuses") {
        _ if messages => Type::InboundMessage,
        Some(_) => Type::StatusChange,
        None => Type::Other,
    };
    let statuses = members.get("statuses").map_or("[]", |statuses| statuses.get());
    let Ok(all) = serde_json::from_str::<Vec<&RawValue>>(statuses) else {
        return Some((body, kind));
    };
    let kept: Vec<_> = all.iter().filter(|status| wanted(settings, status.get())).collect();
    if kept.len() == all.len() {
        return Some((body, kind));
    }
    if !kept.is_empty() {
        members.insert("statuses".to_owned(), serde_json::value::to_raw_value(&kept).ok()?);
    } else if members.len() > 1 {
        members.remove("statuses");
    } else {
        return None;
    }
    Some((serde_json::to_vec(&members).ok()?.into(), kind))
}

/// `sent` by the old setting or the new one; what is no message's status, always.
fn wanted(settings: &Value, status: &str) -> bool {
    let on = |name: &str| get(settings, name).and_then(Value::as_bool).unwrap_or(true);
    let status: Value = serde_json::from_str(status).unwrap_or_default();
    match status["status"].as_str() {
        Some("sent") => on("sent_status") || on("webhooks.message.sent"),
        Some("delivered") => on("webhooks.message.delivered"),
        Some("read") => on("webhooks.message.read"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settings(sent_status: bool, sent: bool, delivered: bool, read: bool) -> Value {
        let message = json!({"sent": sent, "delivered": delivered, "read": read});
        json!({"sent_status": sent_status, "webhooks": {"message": message}})
    }

    fn status(status: &str) -> Bytes {
        format!(r#"{{"statuses":[{{"id":"A","status":"{status}"}}]}}"#).into()
    }

    #[test]
    fn each_status_has_its_switch_and_sent_has_two() {
        let through = |settings: &Value, of: &str| filter(settings, status(of)).is_some();
        let all = settings(false, true, true, true);
        assert!(["sent", "delivered", "read", "failed"].iter().all(|of| through(&all, of)));
        let none = settings(false, false, false, false);
        assert!(!["sent", "delivered", "read"].iter().any(|of| through(&none, of)));
        assert!(through(&none, "failed") && through(&none, "deleted"));
        assert!(through(&settings(true, false, false, false), "sent"));
        assert!(!through(&settings(true, true, false, true), "delivered"));
        assert!(!through(&settings(true, true, true, false), "read"));
    }

    #[test]
    fn what_stands_beside_a_status_goes_on_without_it() {
        let body =
            r#"{"messages":[{"id":"M"}],"statuses":[{"status":"read"},{"status":"failed"}]}"#;
        let (kept, kind) = filter(&settings(false, false, true, false), body.into()).unwrap();
        assert_eq!(kind, Type::InboundMessage);
        assert_eq!(kept, r#"{"messages":[{"id":"M"}],"statuses":[{"status":"failed"}]}"#);
        let body = r#"{"contacts":[],"statuses":[{"status":"read"}]}"#;
        let (kept, _) = filter(&settings(false, false, true, false), body.into()).unwrap();
        assert_eq!(kept, r#"{"contacts":[]}"#);
    }

    #[test]
    fn what_loses_nothing_keeps_its_bytes() {
        for body in ["not json", r#"{ "statuses" : [ ] }"#, r#"{"messages":[{"id":"\/"}]}"#] {
            assert_eq!(filter(&settings(false, false, false, false), body.into()).unwrap().0, body);
        }
    }
}
