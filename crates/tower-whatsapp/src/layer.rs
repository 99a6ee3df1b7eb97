//! [`WebhookLayer`]: puts the webhook around a service.

use crate::{
    Webhook, WebhookBuilder,
    endpoint::{At, Mounted},
    limits::Bounds,
};
use std::{fmt, sync::Arc};
use tower_layer::Layer;

/// Layer that applies [`Webhook`]: requests to its endpoints are answered by it, all others go to
/// the inner service untouched.
///
/// `N` is the notification service. All services that one layer makes, and their clones, share
/// its bytes in flight.
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
pub struct WebhookLayer<N> {
    shared: Arc<Shared>,
    service: N,
}

/// What all services of a layer share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Exact paths first: they win over patterns.
    pub(crate) endpoints: Box<[Arc<Mounted>]>,
    pub(crate) bounds: Arc<Bounds>,
}

impl Shared {
    /// The endpoint that a path belongs to, and what the path has shown.
    #[inline]
    pub(crate) fn find<'p>(&self, path: &'p str) -> Option<(&Arc<Mounted>, At<'p>)> {
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

impl<N> WebhookLayer<N> {
    pub(crate) fn new(shared: Shared, service: N) -> Self {
        WebhookLayer { shared: Arc::new(shared), service }
    }
}

impl<S, N: Clone> Layer<S> for WebhookLayer<N> {
    type Service = Webhook<S, N>;

    fn layer(&self, inner: S) -> Webhook<S, N> {
        Webhook::new(inner, self.service.clone(), self.shared.clone())
    }
}

/// Shows the endpoints' labels, forms and schemes, and the limits.
impl<N> fmt::Debug for WebhookLayer<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookLayer")
            .field("endpoints", &self.shared.endpoints)
            .field("limits", &self.shared.bounds.limits)
            .finish_non_exhaustive()
    }
}
