//! The sample endpoint of Meta's On-Premises guide: messages, statuses and errors, answered with
//! exactly 200 when they are handled. That API signs nothing, so the secret is in the path.
//!
//! ```sh
//! export WHATSAPP_HOOK_SECRET=$(openssl rand -hex 32)
//! cargo run --example onprem
//! curl -i -d '{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000","text":{"body":"Hi"},"type":"text"}]}' \
//!     http://127.0.0.1:3000/whatsapp/onprem/$WHATSAPP_HOOK_SECRET
//! ```

use axum::Router;
use examples::{address, line, print, variable};
use std::{convert::Infallible, env};
use tokio::net::TcpListener;
use tower_whatsapp::{
    BoxError, Dispatch, Event, EventRouter, OnPremises, PathSecret, WebhookLayer,
    notification::{AnyMessage, Error, Status},
};

fn show<P>(event: Event<P>) {
    println!("{}", line(&event.widen(), env::var("SHOW_PERSONAL").is_ok_and(|value| value == "1")));
}

async fn on_message(event: Event<AnyMessage>) -> Result<(), Infallible> {
    show(event);
    Ok(())
}

async fn on_status(event: Event<Status>) -> Result<(), Infallible> {
    show(event);
    Ok(())
}

async fn on_error(event: Event<Error>) -> Result<(), Infallible> {
    show(event);
    Ok(())
}

fn app(secret: &str) -> Result<Router, BoxError> {
    let events = EventRouter::builder()
        .on(on_message)
        .on(on_status)
        .on(on_error)
        .fallback(print) // contacts that were looked up, and what nobody has heard of
        .build()?;
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp/onprem/{secret}", OnPremises::new("shop-1", PathSecret::new(secret)?))
        .deliver_to(Dispatch::new(events))
        .build()?;
    Ok(Router::new().layer(webhook))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let app = app(&variable("WHATSAPP_HOOK_SECRET")?)?;
    let listener = TcpListener::bind(address()?).await?;
    println!("listening on http://{}/whatsapp/onprem/<secret>", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use tower::ServiceExt;
    use whatsapp_testkit::{Samples, request};

    #[tokio::test]
    async fn all_kinds_are_answered_with_exactly_200_and_a_wrong_secret_is_no_path() {
        let app = app("0123456789abcdef").unwrap();
        let mut samples = Samples::new(1);
        let cloud = samples.text().body;
        for sample in samples.onprem_mixed(14) {
            for (secret, status) in [("0123456789abcdef", 200), ("0123456789abcdee", 404)] {
                let path = format!("/whatsapp/onprem/{secret}");
                let request = request::unsigned(&path, sample.body.clone()).map(Body::from);
                assert_eq!(app.clone().oneshot(request).await.unwrap().status(), status);
            }
        }
        let forged = request::unsigned("/whatsapp/onprem/0123456789abcdef", cloud).map(Body::from);
        assert_eq!(app.oneshot(forged).await.unwrap().status(), 400);
    }
}
