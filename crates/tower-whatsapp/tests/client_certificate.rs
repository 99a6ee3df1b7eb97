//! An endpoint that demands a client certificate, behind a server that says whose it is.
#![allow(clippy::expect_used, reason = "what tests share")]

mod common;

use common::*;
use http::{HeaderName, Method, Request};
use std::{error::Error, net::Ipv4Addr};
use tower_whatsapp::{AppSecret, ClientCertificate, Cloud, Peer, WebhookLayer, WebhookService};

const NAME: &str = "client.webhooks.fbclientcerts.com";
const SUBJECT: HeaderName = HeaderName::from_static("x-amzn-mtls-clientcert-subject");

fn demanding(certificate: ClientCertificate) -> (WebhookService<Keeper>, Keeper) {
    let keeper = Keeper::default();
    let cloud = Cloud::new(AppSecret::new(SECRET).expect("a secret"));
    let cloud = cloud.verify_token(TOKEN).expect("a token").client_certificate(certificate);
    let layer = WebhookLayer::builder().endpoint("/whatsapp", cloud).deliver_to(keeper.clone());
    (layer.build_service().expect("valid"), keeper)
}

fn peer() -> Peer {
    Peer::new((Ipv4Addr::LOCALHOST, 52_000).into())
}

fn from<B>(peer: Peer, mut request: Request<B>) -> Request<B> {
    request.extensions_mut().insert(peer);
    request
}

#[tokio::test]
async fn a_post_needs_the_certificate_and_the_signature() {
    let (webhook, keeper) = demanding(ClientCertificate::meta());
    let right = || peer().client_name(NAME);
    send(webhook.clone(), from(right(), signed(CLOUD))).await.assert_accepted();
    assert_eq!(keeper.taken().len(), 1);

    let forged = Request::post("/whatsapp").body(Fulls::from(CLOUD)).expect("a request");
    let sent = send(webhook.clone(), from(right(), forged)).await;
    sent.assert_rejected(401, "missing_credential");
    for (request, source) in [
        (signed(CLOUD), "the request has no `Peer` among its extensions"),
        (from(peer(), signed(CLOUD)), "the client has shown no certificate with a common name"),
        (
            from(peer().client_name("another"), signed(CLOUD)),
            "the client's certificate has another common name",
        ),
    ] {
        let sent = send(webhook.clone(), request).await;
        sent.assert_rejected(401, "client_certificate");
        let fault = sent.rejection.as_ref().and_then(Error::source).expect("a source");
        assert_eq!(fault.to_string(), source);
    }
    assert!(keeper.taken().is_empty());
}

#[tokio::test]
async fn who_lacks_the_certificate_is_refused_before_all_else() {
    let (webhook, _) = demanding(ClientCertificate::meta());
    let post = signed_head(b"").header("content-encoding", "gzip").body(Scripted::unread());
    let sent = send(webhook, from(peer(), post.expect("a request"))).await;
    sent.assert_rejected(401, "client_certificate");
}

#[tokio::test]
async fn the_challenge_needs_no_certificate() {
    let (webhook, _) = demanding(ClientCertificate::meta());
    let query = format!("hub.mode=subscribe&hub.challenge=7&hub.verify_token={TOKEN}");
    let sent = send(webhook, request(Method::GET, &format!("/whatsapp?{query}"))).await;
    assert_eq!((sent.status.as_u16(), &sent.body[..]), (200, &b"7"[..]));
}

#[tokio::test]
async fn a_subject_in_a_header_counts_from_a_proxy_only() {
    let proxy = Ipv4Addr::new(10, 0, 0, 7);
    let (webhook, _) = demanding(ClientCertificate::meta().via_proxy(SUBJECT, [proxy.into()]));
    let post = |from_proxy, subject: String| {
        let post = signed_head(CLOUD.as_bytes()).header(SUBJECT, subject);
        let peer = if from_proxy { Peer::new((proxy, 1).into()) } else { peer() };
        from(peer, post.body(Fulls::from(CLOUD)).expect("a request"))
    };
    let right = format!("CN={NAME},O=Meta");
    send(webhook.clone(), post(true, right.clone())).await.assert_accepted();
    let smuggled = format!("O=x\\,CN={NAME}");
    for request in [post(false, right), post(true, smuggled)] {
        send(webhook.clone(), request).await.assert_rejected(401, "client_certificate");
    }
}

#[test]
fn what_is_shared_can_be_shared() {
    fn assert<T: Clone + Send + Sync + 'static>() {}
    assert::<Peer>();
    assert::<ClientCertificate>();
}
