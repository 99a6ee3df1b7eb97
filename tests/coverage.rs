//! `docs/coverage.md` says what is typed. It is made from the code and the project's own documents;
//! `UPDATE_DOCS=1 cargo test -p tests --test coverage` writes it anew.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write,
    fs,
    path::PathBuf,
};
use tests::fixtures;
use whatsapp_notification::{Form, Kind, Notification};

/// What the documents hold of one kind: where it occurs, and its types, events or statuses.
#[derive(Default)]
struct Seen {
    cloud: bool,
    onprem: bool,
    subtypes: BTreeSet<String>,
}

fn seen() -> BTreeMap<Kind, Seen> {
    let mut seen: BTreeMap<Kind, Seen> = BTreeMap::new();
    for document in fixtures() {
        let notification = Notification::parse(document.text).unwrap();
        for event in &notification {
            let seen = seen.entry(event.kind()).or_default();
            seen.cloud |= notification.form() == Form::Cloud;
            seen.onprem |= notification.form() == Form::OnPremises;
            // Codes are endless, unheard ones are made up, and a message's type is its kind's name.
            let told = event.kind() != Kind::Error && !document.name.contains("unheard");
            let subtype = event.subtype().map(String::from).filter(|_| told);
            let own = |name: &String| name != event.kind().name() && name != "system";
            seen.subtypes.extend(subtype.filter(own));
        }
    }
    seen
}

/// Where Meta documents it: the page below "business-messaging/whatsapp", or the On-Premises one.
fn page(kind: Kind, field: &str) -> &'static str {
    match (kind, field) {
        (Kind::UserAction, _) => "marketing-messages/track-click-events",
        (Kind::UserIdUpdate | Kind::UserChangedUserId | Kind::BusinessUsername, _) => {
            "business-scoped-user-ids"
        }
        (Kind::RequestWelcome, _) => "conversational-components",
        (Kind::Voice | Kind::Ephemeral, _) => "on-premises/webhooks/components",
        (Kind::Call | Kind::CallStatus, _) => "calling/reference",
        (Kind::AccountSettings, _) => "calling/call-settings",
        (Kind::Flow, _) => "flows/guides/flowswebhooks",
        (Kind::ConversationContext | Kind::Handover, _) => "conversation-routing",
        (Kind::StandbyMessage | Kind::StandbyStatus | Kind::StandbyEcho, _) => {
            "conversation-routing"
        }
        (Kind::ChangedFields, _) => "graph webhooks, getting started",
        (Kind::Error | Kind::Contact, _) => "webhooks/reference/messages",
        (_, field) if field.starts_with("group_") => "groups/webhooks",
        (kind, _) if !kind.is_typed() => "nowhere",
        (_, "messages") => "webhooks/reference/messages",
        _ => "webhooks/reference",
    }
}

fn table() -> String {
    let mut table = String::from(
        "# What is typed\n\n\
         Made from the code and from the documents in `tests/fixtures`, and checked by a test:\n\
         `UPDATE_DOCS=1 cargo test -p tests --test coverage` writes it anew.\n\n\
         \"Typed\" is a view with fields; \"raw\" is a kind of its own with its JSON, for want of a\n\
         documented payload. Whatever the documents do not know is an event all the same: see the\n\
         last rows.\n\n\
         | field | kind | types, events, statuses | | Cloud | On-Premises | documented at |\n\
         |---|---|---|---|---|---|---|\n",
    );
    let seen = seen();
    for kind in Kind::ALL {
        let fields: Vec<_> = kind.fields().collect();
        let code = |name: &&str| format!("`{name}`");
        let field = fields.iter().map(code).collect::<Vec<_>>().join(", ");
        let page = page(*kind, fields.first().copied().unwrap_or_default());
        let none = Seen::default();
        let seen = seen.get(kind).unwrap_or(&none);
        let subtypes: Vec<_> = seen.subtypes.iter().map(|name| format!("`{name}`")).collect();
        let yes = |is: bool| if is { "yes" } else { "" };
        writeln!(
            table,
            "| {field} | `{}` | {} | {} | {} | {} | {page} |",
            kind.name(),
            subtypes.join(", "),
            if kind.is_typed() { "typed" } else { "raw" },
            yes(seen.cloud),
            yes(seen.onprem),
        )
        .unwrap();
    }
    table
}

#[test]
fn the_table_is_up_to_date() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/coverage.md");
    let table = table();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &table).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == table, "docs/coverage.md is out of date: run with UPDATE_DOCS=1");
}
