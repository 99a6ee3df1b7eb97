//! HTTP requests as WhatsApp sends them, and as it does not.
//!
//! ```
//! use whatsapp_testkit::request;
//!
//! let challenge = request::challenge("/whatsapp", "a token & more", "1158201444");
//! assert_eq!(
//!     challenge.uri().query(),
//!     Some("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=a+token+%26+more"),
//! );
//! ```

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use whatsapp_signature::{AppSecret, Signer, Verifier};

/// The value of `X-Hub-Signature-256` for this body: `sha256=` and 64 hex digits.
///
/// ```
/// use whatsapp_signature::AppSecret;
///
/// let signature = whatsapp_testkit::sign(&AppSecret::new("test_app_secret")?, b"{}");
/// assert!(signature.starts_with("sha256=") && signature.len() == 71);
/// # Ok::<(), whatsapp_signature::SecretError>(())
/// ```
#[must_use]
pub fn sign(secret: &AppSecret, body: &[u8]) -> String {
    Signer::new(secret).sign(body).to_string()
}

/// A POST of the Cloud API, signed with this secret.
///
/// # Panics
/// If `path` is not the path of a URL.
#[must_use]
pub fn signed(path: &str, secret: &AppSecret, body: impl Into<Bytes>) -> Request<Bytes> {
    let body = body.into();
    let signature = sign(secret, &body);
    let mut request = unsigned(path, body);
    set(&mut request, Verifier::HEADER, &signature);
    request
}

/// The same with a signature of the right form that belongs to another body.
///
/// # Panics
/// If `path` is not the path of a URL.
#[must_use]
pub fn badly_signed(path: &str, secret: &AppSecret, body: impl Into<Bytes>) -> Request<Bytes> {
    let mut request = signed(path, secret, body);
    let other = sign(secret, b"another body");
    set(&mut request, Verifier::HEADER, &other);
    request
}

/// A POST without a signature, as the On-Premises API sends it.
///
/// # Panics
/// If `path` is not the path of a URL.
#[must_use]
pub fn unsigned(path: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    let body = body.into();
    let length = body.len().to_string();
    let mut request = Request::new(body);
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = uri(path);
    set(&mut request, header::CONTENT_TYPE.as_str(), "application/json");
    set(&mut request, header::CONTENT_LENGTH.as_str(), &length);
    request
}

/// The GET with which the Cloud API verifies an endpoint. A right answer is 200 and the challenge.
///
/// # Panics
/// If `path` is not the path of a URL.
#[must_use]
pub fn challenge(path: &str, verify_token: &str, challenge: &str) -> Request<Bytes> {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", challenge)
        .append_pair("hub.verify_token", verify_token)
        .finish();
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = uri(&format!("{path}?{query}"));
    request
}

fn uri(path: &str) -> Uri {
    path.parse().unwrap_or_else(|error| panic!("a test's path: {error}"))
}

fn set(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    // Figures and hex digits: always a header's value.
    if let Ok(value) = HeaderValue::from_str(value) {
        request.headers_mut().insert(name, value);
    }
}
