//! The server: an axum application with the layer, and a typed handler for every kind.

use super::report::Line;
use axum::{Router, routing::get};
use std::io;
use tokio::{net::TcpListener, sync::mpsc};
use tower::Service;
use tower_whatsapp::{
    AppSecret, BoxError, Cloud, Event, EventRouter, Notification, OnPremises, PathSecret,
    WebhookLayer,
    notification::{
        self as wa, Payload,
        view::{AnyContent, AnyView},
    },
};

/// What the sender must know.
#[derive(Clone, Debug)]
pub(super) struct Secrets {
    pub(super) app: AppSecret,
    pub(super) hook: String,
    pub(super) token: String,
}

impl Secrets {
    pub(super) fn new() -> Result<Self, BoxError> {
        let mut rng = fastrand::Rng::new();
        let mut random = || (0..32).map(|_| rng.alphanumeric()).collect::<String>();
        Ok(Secrets { app: AppSecret::new(random())?, hook: random(), token: random() })
    }
}

/// Says what it was given: the handler of every kind.
async fn note<P: Payload>(event: Event<P>, lines: mpsc::Sender<Line>) -> Result<(), BoxError> {
    let event = event.widen();
    let line = Line {
        kind: event.kind().name(),
        label: event.notification().origin().label().to_owned(),
        id: event.id().map(|id| tail(&id.to_cow())),
        detail: detail(&event),
    };
    lines.send(line).await.map_err(Into::into)
}

/// The end of an id: enough to tell two apart, and no telephone number.
fn tail(id: &str) -> String {
    let tail: Vec<char> = id.chars().rev().take(6).collect();
    tail.into_iter().rev().collect()
}

/// What there is to see, without a text or a number.
fn detail(event: &Event) -> String {
    match event.get() {
        AnyView::Message(message) => match message.content {
            AnyContent::Text(text) => {
                format!("{} characters", text.body.unwrap_or_default().chars().count())
            }
            AnyContent::Order(order) => format!("{} items", order.product_items.iter().count()),
            AnyContent::Contacts(cards) => format!("{} cards", cards.iter().count()),
            AnyContent::Interactive(reply) => reply.kind.unwrap_or_default().to_string(),
            AnyContent::Other => message.header.kind.unwrap_or_default().to_string(),
            other => {
                other.media().and_then(|media| media.mime_type).unwrap_or_default().to_string()
            }
        },
        AnyView::Status(status) => status.status.to_string(),
        AnyView::Error(error) => error.code.map(|code| format!("code {code}")).unwrap_or_default(),
        AnyView::Change(_) => format!("field {}", event.field().unwrap_or_default()),
        AnyView::Unknown(raw) | AnyView::Malformed(raw) => {
            format!("{} bytes at {}", raw.as_str().len(), event.path())
        }
        _ => event.subtype().unwrap_or_default().to_string(),
    }
}

/// Handlers that send a line for each event.
pub(super) fn handlers(lines: &mpsc::Sender<Line>) -> Result<EventRouter, BoxError> {
    let mut events = EventRouter::builder();
    macro_rules! on {
        ($($Payload:ident)*) => {
            $(events = events.on_with(lines.clone(), note::<wa::$Payload>);)*
        };
    }
    on! {
        Text Image Audio Voice Video Document Sticker Location Contacts Button Interactive Order
        Reaction System Unsupported OtherMessage Status Error Contact Change Unknown Malformed
        Unparseable Any
    }
    Ok(events.build()?)
}

/// The application, which hands notifications to this service.
pub(super) fn app<N>(secrets: &Secrets, notifications: N) -> Result<Router, BoxError>
where
    N: Service<Notification> + Clone + Send + Sync + 'static,
    N::Future: Send,
    N::Error: Into<BoxError>,
{
    let cloud = Cloud::new(secrets.app.clone()).verify_token(secrets.token.clone())?;
    let onprem = OnPremises::new("on-premises", PathSecret::new(secrets.hook.clone())?);
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", cloud)
        .endpoint("/onprem/{secret}", onprem)
        .deliver_to(notifications)
        .build()?;
    Ok(Router::new().route("/health", get(async || "ok")).layer(webhook))
}

/// Serves until the task is dropped.
pub(super) async fn serve(listener: TcpListener, app: Router) -> io::Result<()> {
    axum::serve(listener, app).await
}
