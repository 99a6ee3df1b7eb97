//! `image`, `audio`, `voice`, `video`, `document`, `sticker`: one media object for all six.
//!
//! ```
//! use whatsapp_notification::{Notification, Voice};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "voice":{"id":"99","mime_type":"audio/ogg; codecs=opus"},"type":"voice"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Voice>().ok());
//! let event = event.ok_or("no such event")?;
//! let voice = event.get();
//! assert!(voice.id.is_some_and(|id| id == "99"));
//! assert!(voice.caption.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::{List, Nested, Number, Str};
use crate::view::object;

object! {
    /// The content of a message with media.
    ///
    /// | field | image | audio, voice | video | document | sticker |
    /// |---|---|---|---|---|---|
    /// | `caption` | yes | | yes | yes | |
    /// | `filename` | | | | yes | |
    /// | `voice` | | Cloud | | | |
    /// | `animated`, `metadata` | | | | | yes |
    ///
    /// `status`, `file`, `link` and `metadata` come from the On-Premises API only.
    pub struct MediaContent<'a> {
        /// What the customer wrote under it.
        pub caption: Option<Str<'a>> = "caption",
        /// The file's name as the sender gave it: not to be trusted.
        pub filename: Option<Str<'a>> = "filename",
        /// The media type, parameters included (`audio/ogg; codecs=opus`).
        pub mime_type: Option<Str<'a>> = "mime_type",
        /// The SHA-256 of the file: base64 (Cloud) or hex (On-Premises); samples of other lengths
        /// than a hash's occur.
        pub sha256: Option<Str<'a>> = "sha256",
        /// The id to fetch it by. Missing when an On-Premises client could not download it.
        pub id: Option<Str<'a>> = "id",
        /// Where to fetch it, with the access token (Cloud, since November 2025).
        pub url: Option<Str<'a>> = "url",
        /// True for a voice message (Cloud; On-Premises has a type of its own).
        pub voice: Option<bool> = "voice",
        /// True for an animated sticker.
        pub animated: Option<bool> = "animated",
        /// `undownloaded` where there is no id.
        pub status: Option<Str<'a>> = "status",
        /// A path on the On-Premises client's volume. Deprecated; never open it.
        pub file: Option<Str<'a>> = "file",
        /// Old On-Premises versions only.
        pub link: Option<Str<'a>> = "link",
        /// Where a sticker comes from.
        pub metadata: Nested<'a, StickerMetadata<'a>> = "metadata",
    }
}

object! {
    /// Where a sticker comes from (On-Premises, inbound notifications → sticker).
    pub struct StickerMetadata<'a> {
        /// The pack's id.
        pub sticker_pack_id: Option<Str<'a>> = "sticker-pack-id",
        /// The pack's name.
        pub sticker_pack_name: Option<Str<'a>> = "sticker-pack-name",
        /// Who published the pack.
        pub sticker_pack_publisher: Option<Str<'a>> = "sticker-pack-publisher",
        /// The emoji that the sticker stands for.
        pub emojis: List<'a, Str<'a>> = "emojis",
        /// The pack's application in the App Store.
        pub ios_app_store_link: Option<Str<'a>> = "ios-app-store-link",
        /// The pack's application in Google Play.
        pub android_app_store_link: Option<Str<'a>> = "android-app-store-link",
        /// 1 for a sticker of WhatsApp's own.
        pub is_first_party_sticker: Option<Number<'a>> = "is-first-party-sticker",
    }
}
