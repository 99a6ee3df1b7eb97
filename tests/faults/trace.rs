//! What a server has done, in one order: strace's output, read.
//!
//! A call is entered, and has an effect from then on; it is left later, and what it promises holds from
//! then on. strace writes both moments of all threads one after the other:
//!
//! ```text
//! 12 fsync(7</tmp/inbox.db-wal> <unfinished ...>
//! 13 pwrite64(6</tmp/inbox.db>, "...", 4096, 8192) = 4096
//! 12 <... fsync resumed>) = 0
//! ```

use ::tests::inbox::traffic::{Number, marks};
use std::{collections::HashMap, io::BufRead, process::Command};
use tower_whatsapp::BoxError;

/// The calls that are read here. strings are written whole, in hexadecimal digits, and files with names.
const CALLS: &str = "trace=openat,pwrite64,pwritev,write,writev,sendto,recvfrom,fsync,fdatasync,\
                     sync_file_range,fallocate,ftruncate,unlink,rename";

/// strace, writing to this file; what it shall run is to follow.
pub(crate) fn strace(output: &std::path::Path) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "--seccomp-bpf", "-q", "-yy", "-xx", "-s", "5000", "-e", CALLS, "-o"]);
    command.arg(output).arg("--");
    command
}

/// What is done to a file, by the last part of its name; a folder's is that of its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Write { file: String, at: usize, data: Vec<u8> },
    Truncate { file: String, len: usize },
    Sync { file: String },
    Unlink { file: String },
}

/// A moment; a call has the same number when it is entered and when it is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Entered(usize, Call),
    /// And whether it says that it has done so.
    Left(usize, bool),
    /// A file was made: known when the call is left.
    Made(usize, String),
    /// A server begins to answer 200 to a body with these events.
    Answered(Vec<Number>),
}

#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// By thread: the call that it is in, and what is written of it.
    open: HashMap<String, (usize, String)>,
    /// By connection: what was received and is not answered yet.
    received: HashMap<String, Vec<u8>>,
    calls: usize,
    moments: Vec<Moment>,
}

/// Reads all moments.
///
/// # Errors
/// What is not understood.
pub(crate) fn read(output: impl BufRead) -> Result<Vec<Moment>, BoxError> {
    let mut reader = Reader::default();
    for line in output.lines() {
        let line = line?;
        let short = line.get(..200).unwrap_or(&line);
        reader
            .line(&line)
            .ok_or_else(|| format!("strace has written what was not expected: {short}"))?;
    }
    Ok(reader.moments)
}

impl Reader {
    fn line(&mut self, line: &str) -> Option<()> {
        let (thread, text) = line.split_once(' ')?;
        let text = text.trim_start();
        if text.starts_with("+++") || text.starts_with("---") {
            return Some(());
        }
        if let Some(rest) = text.strip_prefix("<... ") {
            let (_, rest) = rest.split_once(" resumed>")?;
            let (number, call) = self.open.remove(thread)?;
            return self.leave(number, &(call + rest));
        }
        let number = self.calls;
        self.calls += 1;
        if let Some(call) = text.strip_suffix("<unfinished ...>") {
            self.enter(number, call)?;
            self.open.insert(thread.to_owned(), (number, call.to_owned()));
            return Some(());
        }
        self.enter(number, text)?;
        self.leave(number, text)
    }

    fn enter(&mut self, number: usize, text: &str) -> Option<()> {
        let (name, rest) = text.split_once('(')?;
        let call = match name {
            "pwrite64" => {
                let (file, rest) = file(rest)?;
                if !is_store(&file) {
                    return Some(());
                }
                let (data, rest) = string(rest)?;
                let mut numbers = rest.trim_start_matches(", ").split([',', ')']);
                let len: usize = numbers.next()?.trim().parse().ok()?;
                let at = numbers.next()?.trim().parse().ok()?;
                // What was cut off is not known.
                (data.len() == len).then_some(())?;
                Call::Write { file, at, data }
            }
            "ftruncate" => {
                let (file, rest) = file(rest)?;
                let len = rest.trim_start_matches(", ").split(')').next()?.trim().parse().ok()?;
                Call::Truncate { file, len }
            }
            "fsync" | "fdatasync" => Call::Sync { file: file(rest)?.0 },
            "unlink" => Call::Unlink { file: base(&string(rest)?.0) },
            "write" | "writev" | "sendto" => {
                let (connection, rest) = rest.split_once(',')?;
                if is_socket(connection) {
                    let (data, _) = string(rest)?;
                    let received = self.received.remove(connection).unwrap_or_default();
                    if data.starts_with(b"HTTP/1.1 200") {
                        self.moments.push(Moment::Answered(marks(&received).collect()));
                    }
                } else if file(connection).is_some_and(|(file, _)| is_store(&file)) {
                    return None;
                }
                return Some(());
            }
            "recvfrom" | "openat" => return Some(()),
            // Neither SQLite nor the store does so to the files.
            _ => return None,
        };
        let (Call::Write { file, .. }
        | Call::Truncate { file, .. }
        | Call::Sync { file }
        | Call::Unlink { file }) = &call;
        if is_store(file) || matches!(call, Call::Sync { .. }) {
            self.moments.push(Moment::Entered(number, call));
        }
        Some(())
    }

