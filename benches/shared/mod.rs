//! What the benches over HTTP share: servers in processes of their own, and connections to them.

#![allow(dead_code, reason = "each bench takes what it needs")]

pub(crate) mod connection;
pub(crate) mod cpus;
pub(crate) mod process;
pub(crate) mod serve;

/// The path at which the servers take notifications.
pub(crate) const PATH: &str = "/whatsapp";
