//! A server in a process of its own, and what time that process has spent on a CPU.

use crate::{Result, cpus, server::RUN};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A server that is stopped when this is dropped.
pub(crate) struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    /// This program again, as the server of this name, on this CPU.
    pub(crate) fn launch(service: &str, cpu: usize) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([RUN, service])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        cpus::pin(Some(&child), cpu)?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        match line.trim().parse() {
            Ok(address) => Ok(Process { child, address }),
            Err(_) => Err(format!("the server {service} did not start").into()),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// User and system time of all its threads.
    pub(crate) async fn cpu_time(&self) -> Result<Duration> {
        // The kernel counts a thread's time in full once it waits, which is soon after its answer.
        tokio::time::sleep(Duration::from_millis(2)).await;
        let mut nanos = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(thread?.path().join("schedstat"))?;
            nanos += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.stdin = None; // It ends when its stdin does.
        let _ = self.child.wait();
    }
}
