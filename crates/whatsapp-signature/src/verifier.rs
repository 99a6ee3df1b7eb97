//! [`Verifier`]: `X-Hub-Signature-256`, as the Cloud API signs.
//!
//! Piece by piece, where a body is not in one place:
//! ```
//! use whatsapp_signature::{AppSecret, Signer, Verifier};
//!
//! let secret = AppSecret::new("test_app_secret")?;
//! let header = Signer::new(&secret).sign(b"one two").to_string();
//! let verifier = Verifier::new(secret);
//! let mut verification = verifier.start(&header)?;
//! verification.update(b"one ");
//! verification.update(b"two");
//! assert_eq!(verification.finish()?.as_str(), "default");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{
    AppSecret, ConfigError, Credential, Refusal, RefusalKind, Scheme, SecretName, SecretWarning,
    Source, hex,
    scheme::only,
    secrets::{MOST, Secrets, matching},
    signer::{HmacSha256, keyed},
};
use ctutils::{Choice, CtEq};
use hmac::Mac;
use std::fmt;

/// Verifies `X-Hub-Signature-256: sha256=<64 hex digits>`, the HMAC-SHA256 over the raw bytes of
/// the body (Meta, create a webhook endpoint), with one to eight app secrets.
///
/// The keyed state is made once and cloned for each body. All secrets are tried, without early
/// exit and in constant time. With one secret nothing is allocated.
#[derive(Clone)]
pub struct Verifier {
    secrets: Secrets<HmacSha256>,
    warnings: Vec<SecretWarning>,
}

impl Verifier {
    /// The header in which the signature stands, in lower case.
    pub const HEADER: &'static str = "x-hub-signature-256";

    /// A verifier with one secret, named `default`.
    #[must_use]
    pub fn new(secret: AppSecret) -> Self {
        let warnings = secret.warnings().collect();
        Verifier { secrets: Secrets::one(keyed(&secret)), warnings }
    }

    /// A verifier with several secrets.
    pub fn builder() -> VerifierBuilder {
        VerifierBuilder { secrets: Secrets::none(), warnings: Vec::new() }
    }

    /// Verifies a whole body against the header's value; gives the name of the secret that matched.
    ///
    /// # Errors
    /// [`Refusal`]: `Malformed` if the value is not `sha256=` and 64 hex digits, `Mismatch` if it
    /// is not the signature of this body with any of the secrets.
    pub fn verify(&self, header: impl AsRef<[u8]>, body: &[u8]) -> Result<SecretName, Refusal> {
        self.verify_tag(&tag(header.as_ref())?, body)
    }

    pub(crate) fn verify_tag(&self, tag: &[u8; 32], body: &[u8]) -> Result<SecretName, Refusal> {
        self.secrets.matching(|keyed| {
            let mut state = keyed.clone();
            state.update(body);
            is_tag(state, tag)
        })
    }

    pub(crate) fn verify_credential(
        &self,
        credential: &Credential,
        body: &[u8],
    ) -> Result<SecretName, Refusal> {
        match credential {
            Credential::Tag(tag) => self.verify_tag(tag, body),
            Credential::Proven(_) => Err(RefusalKind::Mismatch.into()),
        }
    }

    /// Verifies a body piece by piece against the header's value.
    ///
    /// # Errors
    /// `Malformed` if the value is not `sha256=` and 64 hex digits.
    pub fn start(&self, header: impl AsRef<[u8]>) -> Result<Verification<'_>, Refusal> {
        let tag = tag(header.as_ref())?;
        let mut states = [const { None }; MOST];
        for (state, keyed) in states.iter_mut().zip(self.secrets.values()) {
            *state = Some(keyed.clone());
        }
        Ok(Verification { verifier: self, states, tag })
    }
}

/// The 32 bytes in a header's value. The prefix is taken as WhatsApp writes it; digits in any case.
fn tag(header: &[u8]) -> Result<[u8; 32], Refusal> {
    let digits = header.strip_prefix(b"sha256=").and_then(|digits| digits.try_into().ok());
    digits.and_then(hex::decode).ok_or(RefusalKind::Malformed.into())
}

fn is_tag(state: HmacSha256, tag: &[u8; 32]) -> Choice {
    state.finalize().into_bytes().as_slice().ct_eq(tag)
}

impl Scheme for Verifier {
    fn name(&self) -> &'static str {
        "hub-signature-256"
    }

    fn source(&self) -> Source<'_> {
        Source::Header(Verifier::HEADER)
    }

    fn credential(&self, values: &[&[u8]]) -> Result<Credential, Refusal> {
        tag(only(values)?).map(Credential::Tag)
    }

    fn verify(&self, credential: &Credential, body: &[u8]) -> Result<SecretName, Refusal> {
        self.verify_credential(credential, body)
    }

    fn warnings(&self) -> Vec<SecretWarning> {
        self.warnings.clone()
    }
}

impl From<AppSecret> for Verifier {
    fn from(secret: AppSecret) -> Self {
        Verifier::new(secret)
    }
}

/// Shows the names of the secrets.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("secrets", &self.secrets).finish_non_exhaustive()
    }
}

/// Gathers the secrets of a [`Verifier`].
#[must_use = "a builder does nothing until `build`"]
pub struct VerifierBuilder {
    secrets: Secrets<HmacSha256>,
    warnings: Vec<SecretWarning>,
}

impl VerifierBuilder {
    /// Adds a secret under a name. Of several that match, the first one added is told.
    pub fn secret(mut self, name: impl Into<SecretName>, secret: AppSecret) -> Self {
        self.warnings.extend(secret.warnings());
        self.secrets.add(name, keyed(&secret));
        self
    }

    /// The verifier.
    ///
    /// # Errors
    /// [`ConfigError`] if there is no secret, more than 8, or two of one name.
    pub fn build(self) -> Result<Verifier, ConfigError> {
        Ok(Verifier { secrets: self.secrets.checked()?, warnings: self.warnings })
    }
}

impl fmt::Debug for VerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierBuilder").field("secrets", &self.secrets).finish_non_exhaustive()
    }
}

/// A verification under way: [`Verifier::start`].
#[must_use = "a verification says nothing until `finish`"]
pub struct Verification<'a> {
    verifier: &'a Verifier,
    states: [Option<HmacSha256>; MOST],
    tag: [u8; 32],
}

impl Verification<'_> {
    /// Takes in the next piece of the body.
    pub fn update(&mut self, piece: &[u8]) {
        self.states.iter_mut().flatten().for_each(|state| state.update(piece));
    }

    /// The name of the secret that matched.
    ///
    /// # Errors
    /// `Mismatch` if none did.
    pub fn finish(self) -> Result<SecretName, Refusal> {
        let index =
            matching(self.states.into_iter().flatten().map(|state| is_tag(state, &self.tag)));
        self.verifier.secrets.name(index).ok_or(RefusalKind::Mismatch.into())
    }
}

impl fmt::Debug for Verification<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verification(..)")
    }
}
