//! Every scheme at an endpoint: right, wrong, missing, twice, and of several secrets.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

mod common;

use bytes::Bytes;
use common::{HOOK, Keeper, ONPREM, Sent, send};
use http::Request;
use http_body_util::Full;
use tower_whatsapp::{
    AppSecret, ConfigErrorKind, Endpoint, OnPremises, PathSecret, QuerySecret, StaticHeader,
    TurnVerifier, Verifier, WebhookLayer, WebhookService,
    signature::{Scheme, Signer},
};

const OLD: &str = "canary-old-secret-0123456789";

fn mounted(path: &str, endpoint: impl Into<Endpoint>) -> (WebhookService<Keeper>, Keeper) {
    let keeper = Keeper::default();
    let layer = WebhookLayer::builder().endpoint(path, endpoint.into()).deliver_to(keeper.clone());
    (layer.build_service().expect("valid"), keeper)
}

fn secret(text: &str) -> AppSecret {
    AppSecret::new(text).unwrap()
}

fn turn(text: &str, body: &str) -> String {
    Signer::new(&secret(text)).sign(body.as_bytes()).to_base64()
}

async fn post(service: &WebhookService<Keeper>, uri: &str, headers: &[(&str, &str)]) -> Sent {
    let mut request = Request::post(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(service.clone(), request.body(Full::<Bytes>::from(ONPREM)).unwrap()).await
}

/// Posts to an endpoint with this scheme and says which scheme and secret proved it, or the reason.
async fn prove(
    scheme: impl Scheme + Clone,
    uri: &str,
    headers: &[(&str, &str)],
) -> Result<String, &'static str> {
    let (service, keeper) = mounted("/onprem", OnPremises::new("shop-1", scheme));
    outcome(post(&service, uri, headers).await, &keeper)
}

fn outcome(sent: Sent, keeper: &Keeper) -> Result<String, &'static str> {
    let delivered = keeper.taken();
    match sent.kind() {
        Some(kind) => {
            assert_eq!((sent.status.as_u16(), delivered.len()), (401, 0));
            Err(kind.as_str())
        }
        None if sent.status == 404 => Err("not_found"),
        None => {
            sent.assert_accepted();
            let proof = delivered[0].origin().proof().expect("a proof");
            Ok(format!("{} {}", proof.scheme(), proof.secret()))
        }
    }
}

fn ok(proof: &str) -> Result<String, &'static str> {
    Ok(proof.to_owned())
}

#[tokio::test]
async fn a_secret_in_the_query() {
    let scheme = QuerySecret::several("auth", [("new", HOOK), ("old", OLD)]).unwrap();
    let prove = async |query: &str| prove(scheme.clone(), &format!("/onprem{query}"), &[]).await;
    assert_eq!(prove(&format!("?auth={HOOK}")).await, ok("query-secret new"));
    assert_eq!(prove(&format!("?id=7&auth={OLD}&x")).await, ok("query-secret old"));
    let escaped = HOOK.replace('-', "%2D");
    assert_eq!(prove(&format!("?%61uth={escaped}")).await, ok("query-secret new"));
    assert_eq!(prove(&format!("?auth={HOOK}x")).await, Err("mismatch"));
    assert_eq!(prove("?auth=").await, Err("mismatch"));
    for missing in ["", "?", "?auth2=x", &format!("?Auth={HOOK}"), &format!("?{HOOK}")] {
        assert_eq!(prove(missing).await, Err("missing_credential"), "{missing}");
    }
    let twice = format!("?auth={HOOK}&auth={HOOK}");
    assert_eq!(prove(&twice).await, Err("repeated_credential"));
}

