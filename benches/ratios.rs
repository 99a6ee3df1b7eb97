//! The figures that the project is measured by: each a ratio of two jobs, interleaved round by
//! round in one process.
//!
//! ```text
//! cargo bench -p benches --bench ratios [-- [--check] [--write | FILTER]]
//! ```
//!
//! One line a figure, with the middle half of its rounds in brackets:
//!
//! ```text
//! ratio <workload>/<payload> ours_vs_<other> <value> goal <value> <met|missed|shown> [low..high]
//! ```
//!
//! - `w1`: parse, and kind, id, time and sender of every event; how many times as fast as another
//!   parser into structs of the whole model. `serde_json` and `simd-json` own their strings there, and
//!   `sonic-rs` is taken in the better of its forms; `serde_json_borrowed` borrows, and
//!   `serde_json_four_fields` reads only what `w1` does.
//! - `w2`: parse, and every field of every view, decoded; `w2_raw`: as they stand in the body.
//! - `verify_w1`: signature and `w1`; how many times the HMAC alone takes, by the least-disturbed
//!   rounds.
//! - `route`: dispatch and route to a handler that does nothing; nanoseconds an event.
//! - `layer`: the whole layer by `oneshot`, less the making of the request; in HMACs alone.
//!
//! Machines are noisy: only `--check` fails when a goal is missed. `--write` puts the figures of a
//! whole run into `RESULTS.md` and the README.

use benches::{
    PAYLOADS, Rotation, SECRET, every_field, four_fields, payload,
    results::{self, Goal, Record},
    rounds::{Contender, Spread, interleave, restarted, turn},
    typed::{Body, Borrowed, FourFields},
};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use std::{convert::Infallible, hint::black_box, process::ExitCode};
use tower::{Service, ServiceExt};
use tower_whatsapp::{BoxError, Cloud, Dispatch, Event, EventRouter, WebhookLayer};
use whatsapp_notification::{Any, Notification};
use whatsapp_signature::{AppSecret, Signer, Verifier};
use whatsapp_testkit::request;

fn main() -> Result<ExitCode, BoxError> {
    if let Some(ended) = restarted()? {
        return Ok(ended);
    }
    let mut record = Record::of_arguments()?;
    for name in PAYLOADS {
        parsing(&mut record, name);
    }
    for name in ["text", "statuses_1000", "batch"] {
        verifying(&mut record, name)?;
    }
    for name in ["statuses_1000", "batch"] {
        routing(&mut record, name)?;
    }
    layer(&mut record, "text")?;
    if record.write {
        results::write_table(&results::readme(), "ratios", &summary(&record))?;
    }
    Ok(record.close("ratios")?)
}

