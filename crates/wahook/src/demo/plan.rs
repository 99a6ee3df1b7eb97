//! What the sender posts, in which order, and what a right receiver makes of it.

use fastrand::Rng;
use std::collections::BTreeMap;
use whatsapp_testkit::{Api, Sample, Samples};

/// Texts that WhatsApp escapes: Hindi, Arabic, Chinese, Russian, and beyond the basic plane.
const SCRIPTS: [&str; 5] = [
    "नमस्ते, क्या यह मिलेगा?",
    "مرحبا، هل هذا متوفر؟",
    "你好，还有货吗？",
    "Здравствуйте, это ещё есть?",
    "👍🏽 ok / @",
];

/// One request.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A notification as WhatsApp sends it.
    Notification(Sample),
    /// The same notification as some step before.
    Again(Sample),
    /// A notification with a signature that belongs to another body.
    Forged(Sample),
    /// The GET challenge, with the right token or a wrong one.
    Challenge { right: bool },
}

impl Step {
    /// The status with which a right receiver answers.
    pub(super) fn expected_status(&self) -> u16 {
        match self {
            Step::Notification(_) | Step::Again(_) | Step::Challenge { right: true } => 200,
            Step::Forged(_) => 401,
            Step::Challenge { right: false } => 403,
        }
    }

    /// The events that a receiver finds in it.
    fn events(&self) -> Option<&BTreeMap<&'static str, usize>> {
        match self {
            Step::Notification(sample) | Step::Again(sample) => Some(&sample.events),
            Step::Forged(_) | Step::Challenge { .. } => None,
        }
    }
}

/// Events with neither an id nor a time: nothing tells a repeat of one from a second one, so they are
/// not sent again.
const WITHOUT_ID: [&str; 5] = ["account_review_update", "contact", "error", "malformed", "unknown"];

fn can_be_known_again(sample: &Sample) -> bool {
    sample.events.keys().all(|kind| !WITHOUT_ID.contains(kind))
}

/// The requests of a run. All kinds come early, so that a short run has them too.
pub(super) fn steps(seed: u64, count: usize) -> Vec<Step> {
    let mut samples = Samples::new(seed);
    let mut rng = Rng::with_seed(seed);
    let mut mixed = samples.mixed(count).into_iter().cycle();
    let mut onprem = samples.onprem_mixed(count).into_iter().cycle();
    let mut sent: Vec<Sample> = Vec::new();
    let mut steps = Vec::with_capacity(count);
    for at in 0..count {
        let sample = match at % 25 {
            0 | 1 => {
                steps.push(Step::Challenge { right: at % 25 == 0 });
                continue;
            }
            2 => samples.text_of(SCRIPTS[at / 25 % SCRIPTS.len()]),
            3 => samples.broken(),
            4 => samples.other_message(),
            5 => {
                steps.push(Step::Forged(samples.text()));
                continue;
            }
            6 => samples.statuses(10),
            7 => samples.change(),
            8 => samples.mixed_batch(10_000),
            9 | 19 if !sent.is_empty() => {
                steps.push(Step::Again(sent[rng.usize(..sent.len())].clone()));
                continue;
            }
            10 => samples.error(),
            11 => samples.group_text(),
            12 => samples.text_without_number(),
            at if at % 3 == 0 => onprem.next().unwrap_or_else(|| samples.onprem_text()),
            _ => mixed.next().unwrap_or_else(|| samples.text()),
        };
        if can_be_known_again(&sample) {
            sent.push(sample.clone());
        }
        steps.push(Step::Notification(sample));
    }
    steps
}

/// What a right receiver makes of all steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) requests: usize,
    /// Notifications that came before, and the events in them.
    pub(super) repeats: usize,
    pub(super) duplicates: usize,
    pub(super) answers: BTreeMap<u16, usize>,
    pub(super) events: BTreeMap<&'static str, usize>,
}

/// `once`: what came before is known again, and not handled twice.
pub(super) fn expected(steps: &[Step], once: bool) -> Expected {
    let mut expected = Expected { requests: steps.len(), ..Expected::default() };
    for step in steps {
        *expected.answers.entry(step.expected_status()).or_insert(0) += 1;
        let is_repeat = matches!(step, Step::Again(_));
        expected.repeats += usize::from(is_repeat);
        for (kind, count) in step.events().into_iter().flatten() {
            if is_repeat {
                expected.duplicates += count;
            }
            if !(is_repeat && once) {
                *expected.events.entry(kind).or_insert(0) += count;
            }
        }
    }
    expected
}

/// The path that a sample is posted to.
pub(super) fn path(api: Api, hook: &str) -> String {
    match api {
        Api::Cloud => "/whatsapp".to_owned(),
        Api::OnPremises => format!("/onprem/{hook}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_run_has_everything() {
        let steps = steps(1, 25);
        let expected = super::expected(&steps, true);
        assert_eq!(expected.requests, 25);
        assert_eq!(expected.answers.keys().copied().collect::<Vec<_>>(), [200, 401, 403]);
        assert_eq!(expected.repeats, 2);
        for kind in [
            "text",
            "status",
            "error",
            "account_review_update",
            "malformed",
            "unknown",
            "other_message",
        ] {
            assert!(expected.events.contains_key(kind), "{kind}");
        }
        let total = |expected: &Expected| expected.events.values().sum::<usize>();
        let twice = super::expected(&steps, false);
        assert_eq!(total(&twice), total(&expected) + expected.duplicates);
    }

    #[test]
    fn the_same_seed_plans_the_same() {
        let expected = |seed| expected(&steps(seed, 200), true);
        assert_eq!(expected(3), expected(3));
        assert_ne!(expected(3).events, expected(4).events);
        assert_eq!(steps(3, 1).len(), 1);
    }
}
