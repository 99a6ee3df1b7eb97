//! One person is erased from a store, and nobody else is touched.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, time::Duration};
use tower::Service;
use whatsapp_inbox::{
    Erased, Inbox, Store, erase_contact,
    store::{BodyId, End, Erasure, MemoryStore, Millis, Owner, Retention, Scan, Seq, SqliteStore},
};
use whatsapp_notification::{Kind, Notification, Origin, Parser};
use whatsapp_testkit::Samples;

const NOW: Millis = Millis(1_750_000_000_000);

async fn keep<S: Store>(store: &S, body: impl ToString) {
    let body = body.to_string();
    let parsed = Parser::new().parse(body.clone(), Origin::new("shop"));
    let notification =
        parsed.unwrap_or_else(|_| Notification::unparseable(body, Origin::new("shop")));
    Inbox::new(store.clone()).call(notification).await.unwrap();
}

async fn erase<S: Store>(store: &S, ids: &[&str]) -> Erased {
    erase_contact(store, ids, NOW).await.unwrap()
}

/// All bodies, one behind the other.
async fn content<S: Store>(store: &S) -> String {
    let mut content = String::new();
    for id in store.bodies(None, usize::MAX).await.unwrap() {
        let body = store.body(id).await.unwrap().unwrap().body;
        content.push_str(str::from_utf8(&body).unwrap());
    }
    content
}

/// What stands where each pending event is to be found.
async fn pending<S: Store>(store: &S) -> BTreeMap<Seq, String> {
    let mut events = BTreeMap::new();
    for pending in store.pending(Scan::After(Seq(0)), usize::MAX).await.unwrap() {
        let notification = store.body(pending.body).await.unwrap().unwrap().notification();
        let mut all = notification.events();
        let event = all.find(|event| event.offset() == pending.offset as usize).unwrap();
        let (key, sender) = (event.key().map(|key| key.parts().collect()), event.party());
        let key: Option<Vec<_>> = key;
        events.insert(
            pending.seq,
            format!("{} {key:?} {:?}", event.raw(), sender.name().map(|n| n.to_cow())),
        );
    }
    events
}

fn cloud(field: &str, value: &Value) -> Value {
    json!({"object":"whatsapp_business_account","entry":[{"id":"1","time":1_750_000_000,"changes":[
        {"field":field,"value":value}]}]})
}

fn text(from: &str, id: &str, body: &str) -> Value {
    json!({"from":from,"id":id,"timestamp":"1750000000","type":"text","text":{"body":body}})
}

fn batch() -> Value {
    cloud(
        "messages",
        &json!({
            "metadata":{"phone_number_id":"7"},
            "contacts":[
                {"wa_id":"15550001","user_id":"US.ada","profile":{"name":"Ada Canary"}},
                {"wa_id":"15550002","profile":{"name":"Bob"}}],
            "messages":[text("15550001", "A", "canary"), text("15550002", "B", "Ho")],
            "statuses":[
                {"id":"C","status":"read","timestamp":"1750000000","recipient_id":"15550001"},
                {"id":"D","status":"read","timestamp":"1750000000","recipient_id":"15550002"}]
        }),
    )
}

#[tokio::test]
async fn what_is_from_or_about_somebody_goes_and_what_stands_beside_it_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("inbox.db")).unwrap();
    goes_and_stays(MemoryStore::new()).await;
    goes_and_stays(store).await;
}

async fn goes_and_stays<S: Store>(store: S) {
    keep(&store, batch()).await;
    let before = pending(&store).await;
    let fence = store.own(Owner(1), NOW, Duration::MAX).await.unwrap().unwrap();
    let dead = End::Dead { attempts: 1, reason: "a reason".into() };
    assert!(store.finish(fence, Seq(3), NOW, dead).await.unwrap());

    let erased = erase(&store, &["+1 555 0001"]).await;
    assert_eq!((erased.bodies, erased.items, erased.events), (1, 3, 2));
    assert_eq!(erased.mentions, []);
    let content = content(&store).await;
    for gone in ["15550001", "US.ada", "anary"] {
        assert!(!content.contains(gone), "{content}");
    }
    let after = pending(&store).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), [&Seq(2), &Seq(4)]);
    assert!(after.iter().all(|(seq, event)| before[seq] == *event), "{after:?}");
    assert_eq!(store.dead(None, 9).await.unwrap(), []);
    assert!(after[&Seq(2)].contains("Bob"));

    // It is known still, by its key; and there is no more to erase.
    keep(&store, batch()).await;
    assert_eq!(store.stats().await.unwrap().pending, 2);
    assert_eq!(erase(&store, &["15550001"]).await, Erased::default());
}

