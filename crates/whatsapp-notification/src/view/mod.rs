//! The typed views: what an event holds, one payload a file, named as WhatsApp names it.
//!
//! A view borrows from the notification's body and holds places, not copies. Every field that
//! WhatsApp may leave out, rename or mistype is an `Option`; lists are empty instead. Views are
//! `serde::Serialize` under the wire's names.
//!
//! ```
//! use whatsapp_notification::{Notification, Status};
//!
//! let body = r#"{"statuses":[{"id":"gBEG1","status":"failed","timestamp":"1750000000",
//!     "errors":[{"code":470,"title":"Re-engagement message"}]}]}"#;
//! let notification = Notification::parse(body)?;
//! for event in notification.events().filter_map(|event| event.narrow::<Status>().ok()) {
//!     let status = event.get();
//!     assert_eq!(status.status.to_string(), "failed");
//!     assert_eq!(status.errors.first().and_then(|error| error.code?.as_u64()), Some(470));
//! }
//! # Ok::<(), whatsapp_notification::ParseError>(())
//! ```

mod macros;

mod account_alerts;
mod account_review_update;
mod account_settings_update;
mod account_update;
mod any;
mod automatic_events;
mod business_capability_update;
mod business_username_updates;
mod calls;
mod contact;
mod error;
mod flows;
mod group_lifecycle_update;
mod group_participants_update;
mod group_settings_update;
mod group_status_update;
mod history;
mod id_change;
mod message_template_components_update;
mod message_template_quality_update;
mod message_template_status_update;
mod messages;
mod messaging_handovers;
mod metadata;
mod object;
mod open_enum;
mod partner_solutions;
mod payment_configuration_update;
mod phone_number_name_update;
mod phone_number_quality_update;
mod security;
mod smb_app_state_sync;
mod standby;
mod template_category_update;
mod template_correct_category_detection;
mod user_id_update;
mod user_preferences;

pub(crate) use any::{is_typed, untyped};
pub(crate) use macros::{
    first_members, members, object, object_of, read_field, untyped_field, usual_field, usual_member,
};
pub(crate) use object::{Object, read_object, read_object_inline, untyped_object};
pub(crate) use open_enum::open_enum;

pub use account_alerts::{AccountAlertView, AlertInfo};
pub use account_review_update::{AccountReviewView, Decision};
pub use account_settings_update::{
    AccountSettingsView, CallHours, CallIcons, CallingSettings, Holiday, OperatingHours,
    PhoneNumberSettings, SipServer, SipSettings,
};
pub use account_update::{
    AccountEvent, AccountUpdateView, BanInfo, CertificationInfo, DisconnectionInfo,
    ExceptionCountry, RateEligibility, RestrictionInfo, ViolationInfo, VolumeTierInfo, WabaInfo,
};
pub use any::{AnyContent, AnyView};
pub use automatic_events::{AutomaticEventView, CustomData};
pub use business_capability_update::BusinessCapabilityView;
pub use business_username_updates::BusinessUsernameView;
pub use calls::{
    CallConnection, CallDirection, CallEvent, CallFile, CallMedia, CallProgress, CallSession,
    CallStatusView, CallView, CallWebrtc,
};
pub use contact::{ContactView, Profile};
pub use error::{ErrorData, ErrorView};
pub use flows::{FlowError, FlowEvent, FlowView};
pub use group_lifecycle_update::GroupLifecycleView;
pub use group_participants_update::{GroupParticipantsView, Participant};
pub use group_settings_update::{GroupSetting, GroupSettingsView};
pub use group_status_update::GroupStatusView;
pub use history::{HistoryContext, HistoryMetadata, HistoryThread, HistoryView, ThreadContext};
pub use id_change::IdChangeView;
pub use message_template_components_update::{TemplateButton, TemplateComponentsView};
pub use message_template_quality_update::{QualityScore, TemplateQualityView};
pub use message_template_status_update::{
    DisableInfo, RejectionInfo, TemplateEvent, TemplateOtherInfo, TemplateStatusView,
};
pub use messages::*;
pub use messaging_handovers::{Control, HandoverSender, HandoverView};
pub use metadata::Metadata;
pub use partner_solutions::PartnerSolutionView;
pub use payment_configuration_update::PaymentConfigurationView;
pub use phone_number_name_update::PhoneNumberNameView;
pub use phone_number_quality_update::PhoneNumberQualityView;
pub use security::{SecurityEvent, SecurityView};
pub use smb_app_state_sync::{StateSyncView, SyncAction, SyncContact, SyncMetadata};
pub use standby::StandbyEchoView;
pub use template_category_update::TemplateCategoryView;
pub use template_correct_category_detection::TemplateCorrectCategoryView;
pub use user_id_update::{PreviousAndCurrent, UserIdUpdateView};
pub use user_preferences::{Preference, UserPreferenceView};
