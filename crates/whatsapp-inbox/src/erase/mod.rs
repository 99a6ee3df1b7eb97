//! [`erase_contact`]: erases one person from a store.
//!
//! `contact` says who is meant, `entries` finds what stands about them beside the events.

mod contact;
mod entries;

use crate::{
    Store, StoreError,
    store::{BodyId, Erasure, Millis, StoredBody},
};
use contact::Contact;
use std::ops::Range;
use whatsapp_notification::{Event, IdChange, Kind, Str};

/// So many bodies are listed at a time.
const PAGE: usize = 256;

/// Erases one person from a store: what is from or about them is overwritten in the bodies that hold it,
/// and events of it that are pending or dead end for good, unhandled.
///
/// `ids` are what they are known by: a number (its digits are compared), a WhatsApp id, a user id, a
/// user name. Give all that you know: an event has not all of them, and one that has none of these is
/// not theirs, unless another one in the same body tells that they are the same. With no id, nothing is
/// erased. `now` is the wall's time, after which the store sweeps bodies of which no event is left. Every
/// body is read that is in the store when this begins.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// use std::time::SystemTime;
/// use tower::{Service, ServiceExt};
/// use whatsapp_inbox::{Inbox, Store, erase_contact, store::MemoryStore};
/// use whatsapp_notification::Notification;
///
/// let mut inbox = Inbox::new(MemoryStore::new());
/// let body = r#"{"contacts":[{"wa_id":"15550001","profile":{"name":"Ada"}}],"messages":[
///     {"from":"15550001","id":"A","type":"text","text":{"body":"Hi"}},
///     {"from":"15550002","id":"B","type":"text","text":{"body":"Ho"}}]}"#;
/// inbox.ready().await?.call(Notification::parse(body)?).await?;
///
/// let now = SystemTime::now().into();
/// let erased = erase_contact(inbox.get_ref(), &["+1 555 0001"], now).await?;
/// assert_eq!((erased.bodies, erased.items, erased.events), (1, 2, 1)); // a contact and a message
/// assert_eq!(inbox.get_ref().stats().await?.pending, 1); // the other one's
/// # Ok(())
/// # }
/// ```
///
/// # What is erased
/// - Events whose [party](Event::party) is this person: messages, statuses, echoes, calls, synchronized
///   contacts, changes of ids …; in groups what this member wrote, or what is about them.
/// - Their entries in `contacts`, and their conversations in a history.
/// - A body that is not JSON, as a whole, if it mentions them.
///
/// All else stays where it is: events of others in the same body are handled as before. Each body is one
/// durable step; after an `Err`, call it again.
///
/// # What is not
/// - What others wrote of them: a number in a text, a shared contact card, a list of a group's members.
///   [`Erased::mentions`] tells which bodies name them still.
/// - What comes after it has begun.
/// - Keys of events, which are hashes: what was erased is a duplicate when it comes again. But its content
///   comes again with it, if the sender puts it into one body with something new. Call it again when the
///   sender has given up: after 7 days (Cloud API).
/// - What workers have in hand at that moment, or among the 16 MiB of bodies that they read last: it may
///   still be handled, or be handed on as a [`Malformed`](whatsapp_notification::Malformed) event.
/// - What has been copied before: by handlers, to backups, or to where the store keeps old bytes, as
///   [`SqliteStore`](crate::store::SqliteStore#personal-data) says of itself.
///
/// # Errors
/// [`StoreError`]: some bodies may have been done.
pub async fn erase_contact<S: Store>(
    store: &S,
    ids: &[&str],
    now: Millis,
) -> Result<Erased, StoreError> {
    let contact = Contact::of(ids);
    let mut erased = Erased::default();
    // Else it might never end: bodies may come faster than they are read.
    let end = last(store).await?;
    let mut after = None;
    while after < Some(end) {
        let page = store.bodies(after, PAGE).await?;
        for id in page.iter().filter(|id| **id <= end) {
            erase_in(store, *id, &contact, now, &mut erased).await?;
        }
        after = page.last().copied().or(Some(end));
    }
    Ok(erased)
}

