//! Which CPUs the processes run on. Left to the scheduler, a server stays for seconds beside its
//! client or away from it, and its figures differ threefold by that.

use std::{io, process::Child};

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

/// Keeps a child, or this thread, on these CPUs.
#[cfg(target_os = "linux")]
pub(crate) fn pin(child: Option<&Child>, to: &[usize]) -> io::Result<()> {
    use rustix::thread::{CpuSet, Pid, sched_setaffinity};
    let mut cpus = CpuSet::new();
    to.iter().for_each(|cpu| cpus.set(*cpu));
    Ok(sched_setaffinity(child.map(Pid::from_child), &cpus)?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn all() -> io::Result<Vec<usize>> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn pin(_: Option<&Child>, _: &[usize]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
