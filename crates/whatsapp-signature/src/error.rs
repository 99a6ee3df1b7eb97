//! What can be wrong with a secret, or with a set of secrets, when they are made.
//!
//! ```
//! use whatsapp_signature::{AppSecret, SecretError};
//!
//! assert_eq!(AppSecret::new("  ").unwrap_err(), SecretError::Blank);
//! ```

use crate::SecretName;
use std::{error, fmt};

/// A secret that cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// Empty, or white space only: often a variable that is not set.
    Blank,
    /// Shorter than a guess takes: at least 16 characters are asked for.
    TooShort,
    /// A character that does not stand in a URL's path as it is (RFC 3986, unreserved).
    NotUrlSafe,
    /// Not the name of an HTTP header (RFC 9110, token).
    NotAHeaderName,
    /// Not the name of a query's parameter: it is empty.
    NotAParameterName,
    /// A user's name that Basic cannot carry: it has a colon or a control character (RFC 7617).
    NotAUserName,
    /// A password that Basic cannot carry: it has a control character (RFC 7617).
    NotAPassword,
    /// White space at an end or a control character: no header arrives with such a value (RFC 9110,
    /// field values).
    NotAHeaderValue,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SecretError::Blank => "the secret is blank: is the variable set that holds it?",
            SecretError::TooShort => {
                "the secret is shorter than 16 characters: make one with `openssl rand -hex 32`"
            }
            SecretError::NotUrlSafe => {
                "the secret has a character beyond A-Z a-z 0-9 - . _ ~: make one with `openssl rand -hex 32`"
            }
            SecretError::NotAParameterName => "the name of the query's parameter is empty",
            SecretError::NotAUserName => {
                "a user's name has no colon and no control character: Basic cannot carry it"
            }
            SecretError::NotAPassword => {
                "the password has a control character, perhaps a file's line end: Basic cannot carry it"
            }
            SecretError::NotAHeaderName => "this is not the name of an HTTP header",
            SecretError::NotAHeaderValue => {
                "the value has white space at an end, perhaps a file's line end, or a control character: no header carries it"
            }
        })
    }
}

impl error::Error for SecretError {}

/// A set of secrets that cannot be one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is no secret.
    None,
    /// There are more than 8 secrets: each is tried on each request.
    TooMany,
    /// Two secrets have this name.
    Repeated(SecretName),
    /// The secret of this name cannot be one.
    Invalid(SecretName, SecretError),
    /// Not the name of an HTTP header (RFC 9110, token). It is not told: where the arguments were
    /// mixed up, it is a secret.
    NotAHeaderName,
    /// Not the name of a query's parameter: it is empty.
    NotAParameterName,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::None => f.write_str("there is no secret: add one"),
            ConfigError::TooMany => f.write_str("more than 8 secrets: remove the old ones"),
            ConfigError::Repeated(name) => write!(f, "two secrets are named \"{name}\""),
            ConfigError::Invalid(name, error) => write!(f, "secret \"{name}\": {error}"),
            ConfigError::NotAHeaderName => SecretError::NotAHeaderName.fmt(f),
            ConfigError::NotAParameterName => SecretError::NotAParameterName.fmt(f),
        }
    }
}

impl error::Error for ConfigError {}
