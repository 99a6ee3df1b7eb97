//! Which CPUs the processes run on. Left to the scheduler, a server stays for seconds beside its
//! client or away from it, and its figures differ threefold by that.

use std::io;

/// The CPUs that this machine lets a process use.
#[cfg(target_os = "linux")]
pub(crate) fn all() -> io::Result<Vec<usize>> {
    use rustix::thread::{CpuSet, sched_getaffinity};
    use std::sync::OnceLock;
    // As it was before this process was pinned.
    static ALL: OnceLock<Vec<usize>> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(all.clone());
    }
    let allowed = sched_getaffinity(None)?;
    let all = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu)).collect();
    Ok(ALL.get_or_init(|| all).clone())
}

/// The first and the last of them.
pub(crate) fn first_and_last() -> io::Result<(usize, usize)> {
    let all = all()?;
    let first = all.first().copied().unwrap_or_default();
    Ok((first, all.last().copied().unwrap_or(first)))
}

/// Keeps this thread on these CPUs.
#[cfg(target_os = "linux")]
pub(crate) fn pin(to: &[usize]) -> io::Result<()> {
    use rustix::thread::{CpuSet, sched_setaffinity};
    let mut cpus = CpuSet::new();
    to.iter().for_each(|cpu| cpus.set(*cpu));
    Ok(sched_setaffinity(None, &cpus)?)
}

/// Does this on these CPUs, and comes back. A process that is begun there has them from its first step:
/// it takes its number of threads from them.
#[cfg(target_os = "linux")]
pub(crate) fn on<T>(to: &[usize], act: impl FnOnce() -> T) -> io::Result<T> {
    use rustix::thread::{sched_getaffinity, sched_setaffinity};
    let own = sched_getaffinity(None)?;
    pin(to)?;
    let done = act();
    sched_setaffinity(None, &own)?;
    Ok(done)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn all() -> io::Result<Vec<usize>> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn pin(_: &[usize]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn on<T>(_: &[usize], _: impl FnOnce() -> T) -> io::Result<T> {
    Err(io::ErrorKind::Unsupported.into())
}
