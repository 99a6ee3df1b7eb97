//! [`Cloud`]: an endpoint of the Cloud API.
//!
//! ```
//! use tower_whatsapp::{AppSecret, Cloud, Verifier};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (secret, old_secret, token) = ("new secret", "old secret", "token");
//! let endpoint = Cloud::new(AppSecret::new(secret)?).verify_token(token)?;
//!
//! // While an app secret is rotated, both are right.
//! let both = Verifier::builder()
//!     .secret("new", AppSecret::new(secret)?)
//!     .secret("old", AppSecret::new(old_secret)?)
//!     .build()?;
//! let endpoint = Cloud::new(both).verify_token(token)?.label("support");
//! # Ok(())
//! # }
//! ```

use crate::{
    ClientCertificate, ConfigError, ConfigErrorKind, Endpoint, proofs::Proofs, token::VerifyToken,
};
use std::sync::Arc;
use whatsapp_notification::Form;
use whatsapp_signature::{Scheme, Verifier};

/// An endpoint that takes notifications of the Cloud API, and answers the GET challenge if it has
/// a verify token.
#[derive(Debug)]
#[must_use]
pub struct Cloud {
    endpoint: Endpoint,
}

impl Cloud {
    /// Verified by `X-Hub-Signature-256`: with one app secret, or a [`Verifier`] of several.
    pub fn new(verifier: impl Into<Verifier>) -> Self {
        Self::with_scheme(verifier.into())
    }

    /// Verified in another way: for a provider that passes notifications on in the Cloud API's
    /// form, with a secret of its own.
    pub fn with_scheme(scheme: impl Scheme) -> Self {
        Self::insecure_unverified().and(scheme)
    }

    /// **Not verified**: whoever reaches this endpoint is believed. Only for a private network in
    /// which something in front has verified the signature.
    pub fn insecure_unverified() -> Self {
        Cloud { endpoint: Endpoint::new(Form::Cloud, "cloud".into(), Proofs::Nothing) }
    }

    /// Asks for `scheme`, too, beside what is asked for so far (since the last [`or`](Self::or)).
    pub fn and(self, scheme: impl Scheme) -> Self {
        Cloud { endpoint: self.endpoint.and(scheme) }
    }

    /// Takes `scheme` for a proof instead of what was asked for so far: while a sender moves from
    /// one to another, say. Of alternatives, either all or none may have a secret in the path.
    pub fn or(self, scheme: impl Scheme) -> Self {
        Cloud { endpoint: self.endpoint.or(scheme) }
    }

    /// The token that the GET challenge must show. Without one, GET is answered with 405.
    ///
    /// # Errors
    /// [`ConfigErrorKind::EmptyVerifyToken`] if it is empty or blank.
    pub fn verify_token(mut self, token: impl Into<String>) -> Result<Self, ConfigError> {
        match VerifyToken::new(token.into()) {
            Some(token) => self.endpoint.token = Some(token),
            None => {
                let kind = ConfigErrorKind::EmptyVerifyToken;
                return Err(ConfigError::of(kind, &self.endpoint.label));
            }
        }
        Ok(self)
    }

    /// The client certificate that a POST must come with, besides the signature. The GET challenge
    /// needs none: its verify token proves it.
    pub fn client_certificate(mut self, certificate: ClientCertificate) -> Self {
        self.endpoint.client_certificate = Some(certificate);
        self
    }

    /// The name of this endpoint in notifications, logs and metrics. Default `cloud`.
    pub fn label(mut self, label: impl Into<Arc<str>>) -> Self {
        self.endpoint.label = label.into();
        self
    }
}

impl From<Cloud> for Endpoint {
    fn from(cloud: Cloud) -> Self {
        cloud.endpoint
    }
}

impl From<Cloud> for Arc<Endpoint> {
    fn from(cloud: Cloud) -> Self {
        Arc::new(cloud.endpoint)
    }
}
