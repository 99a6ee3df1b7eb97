//! `order`: what a customer ordered from a catalog.

use super::object;
use crate::json::{List, Number, Str};

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