#[tokio::test]
async fn somebody_is_found_by_each_of_their_ids_wherever_they_stand() {
    let user =
        json!({"from_user_id":"US.ada","id":"A","timestamp":"1","type":"text","text":{"body":"x"}});
    let person = "15550001";
    let found = [
        // On-Premises, as some hosts write it.
        (json!({"messages":[text("+1 555 0001", "A", "x")]}), person),
        (
            json!({"statuses":[{"id":"A","status":"sent","timestamp":"1","recipient_id":"2","message":{"recipient_id":"3"}}]}),
            "2",
        ),
        (cloud("messages", &json!({"messages":[user]})), "US.ada"),
        // By what the contact says.
        (
            cloud(
                "messages",
                &json!({"messages":[user],
            "contacts":[{"user_id":"US.ada","profile":{"username":"ada"}}]}),
            ),
            "@ada",
        ),
        (
            cloud(
                "messages",
                &json!({"messages":[user],
            "contacts":[{"user_id":"US.ada","wa_id":person}]}),
            ),
            person,
        ),
        (
            cloud(
                "messages",
                &json!({"messages":[user],
            "contacts":[{"user_id":"US.ada","parent_user_id":"US.ENT.a"}]}),
            ),
            "US.ENT.a",
        ),
        // A contact alone.
        (cloud("messages", &json!({"contacts":[{"wa_id":person}]})), person),
        (json!({"contacts":[{"input":"+1 555 0001","status":"valid","wa_id":"x"}]}), person),
        // In a group.
        (
            cloud(
                "messages",
                &json!({"messages":[{"from":person,"group_id":"G","id":"A",
            "timestamp":"1","type":"text","text":{"body":"x"}}]}),
            ),
            person,
        ),
        (
            cloud(
                "messages",
                &json!({"statuses":[{"id":"A","status":"read","timestamp":"1",
            "recipient_id":"G","recipient_type":"group","recipient_participant_id":person}]}),
            ),
            person,
        ),
        // Old ids and new ones.
        (
            cloud(
                "messages",
                &json!({"messages":[{"from":"2","id":"A","timestamp":"1","type":"system",
            "system":{"type":"user_changed_number","wa_id":person}}]}),
            ),
            person,
        ),
        (
            cloud(
                "user_id_update",
                &json!({"user_id_update":[{"wa_id":"2","timestamp":"1",
            "user_id":{"previous":"US.ada","current":"US.b"}}]}),
            ),
            "US.ada",
        ),
        // What the business itself did.
        (
            cloud(
                "smb_message_echoes",
                &json!({"message_echoes":[{"from":"9","to":person,"id":"A",
            "timestamp":"1","type":"text","text":{"body":"x"}}]}),
            ),
            person,
        ),
        (
            cloud(
                "smb_app_state_sync",
                &json!({"state_sync":[{"type":"contact","action":"add",
            "contact":{"full_name":"Ada","phone_number":person},"metadata":{"timestamp":"1"}}]}),
            ),
            person,
        ),
        (
            cloud(
                "calls",
                &json!({"calls":[{"id":"A","from":"9","to":person,"event":"connect",
            "direction":"BUSINESS_INITIATED","timestamp":"1"}]}),
            ),
            person,
        ),
    ];
    for (body, id) in found {
        let store = MemoryStore::new();
        keep(&store, &body).await;
        let erased = erase(&store, &["nobody", id]).await;
        assert_eq!((erased.events, &erased.mentions[..]), (1, &[][..]), "{body}");
        let content = content(&store).await;
        assert_eq!(content.len(), body.to_string().len());
        serde_json::from_str::<Value>(&content).unwrap();
        assert!(!content.contains(id), "{content}");
        assert_eq!(store.stats().await.unwrap().pending, 0);
    }
}

#[tokio::test]
async fn ids_that_one_event_has_together_are_of_one_person_in_its_body() {
    let store = MemoryStore::new();
    let message = json!({"from":"15550001","from_user_id":"US.ada","id":"A","timestamp":"1",
        "type":"text","text":{"body":"x"}});
    let status = json!({"id":"B","status":"read","timestamp":"1","recipient_user_id":"US.ada"});
    let contact = json!({"user_id":"US.ada","profile":{"name":"Ada Canary"}});
    // A group may have a number for an id, and is nobody.
    let group = json!({"id":"C","status":"read","timestamp":"1","recipient_id":"15550001",
        "recipient_type":"group","recipient_participant_id":"15550002"});
    let value = json!({"contacts":[contact],"messages":[message],"statuses":[status, group]});
    keep(&store, cloud("messages", &value)).await;
    let erased = erase(&store, &["15550001"]).await;
    assert_eq!((erased.items, erased.events), (3, 2));
    let content = content(&store).await;
    assert!(!content.contains("US.ada") && !content.contains("Canary"), "{content}");
    assert!(content.contains("15550002"));
    assert_eq!(erased.mentions, [BodyId(1)]);
}

