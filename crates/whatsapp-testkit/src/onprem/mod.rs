//! A fake On-Premises client: its settings API as a service, and its callbacks.
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
//!
//! // Its callbacks go to any service of requests, at the URL that is set.
//! # let app = tower::service_fn(|_: Request<Full<bytes::Bytes>>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(()))
//! # });
//! client.set(&serde_json::json!({"webhooks": {"url": "https://webhook.example/onprem/a-secret"}}))?;
//! client.send(whatsapp_testkit::Samples::new(1).onprem_text().body)?;
//! assert_eq!(client.drain(app).await.delivered.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Over a socket, any server of tower services serves it: `axum::Router::new()
//! .fallback_service(client.clone())`, or hyper by way of hyper-util's `TowerToHyperService`.
//!
//! | request | answer |
//! |---|---|
//! | `POST /v1/users/login`, Basic | a token and its end; takes a `new_password`, and at the [first login](FakeClient::first_login) wants one |
//! | `GET`, `PATCH`, `DELETE /v1/settings/application`, Bearer | the settings; merges some in; back to the defaults |
//! | `GET`, `POST`, `DELETE /v1/certificates/webhooks/ca`, Bearer | the CA for webhooks, PEM as `text/plain`; each change restarts the client |
//! | `GET /v1/stats/app`, Bearer | callbacks waiting, and sent by type and result |
//! | without a valid token or password | 401, error 1005 |
//! | a wrong setting | 400, and error 1009 for each |
//!
//! `callback_persist`, `pass_through` and `webhooks.max_concurrent_requests` have effect after a
//! [restart](FakeClient::restart) only (Meta, On-Premises reference, settings). Settings that this
//! fake does not know are kept and shown.
//!
//! # Callbacks
//!
//! What is [sent](FakeClient::send) waits in a queue, and is posted, unsigned, to `webhooks.url`,
//! by the settings in force:
//!
//! | setting | rules |
//! |---|---|
//! | `webhooks.message.*`, `sent_status` | which statuses are sent at all; `sent` if either of its two says so |
//! | `webhooks.max_concurrent_requests` | how many requests are under way |
//! | `callback_backoff_delay_ms`, `max_callback_backoff_delay_ms` | the delay after the *n*th failure: *n* times the one, up to the other |
//! | `callback_persist` | whether a callback outlives a [crash](FakeClient::crash) |
//!
//! Success is 200 and nothing else. The settings reference lets the client try for ever, Meta's
//! guide for about 24 hours: [`give_up_after`](FakeClient::give_up_after) is for the latter.

mod api;
mod callbacks;
mod error;
mod filter;
mod settings;
mod stats;
mod users;

pub use callbacks::QueueFull;

use crate::{
    Report,
    senders::{Driver, Target},
};
use bytes::Bytes;
use callbacks::Callbacks;
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
    sync::{Arc, MutexGuard},
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
    driver: Arc<Driver<State>>,
}

