//! What the benches share: the payloads, the contenders, and a reader of every field.

pub mod every_field;
pub mod typed;

use bytes::Bytes;
use whatsapp_testkit::{KeyOrder, Sample, Samples};

/// The secret of all benches.
pub const SECRET: &str = "test_app_secret";

/// The payloads by name. Those of one document are given in both key orders in turn, so that a
/// figure is the mean of both; `mixed` are 256 documents in rotation, so that no branch predictor
/// learns one.
#[must_use]
pub fn payloads() -> Vec<(&'static str, Vec<Bytes>)> {
    let both = |make: fn(&mut Samples) -> Sample| {
        let one = |order| make(&mut Samples::new(7).key_order(order)).body;
        vec![one(KeyOrder::TypeLast), one(KeyOrder::TypeFirst)]
    };
    let mut samples = Samples::new(7);
    let bodies = |samples: Vec<Sample>| samples.into_iter().map(|sample| sample.body).collect();
    vec![
        ("text", both(Samples::text)),
        ("status", vec![samples.status().body]),
        ("image", both(Samples::image)),
        ("interactive", both(Samples::interactive)),
        ("order", both(Samples::order)),
        ("escaped", both(Samples::hindi_text)),
        ("onprem_text", vec![samples.onprem_text().body]),
        ("mixed", bodies(samples.mixed(256))),
        ("statuses_1000", vec![samples.statuses(1000).body]),
        ("batch_2.5MB", vec![samples.mixed_batch(2_500_000).body]),
    ]
}

/// Gives the documents of a payload in rotation, as a receiver has them: a body of its own each.
#[derive(Debug)]
pub struct Rotation<'a> {
    bodies: &'a [Bytes],
    next: usize,
}

impl<'a> Rotation<'a> {
    /// From the first document on.
    #[must_use]
    pub fn new(bodies: &'a [Bytes]) -> Self {
        Rotation { bodies, next: 0 }
    }

    /// The next document; shared, not copied.
    pub fn next_body(&mut self) -> Bytes {
        self.next = if self.next + 1 < self.bodies.len() { self.next + 1 } else { 0 };
        self.bodies.get(self.next).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whatsapp_notification::{Kind, Notification};

    #[test]
    fn all_contenders_read_all_payloads() {
        for (name, bodies) in payloads() {
            for body in bodies {
                let notification = Notification::parse(body.clone()).unwrap();
                let kinds = notification.events().map(|event| event.kind());
                let items = kinds.filter(|kind| kind.is_message() || *kind == Kind::Status).count();
                let typed: typed::Body = serde_json::from_slice(&body).unwrap();
                assert_eq!(items, typed.items(), "{name}");
                assert_ne!(every_field::read(&notification), 0, "{name}");
            }
        }
    }
}
