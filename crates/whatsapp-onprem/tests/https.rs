//! `HttpClient` over real HTTP and TLS on loopback.

#![cfg(feature = "rustls")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use std::{error::Error as _, net::SocketAddr, sync::Arc};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};
use whatsapp_onprem::{Client, Error, ErrorKind, HttpClient, Login};
use whatsapp_testkit::onprem::FakeClient;

/// A fake On-Premises client over HTTP, or over TLS; its address.
async fn serve(tls: Option<TlsAcceptor>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let fake = FakeClient::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (tls, service) = (tls.clone(), TowerToHyperService::new(fake.clone()));
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                match tls {
                    Some(tls) => {
                        let Ok(stream) = tls.accept(stream).await else { return };
                        let _ = server.serve_connection(TokioIo::new(stream), service).await;
                    }
                    None => {
                        let _ = server.serve_connection(TokioIo::new(stream), service).await;
                    }
                }
            });
        }
    });
    address
}

/// A server's certificate in PEM, and what serves it.
fn certificate(name: &str) -> (String, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (made.cert.pem(), TlsAcceptor::from(Arc::new(config)))
}

async fn log_in(url: &str, http: HttpClient) -> Result<(), Error> {
    let login = Login::new(FakeClient::USER, FakeClient::PASSWORD);
    Client::new(url, login, http)?.log_in().await
}

/// An error with its sources.
fn chain(error: &Error) -> String {
    let sources = std::iter::successors(error.source(), |error| (*error).source());
    sources.fold(error.to_string(), |chain, source| format!("{chain}: {source}"))
}

#[tokio::test]
async fn plain_http_works_on_this_machine() {
    let address = serve(None).await;
    log_in(&format!("http://{address}"), HttpClient::new().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_private_ca_is_trusted_when_it_is_given_and_only_then() {
    let (ca, tls) = certificate("localhost");
    let url = format!("https://localhost:{}", serve(Some(tls)).await.port());
    log_in(&url, HttpClient::with_ca(&ca).unwrap()).await.unwrap();

    let (other, _) = certificate("localhost");
    let error = log_in(&url, HttpClient::with_ca(&other).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(chain(&error).contains("certificate"), "{}", chain(&error));
}

#[tokio::test]
async fn a_certificate_of_another_name_is_not_trusted() {
    let (ca, tls) = certificate("another.test");
    let url = format!("https://localhost:{}", serve(Some(tls)).await.port());
    let error = log_in(&url, HttpClient::with_ca(&ca).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
}

#[tokio::test]
async fn a_host_that_is_not_there_is_unreachable() {
    // Its address is nobody else's, and it does not listen there.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let error = log_in(&url, HttpClient::new().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(chain(&error).contains("refused"), "{}", chain(&error));
}