    fn leave(&mut self, number: usize, text: &str) -> Option<()> {
        // Where a process is killed, the rest is missing: the call is never left.
        let Some((call, result)) = text.rsplit_once(" = ") else { return Some(()) };
        let (name, rest) = call.split_once('(')?;
        match name {
            "recvfrom" => {
                let (connection, rest) = rest.split_once(',')?;
                if result.starts_with(|first: char| first.is_ascii_digit()) {
                    let (data, _) = string(rest)?;
                    self.received.entry(connection.to_owned()).or_default().extend(data);
                }
            }
            "openat" if rest.contains("O_CREAT") && !result.starts_with('-') => {
                let file = base(&string(rest)?.0);
                if is_store(&file) {
                    self.moments.push(Moment::Made(number, file));
                }
            }
            "pwrite64" => {
                let wanted = call.trim_end().trim_end_matches(')').rsplit(", ").nth(1)?;
                self.moments.push(Moment::Left(number, result.trim() == wanted));
            }
            "ftruncate" | "fsync" | "fdatasync" | "unlink" => {
                self.moments.push(Moment::Left(number, result.trim() == "0"));
            }
            _ => {}
        }
        Some(())
    }
}

/// Is it a file that holds what the store keeps? The index of the log is made anew from the log.
fn is_store(file: &str) -> bool {
    file.starts_with("inbox.db") && !file.ends_with("-shm")
}

fn is_socket(connection: &str) -> bool {
    connection.contains("<TCP:")
}

/// The name behind a descriptor, and what follows.
fn file(text: &str) -> Option<(String, &str)> {
    let (_, text) = text.split_once('<')?;
    let (name, rest) = text.split_once('>')?;
    Some((base(&bytes(name)?), rest))
}

/// The next string, and what follows.
fn string(text: &str) -> Option<(Vec<u8>, &str)> {
    let (_, text) = text.split_once('"')?;
    let (text, rest) = text.split_once('"')?;
    Some((bytes(text)?, rest))
}

/// `\x68\x69`, or plain text.
fn bytes(text: &str) -> Option<Vec<u8>> {
    if !text.starts_with("\\x") {
        return Some(text.as_bytes().to_vec());
    }
    let digit = |digit: u8| char::from(digit).to_digit(16).map(|digit| digit as u8);
    let byte = |four: &[u8]| Some(digit(four[2])? << 4 | digit(four[3])?);
    let (fours, rest) = text.as_bytes().as_chunks::<4>();
    rest.is_empty().then_some(())?;
    fours.iter().map(|four| byte(four)).collect()
}

fn base(path: &[u8]) -> String {
    let path = String::from_utf8_lossy(path);
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_the_order_in_which_calls_of_all_threads_are_entered_and_left() {
        let output = concat!(
            "7 openat(AT_FDCWD<\\x2f>, \"\\x69\\x6e\\x62\\x6f\\x78\\x2e\\x64\\x62\", O_RDWR|O_CREAT, 0600) = 6</inbox.db>\n",
            "8 recvfrom(9<TCP:[127.0.0.1:1->127.0.0.1:2]>,  <unfinished ...>\n",
            "7 pwrite64(6</t/inbox.db>, \"\\x01\\x02\", 2, 512) = 2\n",
            "7 fsync(6</t/inbox.db> <unfinished ...>\n",
            "8 <... recvfrom resumed>\"\\x77\\x61\\x6d\\x69\\x64\\x2e\\x37\", 8192, 0, NULL, NULL) = 7\n",
            "9 pwrite64(7</t/inbox.db-shm>, \"\\x00\", 1, 4095) = 1\n",
            "7 <... fsync resumed>)              = -1 EIO (Input/output error) (INJECTED)\n",
            "8 writev(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, [{iov_base=\"\\x48\\x54\\x54\\x50\\x2f\\x31\\x2e\\x31\\x20\\x32\\x30\\x30\", iov_len=12}], 1) = 12\n",
            "7 +++ exited with 0 +++\n",
        );
        let file = || "inbox.db".to_owned();
        let expected = [
            Moment::Made(0, file()),
            Moment::Entered(2, Call::Write { file: file(), at: 512, data: vec![1, 2] }),
            Moment::Left(2, true),
            Moment::Entered(3, Call::Sync { file: file() }),
            Moment::Left(3, false),
            Moment::Answered(vec![7]),
        ];
        let moments = read(std::io::Cursor::new(output)).unwrap();
        // Calls on other files leave no trace but for their ends.
        let moments: Vec<_> =
            moments.into_iter().filter(|moment| *moment != Moment::Left(4, true)).collect();
        assert_eq!(moments, expected);
    }
}
