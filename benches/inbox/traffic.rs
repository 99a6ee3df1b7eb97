//! What is sent: notifications of 1 kB, or larger, with one text each. It carries who sent it, a number that is
//! new, and when it was due; a conversation belongs to one sender, which sends its events in turn, so
//! that their numbers tell the order in which they were kept. It sends two to each in a row: the second
//! comes when the first may be in hand still.

use bytes::Bytes;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use whatsapp_notification::{Event, Text};

/// The bytes of a usual body.
pub(crate) const USUAL: usize = 1000;

/// How many conversations a sender has.
const CONVERSATIONS: u32 = 64;

/// Which event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) sender: u32,
    /// 0 for the one whose handler may be stuck.
    pub(crate) conversation: u32,
    /// By sender, ascending.
    pub(crate) number: u32,
    /// When it was due, in microseconds since 1970.
    pub(crate) due: u64,
}

impl Mark {
    /// The next event of a sender.
    pub(crate) fn new(sender: u32, number: u32, due: SystemTime) -> Self {
        Mark { sender, conversation: 1 + number / 2 % CONVERSATIONS, number, due: micros(due) }
    }

    /// What no other event has.
    pub(crate) fn key(&self) -> u64 {
        u64::from(self.sender) << 32 | u64::from(self.number)
    }

    /// A body of so many bytes.
    pub(crate) fn body(&self, size: usize) -> Bytes {
        let Mark { sender, conversation, number, due } = self;
        let from = format!("1555{sender:04}{conversation:04}");
        let head = format!(
            r#"{{"object":"whatsapp_business_account","entry":[{{"id":"102290129340398","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550000000","phone_number_id":"106540352242922"}},"contacts":[{{"profile":{{"name":"Kalo Miren"}},"wa_id":"{from}"}}],"messages":[{{"from":"{from}","id":"wamid.{sender}.{number}","timestamp":"1750000000","text":{{"body":"{due} "#
        );
        const TAIL: &str = r#""},"type":"text"}]},"field":"messages"}]}]}"#;
        let text = "x".repeat(size.saturating_sub(head.len() + TAIL.len()));
        [&head, text.as_str(), TAIL].concat().into()
    }

    /// `None` if it is no event of this traffic.
    pub(crate) fn of(event: &Event<Text>) -> Option<Self> {
        let from = event.sender().address()?.to_cow();
        let (sender, conversation) = from.strip_prefix("1555")?.split_at_checked(4)?;
        let id = event.id()?.to_cow();
        let number = id.rsplit('.').next()?;
        let text = event.get().body?.to_cow();
        let due = text.split(' ').next()?;
        Some(Mark {
            sender: sender.parse().ok()?,
            conversation: conversation.parse().ok()?,
            number: number.parse().ok()?,
            due: due.parse().ok()?,
        })
    }

    /// How long ago it was due.
    pub(crate) fn age(&self) -> Duration {
        Duration::from_micros(micros(SystemTime::now()).saturating_sub(self.due))
    }
}

fn micros(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}
