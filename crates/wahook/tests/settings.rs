//! `wahook settings` and `wahook certificates` as they are run: the built binary, against a fake
//! On-Premises client over HTTP and TLS.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
    thread,
};
use tokio::{
    net::{TcpListener, TcpSocket},
    runtime,
    sync::oneshot,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};
use tower::{Service, service_fn};
use whatsapp_testkit::onprem::FakeClient;

/// Serves on a thread of its own until the test is over; gives the port.
fn serve<S>(service: S, tls: Option<TlsAcceptor>) -> u16
where
    S: Service<
            Request<hyper::body::Incoming>,
            Response = Response<Full<Bytes>>,
            Error = Infallible,
        > + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    let (sender, port) = oneshot::channel();
    thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap().port()).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (service, tls) = (TowerToHyperService::new(service.clone()), tls.clone());
                tokio::spawn(async move {
                    let server = auto::Builder::new(TokioExecutor::new());
                    if let Some(tls) = tls {
                        let Ok(stream) = tls.accept(stream).await else { return };
                        let _ = server.serve_connection(TokioIo::new(stream), service).await;
                    } else {
                        let _ = server.serve_connection(TokioIo::new(stream), service).await;
                    }
                });
            }
        });
    });
    port.blocking_recv().unwrap()
}

/// A fake client over plain HTTP, and its URL.
fn fake() -> (FakeClient, String) {
    let fake = FakeClient::new();
    let port = serve(fake.clone(), None);
    (fake, format!("http://127.0.0.1:{port}"))
}

