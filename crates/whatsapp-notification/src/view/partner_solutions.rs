//! `partner_solutions`: multi-partner solutions (Cloud).
//!
//! ```
//! use whatsapp_notification::{Notification, PartnerSolution};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"partner_solutions",
//!     "value":{"event":"SOLUTION_UPDATED","solution_id":"5",
//!     "solution_status":"ACTIVE"}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<PartnerSolution>().ok());
//! let event = event.ok_or("no such event")?;
//! assert!(event.get().solution_status.is_some_and(|status| status == "ACTIVE"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::object;
use crate::json::Str;

object! {
    /// A multi-partner solution was created or changed. The entry's id is a portfolio's.
    pub struct PartnerSolutionView<'a> {
        /// `SOLUTION_CREATED` or `SOLUTION_UPDATED`.
        pub event: Option<Str<'a>> = "event",
        /// The solution.
        pub solution_id: Option<Str<'a>> = "solution_id",
        /// `ACTIVE`, `DEACTIVATED`, `DRAFT`, `INITIATED`, `PENDING_DEACTIVATION`, `REJECTED`.
        pub solution_status: Option<Str<'a>> = "solution_status",
    }
}
