//! Instructions, counted by callgrind: they do not depend on the machine's load.
//!
//! ```text
//! cargo bench -p benches --bench instructions [-- --check | --write]
//! ```
//!
//! - `instructions`: per call, by job and payload.
//! - `passing`: a request to another path, to a service alone and through the layer around it.
//! - `instructions_per_kb`: of a parse, by how many events there are in a body.
//!
//! `--check` compares with `RESULTS.md` and fails beyond 5 %, or where a goal is missed; `--write`
//! records there what was counted. valgrind must be installed.

use benches::{PAYLOADS, SECRET, every_field, four_fields, payload, results};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use std::{
    convert::Infallible,
    error::Error,
    future::{Ready, ready},
    hint::black_box,
    pin::pin,
    process::Command,
    task::{Context, Waker},
};
use tower::{Layer, Service, service_fn};
use tower_whatsapp::{Cloud, Dispatch, EventRouter, WebhookLayer};
use whatsapp_notification::Notification;
use whatsapp_signature::{AppSecret, Signer, Verifier};

/// How often a job is done under callgrind; its documents in turn.
const CALLS: u64 = 20;

/// Larger changes than this are a change of the code.
const TOLERANCE: f64 = 0.05;

/// What the layer may add to a request that is not for it.
const MOST_FOR_PASSING: u64 = 100;

const JOBS: [&str; 4] = ["parse", "w1", "w2", "verify"];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["run", job, name] = arguments.as_slice() {
        return run(job, name);
    }
    let tables = [calls()?, passing()?, growth()?];
    match arguments.first() {
        Some(&"--check") => compare(&tables),
        Some(&"--write") => tables.iter().try_for_each(|table| {
            Ok(results::write_table(&results::record(), table.name, &table.text())?)
        }),
        _ => {
            tables.iter().for_each(|table| println!("{}", table.text()));
            Ok(())
        }
    }
}

/// Under callgrind: what functions called `measured…` and all that they call take is collected.
fn run(job: &str, name: &str) -> Result<()> {
    let secret = AppSecret::new(SECRET)?;
    if job == "passing" {
        return pass(secret, name);
    }
    let (signer, verifier) = (Signer::new(&secret), Verifier::new(secret));
    let signed = |body: Bytes| (signer.sign(&body).to_string(), body);
    let signed: Vec<_> = payload(name).into_iter().map(signed).collect();
    for (header, body) in &signed {
        work(job, body.clone(), header, &verifier); // Not collected: a thread's first parse.
    }
    for (header, body) in signed.iter().cycle().take(CALLS as usize) {
        measured(job, body.clone(), header, &verifier);
    }
    Ok(())
}

#[inline(never)]
fn measured(job: &str, body: Bytes, header: &str, verifier: &Verifier) {
    work(job, body, header, verifier);
}

fn work(job: &str, body: Bytes, header: &str, verifier: &Verifier) {
    if job == "verify" {
        black_box(verifier.verify(header, &body).is_ok());
        return;
    }
    let Ok(notification) = Notification::parse(body) else { return };
    match job {
        "w1" => four_fields(notification),
        "w2" => {
            black_box(every_field::read::<true>(&notification));
        }
        _ => {
            black_box(&notification);
        }
    }
}

fn pass(secret: AppSecret, name: &str) -> Result<()> {
    let mut inner = service_fn(answer);
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(secret))
        .deliver_to(Dispatch::new(EventRouter::builder().build()?))
        .build()?;
    let mut layered = webhook.layer(inner);
    for _ in 0..CALLS {
        let request = Request::get("/elsewhere").body(Full::default())?;
        match name {
            "alone" => measured_call(&mut inner, request),
            _ => measured_call(&mut layered, request),
        }
    }
    Ok(())
}

/// The service inside: its answer is ready.
fn answer(
    _: Request<Full<Bytes>>,
) -> Ready<std::result::Result<Response<Full<Bytes>>, Infallible>> {
    ready(Ok(Response::new(Full::default())))
}

