//! The load generator: keep-alive connections, each with one request on its way at most, in a
//! closed loop or an open one.

use crate::{Result, shared::connection::Connection};
use bytes::Bytes;
use hdrhistogram::Histogram;
use http::{Request, StatusCode};
use http_body_util::Full;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use whatsapp_signature::Verifier;

/// The connections to one server.
pub(crate) struct Load {
    callers: Vec<Caller>,
}

impl Load {
    /// Connects, and sees that the server refuses this request with a forged signature.
    pub(crate) async fn connect(
        address: SocketAddr,
        connections: usize,
        request: Request<Full<Bytes>>,
    ) -> Result<Self> {
        let mut load = Load { callers: Vec::new() };
        for _ in 0..connections {
            let connection = Connection::open(address).await?;
            load.callers.push(Caller { connection, request: request.clone() });
        }
        let mut forged = request;
        let zeros = format!("sha256={}", "0".repeat(64)).parse()?;
        forged.headers_mut().insert(Verifier::HEADER, zeros);
        match Connection::open(address).await?.send(forged).await? {
            StatusCode::UNAUTHORIZED => Ok(load),
            status => Err(format!("a forged signature was answered {status}").into()),
        }
    }

    /// Each connection sends `requests`, the next one when it has the answer to the last. Gives
    /// what all of them took.
    pub(crate) async fn closed(&mut self, requests: usize) -> Result<Duration> {
        let start = Instant::now();
        self.on_each(|_, mut caller| async move {
            for _ in 0..requests {
                caller.accepted().await?;
            }
            Ok((caller, ()))
        })
        .await?;
        Ok(start.elapsed())
    }

    /// All connections together send `rate` requests a second, whether or not answers keep up.
    /// Gives the nanoseconds from when each request was due to its answer.
    pub(crate) async fn open(&mut self, rate: u32, duration: Duration) -> Result<Histogram<u64>> {
        let every = Duration::from_secs(1) / rate;
        let start = Instant::now() + Duration::from_millis(5);
        let count = self.callers.len();
        let latencies = self
            .on_each(|at, mut caller| async move {
                let mut latencies = Histogram::<u64>::new(3)?;
                let mut due = start + every * at as u32;
                while due < start + duration {
                    wait_until(due).await;
                    caller.accepted().await?;
                    latencies.record(due.elapsed().as_nanos() as u64)?;
                    due += every * count as u32;
                }
                Ok((caller, latencies))
            })
            .await?;
        let mut all = Histogram::new(3)?;
        for part in latencies {
            all.add(part)?;
        }
        Ok(all)
    }

    /// Runs a job on each connection, all at the same time.
    async fn on_each<T, F>(&mut self, job: impl Fn(usize, Caller) -> F) -> Result<Vec<T>>
    where
        T: Send + 'static,
        F: Future<Output = Result<(Caller, T)>> + Send + 'static,
    {
        let jobs = self.callers.drain(..).enumerate();
        let mut jobs: JoinSet<_> = jobs.map(|(at, caller)| job(at, caller)).collect();
        let mut results = Vec::new();
        while let Some(done) = jobs.join_next().await {
            let (caller, result) = done??;
            self.callers.push(caller);
            results.push(result);
        }
        Ok(results)
    }
}

/// The timer ticks once a millisecond: the rest of the wait goes round with the other tasks.
async fn wait_until(due: Instant) {
    let early = due - Duration::from_millis(2);
    tokio::time::sleep_until(early.into()).await;
    while Instant::now() < due {
        tokio::task::yield_now().await;
    }
}

/// A connection, and what it sends.
struct Caller {
    connection: Connection,
    request: Request<Full<Bytes>>,
}

impl Caller {
    /// Sends one request that has to be answered 200.
    async fn accepted(&mut self) -> Result<()> {
        match self.connection.send(self.request.clone()).await? {
            StatusCode::OK => Ok(()),
            status => Err(format!("a request was answered {status}").into()),
        }
    }
}
