//! What can be wrong with `webhooks.url`.

use http::Uri;

/// What is wrong, and what to write instead. Of the URL it repeats the host alone: what is behind it
/// may be a secret.
pub(crate) fn fault(url: &str) -> Option<String> {
    const HTTPS: &str = "it must be an https URL with a host";
    if url.trim() != url || url.is_empty() {
        return Some(format!("{HTTPS}, without white space around it"));
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        let host = host(url);
        return Some(format!(
            "it has no scheme: write \"https://{}\"{}",
            host.escape_debug(),
            behind(url, host)
        ));
    };
    let host = host(rest);
    if scheme.eq_ignore_ascii_case("http") {
        let behind = behind(rest, host);
        return Some(format!(
            "callbacks go over https only: write \"https://{}\"{behind}",
            host.escape_debug()
        ));
    }
    if !url.is_ascii() {
        let message =
            "it has a character that no URL has: percent-encode it, or write the host as xn--…";
        return Some(message.to_owned());
    }
    let uri = url.parse::<Uri>().ok();
    let valid = uri.is_some_and(|uri| {
        let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
        uri.scheme_str() == Some("https")
            && uri.host().is_some_and(|host| !host.is_empty())
            && !authority.contains('@')
    });
    if !valid || url.contains('#') {
        return Some(format!("{HTTPS}: https://host[:port]/path"));
    }
    None
}

/// What stands before a path, and behind a user name.
fn host(rest: &str) -> &str {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

fn behind(rest: &str, host: &str) -> &'static str {
    if rest.len() > host.len() { ", and the rest as it is" } else { "" }
}

/// What of a URL may be a secret.
pub(crate) fn behind_the_host(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    rest.find(['/', '?']).and_then(|at| rest.get(at + 1..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_https_url_with_a_host_is_fine() {
        for url in [
            "https://webhook.your-domain",
            "https://a.test:8443/onprem/x?y=1",
            "https://10.0.0.1/",
            "https://[::1]/",
            "HTTPS://a.test",
        ] {
            assert_eq!(fault(url), None, "{url}");
        }
    }

    #[test]
    fn a_fault_says_what_to_write_and_repeats_no_secret() {
        for (url, says) in [
            ("webhook.your-domain", "write \"https://webhook.your-domain\""),
            ("a.test/canary", "write \"https://a.test\", and the rest as it is"),
            ("http://a.test/canary", "write \"https://a.test\", and the rest as it is"),
            ("http://user:canary@a.test", "write \"https://a.test\""),
            ("", "an https URL"),
            (" https://a.test", "without white space"),
            ("https://", "https://host"),
            ("https:///canary", "https://host"),
            ("ftp://canary.test", "https://host"),
            ("https://user:canary@a.test", "https://host"),
            ("https://a.test/#canary", "https://host"),
            ("https://a test/canary", "https://host"),
            ("https://a.test/canary/…", "a character that no URL has"),
            ("https://bücher.test/canary", "a character that no URL has"),
        ] {
            let fault = fault(url).unwrap();
            assert!(fault.contains(says), "{url}: {fault}");
            assert!(!fault.contains("canary"), "{url}: {fault}");
        }
    }

    #[test]
    fn a_path_is_what_may_be_secret() {
        assert_eq!(behind_the_host("https://a.test/onprem/x?y"), "onprem/x?y");
        assert_eq!(behind_the_host("https://a.test?y"), "y");
        assert_eq!(behind_the_host("https://a.test"), "");
    }
}
