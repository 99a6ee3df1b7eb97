//! [`Endpoint`]: one callback URL. [`Mounted`]: the same at its path, checked.

use crate::{
    ClientCertificate, ConfigError, ConfigErrorKind, Rejection, RejectionKind,
    limits::Bounds,
    path::PathPattern,
    proofs::{Head, Proofs, Shown},
    token::VerifyToken,
};
use bytes::Bytes;
use http::{HeaderMap, Request, Uri};
use std::{fmt, sync::Arc};
use whatsapp_notification::{Form, Notification, Origin};
use whatsapp_signature::{Credential, Refusal, Scheme};

/// One callback URL: which API's notifications it takes, and what proves them. Made from a
/// [`Cloud`](crate::Cloud) or an [`OnPremises`](crate::OnPremises).
pub struct Endpoint {
    pub(crate) form: Form,
    pub(crate) label: Arc<str>,
    pub(crate) proofs: Proofs,
    pub(crate) token: Option<VerifyToken>,
    pub(crate) client_certificate: Option<ClientCertificate>,
}

impl Endpoint {
    pub(crate) fn new(form: Form, label: Arc<str>, proofs: Proofs) -> Self {
        Endpoint { form, label, proofs, token: None, client_certificate: None }
    }

    pub(crate) fn and(mut self, scheme: impl Scheme) -> Self {
        self.proofs = self.proofs.and(Box::new(scheme));
        self
    }

    pub(crate) fn or(mut self, scheme: impl Scheme) -> Self {
        self.proofs = self.proofs.or(Box::new(scheme));
        self
    }
}

/// Shows label, form and the schemes' names: no path, no secret.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("label", &self.label)
            .field("form", &self.form)
            .field("proofs", &self.proofs)
            .finish_non_exhaustive()
    }
}

/// An endpoint at its path. It leads to all that a request to it needs, so that a request shares
/// one reference count with others, not one for each part.
pub(crate) struct Mounted {
    path: Arc<PathPattern>,
    endpoint: Arc<Endpoint>,
    bounds: Arc<Bounds>,
}

impl Mounted {
    pub(crate) fn new(
        path: Arc<PathPattern>,
        endpoint: Arc<Endpoint>,
        bounds: Arc<Bounds>,
    ) -> Result<Self, ConfigError> {
        let label = &endpoint.label;
        if label.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::EmptyLabel));
        }
        let refused = |kind| Err(ConfigError::of(kind, label));
        if endpoint.proofs.has_unsupported() {
            return refused(ConfigErrorKind::UnsupportedSource);
        }
        match (endpoint.proofs.in_path(), path.has_secret()) {
            (None, _) => refused(ConfigErrorKind::SometimesPathSecret),
            (Some(true), false) => refused(ConfigErrorKind::MissingSecretSegment),
            (Some(false), true) => refused(ConfigErrorKind::UnusedSecretSegment),
            _ => Ok(Mounted { path, endpoint, bounds }),
        }
    }

    pub(crate) fn path(&self) -> &PathPattern {
        &self.path
    }

    pub(crate) fn label(&self) -> &Arc<str> {
        &self.endpoint.label
    }

    pub(crate) fn form(&self) -> Form {
        self.endpoint.form
    }

    pub(crate) fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    pub(crate) fn token(&self) -> Option<&VerifyToken> {
        self.endpoint.token.as_ref()
    }

    pub(crate) fn proofs(&self) -> &Proofs {
        &self.endpoint.proofs
    }

    /// The methods that the endpoint takes, as `Allow` lists them.
    pub(crate) fn allow(&self) -> &'static str {
        if self.token().is_some() { "GET, POST" } else { "POST" }
    }

    /// Whether a request to `path` is for this endpoint: with a secret in the path, only if that
    /// is right, so that nobody can tell a wrong secret from a path that does not exist.
    ///
    /// Gives the credential, too, if the path's secret is all that is asked for.
    #[inline]
    pub(crate) fn at(&self, path: &str) -> Option<Option<Credential>> {
        self.proofs().path_credential(self.path.params(path)?.secret)
    }

    /// Whether a request's head shows the client certificate, if one is demanded.
    pub(crate) fn check_client_certificate<B>(
        &self,
        request: &Request<B>,
    ) -> Result<(), Rejection> {
        let Some(certificate) = &self.endpoint.client_certificate else { return Ok(()) };
        certificate
            .check(request.headers(), request.extensions())
            .map_err(|fault| Rejection::because(RejectionKind::ClientCertificate, fault))
    }

    /// What a request's head has shown of what is asked for.
    pub(crate) fn shown(&self, uri: &Uri, headers: &HeaderMap) -> Result<Shown, Refusal> {
        let in_path = if self.path.is_exact() { None } else { self.path.params(uri.path()) };
        let secret = in_path.unwrap_or_default().secret;
        self.proofs().credential(Head { secret, query: uri.query(), headers })
    }

    /// Verifies and parses exactly these bytes.
    pub(crate) fn notification(
        &self,
        shown: &Shown,
        body: Bytes,
    ) -> Result<Notification, Rejection> {
        let mut origin = Origin::new(self.label().clone());
        if let Some(proof) = self.proofs().verify(shown, &body)? {
            origin = origin.proven(proof);
        }
        let notification = match self.bounds.limits.parser.parse(body.clone(), origin.clone()) {
            Ok(notification) => notification,
            Err(error) if error.is_limit() => {
                return Err(Rejection::because(RejectionKind::ParseLimit, error));
            }
            // It is WhatsApp's all the same: refusing it would have it sent again for days.
            Err(_) => Notification::unparseable(body, origin),
        };
        match (self.form(), notification.form()) {
            // Else a body forged at an endpoint that is not verified would reach the handlers of
            // one that is.
            (Form::Cloud, Form::OnPremises) | (Form::OnPremises, Form::Cloud) => {
                Err(Rejection::new(RejectionKind::WrongForm))
            }
            _ => Ok(notification),
        }
    }
}

impl fmt::Debug for Mounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.endpoint.fmt(f)
    }
}
