//! `wahook inbox` as it is run: the built binary, on a file that the real inbox and its workers have
//! made.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use serde_json::{Value, json};
use std::{
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};
use tempfile::TempDir;
use tower::{Service, service_fn};
use tower_whatsapp::{
    Event, Notification, Outcome,
    notification::{Origin, Parser},
};
use whatsapp_inbox::{Inbox, Store, store::SqliteStore};

/// An event that is done, two that are given up, one that is pending, and a body that is not JSON.
struct File {
    folder: TempDir,
    path: PathBuf,
}

impl File {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inbox.db");
        let store = SqliteStore::open(&path).unwrap();
        let mut inbox = Inbox::new(store.clone());
        for id in ["done", "dead-1", "dead-2"] {
            let _kept = inbox.call(message(id)).await.unwrap();
        }
        let broken = Notification::unparseable("canary, not JSON", Origin::new("shop"));
        let _kept = inbox.call(broken).await.unwrap();
        let workers = inbox.workers(service_fn(async |event: Event| {
            let gives_up = event.id().unwrap_or_default().to_cow().starts_with("dead");
            Ok::<_, Infallible>(if gives_up {
                Outcome::dead("no such\u{1b}[2J order")
            } else {
                Outcome::Done
            })
        }));
        let workers = workers.start();
        while store.stats().await.unwrap().pending > 0 {
            tokio::task::yield_now().await;
        }
        workers.drain(Duration::from_secs(60)).await;
        let _kept = inbox.call(message("pending")).await.unwrap();
        store.close().await;
        File { folder, path }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        wahook(&self.path, arguments)
    }

    /// What it prints as JSON: a value a line.
    fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.run(&[arguments, &["--format", "json"]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn stats(&self) -> Value {
        self.json(&["stats"]).remove(0)
    }

    /// The numbers of the dead letters.
    fn dead(&self) -> Vec<u64> {
        let list = self.json(&["dead", "list"]);
        list.iter().map(|letter| letter["seq"].as_u64().unwrap()).collect()
    }
}

fn message(id: &str) -> Notification {
    let body = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"messages":[{{"from":"15550001canary","id":"{id}","timestamp":"1750000000","type":"text","text":{{"body":"canary"}}}}]}}}}]}}]}}"#
    );
    Parser::new().parse(body, Origin::new("shop")).unwrap()
}

