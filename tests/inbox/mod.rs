//! A server with an inbox, brought down and looked at: what the programs `crash`, `rolling` and `faults` share.
//!
//! `server` is what is brought down, a process of its own that is started and ended by `process`. `traffic`
//! is what is sent to it, `handler` what is done with it, `log` where that is written, and `store` reads the file that it has left.

pub mod handler;
pub mod log;
pub mod process;
pub mod program;
pub mod server;
pub mod store;
pub mod traffic;
