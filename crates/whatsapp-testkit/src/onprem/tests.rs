use super::*;
use base64ct::{Base64, Encoding};
use serde_json::json;
use tower::ServiceExt;

const SETTINGS: &str = "/v1/settings/application";
const CERTIFICATE: &str = "/v1/certificates/webhooks/ca";
const PEM: &str = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

fn request(method: &str, path: &str, authorization: &str, body: &str) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", authorization)
        .header("content-type", "text/plain")
        .body(Full::from(body.to_owned()))
        .unwrap()
}

async fn send(client: &FakeClient, request: Request<Full<Bytes>>) -> (u16, String) {
    let answer = client.clone().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn basic(password: &str) -> String {
    format!(
        "Basic {}",
        Base64::encode_string(format!("{}:{password}", FakeClient::USER).as_bytes())
    )
}

async fn log_in(client: &FakeClient, password: &str, body: &str) -> (u16, Value) {
    let login = request("POST", "/v1/users/login", &basic(password), body);
    let (status, body) = send(client, login).await;
    (status, json_of(&body))
}

/// A `Bearer` of a fresh token.
async fn bearer(client: &FakeClient) -> String {
    let (status, body) = log_in(client, FakeClient::PASSWORD, "").await;
    assert_eq!(status, 200);
    format!("Bearer {}", body["users"][0]["token"].as_str().unwrap())
}

#[tokio::test]
async fn a_login_gives_a_token_and_when_it_ends() {
    let client = FakeClient::new();
    let (status, body) = log_in(&client, FakeClient::PASSWORD, "").await;
    assert_eq!(status, 200);
    let ends = body["users"][0]["expires_after"].as_str().unwrap();
    let civil = jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S%:z", ends).unwrap();
    let life = civil.to_timestamp().unwrap().duration_since(Timestamp::now()).as_hours();
    assert!((167..=168).contains(&life), "{ends}");

    let (status, body) = log_in(&client, "another", "").await;
    assert_eq!((status, &body["errors"][0]["code"]), (401, &json!(1005)));
}

#[tokio::test]
async fn the_first_login_brings_a_new_password() {
    let client = FakeClient::new().first_login();
    let (status, body) = log_in(&client, FakeClient::PASSWORD, "").await;
    assert_eq!((status, &body["errors"][0]["code"]), (400, &json!(1008)));
    let new = r#"{"new_password":"another"}"#;
    assert_eq!(log_in(&client, FakeClient::PASSWORD, new).await.0, 200);
    assert_eq!(log_in(&client, FakeClient::PASSWORD, "").await.0, 401);
    assert_eq!(log_in(&client, "another", "").await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn tokens_end_by_themselves_and_when_a_test_wants_it() {
    let client = FakeClient::new();
    let get = |token: &str| request("GET", SETTINGS, token, "");
    let token = bearer(&client).await;
    assert_eq!(send(&client, get(&token)).await.0, 200);
    client.expire_tokens();
    assert_eq!(send(&client, get(&token)).await.0, 401);

    let token = bearer(&client).await;
    tokio::time::advance(Duration::from_secs(7 * 24 * 60 * 60 - 1)).await;
    assert_eq!(send(&client, get(&token)).await.0, 200);
    tokio::time::advance(Duration::from_secs(2)).await;
    let (status, body) = send(&client, get(&token)).await;
    assert_eq!((status, &json_of(&body)["errors"][0]["code"]), (401, &json!(1005)));
    assert_eq!(send(&client, get(&basic(FakeClient::PASSWORD))).await.0, 401);
}

#[tokio::test]
async fn settings_are_read_merged_and_reset() {
    let client = FakeClient::new().success_body(json!(null));
    let token = bearer(&client).await;
    let patch = json!({
        "callback_persist": true,
        "sent_status": true,
        "webhooks": {
            "url": "https://webhook.your-domain",
            "message": {"sent": false, "delivered": true, "read": false},
            "max_concurrent_requests": 12,
        },
    });
    let patched = send(&client, request("PATCH", SETTINGS, &token, &patch.to_string())).await;
    assert_eq!(patched, (200, "null".to_owned()));
    let (status, body) = send(&client, request("GET", SETTINGS, &token, "")).await;
    let settings = json_of(&body);
    assert_eq!(status, 200);
    assert_eq!(settings["meta"]["api_status"], "stable");
    let application = &settings["settings"]["application"];
    assert_eq!(*application, client.settings());
    assert_eq!(application["webhooks"], patch["webhooks"]);
    assert_eq!(application["max_callback_backoff_delay_ms"], 900_000);

    assert_eq!(client.needs_restart(), ["webhooks.max_concurrent_requests"]);
    assert_eq!(client.settings_in_force()["webhooks"]["max_concurrent_requests"], 6);
    client.restart();
    assert_eq!(client.needs_restart(), [""; 0]);
    assert_eq!(client.settings_in_force()["webhooks"]["max_concurrent_requests"], 12);

    assert_eq!(send(&client, request("DELETE", SETTINGS, &token, "")).await.0, 200);
    assert_eq!(client.settings(), FakeClient::new().settings());
}

#[tokio::test]
async fn wrong_settings_are_all_told() {
    let client = FakeClient::new();
    let token = bearer(&client).await;
    let patch = r#"{"webhooks":{"url":"webhook.your-domain","max_concurrent_requests":7}}"#;
    let (status, body) = send(&client, request("PATCH", SETTINGS, &token, patch)).await;
    let errors = json_of(&body)["errors"].as_array().unwrap().clone();
    assert_eq!((status, errors.len()), (400, 2));
    for error in errors {
        assert_eq!(error["code"], 1009);
        assert!(["title", "details", "href"].iter().all(|key| error[key].is_string()), "{error}");
    }
    assert_eq!(send(&client, request("PATCH", SETTINGS, &token, "{// no")).await.0, 400);
    let again = r#"{"pass_through":true}"#;
    assert_eq!(send(&client, request("PATCH", SETTINGS, &token, again)).await.0, 400);
}

#[tokio::test]
async fn a_certificate_is_uploaded_shown_and_deleted() {
    let client = FakeClient::new();
    let token = bearer(&client).await;
    let get = || request("GET", CERTIFICATE, &token, "");
    assert_eq!(send(&client, get()).await, (404, String::new()));
    let wrong = send(&client, request("POST", CERTIFICATE, &token, "no PEM")).await;
    assert_eq!(wrong.0, 400);
    assert_eq!(send(&client, request("POST", CERTIFICATE, &token, PEM)).await.0, 200);
    assert_eq!(send(&client, get()).await, (200, PEM.to_owned()));
    assert_eq!(client.restarts(), 1);
    assert_eq!(send(&client, request("DELETE", CERTIFICATE, &token, "")).await.0, 200);
    assert_eq!(send(&client, get()).await.0, 404);
}

#[tokio::test]
async fn what_is_not_there_is_a_404_or_405_and_requests_are_remembered() {
    let client = FakeClient::new();
    let token = bearer(&client).await;
    assert_eq!(send(&client, request("GET", "/v1/elsewhere", &token, "")).await.0, 404);
    assert_eq!(send(&client, request("PUT", SETTINGS, &token, "")).await.0, 405);
    let long = "x".repeat(FakeClient::MAX_BODY + 1);
    assert_eq!(send(&client, request("PATCH", SETTINGS, &token, &long)).await.0, 413);
    assert_eq!(
        client.requests(),
        [
            "POST /v1/users/login 200",
            "GET /v1/elsewhere 404",
            "PUT /v1/settings/application 405",
            "PATCH /v1/settings/application 413",
        ]
    );
}

#[tokio::test]
async fn the_stats_have_the_clients_shape() {
    let client = FakeClient::new();
    let token = bearer(&client).await;
    let (status, body) = send(&client, request("GET", "/v1/stats/app", &token, "")).await;
    assert_eq!(status, 200);
    assert_eq!(json_of(&body)["stats"]["app"]["callback_queue_size"]["data"][0]["value"], 0);
}

#[test]
fn a_client_goes_anywhere_and_shows_no_secret() {
    fn anywhere<T: Send + Sync + Clone + 'static>() {}
    anywhere::<FakeClient>();
    let client = FakeClient::new().password("canary-of-a-password");
    assert!(!format!("{client:?}").contains("canary"));
}
