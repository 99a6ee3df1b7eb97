//! What the scan bets on: the order and the bytes of the deliveries that WhatsApp usually makes.
//!
//! - A Cloud body is an `object` and entries; an entry has an `id`, maybe a `time`, and changes.
//! - A value of `messages` has `messaging_product`, both members of `metadata`, and then contacts,
//!   messages, statuses and errors, as far as they are there. An On-Premises body has the same
//!   arrays.
//! - A contact has a name and a `wa_id`, maybe a `user_id`, and nothing else.
//! - A message begins with `from`, maybe `from_user_id`, `id` and `timestamp`; a status with `id`,
//!   `status`, `timestamp`, `recipient_id` and maybe `recipient_user_id`.
//! - A text has nothing else but its text; a status maybe its conversation, its pricing, one error.
//! - All of it is compact, and no id has an escape.
//!
//! A lost bet is taken back, the one on a body, on a change or on the head of an item each by
//! itself. Then the same members are read by their names, in any order and with any white space.
//! Both ways give the same rows, which a test below shows for every document.

use super::{Rows, Scan, value::Value};
use crate::{
    Form, Kind,
    json::{Cursor, Str},
    table::Row,
};

impl<'a> Scan<'a, '_> {
    /// A whole body, as it mostly is.
    #[inline]
    pub(super) fn usual_body(&mut self) -> Option<Form> {
        let begin = self.cursor;
        let form = if self.cursor.bet(|bet| bet.literal(CLOUD)).is_some() {
            self.usual_entries().map(|()| Form::Cloud)
        } else if self.cursor.bet(|bet| bet.literal(b"{\"")).is_some() {
            self.usual_flat().map(|()| Form::OnPremises)
        } else {
            return None;
        };
        if form.is_none() || !self.cursor.is_at_end() {
            self.restart(begin);
            return None;
        }
        form
    }

    #[inline(always)]
    fn usual_entries(&mut self) -> Option<()> {
        self.cursor.deepen(4);
        loop {
            self.entry_id = self.cursor.bet(|bet| {
                bet.literal(b"{\"id\":\"")?;
                let id = bet.string();
                bet.literal(b"\",\"")?;
                Some(id)
            })?;
            self.entry_time = 0;
            if self.cursor.literal(b"time\":") {
                self.entry_time = self.place();
                self.cursor.bet(|bet| bet.literal(b",\""))?;
            }
            self.cursor.bet(|bet| bet.literal(b"changes\":[{"))?;
            self.cursor.step_back();
            loop {
                self.change();
                if !self.cursor.literal(b",") {
                    break;
                }
            }
            self.cursor.bet(|bet| bet.literal(b"]}"))?;
            if !self.cursor.literal(b",") {
                break;
            }
        }
        self.cursor.bet(|bet| bet.literal(b"]}"))
    }

    #[inline(always)]
    fn usual_flat(&mut self) -> Option<()> {
        self.cursor.deepen(1);
        let mut value = Value::new(self.scope());
        self.usual_items(&mut value)?;
        self.cursor.bet(|bet| bet.literal(b"}"))?;
        self.close_value(&mut value);
        Some(())
    }

    /// A change of the field `messages`, as it mostly is.
    #[inline(always)]
    pub(super) fn usual_change(&mut self) -> Option<()> {
        let (cursor, rows, events) = (self.cursor, self.rows.len(), self.events);
        let won = self.bet_on_change();
        if won.is_none() {
            self.cursor = cursor;
            self.rows.truncate(rows);
            self.events = events;
        }
        won
    }

    #[inline(always)]
    fn bet_on_change(&mut self) -> Option<()> {
        let metadata = self.cursor.bet(|bet| {
            bet.literal(b"{\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":")?;
            let place = bet.offset();
            bet.literal(b"{\"display_phone_number\":\"")?;
            bet.string();
            bet.literal(b"\",\"phone_number_id\":\"")?;
            bet.string();
            bet.literal(b"\"},\"")?;
            Some(place)
        })?;
        self.cursor.deepen(2);
        let scope = self.scope();
        let mut value = Value::new(scope);
        self.usual_items(&mut value)?;
        let field = self.cursor.bet(|bet| {
            bet.literal(b"},\"field\":")?;
            let place = bet.offset();
            bet.literal(b"\"messages\"}")?;
            Some(place)
        })?;
        self.cursor.deepen(-2);
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
    fn usual_items(&mut self, value: &mut Value) -> Option<()> {
        let scope = value.scope;
        if self.cursor.literal(b"contacts\":[") {
            let start = self.rows.len() as u32;
            loop {
                let place = self.cursor.offset();
                let (wa_id, user_id) = contact(&mut self.cursor)?;
                self.push_contact(place, wa_id, user_id, scope);
                if !self.cursor.literal(b",") {
                    break;
                }
            }
            value.set_contacts(Rows { start, end: self.rows.len() as u32 });
            self.cursor.bet(|bet| bet.literal(b"],\""))?;
        }
        if self.cursor.literal(b"messages\":[") {
            self.cursor.step_back();
            self.array(scope, |scan| scan.message(None, value));
            if !self.cursor.literal(b",\"") {
                return Some(());
            }
        }
        if self.cursor.literal(b"statuses\":[") {
            self.cursor.step_back();
            self.array(scope, |scan| scan.status(Kind::Status, value));
            if !self.cursor.literal(b",\"") {
                return Some(());
            }
        }
        self.cursor.bet(|bet| bet.literal(b"errors\":["))?;
        self.cursor.step_back();
        self.array(scope, |scan| scan.error(scope));
        Some(())
    }
}

const CLOUD: &[u8] = b"{\"object\":\"whatsapp_business_account\",\"entry\":[";

/// A whole contact: the offsets of its `wa_id` and its `user_id`.
#[inline(always)]
pub(super) fn contact(cursor: &mut Cursor<'_>) -> Option<(u32, u32)> {
    cursor.bet(|bet| {
        bet.literal(b"{\"profile\":{\"name\":\"")?;
        bet.text();
        bet.literal(b"\"},\"wa_id\":\"")?;
        let wa_id = bet.string();
        let user_id = if bet.is(b"\",\"user_id\":\"") { bet.string() } else { 0 };
        bet.literal(b"\"}")?;
        Some((wa_id, user_id))
    })
}

/// The first members of a message or a status.
#[derive(Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) id: u32,
    pub(super) timestamp: u32,
    /// `from`, or the recipient's id.
    pub(super) party: Str<'a>,
    pub(super) user_id: Option<Str<'a>>,
}

