//! [`ApplicationSettings`]: what `/v1/settings/application` holds.
//!
//! ```
//! use whatsapp_onprem::{ApplicationSettings, MessageFilter, Webhooks};
//!
//! let change = ApplicationSettings::new()
//!     .callback_backoff_delay_ms(5_000)
//!     .webhooks(Webhooks::new().message(MessageFilter::new().read(false)));
//! assert_eq!(
//!     serde_json::to_string(&change)?,
//!     r#"{"callback_backoff_delay_ms":"5000","webhooks":{"message":{"read":false}}}"#
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Parameters, defaults and ranges are those of Meta's reference (On-Premises API, application
//! settings); "since" names the version of the On-Premises client.

mod change;
mod check;
pub(crate) mod file;
mod macros;
mod repair;
pub(crate) mod value;
pub(crate) mod webhook_url;

pub use change::{Change, diff};
pub use check::{InvalidSettings, Position, Problem, Severity};

use macros::settings;
use serde_json::Value;
use value::Setting as _;

settings! {
    /// The settings of an On-Premises client, or those of them that are to be changed: what is
    /// `None` stays as it is.
    ///
    /// `Debug` shows flags and numbers only: `webhooks.url` may hold a secret, `wa_id` is a phone
    /// number. `Serialize` writes them as requests have them; `Deserialize` reads any object.
    pub struct ApplicationSettings {
        /// Callbacks are kept in the client's database until they are acknowledged, and survive a
        /// restart. Default true. Needs a restart.
        callback_persist: bool => bool,
        /// By so many milliseconds the delay grows with each failure of a callback. Default 3000.
        callback_backoff_delay_ms: u64 => u64,
        /// The delay does not grow beyond so many milliseconds. Default 900000.
        max_callback_backoff_delay_ms: u64 => u64,
        /// Which media are downloaded when they come.
        media: MediaSettings => MediaSettings,
        /// Messages are passed through without being stored. Since v2.35 it cannot be switched on
        /// again. Needs a restart.
        pass_through: bool => bool,
        /// `sent` statuses are delivered. Default false. Deprecated since v2.45, in favour of
        /// [`MessageFilter::sent`].
        sent_status: bool => bool,
        /// Where callbacks go, and which.
        webhooks: Webhooks => Webhooks,
        /// Seconds between heartbeats of a multiconnect setup's parts. Default 5.
        heartbeat_interval: u32 => u32,
        /// After so many seconds without a heartbeat a part counts as unhealthy. Default 30.
        unhealthy_interval: u32 => u32,
        /// A customer's change of number is told, as a system message.
        notify_user_change_number: bool => bool,
        /// A customer's change of identity is told, and messages carry `identity`.
        show_security_notifications: bool => bool,
        /// Media of a referral are not downloaded.
        skip_referral_media_download: bool => bool,
        /// Old messages and media are deleted. Older clients' name of
        /// [`garbagecollector_enable`](Self#structfield.garbagecollector_enable).
        db_garbagecollector_enable: bool => bool,
        /// What is deleted when it is old.
        garbagecollector_enable: GarbageCollector => GarbageCollector,
        /// For the performance of multiconnect setups.
        axolotl_context_striping_disabled: bool => bool,
        /// Statuses come without `conversation` and `pricing`. Deprecated since v2.39.
        webhook_payload_conversation_pricingmodel_disabled: bool => bool,
        /// The group that gets alerts; gone from later clients.
        on_call_pager: String => impl Into<String>,
        /// More is logged. Default false.
        verbose_logging: bool => bool,
        /// How much is logged. Default `info`.
        log_level: String => impl Into<String>,
        /// The business's own number. Can be read only.
        wa_id: String => impl Into<String>,
    }
}

settings! {
    /// Where callbacks go, and which: `webhooks`.
    pub struct Webhooks {
        /// The URL that callbacks are posted to: https, with a certificate that the client trusts.
        url: String => impl Into<String>,
        /// How many callbacks may be under way at once: 6 (the default), 12, 18 or 24. Needs a
        /// restart.
        max_concurrent_requests: u32 => u32,
        /// Which statuses are delivered.
        message: MessageFilter => MessageFilter,
    }
}

