//! [`CaCertificates`]: the certificates with which the client verifies the webhook's server.
//!
//! ```
//! use whatsapp_onprem::CaCertificates;
//!
//! let error = CaCertificates::from_pem("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----")
//!     .unwrap_err();
//! assert_eq!(error.to_string(), "a private key stands among them: it must not leave its machine");
//! ```

use rustls_pki_types::{
    CertificateDer,
    pem::{PemObject, SectionKind},
};
use std::{error, fmt};

/// One or more CA certificates in PEM, one behind the other.
#[derive(Clone, PartialEq, Eq)]
pub struct CaCertificates {
    pem: String,
    number: usize,
}

impl CaCertificates {
    /// Certificates from PEM; text around them is kept.
    ///
    /// # Errors
    /// [`InvalidCertificates`] if there is none, one is broken, or a private key stands among them.
    pub fn from_pem(pem: impl Into<String>) -> Result<Self, InvalidCertificates> {
        let pem = pem.into();
        let mut number = 0;
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes()) {
            match section.map_err(|_| InvalidCertificates::Pem)? {
                (SectionKind::Certificate, der) => {
                    let der = CertificateDer::from(der);
                    webpki::anchor_from_trusted_cert(&der)
                        .map_err(|_| InvalidCertificates::Certificate(number + 1))?;
                    number += 1;
                }
                (
                    SectionKind::PrivateKey
                    | SectionKind::RsaPrivateKey
                    | SectionKind::EcPrivateKey,
                    _,
                ) => {
                    return Err(InvalidCertificates::PrivateKey);
                }
                _ => return Err(InvalidCertificates::Other),
            }
        }
        if number == 0 {
            Err(InvalidCertificates::None)
        } else {
            Ok(CaCertificates { pem, number })
        }
    }

    /// The PEM text.
    #[must_use]
    pub fn as_pem(&self) -> &str {
        &self.pem
    }

    /// How many certificates there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.number
    }
}

impl fmt::Debug for CaCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaCertificates").field("count", &self.number).finish_non_exhaustive()
    }
}

/// What is wrong with certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCertificates {
    /// There is no `-----BEGIN CERTIFICATE-----`.
    None,
    /// The PEM is broken.
    Pem,
    /// This one, counted from 1, is not an X.509 certificate.
    Certificate(usize),
    /// A private key.
    PrivateKey,
    /// Something else than a certificate, such as a signing request.
    Other,
}

impl fmt::Display for InvalidCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidCertificates::None => {
                f.write_str("there is none: PEM begins with -----BEGIN CERTIFICATE-----")
            }
            InvalidCertificates::Pem => {
                f.write_str("the PEM is broken: an end or a part of a certificate is missing")
            }
            InvalidCertificates::Certificate(number) => {
                write!(f, "number {number} is not an X.509 certificate")
            }
            InvalidCertificates::PrivateKey => {
                f.write_str("a private key stands among them: it must not leave its machine")
            }
            InvalidCertificates::Other => {
                f.write_str("something else than a certificate stands among them")
            }
        }
    }
}

impl error::Error for InvalidCertificates {}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> String {
        let key = rcgen::generate_simple_self_signed(["a.test".to_owned()]).unwrap();
        key.cert.pem()
    }

    #[test]
    fn certificates_are_taken_one_behind_the_other() {
        let one = CaCertificates::from_pem(certificate()).unwrap();
        assert_eq!(one.count(), 1);
        let two = format!("first\n{}\nsecond\n{}", certificate(), certificate());
        let two = CaCertificates::from_pem(two).unwrap();
        assert_eq!(two.count(), 2);
        assert!(two.as_pem().starts_with("first\n"));
        assert_eq!(format!("{two:?}"), "CaCertificates { count: 2, .. }");
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let error = |pem: &str| CaCertificates::from_pem(pem).unwrap_err();
        let good = certificate();
        assert_eq!(error(""), InvalidCertificates::None);
        assert_eq!(error("canary"), InvalidCertificates::None);
        let cut: String = good.lines().take(4).map(|line| format!("{line}\n")).collect();
        assert_eq!(error(&cut), InvalidCertificates::Pem);
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(error(&format!("{good}{garbage}")), InvalidCertificates::Certificate(2));
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        assert_eq!(error(&format!("{good}{key}")), InvalidCertificates::PrivateKey);
    }
}
