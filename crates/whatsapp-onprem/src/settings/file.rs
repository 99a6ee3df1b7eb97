//! Settings from a text: JSON, with messages for what people write instead.
//!
//! Meta's guide prints its example with comments, a trailing comma and a URL without a scheme:
//! ```
//! use whatsapp_onprem::ApplicationSettings;
//!
//! let invalid = ApplicationSettings::from_json(r#"{
//!     "sent_status": true, // or false
//!     "webhooks": {
//!         "url": "webhook.your-domain",
//!     }
//! }"#)
//! .unwrap_err();
//! assert_eq!(
//!     invalid.to_string(),
//!     r#"the settings are not valid:
//!   line 2, column 26: JSON has no comments: remove it
//!   line 4, column 16: webhooks.url: it has no scheme: write "https://webhook.your-domain"
//!   line 4, column 37: JSON has no comma behind the last member: remove it"#
//! );
//! ```

use super::{
    ApplicationSettings,
    check::{InvalidSettings, Position, Problem, Severity},
    repair::{MOST, position, repair},
    value::join,
};
use jsonc_parser::{
    CollectOptions, ParseOptions,
    ast::{self, Object},
    common::Ranged as _,
    parse_to_ast,
};
use serde_json::Value;
use std::{borrow::Cow, collections::HashMap};

impl ApplicationSettings {
    /// Settings from JSON: an object of settings, or the answer of a GET,
    /// `{"settings":{"application":{…}}}`. Nothing but JSON is accepted; what else was written is
    /// told fault by fault.
    ///
    /// # Errors
    /// [`InvalidSettings`] with the place of each fault: of the JSON, and what
    /// [`check`](Self::check) finds wrong with the values.
    pub fn from_json(text: &str) -> Result<Self, InvalidSettings> {
        Document::read(text).finish(|value| {
            let nested = value.pointer("/settings/application").is_some_and(Value::is_object);
            let prefix = if nested { "settings.application." } else { "" };
            let settings = Self::of_answer(value)?;
            let problems = settings.validate().err().map(|invalid| invalid.problems);
            Some((settings, prefix, problems.unwrap_or_default()))
        })
    }
}

/// What a text holds, where, and what is wrong with it.
pub(crate) struct Document<'t> {
    text: &'t str,
    value: Value,
    /// Where the value of each member begins, by its path, in bytes.
    places: HashMap<String, usize>,
    problems: Vec<Problem>,
}

const START: Position = Position { line: 1, column: 1 };

impl<'t> Document<'t> {
    /// A JSON object.
    pub(crate) fn read(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (json, problems) = repair(text);
        let mut document = Document { text, value: Value::Null, places: HashMap::new(), problems };
        if let Some(json) = json {
            document.read_json(&json);
        }
        document
    }

    fn read_json(&mut self, json: &str) {
        match serde_json::from_str(json) {
            Ok(value) => self.value = value,
            Err(_) if json.trim().is_empty() => return self.wrong(START, "there is nothing"),
            Err(error) => {
                let position = Position { line: error.line(), column: error.column() };
                return self.wrong(position, format!("not JSON: {error}"));
            }
        }
        let ast = parse_to_ast(json, &CollectOptions::default(), &ParseOptions::default());
        match ast.ok().and_then(|ast| ast.value) {
            Some(ast::Value::Object(root)) => self.note("", &root),
            _ => self.wrong(START, "this is no JSON object, such as {\"callback_persist\": true}"),
        }
    }

    fn wrong(&mut self, position: Position, message: impl Into<Cow<'static, str>>) {
        self.problems.push(Problem::new(Severity::Error, "", message).at(position));
    }

    /// Notes where each value begins; a name that stands twice is wrong.
    fn note(&mut self, path: &str, object: &Object<'_>) {
        for member in &object.properties {
            let path = join(path, member.name.as_str());
            let again = self.places.insert(path.clone(), member.value.range().start).is_some();
            if again && self.problems.len() < MOST {
                let place = position(self.text, member.range.start);
                self.wrong(place, "this name stands twice: remove one");
            }
            if let ast::Value::Object(inner) = &member.value {
                self.note(&path, inner);
            }
        }
    }

