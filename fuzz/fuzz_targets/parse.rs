//! Whatever the bytes: parsing agrees with `serde_json` on what is JSON, and everything that parses
//! can be read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use whatsapp_notification::Notification;

fuzz_target!(|body: &[u8]| {
    let json = serde_json::from_slice::<&RawValue>(body).is_ok();
    match Notification::parse(body.to_vec()) {
        Ok(notification) => {
            assert!(json);
            for event in &notification {
                serde_json::to_string(&event.get()).expect("a view can be written");
                serde_json::from_str::<&RawValue>(event.raw()).expect("an event is JSON");
                let _ = (event.path(), event.conversation(), event.metadata(), event.timestamp());
            }
        }
        Err(error) => assert!(!json || error.is_limit()),
    }
});
