//! [`WebhookBuilder`]: endpoints, limits and the notification service of a layer.

use crate::{
    ConfigError, ConfigErrorKind, Endpoint, Lookup, Lookups, WebhookLayer, WebhookService,
    endpoint::Mounted,
    layer::Shared,
    limits::{Bounds, Limits},
    lookup::sealed::Routes,
    path::PathPattern,
    telemetry,
};
use std::{fmt, sync::Arc};
use tower_layer::Layer;
use tower_service::Service;
use whatsapp_notification::{Notification, Parser};
use whatsapp_router::BoxError;

/// Builds a [`WebhookLayer`] or a [`WebhookService`]; start with [`WebhookLayer::builder`].
///
/// `N` is the notification service: `()` until [`deliver_to`](Self::deliver_to) sets it.
///
/// ```
/// use std::time::Duration;
/// use tower_whatsapp::{
///     AppSecret, Cloud, Dispatch, EventRouter, OnPremises, PathSecret, WebhookLayer,
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (secret, token, hook) = ("app secret", "token", "0123456789abcdef");
/// let webhook = WebhookLayer::builder()
///     .endpoint("/whatsapp", Cloud::new(AppSecret::new(secret)?).verify_token(token)?)
///     .endpoint("/onprem/{secret}", OnPremises::new("shop-1", PathSecret::new(hook)?))
///     .body_deadline(Duration::from_secs(5))
///     .deliver_to(Dispatch::new(EventRouter::builder().build()?))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct WebhookBuilder<N = (), L = ()> {
    endpoints: Vec<(String, Arc<Endpoint>)>,
    lookups: L,
    limits: Limits,
    service: N,
}

impl WebhookBuilder {
    pub(crate) fn new() -> Self {
        WebhookBuilder {
            endpoints: Vec::new(),
            lookups: (),
            limits: Limits::default(),
            service: (),
        }
    }
}

impl<N, L: Routes> WebhookBuilder<N, L> {
    /// Looks the endpoint up for each request to this path: for tenants that come and go, and for
    /// secrets that rotate without a restart.
    ///
    /// The path may have one segment `{tenant}`, which [`Lookup::tenant`] tells, and one `{secret}`.
    /// `service` is any `Service<Lookup>` whose response is an `Option` of an endpoint: a closure in
    /// tower's `service_fn`, over a database say; an `Arc<HashMap<String, Arc<Endpoint>>>` by tenant;
    /// or, with the feature `tokio`, a [`watch::Receiver`] of such a map, or of one
    /// `Arc<Endpoint>`. For `None`, and for an endpoint whose path secret is another, the request
    /// goes to the inner service. An error is a 503. Paths of [`endpoint`](Self::endpoint) come
    /// first, and exact paths before those with such segments.
    ///
    /// A look-up is made before anything is verified: bound what it costs by
    /// [`max_lookups`](Self::max_lookups) and `lookup_deadline`, or by layers around `service`, such
    /// as a cache. All look-ups of a layer share these bounds: who asks for so many slow tenants at
    /// once makes those of WhatsApp's requests 503, and it sends them again. A cache of tenants,
    /// unknown ones too, or a limit for each address in front of the layer, is the remedy.
    /// Looked-up endpoints' [warnings](crate::signature::SecretWarning) are not logged: look at them
    /// when a secret is stored. Errors of the path wait for [`build`](Self::build).
    ///
    /// Secrets rotate:
    ///
    /// ```
    /// # use std::{convert::Infallible, sync::Arc};
    /// use tokio::sync::watch;
    /// use tower_whatsapp::{AppSecret, Cloud, Endpoint, WebhookLayer};
    /// # use tower_whatsapp::{Dispatch, EventRouter};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let cloud = |secret: &str| Ok::<_, Box<dyn std::error::Error>>(Cloud::new(AppSecret::new(secret)?));
    /// let (current, endpoint) = watch::channel::<Arc<Endpoint>>(cloud("before")?.into());
    /// let webhook = WebhookLayer::builder()
    ///     .lookup("/whatsapp", endpoint)
    ///     .deliver_to(Dispatch::new(EventRouter::builder().build()?))
    ///     .build()?;
    /// // Later, from wherever secrets come:
    /// current.send_replace(cloud("after")?.into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [`watch::Receiver`]: https://docs.rs/tokio/latest/tokio/sync/watch/struct.Receiver.html
    pub fn lookup<S, E>(self, path: impl AsRef<str>, service: S) -> WebhookBuilder<N, Lookups>
    where
        S: Service<Lookup, Response = Option<E>> + Clone + Send + Sync + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        E: Into<Arc<Endpoint>>,
    {
        let WebhookBuilder { endpoints, lookups, limits, service: deliver_to } = self;
        let mut lookups = lookups.into_lookups();
        lookups.add(path.as_ref(), service);
        WebhookBuilder { endpoints, lookups, limits, service: deliver_to }
    }
}

impl<N, L> WebhookBuilder<N, L> {
    /// Adds a callback URL: a [`Cloud`](crate::Cloud) or [`OnPremises`](crate::OnPremises)
    /// endpoint at this path, as the layer sees it.
    ///
    /// The request's path has to be exactly this one, trailing slash and all. A segment
    /// `{secret}` stands where the path itself holds the secret
    /// ([`PathSecret`](crate::PathSecret)); a request with a wrong one is passed on as if the path
    /// did not exist. Errors wait for [`build`](Self::build).
    pub fn endpoint(mut self, path: impl Into<String>, endpoint: impl Into<Arc<Endpoint>>) -> Self {
        self.endpoints.push((path.into(), endpoint.into()));
        self
    }

