//! Bodies taken apart into their changes, and put together from them.

use bytes::Bytes;
use serde_json::{Value, value::RawValue};
use std::collections::BTreeMap;

type Members<'a> = BTreeMap<&'a str, &'a RawValue>;

/// A piece of a body that can travel in another: an entry with one change. What is no body of the
/// Cloud API's form stays whole.
#[derive(Clone)]
pub(crate) struct Update {
    json: Bytes,
    /// How many messages, statuses and the like stand in it; at least 1.
    pub(crate) count: usize,
    whole: bool,
}

impl Update {
    /// A body as it is.
    pub(crate) fn whole(body: Bytes) -> Self {
        Update { json: body, count: 1, whole: true }
    }

    /// The changes of a body, one by one.
    pub(crate) fn apart(body: Bytes) -> Vec<Self> {
        changes(&body).unwrap_or_else(|| vec![Update::whole(body)])
    }

    /// Whether others can travel with it.
    pub(crate) fn joins(&self) -> bool {
        !self.whole
    }
}

/// The body of these updates.
pub(crate) fn join(updates: &[Update]) -> Bytes {
    if let [Update { json, whole: true, .. }] = updates {
        return json.clone();
    }
    let mut body = br#"{"object":"whatsapp_business_account","entry":["#.to_vec();
    for (at, update) in updates.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        body.extend_from_slice(&update.json);
    }
    body.extend_from_slice(b"]}");
    body.into()
}

fn changes(body: &[u8]) -> Option<Vec<Update>> {
    let members: Members<'_> = serde_json::from_slice(body).ok()?;
    if members.keys().any(|key| !matches!(*key, "object" | "entry")) {
        return None;
    }
    let entries: Vec<Members<'_>> = serde_json::from_str(members.get("entry")?.get()).ok()?;
    let mut updates = Vec::new();
    for entry in entries {
        let all: Vec<&RawValue> = serde_json::from_str(entry.get("changes")?.get()).ok()?;
        let others = entry.iter().filter(|(key, _)| **key != "changes");
        let head: String = others.map(|(key, value)| format!("\"{key}\":{value},")).collect();
        for change in all {
            let json = format!("{{{head}\"changes\":[{change}]}}");
            updates.push(Update { json: json.into(), count: count(change.get()), whole: false });
        }
    }
    (!updates.is_empty()).then_some(updates)
}

/// The items of the arrays of a change's value that hold events.
fn count(change: &str) -> usize {
    let change: Value = serde_json::from_str(change).unwrap_or_default();
    let items = |(key, items): (&String, &Value)| match key.as_str() {
        "contacts" | "metadata" => 0,
        _ => items.as_array().map_or(0, Vec::len),
    };
    let items: usize = change["value"].as_object().map_or(0, |value| value.iter().map(items).sum());
    items.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Samples;

    #[test]
    fn a_body_taken_apart_and_joined_holds_the_same_changes() {
        let body = Samples::new(3).mixed_batch(40_000).body;
        let updates = Update::apart(body.clone());
        assert!(updates.len() > 3);
        let changes = |body: &[u8]| -> Vec<Value> {
            let body: Value = serde_json::from_slice(body).unwrap();
            let entries = body["entry"].as_array().unwrap().clone();
            entries
                .into_iter()
                .flat_map(|entry| {
                    let id = entry["id"].clone();
                    let changes = entry["changes"].as_array().unwrap().clone();
                    changes.into_iter().map(move |change| serde_json::json!([id, change]))
                })
                .collect()
        };
        assert_eq!(changes(&join(&updates)), changes(&body));
        let items = updates.iter().map(|update| update.count).sum::<usize>();
        assert_eq!(items % 20, 0);
    }

    #[test]
    fn what_is_not_of_the_form_stays_whole() {
        for body in ["", "{}", r#"{"statuses":[]}"#, r#"{"entry":[],"object":"page"}"#, "{not json"]
        {
            let updates = Update::apart(body.into());
            assert!(matches!(&updates[..], [update] if !update.joins()));
            assert_eq!(join(&updates), body);
        }
    }
}
