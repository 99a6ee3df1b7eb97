//! 360dialog, which hides the settings API and has one of its own for the webhook:
//! `/v1/configs/webhook`, with the API key of the number in the header `D360-API-KEY` (360dialog,
//! webhook).
//!
//! ```
//! # use bytes::Bytes;
//! # use http::{Request, Response};
//! # use http_body_util::Full;
//! # use std::convert::Infallible;
//! use whatsapp_onprem::dialog360::{ApiKey, Client, WebhookConfig};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let http = tower::service_fn(async |request: Request<Full<Bytes>>| {
//! #     assert_eq!(request.headers()["d360-api-key"], "an API key");
//! #     Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(r#"{"url":"https://hooks.example"}"#)))
//! # });
//! let client = Client::new("https://waba.360dialog.io", ApiKey::new("an API key"), http)?;
//! let config = WebhookConfig::new("https://hooks.example/onprem")
//!     .header("Authorization", "Bearer a-long-token");
//! client.set_webhook(&config).await?;
//! assert_eq!(client.webhook().await?.url, "https://hooks.example");
//! # Ok(())
//! # }
//! ```
//!
//! The headers come with each notification, so that the webhook can tell who sends it.

use crate::{
    Error, ErrorKind, InvalidSettings, Problem, Severity,
    base_url::BaseUrl,
    error::BoxError,
    exchange::{Call, JSON, exchange},
    login::sensitive,
    secret::{Secret, Secrets},
    settings::{file::Document, webhook_url},
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response};
use http_body::Body;
use http_body_util::Full;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt};
use tower_service::Service;

/// The API key of a number. Wiped from memory when it is dropped; `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct ApiKey(Secret);

impl ApiKey {
    /// A key, taken as it is.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        ApiKey(Secret::new(key))
    }
}

/// Where notifications go, and with which headers. `Debug` shows the headers' names only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct WebhookConfig {
    /// The URL: https. Empty where none is set yet.
    #[serde(deserialize_with = "or_empty")]
    pub url: String,
    /// Headers that come with each notification, such as `Authorization`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// What this version has no field for.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A number that is new has no URL, or `null`.
fn or_empty<'de, D: serde::Deserializer<'de>>(url: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(url)?.unwrap_or_default())
}

impl WebhookConfig {
    /// Notifications go to this URL, without headers.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        WebhookConfig { url: url.into(), ..Self::default() }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// The webhook of JSON, `{"url": …, "headers": {…}}`, checked as [`validate`](Self::validate)
    /// does.
    ///
    /// # Errors
    /// [`InvalidSettings`] with the place of each fault.
    pub fn from_json(text: &str) -> Result<Self, InvalidSettings> {
        Document::read(text).finish(|value| {
            let mut problems = Vec::new();
            let mut wrong = |path: String| {
                problems.push(Problem::new(Severity::Error, path, "it must be a text"));
            };
            let mut config = WebhookConfig::default();
            for (name, value) in value.as_object()? {
                match (name.as_str(), value) {
                    ("url", Value::String(url)) => config.url.clone_from(url),
                    ("headers", Value::Object(headers)) => {
                        for (name, value) in headers {
                            match value.as_str() {
                                Some(value) => config = config.header(name, value),
                                None => wrong(format!("headers.{name}")),
                            }
                        }
                    }
                    ("url" | "headers", _) => wrong(name.clone()),
                    _ => drop(config.other.insert(name.clone(), value.clone())),
                }
            }
            problems
                .extend(config.validate().err().into_iter().flat_map(|invalid| invalid.problems));
            Some((config, "", problems))
        })
    }

    /// Nothing, if 360dialog may take it.
    ///
    /// # Errors
    /// [`InvalidSettings`] if the URL is not https with a host, or a header cannot be one.
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        let wrong = |path: &str, message| Problem::new(Severity::Error, path, message);
        let mut problems = Vec::new();
        let fault = if self.url.is_empty() {
            Some(r#"there is none: write {"url":"https://…","headers":{…}}"#.to_owned())
        } else {
            webhook_url::fault(&self.url)
        };
        problems.extend(fault.map(|fault| wrong("url", fault)));
        for (name, value) in &self.headers {
            if name.parse::<HeaderName>().is_err() {
                problems.push(wrong("headers", "a name is not that of an HTTP header".to_owned()));
            } else if value.trim() != value || HeaderValue::from_str(value).is_err() {
                let path = format!("headers.{name}");
                let message =
                    "no header carries this value: white space at an end, or a control character";
                problems.push(wrong(&path, message.to_owned()));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(InvalidSettings { problems }) }
    }
}

impl fmt::Debug for WebhookConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.keys().collect();
        f.debug_struct("WebhookConfig").field("headers", &headers).finish_non_exhaustive()
    }
}

/// A client of 360dialog's webhook configuration, over any HTTP service, as
/// [`Client`](crate::Client) is.
#[derive(Clone)]
pub struct Client<S> {
    base: BaseUrl,
    key: ApiKey,
    service: S,
}

