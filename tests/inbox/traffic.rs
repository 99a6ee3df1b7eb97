//! The traffic: numbered events in the Cloud API's form, and the sender.
//!
//! Event `n` carries the mark `wamid.n`, once. Whoever wants to know which events stand in a body looks
//! for marks in its bytes: the parser under test is not asked.

use bytes::Bytes;
use fastrand::Rng;
use http::{Request, Response};
use http_body_util::Full;
use std::{collections::VecDeque, fmt::Write, time::Duration};
use tokio::time::{Instant, sleep};
use tower::Service;
use tower_whatsapp::{AppSecret, BoxError};
use whatsapp_testkit::{Answer, App, CloudSender, Schedule};

/// Where notifications go.
pub const PATH: &str = "/whatsapp";

/// How many conversations there are.
const CONVERSATIONS: u64 = 200;

/// How many bodies may come again: those of the last few seconds.
const OLD: usize = 5000;

/// The number of an event, from 0.
pub type Number = usize;

/// What the sender and the receiver share.
///
/// # Errors
/// None: it is no empty secret.
pub fn secret() -> Result<AppSecret, BoxError> {
    Ok(AppSecret::new("test_app_secret")?)
}

/// Is it an event without an id and without a time? Such a one is never a duplicate.
pub fn is_anonymous(number: Number) -> bool {
    number % 101 == 100
}

/// The conversation of an event, which is its lane; an event without an id belongs to none.
pub fn conversation(number: Number) -> u64 {
    // Neighbours are spread.
    mixed(number as u64) % CONVERSATIONS
}

/// A number that looks random, the same each time.
pub fn mixed(number: u64) -> u64 {
    Rng::with_seed(number).u64(..)
}

/// The events that stand in this text, in its order.
pub fn marks(text: &[u8]) -> impl Iterator<Item = Number> {
    const MARK: &[u8] = b"wamid.";
    let starts = text.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    starts.map(|(at, _)| {
        let digits = text[at + MARK.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
    })
}

/// A body of the next events: one change, of messages, of statuses, or of another field.
pub fn body(next: &mut Number, events: usize, rng: &mut Rng) -> String {
    let mut value = String::new();
    let mut field = "messages";
    if is_anonymous(*next) {
        field = "account_review_update";
        let _ = write!(value, r#""decision":"wamid.{next}""#);
        *next += 1;
    } else {
        let is_status = rng.bool();
        value.push_str(r#""messaging_product":"whatsapp","metadata":{"phone_number_id":"1"},"#);
        value.push_str(if is_status { r#""statuses":["# } else { r#""messages":["# });
        for at in 0..rng.usize(1..=4) {
            let number = *next;
            if number >= events || is_anonymous(number) {
                break;
            }
            let comma = if at > 0 { "," } else { "" };
            let contact = format!("1555{:07}", conversation(number));
            let head = format!(r#"{comma}{{"id":"wamid.{number}","timestamp":"1750000000""#);
            let _ = match is_status {
                true => write!(value, r#"{head},"recipient_id":"{contact}","status":"read"}}"#),
                false => write!(
                    value,
                    r#"{head},"from":"{contact}","text":{{"body":"Hi"}},"type":"text"}}"#
                ),
            };
            *next += 1;
        }
        value.push(']');
    }
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"value":{{{value}}},"field":"{field}"}}]}}]}}"#
    )
}

/// What the sender has seen.
#[derive(Debug)]
pub struct Sent {
    /// By number: was it in a POST that was answered with 200?
    pub answered: Vec<bool>,
    /// How many POSTs there were.
    pub posts: usize,
    /// And those that were not answered with 200.
    pub failed: usize,
}

/// Sends as WhatsApp does, spread over this time and for as long as it takes: over several connections,
/// again until exactly 200, in other batches each time, in any order, and some of it twice, at once or seconds
/// later.
///
/// # Errors
/// None that the server can cause.
pub async fn send<S>(to: S, events: usize, over: Duration, seed: u64) -> Result<Sent, BoxError>
where
    S: Service<Request<Full<Bytes>>, Response = Response<Full<Bytes>>> + Clone + Send + 'static,
    S::Future: Send,
{
    let app = App::new(PATH, secret()?, to);
    let sender = CloudSender::new([app])
        .schedule(Schedule::doubling(Duration::from_millis(5), Duration::from_millis(100)))
        .timeout(Duration::from_secs(5))
        .concurrency(16)
        .batch(10)
        .rebatch()
        .out_of_order()
        .duplicates(0.05)
        .seed(seed);
    let running = tokio::spawn({
        let sender = sender.clone();
        async move { sender.run().await }
    });
    // Of these some come again, as if an answer had not been heard: over restarts, too.
    let mut old = VecDeque::new();
    let (mut rng, mut next, began) = (Rng::with_seed(seed), 0, Instant::now());
    while next < events {
        let share = began.elapsed().as_secs_f64() / over.as_secs_f64();
        let due = if share < 1.0 { (events as f64 * share) as usize } else { events };
        while next < due {
            let body = body(&mut next, events, &mut rng);
            sender.send(body.clone());
            old.push_back(body);
            if rng.u32(..20) == 0 {
                sender.send(old[rng.usize(..old.len())].clone());
            }
            if old.len() > OLD {
                old.pop_front();
            }
        }
        sleep(Duration::from_millis(2)).await;
    }
    // What is under way is sent once more.
    running.abort();
    let _ = running.await;
    let report = sender.drain().await;
    let mut sent = Sent { answered: vec![false; events], posts: report.attempts.len(), failed: 0 };
    for attempt in &report.attempts {
        if attempt.answer != Answer::Status(http::StatusCode::OK) {
            sent.failed += 1;
            continue;
        }
        marks(&attempt.body).for_each(|number| sent.answered[number] = true);
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use whatsapp_notification::Notification;

    #[test]
    fn marks_are_the_events_in_the_order_in_which_the_parser_finds_them() {
        let (mut next, mut rng, mut anonymous) = (0, Rng::with_seed(3), 0);
        while next < 1000 {
            let first = next;
            let body = body(&mut next, 1000, &mut rng);
            assert!(marks(body.as_bytes()).eq(first..next));
            let notification = Notification::parse(body).unwrap();
            let mut parsed = Vec::new();
            for event in notification.events() {
                parsed.extend(marks(event.raw().as_bytes()));
                let number = *parsed.last().unwrap();
                assert_eq!(event.key().is_none(), is_anonymous(number));
                anonymous += usize::from(is_anonymous(number));
            }
            assert!(parsed.into_iter().eq(first..next));
        }
        assert_eq!(anonymous, 9);
    }
}
