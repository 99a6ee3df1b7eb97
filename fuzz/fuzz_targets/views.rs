//! Whatever stands in the value of a field: every view can be read and written, and every event
//! detached. The first byte chooses the field, so that all of them are reached soon.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::{collections::BTreeSet, sync::LazyLock};
use whatsapp_notification::{Kind, Notification};

static FIELDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let fields: BTreeSet<_> = Kind::ALL.iter().flat_map(|kind| kind.fields()).collect();
    fields.into_iter().collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, value)) = data.split_first() else { return };
    let Ok(value) = std::str::from_utf8(value) else { return };
    let field = FIELDS[usize::from(*choice) % FIELDS.len()];
    let body =
        format!(r#"{{"entry":[{{"id":"1","changes":[{{"field":"{field}","value":{value}}}]}}]}}"#);
    let Ok(notification) = Notification::parse(body) else { return };
    let _ = notification.untyped();
    for (event, path) in notification.events().zip(notification.paths()) {
        assert_eq!(event.path(), path);
        let view = serde_json::to_string(&event.get()).expect("a view can be written");
        let party = event.party();
        let _ = (party.key(), party.phone(), party.username(), party.group_id(), event.untyped());
        let detached = event.detach();
        assert_eq!(detached.notification().len(), 1);
        assert_eq!((detached.kind(), detached.raw()), (event.kind(), event.raw()));
        assert_eq!(serde_json::to_string(&detached.get()).expect("a view can be written"), view);
        assert_eq!(detached.conversation(), event.conversation());
        let key = |event: &whatsapp_notification::Event| {
            event.key().map(|key| key.parts().collect::<Vec<_>>().join("\n"))
        };
        assert_eq!(key(&detached), key(&event));
    }
});
