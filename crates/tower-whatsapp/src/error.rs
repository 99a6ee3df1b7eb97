//! [`ConfigError`]: why a layer could not be built.
//!
//! ```
//! use tower_whatsapp::{AppSecret, Cloud, ConfigErrorKind, Dispatch, EventRouter, WebhookLayer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let error = WebhookLayer::builder()
//!     .endpoint("whatsapp", Cloud::new(AppSecret::new("an app secret")?))
//!     .deliver_to(Dispatch::new(EventRouter::builder().build()?))
//!     .build()
//!     .unwrap_err();
//! assert_eq!(error.kind(), ConfigErrorKind::InvalidPath);
//! # Ok(())
//! # }
//! ```

use std::{error::Error, fmt, sync::Arc};

/// A configuration that is refused. It names the endpoint by its label, never a secret or a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    kind: ConfigErrorKind,
    label: Option<Arc<str>>,
}

/// Why a configuration is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// There is no endpoint.
    NoEndpoint,
    /// A path is not absolute, or holds what no request's path can: a query, a pattern other than
    /// one whole `{secret}` segment and, of a look-up, one whole `{tenant}` segment.
    InvalidPath,
    /// Two endpoints, or look-ups, have the same path.
    DuplicatePath,
    /// The scheme's secret stands in the path, but the path has no `{secret}` segment.
    MissingSecretSegment,
    /// One alternative has its secret in the path, and another has none there.
    SometimesPathSecret,
    /// The path has a `{secret}` segment, but the scheme's credential does not stand there.
    UnusedSecretSegment,
    /// The scheme's credential stands where this version does not look.
    UnsupportedSource,
    /// A label is empty.
    EmptyLabel,
    /// A verify token is empty or blank.
    EmptyVerifyToken,
    /// A limit is zero, or the bytes in flight are fewer than one body may have.
    InvalidLimit,
}

impl ConfigError {
    pub(crate) fn new(kind: ConfigErrorKind) -> Self {
        ConfigError { kind, label: None }
    }

    pub(crate) fn of(kind: ConfigErrorKind, label: &Arc<str>) -> Self {
        ConfigError { kind, label: Some(label.clone()) }
    }

    /// Why.
    #[must_use]
    pub fn kind(&self) -> ConfigErrorKind {
        self.kind
    }

    /// The label of the endpoint that it is about, if it is about one.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(label) = &self.label {
            write!(f, "endpoint `{label}`: ")?;
        }
        f.write_str(match self.kind {
            ConfigErrorKind::NoEndpoint => "there is no endpoint",
            ConfigErrorKind::InvalidPath => {
                "a path starts with `/`, has no query, and no pattern but one `{secret}` segment and, of a look-up, one `{tenant}` segment"
            }
            ConfigErrorKind::DuplicatePath => "another endpoint has the same path",
            ConfigErrorKind::MissingSecretSegment => {
                "its secret stands in the path, which needs a `{secret}` segment"
            }
            ConfigErrorKind::SometimesPathSecret => {
                "of alternatives, either all or none have a secret in the path: mount two endpoints"
            }
            ConfigErrorKind::UnusedSecretSegment => {
                "its path has a `{secret}` segment, but its secret does not stand there"
            }
            ConfigErrorKind::UnsupportedSource => "its credential stands at an unsupported place",
            ConfigErrorKind::EmptyLabel => "the label is empty",
            ConfigErrorKind::EmptyVerifyToken => "the verify token is empty",
            ConfigErrorKind::InvalidLimit => {
                "limits are above zero, and bytes in flight at least one body's limit"
            }
        })
    }
}

impl Error for ConfigError {}
