//! [`BaseUrl`]: where an API is. Over https, or plain http to this machine.

use crate::{Error, ErrorKind};
use http::{
    Uri,
    uri::{Authority, Scheme},
};
use std::{fmt, net::IpAddr};

/// Scheme, authority, and a path without a slash at its end.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    path: String,
}

impl BaseUrl {
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] or [`ErrorKind::PlainHttp`]; of the URL they tell no more than the
    /// host.
    pub(crate) fn new(url: &str) -> Result<Self, Error> {
        let invalid = |note: &'static str| Error::noted(ErrorKind::InvalidUrl, note);
        let url = url.trim();
        if !url.contains("://") {
            return Err(invalid("it has no scheme: write https://…"));
        }
        if url.contains('#') {
            return Err(invalid("it has a fragment"));
        }
        let uri: Uri =
            url.parse().map_err(|_| invalid("write it as https://host[:port][/path]"))?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(invalid("it has no host"));
        };
        if authority.as_str().contains('@') {
            return Err(invalid("it holds a user name: give the login apart from it"));
        }
        if authority.host().is_empty() {
            return Err(invalid("it has no host"));
        }
        // `http` takes what stands behind a bracket, as in `[::1].example.test`, and any digits for a
        // port; what another HTTP client makes of it nobody knows.
        let behind_host = &authority.as_str()[authority.host().len()..];
        if !behind_host.is_empty() && authority.port_u16().is_none() {
            return Err(invalid("its port is none, or something stands behind its host"));
        }
        if scheme == Scheme::HTTP && !is_loopback(authority.host()) {
            return Err(Error::new(ErrorKind::PlainHttp));
        }
        if scheme != Scheme::HTTP && scheme != Scheme::HTTPS {
            return Err(invalid("its scheme is neither https nor http"));
        }
        let path = match &parts.path_and_query {
            Some(path) if path.query().is_some() => return Err(invalid("it has a query")),
            Some(path) => path.path().trim_end_matches('/').to_owned(),
            None => String::new(),
        };
        Ok(BaseUrl { scheme, authority, path })
    }

    /// The URL of a path of the API's.
    pub(crate) fn join(&self, path: &str) -> Result<Uri, Error> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path}", self.path))
            .build()
            .map_err(|error| Error::because(ErrorKind::InvalidUrl, error))
    }
}

/// True for `localhost` and the loopback addresses.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Shows no path: a proxy's may be a secret.
impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for url in
            ["http://localhost:9", "http://127.0.0.1", "http://127.8.8.8:1/x", "http://[::1]:80"]
        {
            assert!(BaseUrl::new(url).is_ok(), "{url}");
        }
        for url in [
            "http://example.test",
            "http://10.0.0.1",
            "http://localhost.example.test",
            "http://127.0.0.1.example.test",
            "http://[2001:db8::1]",
        ] {
            assert_eq!(BaseUrl::new(url).unwrap_err().kind(), ErrorKind::PlainHttp, "{url}");
        }
    }

    #[test]
    fn what_is_no_url_of_an_api_is_refused_without_repeating_it() {
        for url in [
            "",
            "canary",
            "canary.test:443",
            "https://",
            "https:///canary",
            "ftp://canary.test",
            "https://user:canary@example.test",
            "https://example.test/?key=canary",
            "https://example.test/#canary",
            "https://can ary.test",
            "http://[::1].canary.test",
            "http://[127.0.0.1]canary",
            "http://localhost:99999",
        ] {
            let error = BaseUrl::new(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidUrl, "{url}");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }

    #[test]
    fn paths_are_joined() {
        for (base, whole) in [
            ("https://a.test", "https://a.test/v1/x"),
            ("https://a.test:8443/", "https://a.test:8443/v1/x"),
            ("https://a.test/wa/", "https://a.test/wa/v1/x"),
        ] {
            assert_eq!(BaseUrl::new(base).unwrap().join("/v1/x").unwrap(), whole);
        }
    }
}
