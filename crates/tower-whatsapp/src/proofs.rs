//! [`Proofs`]: what a request must show at an endpoint.

use crate::head;
use http::{HeaderMap, HeaderName};
use std::{borrow::Cow, fmt};
use whatsapp_notification::Proof;
use whatsapp_signature::{Credential, Refusal, RefusalKind, Scheme, Source};

/// One of several alternatives, each of one or more schemes.
#[derive(Debug)]
pub(crate) enum Proofs {
    /// Only by `insecure_unverified`.
    Nothing,
    One(Placed),
    Any(Vec<Vec<Placed>>),
}

/// A scheme, and where its credential stands.
pub(crate) struct Placed {
    scheme: Box<dyn Scheme>,
    place: Place,
}

enum Place {
    Header(HeaderName),
    Path,
    Query(Box<str>),
    /// Where this version does not look.
    Unsupported,
}

/// Where in the head of a request credentials may stand.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    /// The path's segment `{secret}`, empty where there is none.
    pub(crate) secret: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) headers: &'a HeaderMap,
}

/// What the head of a request has shown.
#[derive(Debug)]
pub(crate) enum Shown {
    /// Nothing is asked for.
    Nothing,
    One(Credential),
    /// For each alternative its schemes' credentials, or `None` where one is refused.
    Any(Vec<Option<Vec<Credential>>>),
}

impl Proofs {
    /// Asks for `scheme` beside what is asked for last.
    pub(crate) fn and(self, scheme: Box<dyn Scheme>) -> Self {
        let mut all = self.alternatives();
        match all.last_mut() {
            Some(last) => last.push(Placed::new(scheme)),
            None => return Proofs::One(Placed::new(scheme)),
        }
        Proofs::Any(all)
    }

    /// Takes `scheme` for a proof, too.
    pub(crate) fn or(self, scheme: Box<dyn Scheme>) -> Self {
        let mut all = self.alternatives();
        if all.is_empty() {
            return Proofs::One(Placed::new(scheme));
        }
        all.push(vec![Placed::new(scheme)]);
        Proofs::Any(all)
    }

    fn alternatives(self) -> Vec<Vec<Placed>> {
        match self {
            Proofs::Nothing => Vec::new(),
            Proofs::One(placed) => vec![vec![placed]],
            Proofs::Any(all) => all,
        }
    }

    /// All schemes, in the order in which they were added.
    #[cfg(feature = "tracing")]
    pub(crate) fn schemes(&self) -> impl Iterator<Item = &dyn Scheme> {
        self.placed().map(|placed| &*placed.scheme)
    }

    fn placed(&self) -> impl Iterator<Item = &Placed> {
        let (one, any) = match self {
            Proofs::Nothing => (None, &[][..]),
            Proofs::One(placed) => (Some(placed), &[][..]),
            Proofs::Any(all) => (None, &all[..]),
        };
        one.into_iter().chain(any.iter().flatten())
    }

    /// True if a credential stands where this version does not look.
    pub(crate) fn has_unsupported(&self) -> bool {
        self.placed().any(|placed| matches!(placed.place, Place::Unsupported))
    }

    /// Whether the path holds a secret; `None` if some alternatives say so and some do not.
    pub(crate) fn in_path(&self) -> Option<bool> {
        let Proofs::Any(all) = self else { return Some(self.placed().any(Placed::is_in_path)) };
        let mut in_path = all.iter().map(|schemes| schemes.iter().any(Placed::is_in_path));
        let first = in_path.next().unwrap_or_default();
        in_path.all(|other| other == first).then_some(first)
    }

    /// Whether the path's secret, if there is one, is right; and the credential if that is all that
    /// is asked for.
    #[inline]
    pub(crate) fn path_credential(&self, secret: &str) -> Option<Option<Credential>> {
        let accepts = |placed: &Placed| placed.scheme.credential(&[secret.as_bytes()]);
        match self {
            Proofs::One(placed) if placed.is_in_path() => accepts(placed).ok().map(Some),
            Proofs::Any(all) => {
                let is_right = |schemes: &Vec<Placed>| {
                    let mut in_path = schemes.iter().filter(|placed| placed.is_in_path());
                    in_path.all(|placed| accepts(placed).is_ok())
                };
                all.iter().any(is_right).then_some(None)
            }
            _ => Some(None),
        }
    }

