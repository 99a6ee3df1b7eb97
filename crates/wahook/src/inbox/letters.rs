//! Dead letters: listed, shown, replayed, purged.

use super::{now, output};
use crate::{
    cli::Format,
    decode::line::Line,
    failure::{Code, Failure},
};
use tokio::task::JoinSet;
use tower_whatsapp::notification::{Event, Kind};
use whatsapp_inbox::{
    Store, StoreError,
    store::{DeadLetter, Seq, StoredBody},
};

/// How many are read, or asked for, at a time: those that are asked for together share an fsync.
const PAGE: usize = 256;

pub(super) async fn list(store: &impl Store, format: Format) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let page = store.dead(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.seq);
        output::list(&page, format)?;
    }
    Ok(())
}

pub(super) async fn show(
    store: &impl Store,
    name: &str,
    seq: u64,
    format: Format,
) -> Result<(), Failure> {
    let before = seq.checked_sub(1).ok_or_else(|| no_such(seq))?;
    let found = store.dead(Some(Seq(before)), 1).await?.into_iter().next();
    let letter = found.filter(|letter| letter.seq.0 == seq).ok_or_else(|| no_such(seq))?;
    let body = store.body(letter.body).await?.ok_or_else(|| no_such(seq))?;
    let event = event(&body, &letter).ok_or_else(|| {
        Failure::new(
            Code::Refused,
            format!("dead letter {seq}: its body has no event at its place"),
        )
    })?;
    let (path, untyped) = (event.path().to_string(), event.untyped());
    // What is not JSON has nothing to decode.
    let body = (event.kind() == Kind::Unparseable)
        .then(|| String::from_utf8_lossy(event.notification().body()));
    output::show(&letter, &Line::new(name, &event, &path, &untyped), body.as_deref(), format)
}

/// The event of a dead letter; of a body that is not JSON, the body.
fn event(stored: &StoredBody, letter: &DeadLetter) -> Option<Event> {
    stored.notification().into_iter().find(|event| event.offset() == letter.offset as usize)
}

/// Makes one pending again, or all; the number of those that are.
pub(super) async fn replay(store: &impl Store, seq: Option<u64>) -> Result<u64, Failure> {
    each(store, seq, |store, seq| async move { store.replay(seq, now()).await }).await
}

/// Ends one, or all; the number of those that are.
pub(super) async fn purge(store: &impl Store, seq: Option<u64>) -> Result<u64, Failure> {
    each(store, seq, |store, seq| async move { store.purge(seq, now()).await }).await
}

/// Does it to one, which must be there, or to all that are there now.
async fn each<S, F>(store: &S, one: Option<u64>, step: impl Fn(S, Seq) -> F) -> Result<u64, Failure>
where
    S: Store,
    F: Future<Output = Result<bool, StoreError>> + Send + 'static,
{
    if let Some(seq) = one {
        return match step(store.clone(), Seq(seq)).await? {
            true => Ok(1),
            false => Err(no_such(seq)),
        };
    }
    // Read before: what is replayed may soon be dead again.
    let mut all = Vec::new();
    loop {
        let page = store.dead(all.last().copied(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        all.extend(page.iter().map(|letter| letter.seq));
    }
    let mut done = 0;
    for page in all.chunks(PAGE) {
        let mut steps: JoinSet<_> = page.iter().map(|seq| step(store.clone(), *seq)).collect();
        while let Some(step) = steps.join_next().await {
            let step = step.map_err(|error| Failure::new(Code::Refused, error.to_string()))?;
            done += u64::from(step.map_err(|error| Failure::from(error).after(done))?);
        }
    }
    Ok(done)
}

fn no_such(seq: u64) -> Failure {
    Failure::new(Code::Refused, format!("there is no dead letter {seq}"))
}
