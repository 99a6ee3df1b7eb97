//! [`Deadline`]: a timer that is only set once there is something to wait for.

#[cfg(feature = "tokio")]
use std::pin::pin;
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// Counts from its first poll. A request that never waits sets no timer and needs no runtime.
#[cfg(feature = "tokio")]
#[pin_project::pin_project]
#[derive(Debug)]
pub(crate) struct Deadline {
    after: Option<std::time::Duration>,
    #[pin]
    sleep: Option<tokio::time::Sleep>,
}

#[cfg(feature = "tokio")]
impl Deadline {
    pub(crate) fn new(after: Option<std::time::Duration>) -> Self {
        Deadline { after, sleep: None }
    }

    pub(crate) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(after) = *this.after else { return Poll::Pending };
        if this.sleep.is_none() {
            this.sleep.set(Some(tokio::time::sleep(after)));
        }
        // What is timed may have spent the task's budget, and go on without an end because of it.
        let sleep = this.sleep.as_pin_mut().map(tokio::task::unconstrained);
        sleep.map_or(Poll::Pending, |sleep| pin!(sleep).poll(cx))
    }
}

/// Without a timer there are no deadlines.
#[cfg(not(feature = "tokio"))]
#[derive(Debug)]
pub(crate) struct Deadline;

#[cfg(not(feature = "tokio"))]
impl Deadline {
    pub(crate) fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}