fn wahook(file: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wahook"));
    command.arg("inbox").arg(file).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

#[tokio::test]
async fn stats_and_the_list_say_what_is_in_it_and_nothing_personal() {
    let file = File::new().await;
    let mut stats = file.stats();
    assert!(stats["oldest"].take().as_str().unwrap().ends_with('Z'));
    // The body of what is done goes with the workers' sweep, sooner or later.
    let bodies = stats["bodies"].take().as_u64().unwrap();
    assert!([4, 5].contains(&bodies), "{bodies}");
    let expected = json!({"v":1,"pending":1,"oldest":null,"dead":3,"bodies":null,"keys":4});
    assert_eq!(stats, expected);

    let list = file.json(&["dead", "list"]);
    assert_eq!(list.len(), 3);
    let (letter, broken) = (&list[0], &list[2]);
    assert_eq!((&letter["seq"], &letter["attempts"]), (&2.into(), &1.into()));
    assert_eq!(letter["reason"], "no such\u{1b}[2J order");
    assert!(letter["died"].as_str() >= letter["received"].as_str());
    assert_eq!(
        (&broken["attempts"], &broken["reason"]),
        (&0.into(), &"the body is not JSON".into())
    );

    for command in [&["stats"][..], &["dead", "list"]] {
        for format in ["text", "json"] {
            let output = file.run(&[command, &["--format", format]].concat());
            let text = stdout(&output);
            assert!(output.status.success() && !text.is_empty() && stderr(&output).is_empty());
            assert!(!text.contains("canary") && !text.contains("1555"), "{text}");
            assert!(!text.contains('\u{1b}'), "{text}");
        }
    }
}

#[tokio::test]
async fn a_dead_letter_is_shown_as_decode_shows_its_event() {
    let file = File::new().await;
    let shown = file.json(&["dead", "show", "3"]).remove(0);
    assert_eq!((&shown["v"], &shown["seq"], &shown["attempts"]), (&1.into(), &3.into(), &1.into()));
    let mut event = shown["event"].clone();
    let body = file.folder.path().join("body.json");
    fs::write(&body, message("dead-2").body()).unwrap();
    let decoded = Command::new(env!("CARGO_BIN_EXE_wahook")).arg("decode").arg(body).output();
    let mut decoded: Value = serde_json::from_str(stdout(&decoded.unwrap())).unwrap();
    assert_ne!(event["file"].take(), decoded["file"].take());
    assert_eq!(event, decoded);
    assert_eq!(event["typed"]["text"]["body"], "canary");

    let text = file.run(&["dead", "show", "3"]);
    assert!(stdout(&text).contains("1 attempt") && stdout(&text).contains("message.text"));
    assert!(stdout(&text).contains("    body: canary\n"), "{}", stdout(&text));

    let broken = file.json(&["dead", "show", "4"]).remove(0);
    assert_eq!(broken["event"]["kind"], "unparseable");
    assert_eq!(broken["body"], "canary, not JSON");
    let broken = file.run(&["dead", "show", "4"]);
    assert!(stdout(&broken).ends_with("\nunparseable\ncanary, not JSON\n"), "{}", stdout(&broken));
    for none in ["0", "1", "5", "99"] {
        let output = file.run(&["dead", "show", none]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(stderr(&output), format!("wahook: there is no dead letter {none}\n"));
    }
    let help = file.run(&["dead", "show", "--help"]);
    assert!(stdout(&help).contains("the output is personal"));
}

#[tokio::test]
async fn dead_letters_are_replayed_one_by_one_or_all() {
    let file = File::new().await;
    let output = file.run(&["dead", "replay", "3"]);
    assert_eq!(stdout(&output), "1 dead letter pending again\n");
    assert_eq!((file.dead(), file.stats()["pending"].clone()), (vec![2, 4], 2.into()));
    assert_eq!(file.run(&["dead", "replay", "3"]).status.code(), Some(1), "it is none any more");
    assert_eq!(file.json(&["dead", "replay", "--all"]), [json!({"v": 1, "replayed": 2})]);
    assert_eq!((file.dead(), file.stats()["pending"].clone()), (vec![], 4.into()));
    let none = file.run(&["dead", "replay", "--all"]);
    assert!(none.status.success());
    assert_eq!(stdout(&none), "0 dead letters pending again\n");

    // Handled this time, the body that is not JSON too.
    let store = SqliteStore::open(&file.path).unwrap();
    let handler = service_fn(async |_: Event| Ok::<_, Infallible>(Outcome::Done));
    let workers = Inbox::new(store.clone()).workers(handler).start();
    while store.stats().await.unwrap().pending > 0 {
        tokio::task::yield_now().await;
    }
    workers.drain(Duration::from_secs(60)).await;
    store.close().await;
    assert_eq!(file.dead(), [0; 0]);
}

#[tokio::test]
async fn what_is_purged_is_gone_from_the_file_after_a_sweep() {
    let file = File::new().await;
    let purged = file.run(&["purge", "2"]);
    assert_eq!(
        stdout(&purged),
        "1 dead letter purged; the next sweep removes bodies that have no other event\n"
    );
    assert_eq!(file.run(&["purge", "2"]).status.code(), Some(1));
    assert_eq!(file.dead(), [3, 4]);
    assert_eq!(file.json(&["purge", "--all-dead"]), [json!({"v": 1, "purged": 2})]);
    let kept = file.json(&["sweep", "--keep-bodies", "1"]).remove(0);
    assert_eq!(kept["bodies"], 0);
    let swept = file.json(&["sweep"]).remove(0);
    assert!(swept["bodies"].as_u64().unwrap() >= 3, "{swept}");
    let stats = file.stats();
    assert_eq!(
        (&stats["pending"], &stats["dead"], &stats["bodies"]),
        (&1.into(), &0.into(), &1.into())
    );
}

#[tokio::test]
async fn one_person_is_erased_and_no_id_is_printed() {
    let file = File::new().await;
    let store = SqliteStore::open(&file.path).unwrap();
    let other = r#"{"messages":[{"from":"15550002","id":"A","timestamp":"1750000000",
        "type":"text","text":{"body":"ask +1 555 0009"}}]}"#;
    let theirs = r#"{"messages":[{"from":"15550009","id":"B","timestamp":"1750000000",
        "type":"text","text":{"body":"peppermint"}}]}"#;
    for body in [other, theirs] {
        let notification = Parser::new().parse(body, Origin::new("shop")).unwrap();
        let _kept = Inbox::new(store.clone()).call(notification).await.unwrap();
    }
    store.close().await;
    let before = file.stats();
    let erased = file.run(&["purge", "--contact", "+1-555-0009"]);
    assert_eq!(
        stdout(&erased),
        "overwritten: 1 in 1 bodies; ended: 1 that were pending or dead\n\
         mentioned still by others, in 1 bodies: 6\n"
    );
    assert_eq!(stderr(&erased), "");
    assert_eq!(file.stats()["pending"], before["pending"].as_u64().unwrap() - 1);
    let bytes = fs::read(&file.path).unwrap();
    assert!(!bytes.windows(10).any(|at| at == b"peppermint"));
    let again = json!({"v": 1, "bodies": 0, "items": 0, "events": 0, "mentions": [6]});
    let both = ["purge", "--contact", "nobody", "--contact", "15550009"];
    assert_eq!(file.json(&both), [again]);

    // Dead letters, by an id that no list of processes shows.
    let mut piped = Command::new(env!("CARGO_BIN_EXE_wahook"));
    piped.arg("inbox").arg(&file.path).args(["purge", "--contact", "-", "--format", "json"]);
    let ids = file.folder.path().join("ids");
    fs::write(&ids, "nobody\n15550001canary\n").unwrap();
    let output = piped.stdin(fs::File::open(&ids).unwrap()).output().unwrap();
    let erased: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(erased["events"], 3, "two dead letters, and one that was pending");
    assert_eq!(file.dead(), [4]);

    for nothing in ["", "+", "@"] {
        let output = file.run(&["purge", "--contact", nothing]);
        assert_eq!(output.status.code(), Some(2));
    }
    assert_eq!(file.run(&["purge", "1", "--contact", "1"]).status.code(), Some(2));
}

