//! [`PathPattern`]: the path of an endpoint, exact or with one `{secret}` segment.

const SECRET: &str = "{secret}";

/// An endpoint's path. Compared as it stands in the request, not decoded.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PathPattern {
    Exact(Box<str>),
    /// What stands before and after the segment that is the secret.
    WithSecret(Box<str>, Box<str>),
}

impl PathPattern {
    /// `None` for what no request's path can match.
    pub(crate) fn new(path: &str) -> Option<Self> {
        let parsed = http::uri::PathAndQuery::try_from(path).ok()?;
        if !path.starts_with('/') || parsed.as_str() != path || parsed.query().is_some() {
            return None;
        }
        let Some((before, after)) = path.split_once(SECRET) else {
            return is_plain(path).then(|| PathPattern::Exact(path.into()));
        };
        let whole_segment = before.ends_with('/') && (after.is_empty() || after.starts_with('/'));
        (whole_segment && is_plain(before) && is_plain(after))
            .then(|| PathPattern::WithSecret(before.into(), after.into()))
    }

    pub(crate) fn has_secret(&self) -> bool {
        matches!(self, PathPattern::WithSecret(..))
    }

    /// The secret segment of a path of this shape, empty where there is none to find.
    #[inline]
    pub(crate) fn secret_in<'p>(&self, path: &'p str) -> Option<&'p str> {
        match self {
            PathPattern::Exact(exact) => (**exact == *path).then_some(""),
            PathPattern::WithSecret(before, after) => {
                let segment = path.strip_prefix(&**before)?.strip_suffix(&**after)?;
                (!segment.is_empty() && !segment.contains('/')).then_some(segment)
            }
        }
    }
}

/// A brace would be another router's pattern, taken for literal text here.
fn is_plain(path: &str) -> bool {
    !path.contains(['{', '}'])
}

#[cfg(test)]
mod tests {
    use super::PathPattern;

    #[test]
    fn an_exact_path_is_matched_to_the_letter() {
        let path = PathPattern::new("/whatsapp").expect("valid");
        assert!(!path.has_secret() && path.secret_in("/whatsapp").is_some());
        for other in ["/", "/whatsapp/", "/whatsApp", "/whatsap", "/whatsapp2", "/%77hatsapp", "*"]
        {
            assert_eq!(path.secret_in(other), None, "{other}");
        }
    }

    #[test]
    fn the_secret_is_one_whole_segment() {
        let path = PathPattern::new("/a/{secret}").expect("valid");
        assert_eq!(path.secret_in("/a/s3cret"), Some("s3cret"));
        for other in ["/a/", "/a", "/a/x/y", "/a/x/", "/b/x", "/a//x"] {
            assert_eq!(path.secret_in(other), None, "{other}");
        }
        let path = PathPattern::new("/{secret}/in").expect("valid");
        assert_eq!(path.secret_in("/s3cret/in"), Some("s3cret"));
        assert_eq!(path.secret_in("//in"), None);
        assert_eq!(path.secret_in("/in"), None);
    }

    #[test]
    fn what_no_request_can_match_is_refused() {
        for path in [
            "",
            "whatsapp",
            "*",
            "/a?b",
            "/a#b",
            "/a b",
            "/{id}",
            "/{*rest}",
            "/a{secret}",
            "/{secret}b",
            "/{secret}/{secret}",
            "/}",
            "http://host/a",
        ] {
            assert!(PathPattern::new(path).is_none(), "{path}");
        }
        assert!(PathPattern::new("/").is_some());
    }
}
