//! Parsing: ours, `serde_json`, `sonic-rs` and `simd-json` into structs that own or borrow their
//! strings, `serde_json` into a tree. For exploring; the record is made by `ratios`.
//!
//! - `ours/W0`: the parse alone.
//! - `ours/W1`: and kind, id, time and sender of every event.
//! - `ours/W2`: and every field of every view, decoded.
//! - the others: parsing reads every field.

use benches::{
    Rotation, every_field, four_fields, payloads,
    typed::{Body, Borrowed},
};
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
            bencher.iter(|| Notification::parse(rotation.next_body()).map(four_fields));
        });
        group.bench_function("ours/W2", |bencher| {
            bencher.iter(|| {
                Notification::parse(rotation.next_body())
                    .map(|parsed| every_field::read::<true>(&parsed))
            });
        });
        group.bench_function("serde_json/owned", |bencher| {
            bencher.iter(|| serde_json::from_slice::<Body<String>>(&rotation.next_body()));
        });
        group.bench_function("serde_json/borrowed", |bencher| {
            bencher.iter(|| {
                let body = rotation.next_body();
                serde_json::from_slice::<Body<Borrowed<'_>>>(&body).map(black_box).is_ok()
            });
        });
        group.bench_function("serde_json/value", |bencher| {
            bencher.iter(|| serde_json::from_slice::<serde_json::Value>(&rotation.next_body()));
        });
        group.bench_function("sonic_rs/owned", |bencher| {
            bencher.iter(|| sonic_rs::from_slice::<Body<String>>(&rotation.next_body()));
        });
        group.bench_function("sonic_rs/borrowed", |bencher| {
            bencher.iter(|| {
                let body = rotation.next_body();
                sonic_rs::from_slice::<Body<Borrowed<'_>>>(&body).map(black_box).is_ok()
            });
        });
        // It writes into its input, so it has a copy of its own.
        group.bench_function("simd_json/owned", |bencher| {
            bencher
                .iter(|| simd_json::from_slice::<Body<String>>(&mut rotation.next_body().to_vec()));
        });
        group.finish();
    }
}

criterion_group!(benches, parse);
criterion_main!(benches);
