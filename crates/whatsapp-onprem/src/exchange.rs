//! One request and its answer, over any HTTP service.

use crate::{ApiError, Error, ErrorKind, error::BoxError, secret::Secrets};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use std::future::poll_fn;
use tower_service::Service;

/// An answer longer than this is not read.
const LONGEST_ANSWER: usize = 1024 * 1024;

pub(crate) const JSON: &str = "application/json";
pub(crate) const TEXT: &str = "text/plain";

/// A request but for its credential.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// Content type and content.
    pub(crate) body: Option<(&'static str, Bytes)>,
}

impl Call {
    pub(crate) fn new(method: Method, path: &'static str) -> Self {
        Call { method, path, body: None }
    }

    pub(crate) fn body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.body = Some((content_type, body.into()));
        self
    }

    pub(crate) fn request(
        &self,
        url: Uri,
        (name, value): (HeaderName, HeaderValue),
    ) -> Request<Full<Bytes>> {
        let (content_type, body) = self.body.clone().unzip();
        let mut request = Request::new(Full::new(body.unwrap_or_default()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = url;
        let headers = request.headers_mut();
        headers.insert(name, value);
        if let Some(content_type) = content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        request
    }
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body of a success; else what the API says is wrong.
    pub(crate) fn success(self, secrets: &Secrets<'_>) -> Result<Bytes, Error> {
        if self.status.is_success() { Ok(self.body) } else { Err(self.error(secrets)) }
    }

    pub(crate) fn error(&self, secrets: &Secrets<'_>) -> Error {
        let api = ApiError::of(&self.body, secrets);
        let kind = match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::NotAllowed,
            StatusCode::NOT_FOUND if api.is_empty() => ErrorKind::NotFound,
            status if status.is_client_error() => ErrorKind::Refused,
            status if status.is_server_error() => ErrorKind::Failed,
            _ => ErrorKind::UnexpectedAnswer,
        };
        Error::answered(kind, self.status, api)
    }
}

/// Sends a request and reads the whole answer.
pub(crate) async fn exchange<S, B>(
    mut service: S,
    request: Request<Full<Bytes>>,
) -> Result<Answer, Error>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    let unreachable = |error: S::Error| Error::because(ErrorKind::Unreachable, error);
    poll_fn(|cx| service.poll_ready(cx)).await.map_err(unreachable)?;
    let answer = service.call(request).await.map_err(unreachable)?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), LONGEST_ANSWER);
    let body = Box::pin(body).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            Error::new(ErrorKind::AnswerTooLarge)
        } else {
            Error::because(ErrorKind::Unreachable, error)
        }
    })?;
    Ok(Answer { status, body: body.to_bytes() })
}
