//! What the benches share: the payloads, the contenders, and a reader of every field.

pub mod every_field;
pub mod results;
pub mod rounds;
mod shuffled;
pub mod typed;

use bytes::Bytes;
use fastrand::Rng;
use std::hint::black_box;
use whatsapp_notification::Notification;
use whatsapp_testkit::{KeyOrder, Sample, Samples};

/// The secret of all benches.
pub const SECRET: &str = "test_app_secret";

/// The payloads' names.
pub const PAYLOADS: [&str; 12] = [
    "text",
    "text_type_first",
    "text_shuffled",
    "status",
    "image",
    "interactive",
    "order",
    "escaped",
    "onprem_text",
    "mixed",
    "statuses_1000",
    "batch",
];

/// The documents of a payload; none if the name is unknown.
///
/// A text has its `type` last, as in deliveries, or first, as in the documentation; other messages
/// are given in both orders in turn, so that a figure is the mean of both. `text_shuffled` and
/// `mixed` are 256 documents in rotation, so that no branch predictor learns one; `batch` is one of
/// 2.3 MB. `statuses_by_100` are [`GROWN`] statuses, 100 in a document, and `mixed_by_100` about as
/// many events of all kinds: the same whole in pieces of any size (one, if it is larger).
#[must_use]
pub fn payload(name: &str) -> Vec<Bytes> {
    let ordered =
        |order, make: fn(&mut Samples) -> Sample| make(&mut Samples::new(7).key_order(order)).body;
    let both = |make| [KeyOrder::TypeLast, KeyOrder::TypeFirst].map(|order| ordered(order, make));
    let mut samples = Samples::new(7);
    match name {
        "text" => vec![ordered(KeyOrder::TypeLast, Samples::text)],
        "text_shuffled" => {
            let mut rng = Rng::with_seed(7);
            (0..256).map(|_| shuffled::shuffled(&samples.text().body, &mut rng)).collect()
        }
        "text_type_first" => vec![ordered(KeyOrder::TypeFirst, Samples::text)],
        "status" => vec![samples.status().body],
        "image" => both(Samples::image).into(),
        "interactive" => both(Samples::interactive).into(),
        "order" => both(Samples::order).into(),
        "escaped" => both(Samples::hindi_text).into(),
        "onprem_text" => vec![samples.onprem_text().body],
        "mixed" => samples.mixed(256).into_iter().map(|sample| sample.body).collect(),
        "statuses_1000" => vec![samples.statuses(1000).body],
        "batch" => vec![samples.mixed_batch(2_500_000).body],
        _ => {
            let (kind, events) = name.split_once("_by_").unwrap_or_default();
            let make: fn(&mut Samples, usize) -> Sample = match kind {
                "statuses" => Samples::statuses,
                "mixed" => |samples, events| samples.mixed_batch(events * MIXED_BYTES),
                _ => return Vec::new(),
            };
            let Ok(events @ 1..) = events.parse() else { return Vec::new() };
            (0..(GROWN / events).max(1)).map(|_| make(&mut samples, events).body).collect()
        }
    }
}

/// The events of all documents together of `statuses_by_…` and `mixed_by_…`.
pub const GROWN: usize = 8000;

/// About what an event of [`Samples::mixed_batch`] has.
const MIXED_BYTES: usize = 370;

/// All payloads with their names.
#[must_use]
pub fn payloads() -> Vec<(&'static str, Vec<Bytes>)> {
    PAYLOADS.map(|name| (name, payload(name))).into()
}

/// W1: kind, id, time and sender (or recipient) of every event.
pub fn four_fields(notification: Notification) {
    for event in notification {
        black_box((event.kind(), event.timestamp()));
        black_box(event.id().map(|id| id.to_cow().len()));
        black_box(event.sender().address().map(|sender| sender.to_cow().len()));
        black_box(event.recipient().address().map(|recipient| recipient.to_cow().len()));
    }
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
    use whatsapp_notification::Kind;

    #[test]
    fn a_whole_in_pieces_has_as_many_events_however_large_they_are() {
        for kind in ["statuses", "mixed"] {
            for each in [100, 1000, 8000] {
                let bodies = payload(&format!("{kind}_by_{each}"));
                assert_eq!(bodies.len(), GROWN / each);
                let events = |body: &Bytes| Notification::parse(body.clone()).unwrap().len();
                let all: usize = bodies.iter().map(events).sum();
                assert!(all.abs_diff(GROWN) * 20 < GROWN, "{all} events by {each}");
            }
        }
        assert!(payload("statuses_by_0").is_empty() && payload("nothing").is_empty());
    }

    #[test]
    fn all_contenders_read_all_payloads() {
        for (name, bodies) in payloads() {
            for body in bodies {
                let notification = Notification::parse(body.clone()).unwrap();
                let kinds = notification.events().map(|event| event.kind());
                let items = kinds.filter(|kind| kind.is_message() || *kind == Kind::Status).count();
                let owned: typed::Body<String> = serde_json::from_slice(&body).unwrap();
                let borrowed: typed::Body<typed::Borrowed<'_>> =
                    serde_json::from_slice(&body).unwrap();
                let sonic: typed::Body<String> = sonic_rs::from_slice(&body).unwrap();
                let sonic_borrowed: typed::Body<typed::Borrowed<'_>> =
                    sonic_rs::from_slice(&body).unwrap();
                let simd: typed::Body<String> = simd_json::from_slice(&mut body.to_vec()).unwrap();
                let counts = [
                    owned.items(),
                    borrowed.items(),
                    sonic.items(),
                    sonic_borrowed.items(),
                    simd.items(),
                ];
                assert_eq!(counts, [items; 5], "{name}");
                assert_ne!(every_field::read::<true>(&notification), 0, "{name}");
            }
        }
    }
}
