//! [`Client`]: the calls of the settings API.
//!
//! ```
//! # use bytes::Bytes;
//! # use http::{Request, Response};
//! # use http_body_util::Full;
//! # use std::convert::Infallible;
//! use whatsapp_onprem::{ApplicationSettings, Client, Login, Webhooks};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let http = tower::service_fn(async |_: Request<Full<Bytes>>| {
//! #     let body = r#"{"users":[{"token":"a"}],"settings":{"application":{"callback_persist":true}}}"#;
//! #     Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(body)))
//! # });
//! let client = Client::new("https://onprem.example:9090", Login::new("admin", "a password"), http)?;
//! let change = ApplicationSettings::new()
//!     .webhooks(Webhooks::new().url("https://hooks.example/onprem/0123456789abcdef"));
//! client.patch_settings(&change).await?;
//! assert_eq!(client.settings().await?.callback_persist, Some(true));
//! # Ok(())
//! # }
//! ```

use crate::{
    ApplicationSettings, CaCertificates, Error, ErrorKind, Login, Stats,
    base_url::BaseUrl,
    error::BoxError,
    exchange::{Answer, Call, JSON, TEXT, exchange},
    login::sensitive,
    secret::Secrets,
    session::{Session, Token, refusal},
    settings::webhook_url::behind_the_host,
};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body::Body;
use http_body_util::Full;
use serde_json::{Value, json};
use std::{fmt, sync::Arc};
use tower_service::Service;
use zeroize::Zeroizing;

/// A client of one On-Premises client's settings API, over any HTTP service. Clones share the
/// token.
///
/// The service is cloned for each request and polled ready. It should not follow redirects; what it
/// does about time is up to it: put tower's `Timeout` around one that has no deadline of its own. A
/// call whose future is dropped may have been carried out or not.
#[derive(Clone)]
pub struct Client<S> {
    base: BaseUrl,
    session: Arc<Session>,
    service: S,
}

const LOGIN: &str = "/v1/users/login";
const SETTINGS: &str = "/v1/settings/application";
const WEBHOOK_CA: &str = "/v1/certificates/webhooks/ca";
const STATS: &str = "/v1/stats/app";

impl<S> Client<S> {
    /// A client of the API at `url`, such as `https://onprem.example:9090`, with a path in front of
    /// `/v1` if there is one. Nothing is sent yet: the first call logs in.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`]; [`ErrorKind::PlainHttp`] for plain http to another machine, which
    /// would show the password to everybody on the way; [`ErrorKind::InvalidLogin`] for an empty
    /// password or a name that HTTP's Basic scheme cannot carry.
    pub fn new(url: &str, login: Login, service: S) -> Result<Self, Error> {
        let base = BaseUrl::new(url)?;
        login.check()?;
        Ok(Client { base, session: Arc::new(Session::new(login)), service })
    }
}

