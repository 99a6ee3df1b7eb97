//! WhatsApp notifications, of the Cloud API and of the On-Premises API, as one [tower] layer for
//! axum, hyper, tonic and whatever else speaks tower.
//!
//! A POST of WhatsApp's comes in. The layer verifies it over its exact bytes, bounds it, parses it
//! without copying, hands it to your service, and answers. Every other request goes to the inner
//! service with nothing read.
//!
//! # A first webhook
//!
//! A [`WebhookLayer`] has endpoints, and a service that it delivers to. Here that is an
//! [`EventRouter`]: one handler for each kind of event, told apart by its argument's type.
//!
//! ```
//! # use bytes::Bytes;
//! # use http::{Request, Response, StatusCode};
//! # use http_body_util::Full;
//! # use std::convert::Infallible;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_whatsapp::{
//!     AppSecret, Cloud, Dispatch, Event, EventRouter, WebhookLayer, notification::{Status, Text},
//!     signature::Signer,
//! };
//!
//! async fn on_text(event: Event<Text>) -> Result<(), Infallible> {
//!     let text = event.get(); // A view into the request's body.
//!     println!("a text of {} bytes", text.body.unwrap_or_default().to_cow().len());
//!     Ok(())
//! }
//!
//! async fn on_status(event: Event<Status>) -> Result<(), Infallible> {
//!     println!("a status of {:?}", event.timestamp());
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = AppSecret::new("the app secret")?;
//! # let signer = Signer::new(&secret);
//! let events = EventRouter::builder().on(on_text).on(on_status).build()?;
//! let webhook = WebhookLayer::builder()
//!     .endpoint("/whatsapp", Cloud::new(secret).verify_token("a verify token")?)
//!     .deliver_to(Dispatch::new(events))
//!     .build()?;
//!
//! // The rest of the application: an axum router, a gRPC server …
//! let app = service_fn(async |_: Request<Full<Bytes>>| {
//!     Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("hello")))
//! });
//! let app = ServiceBuilder::new().layer(webhook).service(app);
//!
//! // What WhatsApp posts.
//! let body = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":
//!     {"messages":[{"from":"15550001","id":"A","text":{"body":"Hi"},"type":"text"}]},
//!     "field":"messages"}]}]}"#;
//! let post = Request::post("/whatsapp")
//!     .header("x-hub-signature-256", signer.sign(body.as_bytes()).to_string())
//!     .body(Full::from(body))?;
//! assert_eq!(app.clone().oneshot(post).await?.status(), StatusCode::OK);
//!
//! // What somebody else posts.
//! let forged = Request::post("/whatsapp").body(Full::from(body))?;
//! assert_eq!(app.clone().oneshot(forged).await?.status(), StatusCode::UNAUTHORIZED);
//!
//! // What is none of WhatsApp's business.
//! let other = Request::get("/").body(Full::default())?;
//! assert_eq!(app.oneshot(other).await?.status(), StatusCode::OK);
//! # Ok(())
//! # }
//! ```
//!
//! # Whom to deliver to, and what a 200 means
//!
//! WhatsApp sends a notification again, for days, until it is answered with 200. So there is one
//! rule, and no policy to set: **200 is sent when, and only when, the notification service
//! returned `Ok`**. Every `Err` is a 503. What a 200 promises is therefore yours to choose:
//!
//! | notification service | a 200 says | for |
//! |---|---|---|
//! | [`Dispatch`] of an [`EventRouter`] | all handlers are done | handlers that are quick |
//! | … with a [`Dedup`](router::dedup) before its handlers | the same, and what was handled is not handled again | handlers that should not run twice |
//! | [`Detach`] of that | the same, even if the client has gone away meanwhile | handlers that may be slow |
//! | the `Inbox` of the crate `whatsapp-inbox`, or a queue | the notification is stored | handlers that may fail, or work that must not be lost |
//! | your own `Service<Notification>` | what you mean by it | everything else |
//!
//! When a client goes away, its connection's task drops the response future, and a handler that
//! runs inside it stops half way. WhatsApp will send the notification again, and what the handler
//! had done will be done twice. `Detach` runs the service as a task of its own instead, which is
//! finished all the same; how long it may take, and the bytes that it holds, are then no longer
//! bounded by the layer.
//!
//! Anything that is a service will do, and tower's layers go around it: a timeout, a concurrency
//! limit, a load shed.
//!
//! ```
//! # use std::{convert::Infallible, time::Duration};
//! use tower::{ServiceBuilder, service_fn};
//! use tower_whatsapp::{AppSecret, Cloud, Notification, WebhookLayer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[derive(Clone)] struct Queue;
//! # impl Queue { async fn push(&self, _: Notification) -> Result<(), Infallible> { Ok(()) } }
//! # let queue = Queue;
//! let store = ServiceBuilder::new()
//!     .timeout(Duration::from_secs(2))
//!     .concurrency_limit(64)
//!     .service(service_fn(move |notification: Notification| {
//!         let queue = queue.clone();
//!         async move { queue.push(notification).await }
//!     }));
//! let webhook = WebhookLayer::builder()
//!     .endpoint("/whatsapp", Cloud::new(AppSecret::new("the app secret")?))
//!     .deliver_to(store)
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! The service is cloned once for each notification; the clone is polled ready and called inside
//! the response future, so a service that is not ready holds up that notification and nothing else.
//!
//! # The inner service's readiness
//!
//! [`Webhook`]'s `poll_ready` is the inner service's, because a service must be ready before
//! anybody knows whom the request is for. A `ConcurrencyLimit` inside that is full holds up
//! WhatsApp, too. Put such limits on single routes, or use a [`WebhookService`], which is always
//! ready: [`build_service`](WebhookBuilder::build_service) in place of `build` makes one, for
//! axum's `route_service` or for plain hyper.
//!
//! # Endpoints
//!
//! An endpoint is a path, an API and a proof of who sends.
//!
//! - [`Cloud`]: Meta signs the body with the app secret (`X-Hub-Signature-256`). With a verify
//!   token it also answers Meta's GET challenge.
//! - [`OnPremises`]: the client signs nothing. What proves it is one of the schemes below. The body
//!   names no business number either: the endpoint's label tells clients apart.
//! - Neither can be had without a proof but by `insecure_unverified`, for private networks.
//!
//! | scheme | the credential stands | whose |
//! |---|---|---|
//! | [`Verifier`] | `X-Hub-Signature-256`, over the body | Meta's, Cloud API |
//! | [`TurnVerifier`] | `X-Turn-Hook-Signature`, over the body | Turn.io's |
//! | [`PathSecret`] | in the path's segment `{secret}` | every sender's whose URL you set |
//! | [`QuerySecret`] | in a parameter of the query | the same |
//! | [`StaticHeader`] | in a header: `Authorization: Basic` or `Bearer`, or any other | 360dialog's, proxies' |
//! | your own [`Scheme`](signature::Scheme) | at one of these places | |
//!
//! Each takes several secrets, so that one can be rotated; all are compared in constant time. An
//! endpoint can ask for several schemes at once ([`and`](OnPremises::and)), or for one of several
//! ([`or`](OnPremises::or)).
//!
//! A Cloud endpoint may demand a client certificate besides ([`ClientCertificate`]), as Meta offers
//! it: the server's TLS verifies it and says whose it is, in a [`Peer`].
//!
//! An endpoint takes its own API's form only. Labels and proofs travel with the notification, as
//! its [origin](Notification::origin).
//!
//! The path is compared to the letter, as the layer sees it: inside axum's `nest`, without the
//! prefix. A secret in a path or a query is in the request's URI, and so in whatever logs URIs: a
//! proxy in front, or a trace layer outside of this one. This crate logs no URI.
//!
//! **A wrong refusal is not the end of a notification**: the sender tries again, for a day or a
//! week, and each time is counted in `whatsapp_refusals_total` with the endpoint's label. If that
//! counter grows steadily, a secret has been changed on one side only; put it right in time, and
//! nothing is lost. A secret in the path is the exception: a wrong one is a path that does not
//! exist, which this crate neither answers nor counts; look at the 404s of your server.
//!
//! # Tenants, and secrets that rotate
//!
//! [`lookup`](WebhookBuilder::lookup) finds the endpoint of each request anew, by a service of
//! yours: from a map, from your database by a segment `{tenant}` of the path, or from a watch handle,
//! so that secrets change without a restart. An unknown tenant's request goes to the inner service.
//! Look-ups are bounded in time and number, for they come before anything is verified.
//!
//! # Every answer
//!
//! | request | answer | reason |
//! |---|---|---|
//! | a path of no endpoint, an unknown tenant, or a wrong path secret | the inner service's | |
//! | GET with the right verify token | 200, the challenge | |
//! | GET with another | 403 | `wrong_verify_token` |
//! | GET that repeats or lacks a `hub.*`, or another mode | 400 | `malformed_challenge` |
//! | any other method; GET without a verify token | 405 | `method_not_allowed` |
//! | no client certificate of the demanded name | 401 | `client_certificate` |
//! | a content encoding | 415 | `content_encoding` |
//! | a body over the limit, promised or sent | 413 | `body_too_large` |
//! | too many bytes in flight | 503 | `bytes_in_flight` |
//! | no credential, several, a malformed one: before the body is read | 401 | the [refusal's](signature::RefusalKind) |
//! | a body that is late | 408 | `body_deadline` |
//! | a body that breaks off | 400 | `broken_body` |
//! | a credential that is wrong for this body | 401 | the refusal's |
//! | more events or depth than the parser may take | 413 | `parse_limit` |
//! | the other API's form | 400 | `wrong_form` |
//! | an authentic body that is not JSON | delivered as one event of kind `unparseable` | |
//! | the notification service returns `Ok` | 200, empty | |
//! | … returns `Err` | 503 | `handling_failed` |
//! | … is late | 503 | `handling_deadline` |
//! | looking the endpoint up fails | 503 | `lookup_failed` |
//! | … is late | 503 | `lookup_deadline` |
//! | too many look-ups under way | 503 | `lookups_in_flight` |
//!
//! A rejection is a response and never an `Err`. Its reason is in the response's extensions, as a
//! [`Rejection`]; its `source` there is your service's or look-up's own error, for a layer around
//! this one to log.
//!
//! # Limits
//!
//! | limit | default | option |
//! |---|---|---|
//! | a body | 3 MiB + 64 KiB | [`max_body`](WebhookBuilder::max_body) |
//! | bytes in flight, all requests of the layer | 64 MiB | [`max_in_flight`](WebhookBuilder::max_in_flight) |
//! | time for a body to come | 10 s | `body_deadline` |
//! | time for the notification service | 20 s | `handling_deadline` |
//! | look-ups under way | 256 | [`max_lookups`](WebhookBuilder::max_lookups) |
//! | time for a look-up | 2 s | `lookup_deadline` |
//! | events and depth of a body | 65,536 and 128 | [`parser`](WebhookBuilder::parser) |
//!
//! # Panics in handlers
//!
//! [`Dispatch`] catches a handler's panic and counts it as a failure. A panic in a notification
//! service of yours goes through this layer to the server, which mostly closes the connection;
//! WhatsApp sends again. With `panic = "abort"` nothing is caught anywhere: one handler's panic
//! ends the process, and every notification under way with it.
//!
//! # What is logged and counted
//!
//! With `tracing`, a notification is handled in the span `whatsapp.webhook` (INFO), and each
//! request to an endpoint ends in one event: DEBUG when accepted, INFO for a challenge, WARN when
//! rejected. What an endpoint's secrets warn of, and that it is unverified, is told once when the
//! layer is built. All of it has the target `whatsapp`, as the router's events have.
//!
//! | field | of | is |
//! |---|---|---|
//! | `label` | both | the endpoint's label; `lookup` before there is an endpoint |
//! | `form` | both | `cloud`, `on_premises`, and in the span `other`; none before there is an endpoint |
//! | `scheme` | span | the scheme that proved the sender, or `unverified` |
//! | `secret` | span | the name of the secret that matched |
//! | `bytes` | span | the body's length |
//! | `events` | span | how many events are in it |
//! | `status` | event | the status of the answer |
//! | `reason` | event | the [rejection's](RejectionKind::as_str), if it is one |
//!
//! With `metrics`, there are two counters: `whatsapp_requests_total` with `label` and `status`, and
//! `whatsapp_refusals_total` with `label` and `reason`.
//!
//! No URI, no content, no secret, no phone number and no error of yours is in any of these.
//!
//! # Features
//!
//! - **`tokio`** (default): the deadlines, on tokio's timer, look-ups in tokio's watch handles, and
//!   the router's [`Detach`] and [`dedup`](router::dedup). Without it none of them exists: put a timeout of your runtime around
//!   the notification service and look-ups, and see that your server bounds how long a body may take.
//! - **`tracing`** (default): the span and the events above.
//! - **`metrics`**: the counters above, through the `metrics` facade.
//!
//! [tower]: https://docs.rs/tower

