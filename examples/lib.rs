//! What the examples share: settings from the environment, signals, a health check, and a line for an event; and the
//! [`guide`].

pub mod guide;

use http::StatusCode;
use std::{convert::Infallible, env, io, net::SocketAddr};
use tokio::{signal, sync::mpsc};
use tower_whatsapp::{
    BoxError, Event,
    notification::{
        Any, Str,
        view::{AnyContent, AnyView},
    },
};
use whatsapp_inbox::{Store, StoreErrorKind, store::SqliteStore};

/// A variable that must be set.
///
/// # Errors
/// A message that names the variable.
pub fn variable(name: &str) -> Result<String, BoxError> {
    env::var(name).map_err(|error| format!("{name}: {error}").into())
}

/// `ADDR`, or 127.0.0.1:3000.
///
/// # Errors
/// A message if `ADDR` is not an address with a port.
pub fn address() -> Result<SocketAddr, BoxError> {
    let address = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    address.parse().map_err(|error| format!("ADDR: {error}: write it as 127.0.0.1:3000").into())
}

/// Ctrl-c and, on Unix, SIGTERM: something each time it comes.
///
/// # Errors
/// If the system does not let us listen for them.
///
/// # Panics
/// Outside a tokio runtime.
pub fn signals() -> io::Result<mpsc::Receiver<()>> {
    let (sender, signals) = mpsc::channel(4);
    // Each is listened for all the time, so that none is missed.
    #[cfg(unix)]
    let (mut interrupt, mut terminate) = {
        use signal::unix::{SignalKind, signal};
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    tokio::spawn(async move {
        loop {
            #[cfg(unix)]
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            #[cfg(not(unix))]
            if signal::ctrl_c().await.is_err() {
                return;
            }
            if sender.send(()).await.is_err() {
                return;
            }
        }
    });
    Ok(signals)
}

/// The answer of a health check to a parent that restarts what is not well. A store that a failed write has
/// closed stays so until the process is started again. Nothing else is mended by that.
pub async fn health(store: SqliteStore) -> StatusCode {
    match store.bodies(None, 1).await {
        Err(error) if error.kind() == StoreErrorKind::Closed => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    }
}

/// What of a URI may stand in a log: the first segment of its path. Secrets stand behind it, or in
/// the query.
///
/// ```
/// let uri = http::Uri::from_static("/onprem/0123456789abcdef?auth=0123456789abcdef");
/// assert_eq!(examples::redacted(&uri), "/onprem/…");
/// ```
#[must_use]
pub fn redacted(uri: &http::Uri) -> String {
    let path = uri.path();
    match path.char_indices().skip(1).find(|(_, letter)| *letter == '/') {
        Some((end, _)) => format!("{}/…", &path[..end]),
        None => path.to_owned(),
    }
}

/// Prints one line for an event. A handler for every kind.
///
/// # Errors
/// Never.
pub async fn print(event: Event<Any>) -> Result<(), Infallible> {
    println!("{}", line(&event, env::var("SHOW_PERSONAL").is_ok_and(|value| value == "1")));
    Ok(())
}

/// One line for an event: what it is, whose, and what it says. Numbers and texts are masked unless
/// `personal` is true.
#[must_use]
pub fn line(event: &Event, personal: bool) -> String {
    let show = |text: Option<Str<'_>>| {
        let text = text.unwrap_or_default();
        if personal { text.to_string() } else { mask(text) }
    };
    let kind = event.kind();
    match event.get() {
        AnyView::Message(message) => {
            let content = match message.content {
                AnyContent::Text(text) => show(text.body),
                AnyContent::Order(order) => {
                    format!("{} items", order.product_items.iter().count())
                }
                other => {
                    other.media().and_then(|media| media.mime_type).unwrap_or_default().to_string()
                }
            };
            format!("{kind} from {}: {content}", show(event.sender().key()))
        }
        AnyView::Status(status) => {
            format!("{kind} {} for {}", status.status, show(event.recipient().key()))
        }
        AnyView::Error(error) => {
            format!("{kind} {}", error.code.map(|code| code.to_string()).unwrap_or_default())
        }
        _ => format!("{kind} {} at {}", event.field().unwrap_or_default(), event.path()),
    }
}

/// As many dots as there are characters.
fn mask(text: Str<'_>) -> String {
    "·".repeat(text.chars().count().min(40))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower_whatsapp::Notification;

    #[test]
    fn numbers_and_texts_are_masked_unless_they_are_asked_for() {
        let body = r#"{"messages":[{"from":"15550001","id":"A","type":"text","text":{"body":"Hi"}}],
            "statuses":[{"id":"B","status":"read","recipient_id":"15550001"}],
            "errors":[{"code":1014}],"odd":1}"#;
        let lines = |personal| -> Vec<String> {
            let notification = Notification::parse(body).unwrap();
            notification.events().map(|event| line(&event, personal)).collect()
        };
        assert_eq!(
            lines(true),
            [
                "text from 15550001: Hi",
                "status read for 15550001",
                "error 1014",
                "unknown  at /odd",
            ]
        );
        assert_eq!(lines(false)[..2], ["text from ········: ··", "status read for ········"]);
    }
}
