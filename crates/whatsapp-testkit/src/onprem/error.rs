//! Errors as the client's API tells them: `{"errors":[{code, title, details, href}]}`.

use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};

const HREF: &str = "https://developers.facebook.com/docs/whatsapp/on-premises/errors";

/// What is wrong with a request.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    code: u16,
    title: &'static str,
    /// The parameter's name and what it must be; never its value.
    pub(super) details: String,
}

impl Fault {
    fn new(code: u16, title: &'static str, name: &str, details: &str) -> Self {
        let details = format!("{name} {details}").trim().to_owned();
        Fault { code, title, details }
    }

    pub(super) fn access_denied(details: &str) -> Self {
        Fault::new(1005, "Access denied", "", details)
    }

    pub(super) fn not_found(details: &str) -> Self {
        Fault::new(1006, "Resource not found", "", details)
    }

    pub(super) fn missing(name: &str) -> Self {
        Fault::new(1008, "Required parameter is missing", name, "is missing")
    }

    pub(super) fn invalid(name: &str, must: &str) -> Self {
        Fault::new(1009, "Parameter value is not valid", name, must)
    }

    pub(super) fn not_needed(name: &str) -> Self {
        Fault::new(1010, "Parameter is not required", name, "is read-only")
    }

    fn json(&self) -> Value {
        json!({
            "code": self.code,
            "title": self.title,
            "details": self.details,
            "href": HREF,
        })
    }
}

/// What stands beside settings and errors.
pub(super) fn meta() -> Value {
    json!({"api_status": "stable", "version": "2.53.2"})
}

pub(super) fn faults(status: StatusCode, faults: &[Fault]) -> Response<Full<Bytes>> {
    let errors: Vec<_> = faults.iter().map(Fault::json).collect();
    json_response(status, &json!({"meta": meta(), "errors": errors}))
}

pub(super) fn json_response(status: StatusCode, json: &Value) -> Response<Full<Bytes>> {
    respond(status, "application/json", json.to_string())
}

pub(super) fn respond(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let content_type = http::HeaderValue::from_static(content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
