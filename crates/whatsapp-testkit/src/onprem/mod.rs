//! A fake On-Premises client: its settings API as a service.
//!
//! ```
//! use http::Request;
//! use http_body_util::Full;
//! use tower::ServiceExt;
//! use whatsapp_testkit::onprem::FakeClient;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = FakeClient::new();
//! let settings = Request::get("/v1/settings/application").body(Full::<bytes::Bytes>::default())?;
//! assert_eq!(client.clone().oneshot(settings).await?.status(), 401);
//! assert_eq!(client.settings()["callback_backoff_delay_ms"], 3000);
//! # Ok(())
//! # }
//! ```
//!
//! Over a socket, any server of tower services serves it: `axum::Router::new()
//! .fallback_service(client.clone())`, or hyper by way of hyper-util's `TowerToHyperService`.
//!
//! | request | answer |
//! |---|---|
//! | `POST /v1/users/login`, Basic | a token and its end; at the [first login](FakeClient::first_login) for a `new_password` only |
//! | `GET`, `PATCH`, `DELETE /v1/settings/application`, Bearer | the settings; merges some in; back to the defaults |
//! | `GET`, `POST`, `DELETE /v1/certificates/webhooks/ca`, Bearer | the CA for webhooks, PEM as `text/plain`; each change restarts the client |
//! | `GET /v1/stats/app`, Bearer | callbacks waiting, and sent by type and result |
//! | without a valid token or password | 401, error 1005 |
//! | a wrong setting | 400, and error 1009 for each |
//!
//! `callback_persist`, `pass_through` and `webhooks.max_concurrent_requests` have effect after a
//! [restart](FakeClient::restart) only (Meta, On-Premises reference, settings). Settings that this
//! fake does not know are kept and shown.

mod api;
mod error;
mod settings;
#[allow(dead_code, reason = "callbacks are counted, which are still to come")]
mod stats;
mod users;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full, Limited};
use jiff::Timestamp;
use serde_json::Value;
use settings::Settings;
use stats::Stats;
use std::{
    convert::Infallible,
    error::Error,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::Instant;
use tower_service::Service;
use users::Users;

/// A fake On-Premises client ("Coreapp"). Clones are the same client.
///
/// Its clock is tokio's: under a paused one its tokens end when the test's time has come.
#[derive(Clone)]
pub struct FakeClient {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// The wall's time at an instant of tokio's.
    wall: (Timestamp, Instant),
}

struct State {
    users: Users,
    settings: Settings,
    certificate: Option<Bytes>,
    stats: Stats,
    restarts: usize,
    success: Value,
    log: Vec<String>,
}

impl State {
    fn restart(&mut self) {
        self.restarts += 1;
        self.settings.restart();
    }

    fn stats(&self) -> Value {
        self.stats.json(0)
    }
}

impl FakeClient {
    /// The name of its one user.
    pub const USER: &str = "admin";
    /// That user's password, as long as it has not been changed.
    pub const PASSWORD: &str = "a-Password-1";
    /// Requests with more bytes are refused with 413.
    pub const MAX_BODY: usize = 1024 * 1024;

    /// A client with default settings, whose user has logged in before.
    #[must_use]
    pub fn new() -> Self {
        let state = State {
            users: Users::new(Self::USER, Self::PASSWORD),
            settings: Settings::new(),
            certificate: None,
            stats: Stats::default(),
            restarts: 0,
            success: Value::Object(serde_json::Map::new()),
            log: Vec::new(),
        };
        let wall = (Timestamp::now(), Instant::now());
        FakeClient { shared: Arc::new(Shared { state: Mutex::new(state), wall }) }
    }

    /// The same, with its user's first login still to come: it has to bring a `new_password`.
    #[must_use]
    pub fn first_login(self) -> Self {
        self.state().users.first_login = true;
        self
    }

    /// The same with another password.
    #[must_use]
    pub fn password(self, password: impl Into<String>) -> Self {
        self.state().users.password = password.into();
        self
    }

    /// The same with tokens of another life. Default 7 days.
    #[must_use]
    pub fn token_life(self, life: Duration) -> Self {
        self.state().users.token_life = life;
        self
    }

    /// The same with another answer to a `PATCH`, `POST` or `DELETE` that succeeds: JSON, such as
    /// `null`, which real clients send as well. Default `{}`.
    #[must_use]
    pub fn success_body(self, json: Value) -> Self {
        self.state().success = json;
        self
    }

    /// The settings under `application`, as `GET` shows them.
    #[must_use]
    pub fn settings(&self) -> Value {
        self.state().settings.stored().clone()
    }

    /// The settings that the client goes by: those that need a restart are as they were at the last.
    #[must_use]
    pub fn settings_in_force(&self) -> Value {
        self.state().settings.in_force().clone()
    }

    /// Names of the changed settings that wait for a [restart](Self::restart), such as
    /// `webhooks.max_concurrent_requests`.
    #[must_use]
    pub fn needs_restart(&self) -> Vec<&'static str> {
        self.state().settings.waiting()
    }

    /// Stops the client and starts it again.
    pub fn restart(&self) {
        self.state().restart();
    }

    /// How often it has been restarted, by [`restart`](Self::restart) or a change of certificate.
    #[must_use]
    pub fn restarts(&self) -> usize {
        self.state().restarts
    }

    /// The CA for webhooks, in PEM, if one was uploaded.
    #[must_use]
    pub fn certificate(&self) -> Option<Bytes> {
        self.state().certificate.clone()
    }

    /// Ends all tokens now: the next request with one of them is a 401.
    pub fn expire_tokens(&self) {
        self.state().users.expire_tokens();
    }

    /// The requests to its API so far, such as `PATCH /v1/settings/application 200`.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.state().log.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        let (wall, start) = self.shared.wall;
        wall + start.elapsed()
    }

    async fn answer<B>(self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let response = match Limited::new(body, Self::MAX_BODY).collect().await {
            Ok(body) => api::answer(&mut self.state(), &head, body.to_bytes(), self.now()),
            Err(_) => error::respond(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", ""),
        };
        let line = format!("{} {} {}", head.method, head.uri.path(), response.status().as_u16());
        self.state().log.push(line);
        response
    }
}

impl Default for FakeClient {
    fn default() -> Self {
        FakeClient::new()
    }
}

/// Shows no password, token or URL.
impl fmt::Debug for FakeClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeClient").finish_non_exhaustive()
    }
}

impl<B> Service<Request<B>> for FakeClient
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let client = self.clone();
        Box::pin(async move { Ok(client.answer(request).await) })
    }
}

#[cfg(test)]
mod tests;
