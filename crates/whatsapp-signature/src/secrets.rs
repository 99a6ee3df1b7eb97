//! One to eight secrets with names, of which any may match: so that a secret can be rotated.
//!
//! ```
//! use whatsapp_signature::{AppSecret, ConfigError, Verifier};
//!
//! let error = Verifier::builder()
//!     .secret("a", AppSecret::new("one")?)
//!     .secret("a", AppSecret::new("two")?)
//!     .build()
//!     .unwrap_err();
//! assert!(matches!(error, ConfigError::Repeated(name) if name.as_str() == "a"));
//! # Ok::<(), whatsapp_signature::SecretError>(())
//! ```

use crate::{ConfigError, Refusal, RefusalKind, SecretError};
use ctutils::{Choice, CtAssign};
use std::{fmt, sync::Arc};

/// The name of a secret: what a notification tells of the secret that matched. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretName(Arc<str>);

impl SecretName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for SecretName {
    fn from(name: &str) -> Self {
        SecretName(name.into())
    }
}

impl From<String> for SecretName {
    fn from(name: String) -> Self {
        SecretName(name.into())
    }
}

impl From<SecretName> for Arc<str> {
    fn from(name: SecretName) -> Self {
        name.0
    }
}

/// The name of a secret that was given none.
pub(crate) const DEFAULT: &str = "default";

/// So many secrets at most: each is tried on each request.
pub(crate) const MOST: usize = 8;

/// Secrets with names.
#[derive(Clone)]
pub(crate) struct Secrets<T>(Vec<(SecretName, T)>);

impl<T> Secrets<T> {
    pub(crate) const fn none() -> Self {
        Secrets(Vec::new())
    }

    pub(crate) fn one(secret: T) -> Self {
        Secrets(vec![(DEFAULT.into(), secret)])
    }

    /// Secrets with names, each made of its text.
    pub(crate) fn several<N: Into<SecretName>, S>(
        texts: impl IntoIterator<Item = (N, S)>,
        make: impl Fn(S) -> Result<T, SecretError>,
    ) -> Result<Self, ConfigError> {
        let mut secrets = Secrets::none();
        for (name, text) in texts {
            let name = name.into();
            let secret = make(text).map_err(|error| ConfigError::Invalid(name.clone(), error))?;
            secrets.add(name, secret);
        }
        secrets.checked()
    }

    pub(crate) fn add(&mut self, name: impl Into<SecretName>, secret: T) {
        self.0.push((name.into(), secret));
    }

    /// The same secrets, if there are neither none nor too many, and no name twice.
    pub(crate) fn checked(self) -> Result<Self, ConfigError> {
        if self.0.is_empty() {
            return Err(ConfigError::None);
        }
        if self.0.len() > MOST {
            return Err(ConfigError::TooMany);
        }
        for (at, (name, _)) in self.0.iter().enumerate() {
            if self.0.iter().skip(at + 1).any(|(other, _)| other == name) {
                return Err(ConfigError::Repeated(name.clone()));
            }
        }
        Ok(self)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, secret)| secret)
    }

    /// Tries every secret, without an early exit; gives the first one that matched.
    pub(crate) fn matching(
        &self,
        matches: impl FnMut(&T) -> Choice,
    ) -> Result<SecretName, Refusal> {
        let index = matching(self.values().map(matches));
        let found = self.0.get(usize::from(index)).map(|(name, _)| name.clone());
        found.ok_or(Refusal::new(RefusalKind::Mismatch))
    }

    /// The name of the secret of this index.
    pub(crate) fn name(&self, index: u8) -> Option<SecretName> {
        self.0.get(usize::from(index)).map(|(name, _)| name.clone())
    }
}

/// The index of the first choice that is true, by a walk that does not depend on which it is;
/// `u8::MAX` if there is none.
pub(crate) fn matching(choices: impl Iterator<Item = Choice>) -> u8 {
    let mut found = u8::MAX;
    let mut none_yet = Choice::TRUE;
    for (index, choice) in (0..).zip(choices) {
        found.ct_assign(&index, choice & none_yet);
        none_yet &= !choice;
    }
    found
}

/// Shows names, never secrets.
impl<T> fmt::Debug for Secrets<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name.as_str())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ctutils::CtEq;

    #[test]
    fn every_secret_is_tried_and_the_first_match_is_named() {
        let mut secrets = Secrets::none();
        for (name, secret) in [("a", 1), ("b", 2), ("c", 2)] {
            secrets.add(name, secret);
        }
        for (wanted, name) in [(1, Some("a")), (2, Some("b")), (9, None)] {
            let mut tried = 0;
            let found = secrets.matching(|secret| {
                tried += 1;
                secret.ct_eq(&wanted)
            });
            assert_eq!(found.ok().as_ref().map(SecretName::as_str), name);
            assert_eq!(tried, 3);
        }
    }

    #[test]
    fn one_to_eight_secrets_with_different_names_are_taken() {
        let of = |n: u32| {
            let mut secrets = Secrets::none();
            (0..n).for_each(|at| secrets.add(format!("{at}"), at));
            secrets.checked().map(|_| ())
        };
        assert_eq!(of(0), Err(ConfigError::None));
        assert_eq!(of(8), Ok(()));
        assert_eq!(of(9), Err(ConfigError::TooMany));
        let mut twice = Secrets::none();
        ["a", "b", "a"].into_iter().for_each(|name| twice.add(name, 0));
        assert_eq!(twice.checked().unwrap_err(), ConfigError::Repeated("a".into()));
    }
}
