//! [`DedupKey`]: what an event is known by, in 16 bytes.
//!
//! ```
//! use whatsapp_notification::Notification;
//! use whatsapp_router::dedup::{DedupKey, HashKey};
//!
//! let key = |body: &'static str| {
//!     let event = Notification::parse(body).ok()?.into_iter().next()?;
//!     DedupKey::of(&event, &HashKey::new([7; 16]))
//! };
//! let body = r#"{"messages":[{"id":"A","type":"text"}]}"#;
//! assert!(key(body).is_some());
//! assert_eq!(key(body), key(body)); // in every process that has the hash key
//! assert_ne!(key(body), key(r#"{"messages":[{"id":"B","type":"text"}]}"#));
//! assert_eq!(key(r#"{"errors":[{"code":1014}]}"#), None); // nothing tells two of them apart
//! ```

use siphasher::sip128::{Hasher128, SipHasher24};
use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
};
use whatsapp_notification::Event;

/// The key of the hash that makes [`DedupKey`]s: made once, and kept where the keys are kept; the same
/// for all who share a store. With another one all events are new.
///
/// It is no credential, but who knows it can make two events that are taken for one: keep it to
/// yourself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HashKey([u8; 16]);

impl HashKey {
    /// This key.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        HashKey(bytes)
    }

    /// A key that nobody can guess: from the randomness with which the standard library protects its
    /// maps.
    #[must_use]
    pub fn random() -> Self {
        let half = || RandomState::new().build_hasher().finish();
        HashKey((u128::from(half()) << 64 | u128::from(half())).to_le_bytes())
    }

    /// The key, to be kept.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(..)")
    }
}

/// What an event is known by: the SipHash-2-4 of the parts of its
/// [key](whatsapp_notification::Event::key), each behind its length, in 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupKey([u8; 16]);

impl DedupKey {
    /// The key of an event; `None` if nothing tells it from another.
    #[must_use]
    pub fn of<P>(event: &Event<P>, hash_key: &HashKey) -> Option<Self> {
        let mut hasher = SipHasher24::new_with_key(&hash_key.0);
        for part in event.key()?.parts() {
            hasher.write(&(part.len() as u64).to_le_bytes());
            hasher.write(part.as_bytes());
        }
        Some(DedupKey(hasher.finish128().as_bytes()))
    }

    /// A key that has been kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        DedupKey(bytes)
    }

    /// The key, to be kept.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

/// It says nothing without the hash's key.
impl fmt::Debug for DedupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DedupKey({:032x})", u128::from_be_bytes(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_siphash_of_length_prefixed_parts_and_stays_so() {
        // What is kept in stores depends on it. `openssl mac -macopt size:16 SIPHASH` gives the same.
        let body = r#"{"messages":[{"id":"A","type":"text","from":"1"}]}"#;
        let event = whatsapp_notification::Notification::parse(body).unwrap().into_iter().next();
        let key = DedupKey::of(&event.unwrap(), &HashKey::new([7; 16])).unwrap();
        assert_eq!(format!("{key:?}"), "DedupKey(f71d8a0831bc9e166fbb821ee5242324)");
        assert_eq!(DedupKey::from_bytes(key.to_bytes()), key);
    }

    #[test]
    fn random_keys_differ_and_are_not_shown() {
        let (one, other) = (HashKey::random(), HashKey::random());
        assert_ne!(one.to_bytes(), other.to_bytes());
        assert_ne!(one.to_bytes()[..8], one.to_bytes()[8..]);
        assert_eq!(format!("{one:?}"), "HashKey(..)");
    }
}
