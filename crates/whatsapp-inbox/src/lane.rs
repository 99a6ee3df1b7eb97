//! Which events wait for each other.

use crate::store::Lane;
use siphasher::sip::SipHasher24;
use std::hash::Hasher;
use whatsapp_notification::Event;
use whatsapp_router::dedup::HashKey;

/// The lane of an event: account (endpoint, entry and business number), and group, user id or WhatsApp
/// id; without a customer, account and field. Two conversations that are hashed to one lane wait for each other, and no more.
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

#[cfg(test)]
mod tests {
    use super::*;
    use whatsapp_notification::{Origin, Parser};

    fn lane(label: &str, body: &str) -> Lane {
        let notification = Parser::new().parse(body.to_owned(), Origin::new(label)).unwrap();
        of(&notification.events().next().unwrap(), &HashKey::new([7; 16]))
    }

    /// By endpoint, entry, business number, field and what stands beside the number.
    fn cloud(label: &str, entry: &str, number: &str, field: &str, value: &str) -> Lane {
        let metadata = format!(r#""metadata":{{"phone_number_id":"{number}"}}"#);
        let change = format!(r#"{{"field":"{field}","value":{{{metadata},{value}}}}}"#);
        lane(label, &format!(r#"{{"entry":[{{"id":"{entry}","changes":[{change}]}}]}}"#))
    }

    const SENT: &str = r#""messages":[{"from":"1","id":"A","type":"text"}]"#;
    const READ: &str = r#""statuses":[{"id":"B","recipient_id":"1","status":"read"}]"#;
    const ECHO: &str = r#""message_echoes":[{"from":"8","to":"1","id":"C","type":"text"}]"#;
    const ODD: &str = r#""event":"x""#;

    #[test]
    fn what_a_customer_sends_and_is_sent_is_one_lane_within_an_account() {
        let one = cloud("shop", "9", "8", "messages", SENT);
        assert_eq!(one, cloud("shop", "9", "8", "messages", READ));
        assert_eq!(one, cloud("shop", "9", "8", "smb_message_echoes", ECHO));
        let others = [
            cloud("other", "9", "8", "messages", SENT),
            cloud("shop", "0", "8", "messages", SENT),
            cloud("shop", "9", "0", "messages", SENT),
            cloud("shop", "9", "8", "messages", &SENT.replace("\"1\"", "\"2\"")),
        ];
        assert!(!others.contains(&one));
    }

    #[test]
    fn a_group_is_one_lane_and_a_user_id_before_a_number() {
        let of = |ids: &str| {
            lane("shop", &format!(r#"{{"messages":[{{{ids},"id":"A","type":"text"}}]}}"#))
        };
        let group = of(r#""from":"1","group_id":"G""#);
        assert_eq!(group, of(r#""from":"2","group_id":"G""#));
        assert_ne!(group, of(r#""from":"1""#));
        let user = of(r#""from":"1","from_user_id":"US.1""#);
        assert_eq!(user, of(r#""from":"2","from_user_id":"US.1""#));
        // Who is told of by the number alone is not known to be the same.
        assert_ne!(user, of(r#""from":"1""#));
    }

    #[test]
    fn a_contact_tells_whose_number_it_is() {
        let joined = |contact: &str| {
            cloud("shop", "9", "8", "messages", &format!(r#""contacts":[{{{contact}}}],{READ}"#))
        };
        let user = SENT.replace(r#""from":"1""#, r#""from":"1","from_user_id":"US.1""#);
        let user = cloud("shop", "9", "8", "messages", &user);
        assert_eq!(user, joined(r#""wa_id":"1","user_id":"US.1""#));
        assert_ne!(user, joined(r#""wa_id":"1""#));
    }

    #[test]
    fn without_a_customer_a_field_is_a_lane() {
        let one = cloud("shop", "9", "8", "account_update", ODD);
        assert_eq!(one, cloud("shop", "9", "8", "account_update", r#""event":"y""#));
        assert_ne!(one, cloud("shop", "9", "8", "account_alerts", ODD));
        assert_ne!(one, cloud("shop", "0", "8", "account_update", ODD));
    }
}
