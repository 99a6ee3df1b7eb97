//! The senders: keep-alive connections, in an open loop or a closed one.

use crate::{
    Result,
    shared::connection::{self, Connection},
    traffic::{Mark, USUAL},
};
use benches::SECRET;
use hdrhistogram::Histogram;
use http::StatusCode;
use roaring::RoaringTreemap;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
};
use tower_whatsapp::AppSecret;

/// The connections to one server.
pub(crate) struct Load {
    senders: Vec<Sender>,
    /// The keys of all that was accepted.
    pub(crate) accepted: RoaringTreemap,
    /// Has one of them to do with the conversation whose handler may be stuck?
    pub(crate) stuck: bool,
    /// The bytes of a body.
    pub(crate) size: usize,
}

/// What a sender is to do.
#[derive(Clone, Copy)]
struct Order {
    /// Some for the conversation whose handler may be stuck.
    stuck: bool,
    size: usize,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(crate) sent: u64,
    /// 200.
    pub(crate) accepted: u64,
    /// 503.
    pub(crate) refused: u64,
    /// Not at all: the connection was closed while the request was on its way.
    pub(crate) cut: u64,
    /// Anything else.
    pub(crate) other: u64,
    /// Those that were accepted and belong to the conversation whose handler may be stuck.
    pub(crate) stuck: u64,
    /// From when each that was accepted was due to its answer, in microseconds.
    pub(crate) latencies: Histogram<u64>,
    /// The same of those that were refused.
    pub(crate) refusals: Histogram<u64>,
    /// From the first to the last.
    pub(crate) took: Duration,
    /// Of those that were accepted.
    keys: RoaringTreemap,
}

impl Answers {
    fn new() -> Result<Self> {
        let (latencies, refusals) = (Histogram::new(3)?, Histogram::new(3)?);
        let (sent, accepted, refused, cut, other, stuck) = (0, 0, 0, 0, 0, 0);
        let took = Duration::ZERO;
        let keys = RoaringTreemap::new();
        Ok(Answers { sent, accepted, refused, cut, other, stuck, latencies, refusals, took, keys })
    }

    fn add(&mut self, part: &Answers) -> Result<()> {
        self.sent += part.sent;
        self.accepted += part.accepted;
        self.refused += part.refused;
        self.cut += part.cut;
        self.other += part.other;
        self.stuck += part.stuck;
        self.latencies.add(&part.latencies)?;
        Ok(self.refusals.add(&part.refusals)?)
    }
}

impl Load {
    pub(crate) async fn connect(address: SocketAddr, connections: usize) -> Result<Self> {
        // No two senders of a process have one number.
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let mut senders = Vec::new();
        for _ in 0..connections {
            let id = NEXT.fetch_add(1, Ordering::Relaxed);
            let connection = Connection::open(address).await?;
            let secret = AppSecret::new(SECRET)?;
            senders.push(Sender { id, number: 0, secret, address, connection });
        }
        Ok(Load { senders, accepted: RoaringTreemap::new(), stuck: false, size: USUAL })
    }

    /// `rate` requests a second are due, whether or not answers keep up; each is sent by a
    /// connection that is free.
    pub(crate) async fn open(&mut self, rate: u32, duration: Duration) -> Result<Answers> {
        let (to, dues) = mpsc::unbounded_channel();
        let dues = Arc::new(Mutex::new(dues));
        // The runtime's timer ticks once a millisecond, and spinning would take a CPU.
        let pacer = thread::spawn(move || pace(rate, duration, &to));
        let answers = self
            .on_each(move |mut sender, order| {
                let dues = dues.clone();
                async move {
                    let mut answers = Answers::new()?;
                    loop {
                        let due = dues.lock().await.recv().await;
                        let Some(due) = due else { break };
                        sender.send(due, order, &mut answers).await?;
                    }
                    Ok((sender, answers))
                }
            })
            .await?;
        pacer.join().map_err(|_| "the pacer panicked")?;
        Ok(answers)
    }

    /// Each connection sends its next request when it has the answer to the last.
    pub(crate) async fn closed(&mut self, duration: Duration) -> Result<Answers> {
        let end = Instant::now() + duration;
        self.on_each(move |mut sender, order| async move {
            let mut answers = Answers::new()?;
            while Instant::now() < end {
                sender.send(Instant::now(), order, &mut answers).await?;
            }
            Ok((sender, answers))
        })
        .await
    }

    /// Does this while only the first of the connections are there.
    pub(crate) async fn with_first<T>(
        &mut self,
        count: usize,
        act: impl AsyncFnOnce(&mut Self) -> T,
    ) -> T {
        let rest = self.senders.split_off(count.min(self.senders.len()));
        let done = act(self).await;
        self.senders.extend(rest);
        done
    }

    /// Runs a job on each connection, all at the same time.
    async fn on_each<F>(&mut self, job: impl Fn(Sender, Order) -> F) -> Result<Answers>
    where
        F: Future<Output = Result<(Sender, Answers)>> + Send + 'static,
    {
        let began = Instant::now();
        let jobs = self.senders.drain(..).enumerate();
        let order = |at| Order { stuck: self.stuck && at == 0, size: self.size };
        let mut jobs: JoinSet<_> = jobs.map(|(at, sender)| job(sender, order(at))).collect();
        let mut all = Answers::new()?;
        while let Some(done) = jobs.join_next().await {
            let (sender, answers) = done??;
            self.senders.push(sender);
            self.accepted |= &answers.keys;
            all.add(&answers)?;
        }
        // Whoever was the first is so again.
        self.senders.sort_by_key(|sender| sender.id);
        all.took = began.elapsed();
        Ok(all)
    }
}

fn pace(rate: u32, duration: Duration, to: &mpsc::UnboundedSender<Instant>) {
    let start = Instant::now() + Duration::from_millis(5);
    let count = (f64::from(rate) * duration.as_secs_f64()) as u32;
    for at in 0..count {
        let due = start + Duration::from_secs_f64(f64::from(at) / f64::from(rate));
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if to.send(due).is_err() {
            return;
        }
    }
}

struct Sender {
    id: u32,
    /// Of its next event.
    number: u32,
    secret: AppSecret,
    address: SocketAddr,
    connection: Connection,
}

impl Sender {
    async fn send(&mut self, due: Instant, order: Order, answers: &mut Answers) -> Result<()> {
        let mut mark = Mark::new(self.id, self.number, SystemTime::now() - due.elapsed());
        let is_stuck = order.stuck && self.number.is_multiple_of(2);
        if is_stuck {
            mark.conversation = 0;
        }
        self.number += 1;
        if !self.connection.is_open().await {
            self.connection = Connection::open(self.address).await?;
        }
        answers.sent += 1;
        let request = connection::signed(&self.secret, mark.body(order.size));
        match self.connection.send(request).await {
            Err(_) => {
                answers.cut += 1;
                self.connection = Connection::open(self.address).await?;
            }
            Ok(StatusCode::OK) => {
                answers.accepted += 1;
                answers.keys.insert(mark.key());
                answers.stuck += u64::from(is_stuck);
                answers.latencies.record(due.elapsed().as_micros() as u64)?;
            }
            Ok(StatusCode::SERVICE_UNAVAILABLE) => {
                answers.refused += 1;
                answers.refusals.record(due.elapsed().as_micros() as u64)?;
            }
            Ok(_) => answers.other += 1,
        }
        Ok(())
    }
}