/// A run with this password in its variable, and this on its standard input.
fn run_as(password: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wahook"))
        .args(arguments)
        .env("WHATSAPP_ONPREM_PASSWORD", password)
        .env("WHATSAPP_D360_API_KEY", "canary-key")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn run(arguments: &[&str], input: &str) -> Output {
    run_as(FakeClient::PASSWORD, arguments, input)
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

#[track_caller]
fn succeeded(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    stdout(output)
}

/// What a run that failed with this code says.
#[track_caller]
fn failed(output: &Output, code: i32) -> &str {
    assert_eq!(output.status.code(), Some(code), "{} {}", stdout(output), stderr(output));
    stderr(output)
}

/// A file that is gone with the value.
struct File(PathBuf);

impl File {
    fn new(name: &str, content: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, content).unwrap();
        File(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

const GUIDE: &str = r#"{"callback_persist":true,"sent_status":true,"webhooks":{"url":"https://webhook.your-domain","message":{"sent":false,"delivered":true,"read":false}}}"#;

const GUIDE_AS_PRINTED: &str = r#"{
    "callback_persist": true,
    "sent_status": true,  # Either use this or webhooks.message.sent
    "webhooks": {
        "url": "webhook.your-domain",
        "message": {      // Available on v2.41.2 and above
            "sent": false,
            "delivered": true,
            "read": false
        },
    }
}
"#;

#[test]
fn the_guides_example_is_set_and_then_shown_merged() {
    let (fake, url) = fake();
    let set = run(&["settings", "set", "-", "--url", &url, "--user", "admin"], GUIDE);
    assert_eq!(
        succeeded(&set),
        "sent_status: false → true\n\
         webhooks.message.read: true → false\n\
         webhooks.url: (not shown) → \"https://webhook.your-domain\"\n"
    );
    assert!(stderr(&set).contains("warning: sent_status: "), "{}", stderr(&set));
    let get = run(&["settings", "get", "--url", &url, "--format", "json"], "");
    let settings: Value = serde_json::from_str(succeeded(&get)).unwrap();
    assert_eq!(settings["webhooks"]["url"], "https://webhook.your-domain");
    assert_eq!(settings["webhooks"]["message"]["read"], false);
    assert_eq!(settings["webhooks"]["max_concurrent_requests"], 6);
    assert_eq!(settings["callback_backoff_delay_ms"], "3000");
    assert_eq!(fake.settings()["webhooks"]["url"], "https://webhook.your-domain");
    let text = run(&["settings", "get", "--url", &url], "");
    assert!(succeeded(&text).contains("webhooks.message.read: false\n"), "{}", stdout(&text));
    // What `get` prints may be changed and set again.
    let again = run(&["settings", "set", "-", "--url", &url], stdout(&get));
    assert_eq!(succeeded(&again), "nothing changed\n");
}

#[test]
fn what_needs_a_restart_is_told() {
    let (fake, url) = fake();
    let change = r#"{"webhooks":{"max_concurrent_requests":24},"callback_persist":false}"#;
    let set = run(&["settings", "set", "-", "--url", &url, "--format", "json"], change);
    let report: Value = serde_json::from_str(succeeded(&set)).unwrap();
    assert_eq!(
        report["needs_restart"],
        json!(["callback_persist", "webhooks.max_concurrent_requests"])
    );
    assert_eq!(report["changes"][1]["before"], 6);
    assert_eq!(report["changes"][1]["after"], 24);
    assert_eq!(report["warnings"][0]["setting"], "callback_persist");
    assert_eq!(fake.needs_restart().len(), 2);
    let reset = run(&["settings", "reset", "--url", &url], "");
    assert_eq!(
        succeeded(&reset),
        "callback_persist: false → true\n\
         webhooks.max_concurrent_requests: 24 → 6\n\
         takes effect after a restart of the Coreapp: callback_persist, webhooks.max_concurrent_requests\n"
    );
}

#[test]
fn a_contradiction_to_what_is_set_already_is_told() {
    let (_, url) = fake();
    let set = |change| run(&["settings", "set", "-", "--url", &url], change);
    succeeded(&set(r#"{"sent_status":true,"webhooks":{"message":{"sent":true}}}"#));
    let contradicting = set(r#"{"webhooks":{"message":{"sent":false}}}"#);
    succeeded(&contradicting);
    assert!(stderr(&contradicting).starts_with("warning: sent_status: it asks for `sent`"));
    // Not what the change has nothing to do with.
    assert_eq!(stderr(&set(r#"{"heartbeat_interval":6}"#)), "");
}

#[test]
fn a_dry_run_changes_nothing() {
    let (fake, url) = fake();
    let before = fake.settings();
    let set = run(&["settings", "set", "-", "--dry-run", "--url", &url], GUIDE);
    assert!(succeeded(&set).contains("webhooks.message.read: true → false\n"));
    succeeded(&run(&["settings", "reset", "--dry-run", "--url", &url], ""));
    let pem = rcgen::generate_simple_self_signed(["a.test".to_owned()]).unwrap().cert.pem();
    succeeded(&run(&["certificates", "set", "-", "--dry-run", "--url", &url], &pem));
    succeeded(&run(&["certificates", "delete", "--dry-run", "--url", &url], ""));
    assert_eq!(fake.settings(), before);
    let writes = ["PATCH", "DELETE", "POST /v1/cert"];
    let written = |made: &String| writes.iter().any(|write| made.starts_with(write));
    assert!(!fake.requests().iter().any(written), "{:?}", fake.requests());
}

#[test]
fn the_guides_printed_example_gets_one_message_that_names_each_fault() {
    let (fake, url) = fake();
    let set = run(&["settings", "set", "-", "--url", &url], GUIDE_AS_PRINTED);
    assert_eq!(
        failed(&set, 2),
        "wahook: standard input: the settings are not valid:\n  \
         line 3, column 27: JSON has no comments: remove it\n  \
         line 5, column 16: webhooks.url: it has no scheme: write \"https://webhook.your-domain\"\n  \
         line 6, column 27: JSON has no comments: remove it\n  \
         line 10, column 10: JSON has no comma behind the last member: remove it\n"
    );
    assert!(fake.requests().is_empty());
    let file = File::new("printed.json", GUIDE_AS_PRINTED);
    let check = run(&["settings", "check", file.path(), "--format", "json"], "");
    assert_eq!(check.status.code(), Some(2));
    let verdict: Value = serde_json::from_str(stdout(&check)).unwrap();
    assert_eq!(verdict["valid"], false);
    assert_eq!(verdict["problems"].as_array().unwrap().len(), 4);
    assert_eq!(verdict["problems"][1]["line"], 5);
}

#[test]
fn check_tells_errors_and_warnings_and_sends_nothing() {
    let valid = run(&["settings", "check", "-"], GUIDE);
    assert!(succeeded(&valid).starts_with("warning: sent_status: "), "{}", stdout(&valid));
    assert!(stdout(&valid).ends_with("valid\n"));
    let range = r#"{"webhooks":{"max_concurrent_requests":7}}"#;
    let check = run(&["settings", "check", "-"], range);
    failed(&check, 2);
    assert_eq!(
        stdout(&check),
        "error: line 1, column 40: webhooks.max_concurrent_requests: it must be 6, 12, 18 or 24\nnot valid\n"
    );
    failed(&run(&["settings", "check", "no-such-file"], ""), 2);
}

#[test]
fn invalid_input_is_told_and_nothing_is_sent() {
    let (fake, url) = fake();
    for (input, says) in [
        (r#"{"webhooks":{"max_concurrent_requests":7}}"#, "it must be 6, 12, 18 or 24"),
        (r#"{"webhooks":{"url":"http://hooks.test/canary"}}"#, "write \"https://hooks.test\""),
        (r#"{"callback_backoff_delay_ms":0}"#, "it must be 1 or more"),
        (r#"{"callback_persist":"yes"}"#, "it must be true or false"),
        ("{}", "it sets nothing"),
        ("", "there is nothing"),
        ("[1]", "this is no JSON object"),
    ] {
        let output = run(&["settings", "set", "-", "--url", &url], input);
        let message = failed(&output, 2);
        assert!(message.contains(says), "{message}");
        assert!(!message.contains("canary"), "{message}");
    }
    let output = run(&["certificates", "set", "-", "--url", &url], "canary");
    assert!(failed(&output, 2).contains("-----BEGIN CERTIFICATE-----"));
    assert!(fake.requests().is_empty());
}

#[test]
fn a_wrong_password_an_unreachable_host_and_a_bad_url_are_told_apart() {
    let (fake, url) = fake();
    let wrong = run_as("canary", &["settings", "get", "--url", &url], "");
    assert!(failed(&wrong, 1).contains("the user name or the password is wrong (HTTP 401)"));
    assert!(!stderr(&wrong).contains("canary"));

    // Its address is nobody else's, and it does not listen there.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let nobody = format!("http://{}", socket.local_addr().unwrap());
    let unreachable = run(&["settings", "get", "--url", &nobody], "");
    assert!(
        failed(&unreachable, 3).contains("the host cannot be reached: "),
        "{}",
        stderr(&unreachable)
    );

    for (url, says) in [
        ("onprem.test", "it has no scheme"),
        ("http://onprem.test", "plain http to another machine"),
        ("https://user:canary@onprem.test", "it holds a user name"),
    ] {
        let message = run(&["settings", "get", "--url", url], "");
        assert!(failed(&message, 2).contains(says), "{}", stderr(&message));
        assert!(!stderr(&message).contains("canary"));
    }
    let none = run_as("", &["settings", "get", "--url", &url], "");
    assert!(failed(&none, 2).contains("set WHATSAPP_ONPREM_PASSWORD"));
    failed(&run(&["settings", "get"], ""), 2);
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn a_host_that_does_not_answer_is_given_up() {
    let port = serve(service_fn(|_| std::future::pending()), None);
    let url = format!("http://127.0.0.1:{port}");
    let output = run(&["settings", "get", "--url", &url, "--timeout", "1"], "");
    assert!(failed(&output, 3).contains("no answer within 1 s"), "{}", stderr(&output));
}

#[test]
fn the_password_comes_from_a_file_or_standard_input_too() {
    let (_, url) = fake();
    let file = File::new("password", &format!("{}\n", FakeClient::PASSWORD));
    let get = ["settings", "get", "--url", &url];
    succeeded(&run_as("", &[&get[..], &["--password-file", file.path()]].concat(), ""));
    let input = format!("{}\r\n", FakeClient::PASSWORD);
    succeeded(&run_as("", &[&get[..], &["--password-stdin"]].concat(), &input));
    for command in ["settings", "certificates"] {
        for from in [&["--password-stdin"][..], &["--password-file", "-"]] {
            let set = [&[command, "set", "-", "--url", &url], from].concat();
            let both = run_as("", &set, FakeClient::PASSWORD);
            assert!(
                failed(&both, 2).contains("standard input cannot hold both"),
                "{}",
                stderr(&both)
            );
        }
    }
}

#[test]
fn the_first_login_changes_the_password_if_it_is_told_to() {
    let fake = FakeClient::new().first_login();
    let url = format!("http://127.0.0.1:{}", serve(fake, None));
    let get = ["settings", "get", "--url", &url];
    let refused = run(&get, "");
    assert!(failed(&refused, 1).contains("--new-password-file"), "{}", stderr(&refused));
    let file = File::new("new-password", "another-Password-2\n");
    let changed = run(&[&get[..], &["--new-password-file", file.path()]].concat(), "");
    succeeded(&changed);
    assert!(stderr(&changed).contains("the password has been changed"));
    succeeded(&run_as("another-Password-2", &get, ""));
}

#[test]
fn certificates_are_set_shown_and_deleted() {
    let (fake, url) = fake();
    let none = run(&["certificates", "get", "--url", &url], "");
    assert_eq!(succeeded(&none), "");
    let pem = rcgen::generate_simple_self_signed(["a.test".to_owned()]).unwrap().cert.pem();
    let set = run(&["certificates", "set", "-", "--url", &url], &pem);
    assert_eq!(succeeded(&set), "certificates: 0 → 1\nall Coreapps restart\n");
    let get = run(&["certificates", "get", "--url", &url], "");
    assert_eq!(succeeded(&get), pem);
    let delete = run(&["certificates", "delete", "--url", &url, "--format", "json"], "");
    let report: Value = serde_json::from_str(succeeded(&delete)).unwrap();
    assert_eq!(report["before"], 1);
    assert_eq!(fake.certificate(), None);
}

/// A fake client that shows this certificate, and its URL.
fn fake_over_tls(certificate: &rcgen::Certificate, key: &rcgen::KeyPair) -> String {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let port = serve(FakeClient::new(), Some(TlsAcceptor::from(Arc::new(config))));
    format!("https://localhost:{port}")
}

/// As `openssl req -x509` makes one if it is not told otherwise.
#[test]
fn a_servers_certificate_that_is_marked_as_a_cas_is_told() {
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let url = fake_over_tls(&certificate, &key);
    let ca = File::new("a-ca-as-server.pem", &certificate.pem());
    let output = run(&["settings", "get", "--url", &url, "--ca", ca.path()], "");
    assert!(failed(&output, 3).contains("basicConstraints=CA:FALSE"), "{}", stderr(&output));
}

#[test]
fn https_to_a_port_that_does_not_speak_it_is_told() {
    let (_, url) = fake();
    let output = run(&["settings", "get", "--url", &url.replace("http:", "https:")], "");
    assert!(failed(&output, 3).contains("does not speak https"), "{}", stderr(&output));
}

#[test]
fn a_ca_file_that_holds_none_is_told() {
    let ca = File::new("no-ca.pem", GUIDE);
    let get = ["settings", "get", "--url", "https://localhost:1", "--ca", ca.path()];
    let message = run(&get, "");
    assert!(failed(&message, 2).contains("-----BEGIN CERTIFICATE-----"), "{}", stderr(&message));
    assert!(stderr(&message).contains("no-ca.pem: "), "{}", stderr(&message));
}

#[test]
fn a_private_ca_is_trusted_when_it_is_given() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let url = fake_over_tls(&made.cert, &made.signing_key);
    let ca = File::new("ca.pem", &made.cert.pem());
    let set = run(&["settings", "set", "-", "--url", &url, "--ca", ca.path()], GUIDE);
    assert!(succeeded(&set).contains("webhooks.url"));
    // Of the same name, as before a renewal; and none at all.
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
    let other = File::new("other-ca.pem", &other);
    for options in [&["--ca", other.path()][..], &[]] {
        let untrusted = run(&[&["settings", "get", "--url", &url], options].concat(), "");
        assert!(failed(&untrusted, 3).contains("give it with --ca"), "{}", stderr(&untrusted));
    }
}

#[test]
fn the_webhook_of_360dialog_is_set_and_its_headers_are_hidden() {
    let state = Arc::new(std::sync::Mutex::new(Bytes::from(r#"{"url":"https://old.test"}"#)));
    let port = serve(
        service_fn(move |request: Request<hyper::body::Incoming>| {
            let state = state.clone();
            async move {
                assert_eq!(request.uri().path(), "/v1/configs/webhook");
                if request.headers()["d360-api-key"] != "canary-key" {
                    let body = r#"{"meta":{"success":false,"http_code":401,"developer_message":"Invalid api key"}}"#;
                    return Ok(Response::builder().status(401).body(Full::from(body)).unwrap());
                }
                if request.method() == http::Method::POST {
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    *state.lock().unwrap() = body;
                }
                Ok(Response::new(Full::from(state.lock().unwrap().clone())))
            }
        }),
        None,
    );
    let url = format!("http://127.0.0.1:{port}");
    let backend = ["--backend", "dialog360", "--url", &url];
    let config = r#"{"url":"https://new.test","headers":{"Authorization":"Bearer canary-header"}}"#;
    let set = run(&[&["settings", "set", "-"], &backend[..]].concat(), config);
    assert_eq!(
        succeeded(&set),
        "url: \"https://old.test\" → \"https://new.test\"\nheaders.Authorization: null → \"(hidden)\"\n"
    );
    let get = run(&[&["settings", "get"], &backend[..]].concat(), "");
    assert_eq!(succeeded(&get), "headers.Authorization: \"(hidden)\"\nurl: \"https://new.test\"\n");
    let file = File::new("wrong-key", "other-key");
    let wrong =
        run(&[&["settings", "get", "--password-file", file.path()], &backend[..]].concat(), "");
    assert!(failed(&wrong, 1).contains("Invalid api key"), "{}", stderr(&wrong));
    let invalid = run(&[&["settings", "set", "-"], &backend[..]].concat(), r#"{"url":"new.test"}"#);
    assert!(
        failed(&invalid, 2).contains("line 1, column 8: url: it has no scheme"),
        "{}",
        stderr(&invalid)
    );
}

/// A terminal does what it is told, whoever tells it.
#[test]
fn what_an_api_says_moves_no_cursor_and_shows_no_password() {
    const EVIL: &str = "\u{1b}]0;a\u{7}\u{9b}2J\u{7f}\u{202e}";
    let service = service_fn(async |request: Request<hyper::body::Incoming>| {
        let body = match request.uri().path() {
            "/v1/users/login" if request.headers()["authorization"] != "Basic YWRtaW46cGEic3M=" => {
                json!({"users": [{"token": "a"}]}).to_string()
            }
            "/v1/users/login" => {
                let details = json!({"password": "pa\"ss", "more": EVIL});
                let error = json!({"errors": [{"title": EVIL, "details": details}]}).to_string();
                let mut refused = Response::new(Full::<Bytes>::from(error));
                *refused.status_mut() = http::StatusCode::BAD_REQUEST;
                return Ok::<_, Infallible>(refused);
            }
            "/v1/settings/application" => {
                json!({"settings": {"application": {EVIL: {EVIL: EVIL}}}}).to_string()
            }
            _ => format!("-----BEGIN CERTIFICATE-----\r\n{EVIL}\r\n"),
        };
        Ok(Response::new(Full::<Bytes>::from(body)))
    });
    let url = format!("http://127.0.0.1:{}", serve(service, None));
    let set = ["settings", "set", "-"];
    for (password, command, code) in [
        ("a", &["settings", "get"][..], 0),
        ("a", &["settings", "get", "--format", "json"], 0),
        ("a", &set, 0),
        ("a", &["settings", "reset", "--dry-run"], 0),
        ("a", &["certificates", "get"], 0),
        ("a", &["certificates", "get", "--format", "json"], 0),
        ("pa\"ss", &["settings", "get"], 1),
    ] {
        let to = ["--url", &url, "--user", "admin"];
        let ran = run_as(password, &[command, &to].concat(), "{\"sent_status\":true}");
        assert_eq!(ran.status.code(), Some(code), "{command:?}: {}", stderr(&ran));
        let shown = format!("{}{}", stdout(&ran), stderr(&ran));
        let moves = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!shown.contains(moves), "{command:?}: {shown:?}");
        assert!(!shown.contains("pa\\\"ss"), "{shown}");
    }
}

/// It took gigabytes, or minutes that no --timeout ended.
#[test]
fn settings_that_are_made_to_be_many_or_long_cost_little() {
    let long = json!({"a".repeat(500_000): {"0": 0, "1": 0}});
    let many = (0..60_000).map(|number| (format!("k{number}"), json!(0))).collect();
    for (settings, code) in [(long, 1), (Value::Object(many), 0)] {
        let answer = json!({"users": [{"token": "a"}], "settings": {"application": settings}});
        let answer = Bytes::from(answer.to_string());
        let service = service_fn(move |_: Request<hyper::body::Incoming>| {
            let answer = answer.clone();
            async move { Ok::<_, Infallible>(Response::new(Full::new(answer))) }
        });
        let url = format!("http://127.0.0.1:{}", serve(service, None));
        let ran = run(
            &["settings", "set", "-", "--url", &url, "--user", "admin"],
            "{\"sent_status\":true}",
        );
        assert_eq!(ran.status.code(), Some(code), "{}", stderr(&ran));
    }
}
