//! Whatever JSON a body is: no value is lost. Each is typed, under the same name, or told of.

#![no_main]

#[path = "../../tests/leaves.rs"]
mod leaves;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use whatsapp_notification::Notification;

fuzz_target!(|body: &[u8]| {
    // A value has each member once; what stands before the last one of a name is gone for it, too.
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return };
    let Ok(notification) = Notification::parse(value.to_string()) else { return };
    assert_eq!(leaves::lost(&notification), Vec::<String>::new());
    for event in &notification {
        assert_eq!(leaves::facts(&event.detach()), leaves::facts(&event));
    }
});
