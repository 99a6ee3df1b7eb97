//! [`WebhookLayer`]: puts the webhook around a service.

use crate::{Webhook, WebhookBuilder, endpoint::Mounted, limits::Bounds};
use std::{fmt, sync::Arc};
use tower_layer::Layer;
use whatsapp_signature::Credential;

/// Layer that applies [`Webhook`]: requests to its endpoints are answered by it, all others go to
/// the inner service untouched.
///
/// `N` is the notification service. All services that one layer makes, and their clones, share
/// its bytes in flight. `L` is `()`, or [`Lookups`](crate::Lookups) where endpoints are looked up.
///
/// ```
/// # use http::{Request, Response};
/// # use std::convert::Infallible;
/// use http_body_util::Full;
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
/// use tower_whatsapp::{AppSecret, Cloud, Notification, WebhookLayer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let webhook = WebhookLayer::builder()
///     .endpoint("/whatsapp", Cloud::new(AppSecret::new("an app secret")?))
///     .deliver_to(service_fn(async |notification: Notification| {
///         println!("{} events", notification.len());
///         Ok::<_, Infallible>(())
///     }))
///     .build()?;
///
/// let service = ServiceBuilder::new().layer(webhook).service_fn(async |_| {
///     Ok::<_, Infallible>(Response::new(Full::<bytes::Bytes>::from("everything else")))
/// });
/// let unsigned = Request::post("/whatsapp").body(Full::<bytes::Bytes>::from("{}"))?;
/// assert_eq!(service.oneshot(unsigned).await?.status(), 401);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct WebhookLayer<N, L = ()> {
    shared: Arc<Shared>,
    service: N,
    lookups: L,
}

/// What all services of a layer share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Exact paths first: they win over patterns.
    pub(crate) endpoints: Box<[Arc<Mounted>]>,
    pub(crate) bounds: Arc<Bounds>,
}

impl Shared {
    /// The endpoint that a path belongs to, and the credential if that is the path's secret.
    #[inline]
    pub(crate) fn find(&self, path: &str) -> Option<(&Arc<Mounted>, Option<Credential>)> {
        self.endpoints.iter().find_map(|endpoint| Some((endpoint, endpoint.at(path)?)))
    }
}

impl WebhookLayer<()> {
    /// Starts a layer. It needs an [endpoint](WebhookBuilder::endpoint) and a notification service
    /// to [deliver to](WebhookBuilder::deliver_to).
    pub fn builder() -> WebhookBuilder {
        WebhookBuilder::new()
    }
}

impl<N, L> WebhookLayer<N, L> {
    pub(crate) fn new(shared: Shared, service: N, lookups: L) -> Self {
        WebhookLayer { shared: Arc::new(shared), service, lookups }
    }
}

impl<S, N: Clone, L: Clone> Layer<S> for WebhookLayer<N, L> {
    type Service = Webhook<S, N, L>;

    fn layer(&self, inner: S) -> Webhook<S, N, L> {
        Webhook::new(inner, self.service.clone(), self.shared.clone(), self.lookups.clone())
    }
}

/// Shows the endpoints' labels, forms and schemes, and the limits.
impl<N, L> fmt::Debug for WebhookLayer<N, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookLayer")
            .field("endpoints", &self.shared.endpoints)
            .field("limits", &self.shared.bounds.limits)
            .finish_non_exhaustive()
    }
}
