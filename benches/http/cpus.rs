//! Which CPUs the processes run on. Left to the scheduler, a server stays for seconds beside its
//! client or away from it, and its figures differ threefold by that.

use std::{io, process::Child};

/// The first and the last CPU that this process may use.
#[cfg(target_os = "linux")]
pub(crate) fn first_and_last() -> io::Result<(usize, usize)> {
    use rustix::thread::{CpuSet, sched_getaffinity};
    let allowed = sched_getaffinity(None)?;
    let mut cpus = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu));
    let first = cpus.next().unwrap_or_default();
    Ok((first, cpus.next_back().unwrap_or(first)))
}

/// Keeps a child, or this thread, on one CPU.
#[cfg(target_os = "linux")]
pub(crate) fn pin(child: Option<&Child>, cpu: usize) -> io::Result<()> {
    use rustix::thread::{CpuSet, Pid, sched_setaffinity};
    let mut cpus = CpuSet::new();
    cpus.set(cpu);
    Ok(sched_setaffinity(child.map(Pid::from_child), &cpus)?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn first_and_last() -> io::Result<(usize, usize)> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn pin(_: Option<&Child>, _: usize) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
