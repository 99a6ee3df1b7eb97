//! `wahook decode` as it is run: the built binary, over the project's own documents.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use serde_json::Value;
use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};
use whatsapp_testkit::escape_json;

/// The folder of the project's own documents.
fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

/// Runs `wahook decode` in that folder.
fn decode(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wahook"))
        .arg("decode")
        .args(arguments)
        .current_dir(fixtures())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

/// The documents of one API, in the order of their names.
fn documents(api: &str) -> Vec<String> {
    let files = fs::read_dir(fixtures().join(api)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.map(|name| format!("{api}/{name}")).collect();
    names.sort();
    names
}

/// What `wahook decode` prints of one API's documents.
fn golden(api: &str) -> String {
    let documents = documents(api);
    let files: Vec<_> = documents.iter().map(String::as_str).collect();
    stdout(&decode(&files, "")).to_owned()
}

#[test]
fn the_documents_of_the_cloud_api() {
    insta::assert_snapshot!("cloud", golden("cloud"));
}

#[test]
fn the_documents_of_the_on_premises_api() {
    insta::assert_snapshot!("onprem", golden("onprem"));
}

#[test]
fn the_escaped_form_reads_the_same() {
    // What the byte form changes: where raw JSON is printed, and the order of members in it.
    let events = |text: &str| -> Vec<Value> {
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut events: Vec<_> = lines
            .map(|mut event| {
                event.as_object_mut().unwrap().remove("file");
                event["untyped"].as_array_mut().unwrap().sort_by_key(Value::to_string);
                event
            })
            .collect();
        events.sort_by_key(Value::to_string);
        events
    };
    for document in documents("cloud").into_iter().chain(documents("onprem")) {
        let plain = decode(&[&document], "");
        let text = fs::read_to_string(fixtures().join(&document)).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        let input = escape_json(&json.to_string());
        assert!(input.is_ascii());
        let other = decode(&["-"], &input);
        assert_eq!(events(stdout(&other)), events(stdout(&plain)), "{document}");
    }
}

#[test]
fn strict_says_where_and_fails() {
    let fine = decode(&["--strict", "cloud/message-text.json"], "");
    assert!(fine.status.success(), "{}", stderr(&fine));
    assert_eq!(stderr(&fine), "1 body, 1 event, 0 untyped members\n");
    let output = decode(&["--strict", "cloud/unknown-members.json"], "");
    assert_eq!(output.status.code(), Some(1));
    for finding in [
        "cloud/unknown-members.json /entry/0/changes/0/value/messages/0/text/mood: untyped",
        "cloud/unknown-members.json /entry/0/changes/0/value/parcels: unknown",
        "cloud/unknown-members.json /entry/0/changes/0/value/metadata/region: untyped",
        "cloud/unknown-members.json /entry/0/uid: untyped",
    ] {
        assert!(stderr(&output).lines().any(|line| line == finding), "{}", stderr(&output));
    }
    // Without it, the same is told in figures only.
    let output = decode(&["cloud/unknown-members.json"], "");
    assert!(output.status.success());
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
}

#[test]
fn what_is_no_json_is_told_and_costs_nothing_else() {
    let lines = "{\"errors\":[{\"code\":1}]}\n{oops\n{\"errors\":[{\"code\":2}]}\n";
    let output = decode(&["-", "no-such-file", "cloud/message-text.json"], lines);
    assert_eq!(output.status.code(), Some(1));
    let kinds: Vec<_> = stdout(&output)
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["kind"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(kinds, ["error.1", "unparseable", "error.2", "message.text"]);
    assert!(stderr(&output).contains("standard input:2: not JSON: error at byte 1"));
    assert!(stderr(&output).contains("no-such-file: "));
}

#[test]
fn the_tree_is_for_people_and_moves_no_cursor() {
    let body = r#"{"messages":[{"from":"15550001","id":"A\u001b[2J","timestamp":"1750000000","type":"text","text":{"body":"Hi"}}]}"#;
    let output = decode(&["--format", "text"], body);
    let tree = stdout(&output);
    assert!(
        tree.starts_with("message.text  2025-06-15T15:06:40Z\n  standard input /messages/0\n"),
        "{tree}"
    );
    assert!(tree.contains("\n  text:\n    body: Hi\n"), "{tree}");
    assert!(!tree.contains('\u{1b}'), "{tree}");
}
