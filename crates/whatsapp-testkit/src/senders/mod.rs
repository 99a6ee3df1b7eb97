//! Senders with WhatsApp's retries.

mod cloud;
mod deliver;
mod drive;
#[cfg(feature = "http")]
mod http_client;
mod pool;
mod report;
mod schedule;
mod target;
mod updates;

pub use cloud::{App, CloudSender};
pub use deliver::{Deliver, deliver};
#[cfg(feature = "http")]
pub use http_client::HttpClient;
pub use report::{Attempt, Report};
pub use schedule::Schedule;
pub use target::Answer;

pub(crate) use deliver::PATIENCE;
pub(crate) use drive::{Driver, Next, Outbox, Ticket};
pub(crate) use pool::Pool;
pub(crate) use target::{Outcome, Target};
