//! Bodies that were read lately: one that holds many events is read and parsed once.

use crate::{
    Store, StoreError,
    store::{BodyId, StoredBody},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::OnceCell;
use whatsapp_notification::Event;

/// A cache with room for so many bytes, or for the one body that was read last.
pub(super) struct Bodies {
    room: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    slots: HashMap<BodyId, Slot>,
    bytes: usize,
    clock: u64,
}

struct Slot {
    cell: Arc<OnceCell<Opened>>,
    bytes: usize,
    used: u64,
}

/// The events of a body by their places, or why there are none.
type Opened = Result<Vec<(u32, Event)>, &'static str>;

impl Bodies {
    pub(super) fn new(room: usize) -> Self {
        Bodies { room, state: Mutex::default() }
    }

    /// The event at this place; or why there is none, now or later.
    pub(super) async fn event<S: Store>(
        &self,
        store: &S,
        id: BodyId,
        offset: u32,
    ) -> Result<Result<Event, &'static str>, StoreError> {
        let cell = self.cell(id);
        let opened = cell.get_or_try_init(|| async {
            let opened = store.body(id).await?.map_or(Err("its body is not there"), open);
            self.weigh(id, &opened);
            Ok(opened)
        });
        Ok(opened.await?.as_ref().map_err(|reason| *reason).and_then(|events| {
            let at = events.binary_search_by_key(&offset, |(at, _)| *at);
            let event = at.ok().and_then(|at| events.get(at)).map(|(_, event)| event.clone());
            event.ok_or("its body has no event at that place")
        }))
    }

    fn cell(&self, id: BodyId) -> Arc<OnceCell<Opened>> {
        let mut state = self.state();
        state.clock += 1;
        let used = state.clock;
        let new = || Slot { cell: Arc::default(), bytes: 0, used };
        let slot = state.slots.entry(id).or_insert_with(new);
        slot.used = used;
        slot.cell.clone()
    }

    /// Notes what a body takes, and forgets those that were used longest ago.
    fn weigh(&self, id: BodyId, opened: &Opened) {
        const SLOT: usize = 256;
        let events = opened.as_deref().unwrap_or_default();
        let body = events.first().map_or(0, |(_, event)| event.notification().body().len());
        let bytes = SLOT + body + events.len() * 64;
        let mut state = self.state();
        let Some(slot) = state.slots.get_mut(&id) else { return };
        slot.bytes = bytes;
        state.bytes += bytes;
        if state.bytes <= self.room {
            return;
        }
        // Down to half, so that the sorting is rare.
        let old = state.slots.iter().filter(|(other, slot)| slot.bytes > 0 && **other != id);
        let mut by_use: Vec<_> = old.map(|(id, slot)| (slot.used, *id)).collect();
        by_use.sort_unstable();
        for (_, old) in by_use {
            if state.bytes <= self.room / 2 {
                break;
            }
            let freed = state.slots.remove(&old).map_or(0, |slot| slot.bytes);
            state.bytes -= freed;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(stored: StoredBody) -> Opened {
    let place = |event: Event| (u32::try_from(event.offset()).unwrap_or(u32::MAX), event);
    let mut events: Vec<_> = stored.notification().into_iter().map(place).collect();
    events.sort_by_key(|(offset, _)| *offset);
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Inbox,
        store::{MemoryStore, Scan, Seq},
    };
    use tower::Service;
    use whatsapp_notification::{Origin, Parser, Proof};
    use whatsapp_testkit::Samples;

    #[tokio::test]
    async fn every_event_is_found_again_as_it_was() {
        let store = MemoryStore::new();
        let mut inbox = Inbox::new(store.clone());
        let mut samples = Samples::new(11);
        let (mut sent, mut bodies) = (Vec::new(), samples.mixed(64));
        bodies.extend(samples.onprem_mixed(16));
        bodies.push(samples.mixed_batch(200_000));
        for sample in bodies {
            let origin = Origin::new("shop").proven(Proof::new("hub", "new"));
            let notification = Parser::new().parse(sample.body, origin).unwrap();
            sent.extend(notification.events());
            let _kept = inbox.call(notification).await.unwrap();
        }
        let cache = Bodies::new(100_000);
        let pending = store.pending(Scan::After(Seq(0)), usize::MAX).await.unwrap();
        assert_eq!(pending.len(), sent.len());
        for (pending, sent) in pending.iter().zip(&sent) {
            let event = cache.event(&store, pending.body, pending.offset).await.unwrap().unwrap();
            assert_eq!((event.kind(), event.raw()), (sent.kind(), sent.raw()));
            assert_eq!(event.notification().origin(), sent.notification().origin());
        }
        let state = cache.state();
        assert_eq!(state.slots.len(), 1); // the large one
        assert_eq!(state.bytes, state.slots.values().map(|slot| slot.bytes).sum::<usize>());
    }
}