settings! {
    /// Which statuses of messages are delivered: `webhooks.message`. Since v2.41.2.
    pub struct MessageFilter {
        /// Those that say `sent`. Default false.
        sent: bool => bool,
        /// Those that say `delivered`.
        delivered: bool => bool,
        /// Those that say `read`.
        read: bool => bool,
    }
}

settings! {
    /// `media`.
    pub struct MediaSettings {
        /// Which types are downloaded when they come: `image`, `document`, `audio`, `video`,
        /// `voice`, `sticker`. A list takes the place of the one that is there.
        auto_download: Vec<String> => impl Into<Vec<String>>,
    }
}

settings! {
    /// What is deleted when it is old: `garbagecollector_enable`.
    pub struct GarbageCollector {
        /// Media.
        media: bool => bool,
        /// Messages. Meta says to switch it off during large campaigns.
        messages: bool => bool,
    }
}

impl ApplicationSettings {
    /// These settings after `change` has been merged in, as the client merges a PATCH.
    #[must_use]
    pub fn merged(&self, change: &ApplicationSettings) -> Self {
        let mut settings = self.write();
        merge(&mut settings, change.to_patch());
        Self::read(&settings).unwrap_or_default()
    }

    /// True if nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The body of a PATCH.
    pub(crate) fn to_patch(&self) -> Value {
        let mut patch = self.clone();
        patch.wa_id = None;
        patch.write()
    }

    /// The settings of a GET's answer: below `settings.application`, or flat.
    pub(crate) fn of_answer(answer: &Value) -> Option<Self> {
        let settings = answer.pointer("/settings/application").unwrap_or(answer);
        if has_room(settings, LONGEST_PATH) { Self::read(settings) } else { None }
    }
}

/// No setting's path is near so many bytes. A long one, before each of thousands of settings below
/// it, would make gigabytes of an answer.
const LONGEST_PATH: usize = 512;

/// True if all paths in `settings` fit into so many bytes.
fn has_room(settings: &Value, bytes: usize) -> bool {
    settings.as_object().into_iter().flatten().all(|(name, below)| {
        bytes.checked_sub(name.len() + 1).is_some_and(|bytes| has_room(below, bytes))
    })
}

