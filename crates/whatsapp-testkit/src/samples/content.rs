//! What messages of each type hold. Cloud, messages; On-Premises, inbound notifications.

use super::{
    Samples,
    json::{array, object, string},
};

impl Samples {
    /// The content of a message of this type: the JSON under the key that the type names.
    pub(super) fn content(&mut self, kind: &str) -> String {
        match kind {
            "text" => {
                let words = self.rng.usize(22..30);
                object(&[("body", string(&self.words(words)))])
            }
            "image" | "video" | "audio" | "voice" | "document" | "sticker" => self.media(kind),
            "location" => object(&[
                ("latitude", format!("{:.6}", self.rng.f64() * 180.0 - 90.0)),
                ("longitude", format!("{:.6}", self.rng.f64() * 360.0 - 180.0)),
                ("name", string(&self.name())),
                ("address", string(&self.words(4))),
            ]),
            "contacts" => array(&[self.card()]),
            "button" => {
                object(&[("payload", string(&self.token(12))), ("text", string(&self.words(2)))])
            }
            "interactive" => self.interactive_content(),
            "order" => {
                let items: Vec<_> = (0..9).map(|_| self.product_item()).collect();
                object(&[
                    ("catalog_id", string(&self.digits(15))),
                    ("text", string(&self.words(5))),
                    ("product_items", array(&items)),
                ])
            }
            "reaction" => {
                let emoji = ["😀", "👍", "❤️"][self.rng.usize(..3)];
                object(&[("message_id", string(&self.wamid())), ("emoji", string(emoji))])
            }
            "system" => object(&[
                ("body", string(&self.words(6))),
                ("wa_id", string(&self.number())),
                ("type", string("user_changed_number")),
            ]),
            "unsupported" => object(&[("type", string("poll"))]),
            _ => object(&[("something", string(&self.words(3)))]),
        }
    }

    fn media(&mut self, kind: &str) -> String {
        let mime_type = match kind {
            "image" => "image/jpeg",
            "video" => "video/mp4",
            "document" => "application/pdf",
            "sticker" => "image/webp",
            _ => "audio/ogg; codecs=opus",
        };
        let mut members = Vec::new();
        if let "image" | "video" | "document" = kind {
            members.push(("caption", string(&self.words(12))));
        }
        if kind == "document" {
            members.push(("filename", string(&format!("{}.pdf", self.word()))));
        }
        members.push(("mime_type", string(mime_type)));
        members.push(("sha256", string(&format!("{}=", self.token(43)))));
        members.push(("id", string(&self.digits(16))));
        let url = format!(
            "https://lookaside.example/whatsapp_business/attachments/?mid={}&ext={}&hash={}",
            self.digits(16),
            self.timestamp(),
            self.token(70),
        );
        members.push(("url", string(&url)));
        match kind {
            "audio" => members.push(("voice", "true".into())),
            "sticker" => members.push(("animated", "false".into())),
            _ => {}
        }
        object(&members)
    }

    fn card(&mut self) -> String {
        let name = self.name();
        let number = self.number();
        let first = name.split(' ').next().unwrap_or_default();
        object(&[
            ("name", object(&[("first_name", string(first)), ("formatted_name", string(&name))])),
            (
                "phones",
                array(&[object(&[
                    ("phone", string(&format!("+{number}"))),
                    ("wa_id", string(&number)),
                    ("type", string("CELL")),
                ])]),
            ),
        ])
    }

    fn interactive_content(&mut self) -> String {
        let (kind, reply) = match self.rng.u8(..3) {
            0 => (
                "button_reply",
                object(&[("id", string(&self.token(24))), ("title", string(&self.words(3)))]),
            ),
            1 => (
                "list_reply",
                object(&[
                    ("id", string(&self.token(16))),
                    ("title", string(&self.words(2))),
                    ("description", string(&self.words(6))),
                ]),
            ),
            _ => (
                "nfm_reply",
                object(&[
                    ("response_json", string(&object(&[("flow_token", string(&self.token(20)))]))),
                    ("body", string("Sent")),
                    ("name", string("flow")),
                ]),
            ),
        };
        object(&[("type", string(kind)), (kind, reply)])
    }

    fn product_item(&mut self) -> String {
        object(&[
            ("product_retailer_id", string(&self.token(14))),
            ("quantity", self.rng.u8(1..9).to_string()),
            ("item_price", format!("{}.{:02}", self.rng.u16(1..300), self.rng.u8(..100))),
            ("currency", string("EUR")),
        ])
    }
}
