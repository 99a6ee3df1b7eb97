//! `wahook demo`: a server and a sender in one process.
//!
//! `plan` says what is sent and what must come of it, `sender` posts it over HTTP, `server` handles
//! it, `report` prints and compares. The sender's expectations and the handlers' counts meet
//! nowhere else.

mod plan;
mod report;
mod sender;
mod server;

use crate::cli::Demo;
use indicatif::{ProgressBar, ProgressDrawTarget};
use report::{Line, Printer, Summary};
use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    net::Ipv4Addr,
    process::ExitCode,
    time::Instant,
};
use tokio::{net::TcpListener, runtime::Runtime, sync::mpsc};
use tower_whatsapp::BoxError;

/// Runs the demo; the exit code is 0 if every figure is what the sender expects.
pub(crate) fn run(options: &Demo) -> ExitCode {
    let summary = Runtime::new().map_err(BoxError::from).and_then(|rt| rt.block_on(demo(options)));
    match summary {
        Ok(summary) => {
            let faults = summary.faults();
            for fault in &faults {
                eprintln!("wahook: {fault}");
            }
            if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("wahook: the demo could not run: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn demo(options: &Demo) -> Result<Summary, BoxError> {
    let steps = plan::steps(options.seed, usize::try_from(options.count)?);
    let expected = plan::expected(&steps);
    let secrets = server::Secrets::new()?;
    let (lines, mut handled) = mpsc::channel(256);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(server::serve(listener, server::app(&secrets, &lines)?));

    let bar = progress_bar(steps.len() as u64);
    let started = Instant::now();
    let progress = bar.clone();
    let mut sender = tokio::spawn(sender::send(steps, address, secrets, move || progress.inc(1)));
    let mut printer = Printer::new(options.format, io::stdout());
    let mut events = BTreeMap::new();
    let mut handle = |line: &Line| {
        *events.entry(line.kind).or_insert(0) += 1;
        bar.suspend(|| printer.line(line));
    };
    let answers = loop {
        tokio::select! {
            Some(line) = handled.recv() => handle(&line),
            answers = &mut sender => break answers??,
        }
    };
    // A 200 comes after its handlers are done, so what is left has come already.
    while let Ok(line) = handled.try_recv() {
        handle(&line);
    }
    bar.finish_and_clear();
    server.abort();
    let summary = Summary { expected, answers, events, elapsed: started.elapsed() };
    printer.summary(&summary);
    Ok(summary)
}

/// A bar where somebody sees it.
fn progress_bar(length: u64) -> ProgressBar {
    let target = if io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    ProgressBar::with_draw_target(Some(length), target)
}
