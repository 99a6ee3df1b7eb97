//! What the types can do anywhere.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::{Duration, SystemTime};
use whatsapp_inbox::store::Millis;

#[test]
fn a_time_before_1970_is_1970() {
    let at = |millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
    assert_eq!(Millis::from(at(1_750_000_000_123)), Millis(1_750_000_000_123));
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(Millis::from(before), Millis(0));
}