    /// What `read` makes of the value, if there is nothing wrong with either: it gives what is wrong
    /// by paths below the one that it names.
    pub(crate) fn finish<T>(
        mut self,
        read: impl FnOnce(&Value) -> Option<(T, &'static str, Vec<Problem>)>,
    ) -> Result<T, InvalidSettings> {
        let read = if self.value.is_object() { read(&self.value) } else { None };
        let read = read.map(|(read, prefix, problems)| {
            let room = MOST.saturating_sub(self.problems.len());
            let placed = problems.into_iter().take(room).map(|problem| {
                let place = self.places.get(&format!("{prefix}{}", problem.path));
                let at = place.map_or(START, |at| position(self.text, *at));
                problem.at(at)
            });
            self.problems.extend(placed);
            read
        });
        self.problems.sort_by_key(|problem| problem.position);
        // A word in the place of a value is wrong once.
        self.problems.dedup_by_key(|problem| problem.position);
        match read {
            Some(read) if self.problems.is_empty() => Ok(read),
            _ => Err(InvalidSettings { problems: self.problems }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let invalid = ApplicationSettings::from_json(text).unwrap_err();
        invalid.problems().iter().map(Problem::to_string).collect()
    }

    /// The places of the faults.
    fn places(text: &str) -> Vec<(usize, usize)> {
        let invalid = ApplicationSettings::from_json(text).unwrap_err();
        let places = invalid.problems().iter().map(|problem| problem.position.unwrap());
        places.map(|place| (place.line, place.column)).collect()
    }

    #[test]
    fn the_guides_example_is_read_in_its_valid_form() {
        let settings = ApplicationSettings::from_json(
            r#"{"callback_persist":true,"sent_status":true,"webhooks":{"url":"https://webhook.your-domain","message":{"sent":false,"delivered":true,"read":false}}}"#,
        )
        .unwrap();
        let webhooks = settings.webhooks.unwrap();
        assert_eq!(webhooks.url.as_deref(), Some("https://webhook.your-domain"));
        assert_eq!(webhooks.message.unwrap().delivered, Some(true));
    }

    #[test]
    fn each_fault_of_the_guides_printed_example_is_named_with_its_place() {
        let printed = r#"{
    "callback_persist": true,
    "sent_status": true, # Either use this or webhooks.message.sent
    "webhooks": {
        "url": "webhook.your-domain",
        "message": {     // Available on v2.41.2 and above
            "sent": false,
            "delivered": true,
            "read": false
        },
    }
}"#;
        assert_eq!(
            faults(printed),
            [
                "line 3, column 26: JSON has no comments: remove it",
                "line 5, column 16: webhooks.url: it has no scheme: write \"https://webhook.your-domain\"",
                "line 6, column 26: JSON has no comments: remove it",
                "line 10, column 10: JSON has no comma behind the last member: remove it",
            ]
        );
    }

    #[test]
    fn what_else_people_write_is_named_too() {
        assert_eq!(
            places("{\"callback_persist\": true | false,\n'sent_status': 'no'}"),
            [(1, 27), (2, 1), (2, 16)]
        );
        assert_eq!(
            places(
                "{/* a\n b */ \"webhooks\": {\"url\": webhook.your-domain, \"max_concurrent_requests\": max-num}}"
            ),
            [(1, 2), (2, 27), (2, 75)]
        );
        assert_eq!(places("{\"sent_status\": true\n \"callback_persist\": 1}"), [(1, 21), (2, 22)]);
        assert_eq!(places("{\"sent_status\": true, \"sent_status\": false}"), [(1, 23)]);
        assert_eq!(places("{\"é\": 1, \"sent_status\": 1}"), [(1, 25)]);
        assert_eq!(places("{'é': 'ü'}"), [(1, 2), (1, 7)]);
        for text in [
            "",
            " ",
            "[]",
            "null",
            "{",
            "{}}",
            "{\"a\"}",
            "{\"a\":}",
            "nonsense",
            "{sent_status: true}",
            "{\"a\": \"\n\"}",
        ] {
            assert_eq!(places(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn no_secret_stands_in_a_message() {
        for text in [
            r#"{"webhooks": {"url": "a.test/canary"}}"#,
            r#"{"webhooks": {"url": "http://a.test/canary",}} // canary"#,
            r#"{"webhooks": {"url": canary.test/canary}}"#,
            r#"{"webhooks": "canary"}"#,
            r#"canary"#,
            r#"{"webhooks": 'canary}"#,
        ] {
            let invalid = ApplicationSettings::from_json(text).unwrap_err();
            assert!(!format!("{invalid} {invalid:?}").contains("canary"), "{invalid}");
        }
    }

    #[test]
    fn the_answer_of_a_get_is_read_too() {
        let text =
            r#"{"settings":{"application":{"webhooks":{"url":"x"},"wa_id":"15550001"}},"meta":{}}"#;
        assert_eq!(places(text), [(1, 47)]);
    }

    #[test]
    fn faults_without_end_are_cut_short() {
        for text in [
            format!("{{{}", "# a\n".repeat(10_000)),
            format!("{{{}\"a\":0}}", "\"a\":0,".repeat(100_000)),
        ] {
            assert_eq!(places(&text).len(), 30);
        }
    }
}
