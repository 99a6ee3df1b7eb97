//! The client's HTTP API: which request is answered how.

use super::{
    State,
    error::{Fault, faults, json_response, meta, respond},
};
use bytes::Bytes;
use http::{Method, Response, StatusCode, request::Parts};
use http_body_util::Full;
use jiff::Timestamp;
use serde_json::{Value, json};

const SETTINGS: &str = "/v1/settings/application";
const CERTIFICATE: &str = "/v1/certificates/webhooks/ca";
const STATS: &str = "/v1/stats/app";

pub(super) fn answer(
    state: &mut State,
    head: &Parts,
    body: Bytes,
    now: Timestamp,
) -> Response<Full<Bytes>> {
    let path = head.uri.path();
    if path == "/v1/users/login" {
        return if head.method == Method::POST {
            log_in(state, head, &body, now)
        } else {
            no_method()
        };
    }
    if !state.users.admits(&head.headers, now) {
        return denied("the token is missing, wrong, or has expired");
    }
    match (path, head.method.as_str()) {
        (SETTINGS, "GET") => {
            let settings = json!({"application": state.settings.stored()});
            json_response(StatusCode::OK, &json!({"settings": settings, "meta": meta()}))
        }
        (SETTINGS, "PATCH") => patch(state, &body),
        (SETTINGS, "DELETE") => {
            state.settings.reset();
            done(state)
        }
        (CERTIFICATE, "GET") => match &state.certificate {
            Some(pem) => respond(StatusCode::OK, "text/plain", pem.clone()),
            None => respond(StatusCode::NOT_FOUND, "text/plain", ""),
        },
        (CERTIFICATE, "POST") => certificate(state, head, body),
        (CERTIFICATE, "DELETE") => {
            state.certificate = None;
            state.restart();
            done(state)
        }
        (STATS, "GET") => json_response(StatusCode::OK, &state.stats()),
        (SETTINGS | CERTIFICATE | STATS, _) => no_method(),
        _ => faults(StatusCode::NOT_FOUND, &[Fault::not_found(path)]),
    }
}

fn log_in(state: &mut State, head: &Parts, body: &[u8], now: Timestamp) -> Response<Full<Bytes>> {
    if !state.users.knows(&head.headers) {
        return denied("the name or the password is wrong");
    }
    match state.users.log_in(body, now) {
        Ok(mut users) => {
            users["meta"] = meta();
            json_response(StatusCode::OK, &users)
        }
        Err(fault) => faults(StatusCode::BAD_REQUEST, &[fault]),
    }
}

fn patch(state: &mut State, body: &[u8]) -> Response<Full<Bytes>> {
    let Ok(patch) = serde_json::from_slice::<Value>(body) else {
        let fault = Fault::invalid("", "the body is not JSON");
        return faults(StatusCode::BAD_REQUEST, &[fault]);
    };
    match state.settings.patch(&patch) {
        Ok(()) => done(state),
        Err(wrong) => faults(StatusCode::BAD_REQUEST, &wrong),
    }
}

fn certificate(state: &mut State, head: &Parts, pem: Bytes) -> Response<Full<Bytes>> {
    let content_type = head.headers.get(http::header::CONTENT_TYPE);
    let plain = content_type.and_then(|content_type| content_type.to_str().ok());
    if !plain.is_some_and(|content_type| content_type.starts_with("text/plain")) {
        let fault = Fault::invalid("Content-Type", "must be text/plain");
        return faults(StatusCode::BAD_REQUEST, &[fault]);
    }
    let text = String::from_utf8_lossy(&pem);
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    if !text.contains(begin) || text.matches(begin).count() != text.matches(end).count() {
        let fault = Fault::invalid("", "the body is not a certificate in PEM");
        return faults(StatusCode::BAD_REQUEST, &[fault]);
    }
    state.certificate = Some(pem);
    // All Coreapps restart afterwards (Meta, certificates).
    state.restart();
    done(state)
}

/// `null`, `{}` or another object: each is success.
fn done(state: &State) -> Response<Full<Bytes>> {
    json_response(StatusCode::OK, &state.success)
}

fn denied(details: &str) -> Response<Full<Bytes>> {
    faults(StatusCode::UNAUTHORIZED, &[Fault::access_denied(details)])
}

fn no_method() -> Response<Full<Bytes>> {
    let fault = Fault::not_found("no such method here");
    faults(StatusCode::METHOD_NOT_ALLOWED, &[fault])
}
