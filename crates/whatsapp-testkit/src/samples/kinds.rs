//! A notification of each kind that there is.

use super::{
    Api, Sample, Samples,
    cloud::{MESSAGES, body_of},
    count, escape_json,
    json::{array, object, string},
};

/// A kind, the field in whose changes it occurs, and the `value` there.
///
/// `$id`, `$number` and the like stand for what [`Samples::fill`] makes up. None has contacts,
/// which would be events of their own.
type Row = (&'static str, &'static str, &'static str);

#[rustfmt::skip]
const ROWS: [Row; 51] = [
    // Messages whose content has no generator of its own.
    ("edit", "messages", r#"{$head,"messages":[{$message,"edit":{"original_message_id":"$id","message":{"context":{"id":"$id"},"type":"text","text":{"body":"$words"}}},"type":"edit"}]}"#),
    ("revoke", "messages", r#"{$head,"messages":[{$message,"revoke":{"original_message_id":"$id"},"type":"revoke"}]}"#),
    ("request_welcome", "messages", r#"{$head,"messages":[{$message,"type":"request_welcome"}]}"#),
    ("media_placeholder", "messages", r#"{$head,"messages":[{$message,"type":"media_placeholder"}]}"#),
    ("system", "messages", r#"{$head,"messages":[{$message,"system":{"body":"$words","identity":"$token","customer":"$number","type":"customer_identity_changed"},"type":"system"}]}"#),
    ("user_changed_user_id", "messages", r#"{$head,"messages":[{"from_user_id":"$user","id":"$id","timestamp":"$time","system":{"body":"$words","user_id":"$user","type":"user_changed_user_id"},"type":"system"}]}"#),
    // What stands beside messages.
    ("contact", "messages", r#"{$head,"contacts":[{"profile":{"name":"$words"},"wa_id":"$number"}]}"#),
    ("user_action", "messages", r#"{$head,"user_actions":[{"action_type":"marketing_messages_link_click","timestamp":"$time","marketing_messages_link_click_data":{"click_component":"cta","product_id":"$token","click_id":"$token","tracking_token":"$token"}}]}"#),
    ("conversation_context", "messages", r#"{$head,"conversation_context":{"type":"summary","summary":{"text":"$words"}}}"#),
    // Other applications', and earlier messages.
    ("echo", "smb_message_echoes", r#"{$head,"message_echoes":[{"from":"$number","to":"$number","id":"$id","timestamp":"$time","type":"text","text":{"body":"$words"}}]}"#),
    ("history", "history", r#"{$head,"history":[{"metadata":{"phase":0,"chunk_order":1,"progress":55},"threads":[{"id":"$number","messages":[{"from":"$number","to":"$number","id":"$id","timestamp":"$time","type":"text","text":{"body":"$words"},"history_context":{"status":"READ"}}]}]}]}"#),
    ("history_message", "history", r#"{$head,"messages":[{$message,"image":{"mime_type":"image/jpeg","sha256":"$token=","id":"$digits"},"type":"image"}]}"#),
    ("state_sync", "smb_app_state_sync", r#"{$head,"state_sync":[{"type":"contact","contact":{"full_name":"$words","first_name":"$words","phone_number":"$number"},"action":"add","metadata":{"timestamp":"$time"}}]}"#),
    ("messaging_handovers", "messaging_handovers", r#"{"messaging_product":"whatsapp","sender":{"phone_number":"$number","user_id":"$user"},"recipient":{"phone_number_id":"$digits","display_phone_number":"$number"},"type":"control_passed","timestamp":"$time","control_passed":{"previous_owner_app_id":"$digits","previous_owner_role":"ai_agent","new_owner_app_id":"$digits","new_owner_role":"escalation","metadata":"$words"}}"#),
    ("standby_message", "standby", r#"{$head,"standby":{"messages":[{$message,"text":{"body":"$words"},"type":"text"}]}}"#),
    ("standby_status", "standby", r#"{$head,"standby":{"statuses":[{"id":"$id","status":"delivered","timestamp":"$time","recipient_id":"$number"}]}}"#),
    ("standby_echo", "standby", r#"{$head,"standby":{"message_echoes":[{"id":"$id","timestamp":"$time","message":{"messaging_product":"whatsapp","to":"$number","type":"text","text":{"body":"$words"}}}]}}"#),
    // Calls and groups.
    ("call", "calls", r#"{$head,"calls":[{"id":"wacid.$token","timestamp":"$time","from":"$number","to":"$number","event":"connect","direction":"USER_INITIATED","session":{"sdp_type":"offer","sdp":"v=0\r\n"}}]}"#),
    ("call_status", "calls", r#"{$head,"statuses":[{"id":"wacid.$token","timestamp":"$time","type":"call","status":"RINGING","recipient_id":"$number"}]}"#),
    ("group_lifecycle_update", "group_lifecycle_update", r#"{$head,"groups":[{"timestamp":"$time","group_id":"$token","request_id":"$token","type":"group_create","subject":"$words","invite_link":"https://chat.example/$token","join_approval_mode":"auto_approve"}]}"#),
    ("group_participants_update", "group_participants_update", r#"{$head,"groups":[{"timestamp":"$time","group_id":"$token","type":"group_participants_add","reason":"invite_link","added_participants":[{"wa_id":"$number"}]}]}"#),
    ("group_settings_update", "group_settings_update", r#"{$head,"groups":[{"timestamp":"$time","group_id":"$token","request_id":"$token","type":"group_settings_update","group_subject":{"text":"$words","update_successful":true}}]}"#),
    ("group_status_update", "group_status_update", r#"{$head,"groups":[{"timestamp":"$time","group_id":"$token","type":"group_suspend"}]}"#),
    // Customers.
    ("user_preference", "user_preferences", r#"{$head,"user_preferences":[{"wa_id":"$number","detail":"$words","category":"marketing_messages","value":"stop","timestamp":$time}]}"#),
    ("user_id_update", "user_id_update", r#"{$head,"user_id_update":[{"wa_id":"$number","detail":"$words","user_id":{"previous":"$user","current":"$user"},"timestamp":"$time"}]}"#),
    ("automatic_event", "automatic_events", r#"{$head,"automatic_events":[{"id":"$id","event_name":"Purchase","timestamp":$time,"ctwa_clid":"$token","custom_data":{"currency":"EUR","value":25.5}}]}"#),
    // Accounts and numbers.
    ("account_settings_update", "account_settings_update", r#"{"messaging_product":"whatsapp","timestamp":"$time","type":"phone_number_settings","phone_number_settings":{"phone_number_id":"$digits","calling":{"status":"ENABLED","call_icon_visibility":"DEFAULT","callback_permission_status":"ENABLED"}}}"#),
    ("account_alerts", "account_alerts", r#"{"entity_type":"PHONE_NUMBER","entity_id":"$digits","alert_info":{"alert_severity":"INFORMATIONAL","alert_status":"NONE","alert_type":"OBA_APPROVED","alert_description":"$words"}}"#),
    ("account_review_update", "account_review_update", r#"{"decision":"APPROVED"}"#),
    ("account_update", "account_update", r#"{"event":"ACCOUNT_VIOLATION","phone_number":"$number","violation_info":{"violation_type":"ADULT"}}"#),
    ("business_capability_update", "business_capability_update", r#"{"max_daily_conversations_per_business":2000,"max_phone_numbers_per_business":25}"#),
    ("business_username_update", "business_username_updates", r#"{"display_phone_number":"$number","username":"$token","status":"approved"}"#),
    ("phone_number_name_update", "phone_number_name_update", r#"{"display_phone_number":"$number","decision":"APPROVED","requested_verified_name":"$words","rejection_reason":null}"#),
    ("phone_number_quality_update", "phone_number_quality_update", r#"{"display_phone_number":"$number","event":"FLAGGED","old_limit":"TIER_1K","current_limit":"TIER_10K"}"#),
    ("security", "security", r#"{"display_phone_number":"$number","event":"PIN_RESET_REQUEST","requester":"$digits"}"#),
    ("partner_solutions", "partner_solutions", r#"{"event":"SOLUTION_CREATED","solution_id":"$digits","solution_status":"INITIATED"}"#),
    ("payment_configuration_update", "payment_configuration_update", r#"{"configuration_name":"$token","provider_name":"razorpay","provider_mid":"$token","status":"Needs Testing","created_timestamp":$time,"updated_timestamp":$time}"#),
    // Templates and flows.
    ("message_template_status_update", "message_template_status_update", r#"{"event":"APPROVED",$template,"reason":"NONE","message_template_category":"UTILITY"}"#),
    ("message_template_quality_update", "message_template_quality_update", r#"{"previous_quality_score":"GREEN","new_quality_score":"YELLOW",$template}"#),
    ("message_template_components_update", "message_template_components_update", r#"{$template,"message_template_title":"$words","message_template_element":"$words","message_template_footer":"$words"}"#),
    ("template_category_update", "template_category_update", r#"{$template,"previous_category":"UTILITY","new_category":"MARKETING"}"#),
    ("template_correct_category_detection", "template_correct_category_detection", r#"{$template,"category":"UTILITY","correct_category":"MARKETING"}"#),
    ("flows", "flows", r#"{"event":"FLOW_STATUS_CHANGE","message":"$words","flow_id":"$digits","old_status":"DRAFT","new_status":"PUBLISHED"}"#),
    // Fields whose payload is not documented.
    ("consumer_profile", "consumer_profile", UNDOCUMENTED),
    ("tracking_events", "tracking_events", UNDOCUMENTED),
    ("business_status_update", "business_status_update", UNDOCUMENTED),
    ("campaign_status_update", "campaign_status_update", UNDOCUMENTED),
    ("template_performance_metrics", "template_performance_metrics", UNDOCUMENTED),
    // What a later version of the API may bring, and what is broken.
    ("change", "telepathy_update", UNDOCUMENTED),
    ("unknown", "messages", r#"{$head,"unheard_of":"$words"}"#),
    ("malformed", "messages", r#"{$head,"messages":[{"from":"$number","id":"$id"}]}"#),
];

const UNDOCUMENTED: &str = r#"{"something":"$words","id":"$digits"}"#;

/// Kinds that other methods make.
const OTHERS: [&str; 8] = [
    "voice",
    "ephemeral",
    "user_changed_number",
    "other_message",
    "status",
    "error",
    "changed_fields",
    "unparseable",
];

impl Samples {
    /// The name of every kind of event: of those of `whatsapp-notification`'s catalog, and of
    /// [`of`](Self::of).
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        // The generator's system messages are changed numbers.
        let messages = MESSAGES.into_iter().filter(|kind| *kind != "system");
        messages.chain(OTHERS).chain(ROWS.into_iter().map(|(kind, ..)| kind))
    }

    /// A notification of one event of this kind, or `None` if there is no such kind.
    ///
    /// It is one of the Cloud API, but for `voice` and `ephemeral`, which the On-Premises API alone
    /// has. `unparseable` is a body that is not JSON.
    ///
    /// ```
    /// use whatsapp_testkit::Samples;
    ///
    /// let mut samples = Samples::new(7);
    /// let review = samples.of("account_review_update").ok_or("no such kind")?;
    /// assert_eq!(review.events["account_review_update"], 1);
    /// assert!(samples.of("telegram").is_none());
    /// # Ok::<(), &str>(())
    /// ```
    pub fn of(&mut self, kind: &str) -> Option<Sample> {
        if let Some((kind, field, value)) = ROWS.into_iter().find(|row| row.0 == kind) {
            let value = escape_json(&self.fill(value));
            let change = object(&[("value", value), ("field", string(field))]);
            let body = self.body(&[change]);
            return Some(Sample { body: body.into(), api: Api::Cloud, events: count(&[kind]) });
        }
        if let Some(kind) = MESSAGES.into_iter().find(|message| *message == kind) {
            let item = self.message(kind);
            return Some(self.one(item));
        }
        Some(match kind {
            "voice" => self.onprem_voice(),
            "ephemeral" => self.onprem_ephemeral(),
            "user_changed_number" => self.system(),
            "other_message" => self.other_message(),
            "status" => self.status(),
            "error" => self.error(),
            "changed_fields" => self.changed_fields(),
            "unparseable" => Sample {
                body: r#"{"object":"whatsapp_business_account","entry":[{"#.into(),
                api: Api::Cloud,
                events: count(&["unparseable"]),
            },
            _ => return None,
        })
    }

    /// A notification of each kind, but for `unparseable`.
    pub fn every_kind(&mut self) -> Vec<Sample> {
        let parseable = Samples::kinds().filter(|kind| *kind != "unparseable");
        parseable.filter_map(|kind| self.of(kind)).collect()
    }

    /// The names of fields that changed, where an app does not ask for their values.
    fn changed_fields(&mut self) -> Sample {
        let entry = object(&[
            ("id", string(&self.digits(15))),
            ("time", self.timestamp()),
            ("changed_fields", array(&[string("messages"), string("flows")])),
        ]);
        let events = count(&["changed_fields"]);
        Sample { body: body_of(&[entry]).into(), api: Api::Cloud, events }
    }

    /// A template with what is made up in the place of each `$name`.
    fn fill(&mut self, template: &str) -> String {
        let mut pieces = template.split('$');
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let end = piece.find(|char: char| !char.is_ascii_lowercase()).unwrap_or(piece.len());
            let (name, rest) = piece.split_at(end);
            let value = match name {
                "id" => self.wamid(),
                "number" => self.number(),
                "user" => format!("US.{}", self.digits(20)),
                "time" => self.timestamp(),
                "digits" => self.digits(15),
                "token" => self.token(24),
                "words" => self.words(4),
                "head" => self.fill(HEAD),
                "message" => self.fill(MESSAGE),
                "template" => self.fill(TEMPLATE),
                other => format!("${other}"),
            };
            filled.push_str(&value);
            filled.push_str(rest);
        }
        filled
    }
}

const HEAD: &str = r#""messaging_product":"whatsapp","metadata":{"display_phone_number":"$number","phone_number_id":"$digits"}"#;
const MESSAGE: &str = r#""from":"$number","id":"$id","timestamp":"$time""#;
const TEMPLATE: &str = r#""message_template_id":$digits,"message_template_name":"$token","message_template_language":"en_US""#;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_kind_stands_once_in_the_list_and_is_json_with_nothing_left_to_fill_in() {
        let kinds: Vec<_> = Samples::kinds().collect();
        assert_eq!(kinds.iter().collect::<HashSet<_>>().len(), kinds.len());
        let samples = Samples::new(1).every_kind();
        assert_eq!(samples.len(), kinds.len() - 1);
        for sample in samples {
            serde_json::from_slice::<serde_json::Value>(&sample.body).expect("JSON");
            let text = String::from_utf8_lossy(&sample.body);
            assert!(!text.contains('$') && !text.contains("//"), "{text}");
        }
    }
}
