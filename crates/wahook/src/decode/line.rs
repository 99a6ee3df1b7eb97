//! One line an event.

use super::{input::Body, report::Report, tree};
use crate::cli::Format;
use serde::Serialize;
use std::io::{self, Write};
use tower_whatsapp::{
    Event, Notification,
    notification::{
        Form, Kind, Origin, Str, Timestamp,
        view::{AnyView, ContactView},
    },
};

/// An event as it is printed. The members and their order are the format `"v": 1`.
#[derive(Serialize)]
pub(crate) struct Line<'a> {
    v: u32,
    pub(super) file: &'a str,
    pub(super) api: Option<&'static str>,
    pub(super) field: Option<Str<'a>>,
    pub(crate) kind: String,
    pub(super) path: &'a str,
    pub(super) account: Account<'a>,
    pub(super) id: Option<Str<'a>>,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) typed: AnyView<'a>,
    pub(super) untyped: &'a [String],
    /// The contact that belongs to the event: it has no line of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<ContactView<'a>>,
}

/// The ids of the business that a notification has.
#[derive(Serialize)]
pub(super) struct Account<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entry_id: Option<Str<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone_number_id: Option<Str<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) display_phone_number: Option<Str<'a>>,
}

/// What the envelope has beside its typed members.
#[derive(Serialize)]
struct Envelope<'a> {
    v: u32,
    file: &'a str,
    api: Option<&'static str>,
    kind: &'static str,
    path: &'static str,
    untyped: &'a [String],
}

/// Writes the lines of a body, and notes what is to be told of it.
pub(super) fn write(
    body: Body,
    format: Format,
    report: &mut Report,
    out: &mut impl Write,
) -> io::Result<()> {
    let Body { file, parsed } = body;
    let notification = parsed.unwrap_or_else(|(error, bytes)| {
        report.not_json(&file, &error);
        Notification::unparseable(bytes, Origin::default())
    });
    let api = api(&notification);
    report.body();
    let around = notification.untyped();
    if !around.is_empty() {
        report.untyped(&file, "", &around);
        let kind = "envelope";
        let line = Envelope { v: 1, file: &file, api, kind, path: "", untyped: &around };
        match format {
            Format::Json => json(&line, out)?,
            Format::Text => tree::write_envelope(&file, &around, out)?,
        }
    }
    for (event, path) in notification.events().zip(notification.paths()) {
        let untyped = event.untyped();
        report.event(&file, &path, event.kind(), &untyped);
        let line = Line::new(&file, &event, &path, &untyped);
        match format {
            Format::Json => json(&line, out)?,
            Format::Text => tree::write(&line, out)?,
        }
    }
    Ok(())
}

/// Whose form a notification has.
fn api(notification: &Notification) -> Option<&'static str> {
    match notification.form() {
        Form::Cloud => Some("cloud"),
        Form::OnPremises => Some("on-premises"),
        _ => None,
    }
}

impl<'a> Line<'a> {
    /// The line of an event that stands there.
    pub(crate) fn new(
        file: &'a str,
        event: &'a Event,
        path: &'a str,
        untyped: &'a [String],
    ) -> Self {
        let metadata = event.metadata();
        Line {
            v: 1,
            file,
            api: api(event.notification()),
            field: event.field(),
            kind: kind(event),
            path,
            account: Account {
                entry_id: event.entry_id(),
                phone_number_id: metadata.and_then(|metadata| metadata.phone_number_id),
                display_phone_number: metadata.and_then(|metadata| metadata.display_phone_number),
            },
            id: event.id(),
            timestamp: event.timestamp(),
            typed: event.get(),
            untyped,
            contact: event.party().contact(),
        }
    }
}

pub(crate) fn json(line: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let mut line = serde_json::to_vec(line)?;
    // Raw JSON keeps the line breaks of its file. They stand between its tokens: a string has none.
    for byte in &mut line {
        if let b'\n' | b'\r' = byte {
            *byte = b' ';
        }
    }
    line.push(b'\n');
    out.write_all(&line)
}

/// `message.text`, `status.delivered`, `account_update.PARTNER_ADDED`.
fn kind(event: &Event) -> String {
    let name = match event.kind() {
        kind if kind.is_message() => "message",
        kind => kind.name(),
    };
    // A message without a `type` is known by its body.
    let known = Some(event.kind()).filter(|kind| kind.is_message() && *kind != Kind::OtherMessage);
    match event.subtype().map(String::from).or(known.map(|kind| kind.name().to_owned())) {
        Some(subtype) => format!("{name}.{subtype}"),
        None => name.to_owned(),
    }
}
