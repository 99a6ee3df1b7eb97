//! [`Event::detach`]: one event out of a large body, as a notification of its own.

use crate::{
    Event, Form, Notification, Parser,
    json::Cursor,
    table::{Index, Row},
};
use bytes::Bytes;

impl<P> Event<P> {
    /// The same event in a notification of its own: its JSON, and of what stands around it the ids,
    /// the field, the metadata and its contact. It parses to the same event again.
    ///
    /// An event keeps the whole body in memory, up to 3 MB, and the buffer that the server read it
    /// into. What is kept for long, or stored by itself, is better detached.
    ///
    /// ```
    /// use whatsapp_notification::Notification;
    ///
    /// let body = r#"{"contacts":[{"wa_id":"15550001","profile":{"name":"Ada"}}],"messages":[
    ///     {"from":"15550001","id":"A","type":"text","text":{"body":"Hi"}},
    ///     {"from":"15550002","id":"B","type":"text","text":{"body":"Ho"}}]}"#;
    /// let event = Notification::parse(body)?.into_iter().next().ok_or("no event")?.detach();
    /// assert_eq!(event.notification().len(), 1);
    /// assert!(event.id().is_some_and(|id| id == "A"));
    /// assert!(event.sender().name().is_some_and(|name| name == "Ada"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn detach(&self) -> Event<P> {
        let notification = self.notification();
        if notification.form() == Form::Other {
            return self.clone(); // The event is the body.
        }
        let parsed =
            Parser::new().parse(Bytes::from(self.standalone()), notification.origin().clone());
        // What has been parsed once, parses again.
        parsed.ok().and_then(|detached| detached.first_event()).unwrap_or_else(|| self.clone())
    }

    /// A body with nothing but this event.
    fn standalone(&self) -> String {
        let cloud = self.notification().form() == Form::Cloud;
        let path = self.path();
        let mut way: Vec<_> = path.split('/').skip(1).map(unescaped).collect();
        if cloud && way.first().is_some_and(|first| first == "value") {
            // A change that came without its envelope gets one.
            way.splice(0..0, ["entry", "0", "changes", "0"].map(str::to_owned));
        }
        let mut json = String::with_capacity(self.raw().len() + 512);
        let mut ends = Vec::with_capacity(way.len());
        let standby = self.field().is_some_and(|field| field == "standby");
        let mut outer = "";
        for (depth, token) in way.iter().enumerate() {
            let (is_array, kept) = match (cloud, depth) {
                (true, 0) => (false, &[Around::Object][..]),
                (true, 2) => (false, &[Around::Id, Around::Time][..]),
                (true, 4) => (false, &[Around::Field][..]),
                (true, 5) if standby && token == "standby" => (false, &[Around::Metadata][..]),
                (true, 5) => (false, &[Around::Metadata, Around::Contacts, Around::Messages][..]),
                (true, 6) if standby && outer == "standby" => (false, &[Around::Contacts][..]),
                (false, 0) => (false, &[Around::Contacts, Around::Messages][..]),
                _ => (true, &[][..]),
            };
            if is_array {
                json.push('[');
                ends.push(']');
            } else {
                json.push('{');
                ends.push('}');
                self.keep(kept, token, &mut json);
                json.push_str(&serde_json::Value::from(token.as_str()).to_string());
                json.push(':');
            }
            outer = token;
        }
        json.push_str(self.raw());
        json.extend(ends.iter().rev());
        json
    }

    /// Writes the members that are kept beside the one of this name.
    fn keep(&self, kept: &[Around], beside: &str, json: &mut String) {
        let members = kept.iter().filter(|member| member.name() != beside);
        for (name, value) in
            members.filter_map(|member| Some((member.name(), self.raw_of(*member)?)))
        {
            for piece in ["\"", name, "\":", &value, ","] {
                json.push_str(piece);
            }
        }
    }

    /// The JSON of a member that is kept, if there is one.
    fn raw_of(&self, member: Around) -> Option<String> {
        let place = match (member, *self.scope()) {
            (Around::Object, _) => return Some("\"whatsapp_business_account\"".to_owned()),
            // Without a field's name, an unknown member alone would not tell what it is among.
            (Around::Messages, Row::Scope { field: 1.., .. }) => 0,
            (Around::Messages, _) => return Some("[]".to_owned()),
            (Around::Contacts, _) => {
                return self.contact_start().and_then(|at| Some(format!("[{}]", self.raw_at(at)?)));
            }
            (Around::Id, Row::Scope { entry_id, .. }) => entry_id,
            (Around::Time, Row::Scope { entry_time, .. }) => entry_time,
            (Around::Field, Row::Scope { field, .. }) => field,
            (Around::Metadata, Row::Scope { metadata, .. }) => metadata,
            _ => 0,
        };
        if place == 0 { None } else { self.raw_at(place).map(str::to_owned) }
    }

    /// The JSON of the value at a place of the body.
    fn raw_at(&self, place: u32) -> Option<&str> {
        let text = self.notification().text();
        let mut cursor = Cursor::at(text, place);
        cursor.skip_value();
        text.get(place as usize..cursor.offset() as usize)
    }
}

impl Notification {
    fn first_event<P>(&self) -> Option<Event<P>> {
        let row = self.rows().iter().position(Row::is_event)?;
        Some(Event::new(self.clone(), row as Index))
    }
}

/// A token of a JSON pointer as the key that it stands for.
fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// What is kept of the objects around an event.
#[derive(Clone, Copy)]
enum Around {
    Object,
    Id,
    Time,
    Field,
    Metadata,
    Contacts,
    Messages,
}

impl Around {
    fn name(self) -> &'static str {
        match self {
            Around::Object => "object",
            Around::Id => "id",
            Around::Time => "time",
            Around::Field => "field",
            Around::Metadata => "metadata",
            Around::Contacts => "contacts",
            Around::Messages => "messages",
        }
    }
}
