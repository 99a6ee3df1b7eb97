//! [`Origin`]: through which endpoint a notification came, and what proved it.
//!
//! ```
//! use whatsapp_notification::{Notification, Origin, Parser, Proof};
//!
//! let origin = Origin::new("shop-1").proven(Proof::new("hub-signature-256", "default"));
//! let notification = Parser::new().parse(r#"{"errors":[{"code":400}]}"#, origin)?;
//! assert_eq!(notification.origin().label(), "shop-1");
//! assert!(notification.origin().proof().is_some());
//! # Ok::<(), whatsapp_notification::ParseError>(())
//! ```

use std::{borrow::Cow, sync::Arc};

/// Where a notification came in: the endpoint's label, and the proof of who sent it.
///
/// An On-Premises body names no business number, so the label is what tells accounts apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    label: Option<Arc<str>>,
    proof: Option<Proof>,
}

impl Origin {
    /// An origin with this endpoint label, not (yet) proven.
    #[must_use]
    pub fn new(label: impl Into<Arc<str>>) -> Self {
        Origin { label: Some(label.into()), proof: None }
    }

    /// The same origin with the proof that was found.
    #[must_use]
    pub fn proven(mut self, proof: Proof) -> Self {
        self.proof = Some(proof);
        self
    }

    /// The endpoint's label; empty if there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or_default()
    }

    /// What proved the sender; `None` is *unverified*: anybody can have sent it.
    #[must_use]
    pub fn proof(&self) -> Option<&Proof> {
        self.proof.as_ref()
    }
}

/// Which scheme, and which of its secrets by name, proved a notification's sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    scheme: Cow<'static, str>,
    secret: Arc<str>,
}

impl Proof {
    /// A proof by `scheme`, with the secret of this name.
    #[must_use]
    pub fn new(scheme: impl Into<Cow<'static, str>>, secret: impl Into<Arc<str>>) -> Self {
        Proof { scheme: scheme.into(), secret: secret.into() }
    }

    /// The scheme's name, for instance `hub-signature-256`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The name of the secret that matched. Never the secret.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }
}
