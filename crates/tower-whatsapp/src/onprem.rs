//! [`OnPremises`]: an endpoint of the On-Premises API.
//!
//! ```
//! use tower_whatsapp::{OnPremises, PathSecret, StaticHeader};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "0123456789abcdef0123456789abcdef";
//! // A secret that only the client's `webhooks.url` holds; mounted at `/onprem/{secret}`, say.
//! let endpoint = OnPremises::new("shop-1", PathSecret::new(secret)?);
//!
//! // Or a header, where the host of the client can set one.
//! let header = StaticHeader::new("authorization", "Bearer a-long-token")?;
//! let endpoint = OnPremises::new("shop-2", header);
//! # Ok(())
//! # }
//! ```

use crate::Endpoint;
use std::sync::Arc;
use whatsapp_notification::Form;
use whatsapp_signature::Scheme;

/// An endpoint that takes notifications of one On-Premises client.
///
/// Its body names no business number, so the endpoint's label is what tells clients apart. The
/// client signs nothing: it offers a secret in the URL, and some hosts a header of their own.
#[derive(Debug)]
#[must_use]
pub struct OnPremises {
    endpoint: Endpoint,
}

impl OnPremises {
    /// Verified by `scheme`; known in notifications, logs and metrics as `label`.
    pub fn new(label: impl Into<Arc<str>>, scheme: impl Scheme) -> Self {
        let scheme: Box<dyn Scheme> = Box::new(scheme);
        OnPremises { endpoint: Endpoint::new(Form::OnPremises, label.into(), Some(scheme)) }
    }

    /// **Not verified**: whoever reaches this endpoint is believed. Only for a private network
    /// that nobody but the client can reach.
    pub fn insecure_unverified(label: impl Into<Arc<str>>) -> Self {
        OnPremises { endpoint: Endpoint::new(Form::OnPremises, label.into(), None) }
    }
}

impl From<OnPremises> for Endpoint {
    fn from(onprem: OnPremises) -> Self {
        onprem.endpoint
    }
}
