//! [`Rejection`]: why a request was not answered with 200. It travels in the response.
//!
//! ```
//! use http::{Response, StatusCode};
//! use tower_whatsapp::{Rejection, RejectionKind};
//!
//! // In a layer around the webhook:
//! fn observe<B>(response: &Response<B>) {
//!     if let Some(rejection) = response.extensions().get::<Rejection>() {
//!         println!("{}: {}", rejection.kind().status(), rejection.kind().as_str());
//!     }
//! }
//! assert_eq!(RejectionKind::BodyTooLarge.status(), StatusCode::PAYLOAD_TOO_LARGE);
//! assert_eq!(RejectionKind::BodyTooLarge.as_str(), "body_too_large");
//! # observe(&Response::new(()));
//! ```

use http::StatusCode;
use std::{error::Error, fmt, sync::Arc};
use whatsapp_router::BoxError;
use whatsapp_signature::{Refusal, RefusalKind};

/// Why a request to an endpoint was not answered with success: an extension of the response.
///
/// `Display` and `Debug` tell the reason alone. [`source`](Error::source) is the error behind it:
/// the request body's, the parser's, what is amiss with a client certificate, what your look-up or
/// your notification service returned, or the [`ConfigError`](crate::ConfigError) of an endpoint
/// that was looked up and cannot stand at its path.
#[derive(Clone)]
pub struct Rejection {
    kind: RejectionKind,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Rejection {
    pub(crate) fn new(kind: RejectionKind) -> Self {
        Rejection { kind, source: None }
    }

    pub(crate) fn because(kind: RejectionKind, source: impl Into<BoxError>) -> Self {
        Rejection { kind, source: Some(Arc::from(source.into())) }
    }

    /// Why.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Rejection::new(RejectionKind::Refused(refusal.kind()))
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A source is not ours: it may quote what must not stand in a log.
        f.debug_struct("Rejection").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            RejectionKind::MethodNotAllowed => "the endpoint does not take this method",
            RejectionKind::MalformedChallenge => "the challenge lacks a parameter or repeats one",
            RejectionKind::WrongVerifyToken => "the challenge's verify token is wrong",
            RejectionKind::ClientCertificate => "the client certificate is missing or another",
            RejectionKind::ContentEncoding => "the body has a content encoding",
            RejectionKind::BodyTooLarge => "the body is over the limit",
            RejectionKind::BytesInFlight => "too many bytes are in flight",
            RejectionKind::Refused(RefusalKind::Missing) => "there is no credential",
            RejectionKind::Refused(RefusalKind::Repeated) => "there is more than one credential",
            RejectionKind::Refused(RefusalKind::Malformed) => "the credential is malformed",
            RejectionKind::Refused(_) => "the credential is wrong",
            RejectionKind::BodyDeadline => "the body did not come in time",
            RejectionKind::BrokenBody => "the body broke off",
            RejectionKind::WrongForm => "the body has the other API's form",
            RejectionKind::ParseLimit => "the body goes beyond a limit of the parser",
            RejectionKind::HandlingFailed => "the notification service failed",
            RejectionKind::HandlingDeadline => "the notification service was not done in time",
            RejectionKind::LookupFailed => "looking the endpoint up failed",
            RejectionKind::LookupDeadline => "the endpoint was not found in time",
            RejectionKind::LookupsInFlight => "too many look-ups are under way",
        })
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Why a request was not answered with success. Names are stable: they stand in logs and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// 405: neither POST nor, at a Cloud endpoint with a verify token, GET.
    MethodNotAllowed,
    /// 400: a GET whose `hub.mode` is not `subscribe`, or which lacks or repeats a `hub.*`.
    MalformedChallenge,
    /// 403: a GET with another verify token.
    WrongVerifyToken,
    /// 401: the endpoint demands a client certificate, and the request does not come with it.
    ClientCertificate,
    /// 415: a `Content-Encoding` that is not `identity`. A signature is over the plain bytes.
    ContentEncoding,
    /// 413: the body is longer, or promises to be longer, than the limit.
    BodyTooLarge,
    /// 503: the layer holds as many bytes as it may.
    BytesInFlight,
    /// 401: the credential is missing, repeated, malformed or wrong.
    Refused(RefusalKind),
    /// 408: the body did not come in time.
    BodyDeadline,
    /// 400: reading the body failed.
    BrokenBody,
    /// 400: a Cloud body at an On-Premises endpoint, or the other way round.
    WrongForm,
    /// 413: more events, or deeper nesting, than the parser may take.
    ParseLimit,
    /// 503: the notification service returned an error.
    HandlingFailed,
    /// 503: the notification service was not done in time; its future was dropped.
    HandlingDeadline,
    /// 503: looking the endpoint up failed, or gave one that cannot stand at its path.
    LookupFailed,
    /// 503: the endpoint was not found in time.
    LookupDeadline,
    /// 503: as many look-ups are under way as may be.
    LookupsInFlight,
}

impl RejectionKind {
    /// The name as it stands in logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RejectionKind::MethodNotAllowed => "method_not_allowed",
            RejectionKind::MalformedChallenge => "malformed_challenge",
            RejectionKind::WrongVerifyToken => "wrong_verify_token",
            RejectionKind::ClientCertificate => "client_certificate",
            RejectionKind::ContentEncoding => "content_encoding",
            RejectionKind::BodyTooLarge => "body_too_large",
            RejectionKind::BytesInFlight => "bytes_in_flight",
            RejectionKind::Refused(refusal) => refusal.as_str(),
            RejectionKind::BodyDeadline => "body_deadline",
            RejectionKind::BrokenBody => "broken_body",
            RejectionKind::WrongForm => "wrong_form",
            RejectionKind::ParseLimit => "parse_limit",
            RejectionKind::HandlingFailed => "handling_failed",
            RejectionKind::HandlingDeadline => "handling_deadline",
            RejectionKind::LookupFailed => "lookup_failed",
            RejectionKind::LookupDeadline => "lookup_deadline",
            RejectionKind::LookupsInFlight => "lookups_in_flight",
        }
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            RejectionKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            RejectionKind::WrongVerifyToken => StatusCode::FORBIDDEN,
            RejectionKind::ContentEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            RejectionKind::BodyTooLarge | RejectionKind::ParseLimit => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            RejectionKind::ClientCertificate | RejectionKind::Refused(_) => {
                StatusCode::UNAUTHORIZED
            }
            RejectionKind::BodyDeadline => StatusCode::REQUEST_TIMEOUT,
            RejectionKind::MalformedChallenge
            | RejectionKind::BrokenBody
            | RejectionKind::WrongForm => StatusCode::BAD_REQUEST,
            RejectionKind::BytesInFlight
            | RejectionKind::HandlingFailed
            | RejectionKind::HandlingDeadline
            | RejectionKind::LookupFailed
            | RejectionKind::LookupDeadline
            | RejectionKind::LookupsInFlight => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Prints the [name](RejectionKind::as_str).
impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_reachable_but_not_printed() {
        let rejection = Rejection::because(RejectionKind::HandlingFailed, "canary 15550001");
        assert!(!format!("{rejection:?} {rejection}").contains("canary"));
        assert_eq!(rejection.source().expect("kept").to_string(), "canary 15550001");
    }
}
