//! What the programs do alike: how they begin, send and end.

use super::traffic::{self, Sent};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use std::{
    io,
    path::Path,
    process::ExitCode,
    thread::{self, JoinHandle},
    time::Duration,
};
use tempfile::TempDir;
use tower::Service;
use tower_whatsapp::BoxError;

/// A folder for files, which is removed with it: in this one, or where the system has such.
///
/// # Errors
/// The system's.
pub fn folder(parent: Option<&Path>) -> io::Result<TempDir> {
    match parent {
        Some(parent) => tempfile::tempdir_in(parent),
        None => tempfile::tempdir(),
    }
}

/// [Sends](traffic::send) on a thread of its own.
pub fn sending<S>(
    to: S,
    events: usize,
    over: Duration,
    seed: u64,
) -> JoinHandle<Result<Sent, BoxError>>
where
    S: Service<Request<Full<Bytes>>, Response = Response<Full<Bytes>>> + Clone + Send + 'static,
    S::Future: Send,
{
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(traffic::send(to, events, over, seed))
    })
}

/// 0 if all is as it should be, 1 if not, and 2 if nobody knows.
#[must_use]
pub fn exit(result: Result<bool, BoxError>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
