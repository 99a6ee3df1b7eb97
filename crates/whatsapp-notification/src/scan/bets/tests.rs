use super::{status, text};
use crate::{
    Notification, Parser,
    json::{Bet, Cursor, switch::BETS},
    scan::Scan,
    table::Row,
    view::{ContactView, ErrorView, Metadata, Object, StatusView},
};
use bytestring::ByteString;
use proptest::{prelude::*, sample::Index};
use std::{fs, ops::Range, path::Path, sync::LazyLock};

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

/// Those without white space.
static COMPACT: LazyLock<Vec<String>> =
    LazyLock::new(|| DOCUMENTS.iter().map(|text| compact(text)).collect());

fn compact(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let keep = |char: &char| {
        inside ^= *char == '"' && !escaped;
        escaped = *char == '\\' && !escaped;
        inside || !char.is_ascii_whitespace()
    };
    json.chars().filter(keep).collect()
}

const LIMITS: (u32, usize) = (128, 65_536);

/// Everything that a reader can tell of a document: its form, its rows, and what each event says of
/// itself and of what is around it; or the fault and its place.
fn told(text: &str, (depth, events): (u32, usize), bets: bool) -> String {
    BETS.set(bets);
    let body = ByteString::from(text);
    let mut rows: Vec<Row> = Vec::new();
    let form = Scan::new(&body, &mut rows, depth, events).body();
    if form.is_err() {
        rows.clear();
    }
    let parser = Parser::new().max_depth(depth).max_events(events);
    let notification = parser.parse(text.to_owned(), Default::default());
    let events = notification.iter().flat_map(Notification::events).map(|event| {
        let text = |text: Option<crate::Str<'_>>| text.map(|text| text.to_string());
        let party = event.party();
        format!(
            "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            serde_json::to_string(&event.get()).expect("a view"),
            serde_json::to_string(&event.metadata()).expect("metadata"),
            serde_json::to_string(&party.contact()).expect("a contact"),
            text(event.id()),
            event.timestamp(),
            text(party.address()),
            text(event.conversation()),
            (text(event.entry_id()), event.entry_time()),
            text(event.field()),
            event.untyped(),
        )
    });
    let told = format!("{form:?} {rows:?} {:?}", events.collect::<Vec<_>>());
    BETS.set(true);
    told
}

#[test]
fn every_document_gives_the_same_events_with_bets_and_without() {
    assert!(DOCUMENTS.len() > 400);
    for text in DOCUMENTS.iter() {
        assert_eq!(told(text, LIMITS, true), told(text, LIMITS, false), "{text}");
    }
}

#[test]
fn every_document_meets_the_same_limits_with_bets_and_without() {
    let limits = (1..=16).map(|depth| (depth, 65_536)).chain((0..4).map(|events| (128, events)));
    for limits in limits {
        for text in COMPACT.iter() {
            assert_eq!(told(text, limits, true), told(text, limits, false), "{limits:?}: {text}");
        }
    }
}

