//! [`HttpClient`]: an HTTP client ready for use, of hyper-util and rustls.
//!
//! ```no_run
//! use whatsapp_onprem::{Client, HttpClient, Login};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The On-Premises client comes with a certificate of its own making.
//! let http = HttpClient::with_ca(&std::fs::read_to_string("onprem-ca.pem")?)?;
//! let client = Client::new("https://onprem.example:9090", Login::new("admin", "a password"), http)?;
//! # Ok(())
//! # }
//! ```

use crate::{Error, ErrorKind, error::BoxError};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tower_service::Service;

/// An HTTP client over HTTP/1.1 and TLS (rustls with ring), on tokio. Clones share connections.
///
/// It trusts the system's roots, and the certificates it is given besides. It follows no redirects,
/// reads no proxy from the environment, and has no deadline: put tower's `Timeout` around it.
#[derive(Clone)]
pub struct HttpClient {
    inner: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl HttpClient {
    /// A client that trusts the system's roots.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidCertificates`] if the system has none that can be read.
    pub fn new() -> Result<Self, Error> {
        Self::build("")
    }

    /// A client that trusts these certificates, too: of a private CA, or the server's own if it
    /// signed itself as a CA. PEM, one behind the other.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidCertificates`] if there is none, or one is broken.
    pub fn with_ca(pem: &str) -> Result<Self, Error> {
        crate::CaCertificates::from_pem(pem)?;
        Self::build(pem)
    }

    fn build(pem: &str) -> Result<Self, Error> {
        let invalid = |error: BoxError| Error::because(ErrorKind::InvalidCertificates, error);
        let mut roots = RootCertStore::empty();
        // One that cannot be read costs the others nothing.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| invalid(error.into()))?;
            roots.add(certificate).map_err(|error| invalid(error.into()))?;
        }
        if roots.is_empty() {
            let note = "the system has none: give the CA's";
            return Err(Error::noted(ErrorKind::InvalidCertificates, note));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| invalid(error.into()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // `Client::new` lets plain http go to this machine only.
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(HttpClient { inner: Client::builder(TokioExecutor::new()).build(connector) })
    }
}

impl Service<Request<Full<Bytes>>> for HttpClient {
    type Response = Response<Incoming>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Incoming>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let answer = self.inner.request(request);
        Box::pin(async { Ok(answer.await?) })
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_can_go_anywhere() {
        fn check<T: Send + Sync + Clone + 'static>() {}
        check::<HttpClient>();
    }

    #[test]
    fn what_is_no_ca_is_refused() {
        for pem in ["", "canary", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
        {
            let error = HttpClient::with_ca(pem).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidCertificates, "{pem}");
        }
    }
}
