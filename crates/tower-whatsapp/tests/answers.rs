//! What each request is answered with.

mod common;

use bytes::Bytes;
use common::*;
use http::{Method, Request, header};
use std::error::Error as _;
use tower::service_fn;
use tower_whatsapp::{
    AppSecret, Cloud, Notification, OnPremises, StaticHeader, Verifier, WebhookLayer,
    notification::{Form, Kind, Parser},
    signature::Signer,
};

#[tokio::test]
async fn a_signed_notification_is_delivered_and_answered_with_an_empty_200() {
    let (webhook, keeper) = webhook();
    let sent = send(webhook, signed(CLOUD)).await;
    sent.assert_accepted();
    assert!(sent.headers.is_empty());
    let taken = keeper.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!((&taken[0].body()[..], taken[0].form()), (CLOUD.as_bytes(), Form::Cloud));
    let origin = taken[0].origin();
    assert_eq!(origin.label(), "cloud");
    let proof = origin.proof().expect("proven");
    assert_eq!((proof.scheme(), proof.secret()), ("hub-signature-256", "default"));
}

#[tokio::test]
async fn a_right_path_secret_delivers_under_the_endpoints_label() {
    let (webhook, keeper) = webhook();
    let post = Request::post(format!("/onprem/{HOOK}")).body(Fulls::from(ONPREM));
    send(webhook, post.expect("a request")).await.assert_accepted();
    let taken = keeper.taken();
    assert_eq!(taken[0].origin().label(), "shop-1");
    assert_eq!(taken[0].origin().proof().map(|proof| proof.scheme()), Some("path-secret"));
}

#[tokio::test]
async fn a_static_header_is_looked_for_where_its_scheme_says() {
    let keeper = Keeper::default();
    let header = StaticHeader::new("authorization", "Bearer canary").expect("a header");
    let webhook = WebhookLayer::builder()
        .endpoint("/onprem", OnPremises::new("shop-2", header))
        .deliver_to(keeper.clone())
        .build_service()
        .expect("valid");
    let post = |value: &str| {
        let post = Request::post("/onprem").header("authorization", value);
        post.body(Fulls::from(ONPREM)).expect("a request")
    };
    send(webhook.clone(), post("Bearer canary")).await.assert_accepted();
    assert_eq!(send(webhook, post("Bearer canari")).await.status, 401);
    assert_eq!(keeper.taken().len(), 1);
}

#[tokio::test]
async fn each_of_several_secrets_is_right_and_its_name_is_told() {
    let secret = |secret: &str| AppSecret::new(secret).expect("a secret");
    let both = Verifier::builder().secret("new", secret("first")).secret("old", secret("second"));
    let keeper = Keeper::default();
    let webhook = WebhookLayer::builder()
        .endpoint("/hook", Cloud::new(both.build().expect("valid")).label("both"))
        .deliver_to(keeper.clone())
        .build_service()
        .expect("valid");
    for (value, name) in [("first", "new"), ("second", "old")] {
        let signature = Signer::new(&secret(value)).sign(CLOUD.as_bytes()).to_string();
        let post = Request::post("/hook").header("x-hub-signature-256", signature);
        send(webhook.clone(), post.body(Fulls::from(CLOUD)).expect("a request"))
            .await
            .assert_accepted();
        let taken = keeper.taken();
        assert_eq!(taken[0].origin().proof().map(|proof| proof.secret()), Some(name));
        assert_eq!(taken[0].origin().label(), "both");
    }
}

