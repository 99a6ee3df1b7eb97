//! What is printed: lines for people, or JSON.

use crate::{
    cli::Format,
    failure::Failure,
    print::{line, printable},
};
use serde_json::{Value, json};
use whatsapp_onprem::{Change, Problem, Severity};

/// The version of the JSON.
const VERSION: u32 = 1;

/// Prints settings, a line each.
pub(super) fn values(settings: &Value, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => line(&serde_json::to_string_pretty(settings).unwrap_or_default()),
        Format::Text => leaves("", settings).iter().try_for_each(|text| line(text)),
    }
}

/// `webhooks.url: "https://…"`, in the order of the names.
fn leaves(path: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) if !members.is_empty() || path.is_empty() => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let below = members.into_iter().flat_map(|(name, value)| {
                let name = name.escape_debug();
                leaves(
                    &if path.is_empty() { name.to_string() } else { format!("{path}.{name}") },
                    value,
                )
            });
            below.collect()
        }
        value => vec![format!("{path}: {value}")],
    }
}

/// What a change has come to.
pub(super) struct Outcome<'a> {
    pub(super) dry_run: bool,
    pub(super) changes: &'a [Change],
    /// Of what was to be set: the names that the client does not show as it was told.
    pub(super) not_taken: &'a [String],
    pub(super) warnings: &'a [Problem],
}

impl Outcome<'_> {
    pub(super) fn print(&self, format: Format) -> Result<(), Failure> {
        let restart: Vec<_> = self.changes.iter().filter(|change| change.needs_restart()).collect();
        let restart: Vec<_> = restart.iter().map(|change| change.path.as_str()).collect();
        match format {
            Format::Json => {
                let changes = self.changes.iter().map(|change| {
                    json!({
                        "setting": change.path,
                        "before": change.before,
                        "after": change.after,
                        "needs_restart": change.needs_restart(),
                    })
                });
                let report = json!({
                    "v": VERSION,
                    "dry_run": self.dry_run,
                    "changes": changes.collect::<Vec<_>>(),
                    "needs_restart": restart,
                    "not_taken": self.not_taken,
                    "warnings": self.warnings.iter().map(problem).collect::<Vec<_>>(),
                });
                line(&report.to_string())
            }
            Format::Text => {
                warn(self.warnings);
                if self.changes.is_empty() {
                    line(if self.dry_run { "nothing would change" } else { "nothing changed" })?;
                }
                for change in self.changes {
                    line(&change.to_string())?;
                }
                if self.dry_run && !self.changes.is_empty() {
                    line("nothing was changed: --dry-run")?;
                }
                if !restart.is_empty() {
                    line(&format!(
                        "takes effect after a restart of the Coreapp: {}",
                        restart.join(", ")
                    ))?;
                }
                for path in self.not_taken {
                    let path = printable(path);
                    eprintln!("warning: {path}: it was sent, but the client does not show it so");
                }
                Ok(())
            }
        }
    }
}

/// What is wrong with a file, or doubtful.
pub(super) fn verdict(problems: &[Problem], format: Format) -> Result<(), Failure> {
    let valid = problems.iter().all(|problem| problem.severity != Severity::Error);
    match format {
        Format::Json => {
            let problems: Vec<_> = problems.iter().map(problem).collect();
            line(&json!({"v": VERSION, "valid": valid, "problems": problems}).to_string())?;
        }
        Format::Text => {
            for problem in problems {
                line(&format!("{}: {problem}", problem.severity))?;
            }
            line(if valid { "valid" } else { "not valid" })?;
        }
    }
    if valid { Ok(()) } else { Err(Failure::input("")) }
}

fn problem(problem: &Problem) -> Value {
    json!({
        "severity": problem.severity.as_str(),
        "setting": problem.path,
        "line": problem.position.map(|position| position.line),
        "column": problem.position.map(|position| position.column),
        "message": problem.message,
    })
}

fn warn(warnings: &[Problem]) {
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
}
