//! The server's side of TLS, read from files, and anew when they change.

use crate::client_auth::{self, ClientAuth};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{fs, io::AsyncReadExt, sync::watch, time};
use tower_whatsapp::BoxError;

/// What is read, in PEM.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// The certificate, and behind it what leads to a CA that clients know.
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) clients: Option<Clients>,
}

/// The CA of the clients' certificates, and whether each client must have one.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    pub(crate) ca: PathBuf,
    pub(crate) auth: ClientAuth,
}

/// Files and the configuration made of them. A connection takes the one that is current when it
/// begins, and keeps it.
#[derive(Debug)]
pub(crate) struct Tls {
    files: Files,
    seen: Contents,
    tried: bool,
    current: watch::Sender<Arc<ServerConfig>>,
}

impl Tls {
    /// # Errors
    /// If the server cannot begin with these files.
    pub(crate) async fn open(files: Files) -> Result<Self, BoxError> {
        let seen = Contents::read(&files).await?;
        let current = watch::Sender::new(seen.config(&files)?);
        Ok(Tls { files, seen, tried: true, current })
    }

    pub(crate) fn current(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.current.subscribe()
    }

    /// Looks at the files, and takes what is new in them once two looks have seen the same: who
    /// looks between two writes sees half a file, or a key and another's certificate. True if it
    /// is in use from now on.
    ///
    /// # Errors
    /// If the server could not begin with these files. What was in use stays so.
    pub(crate) async fn look(&mut self) -> Result<bool, BoxError> {
        let contents = Contents::read(&self.files).await?;
        if contents != self.seen {
            self.seen = contents;
            self.tried = false;
            return Ok(false);
        }
        if self.tried {
            return Ok(false);
        }
        self.tried = true;
        self.current.send_replace(self.seen.config(&self.files)?);
        Ok(true)
    }

    /// Looks again and again, and tells what it finds.
    pub(crate) async fn watch(mut self, every: Duration) {
        let mut ticks = time::interval(every);
        let mut told = None;
        loop {
            ticks.tick().await;
            let fault = match self.look().await {
                Ok(false) => None,
                Ok(true) => {
                    println!("TLS: new files are in use");
                    None
                }
                Err(error) => Some(error.to_string()),
            };
            if let Some(fault) = fault.as_ref().filter(|fault| told.as_ref() != Some(*fault)) {
                eprintln!("TLS: the files of before stay in use: {fault}");
            }
            told = fault;
        }
    }
}

/// What stands in the files.
#[derive(PartialEq)]
struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
    ca: Option<Vec<u8>>,
}

impl Contents {
    async fn read(files: &Files) -> Result<Self, BoxError> {
        let ca = match &files.clients {
            Some(clients) => Some(read(&clients.ca).await?),
            None => None,
        };
        Ok(Contents {
            certificate: read(&files.certificate).await?,
            key: read(&files.key).await?,
            ca,
        })
    }

    /// Both versions of TLS that are safe, both of HTTP; key and certificate belong together.
    fn config(&self, files: &Files) -> Result<Arc<ServerConfig>, BoxError> {
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let config = match (&files.clients, &self.ca) {
            (Some(Clients { ca, auth }), Some(pem)) => {
                let verifier = client_auth::verifier(certificates(ca, pem)?, *auth, provider);
                config.with_client_cert_verifier(verifier.map_err(|error| of(ca, error))?)
            }
            _ => config.with_no_client_auth(),
        };
        let chain = certificates(&files.certificate, &self.certificate)?;
        // Here and below: the reader's own error may quote the line that it stops at.
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| of(&files.key, "there is no private key in it"))?;
        let config = config.with_single_cert(chain, key);
        let mut config = config.map_err(|error| of(&files.certificate, error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// Shows nothing: one of the files is the key.
impl std::fmt::Debug for Contents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contents").finish_non_exhaustive()
    }
}

/// No file of certificates is so long.
const LONGEST: u64 = 1024 * 1024;

async fn read(path: &Path) -> Result<Vec<u8>, BoxError> {
    let is_file = fs::metadata(path).await.map_err(|error| of(path, error))?.is_file();
    if !is_file {
        // A device has no end, and a pipe no beginning before somebody writes.
        return Err(of(path, "it is no file"));
    }
    let file = fs::File::open(path).await.map_err(|error| of(path, error))?;
    let mut contents = Vec::new();
    let read = file.take(LONGEST + 1).read_to_end(&mut contents).await;
    match read.map_err(|error| of(path, error))? as u64 {
        ..=LONGEST => Ok(contents),
        _ => Err(of(path, "it is longer than 1 MiB")),
    }
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, BoxError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(of(path, "there is no certificate in it")),
        Err(_) => Err(of(path, "it breaks off, or is no PEM")),
    }
}

fn of(path: &Path, fault: impl std::fmt::Display) -> BoxError {
    format!("{}: {fault}", path.display()).into()
}
