//! The log of the handlers: a file that all generations of the server append to.
//!
//! A line is one `write`, so it is in the file when the handler goes on, and stays there when the
//! process is killed. A kill may tear the last line of a generation: a line counts if its last word is
//! there.
//!
//! ```text
//! S 412 17 3 .    in generation 3 a handler began with event 412, of conversation 17
//! F 412 17 3 .    and failed: it is to be tried again
//! E 412 17 3 .    and ended: the event is to be done, or dead
//! ```

use super::traffic::{Number, conversation};
use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

/// What a handler has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// It began with an event.
    Started,
    /// It failed: the event is to be tried again.
    Failed,
    /// It ended: the event is to be done, or dead.
    Ended,
}

/// A line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was done.
    pub did: Did,
    /// With which event.
    pub number: Number,
    /// In which generation of the server.
    pub generation: u32,
}

/// Where handlers write.
#[derive(Debug)]
pub struct Log {
    file: File,
    generation: u32,
}

impl Log {
    /// Opens the log, or makes it.
    ///
    /// # Errors
    /// The file's.
    pub fn open(path: &Path, generation: u32) -> io::Result<Self> {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        // Ends what the generation before may have left.
        file.write_all(b"\n")?;
        Ok(Log { file, generation })
    }

    /// Appends a line.
    ///
    /// # Errors
    /// The file's.
    pub fn write(&self, did: Did, number: Number) -> io::Result<()> {
        let did = match did {
            Did::Started => 'S',
            Did::Failed => 'F',
            Did::Ended => 'E',
        };
        let (lane, generation) = (conversation(number), self.generation);
        (&self.file).write_all(format!("{did} {number} {lane} {generation} .\n").as_bytes())
    }
}

/// Reads what has been added.
#[derive(Debug)]
pub struct Reader {
    file: File,
    rest: Vec<u8>,
    /// How many lines were torn.
    pub torn: usize,
}

impl Reader {
    /// Opens the log, or makes it.
    ///
    /// # Errors
    /// The file's.
    pub fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Reader { file: File::open(path)?, rest: Vec::new(), torn: 0 })
    }

    /// The lines that are complete by now.
    ///
    /// # Errors
    /// The file's.
    pub fn read(&mut self) -> io::Result<Vec<Line>> {
        self.file.read_to_end(&mut self.rest)?;
        let end = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut lines = Vec::new();
        for line in String::from_utf8_lossy(&self.rest[..end]).lines() {
            let parsed = parse(line);
            self.torn += usize::from(parsed.is_none() && !line.is_empty());
            lines.extend(parsed);
        }
        self.rest.drain(..end);
        Ok(lines)
    }
}

fn parse(line: &str) -> Option<Line> {
    let words: Vec<_> = line.split(' ').collect();
    let [did, number, _, generation, "."] = words[..] else { return None };
    let did = match did {
        "S" => Did::Started,
        "F" => Did::Failed,
        "E" => Did::Ended,
        _ => return None,
    };
    Some(Line { did, number: number.parse().ok()?, generation: generation.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_none_and_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut reader = Reader::open(&path).unwrap();
        Log::open(&path, 1).unwrap().write(Did::Started, 123).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"E 123 7 1").unwrap();
        let started = Line { did: Did::Started, number: 123, generation: 1 };
        assert_eq!(reader.read().unwrap(), [started]);
        Log::open(&path, 2).unwrap().write(Did::Ended, 123).unwrap();
        assert_eq!(reader.read().unwrap(), [Line { did: Did::Ended, number: 123, generation: 2 }]);
        assert_eq!(reader.torn, 1);
    }
}