mod answer;
mod body;
mod builder;
mod challenge;
mod client_certificate;
mod cloud;
mod collect;
mod deadline;
mod endpoint;
mod error;
mod future;
mod head;
mod held;
mod layer;
mod limits;
mod lookup;
mod onprem;
mod path;
mod proofs;
mod rejection;
mod service;
mod telemetry;
mod token;

pub use body::ResponseBody;
pub use builder::WebhookBuilder;
pub use client_certificate::{ClientCertificate, Peer};
pub use cloud::Cloud;
pub use endpoint::Endpoint;
pub use error::{ConfigError, ConfigErrorKind};
pub use future::ResponseFuture;
pub use layer::WebhookLayer;
pub use lookup::{Lookup, LookupFuture, Lookups};
pub use onprem::OnPremises;
pub use rejection::{Rejection, RejectionKind};
pub use service::{Webhook, WebhookService};

pub use whatsapp_notification as notification;
pub use whatsapp_router as router;
pub use whatsapp_signature as signature;

#[doc(no_inline)]
pub use whatsapp_notification::{Event, Notification};
#[cfg(feature = "tokio")]
#[doc(no_inline)]
pub use whatsapp_router::Detach;
#[doc(no_inline)]
pub use whatsapp_router::{BoxError, Dispatch, EventRouter, Outcome, handler_fn};
#[doc(no_inline)]
pub use whatsapp_signature::{
    AppSecret, PathSecret, QuerySecret, StaticHeader, TurnVerifier, Verifier,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
