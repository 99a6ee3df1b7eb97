//! `payment`: what became of a payment (statuses of type `payment`; India).
//!
//! ```
//! use whatsapp_notification::{Notification, Status};
//!
//! let body = r#"{"statuses":[{"id":"A","status":"captured","type":"payment",
//!     "recipient_id":"15550001","payment":{"reference_id":"R1",
//!     "amount":{"value":25000,"offset":100},"currency":"INR"}}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Status>().ok());
//! let event = event.ok_or("no such event")?;
//! let payment = event.get().payment.get().ok_or("no payment")?;
//! let amount = payment.amount.ok_or("no amount")?;
//! assert_eq!(amount.value.and_then(|value| value.as_u64()), Some(25_000)); // 250.00
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{
    Timestamp,
    json::{List, Nested, Number, Raw, Str},
    view::object,
};

object! {
    /// A payment (Cloud, payments → payment gateway; On-Premises, payments).
    pub struct Payment<'a> {
        /// The business's own reference.
        pub reference_id: Option<Str<'a>> = "reference_id",
        /// How much.
        pub amount: Option<PaymentAmount<'a>> = "amount",
        /// ISO 4217: `INR`.
        pub currency: Option<Str<'a>> = "currency",
        /// The transaction at the provider.
        pub transaction: Nested<'a, PaymentTransaction<'a>> = "transaction",
        /// What was paid back.
        pub refunds: List<'a, PaymentRefund<'a>> = "refunds",
        /// The receipt's number.
        pub receipt: Option<Str<'a>> = "receipt",
        /// The business's own notes, by its own keys.
        pub notes: Option<Raw<'a>> = "notes",
        /// Who pays (On-Premises).
        pub sender: Option<Str<'a>> = "sender",
        /// The business's own field (`PayU`).
        pub udf1: Option<Str<'a>> = "udf1",
        /// The business's own field (`PayU`).
        pub udf2: Option<Str<'a>> = "udf2",
        /// The business's own field (`PayU`).
        pub udf3: Option<Str<'a>> = "udf3",
        /// The business's own field (`PayU`).
        pub udf4: Option<Str<'a>> = "udf4",
        /// The business's own field (`BillDesk`).
        pub additional_info1: Option<Str<'a>> = "additional_info1",
        /// The business's own field (`BillDesk`).
        pub additional_info2: Option<Str<'a>> = "additional_info2",
        /// The business's own field (`BillDesk`).
        pub additional_info3: Option<Str<'a>> = "additional_info3",
        /// The business's own field (`BillDesk`).
        pub additional_info4: Option<Str<'a>> = "additional_info4",
        /// The business's own field (`BillDesk`).
        pub additional_info5: Option<Str<'a>> = "additional_info5",
        /// The business's own field (`BillDesk`).
        pub additional_info6: Option<Str<'a>> = "additional_info6",
        /// The business's own field (`BillDesk`).
        pub additional_info7: Option<Str<'a>> = "additional_info7",
        /// The business's own field (Zaakpay).
        pub extra1: Option<Str<'a>> = "extra1",
        /// The business's own field (Zaakpay).
        pub extra2: Option<Str<'a>> = "extra2",
    }
}

object! {
    /// An amount of money, as a whole number of its smallest unit.
    pub struct PaymentAmount<'a> {
        /// How many of the smallest unit.
        pub value: Option<Number<'a>> = "value",
        /// How many of the smallest unit make one: 100.
        pub offset: Option<Number<'a>> = "offset",
    }
}

object! {
    /// A transaction at a payment provider.
    pub struct PaymentTransaction<'a> {
        /// Its id.
        pub id: Option<Str<'a>> = "id",
        /// Its id at the payment gateway.
        pub pg_transaction_id: Option<Str<'a>> = "pg_transaction_id",
        /// The provider: `razorpay`, `billdesk`, `payu`, `zaakpay`.
        pub kind: Option<Str<'a>> = "type",
        /// `pending`, `success`, `failed`.
        pub status: Option<Str<'a>> = "status",
        /// Since when, in seconds.
        pub created_timestamp: Option<Timestamp> = "created_timestamp",
        /// The last change, in seconds.
        pub updated_timestamp: Option<Timestamp> = "updated_timestamp",
        /// How it was paid.
        pub method: Option<PaymentMethod<'a>> = "method",
        /// Why it failed.
        pub error: Option<PaymentError<'a>> = "error",
    }
}

object! {
    /// How it was paid.
    pub struct PaymentMethod<'a> {
        /// `upi`, `card`, `wallet`, `netbanking`.
        pub kind: Option<Str<'a>> = "type",
    }
}

object! {
    /// Why a payment failed.
    pub struct PaymentError<'a> {
        /// The provider's code, in words.
        pub code: Option<Str<'a>> = "code",
        /// The provider's reason.
        pub reason: Option<Str<'a>> = "reason",
    }
}

object! {
    /// What was paid back.
    pub struct PaymentRefund<'a> {
        /// Its id.
        pub id: Option<Str<'a>> = "id",
        /// How much.
        pub amount: Option<PaymentAmount<'a>> = "amount",
        /// `instant` or `normal`.
        pub speed_processed: Option<Str<'a>> = "speed_processed",
        /// `pending`, `success`, `failed`.
        pub status: Option<Str<'a>> = "status",
        /// Since when, in seconds.
        pub created_timestamp: Option<Timestamp> = "created_timestamp",
        /// The last change, in seconds.
        pub updated_timestamp: Option<Timestamp> = "updated_timestamp",
    }
}
