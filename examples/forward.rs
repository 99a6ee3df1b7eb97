//! Verifies only, and hands the raw notification to a channel: 200 once the channel has it, 503
//! while the channel is full. What is in a channel is lost in a crash: a durable queue in its place
//! keeps the promise that a 200 makes.
//!
//! Try it as the axum example.

use axum::Router;
use examples::{address, variable};
use tokio::{net::TcpListener, sync::mpsc};
use tower_whatsapp::{AppSecret, BoxError, Cloud, Notification, WebhookLayer};

fn app(secret: &str, token: &str, queue: mpsc::Sender<Notification>) -> Result<Router, BoxError> {
    let forward = tower::service_fn(move |notification: Notification| {
        // Not waiting: WhatsApp would rather have a quick 503 and come again.
        let sent = queue.try_send(notification);
        async { sent.map_err(|_| "the queue is full") }
    });
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(AppSecret::new(secret)?).verify_token(token)?)
        .deliver_to(forward)
        .build()?;
    Ok(Router::new().layer(webhook))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (queue, mut notifications) = mpsc::channel(1024);
    let app = app(&variable("WHATSAPP_APP_SECRET")?, &variable("WHATSAPP_VERIFY_TOKEN")?, queue)?;
    tokio::spawn(async move {
        while let Some(notification) = notifications.recv().await {
            println!("{} bytes, {} events", notification.body().len(), notification.len());
        }
    });
    let listener = TcpListener::bind(address()?).await?;
    println!("listening on http://{}/whatsapp", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use tower::ServiceExt;
    use whatsapp_testkit::{Samples, request};

    #[tokio::test]
    async fn what_is_answered_with_200_is_in_the_queue_byte_for_byte() {
        let (queue, mut notifications) = mpsc::channel(2);
        let app = app("secret", "token", queue).unwrap();
        let secret = AppSecret::new("secret").unwrap();
        let bodies: Vec<_> =
            Samples::new(1).mixed(3).into_iter().map(|sample| sample.body).collect();
        for (body, status) in bodies.iter().zip([200, 200, 503]) {
            let request = request::signed("/whatsapp", &secret, body.clone()).map(Body::from);
            assert_eq!(app.clone().oneshot(request).await.unwrap().status(), status);
        }
        drop(app);
        for body in &bodies[..2] {
            assert_eq!(notifications.recv().await.unwrap().body(), body);
        }
        assert!(notifications.recv().await.is_none());
    }
}
