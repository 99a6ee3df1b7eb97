//! Sets of numbers by sender, a bit each: the account is part of the memory that is measured.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Bits(HashMap<u32, Vec<u64>>);

impl Bits {
    /// False if it was there.
    pub(crate) fn insert(&mut self, sender: u32, number: u32) -> bool {
        let words = self.0.entry(sender).or_default();
        let (at, bit) = (number as usize / 64, 1 << (number % 64));
        if words.len() <= at {
            words.resize(at + 1, 0);
        }
        let is_new = words[at] & bit == 0;
        words[at] |= bit;
        is_new
    }

    pub(crate) fn len(&self) -> u64 {
        self.not_in(&Bits::default())
    }

    /// How many of these are not in others.
    pub(crate) fn not_in(&self, others: &Bits) -> u64 {
        let missing = self.0.iter().flat_map(|(sender, words)| {
            let others = others.0.get(sender).map(Vec::as_slice).unwrap_or_default();
            let others = others.iter().chain(std::iter::repeat(&0));
            words.iter().zip(others).map(|(word, other)| u64::from((word & !other).count_ones()))
        });
        missing.sum()
    }
}
