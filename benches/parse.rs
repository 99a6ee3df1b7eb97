//! Parsing: ours, `serde_json` into owned structs, `serde_json` into a tree.
//!
//! - `ours/W0`: the parse alone.
//! - `ours/W1`: and kind, id, time and sender of every event.
//! - `ours/W2`: and every field of every view, decoded.
//! - `serde_json/typed`, `serde_json/value`: parsing reads every field.

use benches::{Rotation, every_field, payloads, typed};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use whatsapp_notification::Notification;

fn parse(criterion: &mut Criterion) {
    for (name, bodies) in payloads() {
        let mut group = criterion.benchmark_group(format!("parse/{name}"));
        let bytes = bodies.iter().map(|body| body.len() as u64).sum::<u64>() / bodies.len() as u64;
        group.throughput(Throughput::Bytes(bytes));
        let mut rotation = Rotation::new(&bodies);
        group.bench_function("ours/W0", |bencher| {
            bencher.iter(|| Notification::parse(rotation.next_body()));
        });
        group.bench_function("ours/W1", |bencher| {
            bencher.iter(|| Notification::parse(rotation.next_body()).map(|parsed| w1(&parsed)));
        });
        group.bench_function("ours/W2", |bencher| {
            bencher.iter(|| {
                Notification::parse(rotation.next_body()).map(|parsed| every_field::read(&parsed))
            });
        });
        group.bench_function("serde_json/typed", |bencher| {
            bencher.iter(|| serde_json::from_slice::<typed::Body>(&rotation.next_body()));
        });
        group.bench_function("serde_json/value", |bencher| {
            bencher.iter(|| serde_json::from_slice::<serde_json::Value>(&rotation.next_body()));
        });
        group.finish();
    }
}

/// Kind, id, time and sender (or recipient) of every event.
fn w1(notification: &Notification) {
    for event in notification {
        black_box((event.kind(), event.timestamp()));
        black_box(event.id().map(|id| id.to_cow().len()));
        black_box(event.sender().address().map(|sender| sender.to_cow().len()));
        black_box(event.recipient().address().map(|recipient| recipient.to_cow().len()));
    }
}

criterion_group!(benches, parse);
criterion_main!(benches);
