//! What a store's file holds, when it is opened again.

use ::tests::inbox::{
    store,
    traffic::{Number, is_anonymous, marks},
};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{collections::BTreeSet, path::Path};
use tower::Service;
use tower_whatsapp::BoxError;
use whatsapp_inbox::{Inbox, store::SqliteStore};
use whatsapp_notification::{Notification, Origin, Parser};

/// The events in a file.
///
/// # Errors
/// The file is damaged, or a notification is there by half.
pub(crate) fn events(file: &Path) -> Result<BTreeSet<Number>, BoxError> {
    if !file.exists() {
        return Ok(BTreeSet::new());
    }
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let sound: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(sound.into());
    }
    let snapshot = store::read(file, 0)?;
    if snapshot.last > 0 {
        let half: u32 = connection.query_row(
            "SELECT count(*) FROM notifications LEFT JOIN bodies USING (id)
             WHERE body IS NULL OR open !=
               (SELECT count(*) FROM events WHERE events.body = notifications.id)
               + (SELECT count(*) FROM dead WHERE dead.body = notifications.id)",
            [],
            |row| row.get(0),
        )?;
        if half > 0 {
            return Err(format!("{half} notifications are there by half").into());
        }
    }
    Ok(snapshot.bodies.iter().flat_map(|(_, body)| marks(body)).collect())
}

/// Opens the file with the store itself: all that is in it must be known again, and something new be kept.
///
/// # Errors
/// That it is not so.
pub(crate) async fn reopen(file: &Path) -> Result<(), BoxError> {
    let store = SqliteStore::builder(file).free_space(0).open()?;
    let kept = keep_again(file, Inbox::new(store.clone())).await;
    store.close().await;
    kept
}

async fn keep_again(file: &Path, mut inbox: Inbox<SqliteStore>) -> Result<(), BoxError> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let bodies: Vec<(String, Vec<u8>)> = connection
        .prepare("SELECT label, body FROM notifications JOIN bodies USING (id)")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (label, body) in bodies {
        let named = marks(&body).filter(|number| !is_anonymous(*number)).count();
        let notification = Parser::new().parse(body, Origin::new(label))?;
        if inbox.call(notification).await?.duplicates != named {
            return Err("an event in the file is not known again".into());
        }
    }
    let new = r#"{"object":"whatsapp_business_account","entry":[{"id":"new"}]}"#;
    match inbox.call(Notification::parse(new)?).await?.new {
        1 => Ok(()),
        _ => Err("a new event is not kept".into()),
    }
}
