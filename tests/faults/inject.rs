//! strace, that has one call fail.
//!
//! strace counts the calls of each thread apart. From a process's start on, the thread that opens the file
//! meets the `n`th call first; put on a server that listens, the writer or the log's thread does.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use tower_whatsapp::BoxError;

/// What fails: the `nth` such call of a thread.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) call: &'static str,
    pub(crate) error: &'static str,
    pub(crate) nth: u32,
}

/// A call that has failed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    /// The thread's name.
    pub(crate) thread: String,
    /// When it was entered, in seconds of the Unix epoch.
    pub(crate) at: f64,
    /// The call as strace writes it.
    pub(crate) call: String,
    /// When its file, or folder, was synced after that.
    pub(crate) made_good: Option<f64>,
}

impl Fault {
    /// strace that does so, to be told whether with all threads (`-f`), and of what.
    pub(crate) fn strace(&self, output: &Path) -> Command {
        let mut command = Command::new("strace");
        let inject = format!("inject={}:error={}:when={}", self.call, self.error, self.nth);
        command.args(["-ttt", "-yy", "-Y", "-s", "0", "-e"]);
        command.arg(format!("trace=fsync,{}", self.call)).args(["-e", &inject, "-o"]).arg(output);
        command
    }

    /// Puts it on a process, or on one thread of it; it ends with that.
    ///
    /// # Errors
    /// strace's; there is no such thread.
    pub(crate) fn put_on(
        &self,
        process: u32,
        thread: Option<&str>,
        output: &Path,
    ) -> Result<Child, BoxError> {
        let mut command = self.strace(output);
        let target = match thread {
            Some(name) => find_thread(process, name)?,
            None => {
                command.arg("-f");
                process
            }
        };
        command.args(["-p", &target.to_string()]).stderr(Stdio::piped());
        let mut strace = command.spawn()?;
        let mut said = String::new();
        if let Some(stderr) = &mut strace.stderr {
            BufReader::new(stderr).read_line(&mut said)?;
        }
        match said.contains(" attached") {
            true => Ok(strace),
            false => Err(format!("strace cannot be put on a process: {}", said.trim()).into()),
        }
    }
}

/// A thread names itself when it begins, which may be later than its start.
fn find_thread(process: u32, name: &str) -> Result<u32, BoxError> {
    for _ in 0..12_000 {
        for task in fs::read_dir(format!("/proc/{process}/task"))? {
            let task = task?;
            let found = fs::read_to_string(task.path().join("comm"));
            if found.is_ok_and(|found| found.trim_end() == name) {
                return Ok(task.file_name().to_string_lossy().parse()?);
            }
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err(format!("there is no thread {name}").into())
}

/// The calls that strace has had fail by now, in all threads or in this one: one of each at the most.
///
/// # Errors
/// The file's.
pub(crate) fn hits(output: &Path, thread: Option<&str>) -> io::Result<Vec<Hit>> {
    match fs::read_to_string(output) {
        Ok(text) => Ok(match thread {
            None => find(&text),
            // strace does not say so, then.
            Some(name) => {
                let lines = text.lines().map(|line| format!("0<{name}> {line}\n"));
                find(&lines.collect::<String>())
            }
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Waits until this file was synced, or something has failed.
///
/// # Errors
/// It was not.
pub(crate) fn wait_for_sync(file: &Path, output: &Path) -> Result<(), BoxError> {
    let synced = format!("{}>) = 0", file.display());
    for _ in 0..12_000 {
        let text = fs::read_to_string(output)?;
        let is_sync = |line: &str| line.contains("sync(") && line.ends_with(&synced);
        if text.contains("(INJECTED)") || text.lines().any(is_sync) {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err("the log's pages are not moved".into())
}

fn find(text: &str) -> Vec<Hit> {
    let lines: Vec<&str> = text.lines().collect();
    let failed = lines.iter().enumerate().filter(|(_, line)| line.contains("(INJECTED)"));
    failed.filter_map(|(at, _)| hit(&lines, at)).collect()
}

/// The call that failed in this line.
fn hit(lines: &[&str], failed: usize) -> Option<Hit> {
    let thread = lines[failed].split(' ').next()?;
    // It may have been entered some lines before.
    let of_thread = |line: &&&str| line.split(' ').next() == Some(thread);
    let entered = match lines[failed].contains(" resumed>") {
        true => lines[..failed].iter().rev().find(of_thread)?,
        false => lines[failed],
    };
    let mut words = entered.split(' ').filter(|word| !word.is_empty());
    let thread = words.next()?.split(['<', '>']).nth(1)?.to_owned();
    let at = words.next()?.parse().ok()?;
    let call = words.collect::<Vec<_>>().join(" ");
    let synced = format!("<{}>", call.split(['<', '>']).nth(1).unwrap_or_default());
    let made_good = lines[failed + 1..]
        .iter()
        .find(|line| line.contains("sync(") && line.contains(&synced) && line.ends_with("= 0"))
        .and_then(|line| line.split(' ').filter(|word| !word.is_empty()).nth(1)?.parse().ok());
    Some(Hit { thread, at, call, made_good })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_that_failed_is_found_with_its_entry_and_whether_it_was_made_good() {
        let text = "\
            7<inbox-log> 10.5 fsync(3</t/a>) = 0\n\
            8<inbox-write> 11.25 fsync(4</t> <unfinished ...>\n\
            7<inbox-log> 11.5 fsync(3</t/a>) = 0\n\
            8<inbox-write> 12.0 <... fsync resumed>) = -1 EIO (Input/output error) (INJECTED)\n";
        let [hit] = &find(text)[..] else { panic!("one has failed") };
        assert_eq!((&hit.thread[..], hit.at, hit.made_good), ("inbox-write", 11.25, None));
        assert!(hit.call.starts_with("fsync(4</t>"));
        let later = format!("{text}7<inbox-log> 13.0 fsync(9</t>) = 0\n");
        assert_eq!(find(&later)[0].made_good, Some(13.0));
        assert_eq!(find("7<inbox-log> 10.5 fsync(3</t/a>) = 0\n"), []);
    }
}
