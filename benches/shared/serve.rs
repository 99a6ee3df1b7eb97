//! hyper with a tower service on it.

use bytes::Bytes;
use http::{Request, Response};
use hyper::{
    body::{Body, Incoming},
    server::conn::http1,
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use std::convert::Infallible;
use tokio::net::TcpListener;
use tower::Service;
use tower_whatsapp::BoxError;

/// Serves until it is dropped.
pub(crate) async fn serve<S, B>(
    http: http1::Builder,
    listener: TcpListener,
    service: S,
) -> Result<(), BoxError>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
    }
}
