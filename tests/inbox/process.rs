//! The server's process.

use super::server::Options;
use fastrand::Rng;
use std::{
    env, io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use tower_whatsapp::BoxError;

/// A server that is running. It ends when this process does: its standard input is a pipe from here.
#[derive(Debug)]
pub struct Server {
    process: Child,
}

impl Server {
    /// Starts this program as a server.
    ///
    /// # Errors
    /// The system's.
    pub fn start(options: &Options) -> io::Result<Self> {
        Self::start_under(Command::new(env::current_exe()?), options)
    }

    /// Starts it under another program, which runs what follows on its own arguments.
    ///
    /// # Errors
    /// The system's.
    pub fn start_under(mut command: Command, options: &Options) -> io::Result<Self> {
        command.arg("serve").args(options.to_args());
        Ok(Server { process: command.stdin(Stdio::piped()).spawn()? })
    }

    /// The number of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Has it ended by itself?
    ///
    /// # Errors
    /// The system's.
    pub fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.process.try_wait()?.is_some())
    }

    /// Waits until it listens there.
    ///
    /// # Errors
    /// That it has ended before.
    pub fn listens(&mut self, address: SocketAddr) -> Result<(), BoxError> {
        while TcpStream::connect(address).is_err() {
            if self.has_ended()? {
                return Err("the server has ended before it listened".into());
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// `kill -9`.
    ///
    /// # Errors
    /// That it has ended by itself.
    pub fn kill(&mut self) -> Result<(), BoxError> {
        if self.has_ended()? {
            return Err("the server has ended by itself".into());
        }
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Ends it in order.
    ///
    /// # Errors
    /// That it has failed.
    pub fn drain(mut self) -> Result<(), BoxError> {
        drop(self.process.stdin.take());
        match self.process.wait()?.success() {
            true => Ok(()),
            false => Err("the server has failed".into()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // First in order: what it runs under may leave it alone.
        drop(self.process.stdin.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address at which nobody listens, below the ports that the system gives to clients: a client that tries
/// to reach one of those may meet itself.
///
/// # Errors
/// No port is free.
pub fn address(seed: u64) -> Result<SocketAddr, BoxError> {
    let mut rng = Rng::with_seed(seed ^ u64::from(std::process::id()));
    for _ in 0..100 {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, rng.u16(20_000..32_000)));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err("no port is free".into())
}
