//! [`Endpoint`]: one callback URL. [`Mounted`]: the same at its path, checked.

use crate::{
    ConfigError, ConfigErrorKind, Rejection, RejectionKind, head, limits::Bounds,
    path::PathPattern, token::VerifyToken,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use std::{fmt, sync::Arc};
use whatsapp_notification::{Form, Notification, Origin, Proof};
use whatsapp_signature::{Credential, RefusalKind, Scheme, Source};

/// One callback URL: which API's notifications it takes, and what proves them. Made from a
/// [`Cloud`](crate::Cloud) or an [`OnPremises`](crate::OnPremises).
pub struct Endpoint {
    pub(crate) form: Form,
    pub(crate) label: Arc<str>,
    /// `None` only by `insecure_unverified`.
    pub(crate) scheme: Option<Box<dyn Scheme>>,
    pub(crate) token: Option<VerifyToken>,
}

impl Endpoint {
    pub(crate) fn new(form: Form, label: Arc<str>, scheme: Option<Box<dyn Scheme>>) -> Self {
        Endpoint { form, label, scheme, token: None }
    }
}

/// Shows label, form and scheme: no path, no secret.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("label", &self.label)
            .field("form", &self.form)
            .field("scheme", &self.scheme.as_ref().map_or("unverified", |scheme| scheme.name()))
            .finish_non_exhaustive()
    }
}

/// An endpoint at its path. It leads to all that a request to it needs, so that a request shares
/// one reference count with others, not one for each part.
pub(crate) struct Mounted {
    path: PathPattern,
    place: Place,
    endpoint: Endpoint,
    bounds: Arc<Bounds>,
}

/// Where the credential stands.
enum Place {
    Nowhere,
    Header(HeaderName),
    Path,
}

/// What the head of a request has shown of its credential.
#[derive(Debug)]
pub(crate) enum Shown {
    /// Nothing is asked for.
    Unverified,
    Credential(Credential),
}

impl Mounted {
    pub(crate) fn new(
        path: &str,
        endpoint: Endpoint,
        bounds: Arc<Bounds>,
    ) -> Result<Self, ConfigError> {
        let label = &endpoint.label;
        if label.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::EmptyLabel));
        }
        let path = PathPattern::new(path)
            .ok_or_else(|| ConfigError::of(ConfigErrorKind::InvalidPath, label))?;
        let place = match endpoint.scheme.as_deref().map(Scheme::source) {
            None => Place::Nowhere,
            Some(Source::Path) => Place::Path,
            Some(Source::Header(name)) => Place::Header(
                HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| ConfigError::of(ConfigErrorKind::UnsupportedSource, label))?,
            ),
            Some(_) => return Err(ConfigError::of(ConfigErrorKind::UnsupportedSource, label)),
        };
        match (&place, path.has_secret()) {
            (Place::Path, false) => {
                Err(ConfigError::of(ConfigErrorKind::MissingSecretSegment, label))
            }
            (Place::Nowhere | Place::Header(_), true) => {
                Err(ConfigError::of(ConfigErrorKind::UnusedSecretSegment, label))
            }
            _ => Ok(Mounted { path, place, endpoint, bounds }),
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

    pub(crate) fn scheme(&self) -> Option<&dyn Scheme> {
        self.endpoint.scheme.as_deref()
    }

    /// The methods that the endpoint takes, as `Allow` lists them.
    pub(crate) fn allow(&self) -> &'static str {
        if self.token().is_some() { "GET, POST" } else { "POST" }
    }

    /// Whether a request to `path` is for this endpoint: with a secret in the path, only if that
    /// is right, so that nobody can tell a wrong secret from a path that does not exist.
    #[inline]
    pub(crate) fn at(&self, path: &str) -> Option<Option<Credential>> {
        let segment = self.path.secret_in(path)?;
        match (&self.place, self.scheme()) {
            (Place::Path, Some(scheme)) => scheme.credential(&[segment.as_bytes()]).ok().map(Some),
            _ => Some(None),
        }
    }

    /// The credential in a request's head, if it does not stand in the path.
    pub(crate) fn credential(&self, headers: &HeaderMap) -> Result<Shown, Rejection> {
        match (self.scheme(), &self.place) {
            (None, Place::Nowhere) => Ok(Shown::Unverified),
            (Some(scheme), Place::Header(name)) => {
                let mut values = head::values(headers, name);
                let credential = match (values.next(), values.next()) {
                    (None, _) => scheme.credential(&[]),
                    (Some(value), None) => scheme.credential(&[value]),
                    (Some(first), Some(second)) => {
                        let all: Vec<_> = [first, second].into_iter().chain(values).collect();
                        scheme.credential(&all)
                    }
                };
                Ok(Shown::Credential(credential?))
            }
            // Nothing else is built; were it, nobody gets in.
            _ => Err(Rejection::new(RejectionKind::Refused(RefusalKind::Missing))),
        }
    }

    /// Verifies and parses exactly these bytes.
    pub(crate) fn notification(
        &self,
        shown: &Shown,
        body: Bytes,
    ) -> Result<Notification, Rejection> {
        let mut origin = Origin::new(self.label().clone());
        match (self.scheme(), shown) {
            (None, Shown::Unverified) => {}
            (Some(scheme), Shown::Credential(credential)) => {
                let secret = scheme.verify(credential, &body)?;
                origin = origin.proven(Proof::new(scheme.name(), secret));
            }
            _ => return Err(Rejection::new(RejectionKind::Refused(RefusalKind::Missing))),
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