fn merge(settings: &mut Value, change: Value) {
    match (settings, change) {
        (Value::Object(settings), Value::Object(change)) => {
            for (name, value) in change {
                merge(settings.entry(name).or_insert(Value::Null), value);
            }
        }
        (settings, change) => *settings = change,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> ApplicationSettings {
        ApplicationSettings::of_answer(value).unwrap()
    }

    /// Every setting of Meta's reference, as GET shows it.
    fn all() -> Value {
        json!({
            "callback_backoff_delay_ms": 3000, "max_callback_backoff_delay_ms": 900000,
            "callback_persist": true, "pass_through": false, "sent_status": false,
            "media": {"auto_download": ["image", "document"]},
            "webhooks": {
                "url": "https://hooks.test/canary", "max_concurrent_requests": 12,
                "message": {"sent": false, "delivered": true, "read": true}
            },
            "heartbeat_interval": 5, "unhealthy_interval": 30,
            "notify_user_change_number": true, "show_security_notifications": false,
            "skip_referral_media_download": false, "db_garbagecollector_enable": true,
            "garbagecollector_enable": {"media": false, "messages": true},
            "axolotl_context_striping_disabled": false,
            "webhook_payload_conversation_pricingmodel_disabled": false,
            "on_call_pager": "canary", "verbose_logging": false, "log_level": "info",
            "wa_id": "15550001",
        })
    }

    #[test]
    fn every_setting_has_a_field() {
        let settings = read(&all());
        let mut misfits = Vec::new();
        settings.misfits("", &mut misfits);
        assert!(misfits.is_empty(), "{misfits:?}");
        let mut expected = all();
        expected["callback_backoff_delay_ms"] = "3000".into();
        expected["max_callback_backoff_delay_ms"] = "900000".into();
        assert_eq!(serde_json::to_value(&settings).unwrap(), expected);
    }

    #[test]
    fn answers_are_read_below_settings_application_and_flat() {
        let flat = json!({"callback_persist": false});
        let nested = json!({"settings": {"application": flat}, "meta": {"version": "3.0.1"}});
        assert_eq!(read(&nested), read(&flat));
        assert_eq!(ApplicationSettings::of_answer(&json!([])), None);
    }

    #[test]
    fn an_answer_with_a_path_that_is_far_too_long_is_none() {
        let long = "a".repeat(300);
        let of = |answer| ApplicationSettings::of_answer(&answer);
        assert!(of(json!({&*long: {"b": 0}})).is_some());
        assert!(of(json!({&*long: {&*long: {}}})).is_none());
        assert!(of(json!({"settings": {"application": {long.repeat(2): 0}}})).is_none());
    }

    #[test]
    fn numbers_come_as_strings_too() {
        let settings = read(&json!({"callback_backoff_delay_ms": "250", "heartbeat_interval": "7",
            "webhooks": {"max_concurrent_requests": "18"}}));
        assert_eq!(settings.callback_backoff_delay_ms, Some(250));
        assert_eq!(settings.heartbeat_interval, Some(7));
        assert_eq!(settings.webhooks.unwrap().max_concurrent_requests, Some(18));
    }

    #[test]
    fn what_is_unknown_or_of_another_type_is_kept_and_sent() {
        let odd = json!({"callback_persist": "yes", "of_a_later_version": {"deep": [1]},
            "webhooks": {"mode": "x", "url": null}, "media": [1]});
        let settings = read(&odd);
        assert_eq!(settings.callback_persist, None);
        assert_eq!(settings.other["callback_persist"], "yes");
        assert_eq!(settings.to_patch(), odd);
        // A setter takes the place of both.
        let mended = settings.callback_persist(true);
        assert!(!mended.other.contains_key("callback_persist"));
    }

    #[test]
    fn a_partial_change_holds_only_what_is_set() {
        assert_eq!(ApplicationSettings::new().to_patch(), json!({}));
        let change = ApplicationSettings::new()
            .max_callback_backoff_delay_ms(1)
            .wa_id("15550001")
            .garbagecollector_enable(GarbageCollector::new().media(true));
        assert_eq!(
            change.to_patch(),
            json!({"max_callback_backoff_delay_ms": "1", "garbagecollector_enable": {"media": true}})
        );
    }

    #[test]
    fn a_change_is_merged_as_the_client_merges_it() {
        let change = ApplicationSettings::new()
            .media(MediaSettings::new().auto_download(["voice".to_owned()]))
            .webhooks(Webhooks::new().message(MessageFilter::new().read(false)));
        let merged = read(&all()).merged(&change);
        assert_eq!(merged.wa_id.as_deref(), Some("15550001"));
        assert_eq!(merged.media.unwrap().auto_download.unwrap(), ["voice"]);
        let webhooks = merged.webhooks.unwrap();
        assert_eq!(webhooks.max_concurrent_requests, Some(12));
        assert_eq!(
            webhooks.message,
            Some(MessageFilter::new().sent(false).delivered(true).read(false))
        );
    }

    #[test]
    fn debug_shows_flags_and_numbers_only() {
        let mut all = all();
        all["of_a_later_version"] = "canary".into();
        let debug = format!("{:?}", read(&all));
        for hidden in ["canary", "15550001", "image"] {
            assert!(!debug.contains(hidden), "{debug}");
        }
        for shown in
            ["callback_persist: true", "max_concurrent_requests: 12", "of_a_later_version: .."]
        {
            assert!(debug.contains(shown), "{debug}");
        }
    }

    #[test]
    fn settings_can_go_anywhere() {
        fn check<T: Send + Sync + Clone + 'static>() {}
        check::<ApplicationSettings>();
    }
}
