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
//! let endpoint = OnPremises::new("shop-2", StaticHeader::bearer("a-long-token")?);
//! # Ok(())
//! # }
//! ```

use crate::{Endpoint, proofs::Proofs};
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
        Self::insecure_unverified(label).and(scheme)
    }

    /// **Not verified**: whoever reaches this endpoint is believed. Only for a private network
    /// that nobody but the client can reach.
    pub fn insecure_unverified(label: impl Into<Arc<str>>) -> Self {
        OnPremises { endpoint: Endpoint::new(Form::OnPremises, label.into(), Proofs::Nothing) }
    }

    /// Asks for `scheme`, too, beside what is asked for so far (since the last [`or`](Self::or)).
    ///
    /// ```
    /// use tower_whatsapp::{AppSecret, OnPremises, PathSecret, TurnVerifier};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let path = PathSecret::new("0123456789abcdef")?;
    /// let signature = TurnVerifier::new(AppSecret::new("the webhook's secret")?);
    /// let endpoint = OnPremises::new("shop-1", path).and(signature);
    /// # Ok(())
    /// # }
    /// ```
    pub fn and(self, scheme: impl Scheme) -> Self {
        OnPremises { endpoint: self.endpoint.and(scheme) }
    }

    /// Takes `scheme` for a proof instead of what was asked for so far: while a sender moves from
    /// one to another, say. Of alternatives, either all or none may have a secret in the path.
    ///
    /// ```
    /// use tower_whatsapp::{OnPremises, QuerySecret, StaticHeader};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let old = QuerySecret::new("auth", "0123456789abcdef")?;
    /// let endpoint = OnPremises::new("shop-1", StaticHeader::bearer("a-long-token")?).or(old);
    /// # Ok(())
    /// # }
    /// ```
    pub fn or(self, scheme: impl Scheme) -> Self {
        OnPremises { endpoint: self.endpoint.or(scheme) }
    }
}

impl From<OnPremises> for Endpoint {
    fn from(onprem: OnPremises) -> Self {
        onprem.endpoint
    }
}

impl From<OnPremises> for Arc<Endpoint> {
    fn from(onprem: OnPremises) -> Self {
        Arc::new(onprem.endpoint)
    }
}
