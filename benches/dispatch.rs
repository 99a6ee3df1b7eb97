//! Every event of a notification through dispatch and router to a handler that does nothing.

use benches::payload;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::convert::Infallible;
use tower::Service;
use tower_whatsapp::{BoxError, Dispatch, Event, EventRouter};
use whatsapp_notification::{Any, Notification};

async fn nothing(_event: Event<Any>) -> Result<(), Infallible> {
    Ok(())
}

fn dispatch(criterion: &mut Criterion) {
    if let Err(error) = run(criterion) {
        eprintln!("{error}");
    }
}

fn run(criterion: &mut Criterion) -> Result<(), BoxError> {
    let mut dispatch = Dispatch::new(EventRouter::builder().on(nothing).build()?);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut group = criterion.benchmark_group("dispatch");
    for name in ["text", "statuses_1000", "batch"] {
        for body in payload(name) {
            let notification = Notification::parse(body)?;
            group.throughput(Throughput::Elements(notification.len() as u64));
            group.bench_function(name, |bencher| {
                bencher.iter(|| runtime.block_on(dispatch.call(notification.clone())));
            });
        }
    }
    group.finish();
    Ok(())
}

criterion_group!(benches, dispatch);
criterion_main!(benches);