    /// Sets the notification service: any `Service<Notification>` that is `Clone`, such as a
    /// [`Dispatch`](crate::Dispatch). Its `Ok` is a 200, its `Err` a 503.
    pub fn deliver_to<M>(self, service: M) -> WebhookBuilder<M, L> {
        let WebhookBuilder { endpoints, lookups, limits, .. } = self;
        WebhookBuilder { endpoints, lookups, limits, service }
    }

    /// How long a body may be, in bytes. Default 3 MiB + 64 KiB; Meta's bodies have up to 3 MB.
    /// Past it: 413.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// How many bytes of bodies the layer may hold at once, in all requests together. Default
    /// 64 MiB. Past it: 503.
    ///
    /// Counted as they are received, and until the notification service is done, so that nobody
    /// is shut out by a client that promises much and sends nothing.
    pub fn max_in_flight(mut self, bytes: usize) -> Self {
        self.limits.in_flight = bytes;
        self
    }

    /// How long a body may take to come, or `None` for ever. Default 10 s. Past it: 408.
    #[cfg(feature = "tokio")]
    pub fn body_deadline(mut self, after: impl Into<Option<std::time::Duration>>) -> Self {
        self.limits.body_deadline = after.into();
        self
    }

    /// How long the notification service may take, getting ready included, or `None` for ever.
    /// Default 20 s. Past it: 503, and its future is dropped.
    ///
    /// WhatsApp does not publish how long it waits; what others have seen is between 3 and 20 s.
    /// After that nobody is there to read the answer.
    #[cfg(feature = "tokio")]
    pub fn handling_deadline(mut self, after: impl Into<Option<std::time::Duration>>) -> Self {
        self.limits.handling_deadline = after.into();
        self
    }

    /// How many look-ups may be under way at once. Default 256. Past it: 503.
    pub fn max_lookups(mut self, lookups: usize) -> Self {
        self.limits.lookups = lookups;
        self
    }

    /// How long a look-up may take, or `None` for ever. Default 2 s. Past it: 503, and its future is
    /// dropped.
    #[cfg(feature = "tokio")]
    pub fn lookup_deadline(mut self, after: impl Into<Option<std::time::Duration>>) -> Self {
        self.limits.lookup_deadline = after.into();
        self
    }

    /// How deep a body may be nested and how many events it may hold. Default: depth 128, 65,536
    /// events. Past it: 413.
    pub fn parser(mut self, parser: Parser) -> Self {
        self.limits.parser = parser;
        self
    }
}

impl<N, L> WebhookBuilder<N, L>
where
    N: Service<Notification> + Clone,
    N::Error: Into<BoxError>,
    L: Routes,
{
    /// Builds the layer. What its endpoints warn of is logged here, once.
    ///
    /// # Errors
    /// [`ConfigError`] if there is no endpoint, a path or limit is not possible, two paths are the
    /// same, or a scheme's secret and its path do not go together.
    pub fn build(self) -> Result<WebhookLayer<N, L>, ConfigError> {
        let WebhookBuilder { endpoints, lookups, limits, service } = self;
        if limits.body == 0 || limits.in_flight < limits.body || limits.lookups == 0 {
            return Err(ConfigError::new(ConfigErrorKind::InvalidLimit));
        }
        let bounds = Arc::new(Bounds::new(limits));
        let mut mounted: Vec<Arc<Mounted>> = Vec::with_capacity(endpoints.len());
        for (path, endpoint) in endpoints {
            let path = PathPattern::new(&path).filter(|path| !path.has_tenant());
            let path =
                path.ok_or_else(|| ConfigError::of(ConfigErrorKind::InvalidPath, &endpoint.label))?;
            let next = Mounted::new(Arc::new(path), endpoint, bounds.clone())?;
            if mounted.iter().any(|other| other.path().is_same(next.path())) {
                return Err(ConfigError::of(ConfigErrorKind::DuplicatePath, next.label()));
            }
            mounted.push(Arc::new(next));
        }
        let looked_up = lookups.clone().into_lookups();
        let routes = looked_up.routes();
        if mounted.is_empty() && routes.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::NoEndpoint));
        }
        for (at, route) in routes.iter().enumerate() {
            let invalid = || ConfigError::new(ConfigErrorKind::InvalidPath);
            let path = route.path.as_ref().ok_or_else(invalid)?;
            let others = routes[..at].iter().filter_map(|other| other.path.as_deref());
            let others = others.chain(mounted.iter().map(|endpoint| endpoint.path()));
            if others.into_iter().any(|other| other.is_same(path)) {
                return Err(ConfigError::new(ConfigErrorKind::DuplicatePath));
            }
        }
        mounted.sort_by_key(|endpoint| !endpoint.path().is_exact());
        telemetry::built(&mounted);
        let shared = Shared { endpoints: mounted.into(), bounds };
        Ok(WebhookLayer::new(shared, service, lookups))
    }

    /// Builds a service of its own, to which every other path is a 404: for axum's
    /// `route_service`, or for hyper.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_service(self) -> Result<WebhookService<N, L>, ConfigError> {
        Ok(WebhookService::new(self.build()?.layer(crate::service::NotFound)))
    }
}

/// Shows the endpoints' labels, forms and schemes, and the limits.
impl<N, L> fmt::Debug for WebhookBuilder<N, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoints: Vec<_> = self.endpoints.iter().map(|(_, endpoint)| endpoint).collect();
        f.debug_struct("WebhookBuilder")
            .field("endpoints", &endpoints)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
