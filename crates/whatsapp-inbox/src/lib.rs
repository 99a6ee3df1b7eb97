//! A durable inbox for WhatsApp notifications: a 200 means kept, and what was kept is handled.
//!
//! WhatsApp sends a notification again until it is answered with 200: for days, in other batches, in
//! any order. Who answers before the work is done loses messages in a crash; who answers after it is
//! sent everything again when the work is slow. An [`Inbox`] does neither: it is a
//! `Service<Notification>` that is `Ok` once what is new in a notification is in a [`Store`]; and
//! [`Workers`] hand it, event by event, to a `Service<Event>` such as an
//! [`EventRouter`](whatsapp_router::EventRouter).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! use std::time::Duration;
//! use tokio::sync::mpsc::{self, error::SendError};
//! use tower::{Service, ServiceExt};
//! use whatsapp_inbox::{Inbox, store::MemoryStore};
//! use whatsapp_notification::{Event, Notification, Text};
//! use whatsapp_router::EventRouter;
//!
//! type Seen = mpsc::Sender<String>;
//!
//! async fn on_text(event: Event<Text>, seen: Seen) -> Result<(), SendError<String>> {
//!     seen.send(event.get().body.unwrap_or_default().to_cow().into_owned()).await
//! }
//!
//! let (seen, mut texts) = mpsc::channel(8);
//! let router = EventRouter::builder().on_with(seen, on_text).build()?;
//!
//! let mut inbox = Inbox::new(MemoryStore::new()); // for an example: it keeps nothing safe
//! let workers = inbox.workers(router).start();
//!
//! // Over HTTP, `tower-whatsapp` calls it.
//! let body = r#"{"messages":[{"from":"15550001","id":"A","type":"text","text":{"body":"Hi"}}]}"#;
//! for _ in 0..2 {
//!     inbox.ready().await?.call(Notification::parse(body)?).await?; // `Ok` both times
//! }
//! assert_eq!(texts.recv().await.as_deref(), Some("Hi"));
//!
//! let drained = workers.drain(Duration::from_secs(10)).await;
//! assert_eq!(drained.handed_back, 0);
//! assert!(texts.try_recv().is_err()); // once
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//! **Kept.** When an inbox is `Ok`, each event of the notification has been made durable, was before,
//! or is a dead letter; what that survives, the store says. An `Err` is a 503 over HTTP, and WhatsApp
//! sends again.
//!
//! **Handed at least once.** Every event that was kept is handed to the handler until it is done or
//! dead. A handler that was cut short, by a crash or at the end of a drain, has its event handed to it
//! again: what it does should bear that.
//!
//! **Never again once it is done.** When its completion has been committed, an event is not handed out
//! again, after a restart neither; nor is it when WhatsApp sends it again within the window: 8 days for
//! the Cloud API, 2 for On-Premises ([`Inbox::cloud_window`], [`Inbox::on_premises_window`]). Between
//! a handler's success and its commit is a gap that no inbox can close: a crash in it gives a repeat.
//! An event with neither an id nor a time of its own is new each time
//! ([`Event::key`](whatsapp_notification::Event::key)).
//!
//! **In order within a conversation.** Events of one conversation make a lane: account (endpoint, entry and
//! business number), and group, else the customer's user id, else their number; without a customer,
//! account and field. A notification is all that is asked, the event and the contact beside it: where one
//! names the user id, and another the number alone, they are two lanes, and no order holds between the
//! two. Of a lane one event at a time is
//! handled, in the order in which they were kept, which is the order of arrival, not that of their
//! timestamps. The next begins when the one before is done or dead; so an event that waits for its next
//! attempt holds up its conversation, and no other, unless [`Workers::pass_after`] lets the lane go
//! on. A dead letter that is replayed comes at its old place, which others have passed.
//!
//! # Verdicts
//! | a handler | its event |
//! |---|---|
//! | `Ok(())`, [`Done`](whatsapp_router::Outcome::Done) | is done |
//! | [`Retry`](whatsapp_router::Outcome::Retry) | comes again after this time, or after a day, whichever is shorter |
//! | `Err`, a panic | comes again after a delay: at random, up to a second at first, up to 10 minutes at last |
//! | [`Dead`](whatsapp_router::Outcome::Dead) | is a dead letter |
//!
//! After 20 attempts, or when it fails 24 hours after it was received, for the fifth time at least, an
//! event is a dead letter, too; so is, at once, one whose body is not there any more, or holds no event
//! at its place, as another version of the parser may see it. A body that the store fails to read for
//! half a minute is a failed attempt.
//!
//! A handler may end the process, by a stack that overflows or a panic with `panic = "abort"`. So an attempt at
//! an event that was kept before these workers took the events is recorded when it begins, and counts like one
//! that failed if it is cut short: by the end of the process, of a drain or of the lease. The event then waits
//! for its delay, and after 20 attempts of both sorts, five at least, it is a dead letter, and its conversation
//! goes on. What was handled beside it each time counts, too, and may be a dead letter with it: replay that.
//!
//! Dead letters keep their reason, their attempts and their body, for 30 days: [`Store::dead`] lists them,
//! [`Store::replay`] has one handled again (within half a minute, later where very many events are
//! pending), [`Store::purge`] ends one.
//!
//! # One owner
//! Any number of processes may keep notifications in one store. The workers of one of them have the
//! events in hand, for a lease that they renew; the others wait. At a [drain](Running::drain) they are
//! given to the next at once; after a crash it takes them over when the lease is over, 30 seconds by
//! default. Each step shows a fence: of an owner that was overtaken, unnoticed, nothing is recorded.
//! Such an owner drops its handlers when it notices; for a moment two handlers may run. A process that
//! stood still for longer than its lease looks at its clocks first, but can begin a handler if it is
//! stopped right after that.
//!
//! # Clocks
//! Times in a store are those of the wall's clock. One that was ahead or behind by days and is put right again
//! holds up no event for more than two days. But:
//! - Sweeps by a clock that is ahead forget keys, and remove dead letters, too early.
//! - What a clock that is behind has kept is forgotten too early by as much: when it comes again, within the
//!   window by the right clock, it is handled again. Dead letters of such a clock are removed too early.
//! - A dead letter that a clock ahead has made stays longer by as much, and so does a body, if bodies are
//!   [kept](Workers::retention) at all once their events are done.
//! - A retry that a clock ahead has put off waits as long as that was ahead, up to two days.
//! - What was kept by a clock that was behind by more than [`Workers::max_age`] counts as that old, and so does
//!   all by one that is ahead: at its fifth failure it is given up.
//!
//! # Ending
//! First stop accepting: the server, or with [`Inbox::stop_accepting`] the inbox. Then
//! [`drain`](Running::drain) the workers, and close the store. At a second signal, drain without time:
//! handlers are dropped, and their events are handled by the next owner. Who skips all of it, as a kill
//! does, loses nothing either. The example `rolling` replaces a process that runs, and no request is
//! refused or cut.
//!
//! # Personal data
//! A body goes with the sweep after the last of its events has ended; dead letters stay for 30 days. Both
//! can be [set](Workers::retention). [`erase_contact`] erases one person from a store before.
//!
//! # Bounds
//! 64 handlers at a time, and 320 events that are handled or whose end is being recorded; 65,536 waiting
//! events in hand, 32 of a lane, some 100 bytes each; the bodies of the events that are handled, each for
//! as long as its handler keeps the event (WhatsApp's have up to 3 MB), and of those read lately 16 MiB, or
//! the one read last. The rest waits in the store. When more than 65,536 conversations wait for retries, those behind them wait, too. A
//! handler that never returns holds up its conversation and takes one of the 64 places: put a
//! `tower::timeout::Timeout` around handlers.
//!
//! # Features
//! | feature | default | |
//! |---|---|---|
//! | `sqlite` | yes | [`SqliteStore`](store::SqliteStore): one file, with SQLite compiled in |
//! | `tracing` | yes | events at target `whatsapp` for what fails or is given up, with `kind`, `label`, `attempts`, `reason`; for a store that fails, with `call`, `reason`, `cause`; for who has the events in hand |
//! | `metrics` | no | [what is counted](#what-is-counted) |
//!
//! Neither logs nor metrics have content, nor a handler's error, which may repeat content.
//!
//! # What is counted
//! | name | |
//! |---|---|
//! | `whatsapp_inbox_events_total` | events that came, by `result`: `new`, `duplicate` |
//! | `whatsapp_inbox_refusals_total` | notifications that were not kept, by `reason`: `busy`, `full`, `draining`, `closed`, `other` |
//! | `whatsapp_inbox_keep_seconds` | histogram: how long it took to keep a notification |
//! | `whatsapp_inbox_commit_seconds` | histogram: how long a transaction took that made calls durable, of an `SqliteStore` |
//! | `whatsapp_inbox_queue` | gauge: how many calls waited for an `SqliteStore` when it began its last transaction |
//! | `whatsapp_inbox_attempts_total` | attempts, by `outcome`: `done`, `retry`, `dead`, `error`, `panic` |
//! | `whatsapp_inbox_dead_letters_total` | events that the workers gave up |
//! | `whatsapp_inbox_store_errors_total` | calls that failed the workers, by `call` |
//! | `whatsapp_inbox_owner` | gauge: 1 while these workers have the events in hand |
//! | `whatsapp_inbox_pending`, `whatsapp_inbox_dead_letters`, `whatsapp_inbox_bodies` | gauges: what is in the store |
//! | `whatsapp_inbox_oldest_seconds` | gauge: the age of the oldest pending event |
//! | `whatsapp_inbox_lanes`, `whatsapp_inbox_running` | gauges: lanes in hand, handlers that run |
//!
//! The owner reads those of the store every ten seconds, less often where that takes long.

mod clock;
mod erase;
mod error;
mod inbox;
mod lane;
mod signal;
pub mod store;
mod telemetry;
mod workers;

pub use erase::{Erased, erase_contact};
pub use error::{StoreError, StoreErrorKind};
pub use inbox::{Inbox, InboxFuture};
pub use store::Store;
pub use workers::{Drained, Running, Workers};

/// The README's example runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