impl<S, B> Client<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    /// The settings as they are: `GET /v1/settings/application`.
    ///
    /// # Errors
    /// As [`patch_settings`](Self::patch_settings), but for invalid settings.
    pub async fn settings(&self) -> Result<ApplicationSettings, Error> {
        let body = self.call(Call::new(Method::GET, SETTINGS), &[]).await?;
        let answer: Value = serde_json::from_slice(&body)
            .map_err(|_| Error::noted(ErrorKind::UnexpectedAnswer, "it is not JSON"))?;
        ApplicationSettings::of_answer(&answer).ok_or(Error::noted(
            ErrorKind::UnexpectedAnswer,
            "it holds no settings, or absurd ones",
        ))
    }

    /// Changes settings: `PATCH /v1/settings/application`. What is not set in `change` stays as it
    /// is; `wa_id`, which can only be read, is left out. Some changes
    /// [need a restart](crate::Change::needs_restart) of the Coreapp.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSettings`] before anything is sent; [`ErrorKind::WrongLogin`],
    /// [`PasswordChangeWanted`](ErrorKind::PasswordChangeWanted) and
    /// [`AccountLocked`](ErrorKind::AccountLocked) from the login;
    /// [`Unreachable`](ErrorKind::Unreachable), and what the API answers.
    pub async fn patch_settings(&self, change: &ApplicationSettings) -> Result<(), Error> {
        change.validate()?;
        let body = change.to_patch().to_string();
        let url = change.webhooks.as_ref().and_then(|webhooks| webhooks.url.as_deref());
        let secret = url.map(behind_the_host).unwrap_or_default();
        let call = Call::new(Method::PATCH, SETTINGS).body(JSON, body);
        self.call(call, &[secret]).await.map(drop)
    }

    /// Sets all settings to their defaults: `DELETE /v1/settings/application`. `webhooks.url` is
    /// gone with the rest.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub async fn reset_settings(&self) -> Result<(), Error> {
        self.call(Call::new(Method::DELETE, SETTINGS), &[]).await.map(drop)
    }

    /// The CA certificates with which the client verifies the webhook's server, in PEM, or `None`
    /// if it uses its own roots: `GET /v1/certificates/webhooks/ca`.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub async fn webhook_ca(&self) -> Result<Option<String>, Error> {
        let (answer, token) = self.authorized(&Call::new(Method::GET, WEBHOOK_CA)).await?;
        // No certificate is a 404 with an empty body (Meta, certificates).
        if answer.status == StatusCode::NOT_FOUND && answer.body.trim_ascii().is_empty() {
            return Ok(None);
        }
        let body = answer.success(&Secrets::new([token.as_str()]))?;
        let text = String::from_utf8(body.into())
            .map_err(|_| Error::noted(ErrorKind::UnexpectedAnswer, "it is not PEM"))?;
        Ok((!text.trim().is_empty()).then_some(text))
    }

    /// Sets these CA certificates in place of those that are there:
    /// `POST /v1/certificates/webhooks/ca`. All Coreapps restart.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub async fn set_webhook_ca(&self, certificates: &CaCertificates) -> Result<(), Error> {
        let pem = certificates.as_pem().to_owned();
        self.call(Call::new(Method::POST, WEBHOOK_CA).body(TEXT, pem), &[]).await.map(drop)
    }

    /// Removes the CA certificates: `DELETE /v1/certificates/webhooks/ca`. All Coreapps restart.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub async fn delete_webhook_ca(&self) -> Result<(), Error> {
        self.call(Call::new(Method::DELETE, WEBHOOK_CA), &[]).await.map(drop)
    }

    /// How the Coreapp is doing: `GET /v1/stats/app`.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub async fn stats(&self) -> Result<Stats, Error> {
        let body = self.call(Call::new(Method::GET, STATS), &[]).await?;
        Stats::of_answer(&body)
            .ok_or(Error::noted(ErrorKind::UnexpectedAnswer, "it holds no statistics"))
    }

    /// Logs in, unless there is a token: to see whether the login is right.
    ///
    /// # Errors
    /// As [`settings`](Self::settings).
    pub async fn log_in(&self) -> Result<(), Error> {
        self.token(None).await.map(drop)
    }

    /// Logs in and changes the password, which the first login of the admin must do
    /// ([`ErrorKind::PasswordChangeWanted`]). This client and its clones use the new one from then
    /// on.
    ///
    /// The On-Premises client asks for 8 to 64 characters with a digit, an upper-case and a
    /// lower-case letter and a special character (Meta, login).
    ///
    /// # Errors
    /// As [`settings`](Self::settings). The password may have been changed though the answer got
    /// lost.
    pub async fn change_password(&self, new: impl Into<String>) -> Result<(), Error> {
        let new = Zeroizing::new(new.into());
        Login::new("new", new.as_str()).check()?;
        self.session
            .change_password(&new, |login| self.log_in_with(login, Some(new.as_str())))
            .await
    }

    /// A call's success, logged in.
    async fn call(&self, call: Call, secrets: &[&str]) -> Result<Bytes, Error> {
        let (answer, token) = self.authorized(&call).await?;
        answer.success(&Secrets::new(secrets.iter().copied().chain([token.as_str()])))
    }

    /// The answer to a call with a token, which it names; with a new one if the first is refused.
    async fn authorized(&self, call: &Call) -> Result<(Answer, Arc<Token>), Error> {
        let token = self.token(None).await?;
        let answer = self.bearer(call, &token).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok((answer, token));
        }
        let token = self.token(Some(&token)).await?;
        Ok((self.bearer(call, &token).await?, token))
    }

    async fn bearer(&self, call: &Call, token: &Token) -> Result<Answer, Error> {
        let value = Zeroizing::new(format!("Bearer {}", token.as_str()));
        let credential = (header::AUTHORIZATION, sensitive(&value)?);
        let request = call.request(self.base.join(call.path)?, credential);
        exchange(self.service.clone(), request).await
    }

    async fn token(&self, refused: Option<&Arc<Token>>) -> Result<Arc<Token>, Error> {
        self.session.token(refused, |login| self.log_in_with(login, None)).await
    }

    async fn log_in_with(&self, login: Login, new: Option<&str>) -> Result<Token, Error> {
        let body = new.map_or_else(|| json!({}), |new| json!({ "new_password": new }));
        let call = Call::new(Method::POST, LOGIN).body(JSON, body.to_string());
        let basic = login.basic()?;
        let request = call.request(self.base.join(LOGIN)?, (header::AUTHORIZATION, basic.clone()));
        let answer = exchange(self.service.clone(), request).await?;
        if answer.status.is_success() {
            return Token::of(&answer.body);
        }
        let basic = basic.to_str().unwrap_or_default().trim_start_matches("Basic ");
        let secrets = [login.password(), basic, new.unwrap_or_default()];
        Err(refusal(&answer, &Secrets::new(secrets)))
    }
}

/// Shows where the API is, without a path.
impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("url", &self.base).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_the_password_nor_a_path() {
        let login = Login::new("admin", "canary");
        let client = Client::new("https://onprem.test/canary", login, ()).unwrap();
        assert_eq!(format!("{client:?}"), "Client { url: https://onprem.test, .. }");
    }

    #[test]
    fn a_client_can_go_anywhere() {
        fn check<T: Send + Sync + Clone + 'static>() {}
        check::<Client<()>>();
    }
}
