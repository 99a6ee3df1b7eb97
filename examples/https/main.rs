//! The webhook over HTTPS: HTTP/1.1 and HTTP/2 with rustls, certificates that are renewed while it
//! runs, and mutual TLS as Meta offers it.
//!
//! ```sh
//! export WHATSAPP_APP_SECRET=test_app_secret WHATSAPP_VERIFY_TOKEN=token
//! export TLS_CERT=cert.pem TLS_KEY=key.pem
//! cargo run --example https -- --self-signed
//! body='{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000","text":{"body":"Hi"},"type":"text"}]},"field":"messages"}]}]}'
//! signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$WHATSAPP_APP_SECRET" | sed 's/.*= //')
//! curl -i --cacert cert.pem -H "X-Hub-Signature-256: sha256=$signature" -d "$body" https://localhost:3000/whatsapp
//! ```
//!
//! Put other files in the place of these while it runs: connections that begin after that use them.
//!
//! With a CA of your own in the place of Meta's, and a client certificate from it (OpenSSL 3):
//!
//! ```sh
//! new="openssl req -x509 -newkey rsa:2048 -noenc -days 30"
//! $new -subj "/CN=a CA" -keyout ca-key.pem -out ca.pem
//! $new -CA ca.pem -CAkey ca-key.pem -subj "/CN=client.webhooks.fbclientcerts.com" \
//!     -addext basicConstraints=CA:FALSE -addext extendedKeyUsage=clientAuth \
//!     -keyout client-key.pem -out client.pem
//! TLS_CLIENT_CA=ca.pem cargo run --example https -- --self-signed
//! curl -i --cacert cert.pem --cert client.pem --key client-key.pem \
//!     -H "X-Hub-Signature-256: sha256=$signature" -d "$body" https://localhost:3000/whatsapp
//! ```
//!
//! | variable | is |
//! |---|---|
//! | `TLS_CERT`, `TLS_KEY` | the server's certificate with its chain, and its key, in PEM |
//! | `TLS_CLIENT_CA` | the CA of client certificates, in PEM: Meta's, for the webhook |
//! | `TLS_CLIENT_AUTH` | `required` (default): no connection without one; `optional`: other paths, and the GET challenge, do without |
//! | `TLS_CLIENT_NAME` | the common name that the webhook demands, if not Meta's |
//! | `TLS_PROXIES` | addresses, with commas, of proxies that may tell the client's subject in … |
//! | `TLS_PROXY_HEADER` | … this header; default `X-Amzn-Mtls-Clientcert-Subject` |

mod client_auth;
mod self_signed;
mod serve;
#[cfg(test)]
mod tests;
mod tls;

use axum::{Router, routing::get};
use client_auth::ClientAuth;
use examples::{address, print, variable};
use http::HeaderName;
use serve::{Limits, serve};
use std::{env, net::IpAddr, time::Duration};
use tls::{Clients, Files, Tls};
use tokio::net::TcpListener;
use tower_whatsapp::{
    AppSecret, BoxError, ClientCertificate, Cloud, Dispatch, EventRouter, WebhookLayer,
};

fn app(
    secret: &str,
    token: &str,
    certificate: Option<ClientCertificate>,
) -> Result<Router, BoxError> {
    let events = EventRouter::builder().fallback(print).build()?;
    let mut endpoint = Cloud::new(AppSecret::new(secret)?).verify_token(token)?;
    if let Some(certificate) = certificate {
        endpoint = endpoint.client_certificate(certificate);
    }
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", endpoint)
        .deliver_to(Dispatch::new(events))
        .build()?;
    Ok(Router::new().route("/health", get(async || "ok\n")).layer(webhook))
}

fn files() -> Result<Files, BoxError> {
    let auth = match optional("TLS_CLIENT_AUTH").as_deref() {
        None | Some("required") => ClientAuth::Required,
        Some("optional") => ClientAuth::Optional,
        Some(_) => return Err("TLS_CLIENT_AUTH: write `required` or `optional`".into()),
    };
    Ok(Files {
        certificate: variable("TLS_CERT")?.into(),
        key: variable("TLS_KEY")?.into(),
        clients: optional("TLS_CLIENT_CA").map(|ca| Clients { ca: ca.into(), auth }),
    })
}

/// What the webhook demands: nothing if neither TLS nor a proxy can show it.
fn client_certificate(files: &Files) -> Result<Option<ClientCertificate>, BoxError> {
    let proxies = optional("TLS_PROXIES");
    if files.clients.is_none() && proxies.is_none() {
        return Ok(None);
    }
    let mut certificate = match optional("TLS_CLIENT_NAME") {
        Some(name) => ClientCertificate::named(name),
        None => ClientCertificate::meta(),
    };
    if let Some(proxies) = proxies {
        let header = optional("TLS_PROXY_HEADER");
        let header = header.as_deref().unwrap_or("X-Amzn-Mtls-Clientcert-Subject");
        let addresses: Result<Vec<IpAddr>, _> =
            proxies.split(',').map(|a| a.trim().parse()).collect();
        let addresses = addresses.map_err(|error| format!("TLS_PROXIES: {error}"))?;
        certificate = certificate.via_proxy(header.parse::<HeaderName>()?, addresses);
    }
    Ok(Some(certificate))
}

/// A variable that may be missing or empty.
fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let files = files()?;
    match env::args().nth(1).as_deref() {
        None => {}
        Some("--self-signed") => self_signed::make(&files.certificate, &files.key)?,
        Some(_) => return Err("the only option is --self-signed".into()),
    }
    let (secret, token) = (variable("WHATSAPP_APP_SECRET")?, variable("WHATSAPP_VERIFY_TOKEN")?);
    let app = app(&secret, &token, client_certificate(&files)?)?;
    let ca = files.certificate.display().to_string();
    let tls = Tls::open(files).await?;
    let current = tls.current();
    tokio::spawn(tls.watch(Duration::from_secs(1)));
    let listener = TcpListener::bind(address()?).await?;
    let address = listener.local_addr()?;
    println!("listening on https://{address}/whatsapp");
    println!("if self-signed: curl --cacert {ca} https://localhost:{}/health", address.port());
    serve(listener, current, app, Limits::default()).await
}
