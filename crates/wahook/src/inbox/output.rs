//! What is printed: lines for people, or JSON, a line each.

use crate::{
    cli::Format,
    decode::{line, tree},
    failure::Failure,
    print,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{self, Write};
use whatsapp_inbox::{
    Erased,
    store::{DeadLetter, Millis, Stats, Swept},
};

/// The version of the JSON.
const VERSION: u32 = 1;

pub(super) fn stats(stats: &Stats, now: Millis, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => print::line(
            &json!({
                "v": VERSION,
                "pending": stats.pending,
                "oldest": stats.oldest.map(time),
                "dead": stats.dead,
                "bodies": stats.bodies,
                "keys": stats.keys,
            })
            .to_string(),
        ),
        Format::Text => {
            let oldest = stats.oldest.map(|oldest| {
                format!("   the oldest is of {}, {} ago", time(oldest), age(now, oldest))
            });
            print::line(&format!("pending {:>10}{}", stats.pending, oldest.unwrap_or_default()))?;
            print::line(&format!("dead    {:>10}", stats.dead))?;
            print::line(&format!("bodies  {:>10}", stats.bodies))?;
            let keys = stats.keys.map_or_else(|| "?".to_owned(), |keys| keys.to_string());
            print::line(&format!("keys    {keys:>10}"))
        }
    }
}

pub(super) fn list(letters: &[DeadLetter], format: Format) -> Result<(), Failure> {
    letters.iter().try_for_each(|letter| match format {
        Format::Json => print::line(&fields(letter).to_string()),
        Format::Text => print::line(&text(letter)),
    })
}

/// A dead letter and its event.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    letter: Value,
    event: &'a line::Line<'a>,
    /// Of what is not JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
}

pub(super) fn show(
    letter: &DeadLetter,
    event: &line::Line<'_>,
    body: Option<&str>,
    format: Format,
) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match format {
        Format::Json => line::json(&Shown { letter: fields(letter), event, body }, &mut out)?,
        Format::Text => {
            writeln!(out, "{}", print::printable(&text(letter)))?;
            match body {
                Some(body) => writeln!(out, "{}\n{}", event.kind, print::printable(body))?,
                None => tree::write(event, &mut out)?,
            }
        }
    }
    Ok(out.flush()?)
}

pub(super) fn replayed(count: u64, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => print::line(&json!({ "v": VERSION, "replayed": count }).to_string()),
        Format::Text => print::line(&format!("{} pending again", letters(count))),
    }
}

pub(super) fn purged(count: u64, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => print::line(&json!({ "v": VERSION, "purged": count }).to_string()),
        Format::Text => print::line(&format!(
            "{} purged; the next sweep removes bodies that have no other event",
            letters(count)
        )),
    }
}

/// No id is printed.
pub(super) fn erased(erased: &Erased, format: Format) -> Result<(), Failure> {
    let Erased { bodies, items, events, mentions, .. } = erased;
    let mentions: Vec<_> = mentions.iter().map(|id| id.0).collect();
    match format {
        Format::Json => print::line(
            &json!({
                "v": VERSION,
                "bodies": bodies,
                "items": items,
                "events": events,
                "mentions": mentions,
            })
            .to_string(),
        ),
        Format::Text => {
            print::line(&format!(
                "overwritten: {items} in {bodies} bodies; ended: {events} that were pending or dead"
            ))?;
            if mentions.is_empty() {
                return Ok(());
            }
            let numbers: Vec<_> = mentions.iter().map(u64::to_string).collect();
            print::line(&format!(
                "mentioned still by others, in {} bodies: {}",
                mentions.len(),
                numbers.join(" ")
            ))
        }
    }
}

pub(super) fn swept(swept: &Swept, format: Format) -> Result<(), Failure> {
    let Swept { bodies, dead, keys, .. } = *swept;
    match format {
        Format::Json => print::line(
            &json!({ "v": VERSION, "bodies": bodies, "dead": dead, "keys": keys }).to_string(),
        ),
        Format::Text => {
            print::line(&format!("removed {bodies} bodies, {}, {keys} keys", letters(dead)))
        }
    }
}

fn letters(count: u64) -> String {
    format!("{count} dead letter{}", if count == 1 { "" } else { "s" })
}

fn fields(letter: &DeadLetter) -> Value {
    json!({
        "v": VERSION,
        "seq": letter.seq.0,
        "received": time(letter.received),
        "died": time(letter.died),
        "attempts": letter.attempts,
        "reason": letter.reason,
    })
}

fn text(letter: &DeadLetter) -> String {
    let DeadLetter { seq, received, died, attempts, reason, .. } = letter;
    let (received, died) = (time(*received), time(*died));
    let seq = seq.0;
    let tries = if *attempts == 1 { "attempt" } else { "attempts" };
    format!("{seq:>8}  received {received}  died {died}  {attempts} {tries}  {reason}")
}

/// UTC; the bare number where a calendar does not reach.
fn time(Millis(millis): Millis) -> String {
    let known = i64::try_from(millis).ok().and_then(|m| jiff::Timestamp::from_millisecond(m).ok());
    known.map_or_else(|| millis.to_string(), |time| format!("{time:.3}"))
}

/// The two greatest units.
fn age(now: Millis, then: Millis) -> String {
    let seconds = now.0.saturating_sub(then.0) / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_ages_are_for_people() {
        assert_eq!(time(Millis(1_750_000_000_123)), "2025-06-15T15:06:40.123Z");
        assert_eq!(time(Millis(u64::MAX)), u64::MAX.to_string());
        let age = |seconds: u64| age(Millis(seconds * 1000), Millis(0));
        assert_eq!(age(59), "59 s");
        assert_eq!(age(61), "1 min 1 s");
        assert_eq!(age(7260), "2 h 1 min");
        assert_eq!(age(9 * 86_400 + 3600), "9 d 1 h");
    }
}
