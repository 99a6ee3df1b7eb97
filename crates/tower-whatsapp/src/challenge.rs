//! The GET challenge by which Meta checks a callback URL.
//!
//! Source: Meta, webhooks, create webhook endpoint: `hub.mode=subscribe`, `hub.challenge` and
//! `hub.verify_token`; the answer's body is exactly the challenge.

use crate::{RejectionKind, answer::Answer, token::VerifyToken};

/// Decides a GET request from its query.
pub(crate) fn answer(query: Option<&str>, token: &VerifyToken) -> Answer {
    let (mut mode, mut given, mut challenge) = (None, None, None);
    for (key, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let slot = match &*key {
            "hub.mode" => &mut mode,
            "hub.verify_token" => &mut given,
            "hub.challenge" => &mut challenge,
            _ => continue,
        };
        // Two values: no telling which one somebody in front of us has checked.
        if slot.replace(value).is_some() {
            return Answer::rejected(RejectionKind::MalformedChallenge);
        }
    }
    match (mode.as_deref(), given, challenge) {
        (Some("subscribe"), Some(given), Some(challenge)) if token.matches(&given) => {
            Answer::Challenge(challenge.into_owned())
        }
        (Some("subscribe"), Some(_), Some(_)) => Answer::rejected(RejectionKind::WrongVerifyToken),
        _ => Answer::rejected(RejectionKind::MalformedChallenge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Result<String, RejectionKind> {
        let token = VerifyToken::new("tö ken+&".into()).expect("not empty");
        match answer(Some(query), &token) {
            Answer::Challenge(challenge) => Ok(challenge),
            Answer::Rejected(rejection) => Err(rejection.kind()),
            Answer::Accepted => panic!("a challenge is no notification"),
        }
    }

    #[test]
    fn token_and_challenge_are_percent_decoded() {
        let query =
            "hub.mode=subscribe&hub.challenge=1%2B1%20%C3%A9+x&hub.verify_token=t%C3%B6+ken%2B%26";
        assert_eq!(ask(query).as_deref(), Ok("1+1 é x"));
        let escaped =
            "hub%2Emode=subscribe&hub.challenge=7&hub.verify_token=t%C3%B6%20ken%2B%26&other=1";
        assert_eq!(ask(escaped).as_deref(), Ok("7"));
    }

    #[test]
    fn a_wrong_token_is_told_from_a_malformed_challenge() {
        let wrong = RejectionKind::WrongVerifyToken;
        let malformed = RejectionKind::MalformedChallenge;
        let token = "hub.verify_token=t%C3%B6+ken%2B%26";
        for (query, expected) in [
            ("hub.mode=subscribe&hub.challenge=7&hub.verify_token=x".to_owned(), wrong),
            ("hub.mode=subscribe&hub.challenge=7&hub.verify_token=".to_owned(), wrong),
            (format!("hub.mode=unsubscribe&hub.challenge=7&{token}"), malformed),
            (format!("hub.mode=subscribe&hub.challenge=7&hub.challenge=7&{token}"), malformed),
            (format!("hub.mode=subscribe&hub.challenge=7&{token}&{token}"), malformed),
            (format!("hub.mode=subscribe&hub.mode=subscribe&hub.challenge=7&{token}"), malformed),
            (format!("hub.mode=subscribe&{token}"), malformed),
            (format!("hub.challenge=7&{token}"), malformed),
            ("hub.mode=subscribe&hub.challenge=7".to_owned(), malformed),
            (String::new(), malformed),
        ] {
            assert_eq!(ask(&query), Err(expected), "{query}");
        }
    }
}
