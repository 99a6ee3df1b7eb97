//! Which client certificates the handshake takes, and which the webhook.

use super::*;
use rcgen::date_time_ymd;
use rustls::AlertDescription as Alert;
use std::net::IpAddr;
use tokio::io::AsyncReadExt;

/// What becomes of a signed notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Answered(u16),
    /// Already in the handshake, with this alert.
    Refused(Alert),
}
use Fate::{Answered, Refused};

impl Client {
    /// Posts a notification if it is let in. With TLS 1.3 a client is done with the handshake
    /// before the server has seen its certificate: nothing is sent if a refusal is expected, for
    /// what crosses with the alert may cost it.
    async fn fate(&self, expected: Fate) -> Fate {
        if let Answered(_) = expected {
            return Answered(self.send(notification(1)).await.as_u16());
        }
        let error = match self.connect().await {
            Ok(mut stream) => stream.read_u8().await.unwrap_err(),
            Err(error) => error,
        };
        match error.get_ref().and_then(|error| error.downcast_ref()) {
            Some(rustls::Error::AlertReceived(alert)) => Refused(*alert),
            _ => panic!("no refusal, but {error}"),
        }
    }
}

#[tokio::test]
async fn the_right_certificate_gets_in_and_no_other() {
    let meta = Authority::root("the clients' CA");
    let right = meta.client(META);
    let behind = meta.intermediate("an intermediate").client(META);
    let other = meta.client("client.webhooks.example");
    let mut params = client(META);
    params.distinguished_name.push(DnType::CustomDnType(vec![2, 5, 4, 3]), "another");
    let two_names = meta.issue(params);
    let mut params = client("client.webhooks.example");
    params.distinguished_name.push(DnType::OrganizationName, format!("x,CN={META}"));
    let smuggled = meta.issue(params);
    let mut params = client(META);
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let expired = meta.issue(params);
    let mut params = client(META);
    (params.not_before, params.not_after) = (date_time_ymd(4000, 1, 1), date_time_ymd(4001, 1, 1));
    let not_yet = meta.issue(params);
    let stranger = Authority::root("another CA").client(META);
    let namesake = Authority::root("the clients' CA").client(META);
    let mut params = named(META);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let for_servers = meta.issue(params);

    for auth in [ClientAuth::Required, ClientAuth::Optional] {
        let certificate = ClientCertificate::meta();
        let server = Server::start(Some(certificate), Some((&meta, auth))).await;
        let none = match auth {
            ClientAuth::Required => Refused(Alert::CertificateRequired),
            ClientAuth::Optional => Answered(401),
        };
        for (what, pair, expected) in [
            ("right", Some(&right), Answered(200)),
            ("right, by an intermediate", Some(&behind), Answered(200)),
            ("another name", Some(&other), Answered(401)),
            ("two names", Some(&two_names), Answered(401)),
            ("the name in another attribute", Some(&smuggled), Answered(401)),
            ("none", None, none),
            ("expired", Some(&expired), Refused(Alert::CertificateExpired)),
            ("not yet valid", Some(&not_yet), Refused(Alert::CertificateExpired)),
            ("another CA", Some(&stranger), Refused(Alert::UnknownCA)),
            ("another CA of the same name", Some(&namesake), Refused(Alert::DecryptError)),
            ("for servers", Some(&for_servers), Refused(Alert::UnsupportedCertificate)),
        ] {
            for version in [&TLS12, &TLS13] {
                for http2 in [false, true] {
                    let client = server.client_over(pair, &[version]).over(http2);
                    let fate = client.fate(expected).await;
                    assert_eq!(fate, expected, "{what}: {auth:?}, {version:?}, HTTP/2: {http2}");
                }
            }
        }
    }
}

#[tokio::test]
async fn where_it_is_optional_other_paths_and_the_challenge_do_without() {
    let meta = Authority::root("the clients' CA");
    let certificate = Some(ClientCertificate::meta());
    let server = Server::start(certificate, Some((&meta, ClientAuth::Optional))).await;
    let client = server.client(None);
    let challenge = request::challenge("/whatsapp", "token", "7").map(Full::from);
    assert_eq!(client.send(challenge).await, 200);
    assert_eq!(client.send(Request::get("/health").body(Full::default()).unwrap()).await, 200);
    assert_eq!(client.send(notification(1)).await, 401);
}

#[tokio::test]
async fn a_resumed_session_is_still_the_same_clients() {
    let meta = Authority::root("the clients' CA");
    let certificate = Some(ClientCertificate::meta());
    let server = Server::start(certificate, Some((&meta, ClientAuth::Required))).await;
    for (name, status) in [(META, 200), ("another", 401)] {
        let client = server.client(Some(&meta.client(name)));
        assert_eq!(client.send(notification(1)).await, status);
        let stream = client.connect().await.unwrap();
        let kind = stream.get_ref().1.handshake_kind();
        assert_eq!(kind, Some(rustls::HandshakeKind::Resumed));
        assert_eq!(client.send(notification(2)).await, status);
    }
}

#[tokio::test]
async fn a_subject_in_a_header_counts_from_a_configured_address_only() {
    let right = format!("CN={META},O=Meta Platforms\\, Inc.,C=US");
    let subjects = |subjects: &[&str]| {
        let mut request = notification(1);
        for subject in subjects {
            request.headers_mut().append(SUBJECT, subject.parse().unwrap());
        }
        request
    };
    for (proxy, status) in [("127.0.0.1", 200), ("::ffff:127.0.0.1", 200), ("192.0.2.1", 401)] {
        let proxy: IpAddr = proxy.parse().unwrap();
        let certificate = ClientCertificate::meta().via_proxy(SUBJECT, [proxy]);
        let server = Server::start(Some(certificate), None).await;
        let client = server.client(None);
        assert_eq!(client.send(subjects(&[&right])).await, status, "{proxy}");
        for wrong in [
            &[][..],
            &["CN=another"],
            &[&format!("CN=another,O=x\\,CN={META}")],
            &[&format!("O=x\\2CCN={META}")],
            &[&right, "CN=another"],
            &[&right, &right],
        ] {
            assert_eq!(client.send(subjects(wrong)).await, 401, "{proxy}: {wrong:?}");
        }
    }
}