#[test]
fn what_is_null_at_the_top_is_not_there_with_bets_and_without() {
    for body in [r#"{"errors":null}"#, r#"{"errors":{}}"#, r#"{"errors":[]}"#, r#"{"messages":[]}"#]
    {
        assert_eq!(told(body, LIMITS, true), told(body, LIMITS, false), "{body}");
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

/// True if the bet is won on the whole text.
fn wins(text: &str, bet: impl FnOnce(&mut Bet<'_>) -> bool) -> bool {
    let text = ByteString::from(text);
    let mut cursor = Cursor::new(&text, 128);
    let mut under_way = cursor.bet(4).expect("bets are on");
    let won = bet(&mut under_way);
    cursor.take(&under_way);
    won && cursor.is_at_end()
}

#[test]
fn texts_are_won_in_both_orders_and_with_a_user_id() {
    let head = r#"{"from":"15550001","id":"wamid.A","timestamp":"1750000000""#;
    let with_id =
        r#"{"from":"15550001","from_user_id":"US.1","id":"wamid.A","timestamp":"1750000000""#;
    for head in [head, with_id] {
        for rest in [
            r#","text":{"body":"Hi \u00e9"},"type":"text"}"#,
            r#","type":"text","text":{"body":"Hi"}}"#,
        ] {
            assert!(wins(&format!("{head}{rest}"), |bet| text(bet).is_some()), "{head}{rest}");
        }
        assert!(!wins(&format!(r#"{head},"type":"image","text":{{"body":"Hi"}}}}"#), |bet| text(
            bet
        )
        .is_some()));
    }
}

const ERROR: &str = r#"{"code":131049,"title":"a","message":"b","error_data":{"details":"c"}"#;

#[test]
fn statuses_are_won_with_every_member_that_is_usual() {
    let head =
        r#"{"id":"wamid.A","status":"sent","timestamp":"1750000000","recipient_id":"15550001""#;
    let id = "0123456789abcdef0123456789abcdef";
    let conversations = [
        String::new(),
        format!(r#","conversation":{{"id":"{id}","origin":{{"type":"utility"}}}}"#),
        format!(
            r#","conversation":{{"id":"{id}","expiration_timestamp":"1750000000","origin":{{"type":"utility"}}}}"#
        ),
    ];
    let pricings = [
        "",
        r#","pricing":{"billable":true,"pricing_model":"PMP","category":"utility","type":"regular"}"#,
        r#","pricing":{"billable":false,"pricing_model":"PMP","type":"regular","category":"utility"}"#,
        r#","pricing":{"billable":true,"pricing_model":"CBP","category":"service"}"#,
    ];
    let errors = [
        String::new(),
        format!(r#","errors":[{ERROR}}}]"#),
        format!(r#","errors":[{ERROR},"href":"https://x"}},{ERROR}}}]"#),
    ];
    for user_id in ["", r#","recipient_user_id":"US.1""#] {
        for conversation in &conversations {
            for pricing in pricings {
                for errors in &errors {
                    let body = format!("{head}{user_id}{conversation}{pricing}{errors}}}");
                    assert!(wins(&body, |bet| status(bet).is_some()), "{body}");
                    assert!(
                        wins(&body, |bet| StatusView::default().usual(bet).is_some()),
                        "{body}"
                    );
                    assert!(
                        !wins(&body.replace("sent\"", "sent"), |bet| status(bet).is_some()),
                        "{body}"
                    );
                }
            }
        }
    }
}

#[test]
fn views_win_on_what_is_usual() {
    for href in ["", r#","href":"https://x""#] {
        assert!(wins(&format!("{ERROR}{href}}}"), |bet| ErrorView::default().usual(bet).is_some()));
    }
    for user_id in ["", r#","user_id":"US.1""#] {
        let contact =
            format!(r#"{{"profile":{{"name":"Ada \ud83d\ude00"}},"wa_id":"15550001"{user_id}}}"#);
        assert!(wins(&contact, |bet| ContactView::default().usual(bet).is_some()));
    }
    let metadata = r#"{"display_phone_number":"15550009","phone_number_id":"7"}"#;
    assert!(wins(metadata, |bet| Metadata::default().usual(bet).is_some()));
}

/// The members of all objects: where each key begins, and the span of its value.
fn members(json: &str) -> Vec<(usize, Range<usize>)> {
    let text = ByteString::from(json);
    let (mut members, mut key, mut at) = (Vec::new(), 0, 0);
    while let Some(byte) = json.as_bytes().get(at) {
        match byte {
            b'"' => {
                key = at;
                let mut cursor = Cursor::at(&text, at as u32);
                cursor.skip_value();
                at = cursor.offset() as usize;
                continue;
            }
            b':' => {
                let mut cursor = Cursor::at(&text, at as u32 + 1);
                cursor.skip_value();
                members.push((key, at + 1..cursor.offset() as usize));
            }
            _ => {}
        }
        at += 1;
    }
    members
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    /// A byte is taken out, put in or changed, so that bets are lost at every place.
    #[test]
    fn a_document_with_a_flaw_is_judged_alike_with_bets_and_without(
        at in any::<Index>(),
        place in any::<Index>(),
        new in prop_oneof![Just(""), Just(" "), Just("\\"), Just("\""), Just("0"), Just(","), Just("]"), Just("\u{1}")],
        take in 0..2_usize,
    ) {
        let mut text = at.get(&DOCUMENTS).clone();
        let (place, byte) = match text.char_indices().nth(place.index(text.chars().count())) {
            Some((place, char)) => (place, char.len_utf8()),
            None => (text.len(), 0),
        };
        text.replace_range(place..place + take * byte, new);
        prop_assert_eq!(told(&text, LIMITS, true), told(&text, LIMITS, false), "{}", text);
    }

    /// A member has another value, stands twice, or is missing; and limits are low.
    #[test]
    fn a_document_of_other_members_is_judged_alike_with_bets_and_without(
        at in any::<Index>(),
        member in any::<Index>(),
        value in prop_oneof![
            Just("null"), Just("[]"), Just("{}"), Just("0"), Just("\"\""), Just("[null]"), Just("[{}]"),
            Just("\"1750000000\""), Just("17500000.5"), Just("[[[[[[[[{\"a\":[]}]]]]]]]]"),
        ],
        change in 0..4,
        depth in 5..24_u32,
        events in prop_oneof![0..4_usize, Just(65_536)],
    ) {
        let mut text = at.get(&COMPACT).clone();
        let members = members(&text);
        prop_assume!(!members.is_empty());
        let (key, span) = member.get(&members).clone();
        let name = text[key..span.start].to_owned();
        match change {
            0 => text.replace_range(span, value),
            1 => text.insert_str(span.end, &format!(",{name}{value}")),
            2 => text.insert_str(key, &format!("{name}{value},")),
            _ if text.as_bytes().get(span.end) == Some(&b',') => text.replace_range(key..=span.end, ""),
            _ => text.replace_range(key..span.end, ""),
        }
        let limits = (depth, events);
        prop_assert_eq!(told(&text, LIMITS, true), told(&text, LIMITS, false), "{}", text);
        prop_assert_eq!(told(&text, limits, true), told(&text, limits, false), "{:?}: {}", limits, text);
    }
}
