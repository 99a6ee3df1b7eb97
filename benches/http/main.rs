//! What the layer costs on a real server: hyper with the layer beside the same hyper that collects
//! the body, computes the HMAC and answers 200, in processes of their own, by keep-alive HTTP/1.1
//! over the loopback.
//!
//! ```text
//! cargo bench -p benches --bench http [-- [--check] [--write | FILTER]]
//! ```
//!
//! - `http_cpu`: the server process's time on a CPU per request, user and system; how many times
//!   that of the HMAC server, and of the HMAC server the same of another process of it.
//! - `http_rate`: requests a second in the closed loop, where each connection sends its next
//!   request when it has the answer.
//! - `http_latency`: at a fixed rate, from when a request was due, so that a server that stalls is
//!   charged for the requests that wait; the quantile of each round.
//!
//! Short rounds alternate between the servers. They are launched several times over, because where
//! a process happens to lie in memory moves its figures. The load generator has the first CPU. One
//! connection never keeps both sides busy: its server runs there too, so that waking an idle CPU,
//! which takes longer than a request, is not measured. With more, the servers have the last CPU.
//! Linux only.

mod load;
mod server;
#[path = "../shared/mod.rs"]
mod shared;

use benches::{
    SECRET, payload,
    results::{Goal, Record},
    rounds::Spread,
};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use load::Load;
use shared::{connection, cpus, process::Process};
use std::{process::ExitCode, time::Duration};
use tower_whatsapp::{AppSecret, BoxError};

type Result<T> = std::result::Result<T, BoxError>;

/// The server with the layer, the one without, and the latter once more to see the noise.
const SERVERS: [&str; 3] = ["layer", "hmac", "hmac"];
const LAUNCHES: usize = 5;

/// Rounds of the closed loop, and the requests of one: so few that neighbours on the machine,
/// which come and go, mostly disturb a round of all servers or of none.
const CLOSED_ROUNDS: usize = 60;
const REQUESTS: usize = 512;

/// Rounds of the open loop, what one takes, and its requests a second: less than any of the
/// servers can do.
const OPEN_ROUNDS: usize = 5;
const OPEN_ROUND: Duration = Duration::from_millis(400);
const RATE: u32 = 5000;
const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)];

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [run, service, ..] = arguments.as_slice()
        && run == server::RUN
    {
        server::run(service)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut record = Record::of_arguments()?;
    let (first, last) = cpus::first_and_last()?;
    cpus::pin(&[first])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        closed_loop(&mut record, 1, first).await?;
        closed_loop(&mut record, 64, last).await?;
        open_loop(&mut record, 64, last).await
    })?;
    Ok(record.close("http")?)
}

fn signed_text() -> Result<Request<Full<Bytes>>> {
    let body = payload("text").into_iter().next().unwrap_or_default();
    Ok(connection::signed(&AppSecret::new(SECRET)?, body))
}

/// One of `SERVERS`, and the connections to it.
struct Contender {
    process: Process,
    load: Load,
}

async fn launch(connections: usize, cpu: usize) -> Result<Vec<Contender>> {
    let mut contenders = Vec::new();
    for service in SERVERS {
        let process = Process::launch([server::RUN, service], Some(cpu))?;
        let load = Load::connect(process.address(), connections, signed_text()?).await?;
        contenders.push(Contender { process, load });
    }
    Ok(contenders)
}

/// The order of a round: each server is first, second and last equally often.
fn turns(round: usize) -> impl Iterator<Item = usize> {
    (0..SERVERS.len()).map(move |at| (at + round) % SERVERS.len())
}

/// A figure of each of `SERVERS`, round by round.
type Rounds = [Vec<f64>; SERVERS.len()];

fn spread(rounds: &[f64]) -> Spread {
    Spread::of(rounds.iter().copied())
}

fn ratio(one: &[f64], other: &[f64]) -> Spread {
    Spread::of(one.iter().zip(other).map(|(one, other)| one / other))
}

async fn closed_loop(record: &mut Record, connections: usize, cpu: usize) -> Result<()> {
    let name = format!("{connections}_connection{}", if connections > 1 { "s" } else { "" });
    let (time, rate) = (format!("http_cpu/{name}"), format!("http_rate/{name}"));
    if !record.wants(&time) && !record.wants(&rate) {
        return Ok(());
    }
    let (mut micros, mut rates) = (Rounds::default(), Rounds::default());
    for _ in 0..LAUNCHES {
        let mut contenders = launch(connections, cpu).await?;
        // The first round warms up.
        for round in 0..=CLOSED_ROUNDS {
            for at in turns(round) {
                let Contender { process, load } = &mut contenders[at];
                let before = process.cpu_time().await?;
                let took = load.closed(REQUESTS / connections).await?;
                let spent = process.cpu_time().await? - before;
                if round > 0 {
                    micros[at].push(spent.as_secs_f64() * 1e6 / REQUESTS as f64);
                    rates[at].push(REQUESTS as f64 / took.as_secs_f64());
                }
            }
        }
    }
    let [ours, hmac, again] = &micros;
    record.tell(&time, "ours_vs_hmac_server", ratio(ours, hmac), Goal::AtMost(1.05));
    record.tell(&time, "hmac_server_vs_itself", ratio(again, hmac), Goal::Shown);
    record.tell(&time, "ours_in_us", spread(ours), Goal::Shown);
    record.tell(&time, "hmac_server_in_us", spread(hmac), Goal::Shown);
    let [ours, hmac, again] = &rates;
    record.tell(&rate, "ours_vs_hmac_server", ratio(ours, hmac), Goal::Shown);
    record.tell(&rate, "hmac_server_vs_itself", ratio(again, hmac), Goal::Shown);
    record.tell(&rate, "ours_per_second", spread(ours), Goal::Shown);
    record.tell(&rate, "hmac_server_per_second", spread(hmac), Goal::Shown);
    Ok(())
}

async fn open_loop(record: &mut Record, connections: usize, cpu: usize) -> Result<()> {
    let name = format!("http_latency/{connections}_connections_at_{RATE}_per_second");
    if !record.wants(&name) {
        return Ok(());
    }
    let mut micros: [Rounds; QUANTILES.len()] = Default::default();
    for _ in 0..LAUNCHES {
        let mut contenders = launch(connections, cpu).await?;
        for round in 0..=OPEN_ROUNDS {
            for at in turns(round) {
                let latencies = contenders[at].load.open(RATE, OPEN_ROUND).await?;
                if round > 0 {
                    for (rounds, (_, quantile)) in micros.iter_mut().zip(QUANTILES) {
                        let nanos = latencies.value_at_quantile(quantile);
                        rounds[at].push(nanos as f64 / 1e3);
                    }
                }
            }
        }
    }
    for (rounds, (quantile, _)) in micros.iter().zip(QUANTILES) {
        for (rounds, whose) in rounds.iter().zip(["ours", "hmac_server", "hmac_server_again"]) {
            record.tell(&name, &format!("{whose}_{quantile}_in_us"), spread(rounds), Goal::Shown);
        }
    }
    Ok(())
}
