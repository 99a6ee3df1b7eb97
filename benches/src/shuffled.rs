//! Documents with their keys in random order.

use bytes::Bytes;
use fastrand::Rng;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The same document with the members of all its objects shuffled; JSON only.
pub(crate) fn shuffled(body: &[u8], rng: &mut Rng) -> Bytes {
    let value = serde_json::from_slice(body);
    value.map(|value| write(value, rng)).unwrap_or_default().into()
}

/// Strings and numbers stay as they are written, escapes and all.
fn write(value: &RawValue, rng: &mut Rng) -> String {
    if let Ok(members) = serde_json::from_str::<BTreeMap<&str, &RawValue>>(value.get()) {
        let mut members: Vec<_> = members.into_iter().collect();
        rng.shuffle(&mut members);
        let members: Vec<_> = members
            .into_iter()
            .map(|(key, value)| format!("\"{key}\":{}", write(value, rng)))
            .collect();
        format!("{{{}}}", members.join(","))
    } else if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(value.get()) {
        let items: Vec<_> = items.into_iter().map(|item| write(item, rng)).collect();
        format!("[{}]", items.join(","))
    } else {
        value.get().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::HashSet;
    use whatsapp_testkit::Samples;

    #[test]
    fn a_shuffled_document_is_the_same_value_and_orders_differ() {
        let body = Samples::new(1).text().body;
        let mut rng = Rng::with_seed(1);
        let all: HashSet<_> = (0..20).map(|_| shuffled(&body, &mut rng)).collect();
        assert_eq!(all.len(), 20);
        let value: Value = serde_json::from_slice(&body).unwrap();
        for one in all {
            assert_eq!(one.len(), body.len());
            assert_eq!(serde_json::from_slice::<Value>(&one).unwrap(), value);
        }
    }
}
