//! [`ClientCertificate`]: whom an endpoint takes notifications from, by the certificate that the
//! client has shown. [`Peer`]: what the server knows of the client.
//!
//! Meta offers mutual TLS for each app: its client certificate has the common name
//! `client.webhooks.fbclientcerts.com`. TLS is the server's: it checks the chain to the configured
//! CA, the usage and the dates, and says in a [`Peer`] whose certificate that was. The endpoint
//! checks the name.
//!
//! ```
//! use http::Request;
//! use tower_whatsapp::{AppSecret, ClientCertificate, Cloud, Peer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoint = Cloud::new(AppSecret::new("the app secret")?)
//!     .client_certificate(ClientCertificate::meta());
//!
//! // In the server, for each request of a connection whose certificate TLS has verified:
//! let peer = Peer::new(([127, 0, 0, 1], 52000).into())
//!     .client_name("client.webhooks.fbclientcerts.com");
//! # let mut request = Request::new(());
//! request.extensions_mut().insert(peer);
//! # Ok(())
//! # }
//! ```
//!
//! Where a proxy ends TLS, it tells the certificate's subject in a header:
//!
//! ```
//! use http::HeaderName;
//! use std::net::Ipv4Addr;
//! use tower_whatsapp::ClientCertificate;
//!
//! let header = HeaderName::from_static("x-amzn-mtls-clientcert-subject");
//! let certificate =
//!     ClientCertificate::meta().via_proxy(header, [Ipv4Addr::new(10, 0, 0, 7).into()]);
//! ```
//!
//! Source: Meta, webhooks, mTLS.

mod subject;

use crate::head;
use http::{Extensions, HeaderMap, HeaderName};
use std::{
    error::Error,
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// What a server knows of the peer of a connection. It puts this into the extensions of each
/// request, for an endpoint with a [`ClientCertificate`].
#[derive(Clone)]
#[must_use]
pub struct Peer {
    address: SocketAddr,
    client_name: Option<Arc<str>>,
}

impl Peer {
    /// A peer that has shown no certificate. `address` is the other end of the connection, never
    /// taken from a header such as `X-Forwarded-For`.
    pub fn new(address: SocketAddr) -> Self {
        Peer { address, client_name: None }
    }

    /// The common name of the subject of the peer's certificate: only of one that TLS has verified,
    /// and only if it has exactly one.
    pub fn client_name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.client_name = Some(name.into());
        self
    }
}

/// Shows the certificate's name, and no address.
impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("client_name", &self.client_name).finish_non_exhaustive()
    }
}

/// The client certificate that an endpoint demands of who posts to it: one with this common name.
///
/// The name comes from the [`Peer`] in the request's extensions or, with
/// [`via_proxy`](Self::via_proxy), from a header. Without a `Peer` nobody gets in. It is compared
/// to the letter; an empty name is nobody's.
///
/// This is besides the signature, not in its place.
#[derive(Clone)]
#[must_use]
pub struct ClientCertificate {
    name: Arc<str>,
    proxies: Option<Proxies>,
}

/// Who may tell a subject, and in which header.
#[derive(Clone)]
struct Proxies {
    header: HeaderName,
    addresses: Arc<[IpAddr]>,
}

impl ClientCertificate {
    /// Meta's own: `client.webhooks.fbclientcerts.com`.
    ///
    /// Source: Meta, webhooks, mTLS.
    pub fn meta() -> Self {
        Self::named("client.webhooks.fbclientcerts.com")
    }

    /// One whose subject has this common name: that of a provider, or of a test.
    pub fn named(name: impl Into<Arc<str>>) -> Self {
        ClientCertificate { name: name.into(), proxies: None }
    }

