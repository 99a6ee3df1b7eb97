//! `referral`: the advertisement or post from which the customer came.
//!
//! ```
//! use whatsapp_notification::{Notification, Text};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "referral":{"source_url":"https:\/\/ads.example\/1","source_type":"ad"},
//!     "text":{"body":"Hi"},"type":"text"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Text>().ok());
//! let event = event.ok_or("no such event")?;
//! let referral = event.get().header.referral.get().ok_or("no referral")?;
//! assert!(referral.source_url.is_some_and(|url| url == "https://ads.example/1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::{Nested, Str};
use crate::view::{MediaContent, object};

object! {
    /// The advertisement or post behind a conversation ("click to WhatsApp"). All is optional:
    /// `source_url` may stand alone.
    pub struct Referral<'a> {
        /// Where it stands.
        pub source_url: Option<Str<'a>> = "source_url",
        /// Its id.
        pub source_id: Option<Str<'a>> = "source_id",
        /// `ad` or `post`.
        pub source_type: Option<Str<'a>> = "source_type",
        /// Its text.
        pub body: Option<Str<'a>> = "body",
        /// Its headline.
        pub headline: Option<Str<'a>> = "headline",
        /// `image` or `video` (Cloud).
        pub media_type: Option<Str<'a>> = "media_type",
        /// The image (Cloud).
        pub image_url: Option<Str<'a>> = "image_url",
        /// The video (Cloud).
        pub video_url: Option<Str<'a>> = "video_url",
        /// The video's thumbnail (Cloud).
        pub thumbnail_url: Option<Str<'a>> = "thumbnail_url",
        /// The click's id, for the Conversions API.
        pub ctwa_clid: Option<Str<'a>> = "ctwa_clid",
        /// The greeting that the advertisement shows.
        pub welcome_message: Option<WelcomeMessage<'a>> = "welcome_message",
        /// The image as a media object (On-Premises).
        pub image: Nested<'a, MediaContent<'a>> = "image",
        /// The video as a media object (On-Premises).
        pub video: Nested<'a, MediaContent<'a>> = "video",
    }
}

object! {
    /// The greeting that an advertisement shows.
    pub struct WelcomeMessage<'a> {
        /// Its text.
        pub text: Option<Str<'a>> = "text",
    }
}