    /// The credentials in a request's head. Of several refusals it is the first that is about a
    /// credential that is there.
    pub(crate) fn credential(&self, head: Head<'_>) -> Result<Shown, Refusal> {
        let all = match self {
            Proofs::Nothing => return Ok(Shown::Nothing),
            Proofs::One(placed) => return placed.credential(head).map(Shown::One),
            Proofs::Any(all) => all,
        };
        let mut refusal = Refusal::new(RefusalKind::Missing);
        let mut shown = Vec::with_capacity(all.len());
        for schemes in all {
            let credentials: Result<Vec<_>, _> =
                schemes.iter().map(|placed| placed.credential(head)).collect();
            shown.push(match credentials {
                Ok(credentials) => Some(credentials),
                Err(other) => {
                    if refusal.kind() == RefusalKind::Missing {
                        refusal = other;
                    }
                    None
                }
            });
        }
        if shown.iter().any(Option::is_some) { Ok(Shown::Any(shown)) } else { Err(refusal) }
    }

    /// Verifies exactly the body's bytes. `Ok(None)` if nothing is asked for.
    pub(crate) fn verify(&self, shown: &Shown, body: &[u8]) -> Result<Option<Proof>, Refusal> {
        match (self, shown) {
            (Proofs::Nothing, Shown::Nothing) => Ok(None),
            (Proofs::One(placed), Shown::One(credential)) => {
                placed.verify(credential, body).map(Some)
            }
            (Proofs::Any(all), Shown::Any(shown)) => {
                let shown =
                    all.iter().zip(shown).filter_map(|(all, shown)| Some((all, shown.as_ref()?)));
                let mut refusal = Refusal::new(RefusalKind::Missing);
                for (schemes, credentials) in shown {
                    match verify_all(schemes, credentials, body) {
                        Ok(proof) => return Ok(Some(proof)),
                        Err(other) => refusal = other,
                    }
                }
                Err(refusal)
            }
            // Nothing else is shown; were it, nobody gets in.
            _ => Err(RefusalKind::Missing.into()),
        }
    }
}

/// Verifies all schemes of an alternative. What is told is the one that covers the body, or else
/// the first.
fn verify_all(
    schemes: &[Placed],
    credentials: &[Credential],
    body: &[u8],
) -> Result<Proof, Refusal> {
    let mut told: Option<Proof> = None;
    let mut covered = false;
    for (placed, credential) in schemes.iter().zip(credentials) {
        let proof = placed.verify(credential, body)?;
        let covers = matches!(credential, Credential::Tag(_));
        if told.is_none() || (covers && !covered) {
            told = Some(proof);
            covered = covers;
        }
    }
    told.ok_or(RefusalKind::Missing.into())
}

impl Placed {
    fn new(scheme: Box<dyn Scheme>) -> Self {
        let place = match scheme.source() {
            Source::Path => Place::Path,
            Source::Query(parameter) => Place::Query(parameter.into()),
            Source::Header(name) => {
                HeaderName::from_bytes(name.as_bytes()).map_or(Place::Unsupported, Place::Header)
            }
            _ => Place::Unsupported,
        };
        Placed { scheme, place }
    }

    fn is_in_path(&self) -> bool {
        matches!(self.place, Place::Path)
    }

    fn credential(&self, head: Head<'_>) -> Result<Credential, Refusal> {
        match &self.place {
            Place::Header(name) => {
                let mut values = head::values(head.headers, name);
                match (values.next(), values.next()) {
                    (None, _) => self.scheme.credential(&[]),
                    (Some(value), None) => self.scheme.credential(&[value]),
                    (Some(first), Some(second)) => {
                        let all: Vec<_> = [first, second].into_iter().chain(values).collect();
                        self.scheme.credential(&all)
                    }
                }
            }
            Place::Path => self.scheme.credential(&[head.secret.as_bytes()]),
            Place::Query(parameter) => {
                let query = form_urlencoded::parse(head.query.unwrap_or_default().as_bytes());
                let values: Vec<Cow<'_, str>> = query
                    .filter(|(name, _)| **name == **parameter)
                    .map(|(_, value)| value)
                    .collect();
                let values: Vec<_> = values.iter().map(|value| value.as_bytes()).collect();
                self.scheme.credential(&values)
            }
            // No layer is built with one; were it, nobody gets in.
            Place::Unsupported => Err(RefusalKind::Missing.into()),
        }
    }

    fn verify(&self, credential: &Credential, body: &[u8]) -> Result<Proof, Refusal> {
        let secret = self.scheme.verify(credential, body)?;
        Ok(Proof::new(self.scheme.name(), secret))
    }
}

impl fmt::Debug for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme.name())
    }
}
