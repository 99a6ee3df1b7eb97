//! [`ResponseBody`]: the inner service's body, or the short one of an answer of ours.
//!
//! ```
//! use bytes::Bytes;
//! use http_body::Body;
//! use http_body_util::Full;
//! use tower_whatsapp::ResponseBody;
//!
//! // What axum, hyper and tonic ask of a response body.
//! fn assert_body<B: Body<Data = Bytes> + Send + 'static>() {}
//! assert_body::<ResponseBody<Full<Bytes>>>();
//! assert_body::<ResponseBody>();
//! ```

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{Empty, Full};
use pin_project::pin_project;
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

/// Response body of [`Webhook`](crate::Webhook) over an inner body `B`, and of
/// [`WebhookService`](crate::WebhookService), which has none inside.
#[pin_project]
pub struct ResponseBody<B = Empty<Bytes>> {
    #[pin]
    kind: Kind<B>,
}

#[pin_project(project = KindProj)]
enum Kind<B> {
    Inner(#[pin] B),
    Own(#[pin] Full<Bytes>),
}

impl<B> ResponseBody<B> {
    pub(crate) fn inner(body: B) -> Self {
        ResponseBody { kind: Kind::Inner(body) }
    }

    pub(crate) fn own(body: Full<Bytes>) -> Self {
        ResponseBody { kind: Kind::Own(body) }
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body<Data = Bytes>,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProj::Inner(body) => body.poll_frame(cx),
            KindProj::Own(body) => body.poll_frame(cx).map_err(|never| match never {}),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Inner(body) => body.is_end_stream(),
            Kind::Own(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Inner(body) => body.size_hint(),
            Kind::Own(body) => body.size_hint(),
        }
    }
}

impl<B: Default> Default for ResponseBody<B> {
    fn default() -> Self {
        ResponseBody::inner(B::default())
    }
}

/// Shows whose body it is, not what is in it.
impl<B> fmt::Debug for ResponseBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Inner(_) => "ResponseBody(inner)",
            Kind::Own(_) => "ResponseBody(own)",
        })
    }
}