#[tokio::test]
async fn a_static_header() {
    let scheme = StaticHeader::several("X-Hook", [("new", HOOK), ("old", OLD)]).unwrap();
    let with = async |values: &[&str]| {
        let headers: Vec<_> = values.iter().map(|value| ("x-hook", *value)).collect();
        prove(scheme.clone(), "/onprem", &headers).await
    };
    assert_eq!(with(&[HOOK]).await, ok("static-header new"));
    assert_eq!(with(&[OLD]).await, ok("static-header old"));
    assert_eq!(with(&["canary"]).await, Err("mismatch"));
    assert_eq!(with(&[]).await, Err("missing_credential"));
    assert_eq!(with(&[HOOK, HOOK]).await, Err("repeated_credential"));
    let basic = StaticHeader::basic("Aladdin", "open sesame").unwrap();
    let right = ("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_eq!(prove(basic.clone(), "/onprem", &[right]).await, ok("static-header default"));
    let wrong = ("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZA==");
    assert_eq!(prove(basic, "/onprem", &[wrong]).await, Err("mismatch"));
    let bearer = StaticHeader::bearer(HOOK).unwrap();
    let right = format!("Bearer {HOOK}");
    let right = ("authorization", &*right);
    assert_eq!(prove(bearer.clone(), "/onprem", &[right]).await, ok("static-header default"));
    assert_eq!(prove(bearer, "/onprem", &[("authorization", HOOK)]).await, Err("mismatch"));
}

#[tokio::test]
async fn the_signature_of_turn() {
    let both = Verifier::builder().secret("new", secret("one")).secret("old", secret("two"));
    let scheme = TurnVerifier::new(both.build().unwrap());
    let with = async |values: &[String]| {
        let headers: Vec<_> =
            values.iter().map(|value| ("X-Turn-Hook-Signature", &**value)).collect();
        prove(scheme.clone(), "/onprem", &headers).await
    };
    assert_eq!(with(&[turn("one", ONPREM)]).await, ok("turn-hook-signature new"));
    assert_eq!(with(&[turn("two", ONPREM)]).await, ok("turn-hook-signature old"));
    assert_eq!(with(&[turn("six", ONPREM)]).await, Err("mismatch"));
    assert_eq!(with(&[turn("one", "{}")]).await, Err("mismatch"));
    assert_eq!(with(&["sha256=00".into()]).await, Err("malformed_credential"));
    assert_eq!(with(&[]).await, Err("missing_credential"));
    assert_eq!(with(&[turn("one", ONPREM), turn("one", ONPREM)]).await, Err("repeated_credential"));
}

#[tokio::test]
async fn a_secret_in_the_path_of_which_there_are_several() {
    let scheme = PathSecret::several([("new", HOOK), ("old", OLD)]).unwrap();
    let (service, keeper) = mounted("/{secret}/onprem", OnPremises::new("shop-1", scheme));
    for (segment, expected) in [
        (HOOK, ok("path-secret new")),
        (OLD, ok("path-secret old")),
        ("canary", Err("not_found")),
        ("", Err("not_found")),
        (&format!("{HOOK}/{HOOK}"), Err("not_found")),
    ] {
        let sent = post(&service, &format!("/{segment}/onprem"), &[]).await;
        assert_eq!(outcome(sent, &keeper), expected, "{segment}");
    }
}

#[tokio::test]
async fn two_schemes_at_once_are_both_asked_for() {
    let path = PathSecret::new(HOOK).unwrap();
    let endpoint = OnPremises::new("shop-1", path).and(TurnVerifier::new(secret("one")));
    let (service, keeper) = mounted("/onprem/{secret}", endpoint);
    let right = turn("one", ONPREM);
    let name = TurnVerifier::HEADER;
    let path = format!("/onprem/{HOOK}");
    for (path, headers, expected) in [
        // Told is the one that covers the body.
        (&*path, vec![(name, &*right)], ok("turn-hook-signature default")),
        (&path, vec![], Err("missing_credential")),
        (&path, vec![(name, &turn("six", ONPREM))], Err("mismatch")),
        ("/onprem/canary", vec![(name, &right)], Err("not_found")),
    ] {
        let sent = post(&service, path, &headers).await;
        assert_eq!(outcome(sent, &keeper), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn one_of_several_alternatives_is_enough() {
    let bearer = StaticHeader::bearer(HOOK).unwrap();
    let endpoint = OnPremises::new("shop-1", bearer)
        .and(StaticHeader::new("x-host", "one of ours").unwrap())
        .or(TurnVerifier::new(secret("one")))
        .or(QuerySecret::new("auth", HOOK).unwrap());
    let (service, keeper) = mounted("/onprem", endpoint);
    let (bearer, right, wrong) =
        (format!("Bearer {HOOK}"), turn("one", ONPREM), turn("six", ONPREM));
    let bearer = ("authorization", &*bearer);
    let (right, wrong) = ((TurnVerifier::HEADER, &*right), (TurnVerifier::HEADER, &*wrong));
    let host = ("x-host", "one of ours");
    let (plain, query) = ("/onprem", format!("/onprem?auth={HOOK}"));
    for (uri, headers, expected) in [
        (plain, vec![bearer, host], ok("static-header default")),
        (plain, vec![right], ok("turn-hook-signature default")),
        (&query, vec![], ok("query-secret default")),
        // What does not prove it alone is no harm beside what does.
        (&query, vec![wrong], ok("query-secret default")),
        (plain, vec![right, bearer], ok("turn-hook-signature default")),
        // Half of an alternative is none.
        (plain, vec![bearer], Err("missing_credential")),
        (plain, vec![wrong], Err("mismatch")),
        (plain, vec![wrong, host], Err("mismatch")),
        ("/onprem?auth=canary", vec![], Err("mismatch")),
        (plain, vec![], Err("missing_credential")),
    ] {
        let sent = post(&service, uri, &headers).await;
        assert_eq!(outcome(sent, &keeper), expected, "{uri} {headers:?}");
    }
}

#[test]
fn an_unverified_endpoint_is_verified_by_what_is_added() {
    for endpoint in [
        OnPremises::insecure_unverified("a").and(StaticHeader::bearer(HOOK).unwrap()),
        OnPremises::insecure_unverified("a").or(StaticHeader::bearer(HOOK).unwrap()),
    ] {
        let debug = format!("{endpoint:?}");
        assert!(debug.contains("static-header") && !debug.contains(HOOK), "{debug}");
    }
}

#[test]
fn a_secret_in_the_path_of_some_alternatives_only_is_refused() {
    let path = || PathSecret::new(HOOK).unwrap();
    let header = || StaticHeader::bearer(HOOK).unwrap();
    for (pattern, endpoint, refused) in [
        ("/{secret}", OnPremises::new("a", path()).or(header()), Some("a")),
        ("/a", OnPremises::new("a", header()).or(path()), Some("a")),
        ("/{secret}", OnPremises::new("a", path()).and(header()).or(path()), None),
    ] {
        let built = WebhookLayer::builder()
            .endpoint(pattern, endpoint)
            .deliver_to(Keeper::default())
            .build();
        let error = built.err();
        assert_eq!(error.as_ref().and_then(|error| error.label()), refused, "{pattern}");
        if let Some(error) = error {
            assert_eq!(error.kind(), ConfigErrorKind::SometimesPathSecret);
        }
    }
}
