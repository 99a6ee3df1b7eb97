//! `account_review_update`: the review of a business account (Cloud).
//!
//! ```
//! use whatsapp_notification::{AccountReview, Notification, view::Decision};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"account_review_update",
//!     "value":{"decision":"APPROVED"}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<AccountReview>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.get().decision, Some(Decision::Approved));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{object, open_enum};

open_enum! {
    /// What a review decided.
    pub enum Decision<'a> {
        /// Approved.
        Approved = "APPROVED",
        /// Rejected.
        Rejected = "REJECTED",
        /// Not yet decided.
        Pending = "PENDING",
        /// Put off.
        Deferred = "DEFERRED",
    }
}

object! {
    /// The review of a business account was decided.
    pub struct AccountReviewView<'a> {
        /// The decision.
        pub decision: Option<Decision<'a>> = "decision",
    }
}
