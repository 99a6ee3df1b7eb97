//! Reads every field of every view: what a service that uses all of a notification does.
//!
//! `DECODED` is how strings are read: with their escapes decoded, or as they stand in the body.

use whatsapp_notification as wa;
use whatsapp_notification::{Kind, List, Nested, Notification, Number, Str, Timestamp};

/// Reads all events and gives a figure that depends on every field: the bytes of the
/// strings, and the numbers.
#[must_use]
pub fn read<const DECODED: bool>(notification: &Notification) -> u64 {
    let mut total = 0_u64;
    for event in notification {
        let shared = [
            event.metadata().touch::<DECODED>(),
            event.entry_id().touch::<DECODED>(),
            event.field().touch::<DECODED>(),
            event.sender().contact().touch::<DECODED>(),
            event.recipient().contact().touch::<DECODED>(),
        ];
        total = shared.iter().fold(total, |total, part| total.wrapping_add(*part));
        total = total.wrapping_add(match event.kind() {
            Kind::Text => get::<DECODED, wa::Text>(event),
            Kind::Location => get::<DECODED, wa::Location>(event),
            Kind::Contacts => get::<DECODED, wa::Contacts>(event),
            Kind::Button => get::<DECODED, wa::Button>(event),
            Kind::Interactive => get::<DECODED, wa::Interactive>(event),
            Kind::Order => get::<DECODED, wa::Order>(event),
            Kind::Reaction => get::<DECODED, wa::Reaction>(event),
            Kind::System | Kind::UserChangedNumber | Kind::UserChangedUserId => {
                get::<DECODED, wa::System>(event)
            }
            Kind::Unsupported => get::<DECODED, wa::Unsupported>(event),
            Kind::Status => get::<DECODED, wa::Status>(event),
            Kind::Error => get::<DECODED, wa::Error>(event),
            Kind::Contact => get::<DECODED, wa::Contact>(event),
            _ => event.narrow::<wa::AnyMedia>().map_or(0, |event| event.get().touch::<DECODED>()),
        });
    }
    total
}

fn get<const DECODED: bool, P>(event: wa::Event) -> u64
where
    P: wa::Payload,
    for<'a> P::View<'a>: Touch,
{
    event.narrow::<P>().map_or(0, |event| event.get().touch::<DECODED>())
}

trait Touch {
    fn touch<const DECODED: bool>(&self) -> u64;
}

impl Touch for Str<'_> {
    fn touch<const DECODED: bool>(&self) -> u64 {
        let len = if DECODED { self.to_cow().len() } else { self.raw().len() };
        len as u64
    }
}

impl Touch for Number<'_> {
    fn touch<const DECODED: bool>(&self) -> u64 {
        self.as_f64().to_bits()
    }
}

impl Touch for bool {
    fn touch<const DECODED: bool>(&self) -> u64 {
        u64::from(*self)
    }
}

impl Touch for Timestamp {
    fn touch<const DECODED: bool>(&self) -> u64 {
        self.as_secs().unsigned_abs()
    }
}

impl Touch for wa::view::Delivery<'_> {
    fn touch<const DECODED: bool>(&self) -> u64 {
        self.as_wire().len() as u64
    }
}

impl<T: Touch> Touch for Option<T> {
    fn touch<const DECODED: bool>(&self) -> u64 {
        self.as_ref().map_or(0, Touch::touch::<DECODED>)
    }
}

macro_rules! touch {
    ($($View:ident { $($field:ident),* })*) => {
        $(impl Touch for wa::view::$View<'_> {
            fn touch<const DECODED: bool>(&self) -> u64 {
                0_u64 $(.wrapping_add(self.$field.touch::<DECODED>()))*
            }
        })*
        // Lists and nested objects hold what is listed here.
        $(impl Touch for List<'_, wa::view::$View<'_>> {
            fn touch<const DECODED: bool>(&self) -> u64 {
                self.iter().fold(0, |total, item| total.wrapping_add(item.touch::<DECODED>()))
            }
        })*
        $(impl Touch for Nested<'_, wa::view::$View<'_>> {
            fn touch<const DECODED: bool>(&self) -> u64 {
                self.get().touch::<DECODED>()
            }
        })*
    };
}

impl Touch for List<'_, Str<'_>> {
    fn touch<const DECODED: bool>(&self) -> u64 {
        self.iter().fold(0, |total, item| total + item.touch::<DECODED>())
    }
}

touch! {
    MessageHeader {
        context, from, from_user_id, from_parent_user_id, from_bsuid, to, to_user_id,
        to_parent_user_id, group_id, id, timestamp, kind, referral, identity, errors,
        history_context, message_creation_type
    }
    HistoryContext { status }
    Context { from, id, forwarded, frequently_forwarded, referred_product, group_id, mentions }
    ReferredProduct { catalog_id, product_retailer_id }
    Referral {
        source_url, source_id, source_type, body, headline, media_type, image_url, video_url,
        thumbnail_url, ctwa_clid, welcome_message, image, video
    }
    WelcomeMessage { text }
    Identity { acknowledged, created_timestamp, hash }
    ErrorView { code, title, message, error_data, details, href }
    ErrorData { details }
    Metadata { display_phone_number, phone_number_id }
    ContactView { profile, wa_id, user_id, parent_user_id, identity_key_hash, input, status }
    Profile { name, username, country_code }
    TextContent { body }
    MediaContent {
        caption, filename, mime_type, sha256, id, url, voice, animated, status, file, link, metadata
    }
    StickerMetadata { sticker_pack_id, sticker_pack_name, sticker_pack_publisher, emojis }
    LocationContent { latitude, longitude, name, address, url }
    ContactCard { name, phones, emails, addresses, org, urls, birthday, vcard, origin }
    ContactName { formatted_name, first_name, last_name, middle_name, suffix, prefix }
    ContactPhone { phone, wa_id, kind }
    ContactEmail { email, kind }
    ContactAddress { street, city, state, zip, country, country_code, kind }
    ContactOrg { company, department, title }
    ContactUrl { url, kind }
    ButtonContent { payload, text }
    InteractiveContent { kind, button_reply, list_reply, nfm_reply, call_permission_reply }
    ButtonReply { id, title }
    ListReply { id, title, description }
    NfmReply { response_json, body, name }
    CallPermissionReply { response, is_permanent, expiration_timestamp, response_source }
    OrderContent { catalog_id, text, product_items }
    ProductItem { product_retailer_id, quantity, item_price, currency }
    ReactionContent { message_id, emoji }
    SystemContent { body, kind, wa_id, new_wa_id, user_id, parent_user_id, identity, user, users }
    UnsupportedContent { kind }
    StatusView {
        id, status, timestamp, recipient_id, recipient_user_id, recipient_parent_user_id,
        recipient_type, recipient_participant_id, recipient_participant_user_id,
        recipient_identity_key_hash, biz_opaque_callback_data, conversation, pricing, errors, kind,
        payment, from, message
    }
    Payment { reference_id, amount, currency, receipt }
    PaymentAmount { value, offset }
    StatusMessage { recipient_id }
    Conversation { id, expiration_timestamp, origin, pricing }
    ConversationOrigin { kind }
    Pricing { billable, pricing_model, kind, category }
}

impl<C: Touch> Touch for wa::view::Message<'_, C> {
    fn touch<const DECODED: bool>(&self) -> u64 {
        self.header.touch::<DECODED>().wrapping_add(self.content.touch::<DECODED>())
    }
}
