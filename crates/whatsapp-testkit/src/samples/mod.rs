//! Notifications made from a seed.

mod batch;
mod cloud;
mod content;
mod json;
mod kinds;
mod onprem;

pub use json::{escape, escape_json};

use bytes::Bytes;
use fastrand::Rng;
use std::collections::BTreeMap;

/// Which API's form a sample has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Api {
    /// `entry` and `changes`.
    Cloud,
    /// Flat.
    OnPremises,
}

/// Where the `type` of a message stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyOrder {
    /// After the content, as in deliveries.
    #[default]
    TypeLast,
    /// Before the content, as documented.
    TypeFirst,
}

/// A notification, and what a right receiver finds in it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The body of the POST.
    pub body: Bytes,
    /// Its form.
    pub api: Api,
    /// How many events of each kind it holds: `text`, `image` and the other message types,
    /// `other_message` for a type that is not documented, `status`, `error`, `contact` (one of no
    /// message or status), and the others of [`Samples::kinds`].
    pub events: BTreeMap<&'static str, usize>,
}

/// Makes notifications. The same seed gives the same ones in the same order.
///
/// ```
/// use whatsapp_testkit::{KeyOrder, Samples};
///
/// let mut samples = Samples::new(1).key_order(KeyOrder::TypeFirst);
/// let (one, two) = (samples.text(), samples.text());
/// assert_ne!(one.body, two.body);
/// assert_eq!(one.body, Samples::new(1).key_order(KeyOrder::TypeFirst).text().body);
/// ```
#[derive(Clone, Debug)]
pub struct Samples {
    rng: Rng,
    order: KeyOrder,
}

/// One message, status or the like on its way into a body.
struct Item {
    kind: &'static str,
    json: String,
    contact: Option<String>,
}

impl Samples {
    /// Samples of this seed, with `type` last.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Samples { rng: Rng::with_seed(seed), order: KeyOrder::default() }
    }

    /// The same with `type` elsewhere.
    #[must_use]
    pub fn key_order(mut self, order: KeyOrder) -> Self {
        self.order = order;
        self
    }

    fn digits(&mut self, count: usize) -> String {
        let mut digits: String = (0..count).map(|_| self.rng.digit(10)).collect();
        if digits.starts_with('0') {
            digits.replace_range(..1, "1");
        }
        digits
    }

    /// Digits of a number in the range that is kept for fiction.
    fn number(&mut self) -> String {
        format!("1555{}", self.digits(7))
    }

    fn timestamp(&mut self) -> String {
        (1_750_000_000 + self.rng.u32(0..30_000_000)).to_string()
    }

    /// A message id as the Cloud API writes them.
    fn wamid(&mut self) -> String {
        format!("wamid.HBgL{}=", self.token(48))
    }

    fn token(&mut self, count: usize) -> String {
        (0..count).map(|_| self.rng.alphanumeric()).collect()
    }

    fn hex(&mut self, count: usize) -> String {
        (0..count).map(|_| self.rng.digit(16)).collect()
    }

    fn word(&mut self) -> String {
        const SYLLABLES: [&str; 12] =
            ["ka", "lo", "mi", "ren", "ta", "su", "ve", "nor", "pi", "dal", "es", "um"];
        (0..self.rng.usize(1..4)).map(|_| SYLLABLES[self.rng.usize(..SYLLABLES.len())]).collect()
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn name(&mut self) -> String {
        let name = self.words(2);
        let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
        name.split(' ').map(capital).collect::<Vec<_>>().join(" ")
    }
}

/// Counts kinds.
fn count<'a>(kinds: impl IntoIterator<Item = &'a &'static str>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for kind in kinds {
        *counts.entry(*kind).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn all(seed: u64) -> Vec<Sample> {
        let mut samples = Samples::new(seed);
        let mut all = samples.mixed(256);
        all.extend(samples.onprem_mixed(32));
        all.extend([samples.statuses(20), samples.mixed_batch(50_000), samples.shuffled_text()]);
        all
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let bodies = |seed| all(seed).into_iter().map(|sample| sample.body).collect::<Vec<_>>();
        assert_eq!(bodies(1), bodies(1));
        assert!(bodies(1).iter().zip(bodies(2)).all(|(one, two)| *one != two));
        let distinct: std::collections::HashSet<_> = bodies(1).into_iter().collect();
        assert_eq!(distinct.len(), bodies(1).len());
    }

    #[test]
    fn every_sample_is_json_in_whatsapps_byte_form() {
        for sample in all(3) {
            serde_json::from_slice::<Value>(&sample.body).expect("JSON");
            assert!(sample.body.is_ascii());
            assert!(!sample.body.windows(2).any(|two| two[1] == b'/' && two[0] != b'\\'));
            assert!(sample.events.values().sum::<usize>() > 0);
        }
    }

    #[test]
    fn sizes_are_those_of_real_notifications() {
        let mut samples = Samples::new(5);
        let mut size = |count: usize, make: fn(&mut Samples) -> Sample| {
            (0..count).map(|_| make(&mut samples).body.len()).sum::<usize>() / count
        };
        for (bytes, make) in [
            (600, Samples::text as fn(&mut Samples) -> Sample),
            (600, Samples::status),
            (900, Samples::image),
            (700, Samples::interactive),
            (1500, Samples::order),
            (1000, Samples::hindi_text),
            (350_000, |samples| samples.statuses(1000)),
            (2_500_000, |samples| samples.mixed_batch(2_500_000)),
        ] {
            // Large ones vary little.
            let found = size(if bytes > 10_000 { 2 } else { 50 }, make);
            assert!(found.abs_diff(bytes) * 5 < bytes, "{found} instead of {bytes}");
        }
    }

    #[test]
    fn the_type_stands_where_it_is_wanted() {
        for (order, first) in
            [(KeyOrder::TypeLast, "\"text\":{"), (KeyOrder::TypeFirst, "\"type\":")]
        {
            let body = Samples::new(1).key_order(order).text().body;
            let text = String::from_utf8(body.to_vec()).expect("UTF-8");
            let at = |needle| text.find(needle).expect("in the text");
            assert!(at(first) <= at("\"text\":{").min(at("\"type\":")));
        }
    }
}
