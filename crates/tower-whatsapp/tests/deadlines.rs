//! The deadlines of the body and of the handling.
#![cfg(feature = "tokio")]

mod common;

use bytes::Bytes;
use common::*;
use http_body::{Body, Frame};
use std::{
    convert::Infallible,
    future::pending,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};
use tower::{Service, service_fn};
use tower_whatsapp::Notification;

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_in_time_is_408() {
    let (webhook, _) = webhook();
    let slow = Scripted::new([data(b"{"), Step::Stuck]);
    let slow = signed_head(TINY.as_bytes()).body(slow).expect("a request");
    send(webhook, slow).await.assert_rejected(408, "body_deadline");
}

#[tokio::test]
async fn empty_frames_are_no_progress_even_if_there_is_always_another_one() {
    let builder = endpoints().body_deadline(Duration::from_millis(1));
    let webhook = builder.deliver_to(Keeper::default()).build_service().expect("valid");
    let nothing = signed_head(TINY.as_bytes()).body(Nothing).expect("a request");
    send(webhook, nothing).await.assert_rejected(408, "body_deadline");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_has_no_more_time_than_one_that_is_late() {
    let (webhook, _) = webhook();
    let began = tokio::time::Instant::now();
    let body = Trickle { next: Box::pin(tokio::time::sleep(Duration::from_secs(3))) };
    let trickling = signed_head(TINY.as_bytes()).body(body).expect("a request");
    send(webhook, trickling).await.assert_rejected(408, "body_deadline");
    assert_eq!(began.elapsed().as_secs(), 10, "from the start, not from the last byte");
}

/// A body of one byte every three seconds.
struct Trickle {
    next: Pin<Box<tokio::time::Sleep>>,
}

impl Body for Trickle {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        ready!(self.next.as_mut().poll(cx));
        self.next = Box::pin(tokio::time::sleep(Duration::from_secs(3)));
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"{")))))
    }
}

/// A body of empty frames without end.
struct Nothing;

impl Body for Nothing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::new()))))
    }
}

#[tokio::test(start_paused = true)]
async fn handling_that_takes_too_long_is_503_and_dropped() {
    let dropped = Arc::new(());
    let held = dropped.clone();
    let stuck = service_fn(move |_: Notification| {
        let held = held.clone();
        async move {
            let _held = held;
            pending::<Result<(), Infallible>>().await
        }
    });
    let mut webhook = endpoints().deliver_to(stuck).build_service().expect("valid");
    let idle = Arc::strong_count(&dropped);
    let mut call = pin!(webhook.call(signed(CLOUD)));
    let response = call.as_mut().await.expect("an answer");
    Sent::of(response).await.assert_rejected(503, "handling_deadline");
    assert_eq!(Arc::strong_count(&dropped), idle, "gone with the answer, not with the call");
}

#[tokio::test]
async fn a_handler_that_spends_its_budget_again_and_again_runs_into_the_deadline() {
    let busy = service_fn(async |_: Notification| {
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            tokio::task::consume_budget().await;
        }
        Ok::<_, Infallible>(())
    });
    let webhook = endpoints().handling_deadline(Duration::from_millis(20)).deliver_to(busy);
    let webhook = webhook.build_service().expect("valid");
    send(webhook, signed(CLOUD)).await.assert_rejected(503, "handling_deadline");
}

#[tokio::test(start_paused = true)]
async fn getting_ready_counts_as_handling() {
    let webhook = endpoints().deliver_to(NeverReady).build_service().expect("valid");
    send(webhook, signed(CLOUD)).await.assert_rejected(503, "handling_deadline");
}

#[tokio::test(start_paused = true)]
async fn each_deadline_has_its_own_time_and_can_be_lifted() {
    let sleeping = service_fn(async |_: Notification| {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok::<_, Infallible>(())
    });
    let of = |after: Option<Duration>| {
        let builder = endpoints().handling_deadline(after).deliver_to(sleeping);
        builder.build_service().expect("valid")
    };
    send(of(None), signed(CLOUD)).await.assert_accepted();
    send(of(Some(Duration::from_secs(61))), signed(CLOUD)).await.assert_accepted();
    let short = send(of(Some(Duration::from_secs(59))), signed(CLOUD)).await;
    short.assert_rejected(503, "handling_deadline");

    // A body that took most of its time takes nothing from the handling's.
    let builder = endpoints().body_deadline(Duration::from_secs(10));
    let builder = builder.handling_deadline(Duration::from_secs(61));
    let webhook = builder.deliver_to(sleeping).build_service().expect("valid");
    let late = Late { after: Box::pin(tokio::time::sleep(Duration::from_secs(9))), body: TINY };
    let post = signed_head(TINY.as_bytes()).body(late).expect("a request");
    send(webhook, post).await.assert_accepted();

    let patient = endpoints().body_deadline(None).deliver_to(Keeper::default());
    let patient = patient.build_service().expect("valid");
    let late = Late { after: Box::pin(tokio::time::sleep(Duration::from_secs(900))), body: TINY };
    let post = signed_head(TINY.as_bytes()).body(late).expect("a request");
    send(patient, post).await.assert_accepted();
}

/// A body that comes late.
struct Late {
    after: Pin<Box<tokio::time::Sleep>>,
    body: &'static str,
}

impl Body for Late {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.body.is_empty() {
            return Poll::Ready(None);
        }
        ready!(self.after.as_mut().poll(cx));
        let body = std::mem::take(&mut self.body);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(body.as_bytes())))))
    }
}
