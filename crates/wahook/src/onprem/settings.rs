//! `wahook settings` of an On-Premises client.

use super::{
    connect::{self, block_on},
    input,
    output::{self, Outcome},
};
use crate::{cli::Settings, failure::Failure};
use std::path::Path;
use whatsapp_onprem::{ApplicationSettings, Problem, diff};

pub(super) fn run(command: &Settings) -> Result<(), Failure> {
    match command {
        Settings::Get { connection, .. } => block_on(async {
            let connected = connect::onprem(connection).await?;
            let settings = connected.within(connected.client.settings()).await?;
            output::values(&json(&settings), connection.format)
        }),
        Settings::Set { file, dry_run, connection, .. } => {
            let change = read(file, &connect::text_beside(connection, file)?)?;
            block_on(async {
                let connected = connect::onprem(connection).await?;
                let client = &connected.client;
                let before = connected.within(client.settings()).await?;
                let wanted = before.merged(&change);
                let warnings = &warnings(&change, &before, &wanted);
                let after = if *dry_run {
                    wanted
                } else {
                    connected.within(client.patch_settings(&change)).await?;
                    connected.within(client.settings()).await?
                };
                let not_taken = diff(&after, &after.merged(&change));
                let outcome = Outcome {
                    dry_run: *dry_run,
                    changes: &diff(&before, &after),
                    not_taken: &not_taken.into_iter().map(|change| change.path).collect::<Vec<_>>(),
                    warnings,
                };
                outcome.print(connection.format)
            })
        }
        Settings::Reset { dry_run, connection } => block_on(async {
            let connected = connect::onprem(connection).await?;
            let client = &connected.client;
            let before = connected.within(client.settings()).await?;
            if *dry_run {
                output::values(&json(&before), connection.format)?;
                eprintln!("nothing was changed: --dry-run");
                return Ok(());
            }
            connected.within(client.reset_settings()).await?;
            let after = connected.within(client.settings()).await?;
            let changes = &diff(&before, &after);
            Outcome { dry_run: false, changes, not_taken: &[], warnings: &[] }
                .print(connection.format)
        }),
        Settings::Check { file, format, .. } => {
            let problems = match ApplicationSettings::from_json(&input::text(file)?) {
                Ok(settings) => settings.check(),
                Err(invalid) => invalid.problems().to_vec(),
            };
            output::verdict(&problems, *format)
        }
    }
}

/// What a file is to change.
fn read(file: &Path, text: &str) -> Result<ApplicationSettings, Failure> {
    let change = ApplicationSettings::from_json(text)
        .map_err(|invalid| Failure::file(&input::name(file), &invalid))?;
    if change.is_empty() {
        return Err(Failure::input(format!("{}: it sets nothing", input::name(file))));
    }
    Ok(change)
}

/// What is doubtful about a change, by itself and together with what is set already.
fn warnings(
    change: &ApplicationSettings,
    before: &ApplicationSettings,
    wanted: &ApplicationSettings,
) -> Vec<Problem> {
    let (mut warnings, old) = (change.check(), before.check());
    for problem in wanted.check() {
        if !old.contains(&problem) && !warnings.contains(&problem) {
            warnings.push(problem);
        }
    }
    warnings
}

fn json(settings: &ApplicationSettings) -> serde_json::Value {
    serde_json::to_value(settings).unwrap_or_default()
}
