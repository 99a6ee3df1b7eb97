//! A gRPC greeter with the webhook on the same port.
//!
//! Two traps: tonic's server takes HTTP/1.1, which WhatsApp may speak, only if told to; and its
//! router answers unknown paths with HTTP 200 and a gRPC status, so that WhatsApp would take a
//! notification to a mistyped path for delivered. Hence `accept_http1`, and a true 404.
//!
//! Try it as the axum example; the test below makes a gRPC call.

use examples::{address, print, variable};
use greeter::greeter_server;
use http::StatusCode;
use tokio::net::TcpListener;
use tonic::transport::{Server, server::TcpIncoming};
use tonic::{Request, Response, Status, service::Routes};
use tower_whatsapp::{AppSecret, BoxError, Cloud, Dispatch, EventRouter, WebhookLayer};

// Made by `build.rs`.
mod greeter {
    #![allow(clippy::doc_markdown, missing_docs, unreachable_pub, reason = "made by tonic-build")]
    include!(concat!(env!("OUT_DIR"), "/greeter.Greeter.rs"));
}

#[derive(Clone, PartialEq, prost::Message)]
struct HelloRequest {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct HelloReply {
    #[prost(string, tag = "1")]
    message: String,
}

struct Greeter;

#[tonic::async_trait]
impl greeter_server::Greeter for Greeter {
    async fn say_hello(
        &self,
        hello: Request<HelloRequest>,
    ) -> Result<Response<HelloReply>, Status> {
        Ok(Response::new(HelloReply { message: format!("Hello, {}!", hello.into_inner().name) }))
    }
}

async fn serve(listener: TcpListener, secret: &str, token: &str) -> Result<(), BoxError> {
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(AppSecret::new(secret)?).verify_token(token)?)
        .deliver_to(Dispatch::new(EventRouter::builder().fallback(print).build()?))
        .build()?;
    let grpc = Routes::new(greeter_server::GreeterServer::new(Greeter));
    let routes = grpc.into_axum_router().fallback(async || StatusCode::NOT_FOUND);
    let server = Server::builder().accept_http1(true).layer(webhook).add_routes(routes.into());
    Ok(server.serve_with_incoming(TcpIncoming::from(listener)).await?)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (secret, token) = (variable("WHATSAPP_APP_SECRET")?, variable("WHATSAPP_VERIFY_TOKEN")?);
    let listener = TcpListener::bind(address()?).await?;
    println!("listening on http://{}/whatsapp, and for gRPC", listener.local_addr()?);
    serve(listener, &secret, &token).await
}

#[cfg(test)]
mod tests {
    use super::{greeter::greeter_client::GreeterClient, *};
    use bytes::Bytes;
    use http_body_util::Full;
    use hyper_util::{client::legacy::Client, rt::TokioExecutor};
    use whatsapp_testkit::{Samples, request};

    #[tokio::test]
    async fn grpc_and_the_webhook_work_on_one_port() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { serve(listener, "secret", "token").await.unwrap() });
        let client = GreeterClient::connect(format!("http://{address}"));
        let mut client = client.await.unwrap();
        let http = Client::builder(TokioExecutor::new()).build_http();
        for (path, status) in [("/whatsapp", 200), ("/whatsap", 404)] {
            let text = Samples::new(1).text().body;
            let mut post = request::signed(path, &AppSecret::new("secret").unwrap(), text);
            *post.uri_mut() = format!("http://{address}{path}").parse().unwrap();
            let answer = http.request(post.map(Full::<Bytes>::from)).await.unwrap();
            assert_eq!(answer.status(), status);
            let reply = client.say_hello(HelloRequest { name: "Ada".into() }).await.unwrap();
            assert_eq!(reply.into_inner().message, "Hello, Ada!");
        }
    }
}
