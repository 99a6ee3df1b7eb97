//! A server in a process of its own: what it says, how much memory it has, and what time it has
//! spent on a CPU.

use super::cpus;
use std::{
    ffi::OsStr,
    fs,
    io::{self, BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

/// A server that is stopped when this is dropped.
pub(crate) struct Process {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Process {
    /// This program again, with these arguments, on this CPU or on all; its first line tells its
    /// address.
    pub(crate) fn launch(
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
        cpu: Option<usize>,
    ) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let cpus = cpu.map_or_else(cpus::all, |cpu| Ok(vec![cpu]))?;
        let mut child = cpus::on(&cpus, || command.spawn())??;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let mut from = BufReader::new(from.ok_or_else(|| io::Error::other("no stdout"))?);
        let mut line = String::new();
        from.read_line(&mut line)?;
        match line.trim().parse() {
            Ok(address) => Ok(Process { child, to, from, address }),
            Err(_) => Err(io::Error::other("the server did not start")),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Writes a line to it, and reads the line that it answers.
    pub(crate) fn ask(&mut self, question: &str) -> io::Result<String> {
        let mut line = String::new();
        if let Some(to) = &mut self.to {
            to.write_all(format!("{question}\n").as_bytes())?;
            self.from.read_line(&mut line)?;
        }
        if line.is_empty() {
            return Err(io::Error::other("the server has ended"));
        }
        Ok(line)
    }

    /// A line of `/proc/PID/status` that is given in kB, in bytes: `VmRSS`, `VmHWM`.
    pub(crate) fn memory(&self, line: &str) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let found = status.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':'));
        let number = found.and_then(|found| found.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        number.map(|kib| kib * 1024).ok_or_else(|| io::Error::other(format!("no {line}")))
    }

    /// From now on `VmHWM` is the most memory it has from now on.
    pub(crate) fn forget_highest(&self) -> io::Result<()> {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")
    }

    /// Ends it as a crash does.
    pub(crate) fn kill(mut self) -> io::Result<()> {
        self.child.kill()
    }

    /// User and system time of all its threads.
    pub(crate) async fn cpu_time(&self) -> io::Result<Duration> {
        // The kernel counts a thread's time in full once it waits, which is soon after its answer.
        tokio::time::sleep(Duration::from_millis(2)).await;
        let mut nanos = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(thread?.path().join("schedstat"))?;
            let spent = text.split(' ').next().unwrap_or_default().parse::<u64>();
            nanos += spent.map_err(io::Error::other)?;
        }
        Ok(Duration::from_nanos(nanos))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.to = None; // It ends when its stdin does.
        let _ = self.child.wait();
    }
}
