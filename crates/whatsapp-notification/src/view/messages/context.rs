//! `context`: what a message replies to, and whether it was forwarded.
//!
//! ```
//! use whatsapp_notification::{Notification, Text};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "context":{"from":"15550002","id":"Z","forwarded":true},
//!     "text":{"body":"Hi"},"type":"text"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Text>().ok());
//! let event = event.ok_or("no such event")?;
//! let context = event.get().header.context.get().ok_or("no context")?;
//! assert!(context.id.is_some_and(|id| id == "Z"));
//! assert_eq!(context.forwarded, Some(true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::{List, Str};
use crate::view::object;

object! {
    /// What a message replies to. A forwarded message has neither `from` nor `id` here.
    pub struct Context<'a> {
        /// Who sent the message that it replies to.
        pub from: Option<Str<'a>> = "from",
        /// The id of the message that it replies to.
        pub id: Option<Str<'a>> = "id",
        /// True for a forwarded message.
        pub forwarded: Option<bool> = "forwarded",
        /// True after more than five hops; stands instead of `forwarded`.
        pub frequently_forwarded: Option<bool> = "frequently_forwarded",
        /// The product that the customer asks about.
        pub referred_product: Option<ReferredProduct<'a>> = "referred_product",
        /// The group of the message that it replies to (On-Premises).
        pub group_id: Option<Str<'a>> = "group_id",
        /// Who is mentioned, by `wa_id` (On-Premises).
        pub mentions: List<'a, Str<'a>> = "mentions",
    }
}

object! {
    /// A product of a catalog.
    pub struct ReferredProduct<'a> {
        /// The catalog.
        pub catalog_id: Option<Str<'a>> = "catalog_id",
        /// The product.
        pub product_retailer_id: Option<Str<'a>> = "product_retailer_id",
    }
}
