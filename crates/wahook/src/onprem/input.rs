//! What files, variables and standard input hold.

use crate::failure::Failure;
use std::{
    env, fs,
    io::{self, Read},
    path::Path,
};
use zeroize::Zeroizing;

/// A file longer than this is none of settings or certificates.
const LONGEST: u64 = 1024 * 1024;

/// How a file is named in messages.
pub(super) fn name(file: &Path) -> String {
    if is_stdin(file) { "standard input".to_owned() } else { file.display().to_string() }
}

pub(super) fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// The text of a file, or of standard input for `-`.
pub(super) fn text(file: &Path) -> Result<String, Failure> {
    let read = if is_stdin(file) { read(io::stdin().lock()) } else { open(file) };
    read.map_err(|error| Failure::file(&name(file), &error))
}

fn open(file: &Path) -> io::Result<String> {
    read(fs::File::open(file)?)
}

fn read(from: impl Read) -> io::Result<String> {
    let mut text = String::new();
    from.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        Err(io::Error::other("it is longer than 1 MiB"))
    } else {
        Ok(text)
    }
}

/// Where a password comes from.
pub(super) struct Source<'a> {
    pub(super) file: Option<&'a Path>,
    pub(super) stdin: bool,
    pub(super) variable: &'static str,
}

impl Source<'_> {
    /// The password, without the line end of a file.
    pub(super) fn read(&self) -> Result<Zeroizing<String>, Failure> {
        let Source { file, stdin, variable } = *self;
        let secret = match file {
            Some(file) => return secret(file),
            None if stdin => return secret(Path::new("-")),
            None => env::var(variable).unwrap_or_default(),
        };
        if secret.is_empty() {
            return Err(Failure::input(format!(
                "there is no password or key: set {variable}, or give --password-file or --password-stdin"
            )));
        }
        Ok(Zeroizing::new(secret))
    }
}

/// The secret of a file, without its line end.
pub(super) fn secret(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = Zeroizing::new(text(file)?);
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    if secret.is_empty() {
        return Err(Failure::input(format!("{}: there is no password in it", name(file))));
    }
    Ok(Zeroizing::new(secret.to_owned()))
}
