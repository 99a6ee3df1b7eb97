//! The token: had by a login, kept until shortly before its end, shared by all clones of a client.

use crate::{
    ApiError, Error, ErrorKind, Login,
    exchange::Answer,
    login::sensitive,
    secret::{Secret, Secrets},
};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Mutex, time::Instant};

/// So long before its end a token is renewed.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// A bearer token.
pub(crate) struct Token {
    text: Secret,
    /// `None` if it is used until it is refused.
    renew_at: Option<Instant>,
}

impl Token {
    pub(crate) fn as_str(&self) -> &str {
        self.text.as_str()
    }

    fn is_fresh(&self) -> bool {
        self.renew_at.is_none_or(|at| Instant::now() < at)
    }

    /// The token of a login's answer: `{users:[{token, expires_after}]}`.
    pub(crate) fn of(body: &[u8]) -> Result<Self, Error> {
        let unexpected = |note: &'static str| Error::noted(ErrorKind::UnexpectedAnswer, note);
        let body: Value =
            serde_json::from_slice(body).map_err(|_| unexpected("the login's is not JSON"))?;
        let text = body.pointer("/users/0/token").and_then(Value::as_str);
        let text = text.filter(|text| !text.is_empty()).ok_or(unexpected("it holds no token"))?;
        sensitive(text).map_err(|_| unexpected("no header carries its token"))?;
        let end = body.pointer("/users/0/expires_after").and_then(Value::as_str);
        let left = end.and_then(parse_end).and_then(|end| left(end, Timestamp::now()));
        let renew_at = left.and_then(|left| Instant::now().checked_add(lasting(left)));
        Ok(Token { text: Secret::new(text), renew_at })
    }
}

