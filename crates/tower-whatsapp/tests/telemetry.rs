//! What is logged and counted: the documented names, once per answer, and nothing personal.
#![cfg(feature = "tracing")]
#![allow(clippy::expect_used, reason = "what tests share")]

mod common;

use common::*;
use http::{Method, Request};
use std::{
    fmt::{Debug, Write},
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};
use tower::{Service, service_fn};
use tower_whatsapp::{AppSecret, Cloud, Endpoint, Lookup, Notification, OnPremises, WebhookLayer};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{
    layer::{Context as Around, Layer, SubscriberExt},
    registry::LookupSpan,
};

/// Writes spans and events as lines: a span when it is made, an event behind the span it is in.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no panic in it"))
    }

    fn push(&self, line: String) {
        self.0.lock().expect("no panic in it").push(line);
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").expect("a string");
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Around<'_, S>) {
        let metadata = attributes.metadata();
        assert_eq!(metadata.target(), "whatsapp");
        let mut fields = Fields(format!("{} {}", metadata.level(), metadata.name()));
        attributes.record(&mut fields);
        self.push(fields.0);
    }

    fn on_event(&self, event: &Event<'_>, around: Around<'_, S>) {
        if event.fields().all(|field| field.name() == "message") {
            assert_ne!(event.metadata().target(), "whatsapp", "a handler's own");
        } else {
            assert_eq!(event.metadata().target(), "whatsapp");
        }
        let span = around.event_span(event).map_or("-", |span| span.name());
        let mut fields = Fields(format!("{} {span}:", event.metadata().level()));
        event.record(&mut fields);
        self.push(fields.0);
    }
}

fn logged(f: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::registry().with(lines.clone());
    tracing::subscriber::with_default(subscriber, f);
    lines.taken()
}

/// Sends to both endpoints over a service that logs a line, fails when told so, never waits.
fn post(request: Request<Fulls>) -> u16 {
    let service = service_fn(async |notification: Notification| {
        tracing::info!("handling");
        if notification.is_empty() { Err("canary error") } else { Ok(()) }
    });
    let mut webhook = endpoints().deliver_to(service).build_service().expect("valid");
    let mut call = pin!(webhook.call(request));
    match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => response.status().as_u16(),
        Poll::Pending => panic!("nothing to wait for"),
    }
}

#[test]
fn an_accepted_notification_is_handled_in_a_span_and_told_once() {
    let lines = logged(|| assert_eq!(post(signed(CLOUD)), 200));
    let bytes = CLOUD.len();
    assert_eq!(
        lines,
        [
            format!(
                "INFO whatsapp.webhook label=\"cloud\" form=\"cloud\" scheme=\"hub-signature-256\" \
             secret=\"default\" bytes={bytes} events=1"
            ),
            "INFO whatsapp.webhook: message=handling".into(),
            "DEBUG whatsapp.webhook: message=notification accepted label=\"cloud\" form=\"cloud\" \
         status=200"
                .into(),
        ]
    );
}

#[test]
fn each_rejection_is_one_event_with_its_reason() {
    let changed = || {
        let changed = CLOUD.replace("canary", "canarj");
        signed_head(CLOUD.as_bytes()).body(Fulls::from(changed)).expect("a request")
    };
    for (request, reason, text) in [
        (
            request(Method::POST, "/whatsapp"),
            "status=401 reason=\"missing_credential\"",
            "there is no credential",
        ),
        (changed(), "status=401", "the credential is wrong"),
        (
            request(
                Method::GET,
                "/whatsapp?hub.mode=subscribe&hub.challenge=canary&hub.verify_token=canary",
            ),
            "status=403 reason=\"wrong_verify_token\"",
            "the challenge's verify token is wrong",
        ),
        (signed(ONPREM), "status=400 reason=\"wrong_form\"", "the body has the other API's form"),
    ] {
        let lines = logged(|| assert!(post(request) >= 400));
        assert_eq!(lines.len(), 1, "{lines:?}");
        let start = format!("WARN -: message={text} label=\"cloud\" form=\"cloud\" {reason}");
        assert!(lines[0].starts_with(&start), "{}", lines[0]);
    }
    let lines = logged(|| assert_eq!(post(signed(TINY)), 503));
    let last = lines.last().expect("an event");
    assert!(last.ends_with("status=503 reason=\"handling_failed\""), "{last}");
}

#[test]
fn what_fails_before_there_is_an_endpoint_is_told_under_a_label_of_its_own() {
    let failing = service_fn(async |_: Lookup| Err::<Option<Arc<Endpoint>>, _>("canary error"));
    let mut webhook = WebhookLayer::builder()
        .lookup("/canary/{tenant}", failing)
        .deliver_to(Keeper::default())
        .build_service()
        .expect("valid");
    let lines = logged(|| {
        let mut call = pin!(webhook.call(request(Method::POST, "/canary/canary")));
        match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => assert_eq!(response.status(), 503),
            Poll::Pending => panic!("nothing to wait for"),
        }
    });
    let expected = "WARN -: message=looking the endpoint up failed label=\"lookup\" status=503 \
         reason=\"lookup_failed\"";
    assert_eq!(lines, [expected]);
}

#[test]
fn a_challenge_is_told() {
    let uri = format!("/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token={TOKEN}");
    let lines = logged(|| assert_eq!(post(request(Method::GET, &uri)), 200));
    let expected = "INFO -: message=challenge answered label=\"cloud\" form=\"cloud\" status=200";
    assert_eq!(lines, [expected]);
}

#[test]
fn nothing_secret_or_personal_is_logged() {
    let lines = logged(|| {
        let uri =
            format!("/whatsapp?hub.mode=subscribe&hub.challenge=canary&hub.verify_token={TOKEN}");
        post(request(Method::GET, &uri));
        post(signed(CLOUD));
        post(signed(TINY));
        post(signed("canary: no json"));
        post(
            Request::post(format!("/onprem/{HOOK}")).body(Fulls::from(ONPREM)).expect("a request"),
        );
        post(Request::post("/onprem/canary").body(Fulls::from(ONPREM)).expect("a request"));
    });
    assert!(lines.iter().any(|line| line.contains("path-secret")), "{lines:#?}");
    for line in &lines {
        for personal in ["canary", "15550001", "whatsapp?", "/whatsapp", "/onprem"] {
            assert!(!line.contains(personal), "{line}");
        }
    }
}

#[test]
fn what_a_layers_owner_should_know_is_told_when_it_is_built() {
    let build = || {
        let cloud = Cloud::new(AppSecret::new("canary-secret\n").expect("a secret"));
        let builder = WebhookLayer::builder()
            .endpoint("/a", cloud.verify_token("canary-token\n").expect("a token").label("files"))
            .endpoint("/b", OnPremises::insecure_unverified("lan"))
            .deliver_to(Keeper::default());
        drop(builder.build().expect("valid"));
    };
    let lines = logged(build);
    let about = |label: &str| {
        lines.iter().filter(|line| line.contains(&format!("label=\"{label}\""))).count()
    };
    assert_eq!((about("files"), about("lan"), lines.len()), (2, 1, 3), "{lines:#?}");
    assert!(lines.iter().all(|line| line.starts_with("WARN") && !line.contains("canary")));
    assert!(logged(|| drop(webhook())).is_empty());
}
