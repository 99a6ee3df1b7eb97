//! Which events wait for each other.

use crate::store::Lane;
use siphasher::sip::SipHasher24;
use std::hash::Hasher;
use whatsapp_notification::Event;
use whatsapp_router::dedup::HashKey;

/// The lane of an event: account, and group, user id or WhatsApp id; without a customer, account and
/// field. Two conversations that are hashed to one lane wait for each other, and no more.
pub(crate) fn of(event: &Event, hash_key: &HashKey) -> Lane {
    let mut hasher = SipHasher24::new_with_key(&hash_key.to_bytes());
    let mut add = |part: &str| {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part.as_bytes());
    };
    add(event.notification().origin().label());
    let decoded = |part: Option<whatsapp_notification::Str<'_>>| {
        part.unwrap_or_default().to_cow().into_owned()
    };
    add(&decoded(event.entry_id()));
    add(&decoded(event.metadata().and_then(|metadata| metadata.phone_number_id)));
    match event.conversation() {
        Some(conversation) => add(&conversation.to_cow()),
        None => {
            add("");
            add(&decoded(event.field()));
        }
    }
    Lane(hasher.finish())
}