#[tokio::test]
async fn old_dead_letters_go_with_a_sweep() {
    let file = File::new().await;
    assert_eq!(file.json(&["sweep"])[0]["dead"], 0);
    assert_eq!(file.json(&["sweep", "--keep-dead", "0"])[0]["dead"], 3);
    assert_eq!(file.dead(), [0; 0]);
}

#[tokio::test]
async fn a_file_in_use_is_worked_on_too() {
    let file = File::new().await;
    let store = SqliteStore::open(&file.path).unwrap();
    assert!(file.run(&["dead", "replay", "--all"]).status.success());
    assert_eq!(store.stats().await.unwrap().pending, 4);
    store.close().await;
}

#[tokio::test]
async fn what_is_no_inbox_is_refused_and_none_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.db");
    let refused = |expected: &str| {
        let before = fs::read(&path).ok();
        for command in [&["stats"][..], &["dead", "list"], &["purge", "--all-dead"], &["sweep"]] {
            let output = wahook(&path, command);
            assert_eq!(output.status.code(), Some(2), "{expected}");
            assert!(stderr(&output).contains(expected), "{}", stderr(&output));
            assert!(stderr(&output).contains("inbox.db: "), "{}", stderr(&output));
            assert!(output.stdout.is_empty());
        }
        assert_eq!(fs::read(&path).ok(), before);
    };
    refused("os error 2");
    fs::write(&path, "").unwrap();
    refused("no inbox");
    fs::write(&path, "a text that is longer than the header of a database ".repeat(99)).unwrap();
    refused("not a database");

    let output = wahook(&path, &["dead", "replay"]);
    assert_eq!(output.status.code(), Some(2));
    let output = wahook(&path, &["purge", "1", "--all-dead"]);
    assert_eq!(output.status.code(), Some(2));
}