/// What most people want to know, for the README.
fn summary(record: &Record) -> String {
    let mut table =
        "| | all fields: serde_json | sonic-rs | four of ours, all of theirs: serde_json | sonic-rs | four of each: serde_json |\n\
        |---|---:|---:|---:|---:|---:|\n"
            .to_owned();
    for name in PAYLOADS {
        let cells = [
            ("w2", "serde_json"),
            ("w2", "sonic_rs"),
            ("w1", "serde_json"),
            ("w1", "sonic_rs"),
            ("w1", "serde_json_four_fields"),
        ]
        .map(|(workload, other)| {
            let value = record.value(&format!("{workload}/{name}"), &format!("ours_vs_{other}"));
            value.map_or(String::new(), |value| format!("{value:.1} ×"))
        });
        table += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    table
}

const ROUNDS: usize = 61;

fn parsing(record: &mut Record, name: &'static str) {
    if !["w1", "w2", "w2_raw"].iter().any(|workload| record.wants(&format!("{workload}/{name}"))) {
        return;
    }
    let bodies = payload(name);
    // Each contender takes the documents in turn, as they arrive.
    let each = |step: fn(Bytes)| {
        let mut rotation = Rotation::new(&bodies);
        move || step(rotation.next_body())
    };
    let mut contenders = [
        Contender::new(
            "w1",
            each(|body| {
                if let Ok(notification) = Notification::parse(body) {
                    four_fields(notification);
                }
            }),
        ),
        Contender::new(
            "w2",
            each(|body| {
                black_box(
                    Notification::parse(body).map(|parsed| every_field::read::<true>(&parsed)),
                )
                .ok();
            }),
        ),
        Contender::new(
            "w2_raw",
            each(|body| {
                black_box(
                    Notification::parse(body).map(|parsed| every_field::read::<false>(&parsed)),
                )
                .ok();
            }),
        ),
        Contender::new(
            "serde_json",
            each(|body| {
                black_box(serde_json::from_slice::<Body<String>>(&body)).ok();
            }),
        ),
        Contender::new(
            "serde_json_borrowed",
            each(|body| {
                black_box(serde_json::from_slice::<Body<Borrowed<'_>>>(&body)).ok();
            }),
        ),
        Contender::new(
            "serde_json_four_fields",
            each(|body| {
                black_box(serde_json::from_slice::<FourFields<Borrowed<'_>>>(&body)).ok();
            }),
        ),
        Contender::new(
            "sonic_rs",
            each(|body| {
                black_box(sonic_rs::from_slice::<Body<String>>(&body)).ok();
            }),
        ),
        Contender::new(
            "sonic_rs_borrowed",
            each(|body| {
                black_box(sonic_rs::from_slice::<Body<Borrowed<'_>>>(&body)).ok();
            }),
        ),
        // It writes into its input, so it has a copy of its own.
        Contender::new(
            "simd_json",
            each(|body| {
                black_box(simd_json::from_slice::<Body<String>>(&mut body.to_vec())).ok();
            }),
        ),
    ];
    interleave(&mut contenders, ROUNDS, turn(&bodies));
    let [w1, w2, w2_raw, serde, serde_borrowed, four, sonic, sonic_borrowed, simd] = &contenders;
    let sonic = if sonic.median() < sonic_borrowed.median() { sonic } else { sonic_borrowed };
    let main = ["text", "text_type_first", "status", "statuses_1000"].contains(&name);
    let goal = |goals: Option<f64>| goals.map_or(Goal::Shown, Goal::AtLeast);
    let w1_serde = match name {
        "text_shuffled" => Some(4.0),
        "mixed" => Some(10.0),
        _ => main.then_some(12.0),
    };
    let view = main || ["image", "interactive", "onprem_text"].contains(&name);
    let w2_serde = match name {
        "order" => Some(4.0),
        "escaped" => Some(3.0),
        _ => view.then_some(8.0),
    };
    let raw_serde = (name == "escaped").then_some(4.0);
    let figures = [
        (w1, serde, "serde_json", goal(w1_serde)),
        (w1, sonic, "sonic_rs", goal(main.then_some(8.0))),
        (w1, simd, "simd_json", Goal::Shown),
        (w1, serde_borrowed, "serde_json_borrowed", Goal::Shown),
        (w1, four, "serde_json_four_fields", Goal::Shown),
        (w2, serde, "serde_json", goal(w2_serde)),
        (w2, sonic, "sonic_rs", goal(view.then_some(5.0))),
        (w2, simd, "simd_json", Goal::Shown),
        (w2, serde_borrowed, "serde_json_borrowed", Goal::Shown),
        (w2_raw, serde, "serde_json", goal(raw_serde)),
    ];
    for (ours, theirs, other, goal) in figures {
        if record.wants(&format!("{}/{name}", ours.name())) {
            let what = format!("{}/{name}", ours.name());
            record.tell(&what, &format!("ours_vs_{other}"), ours.times_as_fast_as(theirs), goal);
        }
    }
}

fn verifying(record: &mut Record, name: &'static str) -> Result<(), BoxError> {
    if !record.wants(&format!("verify_w1/{name}")) {
        return Ok(());
    }
    let secret = AppSecret::new(SECRET)?;
    let (signer, verifier) = (Signer::new(&secret), Verifier::new(secret));
    let bodies = payload(name);
    let Some(body) = bodies.first() else { return Ok(()) };
    let header = signer.sign(body).to_string();
    let mut contenders = [
        Contender::new("verify_w1", || {
            if verifier.verify(&header, body).is_ok()
                && let Ok(notification) = Notification::parse(body.clone())
            {
                four_fields(notification);
            }
        }),
        Contender::new("hmac", || {
            let _ = black_box(signer.sign(body));
        }),
    ];
    interleave(&mut contenders, ROUNDS, turn(&bodies));
    let [ours, hmac] = &contenders;
    let least = ours.least() / hmac.least();
    let goal = Goal::AtMost(if name == "text" { 1.4 } else { 1.35 });
    let value = Spread { median: least, ..hmac.times_as_fast_as(ours) };
    record.tell(&format!("verify_w1/{name}"), "ours_vs_hmac", value, goal);
    Ok(())
}

async fn nothing(_event: Event<Any>) -> Result<(), Infallible> {
    Ok(())
}

fn routing(record: &mut Record, name: &'static str) -> Result<(), BoxError> {
    if !record.wants(&format!("route/{name}")) {
        return Ok(());
    }
    let bodies = payload(name);
    let Some(body) = bodies.first() else { return Ok(()) };
    let notification = Notification::parse(body.clone())?;
    let events = notification.len() as f64;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut dispatch = Dispatch::new(EventRouter::builder().on(nothing).build()?);
    let mut contenders = [Contender::new("route", || {
        let call = dispatch.call(notification.clone());
        black_box(runtime.block_on(call).is_ok());
    })];
    interleave(&mut contenders, ROUNDS, turn(&bodies));
    let [route] = &contenders;
    let value = Spread::of(route.rounds().iter().map(|round| round / events));
    record.tell(&format!("route/{name}"), "ours_in_ns_per_event", value, Goal::AtMost(40.0));
    Ok(())
}

async fn one_field(event: Event<Any>) -> Result<(), Infallible> {
    black_box(event.id().map(|id| id.raw().len()));
    Ok(())
}

fn layer(record: &mut Record, name: &'static str) -> Result<(), BoxError> {
    if !record.wants(&format!("layer/{name}")) {
        return Ok(());
    }
    let secret = AppSecret::new(SECRET)?;
    let signer = Signer::new(&secret);
    let service = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(secret.clone()))
        .deliver_to(Dispatch::new(EventRouter::builder().on(one_field).build()?))
        .build_service()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let bodies = payload(name);
    let Some(body) = bodies.first() else { return Ok(()) };
    let (parts, _) = request::signed("/whatsapp", &secret, body.clone()).into_parts();
    let new = || Request::from_parts(parts.clone(), Full::<Bytes>::from(body.clone()));
    assert_eq!(runtime.block_on(service.clone().oneshot(new()))?.status(), 200);
    let mut contenders = [
        Contender::new("oneshot", || {
            black_box(runtime.block_on(service.clone().oneshot(new())).is_ok());
        }),
        Contender::new("request", || drop(black_box(runtime.block_on(async { new() })))),
        Contender::new("hmac", || {
            let _ = black_box(signer.sign(body));
        }),
    ];
    interleave(&mut contenders, ROUNDS, turn(&bodies));
    let [oneshot, request, hmac] = &contenders;
    let rounds = oneshot.rounds().iter().zip(request.rounds()).zip(hmac.rounds());
    let value = Spread::of(rounds.map(|((oneshot, request), hmac)| (oneshot - request) / hmac));
    record.tell(&format!("layer/{name}"), "ours_vs_hmac", value, Goal::AtMost(2.0));
    Ok(())
}