    /// Takes the subject from `header`, too, in requests that come from one of `addresses`: the
    /// proxies that end TLS and verify the certificate. From everybody else the header is ignored.
    ///
    /// | proxy | header | it must |
    /// |---|---|---|
    /// | nginx | any, set to `$ssl_client_s_dn` | `ssl_verify_client on`: `optional_no_ca` passes on what nobody has verified |
    /// | AWS ALB | `X-Amzn-Mtls-Clientcert-Subject` | mutual TLS in verify mode |
    ///
    /// The value is a distinguished name as RFC 4514 writes it (RFC 2253 before), such as
    /// `CN=client.webhooks.fbclientcerts.com,O=Meta`, with exactly one common name; a header that
    /// is there twice is refused. Name no address whose proxy passes on a header that the client
    /// has set, as one does that forwards TCP.
    ///
    /// An IPv4 address stands for its IPv4-mapped IPv6 address, too. Called again, it replaces
    /// header and addresses.
    pub fn via_proxy(
        mut self,
        header: HeaderName,
        addresses: impl IntoIterator<Item = IpAddr>,
    ) -> Self {
        let addresses = addresses.into_iter().map(|address| address.to_canonical()).collect();
        self.proxies = Some(Proxies { header, addresses });
        self
    }

    /// Whether a request's head shows the certificate.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<(), Unproven> {
        let peer = extensions.get::<Peer>().ok_or(Unproven::NoPeer)?;
        let direct = peer.client_name.as_deref();
        if direct.is_some_and(|name| self.is(name.as_bytes())) {
            return Ok(());
        }
        let otherwise = if direct.is_some() { Unproven::OtherName } else { Unproven::NoName };
        let Some(proxies) = self.proxies.as_ref().filter(|proxies| proxies.have(peer)) else {
            return Err(otherwise);
        };
        let mut subjects = head::values(headers, &proxies.header);
        match (subjects.next(), subjects.next()) {
            (None, _) => Err(otherwise),
            (Some(_), Some(_)) => Err(Unproven::RepeatedSubject),
            (Some(subject), None) => match subject::common_name(subject) {
                None => Err(Unproven::MalformedSubject),
                Some(name) if self.is(&name) => Ok(()),
                Some(_) => Err(Unproven::OtherName),
            },
        }
    }

    fn is(&self, name: &[u8]) -> bool {
        !name.is_empty() && *name == *self.name.as_bytes()
    }
}

impl Proxies {
    fn have(&self, peer: &Peer) -> bool {
        self.addresses.contains(&peer.address.ip().to_canonical())
    }
}

/// Shows name and header, and how many proxies there are, but not where.
impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ClientCertificate");
        out.field("name", &self.name);
        if let Some(proxies) = &self.proxies {
            out.field("header", &proxies.header).field("proxies", &proxies.addresses.len());
        }
        out.finish()
    }
}

/// Why a request's head does not show the certificate: the source of a
/// [`Rejection`](crate::Rejection), so that its owner can see what is amiss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// The server has not said whose request it is.
    NoPeer,
    NoName,
    OtherName,
    RepeatedSubject,
    MalformedSubject,
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unproven::NoPeer => "the request has no `Peer` among its extensions",
            Unproven::NoName => "the client has shown no certificate with a common name",
            Unproven::OtherName => "the client's certificate has another common name",
            Unproven::RepeatedSubject => "the proxy's header is there more than once",
            Unproven::MalformedSubject => {
                "the proxy's header is no distinguished name with one common name"
            }
        })
    }
}

