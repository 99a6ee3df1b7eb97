//! Over real TLS, with CAs of the tests' own: whom the server lets in, and what it shows them.

mod commands;
mod connections;
mod matrix;
mod reload;

use crate::{
    app,
    client_auth::ClientAuth,
    serve::{Limits, serve},
    tls::{Clients, Files, Tls},
};
use bytes::Bytes;
use http::{HeaderName, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion as Version,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    version::{TLS12, TLS13},
};
use std::{fs, io, net::SocketAddr, path::Path, sync::Arc};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tower_whatsapp::{AppSecret, ClientCertificate};
use whatsapp_testkit::{Samples, request};

const META: &str = "client.webhooks.fbclientcerts.com";
const SUBJECT: HeaderName = HeaderName::from_static("x-amzn-mtls-clientcert-subject");

/// A certificate, what stands between it and its CA, and its key.
struct Pair {
    chain: Vec<CertificateDer<'static>>,
    pem: String,
    key: KeyPair,
}

/// A CA.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, and those between it and the root.
    chain: Vec<CertificateDer<'static>>,
    pem: String,
}

impl Authority {
    fn params(name: &str) -> CertificateParams {
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    fn root(name: &str) -> Self {
        let (params, key) = (Self::params(name), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap();
        let pem = certificate.pem();
        Authority { issuer: Issuer::new(params, key), chain: Vec::new(), pem }
    }

    fn intermediate(&self, name: &str) -> Self {
        let (params, key) = (Self::params(name), KeyPair::generate().unwrap());
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let chain = vec![certificate.der().clone()];
        Authority { issuer: Issuer::new(params, key), chain, pem: certificate.pem() }
    }

    fn issue(&self, params: CertificateParams) -> Pair {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let mut chain = vec![certificate.der().clone()];
        chain.extend_from_slice(&self.chain);
        Pair { chain, pem: certificate.pem(), key }
    }

    fn server(&self) -> Pair {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(params)
    }

    fn client(&self, name: &str) -> Pair {
        self.issue(client(name))
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn client(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// A running server, with files of its own.
struct Server {
    address: SocketAddr,
    /// The CA of the server's certificate.
    authority: Authority,
    folder: TempDir,
    tls: Tls,
}

impl Server {
    /// Demands `certificate` of who posts; asks for one of `clients` in the handshake.
    async fn start(
        certificate: Option<ClientCertificate>,
        clients: Option<(&Authority, ClientAuth)>,
    ) -> Self {
        Self::limited(certificate, clients, Limits::default()).await
    }

    async fn limited(
        certificate: Option<ClientCertificate>,
        clients: Option<(&Authority, ClientAuth)>,
        limits: Limits,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::root("the server's CA");
        let at = |name: &str| folder.path().join(name);
        put(&folder, &authority.server());
        fs::write(at("root.pem"), &authority.pem).unwrap();
        let clients = clients.map(|(clients, auth)| {
            fs::write(at("ca.pem"), &clients.pem).unwrap();
            Clients { ca: at("ca.pem"), auth }
        });
        let files = Files { certificate: at("cert.pem"), key: at("key.pem"), clients };
        let tls = Tls::open(files).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = app("secret", "token", certificate).unwrap();
        tokio::spawn(serve(listener, tls.current(), app, limits));
        Server { address, authority, folder, tls }
    }

    /// How a client that knows the server's CA shows itself.
    fn client(&self, pair: Option<&Pair>) -> Client {
        self.client_over(pair, &[&TLS13, &TLS12])
    }

    fn client_over(&self, pair: Option<&Pair>, versions: &[&'static Version]) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(certificate(&self.authority.pem)).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        let config = match pair {
            None => config.with_no_client_auth(),
            Some(Pair { chain, key, .. }) => {
                let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
                config.with_client_auth_cert(chain.clone(), key).unwrap()
            }
        };
        Client { address: self.address, config: Arc::new(config) }
    }

    /// The certificate that a new connection is shown.
    async fn shown(&self) -> CertificateDer<'static> {
        let stream = self.client(None).connect().await.unwrap();
        let (_, session) = stream.get_ref();
        session.peer_certificates().unwrap()[0].clone()
    }
}

/// Writes a server's certificate and key, one after the other.
fn put(folder: &TempDir, pair: &Pair) {
    fs::write(folder.path().join("cert.pem"), &pair.pem).unwrap();
    fs::write(folder.path().join("key.pem"), pair.key.serialize_pem()).unwrap();
}

#[derive(Clone)]
struct Client {
    address: SocketAddr,
    config: Arc<ClientConfig>,
}

impl Client {
    fn over(mut self, http2: bool) -> Self {
        let protocol = if http2 { b"h2".to_vec() } else { b"http/1.1".to_vec() };
        Arc::make_mut(&mut self.config).alpn_protocols = vec![protocol];
        self
    }

    async fn connect(&self) -> io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::clone(&self.config)).connect(name, stream).await
    }

    async fn open(&self) -> io::Result<Connection> {
        let stream = self.connect().await?;
        let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let stream = TokioIo::new(stream);
        if http2 {
            let executor = TokioExecutor::new();
            let (sender, connection) =
                http2::handshake(executor, stream).await.map_err(io::Error::other)?;
            tokio::spawn(connection);
            Ok(Connection::Http2(sender))
        } else {
            let (sender, connection) = http1::handshake(stream).await.map_err(io::Error::other)?;
            tokio::spawn(connection);
            Ok(Connection::Http1(sender))
        }
    }

    /// Sends one request over a connection of its own.
    async fn send(&self, request: Request<Full<Bytes>>) -> StatusCode {
        self.open().await.unwrap().send(request).await.unwrap()
    }
}

enum Connection {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Connection {
    async fn send(&mut self, mut request: Request<Full<Bytes>>) -> hyper::Result<StatusCode> {
        let answer = match self {
            Connection::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
            Connection::Http2(sender) => {
                let uri = format!("https://localhost{}", request.uri());
                *request.uri_mut() = uri.parse().unwrap();
                sender.ready().await?;
                sender.send_request(request).await?
            }
        };
        let status = answer.status();
        answer.into_body().collect().await?;
        Ok(status)
    }
}

/// A signed notification.
fn notification(seed: u64) -> Request<Full<Bytes>> {
    let secret = AppSecret::new("secret").unwrap();
    request::signed("/whatsapp", &secret, Samples::new(seed).text().body).map(Full::from)
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// Whether these programs are there to speak with; where they are required, they must be.
fn are_installed(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let exists =
        |program: &&str| std::env::split_paths(&path).any(|folder| folder.join(program).exists());
    let installed = programs.iter().all(exists);
    assert!(installed || std::env::var_os("WHATSAPP_PEERS").is_none(), "install {programs:?}");
    if !installed {
        eprintln!("skipped: install {programs:?} to run this test");
    }
    installed
}
