//! Other Rust crates that parse WhatsApp notifications, interleaved with this one in one process:
//!
//! ```text
//! cargo run --release --manifest-path benches/peers/Cargo.toml [-- [--check] [--write | FILTER]]
//! ```
//!
//! Ours: parse, and kind, id, time and sender of every event. Theirs: parse into their structs,
//! count the messages and statuses in them and drop them; with `serde_json`, as they do or show.
//! The goal is against the fastest of them on what all of them take, but for keys in random order,
//! which nobody sends.
//!
//! `whatsapp-business-rs` parses nowhere but in its service, so it is given a ready request without
//! a signature, beside our parse and dispatch to a handler that does nothing.
//!
//! A payload that a crate refuses, or of which it drops messages, is told and not measured.

use benches::{
    PAYLOADS, Rotation, four_fields, payload,
    results::{Goal, Record},
    rounds::{Contender, interleave, restarted, turn},
};
use bytes::Bytes;
use std::{convert::Infallible, error::Error, hint::black_box, process::ExitCode};
use tower::Service;
use tower_whatsapp::{Dispatch, Event, EventRouter};
use whatsapp_business_rs::{
    server::{Event as TheirEvent, EventContext},
    webhook_service::{Body, WebhookServiceBuilder},
};
use whatsapp_notification::{Any, Kind, Notification};

const ROUNDS: usize = 31;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A crate that gives its structs away: the messages and statuses that it finds, if it takes the
/// body.
type Parse = fn(&[u8]) -> Option<usize>;

/// Parses into a crate's structs and counts: their vectors may be optional.
macro_rules! parse {
    ($Payload:ty) => {
        |body| {
            let payload: $Payload = black_box(serde_json::from_slice(body).ok()?);
            let changes = payload.entry.iter().flat_map(|entry| &entry.changes);
            let items = changes.map(|change| {
                let (messages, statuses) = (&change.value.messages, &change.value.statuses);
                messages.iter().flatten().count() + statuses.iter().flatten().count()
            });
            Some(items.sum())
        }
    };
}

const PARSERS: [(&str, Parse); 3] = [
    ("meta-whatsapp", |body| {
        let payload: meta_whatsapp::WebhookPayload = black_box(serde_json::from_slice(body).ok()?);
        let changes = payload.entry.iter().flat_map(|entry| &entry.changes);
        Some(changes.map(|change| change.value.messages.len() + change.value.statuses.len()).sum())
    }),
    ("whatsapp", parse!(whatsapp::models::webhooks::NotificationPayload)),
    ("wacloudapi", parse!(wacloudapi::webhooks::WebhookPayload)),
];

fn main() -> Result<ExitCode> {
    if let Some(ended) = restarted()? {
        return Ok(ended);
    }
    let mut record = Record::of_arguments()?;
    for name in PAYLOADS.into_iter().filter(|name| *name != "onprem_text") {
        if record.wants(&format!("peers/{name}")) {
            parsers(&mut record, name);
            service(&mut record, name)?;
        }
    }
    Ok(record.close("peers")?)
}

fn parsers(record: &mut Record, name: &str) {
    let bodies = payload(name);
    let mut takers = Vec::new();
    for (other, parse) in PARSERS {
        let takes = |body: &&Bytes| parse(body).is_some_and(|found| Some(found) == items(body));
        match bodies.iter().filter(takes).count() {
            all if all == bodies.len() => takers.push((other, parse)),
            some => println!("peers/{name}: {other} takes {some} of {}", bodies.len()),
        }
    }
    let wanted = takers.len() == PARSERS.len() && name != "text_shuffled";
    let mut rotation = Rotation::new(&bodies);
    let mut contenders = vec![Contender::new("ours", move || {
        if let Ok(notification) = Notification::parse(rotation.next_body()) {
            four_fields(notification);
        }
    })];
    contenders.extend(takers.into_iter().map(|(other, parse)| {
        let mut rotation = Rotation::new(&bodies);
        Contender::new(other, move || {
            black_box(parse(&rotation.next_body()));
        })
    }));
    interleave(&mut contenders, ROUNDS, turn(&bodies));
    let Some((ours, others)) = contenders.split_first() else { return };
    let fastest = others.iter().map(Contender::median).fold(f64::INFINITY, f64::min);
    for other in others {
        let goal =
            if wanted && other.median() <= fastest { Goal::AtLeast(12.0) } else { Goal::Shown };
        tell(record, name, ours, other, goal);
    }
}

/// The messages and statuses of a body.
fn items(body: &Bytes) -> Option<usize> {
    let notification = Notification::parse(body.clone()).ok()?;
    let kinds = notification.events().map(|event| event.kind());
    Some(kinds.filter(|kind| kind.is_message() || *kind == Kind::Status).count())
}

fn tell(record: &mut Record, name: &str, ours: &Contender<'_>, other: &Contender<'_>, goal: Goal) {
    let unit = format!("ours_vs_{}", other.name());
    record.tell(&format!("peers/{name}"), &unit, ours.times_as_fast_as(other), goal);
}

async fn nothing(_event: Event<Any>) -> std::result::Result<(), Infallible> {
    Ok(())
}

fn service(record: &mut Record, name: &str) -> Result<()> {
    let bodies = payload(name);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let theirs = WebhookServiceBuilder::new().build(|_: EventContext, _: TheirEvent| async {});
    let handle = |body: Bytes| {
        runtime.block_on(async {
            let request = http::Request::post("/").body(Body::from(body))?;
            let status = theirs.handle(request).await.status();
            tokio::task::yield_now().await; // Its handlers run in tasks of their own.
            Result::Ok(status)
        })
    };
    for body in &bodies {
        let status = handle(body.clone())?;
        if status != 200 {
            println!("peers/{name}: whatsapp-business-rs answers {status}");
            return Ok(());
        }
    }
    let mut dispatch = Dispatch::new(EventRouter::builder().on(nothing).build()?);
    let (mut our_rotation, mut their_rotation) = (Rotation::new(&bodies), Rotation::new(&bodies));
    let mut contenders = [
        Contender::new("ours", || {
            if let Ok(notification) = Notification::parse(our_rotation.next_body()) {
                black_box(runtime.block_on(dispatch.call(notification)).is_ok());
            }
        }),
        Contender::new("whatsapp-business-rs", || {
            black_box(handle(their_rotation.next_body()).is_ok());
        }),
    ];
    interleave(&mut contenders, ROUNDS, turn(&bodies));
    let [ours, other] = &contenders;
    tell(record, name, ours, other, Goal::Shown);
    Ok(())
}
