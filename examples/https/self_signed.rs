//! A certificate for trying things out.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
};
use tower_whatsapp::BoxError;

/// Makes a certificate that signs itself, for this machine, and its key. Overwrites nothing: if
/// both files are there, they stay as they are.
///
/// # Errors
/// If only one of them is there, or they cannot be written.
pub(crate) fn make(certificate: &Path, key: &Path) -> Result<(), BoxError> {
    match (certificate.exists(), key.exists()) {
        (true, true) => return Ok(()),
        (false, false) => {}
        _ => return Err("one of TLS_CERT and TLS_KEY is there and the other is not".into()),
    }
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names)?;
    create(key, true)?.write_all(signing_key.serialize_pem().as_bytes())?;
    create(certificate, false)?.write_all(cert.pem().as_bytes())?;
    Ok(())
}

/// A new file; a secret one is for its owner alone.
fn create(path: &Path, secret: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    options.open(path)
}
