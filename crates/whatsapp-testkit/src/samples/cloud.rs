//! Single notifications of the Cloud API.

use super::{
    Api, Item, KeyOrder, Sample, Samples, count,
    json::{array, object, string},
};

/// The message types that a customer's telephone sends, and the ones that WhatsApp makes.
pub(super) const MESSAGES: [&str; 14] = [
    "text",
    "image",
    "interactive",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "button",
    "order",
    "reaction",
    "system",
    "unsupported",
];

macro_rules! of_type {
    ($($(#[$meta:meta])* $name:ident: $kind:literal),* $(,)?) => {
        impl Samples {
            $(
                $(#[$meta])*
                pub fn $name(&mut self) -> Sample {
                    let item = self.message($kind);
                    self.one(item)
                }
            )*
        }
    };
}

of_type! {
    /// A text message, about 0.6 kB.
    text: "text",
    /// An image with a caption, about 0.9 kB.
    image: "image",
    /// A reply to buttons, a list or a flow, about 0.7 kB.
    interactive: "interactive",
    /// An order of nine items, about 1.5 kB.
    order: "order",
    /// A voice message.
    audio: "audio",
    /// A video.
    video: "video",
    /// A document.
    document: "document",
    /// A sticker.
    sticker: "sticker",
    /// A place.
    location: "location",
    /// A contact card.
    contacts: "contacts",
    /// A quick reply to a template.
    button: "button",
    /// A reaction.
    reaction: "reaction",
    /// A changed number.
    system: "system",
    /// A message that WhatsApp cannot pass on.
    unsupported: "unsupported",
    /// A message of a type that is not documented.
    other_message: "telepathy",
}

impl Samples {
    /// A status, about 0.6 kB.
    pub fn status(&mut self) -> Sample {
        let item = self.status_item();
        self.one(item)
    }

    /// A text in Hindi with an emoji, about 1 kB in its escaped form.
    pub fn hindi_text(&mut self) -> Sample {
        self.text_of("मुझे यह बहुत अच्छा लगा, क्या यह कल तक मिल सकता है? मैं इंतज़ार कर रहा हूँ। धन्यवाद 😀🙏")
    }

    /// A text of these words.
    pub fn text_of(&mut self, body: &str) -> Sample {
        let content = object(&[("body", string(body))]);
        let item = self.message_with("text", content, &[]);
        self.one(item)
    }

    /// A text whose members, and those of the envelope around it, stand in an unusual order.
    pub fn shuffled_text(&mut self) -> Sample {
        let from = self.number();
        let message = object(&[
            ("type", string("text")),
            ("text", self.content("text")),
            ("timestamp", string(&self.timestamp())),
            ("from", string(&from)),
            ("id", string(&self.wamid())),
        ]);
        let profile = object(&[("name", string(&self.name()))]);
        let contact = object(&[("wa_id", string(&from)), ("profile", profile)]);
        let metadata = object(&[
            ("phone_number_id", string(&self.digits(15))),
            ("display_phone_number", string(&self.number())),
        ]);
        let value = object(&[
            ("messages", array(&[message])),
            ("contacts", array(&[contact])),
            ("metadata", metadata),
            ("messaging_product", string("whatsapp")),
        ]);
        let change = object(&[("field", string("messages")), ("value", value)]);
        let entry = object(&[("changes", array(&[change])), ("id", string(&self.digits(15)))]);
        let body =
            object(&[("entry", array(&[entry])), ("object", string("whatsapp_business_account"))]);
        Sample { body: body.into(), api: Api::Cloud, events: count(&["text"]) }
    }

    /// A reply to an earlier message, forwarded.
    pub fn reply(&mut self) -> Sample {
        let context = object(&[
            ("from", string(&self.number())),
            ("id", string(&self.wamid())),
            ("forwarded", "true".into()),
        ]);
        let content = self.content("text");
        let item = self.message_with("text", content, &[("context", context)]);
        self.one(item)
    }

    /// A text from a customer who came from an advertisement.
    pub fn referral(&mut self) -> Sample {
        let referral = object(&[
            ("source_url", string("https://ads.example/1")),
            ("source_id", string(&self.digits(15))),
            ("source_type", string("ad")),
            ("headline", string(&self.words(4))),
            ("ctwa_clid", string(&self.token(60))),
        ]);
        let content = self.content("text");
        let item = self.message_with("text", content, &[("referral", referral)]);
        self.one(item)
    }

    /// A text in a group.
    pub fn group_text(&mut self) -> Sample {
        let group = string(&self.token(40));
        let content = self.content("text");
        let item = self.message_with("text", content, &[("group_id", group)]);
        self.one(item)
    }

    /// A text from a customer whose number is not shared: a user id in its place.
    pub fn text_without_number(&mut self) -> Sample {
        let user_id = format!("US.{}", self.digits(20));
        let profile = object(&[("name", string(&self.name()))]);
        let contact = object(&[("profile", profile), ("user_id", string(&user_id))]);
        let json = object(&[
            ("from_user_id", string(&user_id)),
            ("id", string(&self.wamid())),
            ("timestamp", string(&self.timestamp())),
            ("text", self.content("text")),
            ("type", string("text")),
        ]);
        self.one(Item { kind: "text", json, contact: Some(contact) })
    }

    /// An error beside messages and statuses.
    pub fn error(&mut self) -> Sample {
        let json = self.error_item(130_429);
        self.one(Item { kind: "error", json, contact: None })
    }

    /// A change of another field than `messages`.
    pub fn change(&mut self) -> Sample {
        let value = object(&[("decision", string("APPROVED"))]);
        let change = object(&[("value", value), ("field", string("account_review_update"))]);
        let body = self.body(&[change]);
        Sample { body: body.into(), api: Api::Cloud, events: count(&["account_review_update"]) }
    }

    /// Two texts with a broken item between them, and a member that is not documented.
    pub fn broken(&mut self) -> Sample {
        let (one, two) = (self.message("text"), self.message("text"));
        let broken = object(&[("from", string(&self.number())), ("id", string(&self.wamid()))]);
        let contacts: Vec<_> = [one.contact, two.contact].into_iter().flatten().collect();
        let unheard_of = string(&self.words(3));
        let value = self.value(&[
            ("contacts", array(&contacts)),
            ("messages", array(&[one.json, broken, two.json])),
            ("unheard_of", unheard_of),
        ]);
        let body = self.body(&[messages_change(value)]);
        let events = count(&["text", "text", "malformed", "unknown"]);
        Sample { body: body.into(), api: Api::Cloud, events }
    }

    /// Different documents of all kinds in rotation, in both key orders, so that nothing that
    /// learns can learn one.
    pub fn mixed(&mut self, count: usize) -> Vec<Sample> {
        let wanted = self.order;
        let samples = (0..count)
            .map(|at| {
                self.order = if at % 2 == 0 { KeyOrder::TypeLast } else { KeyOrder::TypeFirst };
                // Half of the traffic are statuses, and most messages are texts.
                match at % 16 {
                    0 | 2 | 5 | 7 | 10 | 12 | 15 => self.status(),
                    1 | 4 | 9 => self.text(),
                    3 => self.hindi_text(),
                    6 => self.image(),
                    8 => self.interactive(),
                    11 => self.reply(),
                    13 => self.order(),
                    _ => {
                        let kind = MESSAGES[at / 16 % MESSAGES.len()];
                        let item = self.message(kind);
                        self.one(item)
                    }
                }
            })
            .collect();
        self.order = wanted;
        samples
    }

    /// A message of this type.
    pub(super) fn message(&mut self, kind: &'static str) -> Item {
        let content = self.content(kind);
        self.message_with(kind, content, &[])
    }

    fn message_with(
        &mut self,
        kind: &'static str,
        content: String,
        first: &[(&str, String)],
    ) -> Item {
        let from = self.number();
        let profile = object(&[("name", string(&self.name()))]);
        let contact = object(&[("profile", profile), ("wa_id", string(&from))]);
        let mut members = first.to_vec();
        members.push(("from", string(&from)));
        members.push(("id", string(&self.wamid())));
        members.push(("timestamp", string(&self.timestamp())));
        if kind == "unsupported" {
            members.push(("errors", array(&[self.error_item(131_051)])));
        }
        let content = (kind, content);
        let kind_member = ("type", string(kind));
        members.extend(match self.order {
            KeyOrder::TypeLast => [content, kind_member],
            KeyOrder::TypeFirst => [kind_member, content],
        });
        Item {
            kind: match kind {
                // The system messages of the generator are of this one type.
                "system" => "user_changed_number",
                kind if MESSAGES.contains(&kind) => kind,
                _ => "other_message",
            },
            json: object(&members),
            // System messages come without a contact.
            contact: (kind != "system").then_some(contact),
        }
    }

    /// A status of a message that the business sent.
    pub(super) fn status_item(&mut self) -> Item {
        let status = ["sent", "delivered", "read", "failed"][self.rng.usize(..4)];
        let mut members = vec![
            ("id", string(&self.wamid())),
            ("status", string(status)),
            ("timestamp", string(&self.timestamp())),
            ("recipient_id", string(&self.number())),
        ];
        if status == "failed" {
            members.push(("errors", array(&[self.error_item(131_049)])));
        } else {
            let origin = object(&[("type", string("marketing"))]);
            let conversation = match status {
                "sent" => object(&[
                    ("id", string(&self.hex(32))),
                    ("expiration_timestamp", string(&self.timestamp())),
                    ("origin", origin),
                ]),
                _ => object(&[("id", string(&self.hex(32))), ("origin", origin)]),
            };
            members.push(("conversation", conversation));
            members.push((
                "pricing",
                object(&[
                    ("billable", "true".into()),
                    ("pricing_model", string("PMP")),
                    ("category", string("marketing")),
                    ("type", string("regular")),
                ]),
            ));
        }
        Item { kind: "status", json: object(&members), contact: None }
    }

    pub(super) fn error_item(&mut self, code: u32) -> String {
        let title = string(&self.words(4));
        object(&[
            ("code", code.to_string()),
            ("title", title.clone()),
            ("message", title),
            ("error_data", object(&[("details", string(&self.words(8)))])),
        ])
    }

    pub(super) fn one(&mut self, item: Item) -> Sample {
        let kind = item.kind;
        let value = self.value_of(vec![item]);
        let body = self.body(&[messages_change(value)]);
        Sample { body: body.into(), api: Api::Cloud, events: count(&[kind]) }
    }

    /// A `value` of these items, each in its array.
    pub(super) fn value_of(&mut self, items: Vec<Item>) -> String {
        let (mut contacts, mut messages, mut statuses, mut errors) =
            (vec![], vec![], vec![], vec![]);
        for item in items {
            contacts.extend(item.contact);
            match item.kind {
                "status" => statuses.push(item.json),
                "error" => errors.push(item.json),
                _ => messages.push(item.json),
            }
        }
        let arrays = [
            ("contacts", contacts),
            ("messages", messages),
            ("statuses", statuses),
            ("errors", errors),
        ];
        let filled = arrays.iter().filter(|(_, items)| !items.is_empty());
        let members: Vec<_> = filled.map(|(key, items)| (*key, array(items))).collect();
        self.value(&members)
    }

    fn value(&mut self, members: &[(&str, String)]) -> String {
        let metadata = object(&[
            ("display_phone_number", string(&self.number())),
            ("phone_number_id", string(&self.digits(15))),
        ]);
        let mut all = vec![("messaging_product", string("whatsapp")), ("metadata", metadata)];
        all.extend_from_slice(members);
        object(&all)
    }

    /// A body of one entry with these changes.
    pub(super) fn body(&mut self, changes: &[String]) -> String {
        let entry = self.entry(changes);
        body_of(&[entry])
    }

    pub(super) fn entry(&mut self, changes: &[String]) -> String {
        object(&[("id", string(&self.digits(15))), ("changes", array(changes))])
    }
}

pub(super) fn body_of(entries: &[String]) -> String {
    object(&[("object", string("whatsapp_business_account")), ("entry", array(entries))])
}

pub(super) fn messages_change(value: String) -> String {
    object(&[("value", value), ("field", string("messages"))])
}