/// The head of a message.
#[inline(always)]
pub(super) fn message<'a>(cursor: &mut Cursor<'a>) -> Option<Head<'a>> {
    cursor.bet_on_members(|bet| {
        bet.literal(b"{\"from\":\"")?;
        let party = bet.str();
        let user_id = bet.is(b"\",\"from_user_id\":\"").then(|| bet.str());
        bet.literal(b"\",\"id\":\"")?;
        let id = bet.string();
        bet.literal(b"\",\"timestamp\":\"")?;
        let timestamp = bet.string();
        bet.literal(b"\"")?;
        Some(Head { id, timestamp, party, user_id })
    })
}

/// What follows the head of a text, its `type` before or behind the text itself.
#[inline(always)]
pub(super) fn text(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.bet_on_the_rest(|bet| {
        if bet.is(b",\"text\":{\"body\":\"") {
            bet.text();
            bet.literal(b"\"},\"type\":\"text\"}")
        } else {
            bet.literal(b",\"type\":\"text\",\"text\":{\"body\":\"")?;
            bet.text();
            bet.literal(b"\"}}")
        }
    })
}

/// The head of a status.
#[inline(always)]
pub(super) fn status<'a>(cursor: &mut Cursor<'a>) -> Option<Head<'a>> {
    cursor.bet_on_members(|bet| {
        bet.literal(b"{\"id\":\"")?;
        let id = bet.string();
        bet.literal(b"\",\"status\":\"")?;
        bet.string();
        bet.literal(b"\",\"timestamp\":\"")?;
        let timestamp = bet.string();
        bet.literal(b"\",\"recipient_id\":\"")?;
        let party = bet.str();
        let user_id = bet.is(b"\",\"recipient_user_id\":\"").then(|| bet.str());
        bet.literal(b"\"")?;
        Some(Head { id, timestamp, party, user_id })
    })
}

