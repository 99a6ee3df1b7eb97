//! [`PathPattern`]: the path of an endpoint, exact or with segments that stand for something.

/// An endpoint's path. Compared as it stands in the request, not decoded.
pub(crate) enum PathPattern {
    Exact(Box<str>),
    Segments(Box<[Segment]>),
}

#[derive(PartialEq, Eq)]
pub(crate) enum Segment {
    Literal(Box<str>),
    Secret,
    Tenant,
}

/// What stood in a path's segments `{secret}` and `{tenant}`; empty where the pattern has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params<'p> {
    pub(crate) secret: &'p str,
    pub(crate) tenant: &'p str,
}

impl PathPattern {
    /// `None` for what no request's path can match.
    pub(crate) fn new(path: &str) -> Option<Self> {
        let parsed = http::uri::PathAndQuery::try_from(path).ok()?;
        if !path.starts_with('/') || parsed.as_str() != path || parsed.query().is_some() {
            return None;
        }
        let segments = path.split('/').map(|segment| match segment {
            "{secret}" => Some(Segment::Secret),
            "{tenant}" => Some(Segment::Tenant),
            // A brace would be another router's pattern, taken for literal text here.
            _ => (!segment.contains(['{', '}'])).then(|| Segment::Literal(segment.into())),
        });
        let segments: Box<[Segment]> = segments.collect::<Option<_>>()?;
        let count = |of: Segment| segments.iter().filter(|segment| **segment == of).count();
        match (count(Segment::Secret), count(Segment::Tenant)) {
            (0, 0) => Some(PathPattern::Exact(path.into())),
            (0 | 1, 0 | 1) => Some(PathPattern::Segments(segments)),
            _ => None,
        }
    }

    pub(crate) fn has_secret(&self) -> bool {
        self.has(&Segment::Secret)
    }

    pub(crate) fn has_tenant(&self) -> bool {
        self.has(&Segment::Tenant)
    }

    fn has(&self, segment: &Segment) -> bool {
        matches!(self, PathPattern::Segments(segments) if segments.contains(segment))
    }

    pub(crate) fn is_exact(&self) -> bool {
        matches!(self, PathPattern::Exact(_))
    }

    /// True if every path that matches this one matches the other, too.
    pub(crate) fn is_same(&self, other: &PathPattern) -> bool {
        match (self, other) {
            (PathPattern::Exact(one), PathPattern::Exact(other)) => one == other,
            (PathPattern::Segments(one), PathPattern::Segments(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|pair| match pair {
                        (Segment::Literal(one), Segment::Literal(other)) => one == other,
                        (Segment::Literal(_), _) | (_, Segment::Literal(_)) => false,
                        _ => true,
                    })
            }
            _ => false,
        }
    }

    /// What stands in the segments of a path of this shape.
    #[inline]
    pub(crate) fn params<'p>(&self, path: &'p str) -> Option<Params<'p>> {
        match self {
            PathPattern::Exact(exact) => (**exact == *path).then(Params::default),
            PathPattern::Segments(segments) => params(segments, path),
        }
    }
}

fn params<'p>(segments: &[Segment], path: &'p str) -> Option<Params<'p>> {
    let mut params = Params::default();
    let mut parts = path.split('/');
    for segment in segments {
        let part = parts.next()?;
        match segment {
            Segment::Literal(literal) if **literal == *part => {}
            Segment::Literal(_) => return None,
            Segment::Secret | Segment::Tenant if part.is_empty() => return None,
            // Clients resolve these: it is somebody who hopes for a file of another folder.
            Segment::Tenant if matches!(part, "." | "..") => return None,
            Segment::Secret => params.secret = part,
            Segment::Tenant => params.tenant = part,
        }
    }
    parts.next().is_none().then_some(params)
}

#[cfg(test)]
mod tests {
    use super::{Params, PathPattern};

    fn secret_in<'p>(path: &PathPattern, request: &'p str) -> Option<&'p str> {
        path.params(request).map(|params| params.secret)
    }

    #[test]
    fn a_tenant_and_a_secret_are_told_apart() {
        let path = PathPattern::new("/{tenant}/in/{secret}").expect("valid");
        assert!(path.has_secret() && path.has_tenant() && !path.is_exact());
        let params = Params { tenant: "shop", secret: "s3cret" };
        assert_eq!(path.params("/shop/in/s3cret"), Some(params));
        for other in ["/shop/in/", "//in/s3cret", "/shop/in", "/shop/out/s3cret", "/shop/in/s/t"] {
            assert_eq!(path.params(other), None, "{other}");
        }
        for other in ["/./in/s3cret", "/../in/s3cret"] {
            assert_eq!(path.params(other), None, "{other}");
        }
        assert!(path.params("/.../in/s3cret").is_some());
    }

    #[test]
    fn patterns_that_match_the_same_paths_are_the_same() {
        let is_same = |one: &str, other: &str| {
            let path = |path| PathPattern::new(path).expect("valid");
            path(one).is_same(&path(other))
        };
        assert!(is_same("/a", "/a") && is_same("/a/{secret}", "/a/{tenant}"));
        assert!(!is_same("/a", "/b") && !is_same("/a/{secret}", "/b/{secret}"));
        assert!(!is_same("/a/b", "/a/{secret}") && !is_same("/a/{secret}", "/{secret}/a"));
        assert!(!is_same("/a/{secret}", "/a/{secret}/b"));
    }

    #[test]
    fn an_exact_path_is_matched_to_the_letter() {
        let path = PathPattern::new("/whatsapp").expect("valid");
        assert!(!path.has_secret() && path.params("/whatsapp").is_some());
        for other in ["/", "/whatsapp/", "/whatsApp", "/whatsap", "/whatsapp2", "/%77hatsapp", "*"]
        {
            assert_eq!(secret_in(&path, other), None, "{other}");
        }
    }

    #[test]
    fn the_secret_is_one_whole_segment() {
        let path = PathPattern::new("/a/{secret}").expect("valid");
        assert_eq!(secret_in(&path, "/a/s3cret"), Some("s3cret"));
        for other in ["/a/", "/a", "/a/x/y", "/a/x/", "/b/x", "/a//x"] {
            assert_eq!(secret_in(&path, other), None, "{other}");
        }
        let path = PathPattern::new("/{secret}/in").expect("valid");
        assert_eq!(secret_in(&path, "/s3cret/in"), Some("s3cret"));
        assert_eq!(secret_in(&path, "//in"), None);
        assert_eq!(secret_in(&path, "/in"), None);
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
            "/{tenant}/{tenant}",
            "/}",
            "http://host/a",
        ] {
            assert!(PathPattern::new(path).is_none(), "{path}");
        }
        assert!(PathPattern::new("/").is_some());
    }
}
