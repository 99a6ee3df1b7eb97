//! The whole layer by `oneshot`: collect, verify, parse, route, read one field, answer.

use benches::{SECRET, payloads};
use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use http::Request;
use http_body_util::Full;
use std::{convert::Infallible, hint::black_box};
use tower::ServiceExt;
use tower_whatsapp::{AppSecret, BoxError, Cloud, Dispatch, Event, EventRouter, WebhookLayer};
use whatsapp_notification::Any;
use whatsapp_signature::Signer;
use whatsapp_testkit::request;

async fn on_any(event: Event<Any>) -> Result<(), Infallible> {
    black_box(event.id().map(|id| id.raw().len()));
    Ok(())
}

fn webhook(criterion: &mut Criterion) {
    if let Err(error) = run(criterion) {
        eprintln!("{error}");
    }
}

fn run(criterion: &mut Criterion) -> Result<(), BoxError> {
    let secret = AppSecret::new(SECRET)?;
    let service = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(secret.clone()))
        .deliver_to(Dispatch::new(EventRouter::builder().on(on_any).build()?))
        .build_service()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let signer = Signer::new(&secret);
    let mut group = criterion.benchmark_group("webhook");
    for (name, bodies) in payloads().into_iter().filter(|(name, _)| !name.starts_with("onprem")) {
        let Some(body) = bodies.into_iter().next() else { continue };
        let (parts, _) = request::signed("/whatsapp", &secret, body.clone()).into_parts();
        let new = || Request::from_parts(parts.clone(), Full::<Bytes>::from(body.clone()));
        let answer = runtime.block_on(service.clone().oneshot(new()))?;
        assert_eq!(answer.status(), 200, "{name}");
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(format!("{name}/hmac"), |bencher| bencher.iter(|| signer.sign(&body)));
        group.bench_function(format!("{name}/request"), |bencher| bencher.iter(new));
        group.bench_function(format!("{name}/oneshot"), |bencher| {
            bencher.iter(|| runtime.block_on(service.clone().oneshot(new())));
        });
    }
    group.finish();
    Ok(())
}

criterion_group!(benches, webhook);
criterion_main!(benches);