/// What follows the head of a status: maybe its conversation, its pricing, one error.
#[inline(always)]
pub(super) fn outcome(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.bet_on_the_rest(|bet| {
        if bet.is(b",\"conversation\":{\"id\":\"") {
            bet.string();
            if bet.is(b"\",\"expiration_timestamp\":\"") {
                bet.string();
            }
            bet.literal(b"\",\"origin\":{\"type\":\"")?;
            bet.string();
            bet.literal(b"\"}}")?;
        }
        if bet.is(b",\"pricing\":{\"billable\":") {
            if !bet.is(b"true") {
                bet.literal(b"false")?;
            }
            bet.literal(b",\"pricing_model\":\"")?;
            bet.string();
            // Both orders of the last two are usual.
            let type_first = bet.is(b"\",\"type\":\"");
            if type_first {
                bet.string();
            }
            bet.literal(b"\",\"category\":\"")?;
            bet.string();
            if !type_first && bet.is(b"\",\"type\":\"") {
                bet.string();
            }
            bet.literal(b"\"}")?;
        }
        if bet.is(b",\"errors\":[{\"code\":") {
            bet.number()?;
            bet.literal(b",\"title\":\"")?;
            bet.text();
            bet.literal(b"\",\"message\":\"")?;
            bet.text();
            bet.literal(b"\",\"error_data\":{\"details\":\"")?;
            bet.text();
            bet.literal(b"\"}")?;
            if bet.is(b",\"href\":\"") {
                bet.text();
                bet.literal(b"\"")?;
            }
            bet.literal(b"}]")?;
        }
        bet.literal(b"}")
    })
}

#[cfg(test)]
mod tests {
    use crate::{Notification, Parser, json::switch::BETS, scan::Scan, table::Row};
    use bytestring::ByteString;
    use proptest::prelude::*;
    use std::{fs, path::Path, sync::LazyLock};

    /// All documents of the workspace's tests, as they are and without white space.
    static DOCUMENTS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
        let mut documents = Vec::new();
        for form in ["cloud", "onprem"] {
            for file in fs::read_dir(fixtures.join(form)).expect("fixtures beside the crates") {
                let text = fs::read_to_string(file.expect("a file").path()).expect("text");
                documents.push(compact(&text));
                documents.push(text);
            }
        }
        documents
    });

    fn compact(json: &str) -> String {
        let (mut inside, mut escaped) = (false, false);
        let keep = |char: &char| {
            inside ^= *char == '"' && !escaped;
            escaped = *char == '\\' && !escaped;
            inside || !char.is_ascii_whitespace()
        };
        json.chars().filter(keep).collect()
    }

    /// Everything that a reader can tell of a document: its form, its rows and its views, or the
    /// fault and its place.
    fn told(text: &str, bets: bool) -> String {
        BETS.set(bets);
        let body = ByteString::from(text);
        let mut rows: Vec<Row> = Vec::new();
        let form = Scan::new(&body, &mut rows, 128, 65_536).body();
        if form.is_err() {
            rows.clear();
        }
        let notification = Parser::new().parse(text.to_owned(), Default::default());
        let views = notification.iter().flat_map(Notification::events);
        let views: Vec<_> = views.map(|event| serde_json::to_string(&event.get())).collect();
        BETS.set(true);
        format!("{form:?} {rows:?} {views:?}")
    }

    #[test]
    fn every_document_gives_the_same_events_with_bets_and_without() {
        assert!(DOCUMENTS.len() > 400);
        for text in DOCUMENTS.iter() {
            assert_eq!(told(text, true), told(text, false), "{text}");
        }
    }

    #[test]
    fn bets_are_won_on_what_is_usual() {
        let won = |text: &&String| {
            let body = ByteString::from(text.as_str());
            let mut rows = Vec::new();
            Scan::new(&body, &mut rows, 128, 65_536).usual_body().is_some()
        };
        assert!(DOCUMENTS.iter().filter(won).count() > 150);
        BETS.set(false);
        assert_eq!(DOCUMENTS.iter().filter(won).count(), 0);
        BETS.set(true);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        /// A byte is taken out, put in or changed, so that bets are lost at every place.
        #[test]
        fn a_document_with_a_flaw_is_judged_alike_with_bets_and_without(
            at in any::<proptest::sample::Index>(),
            place in any::<proptest::sample::Index>(),
            new in prop_oneof![Just(""), Just(" "), Just("\\"), Just("\""), Just("0"), Just(","), Just("]"), Just("\u{1}")],
            take in 0..2_usize,
        ) {
            let mut text = at.get(&DOCUMENTS).clone();
            let (place, byte) = match text.char_indices().nth(place.index(text.chars().count())) {
                Some((place, char)) => (place, char.len_utf8()),
                None => (text.len(), 0),
            };
            text.replace_range(place..place + take * byte, new);
            prop_assert_eq!(told(&text, true), told(&text, false), "{}", text);
        }
    }
}
