//! The same model as serde structs: what a service writes by hand, or has from an SDK.
//!
//! Generic over its strings: `Body<String>` owns all of them, `Body<Borrowed>` borrows those without
//! escapes. [`FourFields`] holds only what routing needs.

use serde::Deserialize;
use std::borrow::Cow;

/// A string that borrows from the body where nothing is escaped. (`Option<Cow<str>>` as a field
/// would always allocate: serde borrows only where `Cow` itself is the field.)
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(transparent)]
pub struct Borrowed<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// Declares structs whose members may all be missing.
macro_rules! model {
    ($($Struct:ident { $($field:ident $(= $key:literal)?: $Type:ty,)* })*) => {
        $(
            #[derive(Debug, Deserialize)]
            #[serde(default, bound(deserialize = "T: Deserialize<'de>"))]
            #[expect(missing_docs, reason = "the wire's own names")]
            pub struct $Struct<T> {
                $($(#[serde(rename = $key)])? pub $field: $Type,)*
            }

            impl<T> Default for $Struct<T> {
                fn default() -> Self {
                    $Struct { $($field: Default::default(),)* }
                }
            }
        )*
    };
}

model! {
    Body {
        object: Option<T>, entry: Vec<Entry<T>>, contacts: Vec<Contact<T>>,
        messages: Vec<Message<T>>, statuses: Vec<Status<T>>, errors: Vec<Error<T>>,
    }
    Entry { id: Option<T>, changes: Vec<Change<T>>, }
    Change { field: Option<T>, value: Value<T>, }
    Value {
        messaging_product: Option<T>, metadata: Option<Metadata<T>>, contacts: Vec<Contact<T>>,
        messages: Vec<Message<T>>, statuses: Vec<Status<T>>, errors: Vec<Error<T>>,
    }
    Metadata { display_phone_number: Option<T>, phone_number_id: Option<T>, }
    Contact {
        profile: Option<Profile<T>>, wa_id: Option<T>, user_id: Option<T>,
        parent_user_id: Option<T>, identity_key_hash: Option<T>, input: Option<T>,
        status: Option<T>,
    }
    Profile { name: Option<T>, username: Option<T>, country_code: Option<T>, }
    Message {
        from: Option<T>, from_user_id: Option<T>, from_parent_user_id: Option<T>,
        from_bsuid: Option<T>, to: Option<T>, to_user_id: Option<T>, to_parent_user_id: Option<T>,
        group_id: Option<T>, id: Option<T>, timestamp: Option<T>, kind = "type": Option<T>,
        context: Option<Context<T>>, referral: Option<Referral<T>>, identity: Option<Identity<T>>,
        errors: Vec<Error<T>>, history_context: Option<HistoryContext<T>>,
        message_creation_type: Option<T>, text: Option<TextContent<T>>, image: Option<Media<T>>,
        audio: Option<Media<T>>, voice: Option<Media<T>>, video: Option<Media<T>>,
        document: Option<Media<T>>, sticker: Option<Media<T>>, location: Option<Location<T>>,
        contacts: Vec<Card<T>>, button: Option<Button<T>>, interactive: Option<Interactive<T>>,
        order: Option<Order<T>>, reaction: Option<Reaction<T>>, system: Option<System<T>>,
        unsupported: Option<Unsupported<T>>,
    }
    HistoryContext { status: Option<T>, }
    Identity { acknowledged: Option<bool>, created_timestamp: Option<u64>, hash: Option<T>, }
    Context {
        from: Option<T>, id: Option<T>, forwarded: Option<bool>,
        frequently_forwarded: Option<bool>, referred_product: Option<ReferredProduct<T>>,
        group_id: Option<T>, mentions: Vec<T>,
    }
    ReferredProduct { catalog_id: Option<T>, product_retailer_id: Option<T>, }
    Referral {
        source_url: Option<T>, source_id: Option<T>, source_type: Option<T>, headline: Option<T>,
        body: Option<T>, media_type: Option<T>, image_url: Option<T>, video_url: Option<T>,
        thumbnail_url: Option<T>, ctwa_clid: Option<T>, welcome_message: Option<TextContent<T>>,
    }
    TextContent { body: Option<T>, }
    Media {
        caption: Option<T>, filename: Option<T>, mime_type: Option<T>, sha256: Option<T>,
        id: Option<T>, url: Option<T>, voice: Option<bool>, animated: Option<bool>,
        status: Option<T>, file: Option<T>, link: Option<T>,
    }
    Location {
        latitude: Option<f64>, longitude: Option<f64>, name: Option<T>, address: Option<T>,
        url: Option<T>,
    }
    Card {
        name: Option<CardName<T>>, phones: Vec<CardPhone<T>>, emails: Vec<CardEmail<T>>,
        addresses: Vec<CardAddress<T>>, org: Option<CardOrg<T>>, urls: Vec<CardUrl<T>>,
        birthday: Option<T>, vcard: Option<T>, origin: Option<T>,
    }
    CardName {
        formatted_name: Option<T>, first_name: Option<T>, last_name: Option<T>,
        middle_name: Option<T>, suffix: Option<T>, prefix: Option<T>,
    }
    CardPhone { phone: Option<T>, wa_id: Option<T>, kind = "type": Option<T>, }
    CardEmail { email: Option<T>, kind = "type": Option<T>, }
    CardAddress {
        street: Option<T>, city: Option<T>, state: Option<T>, zip: Option<T>, country: Option<T>,
        country_code: Option<T>, kind = "type": Option<T>,
    }
    CardOrg { company: Option<T>, department: Option<T>, title: Option<T>, }
    CardUrl { url: Option<T>, kind = "type": Option<T>, }
    Button { payload: Option<T>, text: Option<T>, }
    Interactive {
        kind = "type": Option<T>, button_reply: Option<Reply<T>>, list_reply: Option<Reply<T>>,
        nfm_reply: Option<Nfm<T>>, call_permission_reply: Option<CallPermission<T>>,
    }
    Reply { id: Option<T>, title: Option<T>, description: Option<T>, }
    Nfm { response_json: Option<T>, body: Option<T>, name: Option<T>, }
    CallPermission {
        response: Option<T>, is_permanent: Option<bool>, expiration_timestamp: Option<T>,
        response_source: Option<T>,
    }
    Order { catalog_id: Option<T>, text: Option<T>, product_items: Vec<Item<T>>, }
    Item {
        product_retailer_id: Option<T>, quantity: Option<f64>, item_price: Option<f64>,
        currency: Option<T>,
    }
    Reaction { message_id: Option<T>, emoji: Option<T>, }
    System {
        body: Option<T>, wa_id: Option<T>, new_wa_id: Option<T>, kind = "type": Option<T>,
        user_id: Option<T>, parent_user_id: Option<T>, identity: Option<T>, user: Option<T>,
    }
    Unsupported { kind = "type": Option<T>, }
    Status {
        id: Option<T>, status: Option<T>, timestamp: Option<T>, recipient_id: Option<T>,
        recipient_user_id: Option<T>, recipient_parent_user_id: Option<T>,
        recipient_type: Option<T>, recipient_participant_id: Option<T>,
        recipient_participant_user_id: Option<T>, recipient_identity_key_hash: Option<T>,
        biz_opaque_callback_data: Option<T>, conversation: Option<Conversation<T>>,
        pricing: Option<Pricing<T>>, errors: Vec<Error<T>>, kind = "type": Option<T>,
        payment: Option<Payment<T>>, from: Option<T>, message: Option<StatusMessage<T>>,
    }
    StatusMessage { recipient_id: Option<T>, }
    Payment { reference_id: Option<T>, currency: Option<T>, }
    Conversation {
        id: Option<T>, expiration_timestamp: Option<T>, origin: Option<Origin<T>>,
        pricing: Option<Pricing<T>>,
    }
    Origin { kind = "type": Option<T>, }
    Pricing {
        billable: Option<bool>, pricing_model: Option<T>, kind = "type": Option<T>,
        category: Option<T>,
    }
    Error {
        code: Option<u64>, title: Option<T>, message: Option<T>, error_data: Option<ErrorData<T>>,
        details: Option<T>, href: Option<T>,
    }
    ErrorData { details: Option<T>, }

    FourFields {
        entry: Vec<FourFieldsEntry<T>>, messages: Vec<FourFieldsItem<T>>,
        statuses: Vec<FourFieldsItem<T>>,
    }
    FourFieldsEntry { changes: Vec<FourFieldsChange<T>>, }
    FourFieldsChange { value: FourFieldsValue<T>, }
    FourFieldsValue { messages: Vec<FourFieldsItem<T>>, statuses: Vec<FourFieldsItem<T>>, }
    FourFieldsItem {
        id: Option<T>, timestamp: Option<T>, kind = "type": Option<T>, from: Option<T>,
        recipient_id: Option<T>,
    }
}

impl<T> Body<T> {
    /// How many messages and statuses there are.
    #[must_use]
    pub fn items(&self) -> usize {
        let changes = self.entry.iter().flat_map(|entry| &entry.changes);
        let deep = changes.map(|change| change.value.messages.len() + change.value.statuses.len());
        deep.sum::<usize>() + self.messages.len() + self.statuses.len()
    }
}
