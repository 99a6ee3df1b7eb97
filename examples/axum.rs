//! An axum application with the webhook beside its other routes, and a trace layer around all that
//! logs no secret.
//!
//! ```sh
//! export WHATSAPP_APP_SECRET=test_app_secret WHATSAPP_VERIFY_TOKEN=token
//! export WHATSAPP_HOOK_SECRET=0123456789abcdef
//! cargo run --example axum
//! body='{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000","text":{"body":"Hi"},"type":"text"}]},"field":"messages"}]}]}'
//! signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$WHATSAPP_APP_SECRET" | sed 's/.*= //')
//! curl -i -H "X-Hub-Signature-256: sha256=$signature" -d "$body" http://127.0.0.1:3000/whatsapp
//! ```

use axum::{Json, Router, extract::Request, routing::get};
use examples::{address, print, redacted, variable};
use std::convert::Infallible;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_http::trace::TraceLayer;
use tower_whatsapp::{
    AppSecret, BoxError, Cloud, Dispatch, Event, EventRouter, OnPremises, PathSecret, WebhookLayer,
    notification::Order,
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

fn app(secret: &str, token: &str, hook: &str) -> Result<Router, BoxError> {
    let events = EventRouter::builder().on(on_order).fallback(print).build()?;
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(AppSecret::new(secret)?).verify_token(token)?)
        .endpoint("/onprem/{secret}", OnPremises::new("shop-1", PathSecret::new(hook)?))
        .deliver_to(Dispatch::new(events))
        .build()?;
    // Its own span would have the whole URI, in which a verify token or a secret may stand.
    let trace = TraceLayer::new_for_http().make_span_with(|request: &Request| {
        let path = redacted(request.uri());
        tracing::info_span!("http", method = %request.method(), path)
    });
    Ok(Router::new()
        .route("/", get(async || "This is the application itself.\n"))
        .route("/version", get(async || Json([env!("CARGO_PKG_VERSION")])))
        .layer(ServiceBuilder::new().layer(trace).layer(webhook)))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).init();
    let (secret, token) = (variable("WHATSAPP_APP_SECRET")?, variable("WHATSAPP_VERIFY_TOKEN")?);
    let app = app(&secret, &token, &variable("WHATSAPP_HOOK_SECRET")?)?;
    let listener = TcpListener::bind(address()?).await?;
    println!("listening on http://{}/whatsapp", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };
    use tower::ServiceExt;
    use tracing_subscriber::fmt::MakeWriter;
    use whatsapp_testkit::{Samples, request};

    const HOOK: &str = "canary-hook-0123456789";

    #[tokio::test]
    async fn the_webhook_and_the_other_routes_answer_side_by_side() {
        let secret = AppSecret::new("secret").unwrap();
        let app = app("secret", "token", HOOK).unwrap();
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

    /// Keeps what is logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Log {
        type Writer = Log;

        fn make_writer(&'a self) -> Log {
            self.clone()
        }
    }

    /// Everything that is logged at TRACE, by whomever, while requests of all sorts are answered over
    /// a real connection.
    #[tokio::test]
    async fn no_secret_number_or_text_stands_in_any_log_line() {
        let log = Log::default();
        // For all threads: what another test logs has no secret, either.
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .init();
        let app = app("canary-secret", "canary-token", HOOK).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, app).await });

        let secret = AppSecret::new("canary-secret").unwrap();
        let text = r#"{"messages":[{"from":"15550001canary","id":"canary","type":"text","text":{"body":"canary"}}]}"#;
        let cloud = format!(
            r#"{{"object":"x","entry":[{{"id":"canary","changes":[{{"field":"messages","value":{text}}}]}}]}}"#
        );
        let hook = format!("/onprem/{HOOK}");
        let client =
            hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
                .build_http::<http_body_util::Full<bytes::Bytes>>();
        for (request, status) in [
            (request::signed("/whatsapp", &secret, cloud.clone()), 200),
            (request::badly_signed("/whatsapp", &secret, cloud), 401),
            (request::challenge("/whatsapp", "canary-token", "canary"), 200),
            (request::challenge("/whatsapp", "canary-tokem", "canary"), 403),
            (request::unsigned(&hook, text), 200),
            (request::unsigned(&hook, "canary"), 200),
            (request::unsigned("/onprem/canary-hook-0123456788", text), 404),
            (http::Request::get("/version?canary").body("".into()).unwrap(), 200),
        ] {
            let (mut head, body) = request.into_parts();
            head.uri = format!("http://{address}{}", head.uri).parse().unwrap();
            let answer = client.request(http::Request::from_parts(head, body.into())).await;
            assert_eq!(answer.unwrap().status(), status);
        }
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        for logged in ["path=\"/onprem/…\"", "label=\"shop-1\"", "status=401", "TRACE"] {
            assert!(log.contains(logged), "{logged} in {log}");
        }
        assert!(log.lines().count() > 16, "{log}");
        let found: Vec<_> = log.lines().filter(|line| line.contains("canary")).collect();
        assert_eq!(found, Vec::<&str>::new());
    }
}
