//! What is bet on: the members and the bytes of the deliveries that WhatsApp usually makes.
//!
//! - A contact has a name and a `wa_id`, maybe a `user_id`, and nothing else.
//! - A message begins with `from`, maybe `from_user_id`, `id` and `timestamp`; a status with `id`,
//!   `status`, `timestamp`, `recipient_id` and maybe `recipient_user_id`.
//! - The `type` of a message stands before its content or behind it.
//! - A status has maybe its conversation, its pricing, its errors, and nothing else.
//! - All of it is compact, and no id has an escape.
//!
//! The scan and the views make the same bets, each on its own: the scan notes places, a view takes
//! strings. Where one is lost, the members are read by their names, in any order and with any white
//! space; `scan::usual` shows that both ways give the same.

use crate::{
    Timestamp,
    json::{Bet, List, Number, Str},
    view::{
        ContactView, Conversation, ConversationOrigin, Delivery, ErrorData, ErrorView, Metadata,
        Pricing, Profile, StatusView,
    },
};

/// The business's number.
#[inline(always)]
pub(crate) fn metadata<'a>(bet: &mut Bet<'a>) -> Option<Metadata<'a>> {
    bet.literal(b"{\"display_phone_number\":\"")?;
    let display_phone_number = Some(bet.str());
    bet.literal(b"\",\"phone_number_id\":\"")?;
    let phone_number_id = Some(bet.str());
    bet.literal(b"\"}")?;
    Some(Metadata { display_phone_number, phone_number_id })
}

/// A contact.
#[inline(always)]
pub(crate) fn contact<'a>(bet: &mut Bet<'a>) -> Option<ContactView<'a>> {
    bet.literal(b"{\"profile\":{\"name\":\"")?;
    let name = Some(bet.text());
    bet.literal(b"\"},\"wa_id\":\"")?;
    let wa_id = Some(bet.str());
    let user_id = bet.is(b"\",\"user_id\":\"").then(|| bet.str());
    bet.literal(b"\"}")?;
    let profile = Some(Profile { name, ..Profile::default() });
    Some(ContactView { profile, wa_id, user_id, ..ContactView::default() })
}

/// The first members of a message.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) from: Str<'a>,
    pub(crate) from_user_id: Option<Str<'a>>,
    pub(crate) id: Str<'a>,
    pub(crate) timestamp: Str<'a>,
}

/// The head of a message: the bet is in it then, behind a value.
#[inline(always)]
pub(crate) fn message<'a>(bet: &mut Bet<'a>) -> Option<Head<'a>> {
    bet.literal(b"{\"from\":\"")?;
    let from = bet.str();
    let from_user_id = bet.is(b"\",\"from_user_id\":\"").then(|| bet.str());
    bet.literal(b"\",\"id\":\"")?;
    let id = bet.str();
    bet.literal(b"\",\"timestamp\":\"")?;
    let timestamp = bet.time();
    bet.literal(b"\"")?;
    bet.deepen(1);
    Some(Head { from, from_user_id, id, timestamp })
}

/// The `type` of a message, if it stands here; the bet is behind it then.
#[inline(always)]
pub(crate) fn message_type<'a>(bet: &mut Bet<'a>) -> Option<Str<'a>> {
    bet.literal(b",\"type\":\"")?;
    let kind = bet.str();
    bet.literal(b"\"")?;
    Some(kind)
}

/// A status.
#[inline(always)]
pub(crate) fn status<'a>(bet: &mut Bet<'a>) -> Option<StatusView<'a>> {
    let (head, status) = status_head(bet)?;
    let (conversation, pricing, errors) = outcome(bet)?;
    Some(StatusView {
        id: Some(head.id),
        status: Delivery::of(status),
        timestamp: Timestamp::of(head.timestamp),
        recipient_id: Some(head.from),
        recipient_user_id: head.from_user_id,
        conversation,
        pricing,
        errors,
        ..StatusView::default()
    })
}

