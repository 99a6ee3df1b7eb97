//! The servers: hyper on one thread, the same but for the tower service on it.

use crate::shared::{PATH, serve::serve};
use benches::SECRET;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1};
use std::{convert::Infallible, hint::black_box, io, net::Ipv4Addr, process, sync::Arc, thread};
use tokio::net::TcpListener;
use tower::service_fn;
use tower_whatsapp::{
    AppSecret, BoxError, Cloud, Dispatch, Event, EventRouter, WebhookLayer, WebhookService,
};
use whatsapp_notification::Any;
use whatsapp_signature::Verifier;

/// The argument that makes this program a server.
pub(crate) const RUN: &str = "run-server";

/// Serves on a free port, which it tells on stdout, until its stdin ends: with the program that
/// launched it, whichever way that ends.
pub(crate) fn run(service: &str) -> Result<(), BoxError> {
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        process::exit(0);
    });
    let secret = AppSecret::new(SECRET)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?);
        let http = http1::Builder::new();
        match service {
            "layer" => serve(http, listener, webhook(secret)?).await,
            "hmac" => {
                let verifier = Arc::new(Verifier::new(secret));
                serve(http, listener, service_fn(move |request| verify(verifier.clone(), request)))
                    .await
            }
            other => Err(format!("no server is called {other}").into()),
        }
    })
}

async fn one_field(event: Event<Any>) -> Result<(), Infallible> {
    black_box(event.id().map(|id| id.raw().len()));
    Ok(())
}

fn webhook(secret: AppSecret) -> Result<WebhookService<Dispatch<EventRouter>>, BoxError> {
    let events = EventRouter::builder().on(one_field).build()?;
    Ok(WebhookLayer::builder()
        .endpoint(PATH, Cloud::new(secret))
        .deliver_to(Dispatch::new(events))
        .build_service()?)
}

/// What is compared with: the least that a server has to do to know who a body is from.
async fn verify(
    verifier: Arc<Verifier>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let verified = match (head.headers.get(Verifier::HEADER), body.collect().await) {
        (Some(signature), Ok(body)) => verifier.verify(signature, &body.to_bytes()).is_ok(),
        _ => false,
    };
    let mut response = Response::new(Full::default());
    if !verified {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    Ok(response)
}
