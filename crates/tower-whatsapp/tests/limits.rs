//! Each limit, and the answer past it.
#![allow(clippy::expect_used, reason = "what tests share")]

mod common;

use bytes::Bytes;
use common::*;
use http::Request;
use std::{
    convert::Infallible,
    future::pending,
    pin::pin,
    task::{Context, Poll, Waker},
};
use tower::{Service, service_fn};
use tower_whatsapp::{Notification, RejectionKind, WebhookService, notification::Kind};

/// A service that holds one tiny body and no more.
fn small<N>(service: N) -> WebhookService<N>
where
    N: Service<Notification> + Clone,
    N::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let bytes = TINY.len();
    endpoints()
        .max_body(bytes)
        .max_in_flight(bytes)
        .deliver_to(service)
        .build_service()
        .expect("valid")
}

fn scripted(body: Scripted) -> Request<Scripted> {
    signed_head(TINY.as_bytes()).body(body).expect("a request")
}

/// Polls once; the waker does nothing.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_passes_and_one_byte_more_does_not() {
    let (default, keeper) = webhook();
    let limit = 3 * 1024 * 1024 + 64 * 1024;
    let body = |len: usize| Bytes::from(TINY.to_owned() + &" ".repeat(len - TINY.len()));
    send(default.clone(), signed(body(limit))).await.assert_accepted();
    assert_eq!(keeper.taken()[0].body().len(), limit);
    send(default.clone(), signed(body(limit + 1))).await.assert_rejected(413, "body_too_large");
    // Without a length, and in frames: the limit is met on the way.
    let frames = |len| {
        let body = body(len);
        let steps = body.chunks(65_536).map(data).collect::<Vec<_>>();
        signed_head(&body).body(Scripted::new(steps).then(Step::Trailers)).expect("a request")
    };
    send(default.clone(), frames(limit)).await.assert_accepted();
    send(default, frames(limit + 1)).await.assert_rejected(413, "body_too_large");
}

#[tokio::test]
async fn the_length_of_a_body_counts_whatever_the_header_says() {
    let webhook = small(Keeper::default());
    let long = Bytes::from(TINY.to_owned() + " ");
    let claimed = |body: &Bytes, length: &str| signed_head(body).header("content-length", length);
    for length in ["0", "1", "3211265", "18446744073709551615", "18446744073709551616", "-1", ""] {
        let tiny = Bytes::from(TINY);
        let within = claimed(&tiny, length).body(Fulls::new(tiny)).expect("a request");
        send(webhook.clone(), within).await.assert_accepted();
        let beyond = claimed(&long, length).body(Fulls::new(long.clone())).expect("a request");
        send(webhook.clone(), beyond).await.assert_rejected(413, "body_too_large");
        // Of no known length.
        let frames = Scripted::new([data(&long)]);
        let beyond = claimed(&long, length).body(frames).expect("a request");
        send(webhook.clone(), beyond).await.assert_rejected(413, "body_too_large");
    }
}

#[tokio::test]
async fn reading_stops_at_the_limit() {
    let webhook = small(Keeper::default());
    let body = Scripted::new([data(TINY.as_bytes()), data(b" "), Step::Unread]);
    send(webhook, scripted(body)).await.assert_rejected(413, "body_too_large");
}

#[tokio::test]
async fn a_client_that_only_promises_blocks_nobody() {
    let mut webhook = small(Keeper::default());
    let mut slow = scripted(Scripted::new([Step::Stuck]));
    slow.body_mut().promised = Some(TINY.len() as u64);
    let mut slow = pin!(webhook.call(slow));
    assert!(poll_once(slow.as_mut()).is_pending());
    send(webhook, signed(TINY)).await.assert_accepted();
}

#[tokio::test]
async fn bytes_in_flight_are_refused_past_the_limit_before_and_while_reading() {
    let mut webhook = small(Keeper::default());
    // One byte of the slow one is held: the next one's last byte is too much.
    let mut slow = pin!(webhook.call(scripted(Scripted::new([data(b"{"), Step::Stuck]))));
    assert!(poll_once(slow.as_mut()).is_pending());
    let body = Scripted::new([data(TINY.as_bytes()), Step::Unread]);
    send(webhook.clone(), scripted(body)).await.assert_rejected(503, "bytes_in_flight");
    // All bytes are held: the next one is not read at all.
    let rest = scripted(Scripted::new([data(&TINY.as_bytes()[1..]), Step::Stuck]));
    let mut rest = pin!(webhook.call(rest));
    assert!(poll_once(rest.as_mut()).is_pending());
    send(webhook, scripted(Scripted::unread())).await.assert_rejected(503, "bytes_in_flight");
}

#[tokio::test]
async fn bytes_in_flight_are_shared_by_clones_and_given_back_in_every_state() {
    // Dropped while the body comes.
    let mut collecting = small(Keeper::default());
    for _ in 0..3 {
        let steps = [data(TINY.as_bytes()), Step::Stuck];
        let mut call = Box::pin(collecting.clone().call(scripted(Scripted::new(steps))));
        assert!(poll_once(call.as_mut()).is_pending());
        let busy = send(collecting.clone(), signed(TINY)).await;
        busy.assert_rejected(503, "bytes_in_flight");
    }
    let mut call = Box::pin(collecting.call(signed(TINY)));
    assert!(poll_once(call.as_mut()).is_ready());
    // The answer is there: nothing is held although the future still is.
    send(collecting.clone(), signed(TINY)).await.assert_accepted();

    // Dropped while the service gets ready.
    let mut readying = small(NeverReady);
    for _ in 0..3 {
        let mut call = Box::pin(readying.call(signed(TINY)));
        assert!(poll_once(call.as_mut()).is_pending());
        let busy = send(readying.clone(), signed(TINY)).await;
        busy.assert_rejected(503, "bytes_in_flight");
    }

    // Dropped while the service handles.
    let mut handling =
        small(service_fn(async |_: Notification| pending::<Result<(), Infallible>>().await));
    for _ in 0..3 {
        let mut call = Box::pin(handling.call(signed(TINY)));
        assert!(poll_once(call.as_mut()).is_pending());
        let busy = send(handling.clone(), signed(TINY)).await;
        busy.assert_rejected(503, "bytes_in_flight");
    }

    // After every kind of answer.
    let failing = small(service_fn(async |_: Notification| Err::<(), _>("no")));
    for _ in 0..3 {
        send(failing.clone(), signed(TINY)).await.assert_rejected(503, "handling_failed");
        let broken = Scripted::new([data(TINY.as_bytes()), Step::Error]);
        send(failing.clone(), scripted(broken)).await.assert_rejected(400, "broken_body");
        let other = TINY.replace("[]", "{}");
        assert_eq!(send(failing.clone(), scripted(Scripted::frames(&other, 5))).await.status, 401);
    }
}

#[test]
fn what_never_waits_needs_no_runtime() {
    let (mut webhook, keeper) = webhook();
    let mut call = pin!(webhook.call(signed(CLOUD)));
    let Poll::Ready(Ok(response)) = poll_once(call.as_mut()) else { panic!("nothing to wait for") };
    assert_eq!(response.status(), 200);
    assert_eq!(keeper.taken()[0].events().map(|event| event.kind()).next(), Some(Kind::Text));
    assert!(response.extensions().get::<RejectionKind>().is_none());
}
