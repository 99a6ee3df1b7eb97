//! [`Lookup`]: a request whose endpoint is looked up, for tenants and for secrets that rotate.
//!
//! A look-up is any tower service from the head of a request to an endpoint, if there is one. A
//! map, and a watch handle of an endpoint or of a map, are such services; a closure over a database
//! is one by tower's `service_fn`.
//!
//! ```
//! use std::{collections::HashMap, convert::Infallible, sync::Arc};
//! use tower_whatsapp::{Dispatch, EventRouter, Lookup, OnPremises, PathSecret, WebhookLayer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[derive(Clone)] struct Db;
//! # impl Db { async fn hook_secret(&self, _: &str) -> Result<Option<String>, std::io::Error> { Ok(None) } }
//! # let db = Db;
//! // From the users' database. A tenant that does not exist is the inner service's to answer.
//! let tenants = tower::service_fn(move |lookup: Lookup| {
//!     let db = db.clone();
//!     async move {
//!         let tenant = lookup.tenant();
//!         let Some(secret) = db.hook_secret(tenant).await? else { return Ok(None) };
//!         let endpoint = OnPremises::new(tenant, PathSecret::new(secret)?);
//!         Ok::<_, tower_whatsapp::BoxError>(Some(endpoint))
//!     }
//! });
//! let webhook = WebhookLayer::builder()
//!     .lookup("/whatsapp/{tenant}/{secret}", tenants)
//!     .deliver_to(Dispatch::new(EventRouter::builder().build()?))
//!     .build()?;
//! # Ok(())
//! # }
//! ```

mod future;
mod lookups;
mod service;
mod sources;

pub use future::LookupFuture;
pub use lookups::Lookups;
pub(crate) use lookups::sealed;

use crate::path::Params;
use http::{HeaderMap, Method, Request, Uri};
use std::fmt;

/// The head of a request whose endpoint is looked up: what
/// [`WebhookBuilder::lookup`](crate::WebhookBuilder::lookup) asks with.
///
/// Nothing of it is verified: whoever can reach the server can make one look up what they like.
#[derive(Clone)]
pub struct Lookup {
    tenant: Box<str>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Lookup {
    fn new<B>(params: Params<'_>, request: &Request<B>) -> Self {
        Lookup {
            tenant: params.tenant.into(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        }
    }

    /// The path's segment `{tenant}`, as it stands in the request, not percent-decoded; never empty,
    /// `.` or `..` where the path has such a segment, always empty where it has none.
    ///
    /// It is whatever somebody asked for, of any length: make the endpoint's label of what was found,
    /// not of this, where a store finds one tenant under several spellings. Each spelling would be a
    /// label of its own in the metrics.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The request's method. A GET may be the challenge of the Cloud API.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The request's URI. A secret may stand in it: do not log it.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The request's headers. Secrets may stand in them: do not log them.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

/// Shows the method alone.
impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup").field("method", &self.method).finish_non_exhaustive()
    }
}
