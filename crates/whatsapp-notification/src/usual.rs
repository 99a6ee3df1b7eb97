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
//! space; a test in `scan::bets` shows that both ways give the same.

use crate::{
    Timestamp,
    json::{Bet, List, Str},
    view::{Conversation, ConversationOrigin, ErrorView, Pricing},
};

/// The business's number: `display_phone_number` and `phone_number_id`.
#[inline(always)]
pub(crate) fn metadata<'a>(bet: &mut Bet<'a>) -> Option<(Str<'a>, Str<'a>)> {
    bet.literal(b"{\"display_phone_number\":\"")?;
    let shown = bet.str();
    bet.literal(b"\",\"phone_number_id\":\"")?;
    let id = bet.str();
    bet.literal(b"\"}")?;
    Some((shown, id))
}

/// The members of a contact.
pub(crate) struct ContactMembers<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) wa_id: Str<'a>,
    pub(crate) user_id: Option<Str<'a>>,
}

/// A contact.
#[inline(always)]
pub(crate) fn contact<'a>(bet: &mut Bet<'a>) -> Option<ContactMembers<'a>> {
    bet.literal(b"{\"profile\":{\"name\":\"")?;
    let name = bet.text();
    bet.literal(b"\"},\"wa_id\":\"")?;
    let wa_id = bet.str();
    let user_id = bet.is(b"\",\"user_id\":\"").then(|| bet.str());
    bet.literal(b"\"}")?;
    Some(ContactMembers { name, wa_id, user_id })
}

/// The first members of a message or a status.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    /// `from`, or the recipient's id.
    pub(crate) party: Str<'a>,
    pub(crate) party_user_id: Option<Str<'a>>,
    pub(crate) id: Str<'a>,
    pub(crate) timestamp: Str<'a>,
}

/// The head of a message: the bet is in it then, behind a value.
#[inline(always)]
pub(crate) fn message<'a>(bet: &mut Bet<'a>) -> Option<Head<'a>> {
    bet.literal(b"{\"from\":\"")?;
    let party = bet.str();
    let party_user_id = bet.is(b"\",\"from_user_id\":\"").then(|| bet.str());
    bet.literal(b"\",\"id\":\"")?;
    let id = bet.long_str();
    bet.literal(b"\",\"timestamp\":\"")?;
    let timestamp = bet.str_of(10);
    bet.literal(b"\"")?;
    bet.deepen(1);
    Some(Head { party, party_user_id, id, timestamp })
}

/// The `type` of a message, if it stands here; the bet is behind it then.
#[inline(always)]
pub(crate) fn message_type<'a>(bet: &mut Bet<'a>) -> Option<Str<'a>> {
    bet.literal(b",\"type\":\"")?;
    let kind = bet.str();
    bet.literal(b"\"")?;
    Some(kind)
}

/// The head of a status, and the status itself: the bet is in it then, behind a value.
#[inline(always)]
pub(crate) fn status_head<'a>(bet: &mut Bet<'a>) -> Option<(Head<'a>, Str<'a>)> {
    bet.literal(b"{\"id\":\"")?;
    let id = bet.long_str();
    bet.literal(b"\",\"status\":\"")?;
    let status = bet.str();
    bet.literal(b"\",\"timestamp\":\"")?;
    let timestamp = bet.str_of(10);
    bet.literal(b"\",\"recipient_id\":\"")?;
    let party = bet.str();
    let party_user_id = bet.is(b"\",\"recipient_user_id\":\"").then(|| bet.str());
    bet.literal(b"\"")?;
    bet.deepen(1);
    Some((Head { party, party_user_id, id, timestamp }, status))
}

/// What follows the head of a status.
pub(crate) struct StatusRest<'a> {
    pub(crate) conversation: Option<Conversation<'a>>,
    pub(crate) pricing: Option<Pricing<'a>>,
    pub(crate) errors: List<'a, ErrorView<'a>>,
}

/// What follows the head of a status, to its end.
#[inline(always)]
pub(crate) fn status_rest<'a>(bet: &mut Bet<'a>) -> Option<StatusRest<'a>> {
    let mut rest = StatusRest { conversation: None, pricing: None, errors: List::default() };
    if bet.is(b",\"conversation\":") {
        rest.conversation = Some(conversation(bet)?);
    }
    if bet.is(b",\"pricing\":") {
        rest.pricing = Some(pricing(bet)?);
    }
    if bet.is(b",\"errors\":") {
        rest.errors = List::noted(bet.place());
        let mut more = bet.enter_array()?;
        while more {
            error(bet)?;
            more = bet.next_element()?;
        }
    }
    bet.literal(b"}")?;
    bet.deepen(-1);
    Some(rest)
}

#[inline(always)]
fn conversation<'a>(bet: &mut Bet<'a>) -> Option<Conversation<'a>> {
    bet.literal(b"{\"id\":\"")?;
    let id = Some(bet.str_of(32));
    let mut expiration_timestamp = None;
    if bet.is(b"\",\"expiration_timestamp\":\"") {
        expiration_timestamp = Timestamp::of(bet.str_of(10));
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

/// The members of an error.
pub(crate) struct ErrorMembers<'a> {
    pub(crate) code: Str<'a>,
    pub(crate) title: Str<'a>,
    pub(crate) message: Str<'a>,
    pub(crate) details: Str<'a>,
    pub(crate) href: Option<Str<'a>>,
}

/// An error.
#[inline(always)]
pub(crate) fn error<'a>(bet: &mut Bet<'a>) -> Option<ErrorMembers<'a>> {
    bet.literal(b"{\"code\":")?;
    let code = bet.number()?;
    bet.literal(b",\"title\":\"")?;
    let title = bet.text();
    bet.literal(b"\",\"message\":\"")?;
    let message = bet.text();
    bet.literal(b"\",\"error_data\":{\"details\":\"")?;
    let details = bet.text();
    bet.literal(b"\"}")?;
    let href = bet.is(b",\"href\":\"").then(|| bet.text());
    if href.is_some() {
        bet.literal(b"\"")?;
    }
    bet.literal(b"}")?;
    Some(ErrorMembers { code, title, message, details, href })
}