/// A number that no body exceeds that is there: the contract has no call for it, but to halve where it may
/// be takes no more than 64 reads of one number.
async fn last<S: Store>(store: &S) -> Result<BodyId, StoreError> {
    let (mut low, mut high) = (0, u64::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        match store.bodies(Some(BodyId(middle)), 1).await?.first() {
            Some(found) => low = found.0,
            None => high = middle,
        }
    }
    Ok(BodyId(low))
}

/// What [`erase_contact`] has erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Erased {
    /// Bodies in which something was overwritten.
    pub bodies: u64,
    /// What was overwritten: events, contacts, conversations of histories, and bodies that are not JSON.
    pub items: u64,
    /// How many of them were pending or dead letters, and are not any more.
    pub events: u64,
    /// Bodies that mention the person still, where others wrote of them: by an id that was given, or by
    /// one of the first that the same body tells.
    pub mentions: Vec<BodyId>,
}

async fn erase_in<S: Store>(
    store: &S,
    id: BodyId,
    contact: &Contact,
    now: Millis,
    erased: &mut Erased,
) -> Result<(), StoreError> {
    // Again if another erasure came between.
    while let Some(stored) = store.body(id).await? {
        let contact = known_by(&stored, contact);
        let spans = spans(&stored, &contact);
        let mut erasure = Erasure::of(stored.body);
        spans.iter().for_each(|span| erasure.blank(span.clone()));
        let is_mentioned = contact.is_mentioned(erasure.after());
        if !erasure.is_empty() {
            let Some(events) = store.erase(id, erasure, now).await? else { continue };
            erased.bodies += 1;
            erased.items += spans.len() as u64;
            erased.events += events;
        }
        if is_mentioned {
            erased.mentions.push(id);
        }
        break;
    }
    Ok(())
}

/// Where in a body the values stand that are to be erased: none within another.
fn spans(stored: &StoredBody, contact: &Contact) -> Vec<Range<usize>> {
    let notification = stored.notification();
    if notification.events().any(|event| event.kind() == Kind::Unparseable) {
        // Nothing is looked for in it: it may be nested without end.
        let all = 0..stored.body.len();
        return if contact.is_mentioned(&stored.body) { vec![all] } else { Vec::new() };
    }
    let mut spans: Vec<_> = notification
        .events()
        .filter(|event| is_theirs(event, contact))
        .map(|event| event.offset()..event.offset() + event.raw().len())
        .collect();
    spans.extend(entries::of(&stored.body, contact));
    spans.sort_unstable_by_key(|span| (span.start, usize::MAX - span.end));
    let mut end = 0;
    spans.retain(|span| {
        let is_apart = span.start >= end;
        end = end.max(span.end);
        is_apart
    });
    spans
}

/// The same person, with the ids that their events in this body have beside those that are known.
fn known_by(stored: &StoredBody, contact: &Contact) -> Contact {
    let mut known = contact.clone();
    for event in stored.notification().events().filter(|event| is_theirs(event, contact)) {
        let party = event.party();
        [party.wa_id(), party.user_id()]
            .into_iter()
            .flatten()
            .for_each(|id| known.learn(&id.to_cow()));
    }
    known
}

fn is_theirs(event: &Event, contact: &Contact) -> bool {
    let party = event.party();
    let is_group =
        |id: &Str<'_>| party.group_id().is_some_and(|group| group.to_cow() == id.to_cow());
    let ids = [
        // A group is nobody.
        party.address().filter(|address| !is_group(address)),
        party.participant(),
        party.wa_id(),
        party.user_id(),
        party.parent_user_id(),
        party.username(),
    ];
    if ids.into_iter().flatten().any(|id| contact.is(&id.to_cow())) {
        return true;
    }
    let Ok(change) = event.clone().narrow::<IdChange>() else { return false };
    let change = change.get();
    let changed = [change.wa_id, change.user_id, change.parent_user_id];
    let mut ids = changed.into_iter().flat_map(|id| [id.previous, id.current]).flatten();
    ids.any(|id| contact.is(&id.to_cow()))
}