#[tokio::test]
async fn of_a_history_their_conversations_go_and_the_rest_is_handled() {
    let store = MemoryStore::new();
    let thread =
        |id: &str| json!({"id":id,"context":{"wa_id":id},"messages":[text(id, "A", "canary")]});
    keep(
        &store,
        cloud(
            "history",
            &json!({"history":[{"metadata":{"phase":0},
        "threads":[thread("15550001"), thread("15550002")]}]}),
        ),
    )
    .await;
    let erased = erase(&store, &["15550001"]).await;
    assert_eq!((erased.items, erased.events, erased.mentions.len()), (1, 0, 0));
    let content: Value = serde_json::from_str(&content(&store).await).unwrap();
    let threads = &content["entry"][0]["changes"][0]["value"]["history"][0]["threads"];
    assert_eq!(*threads, json!([null, thread("15550002")]));
    assert_eq!(store.stats().await.unwrap().pending, 1);
}

#[tokio::test]
async fn what_is_not_json_goes_as_a_whole_if_it_mentions_them() {
    let store = MemoryStore::new();
    keep(&store, "<from>15550001</from>").await;
    keep(&store, "<from>15550002</from>").await;
    let erased = erase(&store, &["15550001"]).await;
    assert_eq!((erased.bodies, erased.events, erased.mentions.len()), (1, 1, 0));
    let dead = store.dead(None, 9).await.unwrap();
    assert_eq!(dead.iter().map(|letter| letter.seq).collect::<Vec<_>>(), [Seq(2)]);
    assert!(!content(&store).await.contains("15550001"));
}

/// A stack that overflows cannot be caught, and the body would be in the way each time.
#[tokio::test]
async fn what_is_nested_without_end_is_no_danger() {
    let store = MemoryStore::new();
    let open = "[".repeat(100_000);
    keep(&store, format!("{open}15550001{}", "]".repeat(open.len()))).await;
    keep(&store, format!("{open}{}", "]".repeat(open.len()))).await;
    let erased = erase(&store, &["15550001"]).await;
    assert_eq!((erased.bodies, erased.items, erased.events), (1, 1, 1));
}

