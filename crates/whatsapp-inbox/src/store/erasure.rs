//! [`Erasure`]: what of a body is overwritten.
//!
//! ```
//! use whatsapp_inbox::store::Erasure;
//!
//! let mut erasure = Erasure::of(r#"{"messages":[{"from":"15550001"},{"from":"15550002"}]}"#.into());
//! erasure.blank(13..32);
//! assert_eq!(erasure.after(), br#"{"messages":[null               ,{"from":"15550002"}]}"#);
//! assert_eq!(erasure.offsets(), [13]); // an event that stands there ends
//! ```

use bytes::Bytes;
use std::{fmt, ops::Range};

/// What of a body is overwritten, for good. All else keeps its place in it, so that events are found
/// where they stood. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct Erasure {
    before: Bytes,
    after: Vec<u8>,
    /// Ascending.
    offsets: Vec<u32>,
}

impl Erasure {
    /// Nothing yet of this body.
    #[must_use]
    pub fn of(body: Bytes) -> Self {
        let after = body.to_vec();
        Erasure { before: body, after, offsets: Vec::new() }
    }

    /// Overwrites the JSON value that stands there, in bytes: with `null` and spaces, or with `0` and
    /// spaces where it is shorter. An event that stands there ends. What is beyond the body is nothing.
    pub fn blank(&mut self, span: Range<usize>) {
        // An event of a body stands within its first 4 GiB.
        let Ok(offset) = u32::try_from(span.start) else { return };
        let span = span.start..span.end.min(self.after.len());
        let Some(span) = self.after.get_mut(span).filter(|span| !span.is_empty()) else { return };
        if let Err(at) = self.offsets.binary_search(&offset) {
            self.offsets.insert(at, offset);
        }
        let value: &[u8] = if span.len() < 4 { b"0" } else { b"null" };
        for (at, byte) in span.iter_mut().enumerate() {
            *byte = value.get(at).copied().unwrap_or(b' ');
        }
    }

    /// The body as it was: if the store's is another by now, nothing is overwritten.
    #[must_use]
    pub fn before(&self) -> &Bytes {
        &self.before
    }

    /// The body as it shall be, as long as it was.
    #[must_use]
    pub fn after(&self) -> &[u8] {
        &self.after
    }

    /// Where the values stand that are overwritten, in bytes: ascending, each once.
    #[must_use]
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// True if a value that stands there is overwritten: an event that does ends.
    #[must_use]
    pub fn is_blank_at(&self, offset: u32) -> bool {
        self.offsets.binary_search(&offset).is_ok()
    }

    /// True if nothing is overwritten.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }
}

impl fmt::Debug for Erasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Erasure")
            .field("bytes", &self.before.len())
            .field("values", &self.offsets.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_be_overwritten_in_any_order_and_twice() {
        let mut erasure = Erasure::of("[10,20,30,[40]]".into());
        for span in [7..9, 1..3, 7..9, 10..14, 99..100, 5..5] {
            erasure.blank(span);
        }
        assert_eq!(erasure.after(), b"[0 ,20,0 ,null]");
        assert_eq!(erasure.offsets(), [1, 7, 10]);
        let blank = (0..20).filter(|offset| erasure.is_blank_at(*offset));
        assert!(blank.eq([1, 7, 10]));
    }
}