/// `YYYY-MM-DD HH:MM:SS+00:00`, with a blank, and whatever else RFC 3339 allows.
fn parse_end(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

/// `None` if the end is past.
fn left(end: Timestamp, now: Timestamp) -> Option<Duration> {
    end.duration_since(now).try_into().ok()
}

/// How long a token is used that has so much life left.
fn lasting(left: Duration) -> Duration {
    left.saturating_sub(MARGIN).max(left / 2)
}

/// Tells neither the token nor its user.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The login and the token it has brought.
#[derive(Debug)]
pub(crate) struct Session {
    state: Mutex<State>,
    /// How many logins have come to an end.
    logins: AtomicU64,
}

#[derive(Debug)]
struct State {
    login: Login,
    token: Option<Arc<Token>>,
    /// Why the last login failed.
    failure: Option<Error>,
}

impl Session {
    pub(crate) fn new(login: Login) -> Self {
        let state = Mutex::new(State { login, token: None, failure: None });
        Session { state, logins: AtomicU64::new(0) }
    }

    /// A token that is fresh and not the refused one: the one that is there, or a new one.
    ///
    /// Callers that wait for the same login share what comes of it, its failure too: a wrong
    /// password tried by each of them would lock the account.
    pub(crate) async fn token<F>(
        &self,
        refused: Option<&Arc<Token>>,
        log_in: impl FnOnce(Login) -> F,
    ) -> Result<Arc<Token>, Error>
    where
        F: Future<Output = Result<Token, Error>>,
    {
        let logins = self.logins.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(token) = &state.token
            && token.is_fresh()
            && !refused.is_some_and(|refused| Arc::ptr_eq(refused, token))
        {
            return Ok(token.clone());
        }
        if let Some(failure) = &state.failure
            && self.logins.load(Ordering::Acquire) != logins
        {
            return Err(failure.clone());
        }
        let result = log_in(state.login.clone()).await.map(Arc::new);
        state.token = result.as_ref().ok().cloned();
        state.failure = result.as_ref().err().cloned();
        self.logins.fetch_add(1, Ordering::Release);
        result
    }

    /// Logs in with a new password, which is the login's from then on.
    pub(crate) async fn change_password<F>(
        &self,
        new: &str,
        log_in: impl FnOnce(Login) -> F,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<Token, Error>>,
    {
        let mut state = self.state.lock().await;
        let token = log_in(state.login.clone()).await?;
        state.login = Login::new(state.login.user(), new);
        state.token = Some(Arc::new(token));
        state.failure = None;
        Ok(())
    }
}

/// Why a login was refused.
pub(crate) fn refusal(answer: &Answer, secrets: &Secrets<'_>) -> Error {
    let error = answer.error(secrets);
    let errors = error.api_errors();
    let wants_change = |error: &ApiError| {
        error.says("new_password") || error.says("password") && error.says("change")
    };
    let kind = if errors.iter().any(|error| error.code == Some(1031)) {
        ErrorKind::AccountLocked
    } else if errors.iter().any(wants_change) {
        ErrorKind::PasswordChangeWanted
    } else if error.kind() == ErrorKind::NotAllowed {
        ErrorKind::WrongLogin
    } else {
        return error;
    };
    Error::answered(kind, answer.status, errors.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_used_until_five_minutes_before_its_end() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        assert_eq!(lasting(minutes(7 * 24 * 60)), minutes(7 * 24 * 60 - 5));
        assert_eq!(lasting(minutes(4)), minutes(2));
        assert_eq!(lasting(minutes(0)), minutes(0));
    }

    #[test]
    fn the_end_is_written_with_a_blank() {
        let end = parse_end("2021-09-14 15:29:26+00:00").unwrap();
        assert_eq!(end.as_second(), 1_631_633_366);
        assert_eq!(parse_end("2021-09-14T15:29:26Z"), Some(end));
        assert_eq!(parse_end("tomorrow"), None);
    }

    #[test]
    fn a_token_without_a_future_end_is_used_until_it_is_refused() {
        for end in
            ["", r#","expires_after":"soon""#, r#","expires_after":"2001-01-01 00:00:00+00:00""#]
        {
            let body = format!(r#"{{"users":[{{"token":"canary"{end}}}]}}"#);
            let token = Token::of(body.as_bytes()).unwrap();
            assert!(token.is_fresh() && token.renew_at.is_none());
            assert_eq!(format!("{token:?}"), "Token(..)");
        }
        let body = r#"{"users":[{"token":"canary","expires_after":"2999-01-01 00:00:00+00:00"}]}"#;
        assert!(Token::of(body.as_bytes()).unwrap().renew_at.is_some());
    }

    #[test]
    fn an_answer_without_a_token_is_unexpected() {
        let split = r#"{"users":[{"token":"canary\r\nX: y"}]}"#;
        for body in ["", "null", "{}", r#"{"users":[]}"#, r#"{"users":[{"token":""}]}"#, split] {
            let error = Token::of(body.as_bytes()).unwrap_err();
            assert!(!error.to_string().contains("canary"));
            assert_eq!(error.kind(), ErrorKind::UnexpectedAnswer);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_once_it_is_no_longer_fresh() {
        let session = Session::new(Login::new("admin", "secret"));
        let of = |text: &'static str, seconds| {
            let renew_at = Instant::now().checked_add(Duration::from_secs(seconds));
            async move { Ok(Token { text: Secret::new(text), renew_at }) }
        };
        let first = session.token(None, |_| of("first", 60)).await.unwrap();
        let kept = session.token(None, |_| of("another", 60)).await.unwrap();
        assert!(Arc::ptr_eq(&kept, &first));
        tokio::time::advance(Duration::from_secs(61)).await;
        let second = session.token(None, |_| of("second", 60)).await.unwrap();
        assert_eq!(second.as_str(), "second");
        let third = session.token(Some(&second), |_| of("third", 60)).await.unwrap();
        assert_eq!(third.as_str(), "third");
        // Another caller, whose token was refused meanwhile, takes the one that is there.
        let same = session.token(Some(&second), |_| of("fourth", 60)).await.unwrap();
        assert!(Arc::ptr_eq(&same, &third));
    }
}
