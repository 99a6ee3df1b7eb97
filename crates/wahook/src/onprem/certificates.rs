//! `wahook certificates`.

use super::{
    connect::{self, block_on},
    input,
};
use crate::{
    cli::{Certificates, Connection, Format},
    failure::Failure,
    print::line,
};
use serde_json::json;
use whatsapp_onprem::CaCertificates;

pub(super) fn run(command: &Certificates) -> Result<(), Failure> {
    match command {
        Certificates::Get { connection } => block_on(async {
            let connected = connect::onprem(connection).await?;
            let pem = connected.within(connected.client.webhook_ca()).await?;
            match (connection.format, pem) {
                (Format::Json, pem) => line(&json!({"v": 1, "pem": pem}).to_string()),
                // Lines may end as on Windows.
                (Format::Text, Some(pem)) => pem.trim_end().lines().try_for_each(line),
                (Format::Text, None) => {
                    eprintln!("there is none: the client goes by its own roots");
                    Ok(())
                }
            }
        }),
        Certificates::Set { file, dry_run, connection } => {
            let certificates = CaCertificates::from_pem(connect::text_beside(connection, file)?)
                .map_err(|invalid| Failure::file(&input::name(file), &invalid))?;
            block_on(async {
                let connected = connect::onprem(connection).await?;
                let before = connected.within(connected.client.webhook_ca()).await?;
                if !dry_run {
                    connected.within(connected.client.set_webhook_ca(&certificates)).await?;
                }
                print(count(before.as_deref()), certificates.count(), *dry_run, connection)
            })
        }
        Certificates::Delete { dry_run, connection } => block_on(async {
            let connected = connect::onprem(connection).await?;
            let before = connected.within(connected.client.webhook_ca()).await?;
            if !dry_run {
                connected.within(connected.client.delete_webhook_ca()).await?;
            }
            print(count(before.as_deref()), 0, *dry_run, connection)
        }),
    }
}

fn count(pem: Option<&str>) -> usize {
    pem.map_or(0, |pem| pem.matches("-----BEGIN CERTIFICATE-----").count())
}

fn print(
    before: usize,
    after: usize,
    dry_run: bool,
    connection: &Connection,
) -> Result<(), Failure> {
    if connection.format == Format::Json {
        let report = json!({"v": 1, "dry_run": dry_run, "before": before, "after": after});
        return line(&report.to_string());
    }
    line(&format!("certificates: {before} → {after}"))?;
    line(if dry_run { "nothing was changed: --dry-run" } else { "all Coreapps restart" })
}