#[tokio::test]
async fn the_challenge_is_echoed_to_the_right_token_only() {
    let (webhook, _) = webhook();
    let get = |query: &str| request(Method::GET, &format!("/whatsapp?{query}"));
    let right = format!("hub.mode=subscribe&hub.challenge=11%3C58&hub.verify_token={TOKEN}");
    let sent = send(webhook.clone(), get(&right)).await;
    assert_eq!((sent.status.as_u16(), &sent.body[..]), (200, &b"11<58"[..]));
    assert_eq!(sent.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(sent.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");

    let wrong = get("hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess");
    send(webhook.clone(), wrong).await.assert_rejected(403, "wrong_verify_token");
    for malformed in [format!("{right}&hub.challenge=2"), "hub.mode=subscribe".into(), "".into()] {
        send(webhook.clone(), get(&malformed)).await.assert_rejected(400, "malformed_challenge");
    }
    let bare = request(Method::GET, "/whatsapp");
    send(webhook, bare).await.assert_rejected(400, "malformed_challenge");
}

#[tokio::test]
async fn other_methods_are_405_and_told_what_is_allowed() {
    let (webhook, _) = webhook();
    for method in [Method::PUT, Method::HEAD, Method::OPTIONS, Method::DELETE, Method::PATCH] {
        let sent = send(webhook.clone(), request(method, "/whatsapp")).await;
        sent.assert_rejected(405, "method_not_allowed");
        assert_eq!(sent.headers[header::ALLOW], "GET, POST");
    }
    let sent = send(webhook, request(Method::GET, &format!("/onprem/{HOOK}"))).await;
    sent.assert_rejected(405, "method_not_allowed");
    assert_eq!(sent.headers[header::ALLOW], "POST");
}

#[tokio::test]
async fn without_a_verify_token_a_cloud_endpoint_takes_no_get() {
    let webhook = WebhookLayer::builder()
        .endpoint("/whatsapp", Cloud::new(AppSecret::new(SECRET).expect("a secret")))
        .deliver_to(Keeper::default())
        .build_service()
        .expect("valid");
    let query = "/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token=";
    let sent = send(webhook, request(Method::GET, query)).await;
    sent.assert_rejected(405, "method_not_allowed");
    assert_eq!(sent.headers[header::ALLOW], "POST");
}

#[tokio::test]
async fn the_head_alone_refuses_and_the_body_is_never_polled() {
    let (webhook, keeper) = webhook();
    let unread = |head: http::request::Builder| head.body(Scripted::unread()).expect("a request");
    let name = "x-hub-signature-256";
    let right = signature(CLOUD.as_bytes());
    let post = || Request::post("/whatsapp");
    for (head, status, reason) in [
        (post(), 401, "missing_credential"),
        (post().header("x-hub-signature", "sha1=abc"), 401, "missing_credential"),
        (post().header(name, &right).header(name, &right), 401, "repeated_credential"),
        (post().header(name, &right[..70]), 401, "malformed_credential"),
        (post().header(name, format!("{right}0")), 401, "malformed_credential"),
        (post().header(name, &right[7..]), 401, "malformed_credential"),
        (post().header(name, ""), 401, "malformed_credential"),
        (signed_head(b"").header("content-encoding", "gzip"), 415, "content_encoding"),
        (signed_head(b"").header("content-length", "3211265"), 413, "body_too_large"),
    ] {
        send(webhook.clone(), unread(head)).await.assert_rejected(status, reason);
    }
    let mut promising = unread(signed_head(b""));
    promising.body_mut().promised = Some(3_211_265);
    send(webhook, promising).await.assert_rejected(413, "body_too_large");
    assert!(keeper.taken().is_empty());
}

#[tokio::test]
async fn an_encoding_is_refused_unless_it_is_identity() {
    let (webhook, _) = webhook();
    let mut request = signed(CLOUD);
    request.headers_mut().insert("content-encoding", "gzip".parse().expect("a value"));
    let sent = send(webhook.clone(), request).await;
    sent.assert_rejected(415, "content_encoding");
    assert_eq!(sent.headers[header::ACCEPT_ENCODING], "identity");
    let mut request = signed(CLOUD);
    request.headers_mut().insert("content-encoding", "identity".parse().expect("a value"));
    send(webhook, request).await.assert_accepted();
}

#[tokio::test]
async fn one_byte_changed_is_401_and_nothing_is_delivered() {
    let (webhook, keeper) = webhook();
    let changed = CLOUD.replace("15550001", "15550002");
    let post = signed_head(CLOUD.as_bytes()).body(Fulls::from(changed)).expect("a request");
    let sent = send(webhook, post).await;
    assert_eq!(sent.status, 401);
    assert_eq!(
        sent.kind(),
        Some(tower_whatsapp::RejectionKind::Refused(
            tower_whatsapp::signature::RefusalKind::Mismatch
        ))
    );
    assert!(keeper.taken().is_empty());
}

#[tokio::test]
async fn a_wrong_path_secret_is_answered_like_a_path_that_does_not_exist() {
    let (webhook, keeper) = webhook();
    for path in ["/onprem/canary-path-secret-012345678X", "/onprem/", "/onprem", "/nowhere"] {
        for method in [Method::POST, Method::GET, Method::PUT] {
            let sent = send(webhook.clone(), request(method, path)).await;
            assert_eq!((sent.status.as_u16(), sent.kind()), (404, None), "{path}");
            assert!(sent.headers.is_empty() && sent.body.is_empty());
        }
    }
    assert!(keeper.taken().is_empty());
}

#[tokio::test]
async fn the_other_apis_form_is_refused_at_verified_and_unverified_endpoints() {
    let (webhook, keeper) = webhook();
    send(webhook.clone(), signed(ONPREM)).await.assert_rejected(400, "wrong_form");
    let post = Request::post(format!("/onprem/{HOOK}")).body(Fulls::from(CLOUD));
    send(webhook, post.expect("a request")).await.assert_rejected(400, "wrong_form");

    let open = WebhookLayer::builder()
        .endpoint("/onprem", OnPremises::insecure_unverified("lan"))
        .endpoint("/cloud", Cloud::insecure_unverified())
        .deliver_to(keeper.clone())
        .build_service()
        .expect("valid");
    let post = |path: &str, body: &'static str| {
        Request::post(path).body(Fulls::from(body)).expect("a request")
    };
    send(open.clone(), post("/onprem", CLOUD)).await.assert_rejected(400, "wrong_form");
    send(open.clone(), post("/cloud", ONPREM)).await.assert_rejected(400, "wrong_form");
    assert!(keeper.taken().is_empty());
    send(open.clone(), post("/onprem", ONPREM)).await.assert_accepted();
    send(open, post("/cloud", CLOUD)).await.assert_accepted();
    assert!(keeper.taken().iter().all(|notification| notification.origin().proof().is_none()));
}

#[tokio::test]
async fn an_authentic_body_of_neither_form_or_no_json_is_one_event() {
    let (webhook, keeper) = webhook();
    for (body, kind) in [
        (&b"{\"hello\":1}"[..], Kind::Unknown),
        (b"[]", Kind::Unknown),
        (b"not json", Kind::Unparseable),
        (b"", Kind::Unparseable),
        (b"{\"object\":\"\xff\"}", Kind::Unparseable),
    ] {
        send(webhook.clone(), signed(body)).await.assert_accepted();
        let taken = keeper.taken();
        let events: Vec<_> = taken[0].events().map(|event| event.kind()).collect();
        assert_eq!(events, [kind]);
        assert_eq!(taken[0].body(), body);
        assert!(taken[0].origin().proof().is_some());
    }
}

#[tokio::test]
async fn a_body_beyond_the_parsers_limits_is_413() {
    let keeper = Keeper::default();
    let webhook = endpoints()
        .parser(Parser::new().max_events(2).max_depth(9))
        .deliver_to(keeper.clone())
        .build_service()
        .expect("valid");
    let message = r#"{"id":"A","type":"text"}"#;
    let of = |messages: &str| {
        signed(format!(
            r#"{{"entry":[{{"changes":[{{"value":{{"messages":[{messages}]}},"field":"messages"}}]}}]}}"#
        ))
    };
    send(webhook.clone(), of(&[message; 2].join(","))).await.assert_accepted();
    for over in [[message; 3].join(","), r#"{"a":[[[1]]]}"#.to_owned()] {
        let sent = send(webhook.clone(), of(&over)).await;
        sent.assert_rejected(413, "parse_limit");
        assert!(sent.rejection.expect("rejected").source().is_some());
    }
}

#[tokio::test]
async fn an_error_of_the_notification_service_is_503_and_travels_in_the_response() {
    let failing = service_fn(async |_: Notification| Err::<(), _>("canary: the store is full"));
    let webhook = endpoints().deliver_to(failing).build_service().expect("valid");
    let sent = send(webhook, signed(CLOUD)).await;
    sent.assert_rejected(503, "handling_failed");
    let rejection = sent.rejection.expect("rejected");
    assert_eq!(rejection.source().expect("kept").to_string(), "canary: the store is full");
    assert!(!format!("{rejection:?} {rejection}").contains("canary"));
}

#[tokio::test]
async fn a_broken_body_is_400_with_its_error() {
    let (webhook, keeper) = webhook();
    let body = Scripted::frames(&CLOUD[..40], 20).then(Step::Error);
    let post = signed_head(CLOUD.as_bytes()).body(body).expect("a request");
    let sent = send(webhook, post).await;
    sent.assert_rejected(400, "broken_body");
    assert!(sent.rejection.expect("rejected").source().is_some());
    assert!(keeper.taken().is_empty());
}

#[tokio::test]
async fn bodies_of_any_kind_arrive_as_they_were_sent() {
    let (webhook, keeper) = webhook();
    let whole = CLOUD.len();
    for (frames, hint) in
        [(1, None), (7, None), (100, Some(whole as u64)), (whole, None), (7, Some(1))]
    {
        let mut body = Scripted::frames(CLOUD, frames).then(Step::Trailers);
        body.promised = hint;
        let post = signed_head(CLOUD.as_bytes()).body(body).expect("a request");
        send(webhook.clone(), post).await.assert_accepted();
        assert_eq!(keeper.taken()[0].body(), CLOUD.as_bytes(), "frames of {frames}");
    }
    let empties = [data(b""), data(CLOUD.as_bytes()), data(b""), data(b"")];
    let post = signed_head(CLOUD.as_bytes()).body(Scripted::new(empties)).expect("a request");
    send(webhook, post).await.assert_accepted();
    assert_eq!(keeper.taken()[0].body(), CLOUD.as_bytes());
}

#[tokio::test]
async fn a_body_in_one_frame_is_not_copied() {
    let (webhook, keeper) = webhook();
    let body = Bytes::from(CLOUD.to_owned());
    let at = body.as_ptr();
    send(webhook.clone(), signed(body.clone())).await.assert_accepted();
    assert_eq!(keeper.taken()[0].body().as_ptr(), at);
    let framed = Scripted::new([Step::Data(body)]).then(Step::Trailers);
    let post = signed_head(CLOUD.as_bytes()).body(framed).expect("a request");
    send(webhook, post).await.assert_accepted();
    assert_eq!(keeper.taken()[0].body().as_ptr(), at);
}
