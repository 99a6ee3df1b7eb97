//! [`HttpClient`]: requests over real sockets.

use bytes::Bytes;
use http::{
    HeaderValue, Request, Response, Uri, header,
    uri::{Authority, Scheme},
};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{
    error::Error,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};
use tower_service::Service;

type Boxed = Box<dyn Error + Send + Sync>;

/// An HTTP/1.1 client without TLS: makes of any URL a service to [`deliver`](crate::deliver) to.
/// Redirects are answers, and not followed.
///
/// ```no_run
/// use whatsapp_testkit::{HttpClient, Samples, Schedule, deliver, request};
/// # use std::time::Duration;
///
/// # async fn example() {
/// let body = Samples::new(1).onprem_text().body;
/// let post = request::unsigned("http://127.0.0.1:3000/onprem/a-secret", body);
/// let quick = Schedule::linear(Duration::from_millis(10), Duration::from_millis(50));
/// let report = deliver(HttpClient::new(), post).schedule(quick).await;
/// assert!(report.given_up.is_empty());
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client<HttpConnector, Full<Bytes>>,
    to: Option<Authority>,
}

impl HttpClient {
    /// A client that goes where the request's URL says: `http` only.
    #[must_use]
    pub fn new() -> Self {
        HttpClient { client: Client::builder(TokioExecutor::new()).build_http(), to: None }
    }

    /// A client that goes to this address, whatever the host and the scheme of the request's URL: a
    /// server on loopback then stands for `https://webhook.example`, and sees that name as `Host`.
    ///
    /// # Panics
    /// Never: every address is the authority of a URL.
    #[must_use]
    pub fn to(address: SocketAddr) -> Self {
        let to = Authority::try_from(address.to_string());
        let to = to.unwrap_or_else(|error| panic!("{address}: {error}"));
        HttpClient { to: Some(to), ..HttpClient::new() }
    }

    fn aim(&self, request: &mut Request<Full<Bytes>>) -> Result<(), http::Error> {
        let Some(to) = &self.to else { return Ok(()) };
        let mut uri = std::mem::take(request.uri_mut()).into_parts();
        if let Some(host) = &uri.authority
            && let Ok(host) = HeaderValue::from_str(host.as_str())
        {
            request.headers_mut().insert(header::HOST, host);
        }
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(to.clone());
        *request.uri_mut() = Uri::from_parts(uri)?;
        Ok(())
    }
}

impl Default for HttpClient {
    fn default() -> Self {
        HttpClient::new()
    }
}

impl Service<Request<Full<Bytes>>> for HttpClient {
    type Response = Response<Full<Bytes>>;
    type Error = Boxed;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Boxed>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Boxed>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Full<Bytes>>) -> Self::Future {
        let aimed = self.aim(&mut request);
        let client = self.client.clone();
        Box::pin(async move {
            aimed?;
            let (head, body) = client.request(request).await?.into_parts();
            Ok(Response::from_parts(head, Full::new(body.collect().await?.to_bytes())))
        })
    }
}
