//! Spans, events and counters: labels and figures, never content. The crate docs list the fields.

use crate::{answer::Answer, endpoint::Mounted};
use http::StatusCode;
use std::sync::Arc;
use whatsapp_notification::{Form, Notification};

#[cfg(feature = "tracing")]
pub(crate) use tracing::Span;

/// Without `tracing` there is no span to be in.
#[cfg(not(feature = "tracing"))]
#[derive(Debug)]
pub(crate) struct Span;

#[cfg(not(feature = "tracing"))]
impl Span {
    pub(crate) fn none() -> Self {
        Span
    }

    pub(crate) fn in_scope<T>(&self, f: impl FnOnce() -> T) -> T {
        f()
    }
}

/// The span in which a notification is handled.
#[cfg(feature = "tracing")]
pub(crate) fn span(notification: &Notification) -> Span {
    let origin = notification.origin();
    let proof = origin.proof();
    tracing::info_span!(
        target: TARGET,
        "whatsapp.webhook",
        label = origin.label(),
        form = form_name(notification.form()),
        scheme = proof.map_or("unverified", |proof| proof.scheme()),
        secret = proof.map(|proof| proof.secret()),
        bytes = notification.body().len(),
        events = notification.len(),
    )
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn span(_: &Notification) -> Span {
    Span
}

/// Says once how a request to the endpoint of this label was answered.
pub(crate) fn answered(label: &Arc<str>, form: Option<Form>, answer: &Answer) {
    let (status, rejection) = match answer {
        Answer::Accepted | Answer::Challenge(_) => (StatusCode::OK, None),
        Answer::Rejected(rejection) => (rejection.kind().status(), Some(rejection)),
    };
    #[cfg(feature = "tracing")]
    {
        let label = &**label;
        let form = form.map(form_name);
        let code = status.as_u16();
        match (answer, rejection) {
            (_, Some(rejection)) => {
                let reason = rejection.kind().as_str();
                tracing::warn!(target: TARGET, label, form, status = code, reason, "{rejection}");
            }
            (Answer::Challenge(_), _) => {
                tracing::info!(target: TARGET, label, form, status = code, "challenge answered");
            }
            _ => {
                let text = "notification accepted";
                tracing::debug!(target: TARGET, label, form, status = code, "{text}");
            }
        }
    }
    #[cfg(feature = "metrics")]
    {
        let status = status.as_str().to_owned();
        metrics::counter!(REQUESTS, "label" => label.clone(), "status" => status).increment(1);
        if let Some(rejection) = rejection {
            let reason = rejection.kind().as_str();
            metrics::counter!(REFUSALS, "label" => label.clone(), "reason" => reason).increment(1);
        }
    }
    #[cfg(not(any(feature = "tracing", feature = "metrics")))]
    let _ = (label, form, status, rejection);
}

/// Says once, when a layer is built, what its owner should know.
pub(crate) fn built(endpoints: &[Arc<Mounted>]) {
    #[cfg(feature = "tracing")]
    for endpoint in endpoints {
        let label = &**endpoint.label();
        if endpoint.proofs().schemes().next().is_none() {
            tracing::warn!(target: TARGET, label, "this endpoint verifies nothing");
        }
        for warning in endpoint.proofs().schemes().flat_map(|scheme| scheme.warnings()) {
            tracing::warn!(target: TARGET, label, "{warning}");
        }
        if endpoint.token().is_some_and(|token| token.has_outer_white_space()) {
            let text = "the verify token has white space at an end: is that meant?";
            tracing::warn!(target: TARGET, label, "{text}");
        }
    }
    #[cfg(feature = "metrics")]
    {
        metrics::describe_counter!(REQUESTS, "Requests to WhatsApp endpoints, by answer");
        metrics::describe_counter!(REFUSALS, "Requests not answered with 200, by reason");
    }
    #[cfg(not(feature = "tracing"))]
    let _ = endpoints;
}

/// The router's too: one name to filter by.
#[cfg(feature = "tracing")]
const TARGET: &str = "whatsapp";
#[cfg(feature = "metrics")]
const REQUESTS: &str = "whatsapp_requests_total";
#[cfg(feature = "metrics")]
const REFUSALS: &str = "whatsapp_refusals_total";

#[cfg(feature = "tracing")]
fn form_name(form: Form) -> &'static str {
    match form {
        Form::Cloud => "cloud",
        Form::OnPremises => "on_premises",
        _ => "other",
    }
}
