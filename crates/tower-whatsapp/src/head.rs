//! What the head of a request alone decides, before a byte of its body is read.

use crate::{
    Rejection, RejectionKind, answer::Answer, challenge, endpoint::Mounted, proofs::Shown,
};
use http::{HeaderMap, HeaderName, Method, Request, header};
use http_body::Body;
use whatsapp_signature::Credential;

/// The credential under which the body is worth reading, or the answer.
pub(crate) fn decide<B: Body>(
    endpoint: &Mounted,
    in_path: Option<Credential>,
    request: &Request<B>,
) -> Result<Shown, Answer> {
    match (request.method(), endpoint.token()) {
        (&Method::POST, _) => {}
        (&Method::GET, Some(token)) => {
            return Err(challenge::answer(request.uri().query(), token));
        }
        _ => return Err(Answer::rejected(RejectionKind::MethodNotAllowed)),
    }
    endpoint.check_client_certificate(request)?;
    let headers = request.headers();
    if !is_identity(headers) {
        return Err(Answer::rejected(RejectionKind::ContentEncoding));
    }
    let bounds = endpoint.bounds();
    let size = request.body().size_hint();
    // A body of known length has it from there; a header may be stale.
    let length = size.exact().unwrap_or_else(|| size.lower().max(content_length(headers)));
    if length > bounds.limits.body as u64 {
        return Err(Answer::rejected(RejectionKind::BodyTooLarge));
    }
    if bounds.in_flight.is_spent() {
        return Err(Answer::rejected(RejectionKind::BytesInFlight));
    }
    match in_path {
        Some(credential) => Ok(Shown::One(credential)),
        None => endpoint
            .shown(request.uri(), headers)
            .map_err(|refusal| Rejection::from(refusal).into()),
    }
}

/// All values of a header. A walk over a request's few headers is faster than a look into the map,
/// which hashes the name byte by byte.
pub(crate) fn values<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'h [u8]> {
    headers.iter().filter(move |(other, _)| *other == name).map(|(_, value)| value.as_bytes())
}

/// True if no content coding is named but `identity`.
fn is_identity(headers: &HeaderMap) -> bool {
    values(headers, &header::CONTENT_ENCODING).all(|value| {
        value.split(|byte| *byte == b',').all(|coding| {
            let coding = coding.trim_ascii();
            coding.is_empty() || coding.eq_ignore_ascii_case(b"identity")
        })
    })
}

/// The promised length; zero if there is none. Only good for refusing early.
fn content_length(headers: &HeaderMap) -> u64 {
    let value = values(headers, &header::CONTENT_LENGTH).next();
    let digits = value.and_then(|value| str::from_utf8(value).ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn identity_is_the_only_coding() {
        let is = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            is_identity(&headers)
        };
        assert!(is(&[]) && is(&[""]) && is(&["identity"]) && is(&["Identity, identity"]));
        assert!(!is(&["gzip"]) && !is(&["identity, br"]) && !is(&["identity", "deflate"]));
        assert!(!is(&["identity gzip"]));
    }
}
