//! The same model as owned serde structs: what a service writes by hand, or has from an SDK.

use serde::Deserialize;

/// Declares structs whose members may all be missing.
macro_rules! owned {
    ($($Struct:ident { $($field:ident $(= $key:literal)?: $Type:ty,)* })*) => {
        $(
            #[derive(Debug, Default, Deserialize)]
            #[serde(default)]
            #[expect(missing_docs, reason = "the wire's own names")]
            pub struct $Struct {
                $($(#[serde(rename = $key)])? pub $field: $Type,)*
            }
        )*
    };
}

type Text = Option<String>;

owned! {
    Body {
        object: Text, entry: Vec<Entry>, contacts: Vec<Contact>, messages: Vec<Message>,
        statuses: Vec<Status>, errors: Vec<Error>,
    }
    Entry { id: Text, changes: Vec<Change>, }
    Change { field: Text, value: Value, }
    Value {
        messaging_product: Text, metadata: Option<Metadata>, contacts: Vec<Contact>,
        messages: Vec<Message>, statuses: Vec<Status>, errors: Vec<Error>,
    }
    Metadata { display_phone_number: Text, phone_number_id: Text, }
    Contact { profile: Option<Profile>, wa_id: Text, user_id: Text, }
    Profile { name: Text, username: Text, }
    Message {
        from: Text, from_user_id: Text, group_id: Text, id: Text, timestamp: Text,
        kind = "type": Text, context: Option<Context>, referral: Option<Referral>,
        errors: Vec<Error>, text: Option<TextContent>, image: Option<Media>, audio: Option<Media>,
        voice: Option<Media>, video: Option<Media>, document: Option<Media>,
        sticker: Option<Media>, location: Option<Location>, contacts: Vec<Card>,
        button: Option<Button>, interactive: Option<Interactive>, order: Option<Order>,
        reaction: Option<Reaction>, system: Option<System>, unsupported: Option<Unsupported>,
    }
    Context { from: Text, id: Text, forwarded: Option<bool>, frequently_forwarded: Option<bool>, }
    Referral {
        source_url: Text, source_id: Text, source_type: Text, headline: Text, body: Text,
        ctwa_clid: Text,
    }
    TextContent { body: Text, }
    Media {
        caption: Text, filename: Text, mime_type: Text, sha256: Text, id: Text, url: Text,
        voice: Option<bool>, animated: Option<bool>,
    }
    Location {
        latitude: Option<f64>, longitude: Option<f64>, name: Text, address: Text, url: Text,
    }
    Card { name: Option<CardName>, phones: Vec<CardPhone>, }
    CardName { formatted_name: Text, first_name: Text, last_name: Text, }
    CardPhone { phone: Text, wa_id: Text, kind = "type": Text, }
    Button { payload: Text, text: Text, }
    Interactive {
        kind = "type": Text, button_reply: Option<Reply>, list_reply: Option<Reply>,
        nfm_reply: Option<Nfm>,
    }
    Reply { id: Text, title: Text, description: Text, }
    Nfm { response_json: Text, body: Text, name: Text, }
    Order { catalog_id: Text, text: Text, product_items: Vec<Item>, }
    Item {
        product_retailer_id: Text, quantity: Option<f64>, item_price: Option<f64>, currency: Text,
    }
    Reaction { message_id: Text, emoji: Text, }
    System { body: Text, wa_id: Text, new_wa_id: Text, kind = "type": Text, }
    Unsupported { kind = "type": Text, }
    Status {
        id: Text, status: Text, timestamp: Text, recipient_id: Text, recipient_user_id: Text,
        conversation: Option<Conversation>, pricing: Option<Pricing>, errors: Vec<Error>,
        biz_opaque_callback_data: Text, message: Option<StatusMessage>, kind = "type": Text,
    }
    StatusMessage { recipient_id: Text, }
    Conversation { id: Text, expiration_timestamp: Text, origin: Option<Origin>, }
    Origin { kind = "type": Text, }
    Pricing {
        billable: Option<bool>, pricing_model: Text, kind = "type": Text, category: Text,
    }
    Error {
        code: Option<u64>, title: Text, message: Text, error_data: Option<ErrorData>,
        details: Text, href: Text,
    }
    ErrorData { details: Text, }
}

impl Body {
    /// How many messages and statuses there are.
    #[must_use]
    pub fn items(&self) -> usize {
        let changes = self.entry.iter().flat_map(|entry| &entry.changes);
        let deep = changes.map(|change| change.value.messages.len() + change.value.statuses.len());
        deep.sum::<usize>() + self.messages.len() + self.statuses.len()
    }
}
