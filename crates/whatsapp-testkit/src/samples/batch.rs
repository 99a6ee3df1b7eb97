//! Batches: up to what one POST may hold, and beyond.

use super::{
    Api, Item, Sample, Samples,
    cloud::{MESSAGES, body_of, messages_change},
    count,
};

impl Samples {
    /// This many statuses in one `value`; about 350 bytes each.
    pub fn statuses(&mut self, count: usize) -> Sample {
        let items = (0..count).map(|_| self.status_item()).collect();
        self.batch(vec![vec![items]])
    }

    /// Several accounts, changes and kinds side by side, of about this many bytes.
    pub fn mixed_batch(&mut self, bytes: usize) -> Sample {
        let (mut entries, mut size) = (Vec::new(), 0);
        while size < bytes {
            let mut changes = Vec::new();
            while changes.len() < 4 && size < bytes {
                let items: Vec<_> = (0..20).map(|at| self.batch_item(at)).collect();
                size += items.iter().map(|item| item.json.len() + 60).sum::<usize>() + 150;
                changes.push(items);
            }
            entries.push(changes);
        }
        self.batch(entries)
    }

    fn batch_item(&mut self, at: usize) -> Item {
        match at {
            0..10 => self.status_item(),
            10..15 => self.message("text"),
            19 => Item { kind: "error", json: self.error_item(130_429), contact: None },
            _ => {
                let kind = MESSAGES[self.rng.usize(..MESSAGES.len())];
                self.message(kind)
            }
        }
    }

    /// Entries of changes of items.
    fn batch(&mut self, entries: Vec<Vec<Vec<Item>>>) -> Sample {
        let mut kinds = Vec::new();
        let mut bodies = Vec::new();
        for changes in entries {
            let mut of_entry = Vec::new();
            for items in changes {
                kinds.extend(items.iter().map(|item| item.kind));
                of_entry.push(messages_change(self.value_of(items)));
            }
            bodies.push(self.entry(&of_entry));
        }
        Sample { body: body_of(&bodies).into(), api: Api::Cloud, events: count(&kinds) }
    }
}
