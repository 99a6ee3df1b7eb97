//! A steady rate, and the highest one.

use crate::{Options, Result, floor, running::Server};
use std::time::Duration;

pub(crate) async fn run(options: &Options) -> Result<()> {
    let mut server = Server::launch(options, options.keys).await?;
    println!("opened in {} us", server.report()?.opened);
    let floor = floor::measure(&options.folder, Duration::from_secs(2))?;
    println!("floor p50 {} p99 {}", floor.value_at_quantile(0.5), floor.value_at_quantile(0.99));
    let mut load = server.connect(options.connections).await?;
    let spent = server.process().cpu_time().await?;
    let answers = load.open(options.rate, options.run()).await?;
    let spent = server.process().cpu_time().await? - spent;
    let (took, report) = server.complete(&answers).await?;
    let stored = server.settled(0).await?;
    let at = |q| answers.latencies.value_at_quantile(q) as f64 / 1e3;
    println!(
        "{} sent, {} accepted, {} refused, {} other in {:.1} s; accept ms p50 {:.2} p90 {:.2} p99 {:.2} p99.9 {:.2} max {:.2}",
        answers.sent,
        answers.accepted,
        answers.refused,
        answers.other,
        answers.took.as_secs_f64(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(0.999),
        at(1.0)
    );
    println!("server cpu {:.1} us each", spent.as_secs_f64() * 1e6 / answers.sent as f64);
    println!("complete {took:?} after: {report:?} {stored:?}");
    println!(
        "rss {} peak {}",
        server.process().memory("VmRSS")? >> 20,
        server.process().memory("VmHWM")? >> 20
    );
    drop(load);
    Ok(())
}
