//! `wahook inbox`: what is in an inbox's file, what was given up in it, and how to erase one person.
//!
//! `letters` lists, shows, replays and purges dead letters; `output` prints.

mod letters;
mod output;

use crate::{
    cli::{Dead, Inbox, InboxCommand},
    failure::{Code, Failure, explained, finish},
};
use std::{
    error::Error as _,
    io,
    process::ExitCode,
    time::{Duration, SystemTime},
};
use tokio::runtime;
use whatsapp_inbox::{
    Erased, Store, StoreError, StoreErrorKind, erase_contact,
    store::{Millis, Retention, SqliteStore},
};

/// Runs `wahook inbox`.
pub(crate) fn run(options: &Inbox) -> ExitCode {
    finish(in_file(options))
}

fn in_file(options: &Inbox) -> Result<(), Failure> {
    let name = options.file.display().to_string();
    // Nothing is kept here, so what is done needs little room.
    let opened = SqliteStore::builder(&options.file).create(false).free_space(0).open();
    let store = opened.map_err(|error| {
        let reason = error.source().map_or_else(|| error.to_string(), explained);
        Failure::file(&name, &reason)
    })?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Code::Refused, error.to_string()))?;
    runtime.block_on(async {
        let done = command(options, &store, &name).await;
        store.close().await;
        done
    })
}

async fn command(options: &Inbox, store: &SqliteStore, name: &str) -> Result<(), Failure> {
    let format = options.format;
    match &options.command {
        InboxCommand::Stats => output::stats(&store.stats().await?, now(), format),
        InboxCommand::Dead(Dead::List) => letters::list(store, format).await,
        InboxCommand::Dead(Dead::Show { seq }) => letters::show(store, name, *seq, format).await,
        InboxCommand::Dead(Dead::Replay { seq, .. }) => {
            output::replayed(letters::replay(store, *seq).await?, format)
        }
        InboxCommand::Purge { contact, .. } if !contact.is_empty() => {
            output::erased(&erase(store, contact).await?, format)
        }
        InboxCommand::Purge { seq, .. } => {
            output::purged(letters::purge(store, *seq).await?, format)
        }
        InboxCommand::Sweep { keep_bodies, keep_dead } => {
            let days = |days: u32| Duration::from_secs(u64::from(days) * 86_400);
            let retention = Retention::new(days(*keep_bodies), days(*keep_dead));
            output::swept(&store.sweep(now(), retention).await?, format)
        }
    }
}

/// Erases who has these ids, or those on standard input.
async fn erase(store: &SqliteStore, contact: &[String]) -> Result<Erased, Failure> {
    let mut ids = Vec::with_capacity(contact.len());
    for id in contact {
        if id != "-" {
            ids.push(id.clone());
            continue;
        }
        let input = io::read_to_string(io::stdin());
        let input = input.map_err(|error| Failure::file("standard input", &error))?;
        ids.extend(input.lines().map(str::to_owned));
    }
    // What is asked for must not be nothing, or it would seem to be done.
    if !ids.iter().any(|id| id.chars().any(char::is_alphanumeric)) {
        return Err(Failure::input("there is no id in `--contact`"));
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    Ok(erase_contact(store, &ids, now()).await?)
}

/// The wall's time.
fn now() -> Millis {
    SystemTime::now().into()
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let code = match error.kind() {
            StoreErrorKind::Busy => Code::Unreachable,
            _ => Code::Refused,
        };
        Failure::new(code, explained(&error))
    }
}
