//! An axum application with the webhook beside its other routes.
//!
//! ```sh
//! export WHATSAPP_APP_SECRET=test_app_secret WHATSAPP_VERIFY_TOKEN=token
//! cargo run --example axum
//! body='{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000","text":{"body":"Hi"},"type":"text"}]},"field":"messages"}]}]}'
//! signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$WHATSAPP_APP_SECRET" | sed 's/.*= //')
//! curl -i -H "X-Hub-Signature-256: sha256=$signature" -d "$body" http://127.0.0.1:3000/whatsapp
//! ```

use axum::{Json, Router, routing::get};
use examples::{address, print, variable};
use std::convert::Infallible;
use tokio::net::TcpListener;
use tower_whatsapp::{
    AppSecret, BoxError, Cloud, Dispatch, Event, EventRouter, WebhookLayer, notification::Order,
};

/// What an order costs, by the customer's own figures.
async fn on_order(event: Event<Order>) -> Result<(), Infallible> {
    let order = event.get();
    let price = |item: tower_whatsapp::notification::view::ProductItem<'_>| {
        item.item_price.zip(item.quantity).map_or(0.0, |(price, n)| price.as_f64() * n.as_f64())
    };
    println!("an order over {:.2}", order.product_items.iter().map(price).sum::<f64>());
    Ok(())
}

fn app(secret: &str, token: &str) -> Result<Router, BoxError> {
    let events = EventRouter::builder().on(on_order).fallback(print).build()?;
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(AppSecret::new(secret)?).verify_token(token)?)
        .deliver_to(Dispatch::new(events))
        .build()?;
    Ok(Router::new()
        .route("/", get(async || "This is the application itself.\n"))
        .route("/version", get(async || Json([env!("CARGO_PKG_VERSION")])))
        .layer(webhook))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let app = app(&variable("WHATSAPP_APP_SECRET")?, &variable("WHATSAPP_VERIFY_TOKEN")?)?;
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
    async fn the_webhook_and_the_other_routes_answer_side_by_side() {
        let secret = AppSecret::new("secret").unwrap();
        let app = app("secret", "token").unwrap();
        let order = Samples::new(1).order().body;
        for (request, status) in [
            (request::signed("/whatsapp", &secret, order.clone()), 200),
            (request::badly_signed("/whatsapp", &secret, order), 401),
            (request::challenge("/whatsapp", "token", "7"), 200),
            (request::challenge("/whatsapp", "wrong", "7"), 403),
            (http::Request::get("/version").body("".into()).unwrap(), 200),
            (http::Request::get("/nowhere").body("".into()).unwrap(), 404),
        ] {
            let answer = app.clone().oneshot(request.map(Body::from)).await.unwrap();
            assert_eq!(answer.status(), status);
        }
    }
}