struct State {
    /// The wall's time at an instant of tokio's.
    wall: (Timestamp, Instant),
    users: Users,
    settings: Settings,
    callbacks: Callbacks,
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
        self.stats.json(self.callbacks.len())
    }

    fn now(&self) -> Timestamp {
        let (wall, start) = self.wall;
        wall + start.elapsed()
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
            wall: (Timestamp::now(), Instant::now()),
            users: Users::new(Self::USER, Self::PASSWORD),
            settings: Settings::new(),
            callbacks: Callbacks::new(),
            certificate: None,
            stats: Stats::default(),
            restarts: 0,
            success: Value::Object(serde_json::Map::new()),
            log: Vec::new(),
        };
        FakeClient { driver: Arc::new(Driver::new(state)) }
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

    /// The same with an end to retries, so long after the first attempt: 24 hours by Meta's guide.
    /// Default: none.
    #[must_use]
    pub fn give_up_after(self, after: Duration) -> Self {
        self.state().callbacks.give_up = Some(after);
        self
    }

    /// The same with another time to wait for an answer to a callback. Default 10 s; the client's is
    /// not documented.
    #[must_use]
    pub fn timeout(self, patience: Duration) -> Self {
        self.state().callbacks.patience = patience;
        self
    }

    /// The same with another limit of callbacks that wait. Default 100,000 (Meta, high throughput).
    #[must_use]
    pub fn queue_limit(self, callbacks: usize) -> Self {
        self.state().callbacks.limit = callbacks;
        self
    }

    /// Takes a notification to send: a body in the flat form. `false` if the settings let nothing of
    /// it through.
    ///
    /// # Errors
    /// [`QueueFull`], error 1016, past the [limit](Self::queue_limit).
    pub fn send(&self, body: impl Into<Bytes>) -> Result<bool, QueueFull> {
        self.driver.change(|state| state.send(body.into()))
    }

    /// Posts callbacks to this service until none waits: each was answered with 200, or given up.
    /// Without a `webhooks.url` all keep waiting.
    ///
    /// What has been done since the client was made is in the report. If this is dropped, the next
    /// run sends what was under way once more.
    pub async fn drain<S, R>(&self, service: S) -> Report
    where
        S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
        S::Future: Send,
    {
        let target = Target::new(service);
        self.driver.run(false, |state| state.callbacks.target = Some(target)).await;
        self.report()
    }

    /// Posts what waits and what will come, and never returns: for a task of its own.
    pub async fn run<S, R>(&self, service: S)
    where
        S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
        S::Future: Send,
    {
        let target = Target::new(service);
        self.driver.run(true, |state| state.callbacks.target = Some(target)).await;
    }

    /// What has been done so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.state().callbacks.report.clone()
    }

    /// How many callbacks wait or are under way.
    #[must_use]
    pub fn queue_size(&self) -> usize {
        self.state().callbacks.len()
    }

    /// What `GET /v1/stats/app` shows.
    #[must_use]
    pub fn stats(&self) -> Value {
        self.state().stats()
    }

    /// Changes settings as a `PATCH` does, without its HTTP.
    ///
    /// # Errors
    /// [`WrongSettings`] if one is wrong; then nothing is changed.
    pub fn set(&self, patch: &Value) -> Result<(), WrongSettings> {
        let patched = self.driver.change(|state| state.settings.patch(patch));
        let told = |faults: Vec<error::Fault>| faults.into_iter().map(|fault| fault.details);
        patched.map_err(|faults| WrongSettings(told(faults).collect()))
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

    /// Stops the client in good order and starts it again: settings that wait for it have effect,
    /// and no callback is lost.
    pub fn restart(&self) {
        self.driver.change(State::restart);
    }

    /// Ends the client in the midst of things and starts it again. Callbacks that came with
    /// `callback_persist` off are lost. Those that are under way are cut off, and sent once more: a
    /// receiver that had taken one gets it twice.
    pub fn crash(&self) {
        self.driver.change(|state| {
            state.callbacks.crash();
            state.restart();
        });
    }

    /// How often it has been restarted, by [`restart`](Self::restart), a [`crash`](Self::crash) or a change
    /// of certificate.
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
        self.driver.lock()
    }

    async fn answer<B>(self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let response = match Limited::new(body, Self::MAX_BODY).collect().await {
            Ok(body) => {
                let now = self.state().now();
                self.driver.change(|state| api::answer(state, &head, body.to_bytes(), now))
            }
            Err(_) => error::respond(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", ""),
        };
        let line = format!("{} {} {}", head.method, head.uri.path(), response.status().as_u16());
        self.state().log.push(line);
        response
    }
}

/// Settings that a [`FakeClient`] does not take. `Display` says which, and what they must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongSettings(Vec<String>);

impl fmt::Display for WrongSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl Error for WrongSettings {}

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
