//! Instructions per call, counted by callgrind: they do not depend on the machine's load.
//!
//! ```text
//! cargo bench -p benches --bench instructions [-- --check | --write]
//! ```
//!
//! `--check` compares with `RESULTS.md` and fails beyond 5 %; `--write` records there what was
//! counted. valgrind must be installed.

use benches::{PAYLOADS, SECRET, every_field, four_fields, payload, results};
use bytes::Bytes;
use std::{error::Error, hint::black_box, process::Command};
use whatsapp_notification::Notification;
use whatsapp_signature::{AppSecret, Signer, Verifier};
use whatsapp_testkit::Samples;

/// How often a job is done under callgrind; its documents in turn.
const CALLS: u64 = 20;

/// Larger changes than this are a change of the code.
const TOLERANCE: f64 = 0.05;

const JOBS: [&str; 4] = ["parse", "w1", "w2", "verify"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["run", job, name] => run(job, &documents(name)),
        ["--check", ..] => compare(&count_all()?),
        ["--write", ..] => {
            Ok(results::write_table(&results::record(), "instructions", &table(&count_all()?))?)
        }
        _ => {
            print!("{}", table(&count_all()?));
            Ok(())
        }
    }
}

fn documents(name: &str) -> Vec<Bytes> {
    match name {
        "text_shuffled" => {
            let mut samples = Samples::new(7);
            (0..CALLS).map(|_| samples.shuffled_text().body).collect()
        }
        _ => payload(name),
    }
}

/// The payloads that are small enough to be counted.
fn names() -> impl Iterator<Item = &'static str> {
    let small = |name: &&str| !["mixed", "batch"].contains(name);
    PAYLOADS.into_iter().filter(small).chain(["text_shuffled"])
}

/// Under callgrind: what `measured` and all that it calls take is collected.
fn run(job: &str, bodies: &[Bytes]) -> Result<(), Box<dyn Error>> {
    let secret = AppSecret::new(SECRET)?;
    let (signer, verifier) = (Signer::new(&secret), Verifier::new(secret));
    let signed = |body: &Bytes| (body.clone(), signer.sign(body).to_string());
    let signed: Vec<_> = bodies.iter().map(signed).collect();
    for (body, header) in &signed {
        work(job, body.clone(), header, &verifier); // Not collected: a thread's first parse.
    }
    for (body, header) in signed.iter().cycle().take(CALLS as usize) {
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
        "w1" => four_fields(&notification),
        "w2" => {
            black_box(every_field::read::<true>(&notification));
        }
        _ => {
            black_box(&notification);
        }
    }
}

/// Instructions per call, by job and payload.
type Counts = Vec<(&'static str, &'static str, u64)>;

fn count_all() -> Result<Counts, Box<dyn Error>> {
    let mut counts = Vec::new();
    for name in names() {
        for job in JOBS {
            counts.push((name, job, count(job, name)?));
        }
    }
    Ok(counts)
}

fn count(job: &str, name: &str) -> Result<u64, Box<dyn Error>> {
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
    let collected: u64 = collected.ok_or_else(|| format!("no count from callgrind:\n{text}"))?;
    if collected == 0 {
        return Err("callgrind has counted nothing".into());
    }
    Ok(collected / CALLS)
}

fn table(counts: &Counts) -> String {
    let mut table = format!("| payload | {} |\n|---|", JOBS.join(" | "));
    table += &"---:|".repeat(JOBS.len());
    for name in names() {
        table += &format!("\n| {name} |");
        for (_, _, count) in counts.iter().filter(|(payload, ..)| *payload == name) {
            table += &format!(" {count} |");
        }
    }
    table + "\n"
}

fn compare(counts: &Counts) -> Result<(), Box<dyn Error>> {
    let text = std::fs::read_to_string(results::record())?;
    let recorded = |name: &str, job: usize| -> Option<u64> {
        let line = text.lines().find(|line| line.starts_with(&format!("| {name} |")))?;
        line.split('|').nth(job + 2)?.trim().parse().ok()
    };
    let mut changed = Vec::new();
    for (name, job, count) in counts {
        let column = JOBS.iter().position(|other| other == job).unwrap_or_default();
        let before =
            recorded(name, column).ok_or_else(|| format!("{job}/{name} is not recorded"))?;
        let change = *count as f64 / before as f64 - 1.0;
        println!("instructions {job}/{name} {count} recorded {before} {:+.1} %", change * 100.0);
        if change.abs() > TOLERANCE {
            changed.push(format!("{job}/{name}: {before} before, {count} now"));
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    Err(format!(
        "more than {:.0} % from benches/RESULTS.md (record a wanted change with --write):\n{}",
        TOLERANCE * 100.0,
        changed.join("\n")
    )
    .into())
}
