//! tower's own layers on each plane: around the application, around all notifications, and around
//! one handler.
//!
//! Try it as the axum example, with `RUST_LOG` set as you like.

use axum::{Router, routing::get};
use examples::{address, print, variable};
use http::{HeaderName, Request, header::AUTHORIZATION};
use std::{convert::Infallible, time::Duration};
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_http::{sensitive_headers::SetSensitiveRequestHeadersLayer, trace::TraceLayer};
use tower_whatsapp::{
    AppSecret, BoxError, Cloud, Dispatch, Event, EventRouter, WebhookLayer, handler_fn,
    notification::Order,
};

async fn on_order(event: Event<Order>) -> Result<(), Infallible> {
    println!("an order of {} items", event.get().product_items.iter().count());
    Ok(())
}

fn app(secret: &str, token: &str, limit: usize) -> Result<Router, BoxError> {
    // One handler: two seconds, and four orders at a time. The fifth waits here, alone.
    let orders = ServiceBuilder::new()
        .timeout(Duration::from_secs(2))
        .concurrency_limit(4)
        .service(handler_fn(on_order));
    let events = EventRouter::builder().on_service(orders).fallback(print).build()?;
    // All notifications: so many at a time, and 503 at once to more than that.
    let notifications = ServiceBuilder::new()
        .load_shed()
        .concurrency_limit(limit)
        .timeout(Duration::from_secs(10))
        .service(Dispatch::new(events));
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(AppSecret::new(secret)?).verify_token(token)?)
        .deliver_to(notifications)
        .build()?;
    // The application: signatures marked as sensitive, and a span without the URI, in which a
    // verify token or a secret of the path may stand.
    let sensitive = [AUTHORIZATION, HeaderName::from_static("x-hub-signature-256")];
    let trace = TraceLayer::new_for_http().make_span_with(
        |request: &Request<_>| tracing::info_span!("http", method = %request.method()),
    );
    let around = ServiceBuilder::new()
        .layer(SetSensitiveRequestHeadersLayer::new(sensitive))
        .layer(trace)
        .layer(webhook);
    Ok(Router::new().route("/health", get(async || "ok")).layer(around))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    tracing_subscriber::fmt().init();
    let app = app(&variable("WHATSAPP_APP_SECRET")?, &variable("WHATSAPP_VERIFY_TOKEN")?, 64)?;
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
    async fn what_is_over_the_limit_is_shed_and_the_rest_is_handled() {
        let secret = AppSecret::new("secret").unwrap();
        for (limit, status) in [(1, 200), (0, 503)] {
            let app = app("secret", "token", limit).unwrap();
            let order = request::signed("/whatsapp", &secret, Samples::new(1).order().body);
            let answer = app.clone().oneshot(order.map(Body::from)).await.unwrap();
            assert_eq!(answer.status(), status);
            let health = http::Request::get("/health").body(Body::empty()).unwrap();
            assert_eq!(app.oneshot(health).await.unwrap().status(), 200);
        }
    }
}
