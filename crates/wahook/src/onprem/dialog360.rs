//! `wahook settings --backend dialog360`: where 360dialog sends notifications, and with which
//! headers, whose values are not printed.

use super::{
    connect::{self, Connected, block_on},
    input, output,
};
use crate::{
    cli::{Connection, Format, Settings},
    failure::Failure,
    print::line,
};
use serde_json::{Value, json};
use whatsapp_onprem::{
    HttpClient,
    dialog360::{ApiKey, Client, WebhookConfig},
};

pub(super) fn run(command: &Settings) -> Result<(), Failure> {
    match command {
        Settings::Get { connection, .. } => {
            let connected = connect(connection)?;
            block_on(async {
                let config = connected.within(connected.client.webhook()).await?;
                output::values(&shown(&config), connection.format)
            })
        }
        Settings::Set { file, dry_run, connection, .. } => {
            let config = WebhookConfig::from_json(&connect::text_beside(connection, file)?)
                .map_err(|invalid| Failure::file(&input::name(file), &invalid))?;
            let connected = connect(connection)?;
            block_on(async {
                let before = connected.within(connected.client.webhook()).await?;
                let after = if *dry_run {
                    config
                } else {
                    connected.within(connected.client.set_webhook(&config)).await?;
                    connected.within(connected.client.webhook()).await?
                };
                print(&before, &after, *dry_run, connection.format)
            })
        }
        Settings::Check { file, format, .. } => {
            let invalid = WebhookConfig::from_json(&input::text(file)?).err();
            output::verdict(
                invalid.as_ref().map(|invalid| invalid.problems()).unwrap_or_default(),
                *format,
            )
        }
        Settings::Reset { .. } => {
            Err(Failure::input("360dialog's webhook cannot be reset: set another"))
        }
    }
}

fn connect(connection: &Connection) -> Result<Connected<Client<HttpClient>>, Failure> {
    let key = connect::password(connection, "WHATSAPP_D360_API_KEY")?;
    let client =
        Client::new(&connection.url, ApiKey::new(key.as_str()), connect::http(connection)?)?;
    Ok(Connected::new(client, connection))
}

/// A configuration without the headers' values.
fn shown(config: &WebhookConfig) -> Value {
    let headers = config.headers.keys().map(|name| (name.clone(), "(hidden)".into()));
    json!({"url": config.url, "headers": Value::Object(headers.collect())})
}

fn print(
    before: &WebhookConfig,
    after: &WebhookConfig,
    dry_run: bool,
    format: Format,
) -> Result<(), Failure> {
    let mut changes = Vec::new();
    if before.url != after.url {
        changes.push(("url".to_owned(), json!(before.url), json!(after.url)));
    }
    let mut names: Vec<_> = before.headers.keys().chain(after.headers.keys()).collect();
    names.sort();
    names.dedup();
    let hidden = |present: bool| if present { json!("(hidden)") } else { Value::Null };
    for name in names {
        let (old, new) = (before.headers.get(name), after.headers.get(name));
        if old != new {
            changes.push((format!("headers.{name}"), hidden(old.is_some()), hidden(new.is_some())));
        }
    }
    match format {
        Format::Json => {
            let changes = changes.into_iter().map(
                |(setting, before, after)| json!({"setting": setting, "before": before, "after": after}),
            );
            let changes: Vec<_> = changes.collect();
            line(&json!({"v": 1, "dry_run": dry_run, "changes": changes}).to_string())
        }
        Format::Text => {
            if changes.is_empty() {
                line(if dry_run { "nothing would change" } else { "nothing changed" })?;
            }
            for (setting, before, after) in &changes {
                line(&format!("{}: {before} → {after}", setting.escape_debug()))?;
            }
            if dry_run && !changes.is_empty() {
                line("nothing was changed: --dry-run")?;
            }
            Ok(())
        }
    }
}
