//! `flows`: the status and health of flows (Cloud, flows → webhooks).
//!
//! ```
//! use whatsapp_notification::{Flow, Notification, view::FlowEvent};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"flows",
//!     "value":{"event":"CLIENT_ERROR_RATE","flow_id":"5","error_rate":13.9,
//!     "threshold":10,"alert_state":"ACTIVATED",
//!     "errors":[{"error_type":"PUBLIC_KEY_MISSING","error_rate":32.9,
//!     "error_count":1}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Flow>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.get().event, Some(FlowEvent::ClientErrorRate));
//! assert_eq!(event.get().errors.first().and_then(|error| error.error_count?.as_u64()), Some(1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{object, open_enum};
use crate::json::{List, Number, Str};

open_enum! {
    /// What happened to a flow.
    pub enum FlowEvent<'a> {
        /// Its status changed.
        FlowStatusChange = "FLOW_STATUS_CHANGE",
        /// Errors on customers' devices.
        ClientErrorRate = "CLIENT_ERROR_RATE",
        /// Errors of the business's endpoint.
        EndpointErrorRate = "ENDPOINT_ERROR_RATE",
        /// The business's endpoint is slow.
        EndpointLatency = "ENDPOINT_LATENCY",
        /// The business's endpoint is not there.
        EndpointAvailability = "ENDPOINT_AVAILABILITY",
        /// Its version will expire.
        FlowVersionExpiryWarning = "FLOW_VERSION_EXPIRY_WARNING",
    }
}

object! {
    /// A flow changed its status, or is in trouble.
    pub struct FlowView<'a> {
        /// What happened.
        pub event: Option<FlowEvent<'a>> = "event",
        /// In words.
        pub message: Option<Str<'a>> = "message",
        /// The flow.
        pub flow_id: Option<Str<'a>> = "flow_id",
        /// The status before: `DRAFT`, `PUBLISHED`, `DEPRECATED`, `BLOCKED`, `THROTTLED`.
        pub old_status: Option<Str<'a>> = "old_status",
        /// The status now.
        pub new_status: Option<Str<'a>> = "new_status",
        /// What to look out for.
        pub warning: Option<Str<'a>> = "warning",
        /// In percent, with a fraction.
        pub error_rate: Option<Number<'a>> = "error_rate",
        /// Where the alert begins: in the unit of what is measured.
        pub threshold: Option<Number<'a>> = "threshold",
        /// `ACTIVATED` or `DEACTIVATED`.
        pub alert_state: Option<Str<'a>> = "alert_state",
        /// The errors.
        pub errors: List<'a, FlowError<'a>> = "errors",
        /// The median, in milliseconds.
        pub p50_latency: Option<Number<'a>> = "p50_latency",
        /// The 90th percentile, in milliseconds.
        pub p90_latency: Option<Number<'a>> = "p90_latency",
        /// How many requests were measured.
        pub requests_count: Option<Number<'a>> = "requests_count",
        /// In percent.
        pub availability: Option<Number<'a>> = "availability",
    }
}

object! {
    /// Errors of one type.
    pub struct FlowError<'a> {
        /// The type.
        pub error_type: Option<Str<'a>> = "error_type",
        /// In percent, with a fraction.
        pub error_rate: Option<Number<'a>> = "error_rate",
        /// How many.
        pub error_count: Option<Number<'a>> = "error_count",
    }
}
