//! `order`: what a customer ordered from a catalog.
//!
//! ```
//! use whatsapp_notification::{Notification, Order};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "order":{"catalog_id":"1","product_items":[
//!     {"product_retailer_id":"p","quantity":2,"item_price":"7.99","currency":"EUR"}]},"type":"order"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Order>().ok());
//! let event = event.ok_or("no such event")?;
//! let item = event.get().product_items.first().ok_or("no item")?;
//! assert_eq!(item.item_price.map(|price| price.as_str()), Some("7.99")); // nothing rounded
//! assert_eq!(item.quantity.and_then(|quantity| quantity.as_u64()), Some(2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::{List, Number, Str};
use crate::view::object;

object! {
    /// The content of an order.
    pub struct OrderContent<'a> {
        /// The catalog.
        pub catalog_id: Option<Str<'a>> = "catalog_id",
        /// What the customer wrote with it.
        pub text: Option<Str<'a>> = "text",
        /// What was ordered.
        pub product_items: List<'a, ProductItem<'a>> = "product_items",
    }
}

object! {
    /// One line of an order. Numbers come as numbers and in quotes.
    pub struct ProductItem<'a> {
        /// The product.
        pub product_retailer_id: Option<Str<'a>> = "product_retailer_id",
        /// How many.
        pub quantity: Option<Number<'a>> = "quantity",
        /// The price of one; may be fractional.
        pub item_price: Option<Number<'a>> = "item_price",
        /// ISO 4217.
        pub currency: Option<Str<'a>> = "currency",
    }
}