const WEBHOOK: &str = "/v1/configs/webhook";

impl<S> Client<S> {
    /// A client of the API at `url`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`]; [`ErrorKind::PlainHttp`] for plain http to another machine;
    /// [`ErrorKind::InvalidLogin`] for a key that no header can carry, or an empty one.
    pub fn new(url: &str, key: ApiKey, service: S) -> Result<Self, Error> {
        let base = BaseUrl::new(url)?;
        if key.0.as_str().trim().is_empty() {
            return Err(Error::noted(ErrorKind::InvalidLogin, "the API key is empty"));
        }
        sensitive(key.0.as_str())?;
        Ok(Client { base, key, service })
    }
}

impl<S, B> Client<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    /// Where notifications go: `GET /v1/configs/webhook`.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`] for a wrong key; [`ErrorKind::Unreachable`], and what the API
    /// answers.
    pub async fn webhook(&self) -> Result<WebhookConfig, Error> {
        let body = self.call(Call::new(Method::GET, WEBHOOK), &[]).await?;
        serde_json::from_slice(&body)
            .map_err(|_| Error::noted(ErrorKind::UnexpectedAnswer, "it holds no webhook"))
    }

    /// Sets where notifications go, and their headers, in place of what is there:
    /// `POST /v1/configs/webhook`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSettings`] before anything is sent; as [`webhook`](Self::webhook).
    pub async fn set_webhook(&self, config: &WebhookConfig) -> Result<(), Error> {
        config.validate()?;
        let body = serde_json::to_vec(config)
            .map_err(|error| Error::because(ErrorKind::InvalidSettings, error))?;
        let mut secrets = vec![webhook_url::behind_the_host(&config.url)];
        secrets.extend(config.headers.values().map(String::as_str));
        self.call(Call::new(Method::POST, WEBHOOK).body(JSON, body), &secrets).await.map(drop)
    }

    async fn call(&self, call: Call, secrets: &[&str]) -> Result<Bytes, Error> {
        let key = self.key.0.as_str();
        let credential = (HeaderName::from_static("d360-api-key"), sensitive(key)?);
        let request = call.request(self.base.join(call.path)?, credential);
        let answer = exchange(self.service.clone(), request).await?;
        answer.success(&Secrets::new(secrets.iter().copied().chain([key])))
    }
}

impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("url", &self.base).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_is_checked_and_shows_no_secret() {
        let config = WebhookConfig::new("a.test/canary")
            .header("Authorization", "Bearer canary\n")
            .header("no header", "canary");
        let invalid = config.validate().unwrap_err();
        assert_eq!(invalid.problems().len(), 3);
        let key = ApiKey::new("canary");
        assert!(!format!("{invalid} {config:?} {key:?}").contains("canary"), "{invalid}");
        assert!(WebhookConfig::new("https://a.test").header("A", "b").validate().is_ok());
    }

    #[test]
    fn where_no_url_is_set_yet_it_is_empty() {
        for answer in ["{}", r#"{"url":null}"#, r#"{"meta":{"success":true}}"#] {
            let config: WebhookConfig = serde_json::from_str(answer).unwrap();
            assert_eq!(config.url, "", "{answer}");
        }
    }

    #[test]
    fn a_config_is_read_from_json_and_each_fault_is_told() {
        let config =
            WebhookConfig::from_json(r#"{"url":"https://a.test","headers":{"A":"b"},"x":1}"#);
        assert_eq!(
            serde_json::to_string(&config.unwrap()).unwrap(),
            r#"{"url":"https://a.test","headers":{"A":"b"},"x":1}"#
        );
        let invalid = WebhookConfig::from_json(
            "{\n \"url\": \"a.test/canary\", // canary\n \"headers\": {\"A\": 1, \"B\": \" canary\"}}",
        );
        let shown = invalid.unwrap_err().to_string();
        assert!(!shown.contains("canary"), "{shown}");
        for place in [
            "line 2, column 9: url: ",
            "line 2, column 26: JSON has no comments",
            "line 3, column 19: headers.A: ",
            "line 3, column 27: headers.B: ",
        ] {
            assert!(shown.contains(place), "{place}: {shown}");
        }
        for without in ["{}", r#"{"webhooks":{"url":"https://a.test"}}"#] {
            let told = WebhookConfig::from_json(without).unwrap_err().to_string();
            assert!(told.contains("url: there is none: write {\"url\""), "{told}");
        }
        let told = WebhookConfig::from_json(r#"{"url":1}"#).unwrap_err();
        assert_eq!(told.problems().len(), 1, "{told}");
    }

    #[test]
    fn a_key_that_no_header_carries_is_refused() {
        for key in ["", " ", "canary\n"] {
            let error = Client::new("https://a.test", ApiKey::new(key), ()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidLogin);
        }
    }

    #[test]
    fn a_client_can_go_anywhere() {
        fn check<T: Send + Sync + Clone + 'static>() {}
        check::<Client<()>>();
    }
}
