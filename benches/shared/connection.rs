//! A keep-alive connection, with one request on its way at most.

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header::HOST};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tower_whatsapp::{AppSecret, BoxError};
use whatsapp_testkit::request;

pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, BoxError> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Connection { sender })
    }

    /// False if the server has closed it since the last answer: then nothing can be sent.
    pub(crate) async fn is_open(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<StatusCode, BoxError> {
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        response.into_body().collect().await?;
        Ok(status)
    }
}

/// A notification as it goes over a connection.
pub(crate) fn signed(secret: &AppSecret, body: Bytes) -> Request<Full<Bytes>> {
    let mut request = request::signed(super::PATH, secret, body);
    request.headers_mut().insert(HOST, HeaderValue::from_static("localhost"));
    request.map(Full::from)
}
