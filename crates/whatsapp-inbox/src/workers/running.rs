//! [`Running`]: workers at work, and how they are stopped.

use std::{fmt, time::Duration};
use tokio::{sync::watch, task::AbortHandle, time::Instant};

/// Workers at work. Dropped, they stop at once: the handlers that run are dropped too, and another
/// process has the events when the lease is over. [`drain`](Self::drain) does it in order.
#[must_use = "workers stop when it is dropped"]
pub struct Running {
    deadline: watch::Sender<Option<Instant>>,
    drained: watch::Receiver<Option<Drained>>,
    task: AbortHandle,
}

/// What became of the events that were being handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// How many handlers came to their end, and had it recorded.
    pub finished: usize,
    /// How many did not end in time, or had ended and not had it recorded: they were dropped, and their events
    /// are handled again, unless the store has recorded it after all.
    pub handed_back: usize,
}

/// What the task sees of it.
pub(super) struct Orders {
    pub(super) deadline: watch::Receiver<Option<Instant>>,
    pub(super) drained: watch::Sender<Option<Drained>>,
}

impl Running {
    /// `spawn` begins the work.
    pub(super) fn new(spawn: impl FnOnce(Orders) -> AbortHandle) -> Self {
        let (deadline, orders) = watch::channel(None);
        let (results, drained) = watch::channel(None);
        let task = spawn(Orders { deadline: orders, drained: results });
        Running { deadline, drained, task }
    }

    /// Starts no handler any more, waits so long for those that run and for the store to record their
    /// ends, drops the rest and gives the events to whoever wants them next.
    ///
    /// Stop accepting before, the server or [the inbox](crate::Inbox::stop_accepting): what is kept
    /// later waits for the next owner. A second call may shorten
    /// the time of the first: with none it stops at once. Dropped half way, the draining goes on.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// use std::{convert::Infallible, time::Duration};
    /// use tower::{Service, service_fn};
    /// use whatsapp_inbox::{Inbox, store::MemoryStore};
    /// use whatsapp_notification::{Event, Notification};
    ///
    /// let mut inbox = Inbox::new(MemoryStore::new());
    /// let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel();
    /// let workers = inbox.workers(service_fn(move |_: Event| {
    ///     let begun = begun.clone();
    ///     async move {
    ///         let _ = begun.send(());
    ///         std::future::pending::<Result<(), Infallible>>().await
    ///     }
    /// }));
    /// let workers = workers.start();
    /// inbox.call(Notification::parse(r#"{"errors":[{"code":1014}]}"#)?).await?;
    /// begins.recv().await;
    /// let drained = workers.drain(Duration::from_millis(10)).await;
    /// // The handler had no time to end: the next owner begins it anew.
    /// assert_eq!((drained.finished, drained.handed_back), (0, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn drain(&self, within: Duration) -> Drained {
        let now = Instant::now();
        const AGES: Duration = Duration::from_secs(30 * 365 * 86_400);
        let deadline = now + within.min(AGES);
        self.deadline.send_if_modified(|known| {
            let is_earlier = known.is_none_or(|known| deadline < known);
            if is_earlier {
                *known = Some(deadline);
            }
            is_earlier
        });
        let mut drained = self.drained.clone();
        // Without a sender the task is gone, and its handlers with it.
        drained
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|drained| *drained)
            .unwrap_or_default()
    }

    /// True once nothing is handled any more.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.task.is_finished()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("is_stopped", &self.is_stopped()).finish_non_exhaustive()
    }
}
