//! [`Collect`]: the request's body as one piece, within the limits.

use crate::{Rejection, RejectionKind, held::HeldBytes};
use bytes::{Buf, BufMut, Bytes};
use http_body::Body;
use pin_project::pin_project;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};
use whatsapp_router::BoxError;

/// A body on its way in.
#[pin_project]
pub(crate) struct Collect<B> {
    #[pin]
    body: B,
    received: Received,
    limit: usize,
}

/// What has come so far. One frame is kept as it came; only a second one makes it a copy.
enum Received {
    One(Bytes),
    Many(Vec<u8>),
}

impl Received {
    fn len(&self) -> usize {
        match self {
            Received::One(bytes) => bytes.len(),
            Received::Many(bytes) => bytes.len(),
        }
    }

    /// Appends `data`; `rest` is how much follows it, as far as the body promises.
    fn push(&mut self, mut data: impl Buf, rest: usize) {
        let more = data.remaining();
        match self {
            Received::One(first) if first.is_empty() => *first = data.copy_to_bytes(more),
            Received::One(first) => {
                let mut many = Vec::with_capacity(first.len() + more + rest.min(first.len()));
                many.put_slice(first);
                many.put(data);
                *self = Received::Many(many);
            }
            Received::Many(many) => {
                if many.capacity() - many.len() < more {
                    // Twice what came, or what is promised if that is less: a promise alone
                    // costs no memory.
                    many.reserve_exact(more + rest.min(many.len()));
                }
                many.put(data);
            }
        }
    }

    fn take(&mut self) -> Bytes {
        match std::mem::replace(self, Received::One(Bytes::new())) {
            Received::One(bytes) => bytes,
            Received::Many(bytes) => bytes.into(),
        }
    }
}

impl<B> Collect<B> {
    pub(crate) fn new(body: B, limit: usize) -> Self {
        Collect { body, received: Received::One(Bytes::new()), limit }
    }
}

impl<B> Collect<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    /// Polls for the whole body; what comes is counted in `held` as it comes.
    pub(crate) fn poll(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        held: &mut HeldBytes,
    ) -> Poll<Result<Bytes, Rejection>> {
        let mut this = self.project();
        loop {
            if this.body.is_end_stream() {
                return Poll::Ready(Ok(this.received.take()));
            }
            let frame = match ready!(this.body.as_mut().poll_frame(cx)) {
                None => return Poll::Ready(Ok(this.received.take())),
                Some(Err(error)) => {
                    return Poll::Ready(Err(Rejection::because(RejectionKind::BrokenBody, error)));
                }
                Some(Ok(frame)) => frame,
            };
            match frame.into_data() {
                Ok(data) if data.has_remaining() => {
                    if data.remaining() > *this.limit - this.received.len() {
                        return Poll::Ready(Err(Rejection::new(RejectionKind::BodyTooLarge)));
                    }
                    if !held.take(data.remaining()) {
                        return Poll::Ready(Err(Rejection::new(RejectionKind::BytesInFlight)));
                    }
                    let rest = this.body.size_hint().upper().unwrap_or(u64::MAX);
                    this.received.push(data, usize::try_from(rest).unwrap_or(usize::MAX));
                }
                // Trailers, or nothing: these could come for ever, so let the deadline have a look.
                _ => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
    }
}
