//! The application's settings: which there are, their defaults, and how a PATCH is merged.

use super::error::Fault;
use http::Uri;
use serde_json::{Map, Value};

/// What a setting may be.
#[derive(Clone, Copy)]
enum Type {
    Bool,
    /// A whole number, and which ones.
    Number(fn(u64) -> bool, &'static str),
    /// Milliseconds: a number, or its digits in a string. GET gives a number.
    Millis,
    Url,
    Text,
    /// Types of media.
    Media,
    /// GET only.
    ReadOnly,
}

struct Setting {
    name: &'static str,
    kind: Type,
    /// JSON; empty: absent until it is set.
    default: &'static str,
    restart: bool,
}

const fn setting(name: &'static str, kind: Type, default: &'static str) -> Setting {
    Setting { name, kind, default, restart: false }
}

const fn restart(name: &'static str, kind: Type, default: &'static str) -> Setting {
    Setting { name, kind, default, restart: true }
}

const POSITIVE: Type = Type::Number(|number| number > 0, "must be a whole number from 1");
const CONCURRENT: Type =
    Type::Number(|number| matches!(number, 6 | 12 | 18 | 24), "must be 6, 12, 18 or 24");
const MEDIA: [&str; 6] = ["image", "document", "audio", "video", "voice", "sticker"];

/// Meta, On-Premises reference, settings, application. Defaults that are not documented are those
/// of its samples.
const SETTINGS: [Setting; 23] = [
    restart("callback_persist", Type::Bool, "true"),
    setting("callback_backoff_delay_ms", Type::Millis, "3000"),
    setting("max_callback_backoff_delay_ms", Type::Millis, "900000"),
    setting("media.auto_download", Type::Media, r#"["image","document","audio"]"#),
    restart("pass_through", Type::Bool, "false"),
    setting("sent_status", Type::Bool, "false"),
    setting("webhooks.url", Type::Url, ""),
    restart("webhooks.max_concurrent_requests", CONCURRENT, "6"),
    setting("webhooks.message.sent", Type::Bool, "false"),
    setting("webhooks.message.delivered", Type::Bool, "true"),
    setting("webhooks.message.read", Type::Bool, "true"),
    setting("heartbeat_interval", POSITIVE, "5"),
    setting("unhealthy_interval", POSITIVE, "30"),
    setting("notify_user_change_number", Type::Bool, "true"),
    setting("show_security_notifications", Type::Bool, "false"),
    setting("skip_referral_media_download", Type::Bool, "false"),
    setting("garbagecollector_enable.media", Type::Bool, "true"),
    setting("garbagecollector_enable.messages", Type::Bool, "true"),
    setting("axolotl_context_striping_disabled", Type::Bool, "false"),
    setting("webhook_payload_conversation_pricingmodel_disabled", Type::Bool, "false"),
    setting("verbose_logging", Type::Bool, "false"),
    setting("log_level", Type::Text, r#""info""#),
    setting("wa_id", Type::ReadOnly, r#""15550000001""#),
];

impl Type {
    /// The value as GET shows it, or what it must be.
    fn read(self, value: &Value) -> Result<Value, &'static str> {
        let kept = |is: bool, must: &'static str| if is { Ok(value.clone()) } else { Err(must) };
        match self {
            Type::Bool => kept(value.is_boolean(), "must be true or false"),
            Type::Number(is, must) => kept(value.as_u64().is_some_and(is), must),
            Type::Millis => {
                let digits = value.as_str().and_then(|digits| digits.parse().ok());
                match value.as_u64().or(digits) {
                    Some(millis) if millis > 0 => Ok(millis.into()),
                    _ => Err("must be milliseconds, from 1"),
                }
            }
            Type::Url => {
                let https =
                    value.as_str().and_then(|url| url.parse::<Uri>().ok()).is_some_and(|url| {
                        url.scheme_str() == Some("https")
                            && url.host().is_some_and(|host| !host.is_empty())
                    });
                kept(https, "must be an https URL with a host")
            }
            Type::Text => kept(value.is_string(), "must be a string"),
            Type::Media => {
                let known = |kind: &Value| kind.as_str().is_some_and(|kind| MEDIA.contains(&kind));
                let all = value.as_array().is_some_and(|kinds| kinds.iter().all(known));
                kept(all, "must be a list of image, document, audio, video, voice, sticker")
            }
            Type::ReadOnly => Err("is read-only"),
        }
    }
}

/// All settings: as stored, and as in force.
#[derive(Clone)]
pub(super) struct Settings {
    stored: Value,
    in_force: Value,
}

impl Settings {
    pub(super) fn new() -> Self {
        Settings { stored: defaults(), in_force: defaults() }
    }

    /// As GET shows them.
    pub(super) fn stored(&self) -> &Value {
        &self.stored
    }

    /// As the client goes by them.
    pub(super) fn in_force(&self) -> &Value {
        &self.in_force
    }

    /// Merges a patch in: all of it, or nothing.
    pub(super) fn patch(&mut self, patch: &Value) -> Result<(), Vec<Fault>> {
        let Value::Object(members) = patch else {
            return Err(vec![Fault::invalid("", "must be a JSON object")]);
        };
        let (mut changes, mut faults) = (Vec::new(), Vec::new());
        walk(&mut Vec::new(), members, &mut changes, &mut faults);
        // Meta, changelog, v2.35.
        if patch["pass_through"] == true && self.stored["pass_through"] == false {
            faults.push(Fault::invalid("pass_through", "cannot be switched on again"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        for (path, value) in changes {
            set(&mut self.stored, &path, value);
        }
        self.apply();
        Ok(())
    }

    /// Back to the defaults.
    pub(super) fn reset(&mut self) {
        self.stored = defaults();
        self.apply();
    }

    /// Names of the settings that will have effect only after a restart.
    pub(super) fn waiting(&self) -> Vec<&'static str> {
        let differs = |setting: &&Setting| {
            setting.restart && get(&self.stored, setting.name) != get(&self.in_force, setting.name)
        };
        SETTINGS.iter().filter(differs).map(|setting| setting.name).collect()
    }

    pub(super) fn restart(&mut self) {
        self.in_force = self.stored.clone();
    }

    /// What needs no restart has effect at once.
    fn apply(&mut self) {
        let waiting: Vec<_> = self
            .waiting()
            .into_iter()
            .filter_map(|name| Some((name, get(&self.in_force, name)?.clone())))
            .collect();
        self.in_force = self.stored.clone();
        for (name, value) in waiting {
            set(&mut self.in_force, &segments(name), value);
        }
    }
}

/// The value under a name such as `webhooks.message.sent`.
pub(super) fn get<'a>(settings: &'a Value, name: &str) -> Option<&'a Value> {
    name.split('.').try_fold(settings, |settings, key| settings.get(key))
}

fn defaults() -> Value {
    let mut settings = Value::Object(Map::new());
    for setting in SETTINGS {
        if let Ok(value) = serde_json::from_str(setting.default) {
            set(&mut settings, &segments(setting.name), value);
        }
    }
    settings
}

fn segments(name: &str) -> Vec<String> {
    name.split('.').map(str::to_owned).collect()
}

/// Sorts what a patch says into changes and faults. Unknown settings are kept: versions differ.
fn walk(
    path: &mut Vec<String>,
    members: &Map<String, Value>,
    changes: &mut Vec<(Vec<String>, Value)>,
    faults: &mut Vec<Fault>,
) {
    for (key, value) in members {
        path.push(key.clone());
        let name = path.join(".");
        let known = SETTINGS.iter().find(|setting| setting.name == name);
        let group = SETTINGS.iter().any(|setting| {
            setting.name.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'))
        });
        match (known, value) {
            (Some(setting), value) => match setting.kind.read(value) {
                Ok(value) => changes.push((path.clone(), value)),
                Err(_) if matches!(setting.kind, Type::ReadOnly) => {
                    faults.push(Fault::not_needed(&name));
                }
                Err(must) => faults.push(Fault::invalid(&name, must)),
            },
            (None, Value::Object(members)) => walk(path, members, changes, faults),
            (None, _) if group => faults.push(Fault::invalid(&name, "must be an object")),
            (None, value) => changes.push((path.clone(), value.clone())),
        }
        path.pop();
    }
}

fn set(settings: &mut Value, path: &[String], value: Value) {
    let Some((last, groups)) = path.split_last() else { return };
    let mut group = settings;
    for key in groups {
        if !group.is_object() {
            *group = Value::Object(Map::new());
        }
        group = &mut group[key.as_str()];
    }
    if !group.is_object() {
        *group = Value::Object(Map::new());
    }
    group[last.as_str()] = value;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let mut settings = Settings::new();
        let before = settings.stored().clone();
        settings.patch(&json!({"webhooks": {"message": {"sent": true}}})).unwrap();
        assert_eq!(get(settings.stored(), "webhooks.message.sent"), Some(&json!(true)));
        assert_eq!(get(settings.stored(), "webhooks.message.read"), Some(&json!(true)));
        settings.reset();
        assert_eq!(*settings.stored(), before);
    }

    #[test]
    fn milliseconds_come_as_strings_or_numbers_and_go_as_numbers() {
        for given in [json!("250"), json!(250)] {
            let mut settings = Settings::new();
            settings.patch(&json!({"callback_backoff_delay_ms": given})).unwrap();
            assert_eq!(settings.stored()["callback_backoff_delay_ms"], json!(250));
        }
    }

    #[test]
    fn what_is_unknown_is_kept() {
        let mut settings = Settings::new();
        settings.patch(&json!({"of_a_later_version": {"deep": [1]}, "flag": null})).unwrap();
        assert_eq!(settings.stored()["of_a_later_version"]["deep"], json!([1]));
        assert_eq!(settings.stored().get("flag"), Some(&json!(null)));
    }

    #[test]
    fn a_wrong_patch_changes_nothing_and_every_fault_is_told() {
        let mut settings = Settings::new();
        let before = settings.stored().clone();
        let faults = settings
            .patch(&json!({
                "callback_persist": "yes",
                "callback_backoff_delay_ms": 0,
                "max_callback_backoff_delay_ms": "soon",
                "pass_through": true,
                "media": {"auto_download": ["hologram"]},
                "sent_status": true,
                "wa_id": "15550000002",
                "webhooks": {"url": "http://webhook.example", "max_concurrent_requests": 7, "message": true},
            }))
            .unwrap_err();
        let mut named: Vec<_> =
            faults.iter().map(|fault| fault.details.split(' ').next().unwrap()).collect();
        named.sort_unstable();
        assert_eq!(
            named,
            [
                "callback_backoff_delay_ms",
                "callback_persist",
                "max_callback_backoff_delay_ms",
                "media.auto_download",
                "pass_through",
                "wa_id",
                "webhooks.max_concurrent_requests",
                "webhooks.message",
                "webhooks.url",
            ]
        );
        assert_eq!(*settings.stored(), before);
        for url in ["webhook.your-domain", "https://", "https:///path", "", "mailto:a@b"] {
            assert!(settings.patch(&json!({"webhooks": {"url": url}})).is_err(), "{url}");
        }
        assert!(settings.patch(&json!([])).is_err());
    }

    #[test]
    fn what_needs_a_restart_waits_for_it() {
        let mut settings = Settings::new();
        let patch = json!({"webhooks": {"max_concurrent_requests": 24}, "sent_status": true});
        settings.patch(&patch).unwrap();
        assert_eq!(settings.waiting(), ["webhooks.max_concurrent_requests"]);
        let concurrent = |settings: &Value| settings["webhooks"]["max_concurrent_requests"].clone();
        assert_eq!(concurrent(settings.stored()), 24);
        assert_eq!(concurrent(settings.in_force()), 6);
        assert_eq!(settings.in_force()["sent_status"], true);
        settings.restart();
        assert_eq!(settings.waiting(), [""; 0]);
        assert_eq!(concurrent(settings.in_force()), 24);
    }
}