/// The head of a status, with its recipient in the sender's place: the bet is in it then, behind a
/// value.
#[inline(always)]
pub(crate) fn status_head<'a>(bet: &mut Bet<'a>) -> Option<(Head<'a>, Str<'a>)> {
    bet.literal(b"{\"id\":\"")?;
    let id = bet.str();
    bet.literal(b"\",\"status\":\"")?;
    let status = bet.str();
    bet.literal(b"\",\"timestamp\":\"")?;
    let timestamp = bet.time();
    bet.literal(b"\",\"recipient_id\":\"")?;
    let from = bet.str();
    let from_user_id = bet.is(b"\",\"recipient_user_id\":\"").then(|| bet.str());
    bet.literal(b"\"")?;
    bet.deepen(1);
    Some((Head { from, from_user_id, id, timestamp }, status))
}

type Outcome<'a> =
    (Option<Conversation<'a>>, Option<Pricing<'a>>, List<'a, ErrorView<'a>>);

/// What follows the head of a status, to its end.
#[inline(always)]
pub(crate) fn outcome<'a>(bet: &mut Bet<'a>) -> Option<Outcome<'a>> {
    let (mut conversation_, mut pricing_, mut errors) = (None, None, List::default());
    if bet.is(b",\"conversation\":") {
        conversation_ = Some(conversation(bet)?);
    }
    if bet.is(b",\"pricing\":") {
        pricing_ = Some(pricing(bet)?);
    }
    if bet.is(b",\"errors\":") {
        errors = List::noted(bet.place());
        bet.array(|bet| error(bet).map(drop))?;
    }
    bet.literal(b"}")?;
    bet.deepen(-1);
    Some((conversation_, pricing_, errors))
}

#[inline(always)]
fn conversation<'a>(bet: &mut Bet<'a>) -> Option<Conversation<'a>> {
    bet.literal(b"{\"id\":\"")?;
    let id = Some(bet.str());
    let mut expiration_timestamp = None;
    if bet.is(b"\",\"expiration_timestamp\":\"") {
        expiration_timestamp = Timestamp::of(bet.time());
    }
    bet.literal(b"\",\"origin\":{\"type\":\"")?;
    let origin = Some(ConversationOrigin { kind: Some(bet.str()) });
    bet.literal(b"\"}}")?;
    Some(Conversation { id, expiration_timestamp, origin, pricing: None })
}

#[inline(always)]
fn pricing<'a>(bet: &mut Bet<'a>) -> Option<Pricing<'a>> {
    bet.literal(b"{\"billable\":")?;
    let billable = bet.is(b"true");
    if !billable {
        bet.literal(b"false")?;
    }
    bet.literal(b",\"pricing_model\":\"")?;
    let pricing_model = Some(bet.str());
    // Both orders of the last two are usual.
    let mut kind = bet.is(b"\",\"type\":\"").then(|| bet.str());
    bet.literal(b"\",\"category\":\"")?;
    let category = Some(bet.str());
    if kind.is_none() && bet.is(b"\",\"type\":\"") {
        kind = Some(bet.str());
    }
    bet.literal(b"\"}")?;
    Some(Pricing { billable: Some(billable), pricing_model, kind, category })
}

/// An error.
#[inline(always)]
pub(crate) fn error<'a>(bet: &mut Bet<'a>) -> Option<ErrorView<'a>> {
    bet.literal(b"{\"code\":")?;
    let code = Some(Number::of(bet.number()?));
    bet.literal(b",\"title\":\"")?;
    let title = Some(bet.text());
    bet.literal(b"\",\"message\":\"")?;
    let message = Some(bet.text());
    bet.literal(b"\",\"error_data\":{\"details\":\"")?;
    let error_data = Some(ErrorData { details: Some(bet.text()) });
    let href = bet.is(b"\"},\"href\":\"").then(|| bet.text());
    bet.literal(if href.is_some() { b"\"}" } else { b"\"}}" })?;
    Some(ErrorView { code, title, message, error_data, href, ..ErrorView::default() })
}