#[tokio::test]
async fn a_name_that_is_no_text_hides_nothing() {
    let store = MemoryStore::new();
    let contact = r#"{"\udc00":1,"wa_id":"15550001"}"#;
    let message = text("15550001", "A", "x");
    keep(&store, format!(r#"{{"\ud800":1,"contacts":[{contact}],"messages":[{message}]}}"#)).await;
    let erased = erase(&store, &["15550001"]).await;
    assert_eq!((erased.items, erased.mentions.len()), (2, 0));
}

#[tokio::test]
async fn what_others_wrote_of_them_stays_and_is_told() {
    let store = MemoryStore::new();
    let card = json!({"from":"15550002","id":"C","timestamp":"1","type":"contacts","contacts":[
        {"name":{"formatted_name":"Ada"},"phones":[{"phone":"+1 555-0001"}],"wa_id":"15550001"}]});
    keep(&store, cloud("messages", &json!({"messages":[text("15550002", "A", "ask 15550001")]})))
        .await;
    keep(&store, cloud("messages", &json!({"messages":[text("15550002", "B", "ask 155500012")]})))
        .await;
    keep(&store, cloud("messages", &json!({"messages":[card]}))).await;
    let before = content(&store).await;
    let erased = erase(&store, &["15550001"]).await;
    assert_eq!(erased.mentions, [BodyId(1), BodyId(3)]);
    assert_eq!((erased.bodies, erased.items, erased.events), (0, 0, 0));
    assert_eq!(content(&store).await, before);
    assert_eq!(erase(&store, &[]).await, Erased::default());
    assert_eq!(erase(&store, &["", "@", "+"]).await, Erased::default());
}

#[test]
fn debug_shows_nothing_of_anybody() {
    let mut erasure = Erasure::of(r#"{"from":"15550001canary"}"#.into());
    erasure.blank(8..24);
    let debug = format!("{erasure:?} {:?}", Erased::default());
    assert!(!debug.contains("1555") && !debug.contains("canary"), "{debug}");
    // What is beyond the body is nothing, and a short value stays one.
    erasure.blank(25..99);
    let (start, end) = (99, 25);
    erasure.blank(start..end);
    assert_eq!(erasure.offsets(), [8]);
    let mut short = Erasure::of("[{},7]".into());
    short.blank(1..3);
    assert_eq!(short.after(), b"[0 ,7]");
}

#[tokio::test]
async fn what_has_ended_and_is_kept_for_some_days_is_erased_too() {
    let store = MemoryStore::new();
    keep(&store, batch()).await;
    let fence = store.own(Owner(1), NOW, Duration::MAX).await.unwrap().unwrap();
    for seq in 1..=4 {
        assert!(store.finish(fence, Seq(seq), NOW, End::Done).await.unwrap());
    }
    let erased = erase(&store, &["15550001"]).await;
    assert_eq!((erased.bodies, erased.items, erased.events), (1, 3, 0));
    assert!(!content(&store).await.contains("15550001"));
}

#[tokio::test]
async fn two_that_are_erased_from_one_body_at_once_are_both_gone() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("inbox.db")).unwrap();
    for n in 0..50 {
        let messages =
            [text("15550001", &format!("A{n}"), "x"), text("15550002", &format!("B{n}"), "x")];
        keep(&store, cloud("messages", &json!({"messages":messages}))).await;
    }
    let (one, two) = tokio::join!(erase(&store, &["15550001"]), erase(&store, &["15550002"]));
    assert_eq!((one.items, one.events, two.items, two.events), (50, 50, 50, 50));
    assert!(!content(&store).await.contains("1555000"));
}

/// Of every kind of event that there is, in bodies of many.
#[tokio::test]
async fn of_generated_notifications_exactly_the_events_of_one_customer_go() {
    let mut samples = Samples::new(5);
    let mut bodies = samples.every_kind();
    bodies.extend(samples.mixed(128));
    bodies.extend(samples.onprem_mixed(64));
    bodies.extend((0..4).map(|_| samples.mixed_batch(20_000)));
    let mut customers = 0;
    for sample in bodies {
        let notification = Notification::parse(sample.body.clone()).unwrap();
        let keys: Vec<Option<String>> = notification
            .events()
            .map(|event| event.party().key().map(|key| key.to_cow().into_owned()))
            .collect();
        let Some(customer) = keys.iter().flatten().next() else { continue };
        customers += 1;
        let store = MemoryStore::new();
        Inbox::new(store.clone()).call(notification.clone()).await.unwrap();
        let before = pending(&store).await;
        erase(&store, &[customer]).await;
        let after = pending(&store).await;
        for event in after.values() {
            assert!(!event.contains(&format!("\"from\":\"{customer}\"")), "{event}");
        }
        for (seq, event) in &before {
            // A history's conversations may have gone from it.
            let is_history = event.contains("\"threads\"");
            match after.get(seq) {
                Some(left) => assert!(left == event || is_history),
                None => assert!(event.contains(customer.as_str())),
            }
        }
        let left = Notification::parse(content(&store).await).unwrap();
        for event in left.events().filter(|event| event.kind() != Kind::Malformed) {
            assert!(event.party().key().is_none_or(|key| key != customer.as_str()));
        }
    }
    assert!(customers > 100, "{customers}");
}

#[tokio::test]
async fn the_file_has_no_trace_of_them_when_it_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    // One that takes many pages, and small ones.
    let long = "canary ".repeat(10_000);
    keep(&store, cloud("messages", &json!({"messages":[text("15550001", "L", &long)]}))).await;
    keep(&store, batch()).await;
    store.close().await;
    let has_trace = || {
        let file = fs::read(&path).unwrap();
        [&b"15550001"[..], b"canary"].map(|trace| file.windows(trace.len()).any(|at| at == trace))
    };
    assert_eq!(has_trace(), [true, true]);
    let store = SqliteStore::open(&path).unwrap();
    let erased = erase(&store, &["15550001"]).await;
    assert_eq!(erased.bodies, 2);
    store.close().await;
    assert_eq!(has_trace(), [false, false]);
}

#[tokio::test]
async fn what_was_swept_before_is_in_free_pages_until_a_vacuum() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let store = SqliteStore::open(&path).unwrap();
    let long = "canary ".repeat(10_000);
    keep(&store, cloud("messages", &json!({"messages":[text("15550001", "L", &long)]}))).await;
    let fence = store.own(Owner(1), NOW, Duration::MAX).await.unwrap().unwrap();
    assert!(store.finish(fence, Seq(1), NOW, End::Done).await.unwrap());
    let retention = Retention::new(Duration::ZERO, Duration::ZERO);
    assert_eq!(store.sweep(NOW, retention).await.unwrap().bodies, 1);
    assert_eq!(erase(&store, &["15550001"]).await, Erased::default());
    store.close().await;
    let has_trace = || fs::read(&path).unwrap().windows(6).any(|at| at == b"canary");
    assert!(has_trace());
    rusqlite::Connection::open(&path).unwrap().execute_batch("VACUUM").unwrap();
    assert!(!has_trace());
    SqliteStore::open(&path).unwrap().close().await;
}
