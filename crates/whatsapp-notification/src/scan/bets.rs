//! The scan's bets: a body that is written as WhatsApp usually writes it, in one run.
//!
//! - A Cloud body is an `object` and entries; an entry has an `id`, maybe a `time`, and changes.
//! - A value of `messages` has `messaging_product`, both members of `metadata`, and then contacts,
//!   messages, statuses and errors, as far as they are there. An On-Premises body has the same
//!   arrays.
//! - Contacts, texts and statuses are as `crate::usual` says.
//! - All of it is compact, and no id has an escape.
//!
//! A lost bet is taken back, the one on a body, on a change, on an item or on its head each by
//! itself. Then the same members are read by their names, in any order and with any white space.
//! Both ways give the same rows, which a test below shows for every document. What a body loses at
//! its end is scanned again: its last change up to four times, all else twice.

use super::{Rows, Scan, item::Item, value::Value};
use crate::{
    Form, Kind,
    json::Bet,
    table::{Flags, Row},
    usual,
};

/// How deep a body that is as usual goes: the body, `entry` and one of it, `changes` and one of
/// them, `value`, `statuses` and one of them, `errors` and one of them, its `error_data`.
const LEVELS: u32 = 11;

impl<'a> Scan<'a, '_> {
    /// A whole body, as it mostly is.
    #[inline]
    pub(super) fn usual_body(&mut self) -> Option<Form> {
        let begin = self.cursor;
        let mut bet = begin.bet(LEVELS)?;
        let form = self.bet_on_body(&mut bet);
        self.cursor.take(&bet);
        if form.is_none() || !self.cursor.is_at_end() {
            self.restart(begin);
            return None;
        }
        form
    }

    #[inline(always)]
    fn bet_on_body(&mut self, bet: &mut Bet<'a>) -> Option<Form> {
        if bet.is(b"{\"object\":\"whatsapp_business_account\",\"entry\":[") {
            bet.deepen(2);
            self.bet_on_entries(bet)?;
            bet.literal(b"]}")?;
            bet.deepen(-2);
            return Some(Form::Cloud);
        }
        bet.literal(b"{\"")?;
        bet.deepen(1);
        let mut value = Value::new(self.scope());
        self.bet_on_items(bet, &mut value)?;
        bet.literal(b"}")?;
        bet.deepen(-1);
        self.close_value(&mut value);
        Some(Form::OnPremises)
    }

    #[inline(always)]
    fn bet_on_entries(&mut self, bet: &mut Bet<'a>) -> Option<()> {
        loop {
            bet.literal(b"{\"id\":\"")?;
            self.entry_id = bet.str().value_offset();
            self.entry_time = 0;
            if bet.is(b"\",\"time\":") {
                self.entry_time = bet.offset();
                bet.number()?;
                bet.literal(b",\"changes\":[")?;
            } else {
                bet.literal(b"\",\"changes\":[")?;
            }
            bet.deepen(2);
            loop {
                self.change_of_usual_body(bet);
                if !bet.is(b",") {
                    break;
                }
            }
            bet.literal(b"]}")?;
            bet.deepen(-2);
            if !bet.is(b",") {
                return Some(());
            }
        }
    }

    #[inline(always)]
    fn change_of_usual_body(&mut self, bet: &mut Bet<'a>) {
        self.cursor.take(bet);
        if self.try_change(bet).is_none() {
            self.any_change();
            *bet = self.cursor.begin_bet();
        }
    }

    /// A change of the field `messages`, as it mostly is.
    #[inline]
    pub(super) fn usual_change(&mut self) -> Option<()> {
        let mut bet = self.cursor.bet(LEVELS)?;
        self.try_change(&mut bet)?;
        self.cursor.take(&bet);
        Some(())
    }

    /// Bets on a change at the cursor, and takes a lost bet back.
    #[inline(always)]
    fn try_change(&mut self, bet: &mut Bet<'a>) -> Option<()> {
        let (cursor, rows, events) = (self.cursor, self.rows.len(), self.events);
        // A fault under way is found at its place by name.
        let won = self.bet_on_change(bet).filter(|()| self.cursor.fault().is_none());
        if won.is_none() {
            self.cursor = cursor;
            self.rows.truncate(rows);
            self.events = events;
        }
        won
    }

    #[inline(always)]
    fn bet_on_change(&mut self, bet: &mut Bet<'a>) -> Option<()> {
        bet.literal(b"{\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":")?;
        let metadata = bet.offset();
        usual::metadata(bet)?;
        bet.literal(b",\"")?;
        bet.deepen(2);
        let scope = self.scope();
        let mut value = Value::new(scope);
        self.bet_on_items(bet, &mut value)?;
        bet.literal(b"},\"field\":")?;
        let field = bet.offset();
        bet.literal(b"\"messages\"}")?;
        bet.deepen(-2);
        self.close_value(&mut value);
        if let Some(Row::Scope { metadata: at, field: named, .. }) =
            self.rows.get_mut(scope as usize)
        {
            (*at, *named) = (metadata, field);
        }
        Some(())
    }

    /// Contacts, messages, statuses and errors, from behind the first quote.
    #[inline(always)]
    fn bet_on_items(&mut self, bet: &mut Bet<'a>, value: &mut Value) -> Option<()> {
        let scope = value.scope;
        bet.deepen(1);
        if bet.is(b"contacts\":[") {
            let start = self.rows.len() as u32;
            loop {
                let place = bet.offset();
                let usual::ContactMembers { wa_id, user_id, .. } = usual::contact(bet)?;
                let user_id = user_id.map_or(0, |id| id.value_offset());
                self.push_contact(place..bet.offset(), wa_id.value_offset(), user_id, scope);
                if !bet.is(b",") {
                    break;
                }
            }
            value.set_contacts(Rows { start, end: self.rows.len() as u32 });
            bet.literal(b"],\"")?;
        }
        let mut more = true;
        if bet.is(b"messages\":[") {
            loop {
                if self.bet_on_text(bet, value).is_none() {
                    self.cursor.take(bet);
                    self.message(None, value);
                    *bet = self.cursor.begin_bet();
                }
                if !bet.is(b",") {
                    break;
                }
            }
            bet.literal(b"]")?;
            more = bet.is(b",\"");
        }
        if more && bet.is(b"statuses\":[") {
            loop {
                if self.bet_on_status(bet, Kind::Status, value).is_none() {
                    self.cursor.take(bet);
                    self.status(Kind::Status, value);
                    *bet = self.cursor.begin_bet();
                }
                if !bet.is(b",") {
                    break;
                }
            }
            bet.literal(b"]")?;
            more = bet.is(b",\"");
        }
        bet.deepen(-1);
        if more {
            bet.literal(b"errors\":")?;
            // Something else than an array may make it another body than it seems.
            if bet.byte() != Some(b'[') {
                return None;
            }
            self.cursor.take(bet);
            self.array(scope, |scan| scan.error(scope));
            *bet = self.cursor.begin_bet();
        }
        Some(())
    }

    /// A whole text.
    #[inline(always)]
    fn bet_on_text(&mut self, bet: &mut Bet<'a>, value: &mut Value) -> Option<()> {
        let (start, begin) = (bet.offset(), bet.mark());
        let Some(head) = text(bet) else {
            bet.back_to(begin);
            return None;
        };
        let span = start..bet.offset();
        self.push_item(Kind::Text, span, Item::of(head, Flags::default()), value);
        Some(())
    }

    /// A whole status.
    #[inline(always)]
    fn bet_on_status(&mut self, bet: &mut Bet<'a>, kind: Kind, value: &mut Value) -> Option<()> {
        let (start, begin) = (bet.offset(), bet.mark());
        let Some(head) = status(bet) else {
            bet.back_to(begin);
            return None;
        };
        let span = start..bet.offset();
        self.push_item(kind, span, Item::of(head, Flags::OUTBOUND), value);
        Some(())
    }
}

/// A whole text, its `type` before or behind the text itself.
#[inline(always)]
fn text<'a>(bet: &mut Bet<'a>) -> Option<usual::Head<'a>> {
    let head = usual::message(bet)?;
    if bet.is(b",\"text\":{\"body\":\"") {
        bet.text();
        bet.literal(b"\"},\"type\":\"text\"}")?;
    } else {
        bet.literal(b",\"type\":\"text\",\"text\":{\"body\":\"")?;
        bet.text();
        bet.literal(b"\"}}")?;
    }
    bet.deepen(-1);
    Some(head)
}

/// A whole status.
#[inline(always)]
fn status<'a>(bet: &mut Bet<'a>) -> Option<usual::Head<'a>> {
    let (head, _) = usual::status_head(bet)?;
    usual::status_rest(bet)?;
    Some(head)
}

#[cfg(test)]
mod tests;
