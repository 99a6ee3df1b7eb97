//! `contacts` of a message: the cards that a customer shared. An array.
//!
//! ```
//! use whatsapp_notification::{Contacts, Notification};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000",
//!     "contacts":[{"name":{"formatted_name":"Ada"},"phones":[{"phone":"+1 555 0002"}]}],
//!     "type":"contacts"}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Contacts>().ok());
//! let event = event.ok_or("no such event")?;
//! let card = event.get().first().ok_or("no card")?;
//! assert!(card.phones.first().and_then(|phone| phone.phone).is_some_and(|phone| phone == "+1 555 0002"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::json::{List, Str};
use crate::view::object;

object! {
    /// A contact card. Everything is optional, the name too.
    pub struct ContactCard<'a> {
        /// The name.
        pub name: Option<ContactName<'a>> = "name",
        /// Phone numbers.
        pub phones: List<'a, ContactPhone<'a>> = "phones",
        /// E-mail addresses.
        pub emails: List<'a, ContactEmail<'a>> = "emails",
        /// Postal addresses.
        pub addresses: List<'a, ContactAddress<'a>> = "addresses",
        /// Where the person works.
        pub org: Option<ContactOrg<'a>> = "org",
        /// Web pages.
        pub urls: List<'a, ContactUrl<'a>> = "urls",
        /// `YYYY-MM-DD`.
        pub birthday: Option<Str<'a>> = "birthday",
        /// Accounts of other messengers (On-Premises).
        pub ims: List<'a, ContactIm<'a>> = "ims",
        /// A JPEG in base64; may be large (On-Premises).
        pub contact_image: Option<Str<'a>> = "contact_image",
        /// The card as a vCard (2026, with `origin` `other`).
        pub vcard: Option<Str<'a>> = "vcard",
        /// `contact_request` or `other` (2026).
        pub origin: Option<Str<'a>> = "origin",
    }
}

object! {
    /// A name.
    pub struct ContactName<'a> {
        /// As it is shown.
        pub formatted_name: Option<Str<'a>> = "formatted_name",
        /// The first name.
        pub first_name: Option<Str<'a>> = "first_name",
        /// The last name.
        pub last_name: Option<Str<'a>> = "last_name",
        /// The middle name.
        pub middle_name: Option<Str<'a>> = "middle_name",
        /// Behind the name.
        pub suffix: Option<Str<'a>> = "suffix",
        /// Before the name.
        pub prefix: Option<Str<'a>> = "prefix",
    }
}

object! {
    /// A phone number.
    pub struct ContactPhone<'a> {
        /// As it is written.
        pub phone: Option<Str<'a>> = "phone",
        /// The WhatsApp id, if it has one.
        pub wa_id: Option<Str<'a>> = "wa_id",
        /// `CELL`, `HOME`, … or free text in the customer's language.
        pub kind: Option<Str<'a>> = "type",
    }
}

object! {
    /// An e-mail address.
    pub struct ContactEmail<'a> {
        /// The address.
        pub email: Option<Str<'a>> = "email",
        /// `HOME`, `WORK`, …
        pub kind: Option<Str<'a>> = "type",
    }
}

object! {
    /// A postal address.
    pub struct ContactAddress<'a> {
        /// Street and number.
        pub street: Option<Str<'a>> = "street",
        /// City.
        pub city: Option<Str<'a>> = "city",
        /// State.
        pub state: Option<Str<'a>> = "state",
        /// Postal code.
        pub zip: Option<Str<'a>> = "zip",
        /// Country, in words.
        pub country: Option<Str<'a>> = "country",
        /// Country, by its code.
        pub country_code: Option<Str<'a>> = "country_code",
        /// `HOME`, `WORK`, …
        pub kind: Option<Str<'a>> = "type",
    }
}

object! {
    /// Where a person works.
    pub struct ContactOrg<'a> {
        /// The company.
        pub company: Option<Str<'a>> = "company",
        /// The department.
        pub department: Option<Str<'a>> = "department",
        /// The title.
        pub title: Option<Str<'a>> = "title",
    }
}

object! {
    /// A web page.
    pub struct ContactUrl<'a> {
        /// Its address.
        pub url: Option<Str<'a>> = "url",
        /// `HOME`, `WORK`, …
        pub kind: Option<Str<'a>> = "type",
    }
}

object! {
    /// An account of another messenger (On-Premises).
    pub struct ContactIm<'a> {
        /// The messenger.
        pub service: Option<Str<'a>> = "service",
        /// The account.
        pub user_id: Option<Str<'a>> = "user_id",
    }
}
