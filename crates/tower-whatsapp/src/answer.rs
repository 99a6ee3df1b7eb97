//! [`Answer`]: what a request is answered with, and the response that it becomes.

use crate::{Rejection, RejectionKind};
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use http_body_util::Full;

/// What became of a request to an endpoint.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The notification service returned `Ok`.
    Accepted,
    /// The GET challenge, to be sent back.
    Challenge(String),
    Rejected(Rejection),
}

impl Answer {
    pub(crate) fn rejected(kind: RejectionKind) -> Self {
        Answer::Rejected(Rejection::new(kind))
    }

    /// The response. `allow` are the methods that the endpoint takes.
    pub(crate) fn into_response(self, allow: &'static str) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::default());
        match self {
            Answer::Accepted => {}
            Answer::Challenge(challenge) => {
                // The challenge is the sender's text: no browser may take it for a page.
                let headers = response.headers_mut();
                let text = HeaderValue::from_static("text/plain; charset=utf-8");
                headers.insert(header::CONTENT_TYPE, text);
                let nosniff = HeaderValue::from_static("nosniff");
                headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
                *response.body_mut() = Full::from(challenge);
            }
            Answer::Rejected(rejection) => {
                *response.status_mut() = rejection.kind().status();
                // RFC 9110, sections 15.5.6 and 15.5.16.
                let hint = match rejection.kind() {
                    RejectionKind::MethodNotAllowed => Some((header::ALLOW, allow)),
                    RejectionKind::ContentEncoding => Some((header::ACCEPT_ENCODING, "identity")),
                    _ => None,
                };
                if let Some((name, value)) = hint {
                    response.headers_mut().insert(name, HeaderValue::from_static(value));
                }
                response.extensions_mut().insert(rejection);
            }
        }
        response
    }
}

impl From<Rejection> for Answer {
    fn from(rejection: Rejection) -> Self {
        Answer::Rejected(rejection)
    }
}
