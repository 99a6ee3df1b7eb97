//! `wahook demo`: a server and a sender in one process.
//!
//! `plan` says what is sent and what must come of it, `sender` posts it over HTTP, `server` receives
//! it, `inbox` keeps it until it is handled, `report` prints and compares. The sender's expectations
//! and the handlers' counts meet nowhere else.

mod inbox;
mod plan;
mod report;
mod sender;
mod server;

use crate::cli::Demo;
use inbox::TemporaryInbox;
use indicatif::{ProgressBar, ProgressDrawTarget};
use report::{Line, Printer, Summary};
use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    net::Ipv4Addr,
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, runtime::Runtime, signal, sync::mpsc, time::timeout};
use tower_whatsapp::{BoxError, Dispatch};

/// So long a handler may take.
const HANDLING: Duration = Duration::from_secs(60);

/// Runs the demo; the exit code is 0 if every figure is what the sender expects.
pub(crate) fn run(options: &Demo) -> ExitCode {
    // Interrupted, it removes its file.
    let run = async {
        tokio::select! {
            summary = demo(options) => summary,
            _ = signal::ctrl_c() => Err("it was interrupted".into()),
        }
    };
    let summary = Runtime::new().map_err(BoxError::from).and_then(|rt| rt.block_on(run));
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
    let expected = plan::expected(&steps, !options.no_inbox);
    let secrets = server::Secrets::new()?;
    let (lines, mut handled) = mpsc::channel(256);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let handlers = server::handlers(&lines)?;
    let (app, inbox) = if options.no_inbox {
        (server::app(&secrets, Dispatch::new(handlers))?, None)
    } else {
        let inbox = TemporaryInbox::open(handlers)?;
        (server::app(&secrets, inbox.service())?, Some(inbox))
    };
    let server = tokio::spawn(server::serve(listener, app));

    let bar = progress_bar(steps.len() as u64);
    let started = Instant::now();
    let progress = bar.clone();
    let mut sender = tokio::spawn(sender::send(steps, address, secrets, move || progress.inc(1)));
    let mut printer = Printer::new(options.format, io::stdout());
    let (mut events, mut count) = (BTreeMap::new(), 0);
    let mut handle = |line: &Line| {
        count += 1;
        *events.entry(line.kind).or_insert(0) += 1;
        bar.suspend(|| printer.line(line));
        count
    };
    let mut done = 0;
    let answers = loop {
        tokio::select! {
            Some(line) = handled.recv() => done = handle(&line),
            answers = &mut sender => break answers??,
        }
    };
    // With an inbox a 200 comes before the handlers. What is missing after a while shows in the figures.
    let found = if let Some(inbox) = inbox {
        while done < inbox.kept()
            && let Ok(Some(line)) = timeout(HANDLING, handled.recv()).await
        {
            done = handle(&line);
        }
        Some(inbox.close().await?)
    } else {
        None
    };
    // All handlers are done, so what is left has come already.
    while let Ok(line) = handled.try_recv() {
        handle(&line);
    }
    bar.finish_and_clear();
    server.abort();
    let summary = Summary { expected, answers, events, inbox: found, elapsed: started.elapsed() };
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
