//! Secrets that the sender shows as they are: kept and compared as hashes.

use crate::{
    Credential, Refusal, SecretError,
    scheme::only,
    secret::{consume, is_blank},
    secrets::Secrets,
};
use ctutils::CtEq;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What is kept of a secret, and what a value is compared by: so that the time taken tells nothing
/// of the secret's length either.
pub(crate) type Hash = Zeroizing<[u8; 32]>;

pub(crate) fn hash(secret: &[u8]) -> Hash {
    Zeroizing::new(Sha256::digest(secret).into())
}

/// A secret for a URL: of characters that have one spelling there.
pub(crate) fn url_safe(secret: impl Into<String>) -> Result<Hash, SecretError> {
    consume(secret, |secret| {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_blank(secret.as_bytes()) {
            Err(SecretError::Blank)
        } else if !secret.bytes().all(unreserved) {
            Err(SecretError::NotUrlSafe)
        } else if secret.len() < 16 {
            Err(SecretError::TooShort)
        } else {
            Ok(hash(secret.as_bytes()))
        }
    })
}

/// The head alone proves it, with the secret that matches.
pub(crate) fn prove(hashes: &Secrets<Hash>, values: &[&[u8]]) -> Result<Credential, Refusal> {
    let shown = hash(only(values)?);
    hashes.matching(|hash| hash.as_slice().ct_eq(shown.as_slice())).map(Credential::Proven)
}