#[inline(never)]
fn measured_call<S: Service<Request<Full<Bytes>>>>(service: &mut S, request: Request<Full<Bytes>>) {
    let answer = pin!(service.call(request));
    black_box(answer.poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

/// What callgrind collects in `CALLS` calls.
fn collected(job: &str, name: &str) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=instructions::measured*")
        .arg(std::env::current_exe()?)
        .args(["run", job, name])
        .output()
        .map_err(|error| format!("valgrind, which counts instructions, did not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected =
        text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    match collected {
        None => Err(format!("no count from callgrind:\n{text}").into()),
        Some(0) => Err("callgrind has counted nothing".into()),
        Some(collected) => Ok(collected),
    }
}

/// Counts, as they stand in `RESULTS.md`.
struct Table {
    name: &'static str,
    /// What a row is, and what is counted of it.
    head: Vec<&'static str>,
    rows: Vec<(String, Vec<u64>)>,
}

fn calls() -> Result<Table> {
    let mut rows = Vec::new();
    // The others take too long under callgrind.
    for name in PAYLOADS.into_iter().filter(|name| !["mixed", "batch"].contains(name)) {
        let counts = JOBS.map(|job| Ok(collected(job, name)? / CALLS));
        rows.push((name.to_owned(), counts.into_iter().collect::<Result<_>>()?));
    }
    Ok(Table { name: "instructions", head: [&["payload"], &JOBS[..]].concat(), rows })
}

fn passing() -> Result<Table> {
    let [alone, layered] = ["alone", "layered"].map(|name| collected("passing", name));
    let (alone, layered) = (alone? / CALLS, layered? / CALLS);
    // Compiled apart, the service alone may by chance take more.
    let added = layered.saturating_sub(alone);
    let rows = vec![("GET /elsewhere".to_owned(), vec![alone, layered, added])];
    Ok(Table { name: "passing", head: vec!["request", "alone", "layered", "difference"], rows })
}

fn growth() -> Result<Table> {
    let mut rows = Vec::new();
    for events in [100, 1000, 8000] {
        let per_kb = ["statuses", "mixed"].map(|kind| {
            let name = format!("{kind}_by_{events}");
            let bodies = payload(&name);
            let bytes: usize = bodies.iter().cycle().take(CALLS as usize).map(Bytes::len).sum();
            Ok(collected("parse", &name)? * 1000 / bytes as u64)
        });
        rows.push((format!("{events} events"), per_kb.into_iter().collect::<Result<_>>()?));
    }
    Ok(Table { name: "instructions_per_kb", head: vec!["body", "statuses", "mixed"], rows })
}

impl Table {
    fn text(&self) -> String {
        let mut text = format!("| {} |\n|---|", self.head.join(" | "));
        text += &"---:|".repeat(self.head.len() - 1);
        for (row, counts) in &self.rows {
            let counts: Vec<_> = counts.iter().map(u64::to_string).collect();
            text += &format!("\n| {row} | {} |", counts.join(" | "));
        }
        text + "\n"
    }

    /// Row, column and count of all.
    fn cells(&self) -> impl Iterator<Item = (&str, &str, u64)> {
        self.rows.iter().flat_map(|(row, counts)| {
            let columns = self.head.iter().skip(1).zip(counts);
            columns.map(move |(column, count)| (row.as_str(), *column, *count))
        })
    }
}

fn compare(tables: &[Table]) -> Result<()> {
    let mut wrong = Vec::new();
    for table in tables {
        let text = results::read_table(&results::record(), table.name)?;
        for (row, column, count) in table.cells() {
            let before: u64 = results::cell(&text, row, column)
                .and_then(|count| count.parse().ok())
                .ok_or_else(|| format!("{column} of {row} is not recorded"))?;
            let change = count as f64 / before as f64 - 1.0;
            println!(
                "instructions {column}/{row} {count} recorded {before} {:+.1} %",
                change * 100.0
            );
            if column == "difference" {
                // A few instructions are many per cent of it, and its parts are compared.
                if count > MOST_FOR_PASSING {
                    wrong.push(format!("{column}/{row}: {count}, {MOST_FOR_PASSING} at most"));
                }
            } else if change.abs() > TOLERANCE {
                wrong.push(format!("{column}/{row}: {before} before, {count} now"));
            }
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!(
        "more than {:.0} % from benches/RESULTS.md (record a wanted change with --write), or \
        beyond a goal:\n{}",
        TOLERANCE * 100.0,
        wrong.join("\n")
    )
    .into())
}
