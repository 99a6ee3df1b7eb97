//! The demo as it is run: the built binary, over real HTTP.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use serde_json::Value;
use std::process::{Command, Output};

fn demo(options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wahook")).arg("demo").args(options).output().unwrap()
}

/// Runs it, and looks at what does not depend on whether there is an inbox. The summary.
fn summary(options: &[&str]) -> Value {
    let output = demo(&[&["--format", "json", "--count", "100", "--seed", "3"], options].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
        .collect();
    let (summary, events) = lines.split_last().unwrap();
    let summary = &summary["summary"];
    let total = |counts: &Value| -> u64 {
        counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum()
    };
    assert_eq!(total(&summary["answers"]), 100);
    assert_eq!(total(&summary["events"]), events.len() as u64);
    for (kind, count) in summary["events"].as_object().unwrap() {
        let found = events.iter().filter(|event| event["kind"] == kind.as_str()).count();
        assert_eq!(count.as_u64().unwrap(), found as u64, "{kind}");
    }
    for status in ["200", "401", "403"] {
        assert!(summary["answers"][status].as_u64().unwrap() > 0);
    }
    for figure in ["malformed", "unknown", "repeats"] {
        assert!(summary[figure].as_u64().unwrap() > 0, "{figure}");
    }
    assert_eq!(summary["faults"], serde_json::json!([]));
    let mut summary = summary.clone();
    summary["total"] = events.len().into();
    summary
}

#[test]
fn json_lines_add_up_to_the_summary_and_each_event_is_handled_once() {
    let summary = summary(&[]);
    let inbox = &summary["inbox"];
    assert_eq!(inbox["kept"], summary["total"]);
    assert!(inbox["duplicates"].as_u64().unwrap() > 0);
    assert_eq!((&inbox["pending"], &inbox["dead"]), (&0.into(), &0.into()));
}

#[test]
fn without_an_inbox_what_comes_twice_is_handled_twice() {
    let (once, twice) = (summary(&[]), summary(&["--no-inbox"]));
    assert_eq!(twice["inbox"], Value::Null);
    let count = |value: &Value| value.as_u64().unwrap();
    assert_eq!(count(&twice["total"]), count(&once["total"]) + count(&once["inbox"]["duplicates"]));
}

#[test]
fn the_file_is_gone_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_wahook"))
        .args(["demo", "--count", "25", "--format", "json"])
        .env("TMPDIR", folder.path())
        .env("TMP", folder.path())
        .output()
        .unwrap()
        .status;
    assert!(status.success());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn text_is_for_people_and_tells_no_number() {
    let output = demo(&["--count", "50"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("answered 401") && text.contains("handled once"), "{text}");
    // The samples' numbers all begin so.
    assert!(!text.contains("1555"), "{text}");
    assert!(output.stderr.is_empty(), "no progress bar where nobody sees it");
}

#[test]
fn a_wrong_option_is_told() {
    let output = demo(&["--count", "0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--count"));
}
