//! The calls, against a fake On-Premises client and against answers as they occur.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::json;
use std::{
    convert::Infallible,
    error::Error as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tower::{Service, ServiceExt, service_fn};
use whatsapp_onprem::{
    ApplicationSettings, CaCertificates, Client, ErrorKind, Login, MessageFilter, Webhooks,
    dialog360, diff,
};
use whatsapp_testkit::onprem::FakeClient;

const URL: &str = "https://onprem.test";

fn client(fake: &FakeClient) -> Client<FakeClient> {
    let login = Login::new(FakeClient::USER, FakeClient::PASSWORD);
    Client::new(URL, login, fake.clone()).unwrap()
}

/// How often this request was made.
fn count(fake: &FakeClient, request: &str) -> usize {
    fake.requests().iter().filter(|made| made.starts_with(request)).count()
}

const LOGIN: &str = "POST /v1/users/login";

/// A service that answers logins, and everything else with this.
fn answering(
    status: u16,
    body: &'static str,
) -> impl Service<
    Request<Full<Bytes>>,
    Response = Response<Full<Bytes>>,
    Error = Infallible,
    Future: Send,
> + Clone
+ Send
+ Sync {
    service_fn(move |request: Request<Full<Bytes>>| async move {
        let login = request.uri().path() == "/v1/users/login";
        let token = r#"{"users":[{"token":"canary-token"}]}"#;
        let (status, body) = if login { (200, token) } else { (status, body) };
        let answer = Response::builder().status(status).body(Full::from(body));
        Ok(answer.unwrap())
    })
}

fn change() -> ApplicationSettings {
    ApplicationSettings::new().webhooks(
        Webhooks::new()
            .url("https://hooks.test/canary-path")
            .max_concurrent_requests(12)
            .message(MessageFilter::new().sent(true)),
    )
}

#[tokio::test]
async fn settings_are_read_changed_and_reset() {
    let fake = FakeClient::new();
    let client = client(&fake);
    let before = client.settings().await.unwrap();
    assert_eq!(before.callback_backoff_delay_ms, Some(3000));
    client.patch_settings(&change()).await.unwrap();
    let after = client.settings().await.unwrap();
    assert_eq!(after, before.merged(&change()));
    let changes = diff(&before, &after);
    assert_eq!(changes.len(), 3);
    let restart: Vec<_> = changes.iter().filter(|change| change.needs_restart()).collect();
    assert_eq!(restart.len(), 1);
    assert_eq!(restart[0].path, fake.needs_restart()[0]);
    client.reset_settings().await.unwrap();
    assert_eq!(client.settings().await.unwrap(), before);
    assert_eq!(count(&fake, LOGIN), 1);
}

#[tokio::test]
async fn a_partial_change_sends_only_what_is_set() {
    let http = service_fn(async |request: Request<Full<Bytes>>| {
        if request.uri().path() != "/wa/v1/users/login" {
            assert_eq!(request.headers()["authorization"], "Bearer t");
            assert!(request.headers()["authorization"].is_sensitive());
            assert_eq!(request.headers()["content-type"], "application/json");
            assert_eq!(request.uri(), "https://onprem.test/wa/v1/settings/application");
            let body = request.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, r#"{"callback_backoff_delay_ms":"5000"}"#);
        }
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(r#"{"users":[{"token":"t"}]}"#)))
    });
    let client = Client::new("https://onprem.test/wa/", Login::new("admin", "x"), http).unwrap();
    let change = ApplicationSettings::new().callback_backoff_delay_ms(5000).wa_id("15550001");
    client.patch_settings(&change).await.unwrap();
}

#[tokio::test]
async fn null_an_empty_body_and_any_object_are_success() {
    for body in ["null", "{}", "", r#"{"meta":{"version":"2.45"}}"#, "\n"] {
        let client = Client::new(URL, Login::new("admin", "x"), answering(200, body)).unwrap();
        client.patch_settings(&change()).await.unwrap();
        client.reset_settings().await.unwrap();
        client.delete_webhook_ca().await.unwrap();
    }
    let fake = FakeClient::new().success_body(json!(null));
    client(&fake).patch_settings(&change()).await.unwrap();
}

#[tokio::test]
async fn invalid_settings_are_not_sent() {
    let fake = FakeClient::new();
    let invalid = ApplicationSettings::new()
        .webhooks(Webhooks::new().url("webhook.your-domain").max_concurrent_requests(7));
    let error = client(&fake).patch_settings(&invalid).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSettings);
    assert_eq!(error.invalid_settings().unwrap().problems().len(), 2);
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn callers_at_the_same_time_log_in_once_and_share_its_failure() {
    for (password, ok) in [(FakeClient::PASSWORD, true), ("canary", false)] {
        let fake = FakeClient::new();
        let login = Login::new(FakeClient::USER, password);
        // One that does not answer at once.
        let service = fake.clone();
        let http = service_fn(move |request: Request<Full<Bytes>>| {
            let service = service.clone();
            async move {
                tokio::task::yield_now().await;
                service.oneshot(request).await
            }
        });
        let client = Client::new(URL, login, http).unwrap();
        let calls: Vec<_> = (0..16)
            .map(|_| {
                let client = client.clone();
                async move { client.settings().await }
            })
            .collect();
        for call in join_all(calls).await {
            assert_eq!(call.is_ok(), ok);
            if let Err(error) = call {
                assert_eq!(error.kind(), ErrorKind::WrongLogin);
                assert!(!format!("{error} {error:?}").contains("canary"));
            }
        }
        assert_eq!(count(&fake, LOGIN), 1);
    }
}

/// All at once on one task, so that each waits for the first.
async fn join_all<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|cx| {
        for (future, done) in &mut futures {
            if done.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(cx)
            {
                *done = Some(output);
            }
        }
        let all = futures.iter().all(|(_, done)| done.is_some());
        if all { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    futures.into_iter().filter_map(|(_, done)| done).collect()
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let fake = FakeClient::new();
    let client = client(&fake);
    client.settings().await.unwrap();
    fake.expire_tokens();
    client.settings().await.unwrap();
    assert_eq!(count(&fake, LOGIN), 2);

    let requests = Arc::new(AtomicUsize::new(0));
    let seen = requests.clone();
    let http = service_fn(move |request: Request<Full<Bytes>>| {
        let seen = seen.clone();
        async move {
            seen.fetch_add(1, Ordering::Relaxed);
            let mut answer = Response::new(Full::<Bytes>::from(r#"{"users":[{"token":"t"}]}"#));
            if request.uri().path() != "/v1/users/login" {
                *answer.status_mut() = StatusCode::UNAUTHORIZED;
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let client = Client::new(URL, Login::new("admin", "x"), http).unwrap();
    assert_eq!(client.settings().await.unwrap_err().kind(), ErrorKind::NotAllowed);
    assert_eq!(requests.load(Ordering::Relaxed), 4);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_its_end() {
    let fake = FakeClient::new().token_life(Duration::from_secs(3600));
    let client = client(&fake);
    client.settings().await.unwrap();
    tokio::time::advance(Duration::from_secs(54 * 60)).await;
    client.settings().await.unwrap();
    assert_eq!(count(&fake, LOGIN), 1);
    tokio::time::advance(Duration::from_secs(2 * 60)).await;
    client.settings().await.unwrap();
    assert_eq!(count(&fake, LOGIN), 2);
    // No request was refused for it.
    assert!(fake.requests().iter().all(|request| request.ends_with(" 200")));
}

#[tokio::test]
async fn the_first_login_wants_a_new_password() {
    let fake = FakeClient::new().first_login();
    let client = client(&fake);
    assert_eq!(client.settings().await.unwrap_err().kind(), ErrorKind::PasswordChangeWanted);
    client.change_password("another-Password-2").await.unwrap();
    client.settings().await.unwrap();
    // The new one is the login's from now on.
    fake.expire_tokens();
    client.settings().await.unwrap();
}

#[tokio::test]
async fn a_later_login_may_change_the_password_too() {
    let fake = FakeClient::new();
    let client = client(&fake);
    client.settings().await.unwrap();
    client.change_password("another-Password-2").await.unwrap();
    fake.expire_tokens();
    client.settings().await.unwrap();
}

#[tokio::test]
async fn a_locked_account_is_told() {
    let http = service_fn(async |_: Request<Full<Bytes>>| {
        let body = r#"{"errors":[{"code":1031,"title":"Account locked"}]}"#;
        Ok::<_, Infallible>(
            Response::builder().status(403).body(Full::<Bytes>::from(body)).unwrap(),
        )
    });
    let client = Client::new(URL, Login::new("admin", "canary"), http).unwrap();
    assert_eq!(client.log_in().await.unwrap_err().kind(), ErrorKind::AccountLocked);
}

#[tokio::test]
async fn certificates_are_set_shown_and_removed() {
    let fake = FakeClient::new();
    let client = client(&fake);
    assert_eq!(client.webhook_ca().await.unwrap(), None);
    let pem = rcgen::generate_simple_self_signed(["hooks.test".to_owned()]).unwrap().cert.pem();
    let certificates = CaCertificates::from_pem(pem.clone()).unwrap();
    client.set_webhook_ca(&certificates).await.unwrap();
    assert_eq!(client.webhook_ca().await.unwrap(), Some(pem));
    client.delete_webhook_ca().await.unwrap();
    assert_eq!(client.webhook_ca().await.unwrap(), None);
    assert_eq!(fake.restarts(), 2);
}

#[tokio::test]
async fn statistics_are_read() {
    let stats = client(&FakeClient::new()).stats().await.unwrap();
    assert_eq!(stats.callback_queue_size(), Some(0.0));
    assert!(stats.metrics.contains_key("callback_requests"));
}

#[tokio::test]
async fn an_error_of_the_apis_carries_what_it_says() {
    let body = r#"{"meta":{"version":"2.45"},"errors":[{"code":1009,"title":"Parameter value is not valid",
        "details":"webhooks.url","href":"https://docs.test"}]}"#;
    let client = Client::new(URL, Login::new("admin", "x"), answering(400, body)).unwrap();
    let error = client.patch_settings(&change()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    let api = &error.api_errors()[0];
    assert_eq!((api.code, api.details.as_deref()), (Some(1009), Some("webhooks.url")));
    assert_eq!(api.href.as_deref(), Some("https://docs.test"));
}

#[tokio::test]
async fn each_other_answer_is_told_apart() {
    for (status, body, kind) in [
        (403, "", ErrorKind::NotAllowed),
        (404, "<html>", ErrorKind::NotFound),
        (404, r#"{"errors":[{"code":1006}]}"#, ErrorKind::Refused),
        (429, "", ErrorKind::Refused),
        (500, "", ErrorKind::Failed),
        (302, "", ErrorKind::UnexpectedAnswer),
        (200, "<html>", ErrorKind::UnexpectedAnswer),
        (200, "[]", ErrorKind::UnexpectedAnswer),
    ] {
        let client = Client::new(URL, Login::new("admin", "x"), answering(status, body)).unwrap();
        assert_eq!(client.settings().await.unwrap_err().kind(), kind, "{status} {body}");
    }
    let long: &'static str = " ".repeat(1024 * 1024 + 1).leak();
    let client = Client::new(URL, Login::new("admin", "x"), answering(200, long)).unwrap();
    assert_eq!(client.settings().await.unwrap_err().kind(), ErrorKind::AnswerTooLarge);
}

#[tokio::test]
async fn no_secret_stands_in_an_error() {
    // The password, its Basic form, the token and the webhook's path, as an API may repeat them.
    let body = r#"{"errors":[{"code":1,"title":"canary-token","details":"Bearer canary-token, https:\/\/hooks.test\/canary-path"}]}"#;
    let client = Client::new(URL, Login::new("admin", "x"), answering(400, body)).unwrap();
    let error = client.patch_settings(&change()).await.unwrap_err();
    assert!(!format!("{error} {error:?} {client:?}").contains("canary"), "{error}");
    assert!(error.to_string().contains("https://hooks.test/[hidden]"), "{error}");

    let http = service_fn(async |request: Request<Full<Bytes>>| {
        let sent = request.into_body().collect().await.unwrap().to_bytes();
        let sent = String::from_utf8_lossy(&sent).replace('"', "'");
        let title = format!("canary-password YWRtaW46Y2FuYXJ5LXBhc3N3b3Jk {sent}");
        let body = json!({"errors": [{"code": 1005, "title": title}]}).to_string();
        let answer = Response::builder().status(401).body(Full::<Bytes>::from(body));
        Ok::<_, Infallible>(answer.unwrap())
    });
    let client = Client::new(URL, Login::new("admin", "canary-password"), http).unwrap();
    for error in [
        client.settings().await.unwrap_err(),
        client.change_password("canary-new").await.unwrap_err(),
    ] {
        let shown = format!("{error} {error:?} {client:?}");
        assert!(!shown.contains("canary") && !shown.contains("YWRtaW"), "{shown}");
    }
}

#[tokio::test]
async fn what_the_service_says_of_a_failure_is_the_source() {
    let http = service_fn(async |_: Request<Full<Bytes>>| {
        Err::<Response<Full<Bytes>>, _>(std::io::Error::other("no route"))
    });
    let client = Client::new(URL, Login::new("admin", "x"), http).unwrap();
    let error = client.settings().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert_eq!(error.source().unwrap().to_string(), "no route");
}

#[tokio::test]
async fn the_webhook_of_360dialog_is_set_and_its_errors_are_told() {
    let http = service_fn(async |request: Request<Full<Bytes>>| {
        assert_eq!(request.uri().path(), "/v1/configs/webhook");
        let right = request.headers()["d360-api-key"] == "canary-key";
        let body = if right {
            request.into_body().collect().await.unwrap().to_bytes()
        } else {
            r#"{"meta":{"success":false,"http_code":401,"developer_message":"Invalid api key other-key","details":["x"]}}"#.into()
        };
        let status = if right { 200 } else { 401 };
        Ok::<_, Infallible>(
            Response::builder().status(status).body(Full::<Bytes>::from(body)).unwrap(),
        )
    });
    let config = dialog360::WebhookConfig::new("https://hooks.test/path-secret")
        .header("Authorization", "Bearer canary");
    let key = dialog360::ApiKey::new("canary-key");
    let client = dialog360::Client::new(URL, key, http).unwrap();
    client.set_webhook(&config).await.unwrap();
    let error = client.set_webhook(&dialog360::WebhookConfig::new("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSettings);

    let client = dialog360::Client::new(URL, dialog360::ApiKey::new("other-key"), http).unwrap();
    let error = client.webhook().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAllowed);
    assert!(error.to_string().contains("Invalid api key [hidden]: x"), "{error}");

    let http = service_fn(async |request: Request<Full<Bytes>>| {
        let sent = request.into_body().collect().await.unwrap().to_bytes();
        let message = String::from_utf8_lossy(&sent).into_owned();
        let body = json!({"meta": {"developer_message": message}}).to_string();
        let answer = Response::builder().status(400).body(Full::<Bytes>::from(body));
        Ok::<_, Infallible>(answer.unwrap())
    });
    let client = dialog360::Client::new(URL, dialog360::ApiKey::new("key"), http).unwrap();
    let error = client.set_webhook(&config).await.unwrap_err();
    assert!(error.to_string().contains("https://hooks.test/[hidden]"), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
}

#[tokio::test]
async fn calls_can_be_spawned() {
    let client = client(&FakeClient::new());
    tokio::spawn(async move { client.settings().await }).await.unwrap().unwrap();
}
