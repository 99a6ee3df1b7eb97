//! Plain hyper 1, HTTP/1.1 and HTTP/2 on one port, without a framework.
//!
//! Try it as the axum example, and with `curl --http2-prior-knowledge`.

use examples::{address, print, variable};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use std::io;
use tokio::net::TcpListener;
use tower_whatsapp::{
    AppSecret, BoxError, Cloud, Dispatch, EventRouter, WebhookLayer, WebhookService,
};

type Webhook = WebhookService<Dispatch<EventRouter>>;

fn webhook(secret: &str, token: &str) -> Result<Webhook, BoxError> {
    let events = EventRouter::builder().fallback(print).build()?;
    Ok(WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(AppSecret::new(secret)?).verify_token(token)?)
        .deliver_to(Dispatch::new(events))
        .build_service()?)
}

async fn serve(listener: TcpListener, webhook: Webhook) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(webhook.clone());
        tokio::spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
                eprintln!("connection: {error}");
            }
        });
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let webhook = webhook(&variable("WHATSAPP_APP_SECRET")?, &variable("WHATSAPP_VERIFY_TOKEN")?)?;
    let listener = TcpListener::bind(address()?).await?;
    println!("listening on http://{}/whatsapp", listener.local_addr()?);
    Ok(serve(listener, webhook).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http_body_util::Full;
    use hyper_util::client::legacy::Client;
    use whatsapp_testkit::{Samples, request};

    #[tokio::test]
    async fn both_versions_of_http_reach_the_handlers() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, webhook("secret", "token").unwrap()));
        let secret = AppSecret::new("secret").unwrap();
        for http2 in [false, true] {
            let client = Client::builder(TokioExecutor::new()).http2_only(http2).build_http();
            for (path, status) in [("/whatsapp", 200), ("/elsewhere", 404)] {
                let body = Samples::new(1).mixed_batch(100_000).body;
                let request = request::signed(path, &secret, body).map(Full::<Bytes>::from);
                let (mut parts, body) = request.into_parts();
                parts.uri = format!("http://{address}{path}").parse().unwrap();
                let request = http::Request::from_parts(parts, body);
                let answer = client.request(request).await.unwrap();
                let version = if http2 { http::Version::HTTP_2 } else { http::Version::HTTP_11 };
                assert_eq!((answer.status().as_u16(), answer.version()), (status, version));
            }
        }
    }
}