impl Error for Unproven {}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use std::net::{Ipv4Addr, Ipv6Addr};

    const NAME: &str = "client.webhooks.fbclientcerts.com";
    const HEADER: HeaderName = HeaderName::from_static("x-subject");
    const PROXY: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 7);

    fn check(
        certificate: &ClientCertificate,
        peer: Option<Peer>,
        subjects: &[&str],
    ) -> Result<(), Unproven> {
        let mut headers = HeaderMap::new();
        for subject in subjects {
            headers.append(HEADER, HeaderValue::from_str(subject).expect("a header's value"));
        }
        let mut extensions = Extensions::new();
        if let Some(peer) = peer {
            extensions.insert(peer);
        }
        certificate.check(&headers, &extensions)
    }

    fn at(address: impl Into<IpAddr>) -> Peer {
        Peer::new(SocketAddr::new(address.into(), 52_000))
    }

    fn behind_proxy() -> ClientCertificate {
        ClientCertificate::meta().via_proxy(HEADER, [PROXY.into()])
    }

    #[test]
    fn the_name_that_tls_has_verified_is_compared_to_the_letter() {
        let meta = ClientCertificate::meta();
        let named = |name: &str| Some(at(PROXY).client_name(name));
        assert_eq!(check(&meta, named(NAME), &[]), Ok(()));
        for other in ["", "CLIENT.webhooks.fbclientcerts.com", "x.fbclientcerts.com", " ", "*"] {
            assert_eq!(check(&meta, named(other), &[]), Err(Unproven::OtherName), "{other:?}");
        }
        let other = ClientCertificate::named("hook.example");
        assert_eq!(check(&other, named("hook.example"), &[]), Ok(()));
        assert_eq!(check(&other, named(NAME), &[]), Err(Unproven::OtherName));
    }

    #[test]
    fn without_a_certificate_or_a_peer_nobody_gets_in() {
        let subject = &*format!("CN={NAME}");
        assert_eq!(check(&behind_proxy(), None, &[subject]), Err(Unproven::NoPeer));
        let meta = ClientCertificate::meta();
        assert_eq!(check(&meta, Some(at(PROXY)), &[]), Err(Unproven::NoName));
        assert_eq!(check(&meta, Some(at(PROXY)), &[subject]), Err(Unproven::NoName));
    }

    #[test]
    fn an_empty_name_is_nobodys() {
        let nobody = ClientCertificate::named("").via_proxy(HEADER, [PROXY.into()]);
        let empty = Some(at(PROXY).client_name(""));
        assert_eq!(check(&nobody, empty, &["CN="]), Err(Unproven::OtherName));
    }

    #[test]
    fn a_proxys_header_counts_from_a_proxy_only() {
        let certificate = behind_proxy();
        let right = &*format!("CN={NAME},O=Meta");
        let mapped: Ipv6Addr = PROXY.to_ipv6_mapped();
        for proxy in [at(PROXY), at(mapped), at(PROXY).client_name("proxy.internal")] {
            assert_eq!(check(&certificate, Some(proxy), &[right]), Ok(()));
        }
        let others: [IpAddr; 3] =
            [[10, 0, 0, 8].into(), Ipv6Addr::LOCALHOST.into(), PROXY.to_ipv6_compatible().into()];
        for other in others {
            assert_eq!(check(&certificate, Some(at(other)), &[right]), Err(Unproven::NoName));
        }
        let written_as_v6 = ClientCertificate::meta().via_proxy(HEADER, [mapped.into()]);
        assert_eq!(check(&written_as_v6, Some(at(PROXY)), &[right]), Ok(()));
        let no_proxy = ClientCertificate::meta().via_proxy(HEADER, []);
        assert_eq!(check(&no_proxy, Some(at(PROXY)), &[right]), Err(Unproven::NoName));
    }

    #[test]
    fn a_header_that_is_missing_repeated_malformed_or_anothers_is_refused() {
        let right = &*format!("CN={NAME}");
        for (subjects, fault) in [
            (&[][..], Unproven::NoName),
            (&[right, right], Unproven::RepeatedSubject),
            (&[""], Unproven::MalformedSubject),
            (&[NAME], Unproven::MalformedSubject),
            (&["O=Meta"], Unproven::MalformedSubject),
            (&["CN=another"], Unproven::OtherName),
            (&[&*format!("O=x\\,CN={NAME}")], Unproven::MalformedSubject),
            (&[&*format!("CN=mallory,O=x\\,CN={NAME}")], Unproven::OtherName),
        ] {
            assert_eq!(check(&behind_proxy(), Some(at(PROXY)), subjects), Err(fault));
        }
    }

    #[test]
    fn debug_shows_no_address() {
        let shown = format!("{:?} {:?}", at(PROXY).client_name(NAME), behind_proxy());
        assert!(!shown.contains("10.") && !shown.contains("52000"), "{shown}");
        assert!(shown.contains(NAME) && shown.contains("x-subject"), "{shown}");
    }
}
