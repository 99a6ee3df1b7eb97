//! [`TurnVerifier`]: `X-Turn-Hook-Signature`, as Turn.io signs.
//!
//! ```
//! use whatsapp_signature::{AppSecret, Signer, TurnVerifier};
//!
//! let secret = AppSecret::new("the secret of the webhook")?;
//! let header = Signer::new(&secret).sign(b"{}").to_base64();
//! let verifier = TurnVerifier::new(secret);
//! assert_eq!(verifier.verify(&header, b"{}")?.as_str(), "default");
//! assert!(verifier.verify(&header, b"{ }").is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{
    Credential, Refusal, RefusalKind, Scheme, SecretName, SecretWarning, Source, Verifier,
    scheme::only,
};
use base64ct::{Base64, Encoding};

/// Verifies `X-Turn-Hook-Signature: <base64>`, the HMAC-SHA256 over the raw bytes of the body with
/// the webhook's secret, which is text (Turn.io, webhooks). Turn.io hosts the On-Premises API's
/// form.
///
/// The same HMAC as [`Verifier`]'s in another spelling: one is made from a `Verifier` of several
/// secrets, too.
#[derive(Clone, Debug)]
pub struct TurnVerifier {
    verifier: Verifier,
}

impl TurnVerifier {
    /// The header in which the signature stands, in lower case.
    pub const HEADER: &'static str = "x-turn-hook-signature";

    /// A verifier with one secret, or with those of a [`Verifier`].
    #[must_use]
    pub fn new(secrets: impl Into<Verifier>) -> Self {
        TurnVerifier { verifier: secrets.into() }
    }

    /// Verifies a whole body against the header's value; gives the name of the secret that matched.
    ///
    /// # Errors
    /// [`Refusal`]: `Malformed` if the value is not the base64 of 32 bytes (RFC 4648, section 4,
    /// padded), `Mismatch` if it is not the signature of this body with any of the secrets.
    pub fn verify(&self, header: impl AsRef<[u8]>, body: &[u8]) -> Result<SecretName, Refusal> {
        self.verifier.verify_tag(&tag(header.as_ref())?, body)
    }
}

fn tag(header: &[u8]) -> Result<[u8; 32], Refusal> {
    let mut tag = [0; 32];
    match Base64::decode(header, &mut tag) {
        Ok(decoded) if decoded.len() == 32 => Ok(tag),
        _ => Err(RefusalKind::Malformed.into()),
    }
}

impl Scheme for TurnVerifier {
    fn name(&self) -> &'static str {
        "turn-hook-signature"
    }

    fn source(&self) -> Source<'_> {
        Source::Header(TurnVerifier::HEADER)
    }

    fn credential(&self, values: &[&[u8]]) -> Result<Credential, Refusal> {
        tag(only(values)?).map(Credential::Tag)
    }

    fn verify(&self, credential: &Credential, body: &[u8]) -> Result<SecretName, Refusal> {
        self.verifier.verify_credential(credential, body)
    }

    fn warnings(&self) -> Vec<SecretWarning> {
        self.verifier.warnings()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AppSecret;

    /// `printf %s '{"a":"é@6"}' | openssl dgst -sha256 -hmac 'turn secret' -binary | base64`
    const BODY: &str = r#"{"a":"é@6"}"#;
    const HEADER: &str = "4msbgua8C/0ZqC12RCshwyHupmzR5YUchA9q+rdb+Ok=";

    fn verifier() -> TurnVerifier {
        TurnVerifier::new(AppSecret::new("turn secret").unwrap())
    }

    #[test]
    fn the_signature_of_openssl_verifies() {
        assert_eq!(verifier().verify(HEADER, BODY.as_bytes()).unwrap().as_str(), "default");
        let other = verifier().verify(HEADER, b"{}").unwrap_err();
        assert_eq!(other.kind(), RefusalKind::Mismatch);
    }

    #[test]
    fn only_the_padded_base64_of_32_bytes_is_a_signature() {
        let trailing_bits = format!("{}B=", &HEADER[..42]);
        let url_safe = HEADER.replace('+', "-").replace('/', "_");
        assert_ne!(url_safe, HEADER);
        for wrong in [
            "",
            "=",
            &HEADER[..43],
            &format!("{HEADER}="),
            &format!("{HEADER}\n"),
            &format!(" {HEADER}"),
            &format!("{HEADER}{HEADER}"),
            "AAAA",
            &trailing_bits,
            &url_safe,
            "sha256=d73e9e864071bf8dbd89f02cbf0017b6e96cf6c13d09ced00b472c1d060e4301",
        ] {
            let refusal = verifier().verify(wrong, BODY.as_bytes()).unwrap_err();
            assert_eq!(refusal.kind(), RefusalKind::Malformed, "{wrong:?}");
        }
    }

    #[test]
    fn one_of_several_secrets_is_named_and_one_header_belongs_there() {
        let both = Verifier::builder()
            .secret("new", AppSecret::new("another").unwrap())
            .secret("old", AppSecret::new("turn secret").unwrap());
        let scheme = TurnVerifier::new(both.build().unwrap());
        let shown = scheme.credential(&[HEADER.as_bytes()]).unwrap();
        assert_eq!(Scheme::verify(&scheme, &shown, BODY.as_bytes()).unwrap().as_str(), "old");
        let kind = |values: &[&[u8]]| scheme.credential(values).unwrap_err().kind();
        assert_eq!(kind(&[]), RefusalKind::Missing);
        assert_eq!(kind(&[HEADER.as_bytes(); 2]), RefusalKind::Repeated);
    }
}
