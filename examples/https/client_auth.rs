//! Client certificates: which TLS takes, and whose they are.

use rustls::{
    RootCertStore,
    crypto::CryptoProvider,
    pki_types::CertificateDer,
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use std::sync::Arc;
use tower_whatsapp::BoxError;
use x509_cert::{
    Certificate,
    der::{Decode, asn1::ObjectIdentifier},
    ext::pkix::name::DirectoryString,
};

/// What becomes of a client without a certificate. One with a wrong certificate is refused in the
/// handshake either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    /// It is refused in the handshake.
    Required,
    /// It reaches the application, whose webhook answers it with 401.
    Optional,
}

/// Takes certificates that lead to one of `authorities`, are within their dates and may be used by
/// clients. Says nothing of whose they are.
pub(crate) fn verifier(
    authorities: Vec<CertificateDer<'static>>,
    auth: ClientAuth,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, BoxError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority)?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    Ok(match auth {
        ClientAuth::Required => builder,
        ClientAuth::Optional => builder.allow_unauthenticated(),
    }
    .build()?)
}

/// The common name of a certificate's subject. `None` if there is none, or several.
pub(crate) fn common_name(certificate: &CertificateDer<'_>) -> Option<String> {
    const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
    let certificate = Certificate::from_der(certificate).ok()?;
    let subject = certificate.tbs_certificate().subject();
    let mut names = subject.iter().filter(|attribute| attribute.oid == COMMON_NAME);
    let (name, None) = (names.next()?, names.next()) else { return None };
    let name = DirectoryString::try_from(&name.value).ok()?;
    Some(name.value().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, KeyPair};

    fn name_in(names: &[(DnType, DnValue)]) -> Option<String> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        for (kind, value) in names {
            params.distinguished_name.push(kind.clone(), value.clone());
        }
        let key = KeyPair::generate().unwrap();
        common_name(params.self_signed(&key).unwrap().der())
    }

    #[test]
    fn the_common_name_is_text_of_any_kind() {
        let utf8 = |text: &str| DnValue::Utf8String(text.to_owned());
        let printable = DnValue::PrintableString("a.b".try_into().unwrap());
        for value in [utf8("a.b"), printable, DnValue::BmpString("a.b".try_into().unwrap())] {
            let organization = (DnType::OrganizationName, utf8("x,CN=c"));
            let names = [organization, (DnType::CommonName, value)];
            assert_eq!(name_in(&names).as_deref(), Some("a.b"));
        }
        assert_eq!(name_in(&[(DnType::OrganizationName, utf8("x,CN=c"))]), None);
    }

    #[test]
    fn a_subject_with_several_common_names_has_none() {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "a.b");
        params.distinguished_name.push(DnType::CustomDnType(vec![2, 5, 4, 3]), "a.b");
        let key = KeyPair::generate().unwrap();
        assert_eq!(common_name(params.self_signed(&key).unwrap().der()), None);
    }

    #[test]
    fn what_is_no_certificate_has_no_name() {
        assert_eq!(common_name(&CertificateDer::from(vec![0x30, 0])), None);
    }
}
